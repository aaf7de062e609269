"""Prices to tenths, by a rule that is written down."""
import re
from decimal import ROUND_HALF_UP, Decimal

from . import sound


def read(path):
    for sku, price in sound.column(path, 'price'):
        if re.match(u'[0-9]{1,9}([.][0-9]{1,3})?\\Z', price):
            yield sku, Decimal(price).quantize(Decimal('0.1'), ROUND_HALF_UP)
