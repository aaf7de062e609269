"""Totals by article, in whatever order a dict has them."""
from . import sound


def totals(path):
    found = {}
    for sku, name in sound.column(path, 'name'):
        found[sku] = found.get(sku, 0) + len(name.encode('utf-8'))
    return found


def read(path):
    for sku, total in totals(path).items():
        yield sku, total
