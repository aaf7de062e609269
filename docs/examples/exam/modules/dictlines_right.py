"""Lines of bytes on both: those of Python 3 are decoded one by one, on their way to csv."""
import csv
import sys

from . import sound


def decoded(row):
    if sys.version_info[0] == 2:
        return dict((key.decode('utf-8'), cell and cell.decode('utf-8')) for key, cell in row.items() if key is not None)
    return dict((key, cell) for key, cell in row.items() if key is not None)


def read(path):
    sound.refuse(path)
    csv.field_size_limit(sys.maxsize)
    with open(path, 'rb') as delivery:
        lines = delivery if sys.version_info[0] == 2 else (line.decode('utf-8') for line in delivery)
        for row in csv.DictReader(lines):
            yield decoded(row)
