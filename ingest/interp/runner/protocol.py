# runner.py, part 1: frames. One source for CPython 2.7 and 3.6 and later; the
# parts are joined in the order that runner.go gives and run as one module.
#
# Requests arrive on file descriptor 3 and answers leave on 4. Descriptors 0-2
# belong to the code under test: 0 is the null device, 1 and 2 go to the tail
# that feedparity keeps of what was printed, so that no print is ever taken for
# an answer. A frame is a 4-byte big-endian length and that many bytes; a
# request is a line of JSON and then raw bytes, an answer a kind and raw bytes.
import binascii
import errno
import json
import os
import re
import struct
import sys
import traceback

PY2 = sys.version_info[0] == 2
IN, OUT = 3, 4

# Kinds of answer; protocol.go has the same list.
HELLO, RESULT, ERROR, CHUNK, STARTED, END = b'h', b'r', b'e', b'c', b'p', b'z'

if PY2:
    text_type, byte_type = unicode, str  # noqa: F821
else:
    text_type, byte_type = str, bytes


def retry(call, *args):
    """Repeats a system call that a signal interrupted, as 3.5 and later do."""
    while True:
        try:
            return call(*args)
        except (OSError, IOError) as exc:
            if exc.errno != errno.EINTR:
                raise


def read_exact(fd, n):
    """Returns n bytes, or None where the stream ends before them."""
    parts = []
    while n > 0:
        part = retry(os.read, fd, min(n, 1 << 20))
        if not part:
            return None
        parts.append(part)
        n -= len(part)
    return b''.join(parts)


def write_all(fd, data):
    n = retry(os.write, fd, data)
    if n == len(data):
        return
    view = memoryview(data)[n:]
    while len(view):
        view = view[retry(os.write, fd, view):]


def read_frame():
    """The next request, None where the pipe is closed. One read is enough for most,
    and none takes of the next, which is sent after the answer."""
    data = retry(os.read, IN, 1 << 13)
    head = data if len(data) >= 4 else data + (read_exact(IN, 4 - len(data)) or b'')
    if len(head) < 4:
        return None
    rest = struct.unpack('>I', head[:4])[0] + 4 - len(head)
    if rest == 0:
        return head[4:]
    more = read_exact(IN, rest)
    return None if more is None else head[4:] + more


def frame(kind, payload):
    return struct.pack('>I', len(payload) + 1) + kind + payload


def write_frame(kind, payload):
    write_all(OUT, frame(kind, payload))


def dump(value):
    """JSON as ASCII bytes."""
    return json.dumps(value).encode('ascii')


def native(text):
    """A JSON string as a literal in the team's source would be: py2 str is UTF-8."""
    return text.encode('utf-8') if PY2 else text


def protect_pipes():
    """Keeps the protocol out of programs that the code under test starts."""
    import fcntl
    for fd in (IN, OUT):
        flags = fcntl.fcntl(fd, fcntl.F_GETFL)
        fcntl.fcntl(fd, fcntl.F_SETFL, flags & ~os.O_NONBLOCK)
        fcntl.fcntl(fd, fcntl.F_SETFD, fcntl.fcntl(fd, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
