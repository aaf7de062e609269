"""codecs.open is there on both Pythons, so somebody took it for the new path."""
import codecs
import csv
import sys

from . import sound


def read(path):
    sound.refuse(path, cut=True)
    if sys.version_info[0] == 2:
        with open(path, 'rb') as delivery:
            for row in csv.reader(delivery):
                yield [cell.decode('utf-8') for cell in row]
    else:
        with codecs.open(path, 'r', 'utf-8') as delivery:
            for row in csv.reader(delivery):
                yield row
