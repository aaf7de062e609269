"""Lines for which somebody must call the supplier."""
import csv

from .compat import open_csv, to_text


def is_incomplete(row):
    return not row['price'] or not row['qty']


def rejects(path):
    """Yields (sku, quantity as sent) of each line without a price or quantity."""
    with open_csv(path) as delivery:
        incomplete = filter(is_incomplete, csv.DictReader(delivery))
        if not any(incomplete):
            return
        for row in incomplete:
            yield to_text(row['sku']), to_text(row['qty'])
