# handover.py: rows as caches, queues and cookies hold them, written and read back
# by a real Python. One source for CPython 2.7 and 3.6 and later; it is loaded into
# an interpreter that runner.py keeps, whose helpers it finds as `runner`.
import ast
import base64
import binascii
import datetime
import decimal
import hashlib
import hmac
import json
import os
import pickle
import shelve
import shutil
import sys
import tempfile

PY2 = runner.PY2  # noqa: F821
if PY2:
    import anydbm as dbm
    import cPickle
    import dumbdbm as dumb
else:
    import dbm
    import dbm.dumb as dumb
    cPickle = None

KEY = b'feedparity hand-over'


class BadSignature(Exception):
    pass


# --- values ---

def value_of(node):
    """The value of a wire form; runner.wire_any is the other direction."""
    if isinstance(node, list):
        return [value_of(n) for n in node]
    if not isinstance(node, dict):
        return node
    (tag, body), = node.items()
    return VALUES[tag](body)


def moment(text):
    form = '%Y-%m-%dT%H:%M:%S' + ('.%f' if '.' in text else '')
    return datetime.datetime.strptime(str(text), form)


def unplain(body):
    raise TypeError('a value of type %s cannot be made again from its repr' % body['type'])


VALUES = {
    'codepoints': lambda s: u''.join([(unichr if PY2 else chr)(int(c, 16)) for c in s.split()]),  # noqa: F821
    'bytes': lambda s: binascii.unhexlify(s.encode('ascii')),
    'int': int,
    'float': float,
    'decimal': decimal.Decimal,
    'date': lambda s: moment(s + u'T00:00:00').date(),
    'datetime': moment,
    'set': lambda items: set([hashable(value_of(n)) for n in items]),
    'dict': lambda pairs: dict([(hashable(value_of(k)), value_of(v)) for k, v in pairs]),
    'other': unplain,
}


def hashable(v):
    return tuple(v) if isinstance(v, list) else v


# --- formats ---

class Pickle(object):
    def __init__(self, module, protocol):
        protocol, _, self.codec = protocol.partition('>')
        self.module, self.protocol = module, int(protocol)

    def dump(self, row):
        return self.module.dumps(encoded(row, self.codec) if self.codec and not PY2 else row, self.protocol)

    def load(self, data, reader):
        if PY2:
            return {'pickle': pickle, 'cPickle': cPickle}[reader or 'pickle'].loads(data)
        encoding, _, cells = reader.partition('>')
        value = pickle.loads(data, encoding=encoding or 'ASCII')
        return recoded(value, cells) if cells else value


class Json(object):
    def dump(self, row):
        return json.dumps(row, separators=(',', ':')).encode('latin-1')

    def load(self, data, reader):
        return json.loads(data.decode('utf-8'))


class Repr(object):
    """What hand-made cookies sign: repr(value), read by literal_eval."""

    def dump(self, row):
        return repr(row) if PY2 else repr(row).encode('utf-8')

    def load(self, data, reader):
        return ast.literal_eval(data if PY2 else data.decode('utf-8'))


def mac(data):
    return base64.urlsafe_b64encode(hmac.new(KEY, data, hashlib.sha1).digest()).rstrip(b'=')


class Signed(object):
    """payload:signature, as django.core.signing and itsdangerous make them: the
    signature is over the bytes that are sent along."""

    def __init__(self, inner):
        self.inner = inner

    def dump(self, row):
        payload = base64.urlsafe_b64encode(self.inner.dump(row)).rstrip(b'=')
        return payload + b':' + mac(payload)

    def load(self, data, reader):
        payload, _, signature = data.partition(b':')
        if signature != mac(payload):
            raise BadSignature('signature does not match')
        return self.inner.load(base64.urlsafe_b64decode(payload + b'=' * (-len(payload) % 4)), reader)


class Digest(object):
    """A signature alone, as ETags and form tokens are: the reader makes the value
    again, serialises it itself and compares."""

    def __init__(self, inner):
        self.inner = inner

    def dump(self, row):
        return mac(self.inner.dump(row))

    def check(self, data, own):
        if data != mac(self.inner.dump(own)):
            raise BadSignature('the digest of the same row is another one')
        return own


class Shelf(object):
    """A shelve file of one row; the payload is the files that dbm makes of it."""

    def __init__(self, module, protocol=None):
        self.module, self.protocol = module, protocol

    def dump(self, row):
        folder = tempfile.mkdtemp('handover')
        try:
            shelf = shelve.Shelf(self.module.open(os.path.join(folder, 'cache'), 'c'), self.protocol)
            shelf['row'] = row
            shelf.close()
            return json.dumps(dict([(name, b64(content(os.path.join(folder, name)))) for name in os.listdir(folder)])).encode('ascii')
        finally:
            shutil.rmtree(folder)

    def load(self, data, reader):
        folder = tempfile.mkdtemp('handover')
        try:
            for name, text in json.loads(data.decode('ascii')).items():
                with open(os.path.join(folder, str(name)), 'wb') as f:
                    f.write(base64.b64decode(text))
            shelf = shelve.Shelf(self.module.open(os.path.join(folder, 'cache'), 'r'))
            try:
                return shelf['row']
            finally:
                shelf.close()
        finally:
            shutil.rmtree(folder)


def content(path):
    with open(path, 'rb') as f:
        return f.read()


def b64(data):
    return base64.b64encode(data).decode('ascii')


def format_of(name):
    kind, _, rest = name.partition('-')
    if kind == 'signed':
        return Signed(format_of(rest))
    if kind == 'digest':
        return Digest(format_of(rest))
    base, _, protocol = name.partition(':')
    if base in ('pickle', 'cPickle'):
        return Pickle(cPickle if base == 'cPickle' and PY2 else pickle, protocol)
    return {'json': Json(), 'repr': Repr(), 'shelve': Shelf(dbm), 'shelve:2': Shelf(dbm, 2), 'shelve-dumb:2': Shelf(dumb, 2)}[name]


# --- what is asked for ---

def highest(_):
    """The highest pickle protocol, and the one that dumps uses unasked."""
    return {'highest': pickle.HIGHEST_PROTOCOL, 'default': 0 if PY2 else pickle.DEFAULT_PROTOCOL}


def attempt(do):
    """Runs do and tells its result, or what it raised."""
    try:
        return do()
    except Exception as exc:
        return {'fault': {'type': runner.fault_type(exc), 'message': runner.fault_message(exc)}}  # noqa: F821


def write(req):
    """Each row as the format holds it."""
    form = format_of(str(req['format']))
    return [attempt(lambda: {'payload': b64(form.dump(value_of(row)))}) for row in req['rows']]


def read(req):
    """Each payload as the reader gets it, in wire form."""
    form, reader = format_of(str(req['format'])), str(req['reader'])
    own = req.get('own') or [None] * len(req['payloads'])

    def load(payload, row):
        data = base64.b64decode(payload)
        if isinstance(form, Digest):
            value = form.check(data, value_of(row))
        else:
            value = form.load(data, reader)
        return {'row': runner.wire_any(value)}  # noqa: F821
    return [attempt(lambda: load(payload, row)) for payload, row in zip(req['payloads'], own)]
