r"""\d and \w of text, which know more on Python 3."""
import re

from . import sound

CODE = re.compile(u'(\\w+)-(\\d+)')


def read(path):
    for sku, name in sound.column(path, 'name'):
        yield sku, [found.group() for found in CODE.finditer((sku or u'') + u' ' + name)]
