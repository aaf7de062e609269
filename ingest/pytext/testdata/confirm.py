# -*- coding: utf-8 -*-
# Opens a file as each mode does on a real CPython and reports what its iterator
# yields, for package pytext to be judged by.
import binascii
import codecs
import hashlib
import io
import os
import sys
import tempfile

PY2 = sys.version_info[0] == 2
PATH = os.path.join(tempfile.mkdtemp(), 'input')


def splitlines(codec, errors):
    with open(PATH, 'rb') as f:
        whole = f.read()
    return whole.splitlines() if PY2 else whole.decode(codec, errors).splitlines()


def stringio(codec, errors):
    with open(PATH, 'rb') as f:
        return io.StringIO(f.read().decode(codec, errors))


def recode(codec, errors):
    return (line.encode('utf-8') for line in codecs.getreader(codec)(open(PATH, 'rb'), errors))


OPEN = {
    'bytes': lambda c, e: open(PATH, 'rb'),
    'bytes-decode': lambda c, e: open(PATH, 'rb'),
    'universal': lambda c, e: open(PATH, 'rU'),
    'recode': recode,
    'codecs-open': lambda c, e: codecs.open(PATH, 'r', c, e),
    'io-open': lambda c, e: io.open(PATH, encoding=c, errors=e, newline=''),
    'splitlines': splitlines,
    'text': lambda c, e: open(PATH, encoding=c, errors=e, newline=''),
    'text-universal': lambda c, e: open(PATH, encoding=c, errors=e),
    'locale': lambda c, e: open(PATH, encoding=c, errors=e),  # as where the locale is c
    'iterdecode': lambda c, e: codecs.iterdecode(open(PATH, 'rb'), c, e),
    'stringio': stringio,
}


def points(s):
    if isinstance(s, bytes):
        return binascii.hexlify(s).decode('ascii')
    return ' '.join('%x' % ord(c) for c in s)


def run(mode, codec, errors):
    items, fault = [], ''
    try:
        for item in OPEN[mode](codec, errors):
            items.append(item)
    except Exception as e:
        fault = '%s: %s' % (type(e).__name__, e)
    return items, fault


def digest(items):
    """Told apart by kind and, text being UTF-32 here, by every surrogate."""
    h = hashlib.sha1()
    for item in items:
        if isinstance(item, bytes):
            h.update(b'b' + item)
        else:
            h.update(b't' + (item.encode('utf-32-be') if PY2 else item.encode('utf-32-be', 'surrogatepass')))
    return h.hexdigest()


def each(args):
    """args: the file in hex, then [mode, codec, errors] of each way to read it."""
    with open(PATH, 'wb') as f:
        f.write(binascii.unhexlify(args[0]))
    out = []
    for mode, codec, errors in args[1:]:
        items, fault = run(mode, str(codec), str(errors))
        out.append([len(items), digest(items), fault])
    return out


def files(args):
    return [each(a) for a in args]


def full(args):
    each(args[:1])
    mode, codec, errors = args[1]
    items, fault = run(mode, str(codec), str(errors))
    return [('b' if isinstance(item, bytes) else 't') + points(item) for item in items] + ['! ' + fault]
