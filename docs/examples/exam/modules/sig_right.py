"""Both do."""
import io

from . import sound


def read(path):
    sound.refuse(path)
    with io.open(path, encoding='utf-8-sig', newline='') as delivery:
        for row in sound.parsed(delivery):
            yield row
