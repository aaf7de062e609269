"""unicodecsv, whose callers named latin-1, gave way to csv, whose open() says UTF-8."""
import csv
import sys


def read(path):
    if sys.version_info[0] == 2:
        import unicodecsv
        with open(path, 'rb') as delivery:
            for row in unicodecsv.reader(delivery, encoding='latin-1'):
                yield row
    else:
        with open(path, encoding='utf-8', newline='') as delivery:
            for row in csv.reader(delivery):
                yield row
