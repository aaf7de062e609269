"""The switch that six users write: bytes for one csv module, text for the other."""
import csv
import sys


def opened(path):
    if sys.version_info[0] == 2:
        return open(path, 'rb')
    return open(path, encoding='utf-8', newline='')


def read(path):
    with opened(path) as delivery:
        for row in csv.reader(delivery):
            yield row
