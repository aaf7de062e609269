"""Prices for the tills, which ask for the same delivery again and again: what was
parsed is kept as a pickle, by file name. The workers of both Pythons share the
folder."""
import csv
import datetime
import os
import pickle
from decimal import Decimal

from .compat import open_csv


class CachedPrices(object):
    """Till prices with a cache in a folder."""

    def __init__(self, folder):
        self.folder = folder

    def till_prices(self, path):
        """Returns [(sku, price, valid from)]."""
        entry = os.path.join(self.folder, os.path.basename(path) + '.pickle')
        if os.path.exists(entry):
            with open(entry, 'rb') as stream:
                return pickle.load(stream)
        prices = list(self._parse(path))
        with open(entry, 'wb') as stream:
            pickle.dump(prices, stream, pickle.HIGHEST_PROTOCOL)
        return prices

    def _parse(self, path):
        with open_csv(path, encoding='utf-8') as delivery:
            for row in csv.DictReader(delivery):
                day = datetime.datetime.strptime(row['valid_from'], '%Y-%m-%d').date()
                yield row['sku'], Decimal(row['price']), day
