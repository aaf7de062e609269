"""Decimal() of text in a form that both Pythons take alike."""
import re
from decimal import Decimal

from . import sound


def read(path):
    for sku, price in sound.column(path, 'price'):
        yield sku, Decimal(price) if re.match(u'-?[0-9]{1,20}([.][0-9]{1,20})?\\Z', price) else None
