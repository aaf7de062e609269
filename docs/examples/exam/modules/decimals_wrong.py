"""Decimal() of whatever a cell is on that Python."""
from decimal import Decimal, InvalidOperation

from . import sound


def read(path):
    for sku, price in sound.column(path, 'price'):
        try:
            yield sku, Decimal(price.encode('utf-8') if sound.PY2 else price)
        except InvalidOperation:
            yield sku, None
