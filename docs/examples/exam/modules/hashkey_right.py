"""The shelf of an article, by a checksum that both Pythons have."""
import zlib

from . import sound


def read(path):
    for sku, _ in sound.column(path, 'name'):
        yield sku, (zlib.crc32((sku or u'').encode('utf-8')) & 0xffffffff) % 16
