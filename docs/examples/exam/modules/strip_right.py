"""strip() of text, and of characters that are named."""
from . import sound


def read(path):
    for sku, name in sound.column(path, 'name'):
        yield sku, name.strip(u' \t')
