# runner.py, part 3: which files are the team's own. An exception is an outcome
# only if it passed through one of them, and what is recorded or refused is said
# with the place in them.


class Target(object):
    """The team's module and the files that count as the team's own."""

    where, roots, files = '', (), ()


TARGET = Target()
_KNOWN = {}  # by file name in a code object: is it the team's


def real(path):
    return os.path.realpath(path)


def _stdlib():
    """A virtualenv of Python 2 has a directory of links to the library's files."""
    source = os.path.splitext(os.__file__)[0] + '.py'
    return tuple(set([real(os.path.dirname(source)) + os.sep, os.path.dirname(real(source)) + os.sep]))


_STDLIB = _stdlib()


def is_installed(path):
    parts = path.split(os.sep)
    return 'site-packages' in parts or 'dist-packages' in parts


def is_stdlib(path):
    return path.startswith(_STDLIB) and not is_installed(path)


def is_foreign(path):
    """Whether a file belongs to Python or to an installed distribution."""
    return path.startswith(_STDLIB) or is_installed(path)


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


def is_own(filename):
    known = _KNOWN.get(filename)
    if known is None:
        _KNOWN[filename] = False  # what looks may itself be watched
        known = _KNOWN[filename] = look_own(filename)
    return known


def look_own(filename):
    path = real(os.path.join(TARGET.where, filename))
    if path.startswith(TARGET.files or (os.sep * 2,)):
        return True
    return os.path.isfile(path) and not is_foreign(path) and path.startswith(
        tuple(root.rstrip(os.sep) + os.sep for root in TARGET.roots))


def know_modules(*others):
    """Looks at the files of the modules now, rather than in every child, and at those of
    other functions that are asked about in each call."""
    for function in others:
        is_own(getattr(function, '__func__', function).__code__.co_filename)
    for module in list(sys.modules.values()):
        path = getattr(module, '__file__', None)
        if isinstance(path, str) and not path.startswith(_STDLIB):
            path = os.path.splitext(path)[0] + '.py'
            if is_own(path):
                place_of(path)


COMPREHENSIONS = ('<listcomp>', '<setcomp>', '<dictcomp>', '<genexpr>')


def own_frame(tb):
    """The last frame of a traceback in the team's files, None if it has none. A
    comprehension, which is a function in some Pythons, goes by where it stands."""
    found = None
    while tb is not None:
        code = tb.tb_frame.f_code
        if is_own(code.co_filename):
            outer, found = found, place(code, tb.tb_lineno)
            if code.co_name in COMPREHENSIONS and outer and outer['file'] == found['file']:
                found['function'] = outer['function']
        tb = tb.tb_next
    return found


def own_caller(frame):
    """The innermost frame in the team's files that a frame was called from."""
    while frame is not None:
        if is_own(frame.f_code.co_filename):
            return place(frame.f_code, frame.f_lineno)
        frame = frame.f_back
    return None


def place(code, line):
    return {'file': place_of(code.co_filename), 'line': line, 'function': shown(code.co_name)}


_PLACES = {}  # by file name in a code object: the file for people


def place_of(filename):
    path = _PLACES.get(filename)
    if path is None:
        path = real(os.path.join(TARGET.where, filename))
        root = real(TARGET.where).rstrip(os.sep) + os.sep
        path = _PLACES[filename] = shown(path[len(root):] if path.startswith(root) else path)
    return path


def shown(s):
    """Any string for people, as text."""
    return text_type(s, 'utf-8', 'replace') if isinstance(s, byte_type) else s
