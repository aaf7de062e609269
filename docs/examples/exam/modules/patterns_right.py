"""The characters that are meant."""
import re

from . import sound

CODE = re.compile(u'([A-Za-z0-9_]+)-([0-9]+)')


def read(path):
    for sku, name in sound.column(path, 'name'):
        yield sku, [found.group() for found in CODE.finditer((sku or u'') + u' ' + name)]
