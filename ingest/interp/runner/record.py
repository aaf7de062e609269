# runner.py, part 9: what the team's code does with its input, seen without being
# changed. Functions of Python that are of interest are replaced, before the
# team's module is imported, by objects that call them and, during a call, say so.
# A class stays the class it is: only a function of it may be replaced.
import codecs
import csv
import functools
import io


class Patched(object):
    """Stands for a function that is written in C. Like one it is not bound when it
    is an attribute of a class; it is pickled by name, equals what it stands for,
    and isinstance takes it for one. Only type() tells."""

    def __init__(self, function, hook):
        self.__dict__.update(function=function, hook=hook, __doc__=function.__doc__,
                             __module__=getattr(function, '__module__', None))

    def __call__(self, *args, **kwargs):
        return self.hook(self.function, args, kwargs) if WATCH.on else self.function(*args, **kwargs)

    def __getattr__(self, name):
        return getattr(self.function, name)

    __class__ = property(lambda self: type(self.function))

    def __repr__(self):
        return repr(self.function)

    def __eq__(self, other):
        return other is self or other == self.function

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self.function)

    def __reduce_ex__(self, protocol):
        return self.function.__name__


def patch(hook, *places):
    """Replaces one function in all the modules that have it."""
    function = getattr(*places[0])
    patched = Patched(function, hook)
    for module, name in places:
        if getattr(module, name, None) is function:
            setattr(module, name, patched)
    return patched


class Watch(object):
    """Whether a call is under way in this process, and what it has shown so far."""

    on = False
    aside = None     # takes a line beside the rows
    input = None     # path of the delivery, without links in it
    reader = None    # the reader that was used last
    reading = False  # it was asked for a record and has not returned
    charset = None   # that open() takes for the delivery where none is given, in an experiment

    def __init__(self):
        self.seen = {}

    def begin(self, aside):
        self.on, self.aside = True, aside

    def forget(self):
        self.on, self.reader, self.reading, self.seen = False, None, False, {}

    def note(self, word, key, detail):
        """Says what was not seen before; the rest is counted."""
        entry = self.seen.get(key)
        if entry is not None:
            entry[1] += 1
            return
        self.seen[key] = [len(self.seen), 1]
        if len(self.seen) <= MAX_SEEN:
            self.aside(u'#%s %s' % (word, wire_json(detail())))

    def record(self):
        """The record of the input that is being read or was read last, 0 if none."""
        if self.reader is None:
            return 0
        return self.reader.records + (1 if self.reading else 0)

    def finish(self):
        """What is told at the end."""
        counts = sorted(list(self.seen.values()))[:MAX_SEEN]  # in the order in which they were said
        return {'records': self.reader.records if self.reader else 0, 'counts': [count for _, count in counts]}


MAX_SEEN = 200
WATCH = Watch()


# --- opens ---

def is_input(path):
    if path == WATCH.input:
        return True
    path = native_path(path)
    return path is not None and os.path.basename(path) == os.path.basename(WATCH.input) and real(path) == WATCH.input


def native_path(path):
    """A path as a native string, None where it is a descriptor or nothing at all."""
    try:
        if PY2:
            return path.encode(sys.getfilesystemencoding() or 'utf-8') if isinstance(path, text_type) else str(path) if isinstance(path, byte_type) else None
        return None if isinstance(path, int) else os.fsdecode(path)
    except (TypeError, ValueError):
        return None


def argument(args, kwargs, position, name, default=None):
    value = args[position] if len(args) > position else kwargs.get(name, default)
    return shown(value) if isinstance(value, (text_type, byte_type)) else default


def note_open(function, args, kwargs, positions):
    """Positions are those of mode, encoding, errors and newline, None where the
    function has no such argument."""
    path = args[0] if args else kwargs.get('file', kwargs.get('name', kwargs.get('filename')))
    found = [u'r', None, None, None]
    for n, name in enumerate(('mode', 'encoding', 'errors', 'newline')):
        value = args[positions[n]] if positions[n] is not None and len(args) > positions[n] else kwargs.get(name)
        if isinstance(value, (text_type, byte_type)):
            found[n] = shown(value)
    where = own_caller(sys._getframe(3))
    mine = is_input(path)
    key = (function, mine, tuple(found), where and (where['file'], where['line']))
    WATCH.note('open', key, lambda: {
        'function': function, 'input': mine, 'path': shown(path) if isinstance(path, (text_type, byte_type)) else '',
        'mode': found[0], 'encoding': found[1], 'errors': found[2], 'newline': found[3], 'frame': where})


def indirect(depth=3):
    """Whether the hooked open was called by codecs.open, which is what is recorded,
    or by an import."""
    frame = sys._getframe(depth)
    return frame.f_globals is vars(codecs) or frame.f_code.co_filename.startswith('<frozen importlib')


IN_IO = (1, 3, 4, 5)  # open(file, mode, buffering, encoding, errors, newline)
IN_FILE = (1, None, None, None)  # Python 2: open(name, mode, buffering)


def open_hook(name, positions):
    def hook(function, args, kwargs):
        if not indirect():
            note_open(name, args, kwargs, positions)
        guard_open(args, kwargs)
        if WATCH.charset is not None and positions is IN_IO:
            args, kwargs = explicit(args, kwargs)
        return function(*args, **kwargs)
    return hook


def watch_codecs():
    """codecs.open and iterdecode are functions, getreader's result a class: each is
    replaced by one of its kind."""
    real_open, real_iterdecode, real_getreader = codecs.open, codecs.iterdecode, codecs.getreader

    @functools.wraps(real_open)
    def open(filename, *args, **kwargs):
        if WATCH.on:
            # open(filename, mode, encoding, errors, buffering)
            positional(note_open, 'codecs.open', (filename,) + args, kwargs, (1, 2, 3, None))
        return real_open(filename, *args, **kwargs)

    @functools.wraps(real_iterdecode)
    def iterdecode(iterator, encoding, *args, **kwargs):
        if WATCH.on:
            positional(note_open, 'codecs.iterdecode', (None, None, encoding) + args, kwargs, (None, 2, 3, None))
        return real_iterdecode(iterator, encoding, *args, **kwargs)

    @functools.wraps(real_getreader)
    def getreader(encoding):
        if WATCH.on:
            positional(note_open, 'codecs.getreader', (None, None, encoding), {}, (None, 2, None, None))
        return real_getreader(encoding)

    codecs.open, codecs.iterdecode, codecs.getreader = open, iterdecode, getreader


def positional(note, *args):
    """One more frame, so that all hooks are equally far from their callers."""
    note(*args)


# --- the csv module ---

class Reader(object):
    """A csv.reader that counts. The type it stands for can neither be extended nor
    be asked, so this is one object more; isinstance takes it for the other."""

    __slots__ = ('reader', 'records')

    def __init__(self, reader):
        self.reader, self.records = reader, 0

    def __iter__(self):
        return self

    def following(self):
        WATCH.reader, WATCH.reading = self, True
        try:
            row = next(self.reader)  # what else it raises was raised while it read
        except StopIteration:
            WATCH.reading = False
            raise
        WATCH.reading = False
        self.records += 1
        return row

    locals()['next' if PY2 else '__next__'] = following
    line_num = property(lambda self: self.reader.line_num)
    dialect = property(lambda self: self.reader.dialect)
    __class__ = property(lambda self: type(self.reader))
    __doc__ = property(lambda self: self.reader.__doc__)

    def __repr__(self):
        return repr(self.reader)

    def __reduce_ex__(self, protocol):
        return self.reader.__reduce_ex__(protocol)


DIALECT = ('delimiter', 'doublequote', 'escapechar', 'lineterminator', 'quotechar', 'quoting', 'skipinitialspace', 'strict')


FLAGS = ('doublequote', 'skipinitialspace', 'strict')  # 0 and 1 before 3.8


def dialect_of(dialect):
    """Names and wire forms, since a delimiter may be bytes."""
    found = [(name, getattr(dialect, name, DIALECT)) for name in DIALECT]
    return [[name, wire(bool(value) if name in FLAGS else value)] for name, value in found if value is not DIALECT]


def note_csv(function, dialect, source=None):
    where = own_caller(sys._getframe(3))
    found = dialect_of(dialect)
    about = [native_text(type_name(source)) if source is not None else '']
    for name in ('encoding', 'errors'):
        value = getattr(source, name, None)
        about.append(shown(value) if isinstance(value, (text_type, byte_type)) else '')
    key = (function, tuple(map(tuple, found)), tuple(about), where and (where['file'], where['line']))
    WATCH.note('csv', key, lambda: {
        'function': function, 'dialect': found, 'limit': csv.field_size_limit(), 'frame': where,
        'source': about[0], 'encoding': about[1], 'errors': about[2]})


def csv_name(plain, cls):
    """csv.DictReader where that is what made the reader."""
    frame = sys._getframe(3)
    if frame.f_code.co_name == '__init__' and isinstance(frame.f_locals.get('self'), cls):
        return 'csv.' + cls.__name__
    return plain


def hook_reader(function, args, kwargs):
    reader = function(*args, **kwargs)
    note_csv(csv_name('csv.reader', csv.DictReader), reader.dialect, args[0])
    return Reader(reader)


def hook_writer(function, args, kwargs):
    writer = function(*args, **kwargs)
    note_csv(csv_name('csv.writer', csv.DictWriter), writer.dialect)
    return writer


def watch_sniffer():
    real_sniff = csv.Sniffer.sniff

    @functools.wraps(real_sniff)
    def sniff(self, *args, **kwargs):
        dialect = real_sniff(self, *args, **kwargs)
        if WATCH.on:
            positional(note_csv, 'csv.Sniffer.sniff', dialect)
        return dialect

    csv.Sniffer.sniff = sniff


# --- classes that open files ---

def stand_in(name, real_class, before):
    """A class of which code asks isinstance and which it extends cannot be replaced by a
    function, so what stands for it is a class in name only: what it makes is of the
    real one. Before that, during a call, it says so."""

    class Meta(type):
        def __new__(mcs, cls_name, bases, namespace):
            if (cls_name, bases) == (name, (object,)):
                return type.__new__(mcs, cls_name, bases, namespace)
            bases = tuple(real_class if isinstance(b, Meta) else b for b in bases)
            return type(real_class)(cls_name, bases, namespace)

        def __call__(cls, *args, **kwargs):
            if WATCH.on and not indirect(2):
                before(args, kwargs)
            return real_class(*args, **kwargs)

        __instancecheck__ = lambda cls, value: isinstance(value, real_class)
        __subclasscheck__ = lambda cls, other: issubclass(other, real_class)
        __eq__ = lambda cls, other: other is cls or other is real_class
        __ne__ = lambda cls, other: not cls == other
        __hash__ = lambda cls: hash(real_class)
        __repr__ = lambda cls: repr(real_class)
        __getattribute__ = lambda cls, name: getattr(real_class, name)

    return Meta(name, (object,), {})


def note_file(args, kwargs):
    positional(note_open, 'file', args, kwargs, IN_FILE)
    guard_open(args, kwargs)


def watch_all():
    """Replaces everything; it must be done before the team's module is imported."""
    import _csv
    import _io
    if PY2:
        import __builtin__ as builtin
        patch(open_hook('open', IN_FILE), (builtin, 'open'))
        patch(open_hook('io.open', IN_IO), (io, 'open'), (_io, 'open'))
        builtin.file = stand_in('file', builtin.file, note_file)
    else:
        import builtins as builtin
        patch(open_hook('open', IN_IO), (builtin, 'open'), (io, 'open'), (_io, 'open'))
    if not AUDITED:
        io.FileIO = _io.FileIO = stand_in('FileIO', io.FileIO, guard_open)
    watch_codecs()
    patch(hook_reader, (csv, 'reader'), (_csv, 'reader'))
    patch(hook_writer, (csv, 'writer'), (_csv, 'writer'))
    watch_sniffer()
