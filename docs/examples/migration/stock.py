# -*- coding: utf-8 -*-
"""Reads suppliers' stock lists. One module for Python 2.7 and 3, in the middle of
a migration: it runs on both and looks right on both."""
import csv
import sys
from decimal import Decimal

if sys.version_info[0] == 2:

    def open_delivery(path):
        return open(path, 'rb')

    def text(cell):
        # Grown over the years: most suppliers send UTF-8, a few do not.
        try:
            return cell.decode('utf-8')
        except UnicodeDecodeError:
            return cell.decode('latin-1')

else:

    def open_delivery(path):
        return open(path, encoding='utf-8')

    def text(cell):
        return cell


def rows(path):
    """Yields (sku, name, quantity, price) per article."""
    with open_delivery(path) as delivery:
        for row in csv.DictReader(delivery, delimiter=';'):
            yield (
                text(row['sku']),
                text(row['name']),
                int(row['quantity']),
                Decimal(row['price']),
            )
