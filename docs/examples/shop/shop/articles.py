"""Articles with their texts. The reader is the recipe of Python 2's csv docs,
wrapped once more for Python 3."""
import codecs
import csv
import datetime
import io

import six


class UTF8Recoder(six.Iterator):
    """Reads a stream in any encoding and yields lines in UTF-8."""

    def __init__(self, stream, encoding):
        self.reader = codecs.getreader(encoding)(stream)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.reader).encode('utf-8')


class UnicodeDictReader(six.Iterator):
    """A DictReader whose keys and cells are text on either Python."""

    def __init__(self, path, encoding):
        if six.PY2:
            self.stream = open(path, 'rb')
            self.rows = csv.DictReader(UTF8Recoder(self.stream, encoding))
        else:
            self.stream = io.open(path, encoding=encoding, newline='')
            self.rows = csv.DictReader(self.stream)

    def __iter__(self):
        return self

    def __next__(self):
        row = next(self.rows)
        if six.PY2:
            row = dict((key.decode('utf-8'), cell and cell.decode('utf-8')) for key, cell in row.items())
        return row


class Article(object):
    """An article as the shop window shows it."""

    def __init__(self, sku, brand, name):
        self.sku, self.brand, self.name = sku, brand, name
        self.imported = datetime.datetime.now()


class ArticleImporter(object):
    """Reads the files of one supplier."""

    def __init__(self, encoding='utf-8', own_brand='Hedge & Spade'):
        self.encoding, self.own_brand = encoding, own_brand

    def articles(self, path):
        """Yields an Article per line."""
        for row in UnicodeDictReader(path, self.encoding):
            yield Article(row['sku'], row['brand'] or self.own_brand, row['name'])
