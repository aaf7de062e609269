"""isdigit() of whatever a cell is on that Python."""
from . import sound


def read(path):
    for sku, qty in sound.column(path, 'qty'):
        cell = qty.encode('utf-8') if sound.PY2 else qty
        yield sku, cell.isdigit()
