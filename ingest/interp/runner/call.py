# runner.py, part 14: call mode. A process imports the team's modules once; every
# request runs in a fresh forked child, so that no request sees another's globals,
# caches or files. This part is the import and the child.
import signal
import time

if PY2:
    from thread import allocate_lock
else:
    from _thread import allocate_lock

now = time.time if PY2 else time.monotonic

# Exit statuses of a child that could not tell what happened by itself.
CHILD_FAILED, PIPE_CLOSED = 119, 120


# --- import and setup ---

def path_of(value):
    """A path from the hex of its bytes."""
    data = binascii.unhexlify(value)
    return data if PY2 else os.fsdecode(data)


def harness_dict(exc):
    return {'code': exc.code, 'message': native_text(exc.message), 'hint': native_text(exc.hint)}


def harness_line(exc):
    return u'#harness ' + wire_json(harness_dict(exc))


def prepare(req):
    """Imports the team's modules, the one of the call first, and runs its setup."""
    where = os.getcwd()
    # -c puts '' there, which would follow a later chdir; -P and friends nothing.
    if sys.path and sys.path[0] == '':
        sys.path[0] = where
    else:
        sys.path.insert(0, where)
    watch_all()
    watch_effects()
    if not req.get('fresh'):
        rehearse()
    if req['clocked']:
        watch_clock()
    TARGET.where = where
    names = [literal(name) for name in req['modules']]
    for name in names:
        module = import_module(name)
        roots, files = own_files(where, module)
        TARGET.roots, TARGET.files = TARGET.roots + roots, TARGET.files + files
    _KNOWN.clear()
    # Processes that the team's code leaves behind become our children, so that
    # they can be ended whatever session they moved to.
    KEPT.subreaper = prctl(PR_SET_CHILD_SUBREAPER, 1)
    if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # or no child could be waited for
    run_setup(literal(req['setup']))
    add_serializers(literal(req['serializers']), names[0])
    if 'django.db' in sys.modules:
        forget_connections()
    INHERITED[:] = inherited()
    MEMORY.measure()
    know_modules(prepare, csv.DictReader.__init__, codecs.StreamReader.read)


def import_module(name):
    try:
        return importlib.import_module(name)
    except BaseException as exc:  # SystemExit as well: a script is no module
        raise Harness('import-error', 'import %s: %s' % (name, told(exc)),
                      'the module must import under python %s, run in %s' % (sys.version.split()[0], os.getcwd()))


def told(exc):
    """The exception being handled, in one line with its place."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    where = ' (%s line %s)' % tuple(frames[-1][:2]) if frames else ''
    return '%s: %s%s' % (fault_type(exc), one_line(exc), where)


def run_setup(function):
    if not function:
        return
    setup = find('setup', function)
    try:
        setup()
    except BaseException as exc:
        raise Harness('setup-failed', 'setup %s: %s' % (function, told(exc)),
                      'it is called without arguments, once, after the modules are imported')


def find(role, function, start=None):
    """What "module:a.b" names; of an object that is given, its method "a.b"."""
    target, names = start, function
    if start is None:
        module, _, names = function.partition(':')
        target = sys.modules.get(module) or import_module(module)
    for name in names.split('.'):
        if not hasattr(target, name):
            raise Harness('no-function', 'find %s: %s has no %r' % (function, type_name(target), name),
                          '%s is %s' % (role, '"module:name"' if start is None else 'a method of what factory makes'))
        target = getattr(target, name)
    if role != 'serializers' and not callable(target):
        raise Harness('not-callable', 'call %s: it is of type %s' % (function, type_name(target)), '%s names a function' % role)
    return target


def add_serializers(named, module):
    table = find('serializers', named) if named else getattr(sys.modules[module], 'SERIALIZERS', {})
    if not isinstance(table, Mapping):
        raise Harness('serializer-failed', 'read serializers: they are of type %s' % type_name(table),
                      'a dict of class names, such as "shop.models.Price", to functions')
    for name in table:
        SERIALIZERS[str(name)] = table[name]


# --- the call ---

class Fault(object):
    """What the path raised, as far as it is known here."""

    def __init__(self, kind, message, tb=None):
        self.kind, self.message = kind, message
        self.seen = {'record': WATCH.record(), 'frame': own_frame(tb)}


def memory_fault():
    MEMORY.more()
    return Fault('memory-limit', u'needed more than %d MB' % (CALL['memory'] >> 20))


MAX_MESSAGE = 1 << 16
CALL = {}  # the request


ITERATED = (type(_ for _ in ()), list, tuple)  # what needs no look at abstract classes


SINGLE = (Mapping, set, frozenset, text_type, byte_type, bytearray)
COUNTS = (type(None), bool, int, long if PY2 else int)  # noqa: F821


def rows_of(result, name):
    """What a function returned as rows. A mapping and a set have no order that
    two Pythons would share, so each is one row, compared as a whole, as is any single
    value. How many rows there were, or that all went well, tells nothing of them."""
    if type(result) in ITERATED:
        return iter(result)
    if isinstance(result, SINGLE):
        return iter([result])
    try:
        return iter(result)
    except TypeError:
        if own_frame(sys.exc_info()[2].tb_next):
            raise
    if type(result) not in COUNTS:
        return iter([result])
    raise Harness('nothing-to-compare', '%s returned %s, nothing to compare: name a collect' % (name, type_name(result)),
                  'collect names a function that yields the state the call leaves; or let the call return or yield rows')


def exhaust(result):
    """Runs a generator to its end, for what it does on its way."""
    if hasattr(result, 'next' if PY2 else '__next__'):
        for _ in result:
            pass


def judge(name, iterating):
    """The exception being handled: a fault of the path, or ours. What an iterator
    raises that the team's code made and returned is its own, whoever wrote the
    iterator's class."""
    _, exc, tb = sys.exc_info()
    if isinstance(exc, Harness):
        return exc
    if isinstance(exc, MemoryError):  # there may have been none left for a traceback
        return memory_fault()
    if iterating or own_frame(tb):
        return Fault(fault_type(exc), fault_message(exc)[:MAX_MESSAGE], tb)
    code = 'wrong-signature' if isinstance(exc, TypeError) else 'call-failed'
    return Harness(code, 'call %s: %s: %s' % (name, fault_type(exc), one_line(exc)),
                   'it is called with one argument, %s' % ARGUMENTS[CALL['args']][0])


ARGUMENTS = {
    'path': ('the path of the input', lambda path: path),
    'file-rb': ("a file opened by open(path, 'rb')", lambda path: open(path, 'rb')),
    'file-text': ('a file opened by open(path)', lambda path: open(path)),
}


def stream(channel, rows, name, failed):
    """Sends a line per row; returns how many and how they ended, None for well."""
    n, most = 0, CALL['rows']
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return n, None
        except BaseException:
            return n, failed()
        if n == most > 0:
            return n, Fault('row-limit', u'gave more than %d rows' % most)
        try:
            channel.row(wire_row(row))
        except Harness as exc:
            exc.message = '%s row %d: %s' % (name, n + 1, exc.message)
            return n, exc
        except MemoryError:
            return n, memory_fault()
        n += 1


def produce(channel, req):
    """Makes the call and sends what it gave, then how it ended."""
    name, collect = req['function'], req['collect']
    made, function = target(req['factory'], name)
    collector = find('collect', collect) if collect else None
    argument = ARGUMENTS[req['args']][1](WATCH.input)
    if made is not None or req['fresh'] or req['rollback']:
        channel.row(u'#call')  # else nothing before it could have gone wrong
    n, rows, ending = 0, iter(()), None
    try:
        result = function(argument)
        if collect:
            exhaust(result)
        else:
            rows = rows_of(result, name)
    except BaseException:
        ending = judge(name, False)
    if ending is None and not collect:
        n, ending = stream(channel, rows, name, lambda: judge(name, True))
    elif collect and not isinstance(ending, Harness):
        channel.row(u'#collect')
        n, trouble = collected(channel, collect, collector, made)
        ending = trouble or ending
    finish(channel, n, ending)


def collected(channel, name, function, made):
    """Sends the rows of the state that the call has left, also where it raised."""
    def failed():
        exc = sys.exc_info()[1]
        MEMORY.more()
        if isinstance(exc, Harness):
            return exc
        return Harness('collect-failed', 'collect %s: %s' % (name, told(exc)),
                       'it is called %s' % ('without arguments' if made is None else 'with the object that factory made'))
    try:
        rows = rows_of(function() if made is None else function(made), name)
    except BaseException:
        return 0, failed()
    return stream(channel, rows, name, failed)


def target(factory, name):
    """The function to call, and the object whose method it is."""
    if not factory:
        return None, find('call', name)
    make = find('factory', factory)
    try:
        made = make()
    except BaseException as exc:
        raise Harness('factory-failed', 'factory %s: %s' % (factory, told(exc)), 'it is called without arguments before each call')
    return made, find('call', name, made)


def finish(channel, n, ending):
    WATCH.on = False
    seen = WATCH.finish()
    if isinstance(ending, Fault):
        seen.update(ending.seen)
    if isinstance(ending, Harness):
        last = harness_line(ending)
    elif ending is None:
        last = u'#end'
    else:
        last = wire_fault(ending.kind, ending.message, n + 1)
    channel.row(u'#seen %s\n%s' % (wire_json(seen), last))


class Channel(object):
    """The pipe to the parent. A row is written at once: a crash must not take the
    rows before it along."""

    def __init__(self, fd):
        self.fd, self.pid, self.waiting = fd, os.getpid(), []
        self.lock = allocate_lock()

    def row(self, line):
        if os.getpid() != self.pid:
            os._exit(0)  # the team's code forked, and this is not the process asked
        with self.lock:
            self.write([line])

    def aside(self, line):
        """From any thread, and from a signal handler while a row is written."""
        if os.getpid() != self.pid:
            return
        self.waiting.append(line)
        if self.lock.acquire(False):
            try:
                self.write([])
            finally:
                self.lock.release()

    def write(self, lines):
        waiting = self.waiting[:]
        data = to_bytes(u''.join([line + u'\n' for line in waiting + lines]))
        del self.waiting[:len(waiting)]
        try:
            self.send(data)
        except OSError:
            os._exit(PIPE_CLOSED)

    def send(self, data):
        write_all(self.fd, data)


def rehearse():
    """Does what every call does, before the team's code is there and, by the same means,
    after. What Python keeps of it, such as the quick form of the code that it runs and
    where it found a method, is then in the memory that the children share, rather than
    made in each."""
    MEANS[:] = MEANS or [open, csv.DictReader]
    null = os.open(os.devnull, os.O_WRONLY)
    channel = Channel(null)
    CALL['memory'] = CALL['rows'] = 0
    kept, MEMORY.limit = (MEMORY.limit, MEMORY.ballast), None
    for _ in range(REHEARSALS):
        WATCH.begin(channel.aside)
        WATCH.input = os.devnull
        finish(channel, *stream(channel, rows_of(rehearsed(*MEANS), ''), '', lambda: judge('', True)))
        WATCH.forget()
    MEMORY.limit, MEMORY.ballast = kept
    os.close(null)


MEANS = []  # with which to rehearse
REHEARSALS = 8  # 3.11 and later rewrite code that has run a few times


def rehearsed(opener, reader):
    with opener(os.devnull) as f:
        on_event('open', (os.devnull, 'r', os.O_RDONLY))
        for row in reader(f if PY2 else ['a,b\n', '1,\n']):
            pass
    for value in (u'1', b'1', 1, None, 0.5):
        yield [value, {u'a': value}]
    raise MemoryError  # what is said of it is then said with little memory


def run_child(fd, req):
    """Runs the call and exits."""
    channel = Channel(fd)
    os.setpgid(0, 0)  # a session of its own would cost more
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # should our parent be killed
    os.close(IN)
    os.close(OUT)
    try:
        if req['fresh']:
            prepare(req)
            channel.row(u'#prepared')
        enter(req)
        WATCH.begin(channel.aside)
        listen()
        if req['rollback']:
            begin_rollback()
        if 'neutral' in req:
            neutralize(req['neutral'], WATCH.input)
        produce(channel, req)
    except Harness as exc:
        channel.row(harness_line(exc))
