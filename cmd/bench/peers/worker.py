"""What a good engineer would write to compare many small inputs without
feedparity: a Python that stays, is sent inputs and answers with their rows. One
runs on each Python, and the driver compares the two answers. Runs on 2.7 and on 3.x.

usage: worker.py bytes|files CODEC

A request is a count, that many lengths (4-byte big-endian all) and then the
items: an input's bytes, or the path of its file. The answer is a length and that
many bytes: a line of JSON for each item, its rows, or the name of what was raised.
"""
import csv
import io
import json
import struct
import sys

kind, codec = sys.argv[1:]
source = io.open(0, 'rb', 1 << 16, closefd=False)
answers = io.open(1, 'wb', 0, closefd=False)
dumps = json.dumps

if sys.version_info[0] == 2:
    def opened(item):
        return io.BytesIO(item) if kind == 'bytes' else open(item, 'rb')

    def rows(lines):
        return [[cell.decode(codec).strip() for cell in row] for row in csv.reader(lines)]
else:
    def opened(item):
        if kind == 'bytes':
            return io.StringIO(item.decode(codec), newline='')
        return open(item, encoding=codec, newline='')

    def rows(lines):
        return [[cell.strip() for cell in row] for row in csv.reader(lines)]


def line(item):
    try:
        with opened(item) as lines:
            return dumps(rows(lines))
    except Exception as exc:
        return dumps(type(exc).__name__)


def lengths(n):
    return struct.unpack('>%dI' % n, source.read(4 * n))


def write_all(data):
    while data:
        data = data[answers.write(data):]


while True:
    head = source.read(4)
    if not head:
        break
    items = [source.read(size) for size in lengths(*struct.unpack('>I', head))]
    text = '\n'.join([line(item) for item in items]).encode('ascii')
    write_all(struct.pack('>I', len(text)) + text)
