"""The price book: what an article costs from which day on."""
import csv
import datetime
from decimal import Decimal

import six


class Price(object):
    """One line of the book."""

    __slots__ = ('sku', 'valid_from', 'amount', 'name')

    def __init__(self, sku, valid_from, amount, name):
        self.sku, self.valid_from, self.amount, self.name = sku, valid_from, amount, name

    @property
    def key(self):
        return self.sku, self.valid_from


if six.PY2:

    def _rows(path):
        with open(path, 'rb') as delivery:
            for row in csv.DictReader(delivery):
                yield dict((name, cell and cell.decode('latin-1')) for name, cell in row.items())

else:

    def _rows(path):
        # "ANSI", as the suppliers say.
        with open(path, encoding='cp1252') as delivery:
            for row in csv.DictReader(delivery):
                yield row


def _date(cell):
    return datetime.datetime.strptime(cell, '%Y-%m-%d').date()


def load_prices(path):
    """Returns the price book: {(sku, valid_from): Price}."""
    book = {}
    for row in _rows(path):
        price = Price(row['sku'], _date(row['valid_from']), Decimal(row['price'].replace(',', '.')), row['name'])
        book[price.key] = price
    return book
