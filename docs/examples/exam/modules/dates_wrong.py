"""strptime() of whatever a cell is on that Python."""
from datetime import datetime

from . import sound


def read(path):
    for sku, updated in sound.column(path, 'updated'):
        cell = updated.encode('utf-8') if sound.PY2 else updated
        try:
            yield sku, datetime.strptime(cell, '%d %b %Y').date()
        except ValueError:
            yield sku, None
