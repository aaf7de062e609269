# runner.py, part 12: a place of its own for a request's process. What the import
# has opened is cut off, memory is limited, and Django's databases are reached only
# by connections that are this process's, in transactions that nobody commits.
import fcntl
import stat


INHERITED = []  # (descriptor, is a socket) that the import left open


def inherited():
    """Sockets, and files that are only written to: two processes that share one get
    in each other's way, and a log would be an effect."""
    found = []
    for name in os.listdir('/dev/fd'):
        fd = int(name)
        try:
            mode = os.fstat(fd).st_mode
            writes = fcntl.fcntl(fd, fcntl.F_GETFL) & 3 == os.O_WRONLY  # O_ACCMODE
        except (OSError, IOError):
            continue  # the one that listed them
        if fd > OUT and (stat.S_ISSOCK(mode) or stat.S_ISREG(mode) and writes):
            found.append((fd, stat.S_ISSOCK(mode)))
    return found


def sever():
    """Puts something dead in the place of what was inherited, so that the number is
    not given to another file: a socket whose peer is gone, and the null device."""
    if not INHERITED:
        return
    import socket
    dead, peer = socket.socketpair()
    peer.close()
    null = os.open(os.devnull, os.O_WRONLY)
    for fd, is_socket in INHERITED:
        os.dup2(dead.fileno() if is_socket else null, fd)
    os.close(null)
    dead.close()


def arrange(req):
    """Makes ready, before the fork, what a request's process has and ours makes no use
    of. Calls are asked for alike as long as they have the same folder, and then the
    children find all of it done."""
    CALL.clear()
    CALL.update(req)
    for name in ('function', 'factory', 'collect'):
        CALL[name] = literal(req[name])
    os.environ['TMPDIR'] = path_of(req['tmp'])
    if 'tempfile' in sys.modules:
        sys.modules['tempfile'].tempdir = None  # forget what it found before
    LIMITS.arrange(req)
    WATCH.input = path_of(req['path'])


def enter(req):
    """Makes this process the request's alone."""
    sever()
    if req['clock']:
        CLOCK.begin(req['clock'], req['tick'])
    MEMORY.begin(req['memory'])


SOFT_END = 64 << 20  # bytes left to say that the limit was reached


class Memory(object):
    """Limits what a process writes to, beyond what it has (since Linux 4.7). Address
    space alone costs nothing, and every thread reserves a lot of it."""

    limit = None   # setrlimit of module resource, where it can be used
    taken = 0      # by the import, in bytes
    ballast = None  # is thrown off to call setrlimit again

    def measure(self):
        """Is done once, before the forks."""
        try:
            import resource
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash is told, not kept
            with open('/proc/self/statm') as f:
                self.taken = int(f.read().split()[5]) * os.sysconf('SC_PAGE_SIZE')
            self.limit = functools.partial(resource.setrlimit, resource.RLIMIT_DATA)
            # Not written to where that can be: what is must be copied at each fork.
            self.ballast = bytearray(1 << 18) if PY2 else bytes(1 << 20)
        except (ImportError, OSError, IOError, ValueError):
            pass  # another system: only the time is limited

    def begin(self, size):
        self.size = self.taken + size
        if self.limit is not None:
            self.limit((self.size, self.size + SOFT_END))

    def more(self):
        """Gives the rest, to one that has to say what happened."""
        self.ballast = None
        if self.limit is not None:
            self.limit((self.size + SOFT_END, self.size + SOFT_END))


MEMORY = Memory()


# --- Django's databases ---

DROPPED = []  # connections of the parent, kept so that nothing closes them


def forget_connections():
    """A connection cannot be shared with the parent; Django makes a new one. The
    parent has no use for its own any more."""
    from django.db import connections
    for alias in connections:
        c = connections[alias]
        if c.connection is not None and 'memory' not in str(c.settings_dict.get('NAME')):
            DROPPED.append(c.connection)
            c.connection = None


def begin_rollback():
    """Begins a transaction in each database that is named and makes the others
    refuse. Nobody commits it, so that the end of the process rolls it back."""
    try:
        from django.db import connections, transaction
    except ImportError as exc:
        raise Harness('rollback-failed', 'roll back: %s' % told(exc), 'effects: {rollback: ...} is for projects with Django')
    found = []
    for alias in connections:
        name = str(connections[alias].settings_dict.get('NAME'))
        if name in LIMITS.databases:
            found.append(name)
            try:
                transaction.atomic(using=alias).__enter__()
            except Exception as exc:
                raise Harness('rollback-failed', 'begin a transaction in database %s: %s' % (name, told(exc)), 'the database must exist')
        else:
            connections[alias].connect = refuse_database(name)
    for name in LIMITS.databases:
        if name not in found:
            raise Harness('rollback-failed', 'roll back database %s: Django has no database of that NAME' % name,
                          'name a test database that the settings of the call use')


def refuse_database(name):
    return lambda *args, **kwargs: violate('effect-database', 'connects to database %s' % name)


PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def _libc():
    try:
        import ctypes
        return ctypes.CDLL(None).prctl
    except Exception:
        return None  # elsewhere process groups and closed pipes have to do


_PRCTL = _libc()


def prctl(option, value):
    """The Linux call; whether it succeeded."""
    return _PRCTL is not None and _PRCTL(option, value, 0, 0, 0) == 0
