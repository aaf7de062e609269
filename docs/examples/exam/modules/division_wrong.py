"""Cartons of twelve, by the division of Python 2."""
import re

from . import sound


def read(path):
    for sku, qty in sound.column(path, 'qty'):
        if re.match(u'[0-9]{1,9}\\Z', qty):
            yield sku, int(qty) / 12
