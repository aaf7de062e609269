"""unicodecsv on Python 2, with the charset and the lines that csv has on Python 3."""
import csv
import io
import sys

from . import sound


def read(path):
    sound.refuse(path)
    csv.field_size_limit(sys.maxsize)
    with io.open(path, encoding='utf-8', newline='') as delivery:
        if sound.PY2:
            import unicodecsv
            rows = unicodecsv.reader((line.encode('utf-8') for line in delivery), encoding='utf-8')
        else:
            rows = csv.reader(delivery)
        for row in rows:
            yield row
