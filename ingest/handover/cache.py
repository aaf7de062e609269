# cache.py: the files of a cache folder, read by whichever Python runs it, with the
# team's modules to import. It is called like a function of the team's code: with the
# path of a zip file that holds the folder's files and what is to be done with them.
# One source for CPython 2.7 and 3.6 and later.
import ast
import base64
import importlib
import io
import json
import marshal
import os
import pickle
import pickletools
import re
import struct
import sys
import tempfile
import zipfile
import zlib

PY2 = sys.version_info[0] == 2
if PY2:
    import anydbm as dbm
    import cPickle
    from whichdb import whichdb
else:
    import dbm
    from dbm import whichdb

# The team's serializers, where they are looked for if none are named.
SERIALIZERS = {}
if os.environ.get('FEEDPARITY_SERIALIZERS'):
    try:
        SERIALIZERS = getattr(importlib.import_module(os.environ['FEEDPARITY_SERIALIZERS']), 'SERIALIZERS', {})
    except ImportError:
        pass  # the call itself says so

# The endings of the files that the dbm modules make of one name.
DBM_ENDINGS = ('.db', '.dir', '.dat', '.pag', '.bak')


class Opaque(Exception):
    """The bytes have no form that is known."""


# --- pickles ---

def protocol_of(data):
    """The protocol of the first pickle in the bytes; an exception where there is none."""
    protocol = 0
    for op, arg, _ in pickletools.genops(data):
        protocol = max(protocol, arg if op.name == 'PROTO' else op.proto)
    return protocol


def load(stream, reader):
    """The next pickle of a stream, read with what a reader may set."""
    if PY2:
        return {'': pickle, 'pickle': pickle, 'cPickle': cPickle}[reader].load(stream)  # noqa: F821
    encoding, _, cells = reader.partition('>')
    value = pickle.load(stream, encoding=encoding or 'ASCII')
    return recoded(value, cells) if cells else value  # noqa: F821


def unpickled(data, reader):
    """All the pickles in the bytes. Django's file cache has a second one compressed."""
    stream, values = io.BytesIO(data), []
    while stream.tell() < len(data):
        if values and data[stream.tell():stream.tell() + 1] == b'\x78':
            stream = io.BytesIO(zlib.decompress(data[stream.tell():]))
            data = stream.getvalue()
        values.append(load(stream, reader))
    return values[0] if len(values) == 1 else values


# --- forms ---

def form_of(data):
    """The form of what a file or a signed payload holds."""
    for name, test in (('pickle', protocol_of), ('json', as_json), ('repr', as_repr), ('signed', signed), ('marshal', marshalled)):
        try:
            found = test(data)
        except Exception:
            continue
        if name == 'pickle':
            return 'pickle:%d' % found
        if name == 'signed':
            return 'signed-' + form_of(found)
        return name
    raise Opaque()


def marshalled(data):
    """Raises unless the bytes are one value as marshal writes it, a container or a string:
    a number in five bytes might be any word. Python/marshal.c."""
    kind, size = ord(data[:1]) & 0x7f, len(data)
    if chr(kind) in '[(<>stu' and struct.unpack('<I', data[1:5])[0] > size:
        raise ValueError('shorter than it says')  # for marshal would ask for the memory first
    with tempfile.TemporaryFile() as f:  # 2.7 reads from no other kind
        f.write(data)
        f.seek(0)
        value = marshal.load(f)
        if f.tell() != size or not (isinstance(value, (dict, list, tuple, set, frozenset)) or chr(kind) in 'stu'):
            raise ValueError('not marshal alone')


def as_json(data):
    return json.loads(data.decode('utf-8'))


def as_repr(data):
    return ast.literal_eval(data if PY2 else data.decode('utf-8'))


SIGNED = re.compile(br'^(\.?)([A-Za-z0-9_-]{2,}=*)[:.][A-Za-z0-9_:.=-]{16,}$')


def signed(data):
    """The payload of payload:signature, as django.core.signing and itsdangerous make
    them; a dot before it says that it is compressed. Without the key the signature
    cannot be checked: it is over the bytes that are sent along, and comes over."""
    dot, payload = SIGNED.match(data.strip()).groups()
    plain = base64.urlsafe_b64decode(payload + b'=' * (-len(payload) % 4))
    return zlib.decompress(plain) if dot else plain


def value_of(data, form, reader):
    base = form.partition(':')[0]
    if base == 'pickle':
        return unpickled(data, reader)
    if base == 'json':
        return as_json(data)
    if base == 'repr':
        return as_repr(data)
    return value_of(signed(data), form[len('signed-'):], reader)


# --- shelves ---

def stems(folder, names):
    """The names that dbm knows some of the files by, with those files."""
    found = {}
    for name in names:
        root, ending = os.path.splitext(name)
        for stem in [name] + [root] * (ending in DBM_ENDINGS):
            if whichdb(os.path.join(folder, stem)):
                found.setdefault(stem, []).append(name)
                break
    return found


def shelf(path, reader):
    """Every entry of a shelve file, by its key."""
    db = dbm.open(path, 'r')
    try:
        return dict([(key if PY2 else key.decode('utf-8'), unpickled(db[key], reader)) for key in db.keys()])
    finally:
        db.close()


# --- the folder ---

def text(s):
    if isinstance(s, bytes):
        try:
            return s.decode('utf-8')
        except UnicodeDecodeError:
            return s.decode('latin-1')
    return s


def attempt(name, form, reader, do):
    """A row: what an entry is, or what reading it raises."""
    head = [text(name), text(form), text(reader)]
    try:
        return head + [u'ok', do()]
    except Exception as exc:
        try:
            message = text(str(exc))
        except Exception:
            message = text(repr(exc))
        return head + [u'fault', text(type(exc).__name__), message]


def look(folder, names):
    """The form of each entry: what the path that wrote it says it is."""
    forms, parts = {}, set()
    for stem, files in sorted(stems(folder, names).items()):
        forms[stem] = 'shelve'
        parts.update(files)
    for name in names:
        if name not in parts:
            try:
                forms[name] = form_of(content(folder, name))
            except Opaque:
                forms[name] = ''
    return forms


def content(folder, name):
    with open(os.path.join(folder, name), 'rb') as f:
        return f.read()


def entries(path):
    """Yields [name, form, reader, 'ok', value] or [name, form, reader, 'fault', type,
    message] of each entry and way to read it, [name, form, '', 'opaque', None] of others,
    whose form is 'marshal' or ''.
    With "again", of each pickle the bytes that protocol 2 makes of its value."""
    folder = tempfile.mkdtemp('cache')
    with zipfile.ZipFile(path) as archive:
        order = json.loads(archive.read('order.json').decode('utf-8'))
        names = [n[len('files/'):] for n in archive.namelist() if n.startswith('files/')]
        for name in names:
            target = os.path.join(folder, name)
            if not os.path.isdir(os.path.dirname(target)):
                os.makedirs(os.path.dirname(target))
            with open(target, 'wb') as f:
                f.write(archive.read('files/' + name))
    forms = order.get('forms') or look(folder, sorted(names))
    for name in sorted(forms):
        form = str(forms[name])
        if not form or form.endswith('marshal'):
            yield [text(name), text(form), u'', u'opaque', None]
        elif form == 'shelve':
            for reader in order['readers']:
                yield attempt(name, form, str(reader), lambda: shelf(os.path.join(folder, name), str(reader)))
        else:
            for row in ways(content(folder, name), name, form, order):
                yield row


def ways(data, name, form, order):
    readers = order['readers'] if 'pickle' in form else order['readers'][:1]
    for reader in readers:
        yield attempt(name, form, str(reader) if 'pickle' in form else '', lambda: value_of(data, form, str(reader)))
    if order.get('again') and form.startswith('pickle'):
        yield attempt(name, form, 'again', lambda: pickle.dumps(value_of(data, form, ''), 2))
