# runner.py, part 15: how a child is made for little. To fork is to copy the tables of all
# memory, and of each page that the child then writes to a copy is made: that is most of
# what a call costs. So the pages are made few, and what need not be written to is not.
import gc


def settle():
    """Leaves the memory as it is, so that it stays shared with the children: what looks
    for garbage writes to all that it looks at. It begins to in a child again."""
    for f in (sys.stdout, sys.stderr):
        try:
            f.flush()  # or each child would print it again
        except Exception:
            pass  # the module closed or replaced it
    KEPT.collects = gc.isenabled()
    KEPT.threads = threads()
    if KEPT.threads == []:
        rest()
    rehearse()
    gc.collect()
    immortalize()
    gc.disable()
    if hasattr(gc, 'freeze'):  # 3.7
        gc.freeze()
    join_pages()


IMMORTAL = 0xffffffff  # the count of None's references in 3.12 and 3.13, and in no other


def immortalize():
    """Has Python not count the references to what lasts as long as the process does and
    of which nobody is told when it ends, as it does not for None (PEP 683). To count is
    to write, and a child pays for each page of memory that it writes to."""
    if PY2 or sys.implementation.name != 'cpython' or _PRCTL is None:
        return
    from ctypes import c_ssize_t
    count = c_ssize_t.from_address
    if count(id(None)).value == IMMORTAL:
        for thing in lasting():
            count(id(thing)).value = IMMORTAL


def lasting():
    """The functions and methods that are written in C, the code of the others with its
    constants, and our own functions."""
    descriptors = (type(str.join), type(str.__add__), type(type.__dict__['__dict__']), type(type.__dict__['__base__']))
    for thing in gc.get_objects():
        kind = type(thing)
        if kind in descriptors or kind is type(len) and type(thing.__self__) is type(sys):
            yield thing
        elif kind is type(lasting):
            if thing.__globals__ is globals():
                yield thing
            code = [thing.__code__]
            for part in code:
                yield part
                code += [c for c in part.co_consts if type(c) is type(part)]
                for constant in part.co_consts:
                    if type(constant) in (str, bytes, int, float, tuple):
                        yield constant


def wake():
    """What is left to do in a child that was just made."""
    for function, code in RESTING:
        function.__code__ = code
    if KEPT.collects:
        gc.enable()


# --- what Python does at a fork ---

RESTING = []  # functions that do next to nothing in this process, and their code


def threads():
    """The names of the threads beside this one, None where nobody tells. One that has just
    ended may be there for a moment."""
    for wait in WAITS + (0.02, 0):
        try:
            n = len(os.listdir('/proc/self/task')) - 1
        except OSError:
            return None  # another system
        found = named_threads()
        if n <= len(found):
            break
        time.sleep(wait)
    return found + [u'one that Python does not know'] * (n - len(found))


def named_threads():
    module = sys.modules.get('threading')
    if module is None:
        return []
    this = module.current_thread()
    return [shown(t.name) for t in module.enumerate() if t is not this]


def rest():
    """Where there is but one thread, spares the children what os.fork has the standard
    library do because of others: it makes locks anew, which nobody holds, and forgets
    threads. That writes to 60 to 140 pages."""
    for module, name, instead in (('threading', '_after_fork', nothing), ('logging', '_after_at_fork_child_reinit_locks', unlock)):
        function = getattr(sys.modules.get(module), name, None)
        if type(function) is type(rest):
            RESTING.append((function, function.__code__))
            function.__code__ = instead.__code__


def nothing():
    pass


def unlock():
    """Runs as a function of module logging, which has taken this lock before the fork."""
    _lock.release()  # noqa: F821


# --- large pages ---

MADV_COLLAPSE, LARGE = 25, 1 << 21  # Linux 6.1; the size of a large page on x86-64 and arm64


def join_pages():
    """Has the kernel put one large page where 512 small ones are, where it can. A fork
    shares it by a single entry, and only what is written to is taken apart again."""
    if _PRCTL is None:
        return
    import ctypes
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for first, end in own_memory():
        for start in range(-(-first // LARGE) * LARGE, end - LARGE + 1, LARGE):
            if madvise(start, LARGE, MADV_COLLAPSE) != 0:
                return


def own_memory():
    """The parts of memory, as addresses, that are of no file and can be written to."""
    try:
        with io.open('/proc/self/maps', 'rb') as f:
            lines = [line.split() for line in f.read().decode('ascii', 'replace').splitlines()]
    except (OSError, IOError):
        return []
    return [[int(n, 16) for n in line[0].split('-')] for line in lines if line[1] == 'rw-p' and line[4] == '0']
