# runner.py, part 7: call mode. The process imports the team's module once; every
# request runs in a fresh forked child, so that no request sees another's
# globals, caches or files.
import fcntl
import importlib
import select
import signal
import time

now = time.time if PY2 else time.monotonic

# Exit statuses of a child that could not tell what happened by itself.
CHILD_FAILED, PIPE_CLOSED = 119, 120


class Target(object):
    """The team's module and the files that count as the team's own."""

    module, roots, files = None, (), ()


TARGET = Target()


# --- import ---

def op_import(req, blob):
    try:
        import_target(literal(req['module']))
    except Harness as exc:
        write_frame(RESULT, dump(harness_dict(exc)))
    else:
        write_frame(RESULT, b'{}')


def harness_dict(exc):
    return {'code': exc.code, 'message': native_text(exc.message), 'hint': native_text(exc.hint)}


def import_target(name):
    where = os.getcwd()
    # -c puts '' there, which would follow a later chdir; -P and friends nothing.
    if sys.path and sys.path[0] == '':
        sys.path[0] = where
    else:
        sys.path.insert(0, where)
    TARGET.module = import_module(name)
    TARGET.roots, TARGET.files = own_files(where, TARGET.module)
    # Processes that the team's code leaves behind become our children, so that
    # they can be ended whatever session they moved to.
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    if signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # or no child could be waited for


def import_module(name):
    try:
        return importlib.import_module(name)
    except BaseException as exc:  # SystemExit as well: a script is no module
        frames = traceback.extract_tb(sys.exc_info()[2])
        where = '%s line %s' % tuple(frames[-1][:2]) if frames else ''
        raise Harness('import-error', 'import %s: %s: %s (%s)' % (
            name, fault_type(exc), one_line(exc), where),
            'the module must import under python %s, run in %s' % (sys.version.split()[0], os.getcwd()))


def one_line(exc):
    text = u' '.join(fault_message(exc).split())
    return text.encode('latin-1', 'replace') if PY2 else text


def real(path):
    return os.path.realpath(path)


def own_files(where, module):
    """Directories, and single files, of the team: where the code is run, and the
    module's own package or directory even if that was installed."""
    path = getattr(module, '__file__', None)
    if not path:
        return (real(where),), ()
    path = real(path)
    directory = os.path.dirname(path)
    if not is_foreign(path):
        return (real(where), directory), ()
    if '.' in module.__name__ or hasattr(module, '__path__'):
        top = sys.modules[module.__name__.partition('.')[0]]
        if getattr(top, '__file__', None):
            return (real(where),), (os.path.dirname(real(top.__file__)) + os.sep,)
    return (real(where),), (os.path.splitext(path)[0] + '.',)


_STDLIB = real(os.path.dirname(os.__file__)) + os.sep


def is_foreign(path):
    """Whether a file belongs to Python or to an installed distribution."""
    parts = path.split(os.sep)
    return path.startswith(_STDLIB) or 'site-packages' in parts or 'dist-packages' in parts


def is_own(filename):
    path = real(filename)
    if path.startswith(TARGET.files or (os.sep * 2,)):
        return True
    return os.path.isfile(path) and not is_foreign(path) and path.startswith(
        tuple(root.rstrip(os.sep) + os.sep for root in TARGET.roots))


def passes_through_own(tb):
    while tb is not None:
        if is_own(tb.tb_frame.f_code.co_filename):
            return True
        tb = tb.tb_next
    return False


# --- the child ---

def find_function(function):
    target = TARGET.module
    for name in function.partition(':')[2].split('.'):
        if not hasattr(target, name):
            raise Harness('no-function', 'find %s: %s has no %r' % (function, type_name(target), name),
                          'call is "module:function"')
        target = getattr(target, name)
    if not callable(target):
        raise Harness('not-callable', 'call %s: it is of type %s' % (function, type_name(target)),
                      'call names a function that takes the path of the input')
    return target


def rows_of(result, name):
    """What a function returned as rows. A mapping and a set have no order that
    two Pythons would share, so each is one row, compared as a whole."""
    if isinstance(result, (Mapping, set, frozenset)):
        return iter([result])
    if not isinstance(result, (text_type, byte_type)):
        try:
            return iter(result)
        except TypeError:
            if passes_through_own(sys.exc_info()[2].tb_next):
                raise
    raise Harness('not-iterable', '%s returned %s, nothing to compare' % (name, type_name(result)),
                  'return or yield rows: lists, tuples or dicts')


def judge(name, row, iterating):
    """The line for the exception being handled: a fault of the path, or ours.
    What an iterator raises that the team's code made and returned is its own,
    whoever wrote the iterator's class."""
    _, exc, tb = sys.exc_info()
    if isinstance(exc, Harness):
        return harness_line(exc)
    if iterating or passes_through_own(tb):
        return wire_fault(fault_type(exc), fault_message(exc), row)
    code = 'wrong-signature' if isinstance(exc, TypeError) else 'call-failed'
    return harness_line(Harness(code, 'call %s: %s: %s' % (name, fault_type(exc), one_line(exc)),
                                'it is called with one argument, the path of the input'))


def harness_line(exc):
    return u'#harness ' + json.dumps(harness_dict(exc))


def produce(send, name, path):
    """Calls the function and sends a line per row, then how it ended."""
    n = 0
    try:
        rows = rows_of(find_function(name)(path), name)
    except BaseException:
        return send(judge(name, 1, False))
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return send(u'#end')
        except BaseException:
            return send(judge(name, n + 1, True))
        try:
            line = wire_row(row)
        except Harness as exc:
            exc.message = '%s row %d: %s' % (name, n + 1, exc.message)
            return send(harness_line(exc))
        send(line)
        n += 1


def run_child(fd, req):
    """Runs the call and exits. A row is written at once: a crash must not take
    the rows before it along."""
    pid = os.getpid()

    def send(line):
        if os.getpid() != pid:
            os._exit(0)  # the team's code forked, and this is not the process asked
        try:
            write_all(fd, to_bytes(line) + b'\n')
        except OSError:
            os._exit(PIPE_CLOSED)

    os.setsid()
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # should our parent be killed
    os.close(IN)
    os.close(OUT)
    os.environ['TMPDIR'] = literal(req['tmp'])
    if 'tempfile' in sys.modules:
        sys.modules['tempfile'].tempdir = None  # forget what it found before
    produce(send, literal(req['function']), literal(req['path']))


def high_pipe():
    """A pipe that no program started inherits, its writing end where code that
    closes the low descriptors, as daemons do, does not hit it."""
    r, w = os.pipe()
    try:
        high = fcntl.fcntl(w, fcntl.F_DUPFD, 250)
    except (OSError, IOError):
        high = w  # a low limit on open files
    else:
        os.close(w)
    for fd in (r, high):
        fcntl.fcntl(fd, fcntl.F_SETFD, fcntl.fcntl(fd, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
    return r, high


# --- the parent ---

SMALL = 1 << 14


def op_run(req, blob):
    r, w = high_pipe()
    spared = children()
    for f in (sys.stdout, sys.stderr):
        try:
            f.flush()  # or the child would print it again
        except Exception:
            pass  # the module closed or replaced it
    pid = os.fork()
    if pid == 0:
        try:
            os.close(r)
            run_child(w, req)
        except BaseException:
            traceback.print_exc()
            os._exit(CHILD_FAILED)
        os._exit(0)
    os.close(w)
    try:
        write_frame(STARTED, str(pid).encode('ascii'))
        end = Relay(pid, r, req['timeout'], spared).run()
    except BaseException:  # above all a pipe that Feedparity closed while we wrote
        end_tree(pid, spared)
        raise
    os.close(r)
    write_frame(END, dump(end))


class Relay(object):
    """Passes on what a child writes until it has ended or its time is over."""

    def __init__(self, pid, fd, timeout, spared):
        self.pid, self.fd, self.spared = pid, fd, spared
        self.deadline = now() + timeout
        self.open, self.status = True, None

    def run(self):
        timeout = False
        while self.open or self.status is None:
            if self.status is None and now() >= self.deadline:
                timeout = True
                break
            self.step()
        end_tree(self.pid, self.spared)
        if timeout:
            self.drain()
            self.reap(0)
        return {'status': self.status, 'timeout': timeout}

    def step(self):
        if self.status is not None:
            # Something it started still holds the pipe; that is not waited for.
            self.drain()
            self.open = False
            return
        watched = [IN] + ([self.fd] if self.open else [])
        # A closed pipe means that the child is about to end: look often.
        ready = self.select(watched, max(0, min(0.1 if self.open else 0.001, self.deadline - now())))
        if IN in ready:
            self.abandon()
        if self.fd in ready:
            self.take()
        else:
            self.reap(os.WNOHANG)

    def abandon(self):
        """Feedparity cancelled the request, or is gone."""
        end_tree(self.pid, self.spared)
        if self.status is None:
            self.reap(0)  # nobody else may
        os._exit(0)

    def select(self, fds, timeout):
        try:
            return select.select(fds, [], [], timeout)[0]
        except (OSError, select.error):
            return []  # interrupted

    def take(self):
        data = retry(os.read, self.fd, 1 << 16)
        if not data:
            self.open = False
            return
        start = now()
        try:
            write_frame(CHUNK, data)
        except (OSError, IOError):
            self.abandon()
        self.deadline += now() - start  # a slow reader is not the child's fault
        if len(data) < SMALL:
            time.sleep(0.0005)  # rather than wake up for every single row

    def drain(self):
        while self.open and self.select([self.fd], 0):
            self.take()

    def reap(self, flags):
        pid, status = retry(os.waitpid, self.pid, flags)
        if pid:
            self.status = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def prctl(option, value):
    """The Linux call; elsewhere process groups and closed pipes have to do."""
    try:
        import ctypes
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except Exception:
        pass


def children():
    """The process ids of our children, where the system tells."""
    found = set()
    try:
        for task in os.listdir('/proc/self/task'):
            with open('/proc/self/task/%s/children' % task) as f:
                found.update(int(pid) for pid in f.read().split())
    except (OSError, IOError, ValueError):
        pass
    return found


def kill_quietly(kill, pid):
    try:
        kill(pid, signal.SIGKILL)
    except OSError:
        pass  # gone already


def has_ended(pid):
    """Whether a process waits to be reaped or was: its children are ours only then,
    and a signal takes its time."""
    try:
        with open('/proc/%d/stat' % pid, 'rb') as f:
            return f.read().rpartition(b') ')[2][:1] in b'ZX'
    except (OSError, IOError):
        return True


def end_tree(pid, spared):
    """Ends a child and everything it started. A process that ends gives its own
    children to us, so it is looked again until there are none."""
    kill_quietly(os.killpg, pid)
    kill_quietly(os.kill, pid)  # it may not have made its own group yet
    for _ in range(1000):
        ended = has_ended(pid)
        left = children() - spared - set([pid])
        if ended and not left:
            return
        for other in left:
            kill_quietly(os.kill, other)
            try:
                os.waitpid(other, os.WNOHANG)
            except OSError:
                pass
        time.sleep(0.001)
