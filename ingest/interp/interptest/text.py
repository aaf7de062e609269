# -*- coding: utf-8 -*-
# Opens a file as each mode does on a real CPython and reports what its iterator
# yields, for package pytext to be judged by.
import binascii
import codecs
import hashlib
import io
import marshal
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
    'universal': lambda c, e: open(PATH, 'rU') if PY2 else open(PATH, 'rU', encoding=c, errors=e),
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
        if PY2:  # whose messages may have bytes of the input
            fault = fault.decode('latin-1')
    return items, fault


def digest(items, fault):
    """Of all that was yielded: the length of each item, its text as UTF-32, which
    tells every surrogate apart, or its bytes, and the exception."""
    head = '%s %s\n' % (','.join([str(len(item)) for item in items]), fault)
    h = hashlib.md5(head.encode('utf-8') if PY2 else head.encode('utf-8', 'surrogatepass'))
    if items and isinstance(items[0], bytes):
        h.update(b'b' + b''.join(items))
    elif items:
        whole = u''.join(items)
        h.update(b't' + (whole.encode('utf-32-le') if PY2 else whole.encode('utf-32-le', 'surrogatepass')))
    return h.digest()


def write(data):
    with open(PATH, 'wb') as f:
        f.write(data)


def digests(blob):
    """[[file, [mode, codec, errors]...]...]: the digest of each way to read each file, one after the other."""
    out = []
    for data, ways in marshal.loads(blob):
        write(data)
        for mode, codec, errors in ways:
            out.append(digest(*run(mode, str(codec), str(errors))))
    return b''.join(out)


def full(args):
    write(binascii.unhexlify(args[0]))
    mode, codec, errors = args[1]
    items, fault = run(mode, str(codec), str(errors))
    return [('b' if isinstance(item, bytes) else 't') + points(item) for item in items] + ['! ' + fault]
