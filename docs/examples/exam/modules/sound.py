"""How a delivery is read where that is not the idiom in question: alike on both Pythons."""
import csv
import io
import re
import sys

PY2 = sys.version_info[0] == 2
SURROGATE = re.compile(b'\xed[\xa0-\xbf][\x80-\xbf]')
# What may be half a character at the end; more than this the two decoders' ideas differ on.
HALF = re.compile(b'([\xc2-\xf4]|\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f]'
                  b'|\xf0[\x90-\xbf][\x80-\xbf]?|[\xf1-\xf3][\x80-\xbf][\x80-\xbf]?|\xf4[\x80-\x8f][\x80-\xbf]?)\\Z')


def refuse(path, cut=False):
    """Raises ValueError for what the Pythons read differently: NUL, encoded surrogates and,
    since rows before the fault differ, whatever is no UTF-8. With cut, a character that the
    end of the file cuts short may pass."""
    with io.open(path, 'rb') as delivery:
        data = delivery.read()
    if b'\0' in data or SURROGATE.search(data):
        raise ValueError('not a text that both Pythons read')
    try:
        (HALF.sub(b'', data) if cut else data).decode('utf-8')
    except UnicodeDecodeError:
        raise ValueError('not UTF-8')


def parsed(lines):
    """Rows of text from lines of text."""
    csv.field_size_limit(sys.maxsize)  # 2.7 counts bytes, 3.x characters
    if not PY2:
        return csv.reader(lines)
    rows = csv.reader(line.encode('utf-8') for line in lines)
    return ([cell.decode('utf-8') for cell in row] for row in rows)


def table(path):
    """Yields lists of text."""
    refuse(path)
    with io.open(path, encoding='utf-8', newline='') as delivery:
        for row in parsed(delivery):
            yield row


def records(path):
    """Yields dicts by the names of the first row; a cell that is missing is None."""
    names = None
    for row in table(path):
        if names is None:
            names = row
        elif row:
            yield dict(zip(names, row + [None] * (len(names) - len(row))))


def column(path, name):
    """Yields (sku, cell) of the rows that have that cell."""
    for record in records(path):
        if record.get(name) is not None:
            yield record.get('sku'), record[name]
