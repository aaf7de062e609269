# runner.py, part 17: a child that stays, for a campaign. To fork is most of what a call
# costs. Where many inputs are only looked through, to find which are worth a run by
# themselves, one child answers several requests in the parent's place. What such an
# input did may be due to one before it: who asks must run it again to be certain.
import mmap

STAY = b's'  # follows a request that is not the last of its row


class Staying(object):
    """What this process knows of staying."""

    child = False   # this is the one that stays
    busy = None     # a byte that parent and child share: a request is being answered
    request = None  # the one that the child has arranged for


STAYING = Staying()


def op_run_many(req, blob):
    if STAYING.child:
        answer_here(req, blob)
    elif blob == STAY:
        stay(req, blob)
    else:
        op_run(req, blob)  # the last one of a child that has ended before


# --- the parent ---

def stay(req, blob):
    """Makes a child that answers this request and those that follow, and waits for its
    end. One that died over a request is told of as a child of its own would be."""
    if STAYING.busy is None:
        STAYING.busy = mmap.mmap(-1, 1)
    STAYING.busy[0:1] = b'\1'
    pid, r = child(req, remain, req, blob)
    if not lasted(pid, r):
        end_tree(pid, False)
        retry(os.waitpid, pid, 0)
        os._exit(0)
    os.close(r)
    status = status_of(retry(os.waitpid, pid, 0)[1])
    alone = end_tree(pid, True)
    if STAYING.busy[0:1] != b'\0':
        stopped = 'timeout' if status == -signal.SIGALRM else ''
        write_all(OUT, the_end(status, stopped, alone))


def lasted(pid, fd):
    """Waits until the child has ended, who holds the other end of a pipe, or Feedparity is
    gone; returns whether it is there."""
    watched = poll()
    watched.register(fd, 0)
    watched.register(IN, 0)
    while True:
        try:
            events = watched.poll(200)
            if events:
                return IN not in [ready for ready, _ in events]
            if has_ended(pid):
                return True  # what it started has the pipe
        except (OSError, IOError, select.error):
            pass  # interrupted


# --- the child ---

def remain(fd, req, blob):
    global IN, OUT
    STAYING.child, STAYING.request = True, req
    os.setpgid(0, 0)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    IN, OUT = out_of_reach(IN), out_of_reach(OUT)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    enter(CALL)
    listen()
    answer_here(req, blob)
    asked = read_frame()
    while asked is not None:
        answer(asked)
        asked = read_frame()


def out_of_reach(fd):
    """The descriptor by a number that code which closes the low ones does not hit."""
    try:
        high = fcntl.fcntl(fd, DUPLICATE or fcntl.F_DUPFD, 250)
    except (OSError, IOError):
        return fd  # a low limit on open files
    os.close(fd)
    fcntl.fcntl(high, fcntl.F_SETFD, fcntl.fcntl(high, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
    return high


def answer_here(req, blob):
    """Runs a request in this process, and ends it where it is not as it was."""
    STAYING.busy[0:1] = b'\1'
    if STAYING.request is not req:
        arrange(req)
        STAYING.request = req
    signal.setitimer(signal.ITIMER_REAL, req['timeout'])
    told = Told()
    WATCH.forget()
    try:
        WATCH.begin(told.aside)
        produce(told, CALL)
    except Harness as exc:
        told.row(harness_line(exc))
    signal.setitimer(signal.ITIMER_REAL, 0)
    alone = childless()
    STAYING.busy[0:1] = b'\0'
    write_all(OUT, told.frames() + the_end(0, '', alone))
    if blob != STAY or not alone or MEMORY.ballast is None:
        os._exit(0)


class Told(Channel):
    """What a request says, until it has ended: a crash loses it, and is looked into by
    a process of its own."""

    def __init__(self):
        Channel.__init__(self, OUT)
        self.sent = []

    def send(self, data):
        self.sent.append(data)

    def frames(self):
        data = b''.join(self.sent)
        return b''.join([frame(CHUNK, data[i:i + SMALL]) for i in range(0, len(data), SMALL)])


CALL_OPS['run_many'] = op_run_many
