# runner.py, part 15: the keeper of call mode, the process that Feedparity speaks to.
# It has the team's modules imported and forks a child for each request, passes on
# what that writes and ends it, with all that it started, when its time is over.
import gc
import select


def op_import(req, blob):
    try:
        prepare(req)
    except Harness as exc:
        write_frame(RESULT, dump(harness_dict(exc)))
        return
    if hasattr(gc, 'freeze'):  # 3.7: what is there stays shared with the children
        gc.collect()
        gc.freeze()
    write_frame(RESULT, b'{}')


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
    spared = set() if childless() else children()
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
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(CHILD_FAILED)
    os.close(w)
    try:
        Relay(pid, r, req['timeout'] + (req['start'] if req['fresh'] else 0), spared).run()
    except BaseException:  # above all a pipe that Feedparity closed while we wrote
        end_tree(pid, spared)
        raise
    os.close(r)


class Relay(object):
    """Passes on what a child writes until it has ended or its time is over, and says
    how it ended."""

    def __init__(self, pid, fd, timeout, spared):
        self.pid, self.fd, self.spared = pid, fd, spared
        self.deadline = now() + timeout
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
        end_tree(self.pid, self.spared)
        if stopped:
            self.drain()
            if self.status is None:
                self.reap(0)
        self.say(frame(END, dump({'status': self.status, 'stopped': stopped})))

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
            if len(tree(children() - self.spared)) > MAX_FORKS:
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
            self.status = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


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


def childless():
    """Whether this process is known to have no children; cheaper than to list them."""
    if PY2:
        return False
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # noqa: F821
        return True
    return False


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
        if childless():
            return
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


CALL_OPS = {'import': op_import, 'run': op_run}
