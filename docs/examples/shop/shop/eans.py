"""The register of EANs, by the package unicodecsv on both Pythons."""
import re

import unicodecsv

EAN = re.compile(r'^(\d{8}|\d{13})$')
BUCKETS = 1024


def check_digit_holds(ean):
    digits = [int(digit) for digit in reversed(ean)]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def register(delivery):
    """Yields {sku, ean, valid, bucket} for each line of an open binary file."""
    for row in unicodecsv.DictReader(delivery, encoding='utf-8'):
        ean = row['ean'].strip()
        yield {
            'sku': row['sku'],
            'ean': ean,
            'valid': bool(EAN.match(ean)) and check_digit_holds(ean),
            'bucket': hash(row['sku']) % BUCKETS,
        }
