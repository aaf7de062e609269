"""strip() of whatever a cell is on that Python."""
from . import sound


def native(cell):
    return cell.encode('utf-8') if sound.PY2 else cell


def read(path):
    for sku, name in sound.column(path, 'name'):
        name = native(name).strip()
        yield sku, name.decode('utf-8') if sound.PY2 else name
