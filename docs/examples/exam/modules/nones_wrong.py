"""Sorted by a quantity that may be missing."""
import re

from . import sound


def quantity(record):
    qty = record.get('qty')
    return int(qty) if qty and re.match(u'[0-9]{1,9}\\Z', qty) else None


def read(path):
    rows = [(quantity(record), record.get('sku')) for record in sound.records(path)]
    for qty, sku in sorted(rows, key=lambda row: row[0]):
        yield sku, qty
