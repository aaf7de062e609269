# -*- coding: utf-8 -*-
"""Records what an interpreter's own tests of codecs decode, and what comes of it.

Loaded into a real CPython, 2.7 or 3.x, by cpython_test.go, which replays the
calls through the model. Methods of bytes cannot be replaced, so the source of
the tests is changed as it is loaded: each x.decode becomes a call of recorded
below, which hands out a function that notes what it is asked and answered; so
do x.incrementaldecoder, codecs.getreader and the others of NAMES. What cannot be
written down is counted by reason in SKIPPED and passed on unrecorded.
"""
import ast
import binascii
import codecs
import inspect
import io
import json
import os
import re
import sys
import types
import unittest

PY2 = sys.version_info[0] == 2
TEXT = type(u'')
BUFFERS = (bytes, bytearray, memoryview) + ((buffer,) if PY2 else ())  # noqa: F821
DEFAULT = 'ascii' if PY2 else 'utf-8'
NAMES = ('decode', 'incrementaldecoder', 'streamreader', 'getdecoder', 'getincrementaldecoder', 'getreader', 'iterdecode',
         'open', 'EncodedFile', 'StreamRecoder')
# Functions of module codecs that are codecs of their own, and whether they are final unless told otherwise.
FUNCTIONS = {'utf_7_decode': False, 'utf_8_decode': False, 'utf_16_decode': False, 'utf_16_le_decode': False,
             'utf_16_be_decode': False, 'utf_32_decode': False, 'utf_32_le_decode': False, 'utf_32_be_decode': False,
             'ascii_decode': True, 'latin_1_decode': True, 'unicode_escape_decode': True, 'raw_unicode_escape_decode': True}
HANDLERS = ('strict', 'ignore', 'replace', 'xmlcharrefreplace', 'backslashreplace', 'namereplace', 'surrogateescape', 'surrogatepass')
SESSIONS = []
SKIPPED = {}
SEEN = set()
MODULES = {}
_PAIR = re.compile(u'[\ud800-\udbff][\udc00-\udfff]')


class Inexpressible(Exception):
    """The arguments cannot be written down."""


def skip(what, why):
    key = '%s: %s' % (what, why)
    SKIPPED[key] = SKIPPED.get(key, 0) + 1


def hexed(b):
    return binascii.hexlify(bytes(b)).decode('ascii')


def generalized(text):
    if not PY2:
        return text.encode('utf-8', 'surrogatepass')
    if _PAIR.search(text):
        return b''.join([c.encode('utf-8') for c in text])
    return text.encode('utf-8')


def data_of(x):
    if not isinstance(x, BUFFERS):
        raise Inexpressible('decoding %s' % type(x).__name__)
    return hexed(x)


def name_of(x, what):
    if not isinstance(x, (str, TEXT)) or u'\0' in TEXT(x):
        raise Inexpressible('%s is %s' % (what, type(x).__name__))
    return x


def handler(errors):
    name = name_of(errors, 'errors')
    if name not in HANDLERS:
        try:
            codecs.lookup_error(name)
        except Exception:
            return name
        raise Inexpressible("an error handler of the test's own")
    return name


def result(text, used=None):
    if not isinstance(text, TEXT):
        return {'other': type(text).__name__}
    return {'text': hexed(generalized(text)), 'used': used}


def raised(e):
    message = runner.fault_message(e)
    out = {'type': runner.fault_type(e), 'message': hexed(generalized(message if isinstance(message, TEXT) else message.decode('latin-1')))}
    if type(e) is UnicodeDecodeError:
        out.update(codec=e.encoding, start=e.start, end=e.end, reason=e.reason, object=hexed(e.object))
    return out


def noted(event, call, pair=False):
    """Calls and adds the outcome to the event."""
    try:
        answer = call()
    except Exception as e:
        event.update(raised(e))
        raise
    event.update(result(*answer) if pair else result(answer))
    return answer


def once(op, encoding, errors, data, call, **more):
    """Notes one call that decodes."""
    try:
        s = dict(more, op=op, encoding=name_of(encoding, 'encoding'), errors=handler(errors), data=data_of(data))
    except Inexpressible as e:
        skip(op, e)
        return call()
    SESSIONS.append(s)
    return noted(s, call, op in ('info.decode', 'function'))


def bytes_decode(value, real):
    def decode(*args, **kwargs):
        def arguments(encoding=DEFAULT, errors='strict'):
            return encoding, errors
        try:
            encoding, errors = arguments(*args, **kwargs)
        except TypeError:
            skip('bytes.decode', 'wrong arguments')
            return real(*args, **kwargs)
        return once('bytes.decode', encoding, errors, value, lambda: real(*args, **kwargs))
    return decode


def recorded_text(*args, **kwargs):
    """str(b, encoding, errors), of 2.7 unicode()."""
    def arguments(object=b'', encoding=DEFAULT, errors='strict'):
        return object, encoding, errors
    try:
        value, encoding, errors = arguments(*args, **kwargs)
    except TypeError:
        return TEXT(*args, **kwargs)
    return once('str()', encoding, errors, value, lambda: TEXT(*args, **kwargs))


def codecs_decode(real):
    def decode(obj, encoding=DEFAULT, errors='strict'):
        return once('codecs.decode', encoding, errors, obj, lambda: real(obj, encoding, errors))
    return decode


def info_decode(name, real):
    def decode(*args, **kwargs):
        def arguments(input, errors='strict'):
            return input, errors
        try:
            value, errors = arguments(*args, **kwargs)
        except TypeError:
            skip('info.decode', 'wrong arguments')
            return real(*args, **kwargs)
        return once('info.decode', name, errors, value, lambda: real(*args, **kwargs))
    return decode


def function(name, real):
    def decode(*args, **kwargs):
        if len(args) > 3 or not args or kwargs or len(args) == 3 and FUNCTIONS[name]:
            skip(name, 'wrong arguments')
            return real(*args, **kwargs)
        errors = args[1] if len(args) > 1 else 'strict'
        final = bool(args[2]) if len(args) > 2 else FUNCTIONS[name]
        return once('function', name[:-len('_decode')], errors, args[0], lambda: real(*args), final=final)
    return decode


class Session(object):
    """What is noted of one stateful decoder."""

    def __init__(self, op, encoding, errors):
        self.noted = {'op': op, 'encoding': name_of(encoding, 'encoding'), 'errors': handler(errors), 'events': []}
        SESSIONS.append(self.noted)

    def decode(self, op, decoder, data, call, pair=False, **more):
        if self.noted is None:
            return call()
        try:
            event = dict(more, data=data_of(data), errors=handler(decoder.errors))
        except Inexpressible as e:
            self.end(op, e)
            return call()
        self.noted['events'].append(event)
        return noted(event, call, pair)

    def event(self, **event):
        if self.noted is not None:
            self.noted['events'].append(event)

    def end(self, op, why):
        skip(op, why)
        self.noted = None


def session(op, encoding, errors):
    try:
        return Session(op, encoding, errors)
    except Inexpressible as e:
        skip(op, e)


def incremental_class(encoding, real):
    if not isinstance(real, type):
        skip('incrementaldecoder', 'no class')
        return real
    has_state = real.getstate is not codecs.IncrementalDecoder.getstate
    if PY2:
        has_state = getattr(real.getstate, '__func__', None) is not codecs.IncrementalDecoder.getstate.__func__

    class Recorded(real):
        def __init__(self, errors='strict'):
            self._session, self._inside = None, False
            real.__init__(self, errors)
            self._session = session('incremental', encoding, errors)

        def decode(self, input, final=False):
            def call():
                self._inside = True
                try:
                    return real.decode(self, input, final)
                finally:
                    self._inside = False
            if self._inside or not self._session:
                return real.decode(self, input, final)
            return self._session.decode('incremental', self, input, call, final=bool(final))

        def reset(self):
            if self._session and not self._inside:
                self._session.event(reset=True)
            return real.reset(self)

        def getstate(self):
            state = real.getstate(self)
            if self._session and not self._inside and has_state:
                self._session.event(getstate=[hexed(state[0]), str(state[1])])
            return state

        def setstate(self, state):
            if self._session and not self._inside and (has_state or state != (b'', 0)):
                if isinstance(state, tuple) and len(state) == 2 and isinstance(state[0], bytes) and has_state:
                    self._session.event(setstate=[hexed(state[0]), str(state[1])])
                else:
                    self._session.end('setstate', 'no state')
            return real.setstate(self, state)
    return named_as(Recorded, real)


def named_as(recorded, real):
    """Gives a class the name of the one it stands for, which messages show."""
    for name in ('__name__', '__qualname__', '__module__'):
        if hasattr(real, name):
            setattr(recorded, name, getattr(real, name))
    return recorded


def reader_class(encoding, real):
    if not inspect.isclass(real):
        skip('streamreader', 'no class')
        return real
    if any(c.__module__ == '_multibytecodec' or c.__name__ == 'MultibyteStreamReader' for c in inspect.getmro(real)):
        skip('streamreader', 'its read() is written in C and decodes unseen')
        return real

    class Recorded(real):
        def __init__(self, stream, errors='strict'):
            self._session = session('reader', encoding, errors)
            real.__init__(self, stream, errors)

        def _call(self, found, input, errors):
            if not self._session:
                return found(input, errors)
            return self._session.decode('reader', self, input, lambda: found(input, errors), pair=True)

        def decode(self, input, errors='strict'):
            # Not real.decode: that may be a function of C, which is no method.
            found = next(c.__dict__['decode'] for c in inspect.getmro(real) if 'decode' in c.__dict__)
            if hasattr(found, '__get__'):
                found = found.__get__(self, Recorded)
            return self._call(found, input, errors)

        def __setattr__(self, name, value):
            # utf_16 and others replace their own decode once they know the byte order.
            if name == 'decode':
                found = value

                def value(input, errors='strict'):
                    return self._call(found, input, errors)
            self.__dict__[name] = value

        def reset(self):
            if self._session:
                self._session.event(reset=True)
            return real.reset(self)
    return named_as(Recorded, real)


def iterdecode(iterator, encoding, errors='strict', **kwargs):
    """codecs.iterdecode over a decoder that is recorded."""
    decoder = incremental_class(encoding, codecs.getincrementaldecoder(encoding))(errors, **kwargs)
    for input in iterator:
        output = decoder.decode(input)
        if output:
            yield output
    output = decoder.decode(b'', True)
    if output:
        yield output


def of_codecs(name, real):
    if name == 'decode':
        return codecs_decode(real)
    if name == 'getdecoder':
        return lambda encoding: info_decode(encoding, real(encoding))
    if name == 'getincrementaldecoder':
        return lambda encoding: incremental_class(encoding, real(encoding))
    if name == 'getreader':
        return lambda encoding: reader_class(encoding, real(encoding))
    if name == 'iterdecode':
        return iterdecode
    if name in FUNCTIONS:
        return function(name, real)
    if callable(real):
        def call(*args, **kwargs):
            skip('codecs.' + name, 'no model')
            return real(*args, **kwargs)
        return call
    return real


def recorded(value, name):
    """value.name, as something that notes what is decoded with it."""
    real = getattr(value, name)
    if value is codecs:
        return of_codecs(name, real)
    if isinstance(value, codecs.CodecInfo):
        if name == 'decode':
            return info_decode(value.name, real)
        if name == 'incrementaldecoder' and real is not None:
            return incremental_class(value.name, real)
        if name == 'streamreader' and real is not None:
            return reader_class(value.name, real)
    if name == 'decode' and isinstance(value, (bytes, bytearray)):
        return bytes_decode(value, real)
    if name == 'decode' and isinstance(value, TEXT):
        skip('bytes.decode', 'of text')
    return real


class Rewrite(ast.NodeTransformer):
    """Puts recorded and recorded_text into the source of a test."""

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or not (node.attr in NAMES or node.attr.endswith('_decode')):
            return node
        call = ast.parse('recorded(None, %r)' % node.attr, mode='eval').body
        call.args[0] = node.value
        return ast.copy_location(call, node)

    def visit_Call(self, node):
        self.generic_visit(node)
        if self.is_text(node.func) and (len(node.args) > 1 or node.keywords):
            node.func.id = 'recorded_text'
        if isinstance(node.func, ast.Attribute) and node.func.attr.startswith('assertRaises'):
            for a in node.args[1:2]:
                if self.is_text(a):
                    a.id = 'recorded_text'
        return node

    @staticmethod
    def is_text(node):
        return isinstance(node, ast.Name) and node.id == ('unicode' if PY2 else 'str')


def load(name):
    """Loads a test module with its source changed; None where it is not installed."""
    import test
    name = str(name)
    path = os.path.join(os.path.dirname(test.__file__), name + '.py')
    if not os.path.exists(path):
        return None
    with io.open(path, 'rb') as f:
        tree = ast.fix_missing_locations(Rewrite().visit(ast.parse(f.read(), path)))
    module = types.ModuleType('test.' + name)
    module.__file__ = path
    module.recorded, module.recorded_text = recorded, recorded_text
    sys.modules['test.' + name] = module
    setattr(test, name, module)
    exec(compile(tree, path, 'exec', dont_inherit=True), module.__dict__)
    return module


def begin(names):
    """Loads the modules; the classes of tests in them, as [module, class]."""
    try:
        from test import support
    except ImportError:  # distributions like to leave the tests out
        return []
    support.use_resources = []  # nothing is to be downloaded
    out = []
    for name in names:
        try:
            module = load(name)
        except unittest.SkipTest:
            module = None
        if module is None:
            continue
        if name == 'multibytecodec_support':
            continue  # bases of the others
        MODULES[name] = module
        for c in sorted(vars(module)):
            kind = getattr(module, c)
            # 2.7's ReadTest is a base of others, which its test_main leaves out.
            if isinstance(kind, type) and issubclass(kind, unittest.TestCase) and kind.__module__ == module.__name__ and c != 'ReadTest':
                out.append([name, c])
    return out


def run(args):
    """Runs one class and adds its sessions to a file, one JSON object a line."""
    name, c, path = args
    result = unittest.TestResult()
    try:
        unittest.defaultTestLoader.loadTestsFromTestCase(getattr(MODULES[name], c)).run(result)
    except unittest.SkipTest as e:  # by a constructor of 2.7 that would download a table
        result.addSkip(c, str(e))
    with io.open(path, 'ab') as f:
        for s in SESSIONS:
            line = json.dumps(s, sort_keys=True).encode('ascii') + b'\n'
            if line not in SEEN:  # many tests do the same for each codec of a family
                SEEN.add(line)
                f.write(line)
    del SESSIONS[:]
    skipped = dict(SKIPPED)
    SKIPPED.clear()
    failed = ['%s: %s' % (t, text.strip().splitlines()[-1]) for t, text in result.failures + result.errors]
    return {'ran': result.testsRun, 'failed': failed, 'skipped': skipped, 'skippedTests': len(result.skipped)}
