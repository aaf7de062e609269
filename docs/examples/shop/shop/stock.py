"""Stock levels, twice an hour. A six-style switch over open, one tuple per line."""
import csv
from collections import namedtuple

from .compat import open_csv, to_text

StockLevel = namedtuple('StockLevel', 'sku warehouse quantity')


def stock_levels(path):
    """Yields a StockLevel per line."""
    with open_csv(path) as delivery:
        for row in csv.DictReader(delivery):
            yield StockLevel(to_text(row['sku']), to_text(row['warehouse']), int(row['qty']))
