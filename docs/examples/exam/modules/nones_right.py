"""Sorted by a quantity that may be missing, which comes first."""
from . import sound
from .nones_wrong import quantity


def read(path):
    rows = [(quantity(record), record.get('sku')) for record in sound.records(path)]
    for qty, sku in sorted(rows, key=lambda row: (row[0] is not None, row[0] or 0)):
        yield sku, qty
