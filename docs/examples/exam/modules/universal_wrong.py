"""'rU' became newline='', as the csv docs say: a newline within quotes is another one now."""
import csv
import sys

from . import sound


def read(path):
    sound.refuse(path)
    if sys.version_info[0] == 2:
        with open(path, 'rU') as delivery:
            for row in csv.reader(delivery):
                yield [cell.decode('utf-8') for cell in row]
    else:
        with open(path, encoding='utf-8', newline='') as delivery:
            for row in sound.parsed(delivery):
                yield row
