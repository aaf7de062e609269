"""Latin-1 where it is no UTF-8: of each cell once, of the whole file now."""
import csv
import io
import sys

from . import sound


def text(cell):
    try:
        return cell.decode('utf-8')
    except UnicodeDecodeError:
        return cell.decode('latin-1')


def clean(path):
    with open(path, 'rb') as delivery:
        data = delivery.read()
    if b'\0' in data or sound.SURROGATE.search(data):
        raise ValueError('not a text that both Pythons read')
    return data.replace(b'\r', b'')


def read(path):
    data = clean(path)
    if sys.version_info[0] == 2:
        for row in csv.reader(io.BytesIO(data)):
            yield [text(cell) for cell in row]
    else:
        for row in csv.reader(io.StringIO(text(data), newline='')):
            yield row
