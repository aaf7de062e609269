"""The new path knows of byte order marks, the old one does not."""
import io

from . import sound


def read(path):
    sound.refuse(path)
    encoding = 'utf-8' if sound.PY2 else 'utf-8-sig'
    with io.open(path, encoding=encoding, newline='') as delivery:
        for row in sound.parsed(delivery):
            yield row
