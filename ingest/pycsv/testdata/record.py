# -*- coding: utf-8 -*-
"""Records what an interpreter's own Lib/test/test_csv.py asks of module csv, and what it is answered.

Loaded into a real CPython, 2.7 or 3.x, by cpython_test.go, which replays the
calls through the model. While the tests run, the names of module csv are ours:
each notes its arguments, passes the call on and notes the result. Arguments
that no feed can have (objects with a broken __iter__, a file that fails) are
counted by reason in SKIPPED and passed on unrecorded.
"""
import csv
import io
import json
import sys
import unittest

PY2 = sys.version_info[0] == 2
SINCE_312 = sys.version_info >= (3, 12)
NAMES = ('delimiter', 'doublequote', 'escapechar', 'lineterminator', 'quotechar', 'quoting', 'skipinitialspace', 'strict')
STRING = (str, type(u''))
PLAIN = (type(None), bool, int, float, bytes, type(u'')) + ((long,) if PY2 else ())  # noqa: F821
REAL = {}       # what the names of module csv meant before
STANDARD = {}   # the registry of Lib/csv.py
SESSIONS = []   # one dict per object or call, in order
SKIPPED = {}    # why something was not recorded: how often


class Inexpressible(Exception):
    """The arguments cannot be written down."""


def skip(what, why):
    key = '%s: %s' % (what, why)
    SKIPPED[key] = SKIPPED.get(key, 0) + 1


def express(v):
    """An argument in the wire form; it must come back as the same object."""
    if type(v) in PLAIN:
        return runner.wire(v)
    if type(v) in (list, tuple):
        return u'[%s]' % u','.join([express(x) for x in v])
    raise Inexpressible('a value of type %s' % type(v).__name__)


def fault(e):
    text = runner.fault_message(e)
    return [runner.fault_type(e), runner.wire(text if isinstance(text, type(u'')) else text.decode('latin-1'))]


def attributes(dialect):
    """The attributes _csv.Dialect reads of an object, those that are there."""
    out = []
    for name in NAMES:
        try:
            out.append((name, getattr(dialect, name)))
        except AttributeError:
            pass
    return out


def flatten(dialect):
    """Options with the effect of a dialect given to csv.reader."""
    if not isinstance(dialect, STRING):
        return attributes(dialect)
    try:
        registered = attributes(REAL['get_dialect'](dialect))
    except csv.Error:
        return [('dialect', dialect)]
    if STANDARD.get(dialect) == registered:
        return [('dialect', dialect)]
    return registered


def options(given, kwargs):
    """given holds the dialect, if there is one; keywords come after its attributes and replace them."""
    kwargs = dict(kwargs)
    if 'dialect' in kwargs:
        if given:
            raise Inexpressible('two dialects')
        given = [kwargs.pop('dialect')]
    pairs = [p for d in given for p in flatten(d) if p[0] not in kwargs]
    return [[name, express(v)] for name, v in pairs + list(kwargs.items())]


class Session(object):
    """What is noted of one object: how it was made and what happened to it."""

    def __init__(self, op, **noted):
        self.op, self.noted, self.over = op, dict(noted, op=op, events=[]), False
        SESSIONS.append(self.noted)

    def refused(self, e):
        self.noted['refused'] = fault(e)

    def event(self, **e):
        if not self.over:
            self.noted['events'].append(e)

    def end(self, why):
        if not self.over:
            self.over = True
            skip(self.op, why)


def shown(dialect):
    """The attributes of a _csv.Dialect; its truth values are 0 and 1 until 3.7."""
    truths = ('doublequote', 'skipinitialspace', 'strict')
    values = [bool(getattr(dialect, n)) if n in truths else getattr(dialect, n) for n in NAMES]
    return [runner.wire_any(v) for v in values]


class Tee(object):
    """Passes an iterator on and notes what it yields or raises."""

    def __init__(self, it, session):
        self.it, self.session = it, session
        session.noted['items'] = self.items = []

    def __iter__(self):
        return self

    def __next__(self):
        try:
            item = next(self.it)
        except StopIteration:
            self.items.append(None)
            raise
        except Exception as e:
            self.items.append({'raised': fault(e)})
            raise
        try:
            self.items.append({'value': express(item)})
        except Inexpressible as e:
            self.session.end('%s as an item' % e)
        return item

    next = __next__


def tee_of(f, session):
    try:
        return Tee(iter(f), session)
    except Exception:
        raise Inexpressible('iter() of its argument fails')


def answered(session, call, line_num, **more):
    """Notes what next() does."""
    try:
        row = call()
    except StopIteration:
        session.event(line=line_num(), limit=REAL['field_size_limit'](), **more)
        raise
    except Exception as e:
        session.event(raised=fault(e), line=line_num(), limit=REAL['field_size_limit'](), **more)
        raise
    session.event(value=runner.wire_any(row), line=line_num(), limit=REAL['field_size_limit'](), **more)
    return row


class Reader(object):
    """Stands for a csv.reader object."""

    def __init__(self, real, session):
        self._real, self._session = real, session

    def __iter__(self):
        return self

    def __next__(self):
        return answered(self._session, lambda: next(self._real), lambda: self._real.line_num)

    next = __next__
    line_num = property(lambda self: self._real.line_num)
    dialect = property(lambda self: self._real.dialect)


def make(op, args, kwargs, wrap, stand_in):
    """A reader or writer over args[0], which wrap replaces by something that notes what happens to it."""
    if not 1 <= len(args) <= 2:
        raise Inexpressible('%d positional arguments' % len(args))
    opts = options(list(args[1:]), kwargs)
    session = Session(op, options=opts)
    try:
        first = wrap(args[0], session)
    except Inexpressible:
        SESSIONS.remove(session.noted)
        raise
    try:
        real = REAL[op](first, *args[1:], **kwargs)
    except Exception as e:
        session.refused(e)
        raise
    session.noted['dialect'] = shown(real.dialect)
    return stand_in(real, session)


def reader(*args, **kwargs):
    try:
        return make('reader', args, kwargs, tee_of, Reader)
    except Inexpressible as e:
        skip('reader', e)
    return REAL['reader'](*args, **kwargs)


class Output(object):
    """Passes a writer's text on and notes it."""

    def __init__(self, f, session):
        self.real, self.session, self.written = f.write, session, []

    def write(self, text):
        self.written.append(express(text))
        try:
            return self.real(text)
        except Exception:
            self.session.end('write() of its file fails')
            raise


def output_of(f, session):
    try:
        session.output = Output(f, session)
    except Exception:
        raise Inexpressible('its file has no write()')
    return session.output


class Writer(object):
    """Stands for a csv.writer object."""

    def __init__(self, real, session):
        self._real, self._session = real, session

    dialect = property(lambda self: self._real.dialect)

    def _record(self, method, argument, noted):
        session = self._session
        del session.output.written[:]
        try:
            result = getattr(self._real, method)(argument)
        except Exception as e:
            session.event(method=method, argument=noted, written=session.output.written[:], raised=fault(e))
            raise
        session.event(method=method, argument=noted, written=session.output.written[:])
        return result

    def writerow(self, row):
        try:
            row = row if type(row) in PLAIN + (list, tuple) else list(row)
            noted = express(row)
        except Exception as e:
            self._session.end(e if isinstance(e, Inexpressible) else 'iter() of a row fails')
            return self._real.writerow(row)
        return self._record('writerow', row, noted)

    def writerows(self, rows):
        try:
            rows = rows if type(rows) in PLAIN else [r if type(r) in PLAIN + (list, tuple) else list(r) for r in rows]
            noted = express(rows)
        except Exception as e:
            self._session.end(e if isinstance(e, Inexpressible) else 'iter() of the rows fails')
            return self._real.writerows(rows)
        return self._record('writerows', rows, noted)


def writer(*args, **kwargs):
    try:
        return make('writer', args, kwargs, output_of, Writer)
    except Inexpressible as e:
        skip('writer', e)
    return REAL['writer'](*args, **kwargs)


def dialect_call(op, given, kwargs, call, result=lambda r: r):
    """Notes a call that checks a dialect."""
    try:
        session = Session(op, options=options(given, kwargs))
    except Inexpressible as e:
        skip(op, e)
        return call()
    try:
        r = call()
    except Exception as e:
        session.refused(e)
        raise
    session.noted['dialect'] = shown(result(r))
    return r


def new_dialect(*args, **kwargs):
    return dialect_call('Dialect', list(args), kwargs, lambda: REAL['_Dialect'](*args, **kwargs))


def register_dialect(*args, **kwargs):
    def call():
        return REAL['register_dialect'](*args, **kwargs)
    if not 1 <= len(args) <= 2 or not isinstance(args[0], STRING):
        skip('register_dialect', 'without a name')
        return call()
    return dialect_call('register_dialect', list(args[1:]), kwargs, call, lambda r: REAL['get_dialect'](args[0]))


def counted(name):
    """A function whose calls are counted: the model has no registry, and is told the limit."""
    def call(*args, **kwargs):
        Session(name)
        return REAL[name](*args, **kwargs)
    return call


def dict_options(args, kwargs):
    names = ('fieldnames', 'restkey', 'restval', 'dialect')
    if len(args) > len(names):
        raise Inexpressible('%d positional arguments' % (1 + len(args)))
    kwargs = dict(kwargs, **dict(zip(names, args)))
    dialect = kwargs.get('dialect', 'excel')
    own = [[n, express(kwargs.pop(n))] for n in names[:3] if n in kwargs]
    if isinstance(dialect, STRING) and flatten(dialect) == [('dialect', dialect)]:
        return own + [[n, express(v)] for n, v in kwargs.items()]
    # The attributes of an object stand for themselves; dialect=None adds none.
    kwargs.pop('dialect')
    return own + [['dialect', u'null']] + options([dialect], kwargs)


def make_dict_reader(real):
    class DictReader(real):
        """csv.DictReader, noting its rows and its header."""

        def __init__(self, *args, **kwargs):
            self._inside, self._session = True, None
            try:
                args, kwargs = self._begin(list(args), dict(kwargs))
            except Inexpressible as e:
                skip('DictReader', e)
            try:
                real.__init__(self, *args, **kwargs)
            except Exception as e:
                if self._session:
                    self._session.refused(e)
                raise
            self._inside = False

        def _begin(self, args, kwargs):
            if 'f' in kwargs:
                args = [kwargs.pop('f')] + args
            if not args:
                raise Inexpressible('no file')
            names = kwargs.get('fieldnames', args[1] if len(args) > 1 else None)
            if SINCE_312 and names is not None and hasattr(names, '__next__'):
                names = list(names)  # as __init__ does
                if len(args) > 1:
                    args[1] = names
                else:
                    kwargs['fieldnames'] = names
            session = Session('DictReader', options=[])
            try:
                session.noted['options'] = dict_options(args[1:], kwargs)
                args[0] = tee_of(args[0], session)
            except Inexpressible:
                SESSIONS.remove(session.noted)
                raise
            self._session = session
            return args, kwargs

        def _note(self, call, **more):
            if self._inside or not self._session:
                return call()
            self._inside = True
            try:
                return answered(self._session, call, lambda: self.line_num, **more)
            finally:
                self._inside = False

        def __next__(self):
            return self._note(lambda: (real.next if PY2 else real.__next__)(self))

        next = __next__

        def _get(self):
            return self._note(lambda: real.__dict__['fieldnames'].fget(self), fieldnames=True)

        def _set(self, names):
            if self._session:
                self._session.end('fieldnames are set')
            real.__dict__['fieldnames'].fset(self, names)

        fieldnames = property(_get, _set)
    return DictReader


def make_sniffer(real):
    class Sniffer(real):
        """csv.Sniffer, noting its answers."""

        def sniff(self, sample, delimiters=None):
            def call():
                return real.sniff(self, sample, delimiters)
            return self._note('sniff', call, lambda d: u'[%s]' % u','.join(shown_class(d)), sample, delimiters)

        def has_header(self, sample):
            return self._note('has_header', lambda: real.has_header(self, sample), runner.wire_any, sample, None)

        def _note(self, op, call, show, sample, delimiters):
            try:
                session = Session(op, sample=express(sample), delimiters=express(delimiters))
            except Inexpressible as e:
                skip(op, e)
                return call()
            try:
                result = call()
            except Exception as e:
                session.refused(e)
                raise
            session.noted['result'] = show(result)
            return result
    return Sniffer


def shown_class(dialect):
    return [runner.wire_any(getattr(dialect, name)) for name in
            ('delimiter', 'doublequote', 'lineterminator', 'quotechar', 'quoting', 'skipinitialspace')]


def install():
    for name in ('reader', 'writer', 'get_dialect', 'list_dialects', 'unregister_dialect', 'register_dialect',
                 'field_size_limit', '_Dialect', 'DictReader', 'Sniffer'):
        REAL[name] = getattr(csv, name)
    for name in csv.list_dialects():
        STANDARD[name] = attributes(csv.get_dialect(name))
    ours = {'reader': reader, 'writer': writer, '_Dialect': new_dialect, 'register_dialect': register_dialect,
            'DictReader': make_dict_reader(csv.DictReader), 'Sniffer': make_sniffer(csv.Sniffer)}
    for name in REAL:
        stand_in = ours.get(name) or counted(name)
        stand_in.__module__ = REAL[name].__module__  # test__all__ asks
        setattr(csv, name, stand_in)


def uninstall():
    for name, real in REAL.items():
        setattr(csv, name, real)


def run(path):
    """Runs the tests under the recorder and writes the sessions, one JSON object a line."""
    try:
        module = __import__('test.test_csv', fromlist=['test_csv'])
    except ImportError as e:  # distributions like to leave the tests out
        return {'missing': str(e)}
    suite = unittest.defaultTestLoader.loadTestsFromModule(module)
    result = unittest.TestResult()
    install()
    try:
        suite.run(result)
    finally:
        uninstall()
    with io.open(path, 'wb') as f:
        for s in SESSIONS:
            f.write(json.dumps(s).encode('ascii') + b'\n')
    failed = ['%s: %s' % (t, text.strip().splitlines()[-1]) for t, text in result.failures + result.errors]
    return {'ran': result.testsRun, 'failed': failed, 'skipped': SKIPPED}
