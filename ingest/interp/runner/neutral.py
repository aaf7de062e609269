# runner.py, part 13: experiments. A request may ask for a run in which the team's
# code does something alike that the two Pythons do differently, which tells whether
# that is why they differ; ingest.Neutral lists what. Everything is done after the
# fork, so that no other request sees it, and where a function has been replaced,
# only what the team's own files call is another.
import zlib


def own_modules():
    for module in list(sys.modules.values()):
        path = getattr(module, '__file__', None)
        if isinstance(path, str) and is_own(os.path.splitext(path)[0] + '.py'):
            yield module


def is_class(value):
    return isinstance(value, type) or PY2 and type(value).__name__ == 'classobj'


def own_names():
    """Everything that the team's modules and their classes give a name: (its
    holder, name, value)."""
    for module in own_modules():
        for name, value in list(vars(module).items()):
            yield module, name, value
            if is_class(value) and value.__module__ == module.__name__:
                for attribute, inner in list(vars(value).items()):
                    yield value, attribute, inner


def rebind(change):
    """Gives a name that the team has given another value, unless that is None.
    Returns whether there was one."""
    found = False
    for holder, name, value in own_names():
        other = change(value)
        if other is not None:
            setattr(holder, name, other)
            found = True
    return found


def used(neutral, function, frame):
    """Says where the team's code does what is left out; None for a place that is
    not known."""
    while frame is not None and frame.f_code.co_name in COMPREHENSIONS:
        frame = frame.f_back  # a frame of its own in some Pythons
    where = own_caller(frame)
    key = ('used', neutral, function, where and (where['file'], where['line']))
    WATCH.note('used', key, lambda: {'neutral': neutral, 'function': function, 'frame': where})


def substitute(neutral, module, name, alike):
    """Puts a function in the place of one of Python's: alike(function, arguments,
    keywords) where the team's own code calls it."""
    function = getattr(module, name)

    def substituted(*args, **kwargs):
        frame = sys._getframe(1)
        if not is_own(frame.f_code.co_filename):
            return function(*args, **kwargs)
        used(neutral, name, frame)
        return alike(function, args, kwargs)

    setattr(module, name, substituted)
    rebind(lambda value: substituted if value is function else None)


# --- text ---

def charset_of(path):
    """UTF-8, or Latin-1 for a delivery that is none."""
    with io.open(path, 'rb') as delivery:
        try:
            delivery.read().decode('utf-8')
        except UnicodeDecodeError:
            return 'latin-1'
    return 'utf-8'


def neutral_locale(path):
    WATCH.charset = charset_of(path)


def explicit(args, kwargs):
    """The arguments of an open() that takes the locale's encoding, with one."""
    mode = argument(args, kwargs, 1, 'mode', u'r')
    encoding = args[3] if len(args) > 3 else kwargs.get('encoding')
    if u'b' in mode or encoding not in (None, 'locale') or not is_input(args[0] if args else kwargs.get('file')):
        return args, kwargs
    used('locale', 'open', sys._getframe(1))
    if len(args) > 3:
        return args[:3] + (WATCH.charset,) + args[4:], kwargs
    return args, dict(kwargs, encoding=WATCH.charset)


def neutral_ascii(path):
    """There is no name for this in Python any more once site.py is through."""
    if not PY2:
        return
    try:
        import ctypes
        for width in ('', 'UCS4', 'UCS2'):
            set_default = getattr(ctypes.pythonapi, 'PyUnicode%s_SetDefaultEncoding' % width, None)
            if set_default is not None:
                set_default(charset_of(path))
    except ImportError:
        pass  # a Python built without it: the experiment changes nothing


def neutral_pickle(path):
    """Whoever loads: caches are the business of libraries."""
    if PY2:
        return
    import pickle

    class Unpickler(pickle.Unpickler):
        def __init__(self, file, *args, **kwargs):
            kwargs.setdefault('encoding', 'latin1')
            pickle_used()
            super().__init__(file, *args, **kwargs)

    def load(function):
        def load(*args, **kwargs):
            kwargs.setdefault('encoding', 'latin1')
            pickle_used()
            return function(*args, **kwargs)
        return load

    pairs = [(pickle.load, load(pickle.load)), (pickle.loads, load(pickle.loads)), (pickle.Unpickler, Unpickler)]
    for old, new in pairs:
        for module in filter(None, map(sys.modules.get, ('pickle', '_pickle', 'shelve'))):
            for name, value in list(vars(module).items()):
                if value is old:
                    setattr(module, name, new)
        rebind(lambda value: new if value is old else None)


def pickle_used():
    used('pickle', 'pickle.load', sys._getframe(2))


def ascii_flags(pattern, flags):
    """Flags under which a pattern knows ASCII alone on either Python."""
    flags = int(flags)
    if PY2:
        return flags & ~re.UNICODE
    if isinstance(pattern, byte_type) or flags & (re.ASCII | re.LOCALE):
        return flags
    return flags & ~int(re.UNICODE) | int(re.ASCII)


def ascii_compile(pattern, flags):
    try:
        return REAL_COMPILE(pattern, ascii_flags(pattern, flags))
    except Exception:  # '(?u)' in it, or a pattern that is wrong anyhow
        return REAL_COMPILE(pattern, flags)


REAL_COMPILE = re._compile


def neutral_regex(path):
    """Patterns that are there, and those that are yet to be compiled."""
    kind = type(re.compile(''))

    def change(value):
        if isinstance(value, kind) and ascii_flags(value.pattern, value.flags) != int(value.flags):
            return ascii_compile(value.pattern, value.flags)

    if rebind(change):
        used('regex', 're.compile', None)

    def compile(pattern, flags):
        frame = sys._getframe(1)
        while frame is not None and frame.f_globals is vars(re):
            frame = frame.f_back
        if frame is None or not is_own(frame.f_code.co_filename):
            return REAL_COMPILE(pattern, flags)
        used('regex', 're.compile', frame)
        return ascii_compile(pattern, flags)

    re._compile = compile


# --- numbers ---

def code_of(function):
    """The file that a function or method of Python is in, None of others."""
    code = getattr(function, '__code__', None)
    return None if code is None else code.co_filename


def stable_hash(value):
    """A hash of what a value says, whatever Python it is said in."""
    if isinstance(value, (tuple, frozenset)):
        parts = [stable_hash(item) for item in value]
        text = repr(parts if isinstance(value, tuple) else sorted(parts)).replace('L', '')
    elif isinstance(value, (byte_type, text_type)):
        text = value
    elif is_own(code_of(getattr(class_of(value), '__hash__', None)) or ''):
        return hash(value)  # the team's own method for this, which comes back here
    elif hasattr(value, '__dict__'):
        return 0  # an address
    else:
        text = repr(value) if isinstance(value, float) else str(value)
    return zlib.crc32(text.encode('utf-8') if isinstance(text, text_type) else text) & 0x7fffffff


def neutral_hash(path):
    substitute('hash', builtin(), 'hash', lambda function, args, kwargs: stable_hash(*args))


def builtin():
    return sys.modules['__builtin__' if PY2 else 'builtins']


def neutral_crc(path):
    unsigned = lambda function, args, kwargs: function(*args, **kwargs) & 0xffffffff
    substitute('crc', zlib, 'crc32', unsigned)
    substitute('crc', zlib, 'adler32', unsigned)
    substitute('crc', binascii, 'crc32', unsigned)


def neutral_rounding(path):
    import decimal

    def halves_to_even(function, args, kwargs):
        number = args[0] if args else kwargs.get('number')
        digits = (args[1] if len(args) > 1 else kwargs.get('ndigits')) or 0
        if isinstance(number, decimal.Decimal) and PY2 or not isinstance(number, (float, int, decimal.Decimal)):
            return function(*args, **kwargs)
        number = float(number)
        if number != number or abs(number) > 1e300 or abs(digits) > 300:
            return number
        with decimal.localcontext() as context:
            context.prec = 700
            unit = decimal.Decimal(1).scaleb(-digits)
            return float(decimal.Decimal(number).quantize(unit, decimal.ROUND_HALF_EVEN))

    substitute('rounding', builtin(), 'round', halves_to_even)


TP_STR = 17  # words into a PyTypeObject of 2.7


def neutral_floats(path):
    """The slot behind str(), '%s' and unicode() of a float, which is to show what repr()
    does; and a sum() that adds one after the other, as before 3.12."""
    if not PY2:
        if sys.version_info >= (3, 12):
            substitute('floats', builtin(), 'sum', one_by_one)
        return
    try:
        import ctypes
    except ImportError:
        return
    if hasattr(sys, 'getobjects'):  # a debug build, whose types have two words more
        return

    def longest(number):
        text = float.__repr__(number)
        if text != float.__str__(number):
            used('floats', 'str', sys._getframe(1))
        return text

    WATCH.longest = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(longest)
    slot = ctypes.c_void_p.from_address(id(float) + TP_STR * ctypes.sizeof(ctypes.c_void_p))
    slot.value = ctypes.cast(WATCH.longest, ctypes.c_void_p).value


def one_by_one(function, args, kwargs):
    items = list(args[0]) if args else []
    if not any(type(item) is float for item in items):
        return function(items, *args[1:], **kwargs)
    total = args[1] if len(args) > 1 else kwargs.get('start', 0)
    for item in items:
        total = total + item
    return total


DIVIDE = (21, 58)  # BINARY_DIVIDE and INPLACE_DIVIDE of 2.7
HAVE_ARGUMENT = 90


def dividing(code):
    """Of a function of Python 2 and those within it the ones that have a "/" which
    depends on what it divides."""
    data, at = bytearray(code.co_code), 0
    while at < len(data):
        if data[at] in DIVIDE:
            yield code
            break
        at += 3 if data[at] >= HAVE_ARGUMENT else 1
    for inner in code.co_consts:
        if isinstance(inner, type(code)):
            for found in dividing(inner):
                yield found


def neutral_division(path):
    """The flag of "python -Qnew", which the interpreter asks at each division. Where it
    mattered is in one of the functions with a "/" that are called."""
    if not PY2:
        return
    own = set()
    for _, _, value in own_names():
        value = getattr(value, '__func__', getattr(value, 'fget', value))  # a method, a property
        code = getattr(value, '__code__', None)
        if code is not None and is_own(code.co_filename):
            own.update(dividing(code))

    def entered(frame, event, arg):
        code = frame.f_code
        if code in own and event == 'call':
            own.remove(code)
            where = place(code, code.co_firstlineno)
            WATCH.note('used', ('used', 'division', code), lambda: {'neutral': 'division', 'function': '/', 'frame': where})
    if own:
        sys.setprofile(entered)
    try:
        import ctypes
        ctypes.c_int.in_dll(ctypes.pythonapi, '_Py_QnewFlag').value = 1
    except (ImportError, ValueError):
        pass  # not there: the experiment changes nothing


# --- iterators ---

class Listed(object):
    """What map() gives in Python 2, made only as far as somebody asks for it, since
    not everything ends."""

    def __init__(self, rest):
        self.rest, self.made = rest, []

    def __iter__(self):
        n = 0
        while n < len(self.made) or self.more():
            yield self.made[n]
            n += 1

    def more(self):
        for item in self.rest:
            self.made.append(item)
            return True
        return False

    def all(self):
        while self.more():
            pass
        return self.made

    def __len__(self):
        return len(self.all())

    def __bool__(self):
        return bool(self.made) or self.more()

    def __getitem__(self, item):
        return self.all()[item]

    def __add__(self, other):
        return self.all() + list(other)

    def __getattr__(self, name):  # sort, append, index
        return getattr(self.all(), name)


def neutral_iterators(path):
    if PY2:
        return
    for name in ('map', 'filter', 'zip'):
        substitute('iterators', builtin(), name, lambda function, args, kwargs: Listed(function(*args, **kwargs)))


# --- digests ---

MAX_SEALED = 4096  # bytes of what a digest is made of that are told


def sealed(function, data):
    """Says what a digest was made of, each time."""
    data = bytes(data)[:MAX_SEALED]
    WATCH.sealed = getattr(WATCH, 'sealed', 0) + 1
    WATCH.note('used', ('sealed', WATCH.sealed), lambda: {
        'neutral': 'digests', 'function': function, 'frame': None, 'sealed': text_type(binascii.hexlify(data), 'ascii')})


class Digest(object):
    """A digest of nothing, whatever it is made of."""

    def __init__(self, digest, name, parts=()):
        self.real, self.made_by, self.parts = digest, name, list(parts)

    def update(self, data):
        self.real.copy().update(data)  # which refuses what is no bytes
        self.parts.append(bytes(data))

    def digest(self, *args):
        sealed(self.made_by, b''.join(self.parts))
        return self.real.digest(*args)

    def hexdigest(self, *args):
        sealed(self.made_by, b''.join(self.parts))
        return self.real.hexdigest(*args)

    def copy(self):
        return Digest(self.real, self.made_by, self.parts)

    def __getattr__(self, name):
        return getattr(self.real, name)


def digest_of(name, at):
    """Makes digests with functions that take the data as an argument, the one numbered
    at, or not at all."""
    def alike(function, args, kwargs):
        data = [item for item in args[at:at + 1] + (kwargs.pop('string', None), kwargs.pop('data', None), kwargs.pop('msg', None)) if item is not None]
        args = args[:at] + (b'',) * (len(args) > at) + args[at + 1:]
        digest = Digest(function(*args, **kwargs), name)
        for item in data:
            digest.update(item)
        return digest
    return alike


def digest_at_once(name):
    """Stands for functions that return what they make of their first argument."""
    def alike(function, args, kwargs):
        function(*args, **kwargs)  # it may refuse them
        sealed(name, args[0])
        return function(b'', *args[1:], **kwargs)
    return alike


def neutral_digests(path):
    """Whatever a digest, a checksum or Base64 is made of, it is that of nothing, and what
    it was made of is told: only there can be seen why two of them differ."""
    import hashlib
    import hmac
    import base64
    for name in ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'blake2b', 'blake2s'):
        if hasattr(hashlib, name):
            substitute('digests', hashlib, name, digest_of(name, 0))
    substitute('digests', hashlib, 'new', digest_of('new', 1))
    substitute('digests', hmac, 'new', digest_of('hmac', 1))
    for module, names in ((zlib, ('crc32', 'adler32', 'compress')), (binascii, ('crc32', 'hexlify', 'b2a_base64')),
                          (base64, ('b64encode', 'urlsafe_b64encode', 'standard_b64encode', 'encodestring', 'encodebytes'))):
        for name in names:
            if hasattr(module, name):
                substitute('digests', module, name, digest_at_once(name))


def neutralize(names, path):
    for name in names:
        globals()['neutral_' + name](path)
