"""csv of Python 3 takes no bytes: the file is read as a whole and cut into lines."""
import csv
import sys

from . import sound


def decoded(row):
    return dict((key.decode('utf-8'), cell and cell.decode('utf-8')) for key, cell in row.items() if key is not None)


def read(path):
    sound.refuse(path)
    with open(path, 'rb') as delivery:
        if sys.version_info[0] == 2:
            for row in csv.DictReader(delivery):
                yield decoded(row)
        else:
            for row in csv.DictReader(delivery.read().decode('utf-8').splitlines()):
                yield dict((key, cell) for key, cell in row.items() if key is not None)
