"""The web shop's products: a Django importer that returns nothing and leaves its
results in a table."""
import csv
from decimal import Decimal

from django.db import transaction

from .compat import open_csv, to_text
from .models import Product


def label(row):
    """What the customer reads: "Brand name", where there is a brand."""
    brand, name = to_text(row['brand']), to_text(row['name'])
    if not brand:
        return name
    return '{0} {1}'.format(brand, name)


def import_products(path):
    """Creates or updates a Product per line, all of them or none."""
    with transaction.atomic(), open_csv(path) as delivery:
        for row in csv.DictReader(delivery):
            Product.objects.update_or_create(sku=to_text(row['sku']), defaults={
                'label': label(row),
                'price': Decimal(to_text(row['price']).strip()),
                'quantity': int(to_text(row['qty'])),
                'valid_from': row['valid_from'],
            })
