# Prints what one CPython knows about its codecs, as JSON: run by maketables.go
# under every interpreter. Runs on 2.7 and 3.x.
import codecs, encodings.aliases, json, os, sys

BYTES = [bytes(bytearray([i])) for i in range(256)]
# What tells a codec that maps each byte on its own from one that merely looks so.
PROBES = [b'\\u0041', b'\\x41', b'xn--4ca', b'a.b', b'+AOk-', b'~{', b'\x1b$B', b'=41']
TEXT = type(u'')


def one(module, b):
    try:
        u = b.decode(module)
    except UnicodeDecodeError as e:
        if e.reason not in ('character maps to <undefined>', 'ordinal not in range(128)'):
            raise ValueError('no table')
        return -1
    if len(u) != 1:
        raise ValueError('no table')
    return ord(u)


def table(module):
    """The code points of the 256 bytes (-1: undefined), None if there is no such table."""
    try:
        t = [one(module, b) for b in BYTES]
        for p in PROBES + [b''.join(b for b, c in zip(BYTES, t) if c >= 0)]:
            want = [t[c] for c in bytearray(p)]
            if -1 not in want and [ord(c) for c in p.decode(module)] != want:
                return None
    except (IndexError, ValueError):  # punycode of 2.7 raises IndexError
        return None
    return t


def describe(module):
    try:
        info = codecs.lookup(module)
    except LookupError as e:
        if str(e).startswith('unknown encoding'):
            return None
        return {'name': module, 'kind': 'windows'}
    out = {'name': info.name, 'kind': 'text'}
    if not getattr(info, '_is_text_encoding', True) or module == 'string_escape':
        out['kind'] = 'bytes'
        return out
    t = table(module)
    if t:
        out['table'] = t
    return out


names = sorted(f[:-3] for f in os.listdir(os.path.dirname(encodings.__file__))
               if f.endswith('.py') and f not in ('__init__.py', 'aliases.py'))
modules = {}
for n in names:
    # an alias of the same name hides the module, as it does from real callers
    d = describe(n) if encodings.aliases.aliases.get(n, n) == n else None
    if d:
        modules[n] = d
aliases = dict((a, m) for a, m in encodings.aliases.aliases.items() if m in modules)
json.dump({'version': '%d.%d' % sys.version_info[:2], 'full': sys.version.split()[0],
           'modules': modules, 'aliases': aliases}, sys.stdout)
