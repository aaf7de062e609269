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
    guard_connections()
    for alias in connections:
        c = connections[alias]
        if c.connection is not None and 'memory' not in str(c.settings_dict.get('NAME')):
            DROPPED.append(c.connection)
            c.connection = None


GUARDED = '_feedparity_guarded'


def guard_connections():
    """Has every connection of Django's guarded before the team's code gets it, in
    whatever thread that asks for it: Django makes one for each."""
    from django.db import connections
    handler = type(connections)
    get = handler.__getitem__
    if getattr(handler, GUARDED, False):
        return

    def __getitem__(self, alias):
        connection = get(self, alias)
        if LIMITS.on and GUARDED not in vars(connection):
            setattr(connection, GUARDED, True)
            guard(connection, alias)
        return connection
    handler.__getitem__ = __getitem__
    setattr(handler, GUARDED, True)
    from django.db.backends import utils
    watch_method(utils.CursorWrapper, 'execute', on_statement)


def guard(connection, alias):
    """Begins a transaction in a database that is to be rolled back. Nobody commits it, so
    that the end of the process rolls it back. Where there is one, all others refuse;
    else SQLite's files are judged as files and servers as connections, which those that
    speak for themselves in C would not be."""
    name = str(connection.settings_dict.get('NAME'))
    if name in LIMITS.databases:
        from django.db import transaction
        trust(connection)
        transaction.atomic(using=alias).__enter__()
        keep_open(connection, name)
    elif LIMITS.databases or connection.vendor != 'sqlite' and not may_serve(connection):
        connection.connect = refuse_database(name)
    elif connection.vendor != 'sqlite':
        trust(connection)


def trust(connection):
    """Has the driver connect for a connection of Django's that was judged."""
    make = connection.get_new_connection

    def get_new_connection(*args, **kwargs):
        LIMITS.trusted += 1
        try:
            return make(*args, **kwargs)
        finally:
            LIMITS.trusted -= 1
    connection.get_new_connection = get_new_connection


TRANSACTION, ATTACH, CHANGES = 22, 24, (9, 18, 23)  # what SQLite asks leave for


def keep_open(connection, name):
    """Ends the process before a transaction that is to be rolled back ends otherwise: then
    nothing was committed. SQLite asks when it reads a statement, whoever gave it that; of
    other databases only what goes through a cursor of Django's is seen."""
    changed, check = [], connection.validate_no_atomic_block

    def ending(how):
        wrote = ', after writing to ' + ', '.join(changed) if changed else ''
        violate('effect-commit', 'ends the transaction in database %s that is to be rolled back: %s%s' % (name, how, wrote))

    def authorize(code, what, *rest):
        if not LIMITS.on:
            return 0
        if code == TRANSACTION and what != 'BEGIN':
            ending(what)
        elif code == ATTACH:
            on_sqlite(what)
        elif code in CHANGES and what not in changed and not what.startswith('sqlite_'):
            changed.append(what)
        return 0

    def validate_no_atomic_block():
        # Django refuses within a block of the code's own, and would in production.
        if LIMITS.on and connection.in_atomic_block and not connection.savepoint_ids:
            ending('by Django')
        return check()

    connection.validate_no_atomic_block = validate_no_atomic_block
    if hasattr(connection.connection, 'set_authorizer'):
        connection.connection.set_authorizer(authorize)
    else:
        connection._feedparity_ending = ending


ENDS = re.compile(r'(?:^|;)\s*(COMMIT|END|ROLLBACK|ABORT|PREPARE\s+TRANSACTION)\b(?!\s+(?:WORK\s+|TRANSACTION\s+)?TO\b)', re.I)


def on_statement(cursor, args):
    ending = getattr(cursor.db, '_feedparity_ending', None)
    found = ending and args and isinstance(args[0], (text_type, byte_type)) and ENDS.search(shown(args[0]))
    if found:
        ending(found.group(1).upper())


DATABASE_PORTS = {'postgresql': 5432, 'mysql': 3306, 'oracle': 1521}


def may_serve(connection):
    """Whether a call may reach a database's server. Without a host, it is on this machine
    and often a Unix socket, whose path only the driver knows."""
    host = str(connection.settings_dict.get('HOST') or '')
    port = int(connection.settings_dict.get('PORT') or DATABASE_PORTS.get(connection.vendor, 0))
    if host[:1] in ('', '/') and LIMITS.sockets:
        return True
    return may_reach((host or 'localhost', port))


def begin_rollback():
    """Begins the transactions of this thread, and says which cannot be."""
    try:
        from django.db import connections
        guard_connections()
    except ImportError as exc:
        raise Harness('rollback-failed', 'roll back: %s' % told(exc), 'effects: {rollback: ...} is for projects with Django')
    found = []
    for alias in connections:
        try:
            found.append(str(connections[alias].settings_dict.get('NAME')))
        except Exception as exc:
            raise Harness('rollback-failed', 'begin a transaction in database %s: %s' % (alias, told(exc)), 'the database must exist')
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
