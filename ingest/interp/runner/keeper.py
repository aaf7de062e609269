# runner.py, part 16: the keeper of call mode, the process that Feedparity speaks to.
# It has the team's modules imported and forks a child for each request, passes on
# what that writes and ends it, with all that it started, when its time is over.
import select


def op_import(req, blob):
    try:
        prepare(req)
    except Harness as exc:
        write_frame(RESULT, dump(harness_dict(exc)))
        return
    settle()
    write_frame(RESULT, dump({'threads': KEPT.threads}))


class Kept(object):
    """What the keeper knows of itself."""

    subreaper = prctl(PR_SET_CHILD_SUBREAPER, 1)  # what a child leaves behind becomes its own
    collects = False  # a child is to look for garbage again
    request = None    # the one that was arranged for
    spared = None     # children of the import, unknown until the first request
    threads = None    # of the import, by name: a child has none of them


KEPT = Kept()


# F_DUPFD_CLOEXEC, which module fcntl of Python 2 has no name for.
DUPLICATE = getattr(fcntl, 'F_DUPFD_CLOEXEC', 1030 if sys.platform.startswith('linux') else None)


def high_pipe():
    """A pipe that no program started inherits, its writing end where code that
    closes the low descriptors, as daemons do, does not hit it."""
    r, w = os.pipe()
    try:
        high = fcntl.fcntl(w, DUPLICATE or fcntl.F_DUPFD, 250)
    except (OSError, IOError):
        high = w  # a low limit on open files
    else:
        os.close(w)
    for fd in (r, high):
        if PY2 or DUPLICATE is None or high == w:
            fcntl.fcntl(fd, fcntl.F_SETFD, fcntl.fcntl(fd, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
    return r, high


# --- the parent ---

SMALL = 1 << 14


def child(req, run, *args):
    """Makes a child for a request that runs a function and ends. Returns its number, and
    the end of a pipe that is told when it has ended."""
    if KEPT.request is not req or req['sandbox']:
        arrange(req)
        KEPT.request = req
    r, w = high_pipe()
    if KEPT.spared is None:
        KEPT.spared = children()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(r)
            wake()
            run(w, *args)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(CHILD_FAILED)
    os.close(w)
    return pid, r


def op_run(req, blob):
    pid, r = child(req, run_child, CALL)
    timeout = req['timeout'] + (req['start'] if req['fresh'] else 0)
    deadline = now() + timeout
    try:
        if not at_once(pid, r, timeout):
            Relay(pid, r, deadline).run()
    except BaseException:  # above all a pipe that Feedparity closed while we wrote
        end_tree(pid, False)
        raise
    os.close(r)


SHORT = 0.02  # seconds that a call may take to be told of at once


def at_once(pid, fd, timeout):
    """Most calls are short and write little: waits for such a one to end and tells all
    that it wrote and how it ended, so that nobody wakes up for anything before. Returns
    whether it was one."""
    watched = poll()
    watched.register(IN, select.POLLIN)
    watched.register(fd, 0)  # it is told when the last process that can write has ended
    try:
        events = watched.poll(1000 * min(SHORT, timeout))
    except (OSError, IOError, select.error):
        return False  # interrupted
    if len(events) != 1 or events[0][0] != fd:
        return False
    for wait in WAITS:
        ended, status = retry(os.waitpid, pid, os.WNOHANG)
        if ended:
            break
        time.sleep(wait)
    else:
        return False
    written, more = [], True
    while more:
        more = retry(os.read, fd, 1 << 13)
        written.append(more)
    alone = end_tree(pid, True)
    write_all(OUT, frame(CHUNK, b''.join(written)) + the_end(status_of(status), '', alone))
    return True


poll = select.poll  # before the team's code can replace it
WAITS = (0.0001, 0.0002, 0.0005)


def status_of(status):
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def the_end(status, stopped, alone):
    text = '{"status":%d,"stopped":"%s","alone":%s}' % (status, stopped, 'true' if alone else 'false')
    return frame(END, text.encode('ascii'))


class Relay(object):
    """Passes on what a child writes until it has ended or its time is over, and says
    how it ended."""

    def __init__(self, pid, fd, deadline):
        self.pid, self.fd, self.deadline = pid, fd, deadline
        self.count_at = now() + COUNT_EVERY
        self.open, self.status, self.small = True, None, True
        self.held = b''  # of what the child wrote
        # Told with what is told first. Until then only we need to know.
        self.unsaid = frame(STARTED, str(pid).encode('ascii'))

    def run(self):
        stopped = ''
        while not stopped and (self.open or self.status is None):
            if self.status is None:
                stopped = self.over()
            self.step()
        alone = end_tree(self.pid, self.status is not None)
        if stopped:
            self.drain()
            if self.status is None:
                self.reap(0)
        self.say(the_end(self.status, stopped, alone))

    def say(self, last):
        """Writes what was held and one more frame at once: most calls are short, and
        Feedparity need not wake up more than once for one."""
        if self.held:
            self.unsaid += frame(CHUNK, self.held)
        unsaid, self.unsaid, self.held = self.unsaid, b'', b''
        write_all(OUT, unsaid + last)

    def over(self):
        """Why the child must end now, '' if it need not. Processes are counted here
        as well, for those that were made behind Python's back."""
        if now() >= self.deadline:
            return 'timeout'
        if now() >= self.count_at:
            self.count_at = now() + COUNT_EVERY
            if len(tree(children() - KEPT.spared)) > MAX_FORKS:
                return 'processes'
        return ''

    def step(self):
        if self.status is not None:
            # Something it started still holds the pipe; that is not waited for.
            self.drain()
            self.open = False
            return
        watched = [IN] + ([self.fd] if self.open else [])
        # A closed pipe means that the child is about to end: look often.
        ready = self.select(watched, max(0, min(0.001 if not self.open else 0.002 if self.held else 0.1, self.deadline - now())))
        if IN in ready:
            self.abandon()
        if self.fd in ready:
            self.take()
        elif self.held:
            self.flush()
        if not (self.open and ready):
            self.reap(os.WNOHANG)

    def abandon(self):
        """Feedparity cancelled the request, or is gone."""
        end_tree(self.pid, self.status is not None)
        if self.status is None:
            self.reap(0)  # nobody else may
        os._exit(0)

    def select(self, fds, timeout):
        try:
            return select.select(fds, [], [], timeout)[0]
        except (OSError, select.error):
            return []  # interrupted

    def take(self):
        if self.small:
            time.sleep(0.001)  # more follows: rather that than wake up for every row
        data = retry(os.read, self.fd, 1 << 16)
        if not data:
            self.open = False
            return
        self.small = len(data) < SMALL
        self.held += data
        if len(self.held) >= SMALL:
            self.flush()

    def flush(self):
        start = now()
        try:
            self.say(b'')
        except (OSError, IOError):
            self.abandon()
        self.deadline += now() - start  # a slow reader is not the child's fault

    def drain(self):
        while self.open and self.select([self.fd], 0):
            self.take()

    def reap(self, flags):
        pid, status = retry(os.waitpid, self.pid, flags)
        if pid:
            self.status = status_of(status)


COUNT_EVERY = 0.05  # seconds


def children(of='self'):
    """The process ids of a process's children, where the system tells."""
    found = set()
    try:
        for task in os.listdir('/proc/%s/task' % of):
            fd = os.open('/proc/%s/task/%s/children' % (of, task), os.O_RDONLY)
            try:
                found.update(map(int, os.read(fd, 1 << 16).split()))
            finally:
                os.close(fd)
    except (OSError, ValueError):
        pass
    return found


def tree(pids):
    """Processes and all their descendants; no more are looked for than are too many."""
    found, new = set(), set(pids)
    while new and len(found) <= MAX_FORKS:
        found |= new
        new = set(pid for parent in new for pid in children(parent)) - found
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


def childless():
    """Whether this process has no children at all. One that has ended is waited for."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except OSError as exc:
        return exc.errno == errno.ECHILD
    return False


def end_tree(pid, reaped):
    """Ends a child, unless it was waited for, and everything it started. A process that
    ends gives its own children to us, so it is looked again until there are none.
    Returns whether that is certain."""
    spared = KEPT.spared
    if reaped and KEPT.subreaper and not spared and childless():
        return True
    kill_quietly(os.killpg, pid)
    if not reaped:
        kill_quietly(os.kill, pid)  # it may not have made its own group yet
    for _ in range(1000):
        ended = reaped or has_ended(pid)
        left = children() - spared - set([pid])
        if ended and not left:
            return KEPT.subreaper and reaped and (bool(spared) or childless())
        for other in left:
            kill_quietly(os.kill, other)
            try:
                os.waitpid(other, os.WNOHANG)
            except OSError:
                pass
        time.sleep(0.001)
    return False


def remove_scratch():
    """Removes the folder of the last call where Feedparity ended without doing so."""
    import shutil
    if KEPT.request is not None:
        shutil.rmtree(path_of(KEPT.request['root']), True)


CALL_OPS = {'import': op_import, 'run': op_run}
