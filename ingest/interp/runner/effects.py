# runner.py, part 10: what a call must not do. A write outside the request's folder,
# a connection or a program ends the process at once, whatever the team's code
# catches, and leaves a note in the folder that names the place; Feedparity looks
# for it. Python 3.8 and later tell by audit events; in 2.7, 3.6 and 3.7 the
# functions that raise them there are replaced by ones that call on_event as well.
import importlib
import signal

AUDITED = sys.version_info >= (3, 8)
VIOLATION = 121  # exit status of a process that did what it must not
MAX_FORKS = 256  # of one request, by Python's own functions

# What may be written to anywhere.
DEVICES = ('/dev/null', '/dev/zero', '/dev/full', '/dev/tty', '/dev/stdout', '/dev/stderr')


class Limits(object):
    """What this request may do."""

    on = False
    root = ''        # its folder, without links in its path
    writable = ()    # real paths with a separator at their ends
    databases = ()   # names of Django's databases
    hosts = ()       # (host, port)
    sockets = ()     # paths of Unix sockets
    programs = False
    trusted = 0      # connections that Django is making, which were judged before

    def arrange(self, req):
        self.hosts, self.sockets, self.programs = (), (), False
        self.root = path_of(req['root'])
        self.writable = (self.root + os.sep,) + tuple(real(path_of(p)).rstrip(os.sep) + os.sep for p in req['sandbox'])
        self.databases = tuple(literal(name) for name in req['rollback'])
        for name in map(path_of, req['allow']):
            host, colon, port = name.rpartition(':')
            if name == 'subprocess':
                self.programs = True
            elif name.startswith('/'):
                self.sockets += (name,)
            else:
                self.hosts += ((host.strip('[]'), int(port)),)


LIMITS = Limits()


def violate(code, what):
    """Ends the process. The first note counts, and it is there as a whole."""
    LIMITS.on = WATCH.on = False
    note = {'code': code, 'what': shown(what), 'frame': own_caller(sys._getframe(1))}
    name = os.path.join(LIMITS.root, 'violation')
    mine = '%s.%d' % (name, os.getpid())
    try:
        fd = os.open(mine, os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(fd, dump(note))
        os.link(mine, name)
    except OSError:
        pass  # one is there
    if code == 'process-limit':
        os.killpg(os.getpgrp(), signal.SIGKILL)  # rather than wait until each has met it
    os._exit(VIOLATION)


# --- files ---

def may_write(path):
    if path in DEVICES:
        return True
    return (real(path) + os.sep).startswith(LIMITS.writable)


def below(path, dir_fd):
    """The path that a function with a dir_fd argument means."""
    if isinstance(dir_fd, int) and dir_fd >= 0 and not os.path.isabs(path):
        return os.path.join('/proc/self/fd/%d' % dir_fd, path)
    return path


def written(what, path, dir_fd=None, new=False, link=False):
    """Judges a change of what a path names. What is not there cannot be changed, nor
    can what is there be made anew; of a link its directory counts, not its target."""
    path = native_path(path)
    if path is None:
        return
    path = below(path, dir_fd)
    if os.path.lexists(path) == new:
        return
    place = os.path.join(real(os.path.dirname(path) or '.'), os.path.basename(path)) if link else path
    if path not in DEVICES and not (place + os.sep if link else real(place) + os.sep).startswith(LIMITS.writable):
        violate('effect-write', '%s %s' % (what, os.path.abspath(path)))


WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def on_open(path, mode=None, flags=0, *rest):
    if isinstance(flags, int) and flags & WRITING:
        path = native_path(path)
        if path is not None and not may_write(path):
            violate('effect-write', 'writes %s' % os.path.abspath(path))


def guard_open(args, kwargs):
    """For Pythons without audit events: open and file, of which a mode is known."""
    if AUDITED or not LIMITS.on:
        return
    mode = argument(args, kwargs, 1, 'mode', u'r')
    if set(mode) & set('wax+'):
        on_open(args[0] if args else kwargs.get('file', kwargs.get('name')), None, os.O_WRONLY)


def on_two(what):
    """Two paths, of which the first is taken from and the second made."""
    def handle(src, dst, src_dir_fd=None, dst_dir_fd=None, *rest):
        if os.path.lexists(below(native_path(src) or '', src_dir_fd)):
            if what == 'renames':
                written(what, src, src_dir_fd, link=True)
            place = below(native_path(dst) or '', dst_dir_fd)
            if not may_write(os.path.join(real(os.path.dirname(place) or '.'), os.path.basename(place))):
                violate('effect-write', '%s to %s' % (what, os.path.abspath(place)))
    return handle


def on_symlink(src, dst, dir_fd=None, *rest):
    written('links', dst, dir_fd, new=True, link=True)


def on_dbm(path, flag='r', *rest):
    if flag[:1] != 'r':
        on_open(path, None, os.O_WRONLY)


def on_sqlite(database, *rest):
    name = native_path(database) or ''
    if ':memory:' in name or 'mode=memory' in name or 'mode=ro' in name or not name or LIMITS.trusted:
        return
    if name in LIMITS.databases:
        violate('effect-database', 'connects to database %s beside Django, where nothing is rolled back' % name)
    if name.startswith('file:'):
        name = name[5:].partition('?')[0]
    if not may_write(name):
        violate('effect-write', 'opens database %s' % os.path.abspath(name))


# --- connections ---

def on_address(what):
    def handle(sock, address, *rest):
        if not may_reach(address):
            violate('effect-connection', '%s %s' % (what, shown_address(address)))
    return handle


def shown_address(address):
    if isinstance(address, tuple):
        return '%s:%s' % address[:2] if len(address) > 1 else repr(address)
    return native_path(address) or repr(address)


def may_reach(address):
    if not isinstance(address, tuple):
        path = native_path(address)
        return path in LIMITS.sockets or path is not None and may_write(path)
    if len(address) < 2:
        return False
    for host, port in LIMITS.hosts:
        if port == address[1] and (host == address[0] or address[0] in addresses_of(host)):
            return True
    return False


def addresses_of(host):
    import socket
    try:
        return set(info[4][0] for info in socket.getaddrinfo(host, None))
    except (OSError, IOError, UnicodeError):
        return ()


def on_sendto(sock, address=None, *rest):
    if address is not None:  # else it goes where connect went
        on_address('sends to')(sock, address)


# Drivers that connect in C, of which nothing tells: the module, what connects in it, and
# the port where none is named.
DRIVERS = {
    'psycopg2._psycopg': ('_connect', 5432),
    'psycopg.connection': ('Connection.connect', 5432),
    'psycopg.connection_async': ('AsyncConnection.connect', 5432),
    'MySQLdb.connections': ('Connection.__init__', 3306),
    'pymssql': ('connect', 1433),
    'pymssql._pymssql': ('connect', 1433),
    'pyodbc': ('connect', 0),
    'cx_Oracle': ('connect', 1521),
}


def watch_driver(name):
    path, port = DRIVERS[name]
    owner, attribute = sys.modules[name], path.rpartition('.')[2]
    if '.' in path:
        owner = getattr(owner, path.partition('.')[0], None)
    kept = getattr(owner, '__dict__', {}).get(attribute)
    if kept is None:
        return  # another version of the driver
    function = getattr(kept, '__func__', kept)

    def connect(*args, **kwargs):
        if LIMITS.on and not LIMITS.trusted and not may_dial(args, kwargs, port):
            violate('effect-connection', 'connects by %s' % name.partition('.')[0])
        return function(*args, **kwargs)
    try:
        connect = functools.wraps(function)(connect)
    except AttributeError:
        pass  # a function in C, under Python 2
    setattr(owner, attribute, classmethod(connect) if isinstance(kept, classmethod) else connect)


def may_dial(args, kwargs, port):
    """Whether what a driver is given names a server that may be reached. How it is written
    is the driver's affair; a word that may be a password is not shown."""
    words = set()
    for value in list(args) + list(kwargs) + list(kwargs.values()):
        if isinstance(value, (text_type, byte_type, int)) and not isinstance(value, bool):
            words.update(re.split(u'[^\\w.-]+', value.decode('latin-1') if isinstance(value, byte_type) else text_type(value)))
    for host, allowed in LIMITS.hosts:
        if shown(host) in words and (text_type(allowed) in words or allowed == port and u'port' not in words):
            return True
    return bool(LIMITS.sockets) and not words & HOST_WORDS


HOST_WORDS = set([u'host', u'hostaddr', u'server', u'dsn', u'SERVER', u'Server'])


# --- processes ---

def on_program(*args):
    if not LIMITS.programs:
        words = [w for a in args for w in (a if isinstance(a, (list, tuple)) else [a])]
        names = [native_path(w) for w in words if isinstance(w, (text_type, byte_type))]
        violate('effect-program', 'runs %s' % ''.join(names[:1]))


def on_fork(*args):
    """Counts in a file, which all processes of the request share."""
    try:
        fd = os.open(os.path.join(LIMITS.root, 'forks'), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        return  # no descriptor is left: the kernel will refuse to fork as well
    os.write(fd, b'.')
    size = os.fstat(fd).st_size
    os.close(fd)
    if size > MAX_FORKS:
        violate('process-limit', 'made too many processes')


def on_kill(pid, number=0, *rest):
    """A process may signal itself and what it started: that is in its group, or its
    child."""
    try:
        mine = pid in (0, os.getpid()) or number == 0 or os.getpgid(abs(pid)) == os.getpgrp() or is_child(abs(pid))
    except (OSError, OverflowError, TypeError):
        return  # there is no such process
    if not mine:
        violate('effect-signal', 'sends signal %d to process %d' % (number, pid))


def is_child(pid):
    try:
        with open('/proc/%d/stat' % pid) as f:
            return int(f.read().rpartition(')')[2].split()[1]) == os.getpid()
    except (OSError, IOError, ValueError, IndexError):
        return False


HANDLERS = {
    'open': on_open,
    'os.mkdir': lambda path, mode=0, dir_fd=None, *r: written('makes directory', path, dir_fd, new=True, link=True),
    'os.mkfifo': lambda path, *r: written('makes', path, new=True, link=True),
    'os.mknod': lambda path, *r: written('makes', path, new=True, link=True),
    'os.rmdir': lambda path, dir_fd=None, *r: written('removes', path, dir_fd, link=True),
    'os.remove': lambda path, dir_fd=None, *r: written('removes', path, dir_fd, link=True),
    'os.rename': on_two('renames'),
    'os.link': on_two('links'),
    'os.symlink': on_symlink,
    'os.truncate': lambda path, *r: written('truncates', path),
    'os.chmod': lambda path, mode=0, dir_fd=None, *r: written('changes mode of', path, dir_fd),
    'os.chown': lambda path, uid=0, gid=0, dir_fd=None, *r: written('changes owner of', path, dir_fd),
    'os.utime': lambda path, times=None, ns=None, dir_fd=None, *r: written('changes times of', path, dir_fd),
    'os.setxattr': lambda path, *r: written('changes attributes of', path),
    'os.removexattr': lambda path, *r: written('changes attributes of', path),
    'sqlite3.connect': on_sqlite,
    'dbm.open': on_dbm,
    'socket.connect': on_address('connects to'),
    'socket.bind': on_address('binds'),
    'socket.sendto': on_sendto,
    'socket.sendmsg': on_sendto,
    'subprocess.Popen': on_program,
    'os.system': on_program,
    'os.exec': on_program,
    'os.spawn': on_program,
    'os.posix_spawn': on_program,
    'os.fork': on_fork,
    'os.forkpty': on_fork,
    'os.kill': on_kill,
    'os.killpg': on_kill,
}


def on_event(event, args):
    handler = HANDLERS.get(event)
    if handler is not None and LIMITS.on:
        try:
            handler(*args)
        except (TypeError, ValueError, OSError, IOError):
            pass  # an argument that the function itself will refuse


def watch_effects():
    """Replaces what tells nothing by itself, before the team's module is imported."""
    for event, module, names in CALLS:
        for name in names.split():
            watch_function(event, module, name)
    if not AUDITED:
        LATER.update(_sqlite3=watch_sqlite, _socket=watch_raw_sockets, socket=watch_sockets, subprocess=watch_programs)
    elif sys.version_info < (3, 10):
        LATER.update(_sqlite3=watch_sqlite)  # the class tells nothing by itself
    for name in DRIVERS:
        LATER[name] = functools.partial(watch_driver, name)
    for name in [name for name in ('_sqlite3', '_socket', 'socket', 'subprocess') if name in LATER and name in sys.modules]:
        LATER.pop(name)()
    sys.meta_path.insert(0, Later())


LATER = {}  # by name of a module that nobody has imported yet, what watches it


class Later(object):
    """Has a module watched as soon as it is imported. To import them ahead would cost
    every child: a process is the cheaper to fork, the less it has."""

    if PY2:
        def find_module(self, name, path=None):
            return self if name in LATER else None

        def load_module(self, name):
            watch = LATER.pop(name)
            module = importlib.import_module(name)
            watch()
            return module

    def find_spec(self, name, path=None, target=None):
        if name not in LATER:
            return None
        watch = LATER.pop(name)
        for finder in list(sys.meta_path):
            spec = finder.find_spec(name, path, target) if hasattr(finder, 'find_spec') else None
            if spec is not None:
                if hasattr(spec.loader, 'exec_module'):
                    spec.loader = Watching(spec.loader, watch)
                return spec
        return None


class Watching(object):
    """Loads a module as its loader does, of which it then knows nothing."""

    def __init__(self, loader, watch):
        self.loader, self.watch = loader, watch

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        self.watch()


def listen():
    """Begins to be told, in the process of a call."""
    LIMITS.on = True
    if AUDITED:
        sys.addaudithook(on_event)


# Functions in C without an audit event in any version, then those without one
# before 3.8: the event, the module and the names.
CALLS = [
    ('os.mkfifo', 'posix', 'mkfifo'), ('os.mknod', 'posix', 'mknod'),
    ('dbm.open', 'gdbm' if PY2 else '_gdbm', 'open'), ('dbm.open', 'dbm' if PY2 else '_dbm', 'open'),
]
if not AUDITED:
    CALLS += [
        ('os.mkdir', 'posix', 'mkdir'), ('os.rmdir', 'posix', 'rmdir'), ('os.remove', 'posix', 'remove unlink'),
        ('os.rename', 'posix', 'rename replace'), ('os.link', 'posix', 'link'), ('os.symlink', 'posix', 'symlink'),
        ('os.truncate', 'posix', 'truncate'), ('os.chmod', 'posix', 'chmod'), ('os.chown', 'posix', 'chown lchown'),
        ('os.utime', 'posix', 'utime'), ('os.setxattr', 'posix', 'setxattr'), ('os.removexattr', 'posix', 'removexattr'),
        ('os.open', 'posix', 'open'), ('os.system', 'posix', 'system popen'), ('os.exec', 'posix', 'execv execve'),
        ('os.fork', 'posix', 'fork'), ('os.forkpty', 'posix', 'forkpty'), ('os.kill', 'posix', 'kill'),
        ('os.killpg', 'posix', 'killpg'),
    ]
    # os.open has the flags where the audit event has a mode before them.
    HANDLERS['os.open'] = lambda path, flags=0, *r: on_open(path, None, flags)

# Where else such a function is found.
ALSO = {'posix': ('os',), '_sqlite3': ('sqlite3', 'sqlite3.dbapi2')}


def watch_function(event, module, name):
    try:
        source = importlib.import_module(module)
        others = [sys.modules[m] for m in ALSO.get(module, ()) if m in sys.modules]
    except ImportError:
        return
    if not isinstance(getattr(source, name, None), type(len)):
        return  # not on this system
    signature = KEYWORDS.get(event, ())

    def hook(function, args, kwargs):
        on_event(event, args + tuple(kwargs.get(key) for key in signature[len(args):]))
        return function(*args, **kwargs)
    patch(hook, *[(m, name) for m in [source] + others])


# The arguments that may be given by name, in the order of the handlers.
KEYWORDS = {
    'os.mkdir': ('path', 'mode', 'dir_fd'), 'os.rmdir': ('path', 'dir_fd'), 'os.remove': ('path', 'dir_fd'),
    'os.rename': ('src', 'dst', 'src_dir_fd', 'dst_dir_fd'), 'os.link': ('src', 'dst', 'src_dir_fd', 'dst_dir_fd'),
    'os.symlink': ('src', 'dst', 'dir_fd'), 'os.chmod': ('path', 'mode', 'dir_fd'), 'os.chown': ('path', 'uid', 'gid', 'dir_fd'),
    'os.utime': ('path', 'times', 'ns', 'dir_fd'), 'os.truncate': ('path',), 'sqlite3.connect': ('database',),
    'os.open': ('path', 'flags'),
}


def watch_sqlite():
    """Before module sqlite3 has taken its names."""
    import _sqlite3
    if not AUDITED:
        watch_function('sqlite3.connect', '_sqlite3', 'connect')
    _sqlite3.Connection = stand_in('Connection', _sqlite3.Connection, lambda args, kwargs: on_event(
        'sqlite3.connect', args[:1] or (kwargs.get('database'),)))


def watch_raw_sockets():
    """The class in C, which cannot be changed: one of ours that extends it stands for it,
    also below those of module socket."""
    import _socket
    real_class = _socket.socket

    class Meta(type):
        __instancecheck__ = lambda cls, value: isinstance(value, real_class) if cls is _socket.socket else type.__instancecheck__(cls, value)

    def method(name, event):
        function = getattr(real_class, name)

        def call(self, *args):
            if LIMITS.on:
                on_event(event, (self,) + args[-1:])  # of sendto the address is the last
            return function(self, *args)
        return call
    body = dict((name, method(name, event)) for name, event in (
        ('connect', 'socket.connect'), ('connect_ex', 'socket.connect'), ('bind', 'socket.bind'), ('sendto', 'socket.sendto')))
    body.update(__slots__=(), __module__=real_class.__module__, __doc__=real_class.__doc__)
    _socket.socket = _socket.SocketType = Meta(real_class.__name__, (real_class,), body)


def watch_sockets():
    """Methods, which stay methods of the classes that they are of."""
    import socket
    sockets = getattr(socket, '_socketobject', socket.socket)
    for name, event in (('connect', 'socket.connect'), ('connect_ex', 'socket.connect'), ('bind', 'socket.bind')):
        watch_method(sockets, name, lambda self, args, event=event: on_event(event, (self,) + args))
    if PY2:
        watch_sendto(sockets)
    else:
        watch_method(sockets, 'sendto', lambda self, args: on_event('socket.sendto', (self,) + args[-1:]))


def watch_sendto(sockets):
    """Each socket of Python 2 is given the method of another when it is made."""
    make = sockets.__init__.__func__

    def __init__(self, *args, **kwargs):
        make(self, *args, **kwargs)
        send = self.sendto

        def sendto(*args):
            on_event('socket.sendto', (self,) + args[-1:])
            return send(*args)
        self.sendto = sendto
    sockets.__init__ = __init__


def watch_programs():
    import subprocess
    watch_method(subprocess.Popen, '__init__', lambda self, args: on_event('subprocess.Popen', args))


def watch_method(cls, name, before):
    method = getattr(cls, name)
    method = getattr(method, '__func__', method)

    def call(self, *args, **kwargs):
        if LIMITS.on:
            before(self, args + tuple(kwargs.get(key) for key in ('args',) if key in kwargs))
        return method(self, *args, **kwargs)
    try:
        call = functools.wraps(method)(call)
    except AttributeError:
        pass  # a method in C, under Python 2
    setattr(cls, name, call)
