"""Prices per piece, for the shelf labels. The oldest module: it never decoded
anything, and it stops at the first line that it cannot make sense of."""
import csv
import logging

import six

log = logging.getLogger(__name__)


def _open(path):
    if six.PY2:
        return open(path, 'rU')
    return open(path, encoding='utf-8')


def per_piece(path):
    """Yields (sku, name, price, price per piece) until the first bad line."""
    with _open(path) as delivery:
        for row in csv.DictReader(delivery):
            try:
                price = float(row['price'])
                cents, pack = int(round(price * 100)), int(row['pack'])
                piece = cents / pack
            except (TypeError, ValueError) as error:
                log.error('%s: %s; the rest of the delivery is not read', row['sku'], error)
                return
            yield row['sku'], row['name'], '%s (%.2f)' % (price, round(price, 2)), '%.3f' % (piece / 100.0)
