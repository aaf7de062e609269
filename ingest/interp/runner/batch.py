# runner.py, part 8: reference mode over many small inputs, where the time that
# Python takes around the work is most of it. Each is still read by csv and cleaned
# as Settings say; what is left out is what cannot be seen. An input that open()
# reads at once is read from memory instead, and rows of nothing but strings are
# finished and sent as a table instead of cell by cell. Where anything else turns
# up, an exception above all, reference.py runs the input again and is right.
import gc
import operator

# What open() of every version reads at once, whatever the file system's blocks.
WHOLE = 4096

# Between cells, rows, a table and its fault, outcomes; table.go splits by them.
UNIT, RECORD, FAULT, OUTCOME = b'\x1f', b'\x1e', b'\x1c', b'\x1d'
JSON, TEXTS, BYTES = b'j', b't', b'b'


def lines_in_memory(data, s):
    f = io.BytesIO(data)
    return f, f


def text_in_memory(data, s):
    f = io.TextIOWrapper(io.BytesIO(data), s.codec, s.errors, '')
    return f, f


def universal_in_memory(data, s):
    f = io.TextIOWrapper(io.BytesIO(data), s.codec, s.errors)
    return f, f


# For some open modes what reference.py's function for the mode returns.
IN_MEMORY = {
    'bytes': lines_in_memory, 'bytes-decode': lines_in_memory, 'io-open': text_in_memory,
    'text': text_in_memory, 'text-universal': universal_in_memory,
}

# Steps without arguments that make a string of the same type of every string.
SAME_TYPE = ('strip', 'lstrip', 'rstrip', 'lower', 'upper', 'title', 'capitalize', 'swapcase')

# The codecs that unicode() and codecs.lookup decode by one and the same function.
BUILT_IN = {'utf-8': 'utf-8', 'iso8859-1': 'latin-1', 'ascii': 'ascii'}


def row_decoder(codec, errors='strict'):
    name = BUILT_IN.get(codecs.lookup(codec).name)
    if name:
        return lambda row: [unicode(cell, name, errors) for cell in row]  # noqa: F821
    return lambda row: [cell.decode(codec, errors) for cell in row]


def every_cell(name):
    step = operator.methodcaller(name)
    return lambda row: list(map(step, row))


class Table(object):
    """The quick way for one policy."""

    def __init__(self, req, s):
        self.s = s
        self.passes = [row_decoder(*s.decoding)] if s.decoding else []
        self.passes += [every_cell(str(step[0])) for step in req['clean']]
        self.texts = bool(s.decoding) or not PY2
        native = (lambda b: b) if PY2 and not self.texts else (lambda b: b.decode('ascii'))
        self.unit, self.record, self.others = native(UNIT), native(RECORD), (native(FAULT), native(OUTCOME))

    def outcome(self, data):
        """The outcome of an input, or None for reference.py to find it."""
        s, rows, fault = self.s, [], None
        try:
            csv.field_size_limit(s.limit)
            rows.extend(csv.reader(s.open(data, s)[0], **s.dialect))
        except Exception as exc:
            fault = to_bytes(wire_fault(fault_type(exc), fault_message(exc), len(rows) + 1))
        if not rows:
            return JSON + (fault or b'')
        try:
            table = self.join(rows)
        except Exception:
            return None
        return table if table is None or fault is None else table + FAULT + fault

    def join(self, rows):
        """The rows as a table. It is None if a cell holds a separator or a row no
        cell, for then there are more of them than there should be; it raises if a
        cell is no string."""
        cells = sum(map(len, rows))
        for finish in self.passes:
            rows = map(finish, rows)
        rows = list(map(self.unit.join, rows))
        table = self.record.join(rows)
        if (table.count(self.unit) != cells - len(rows) or table.count(self.record) != len(rows) - 1 or
                self.others[0] in table or self.others[1] in table):
            return None
        if not self.texts:
            return BYTES + table
        if not PY2:
            return TEXTS + table.encode('utf-8', 'surrogatepass')
        encoded = table.encode('utf-8')
        # Python 2 would write a pair of surrogates as the character they stand for.
        alike = len(encoded) == len(table) or not _SURROGATE.search(table)
        return TEXTS + encoded if alike else None


def has_table(req, s):
    """Whether a policy's rows are all alike, and nothing but strings."""
    return not (s.dict or s.types or s.sniff or
                any(len(step) > 1 or step[0] not in SAME_TYPE for step in req['clean']) or
                s.decoding and type(b''.decode(*s.decoding)) is not text_type)


class Scratch(object):
    """The one temporary file, for open() to be the real one."""

    def __init__(self, path):
        self.path, self.fd = path, None
        SCRATCH.add(path)

    def put(self, data):
        if self.fd is None:
            self.fd = os.open(self.path, os.O_WRONLY)
        os.lseek(self.fd, 0, 0)
        write_all(self.fd, data)
        os.ftruncate(self.fd, len(data))

    def close(self):
        if self.fd is not None:
            os.close(self.fd)


class Policy(object):
    def __init__(self, req):
        self.file, self.memory, self.table = Settings(req), None, None
        try:
            codecs.lookup(self.file.codec), codecs.lookup_error(self.file.errors)
            alike = has_table(req, self.file)
        except Exception:
            return  # there is no such codec, or it has nothing to do with text
        if req['open'] in IN_MEMORY:
            self.memory = Settings(req)
            self.memory.open = IN_MEMORY[req['open']]
            self.table = Table(req, self.memory) if alike else None

    def outcome(self, data, scratch):
        if self.memory is None or len(data) > WHOLE:
            scratch.put(data)
            return as_lines(outcome_lines(scratch.path, self.file))
        found = self.table and self.table.outcome(data)
        return found or as_lines(outcome_lines(data, self.memory))


def as_lines(lines):
    return JSON + to_bytes(u'\n'.join(lines))


def op_batch(req, blob):
    """Many small inputs at once, their outcomes in order."""
    policies = [Policy(r) for r in req['settings']]
    scratch, out, at = Scratch(literal(req['path'])), [], 0
    gc.disable()  # there are no cycles, only rows that it would look at in vain
    try:
        for which, size in req['items']:
            out.append(policies[which].outcome(blob[at:at + size], scratch))
            at += size
    finally:
        gc.enable()
        scratch.close()
    write_frame(RESULT, OUTCOME.join(out))


REFERENCE_OPS = {'batch': op_batch, 'stream': op_stream}
