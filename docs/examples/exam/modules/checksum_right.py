"""A checksum of each row, without."""
import zlib

from . import sound


def read(path):
    for row in sound.table(path):
        yield row[:1], zlib.crc32(u'|'.join(row).encode('utf-8')) & 0xffffffff
