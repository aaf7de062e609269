# Loaded into a real interpreter by confirm_test.go: what CPython's codecs do.
# Runs on 2.7 and 3.x. Texts travel as UTF-32, which keeps surrogates apart.
import binascii, codecs, hashlib, io, json, marshal, os, sys, unicodedata

PY2 = sys.version_info[0] == 2
BYTES = [bytes(bytearray([i])) for i in range(256)]


def hexed(b):
    return binascii.hexlify(b).decode('ascii')


def encode(u):
    return u.encode('utf-32-le') if PY2 else u.encode('utf-32-le', 'surrogatepass')


def failed(e):
    # 2.7 puts a byte of the input into punycode's message.
    s = u'E %s: %s' % (type(e).__name__, str(e).decode('latin-1') if PY2 else e)
    if isinstance(e, UnicodeDecodeError):
        s += u' %s %d %d %s %s' % (e.encoding, e.start, e.end, e.reason, hexed(e.object))
    return s.encode('utf-8')


def once(b, codec, errors):
    try:
        return b'U ' + encode(b.decode(codec, errors))
    except Exception as e:
        return failed(e)


def native(s):
    return str(s)


def decode(args):
    """[codec, errors, [hex...]] -> the result of each, as hex"""
    codec, errors = native(args[0]), native(args[1])
    return [hexed(once(binascii.unhexlify(h), codec, errors)) for h in args[2]]


def brief(e):
    """An exception without what follows from the rest of it, for the many that digests are made of."""
    if type(e) is UnicodeDecodeError:
        return u'E %s %d %d %s' % (e.encoding, e.start, e.end, e.reason)
    text = str(e)
    return u'E %s: %s' % (type(e).__name__, text.decode('latin-1') if PY2 else text)


def sweep(blob):
    """[codec, errors, [prefix...]] -> for each a digest of the results of its 256 extensions"""
    codec, errors, prefixes = marshal.loads(blob)
    codec, errors, out = native(codec), native(errors), []
    for p in prefixes:
        got = []
        for b in BYTES:
            try:
                got.append((p + b).decode(codec, errors))
            except Exception as e:
                got.append(brief(e))
        out.append(md5(encode(u'\uffff\n'.join(got))))
    return b''.join(out)


def blocks(blob):
    """[codec, errors, [tail...], [prefix...]] -> for each prefix a digest of what is
    decoded of one input, in which each tail has the prefix before it"""
    codec, errors, tails, prefixes = marshal.loads(blob)
    codec, errors, out = native(codec), native(errors), []
    for p in prefixes:
        try:
            got = (p + p.join(tails)).decode(codec, errors)
        except Exception as e:
            got = brief(e)
        out.append(md5(encode(got)))
    return b''.join(out)


def md5(b):
    return hashlib.md5(b).digest()


def decoded(blob):
    """[codec, errors, [[input...]...]] -> a digest of the results of each list of inputs"""
    codec, errors, lots = marshal.loads(blob)
    codec, errors = native(codec), native(errors)
    return b''.join([md5(b'\n'.join([once(b, codec, errors) for b in lot])) for lot in lots])


def chunked(blob):
    """[codec, errors, [[[chunk...]...]...]] -> a digest of what both decoders do with each list of lists of chunks"""
    codec, errors, lots = marshal.loads(blob)
    codec, errors = native(codec), native(errors)
    return b''.join([md5('\n'.join([both(codec, errors, c) for c in lot]).encode('ascii')) for lot in lots])


def incremental(codec, errors, chunks):
    d = codecs.getincrementaldecoder(codec)(errors)
    out = []
    for i, c in enumerate(chunks):
        try:
            r = b'U ' + encode(d.decode(c, i == len(chunks) - 1))
        except Exception as e:
            r = failed(e)
        out.append(hexed(r) + ' ' + hexed(d.getstate()[0]))
    return out


def stream(codec, errors, chunks):
    r = codecs.getreader(codec)(io.BytesIO(), errors)
    out, left = [], b''
    for c in chunks:
        try:
            u, n = r.decode(left + c, errors)
            out.append(hexed(b'U ' + encode(u)))
            left = (left + c)[n:]
        except Exception as e:
            out.append(hexed(failed(e)))
    return out + [hexed(left)]


def both(codec, errors, chunks):
    return '\n'.join(incremental(codec, errors, chunks) + stream(codec, errors, chunks))


def chunks(args):
    """[codec, errors, [[hex...]...]] -> what both decoders do with each list of chunks"""
    codec, errors = native(args[0]), native(args[1])
    return [both(codec, errors, [binascii.unhexlify(h) for h in c]) for c in args[2]]


def digest(args):
    """[codec, errors, [hex...], [[hex...]...]] -> one digest of what decode and chunks return"""
    codec, errors, inputs, lists = args
    all = decode([codec, errors, inputs]) + chunks([codec, errors, lists])
    return [hashlib.md5('\n'.join(all).encode('ascii')).hexdigest()[:8]]


def lookup(names):
    """[name...] -> canonical name of each, or what was raised"""
    out = []
    for n in names:
        try:
            out.append(codecs.lookup(n.encode('utf-8') if PY2 else n).name)
        except Exception as e:
            m = str(e)
            out.append('E %s: ' % type(e).__name__ + (m.decode('utf-8') if PY2 else m))
    return out


def asked(name, use):
    try:
        use(name.encode('utf-8') if PY2 else name)
    except Exception as e:
        m = str(e)
        if not asks_only(e, m):
            return 'ok'
        return 'E %s: ' % type(e).__name__ + (m.decode('utf-8') if PY2 else m)
    return 'ok'


def asks_only(e, m):
    """Whether an exception is about the name, and not one of the codec that has it."""
    return type(e) is LookupError or 'null' in m


def decodes(names):
    """[name...] -> what bytes.decode says of each name, 'ok' if nothing"""
    return [asked(n, lambda name: b'a'.decode(name)) for n in names]


def opens(names):
    """The same of io.open."""
    return [asked(n, lambda name: io.open(os.devnull, encoding=name).close()) for n in names]


def modules(_):
    """For each module in the encodings package: [name, kind, canonical name or what was raised]"""
    import encodings, os
    out = []
    for f in sorted(os.listdir(os.path.dirname(encodings.__file__))):
        if not f.endswith('.py') or f.startswith('_') or f == 'aliases.py':
            continue
        found = lookup([f[:-3]])[0]
        text = found.startswith('E ') or getattr(codecs.lookup(f[:-3]), '_is_text_encoding', True)
        out.append(json.dumps([f[:-3], 'text' if text else 'bytes', found]))
    return out


def names(step):
    """Every step-th character that has a name of its own: 'number name'"""
    char = unichr if PY2 else chr
    out = []
    for cp in range(0, 0x110000, step):
        name = unicodedata.name(char(cp), '')
        if name:
            out.append('%x %s' % (cp, name))
    return out
