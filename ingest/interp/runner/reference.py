# runner.py, part 7: reference mode. Does in real Python exactly what Settings
# say; the Go model is judged by it, so nothing here may be clever.
import codecs
import csv
import io
import itertools
import locale


# --- open modes: each returns (what is handed to csv.reader, what to close) ---

def open_bytes(path, s):
    f = open(path, 'rb')
    return f, f


def open_universal(path, s):
    f = open(path, 'rU')
    return f, f


def open_recode(path, s):
    f = codecs.getreader(s.codec)(open(path, 'rb'), s.errors)
    return (line.encode('utf-8') for line in f), f


def open_codecs(path, s):
    f = codecs.open(path, 'r', s.codec, s.errors)
    return f, f


def open_io(path, s):
    f = io.open(path, encoding=s.codec, errors=s.errors, newline='')
    return f, f


def open_text_universal(path, s):
    f = open(path, encoding=s.codec, errors=s.errors)
    return f, f


def open_universal_text(path, s):
    f = open(path, 'rU', encoding=s.codec, errors=s.errors)
    return f, f


def open_locale(path, s):
    # Where this process's locale has the codec asked for, open() is left to find
    # it; for another codec it is named, which is what such a locale would do.
    if codecs.lookup(locale.getpreferredencoding(False)).name == codecs.lookup(s.codec).name:
        f = open(path, errors=s.errors)
        return f, f
    return open_text_universal(path, s)


def open_iterdecode(path, s):
    f = open(path, 'rb')
    return codecs.iterdecode(f, s.codec, s.errors), f


def read_all(path):
    with open(path, 'rb') as f:
        return f.read()


def open_stringio(path, s):
    f = io.StringIO(read_all(path).decode(s.codec, s.errors))
    return f, f


def open_splitlines_bytes(path, s):
    s.whole = read_all(path)
    return s.whole.splitlines(), None


def open_splitlines_text(path, s):
    s.whole = read_all(path).decode(s.codec, s.errors)
    return s.whole.splitlines(), None


# mode: (how it opens, whether cells are decoded after csv.reader)
if PY2:
    MODES = {
        'bytes': (open_bytes, False), 'bytes-decode': (open_bytes, True),
        'universal': (open_universal, True), 'recode': (open_recode, True),
        'codecs-open': (open_codecs, False), 'io-open': (open_io, False),
        'splitlines': (open_splitlines_bytes, True),
    }
else:
    MODES = {
        'text': (open_io, False), 'text-universal': (open_text_universal, False),
        'locale': (open_locale, False), 'codecs-open': (open_codecs, False),
        'iterdecode': (open_iterdecode, False), 'stringio': (open_stringio, False),
        'splitlines': (open_splitlines_text, False), 'universal': (open_universal_text, False),
    }

SNIFFED = 8192


def dialect_value(kind, value):
    """A dialect argument; its strings arrive as hex."""
    return {'text': unhex_text, 'none': lambda v: None, 'bool': lambda v: v == 'True', 'int': int,
            'float': float, 'bytes': binascii.unhexlify}[kind](value)


class Settings(object):
    """One policy, ready to run."""

    def __init__(self, req):
        self.open, decodes = MODES[req['open']]
        self.codec, self.errors = literal(req['codec']), literal(req['errors'])
        # recode hands UTF-8 to csv whatever the file is in.
        self.decoding = None
        if decodes:
            self.decoding = ('utf-8',) if req['open'] == 'recode' else (self.codec, self.errors)
        self.dialect = dict((literal(n), dialect_value(k, v)) for n, k, v in req['dialect'])
        self.sniff, self.limit = req['sniff'], req['limit']
        self.dict = req['reader'] == 'dict'
        self.clean = [make_step(step) for step in req['clean']]
        self.types = [(literal(name), index, chain(steps)) for name, index, steps in req['types']]
        self.plain = not (self.decoding or self.clean or self.types)
        self.whole = None


def take_sample(lines, whole):
    """The first units the mode yields, and all it yields from the start again."""
    if whole is not None:
        return whole[:SNIFFED], lines
    taken, n = [], 0
    lines = iter(lines)
    for line in lines:
        taken.append(line)
        n += len(line)
        if n >= SNIFFED:
            break
    sample = type(taken[0])().join(taken) if taken else ''
    return sample[:SNIFFED], itertools.chain(taken, lines)


def make_reader(lines, s):
    kind = csv.DictReader if s.dict else csv.reader
    if not s.sniff:
        return kind(lines, **s.dialect)
    sample, lines = take_sample(lines, s.whole)
    return kind(lines, dialect=csv.Sniffer().sniff(sample))


# --- rows of csv.reader ---

def decode_cell(cell, decoding):
    return cell.decode(*decoding) if isinstance(cell, byte_type) else cell


def is_string(cell):
    return isinstance(cell, (byte_type, text_type))


def clean_cell(cell, steps):
    return run_steps(steps, cell) if is_string(cell) else cell


def finish_cell(cell, s, converters):
    """Cleans and then converts one cell; what is no string any more stays."""
    cell = clean_cell(cell, s.clean)
    for convert in converters:
        if is_string(cell):
            cell = convert(cell)
    return cell


def match_columns(header, s):
    """For each column of the header the converters that apply to it."""
    return [[convert for name, index, convert in s.types
             if (index == i + 1 if index else cell == name)] for i, cell in enumerate(header)]


def converters_at(s, columns, i):
    # A row can be longer than the header, and a number name a column beyond it.
    if i < len(columns):
        return columns[i]
    return [convert for _, index, convert in s.types if index == i + 1]


def finish_list(row, s, columns):
    if s.decoding:
        row = [decode_cell(cell, s.decoding) for cell in row]
    if columns is None:
        return [clean_cell(cell, s.clean) for cell in row]
    return [finish_cell(cell, s, converters_at(s, columns, i)) for i, cell in enumerate(row)]


def list_rows(reader, s):
    columns = None
    for row in reader:
        if s.plain:
            yield wire_list(row)
            continue
        header = columns is None
        row = finish_list(row, s, columns)
        if header:
            columns = match_columns(row, s)
        yield wire_list(row)


# --- rows of csv.DictReader, as lists of pairs in the order that is shown ---

def dict_pairs(row, fieldnames):
    """The row's pairs in order. In Python 2 hash(None) is an address, so None is
    left out of the order of the others and comes last."""
    if not PY2:
        return list(row.items())
    order = {}
    for key in fieldnames:
        order[key] = row[key]
    pairs = list(order.items())
    if None in row:
        pairs.append((None, row[None]))
    return pairs


def decode_value(value, decoding):
    if isinstance(value, list):
        return [decode_cell(cell, decoding) for cell in value]
    return decode_cell(value, decoding)


def decode_pairs(pairs, decoding):
    """Each key and then its value, into a new dict: its order is the new keys'."""
    decoded, extras = {}, []
    for key, value in pairs:
        key = decode_cell(key, decoding)
        value = decode_value(value, decoding)
        if key is None:
            extras.append((key, value))
        else:
            decoded[key] = value
    return list(decoded.items()) + extras


def pair_converters(key, s, fieldnames):
    return [convert for name, index, convert in s.types
            if (is_fieldname(key, index, fieldnames, s) if index else key == name)]


def is_fieldname(key, index, fieldnames, s):
    if index > len(fieldnames):
        return False
    name = fieldnames[index - 1]
    if s.decoding:
        name = decode_cell(name, s.decoding)
    return key is name or key == name


def finish_pairs(pairs, s, fieldnames):
    if s.decoding:
        pairs = decode_pairs(pairs, s.decoding)
    out = []
    for key, value in pairs:
        if isinstance(value, list):
            value = [clean_cell(cell, s.clean) for cell in value]
        else:
            value = finish_cell(value, s, pair_converters(key, s, fieldnames))
        out.append((key, value))
    return out


def dict_rows(reader, s):
    for row in reader:
        pairs = dict_pairs(row, reader.fieldnames)
        if not s.plain:
            pairs = finish_pairs(pairs, s, reader.fieldnames)
        yield wire_pairs(pairs)


# --- outcomes ---

def outcome_lines(path, s):
    """The wire lines of an outcome, the fault last."""
    n, opened = 0, None
    try:
        csv.field_size_limit(s.limit)
        lines, opened = s.open(path, s)
        reader = make_reader(lines, s)
        for line in dict_rows(reader, s) if s.dict else list_rows(reader, s):
            n += 1
            yield line
    except Exception as exc:
        yield wire_fault(fault_type(exc), fault_message(exc), n + 1)
    finally:
        s.whole = None
        if opened is not None:
            opened.close()


SCRATCH = set()


def remove_scratch():
    """Removes the temporary file where feedparity ended without doing so."""
    for path in SCRATCH:
        try:
            os.remove(path)
        except OSError:
            pass


CHUNK_SIZE = 1 << 18


def op_stream(req, blob):
    """One input of any size from a file, its outcome in pieces."""
    lines, size = [], 0
    path = literal(req['path'])
    if req['scratch']:
        SCRATCH.add(path)
    for line in outcome_lines(path, Settings(req['settings'])):
        lines.append(line)
        size += len(line)
        if size >= CHUNK_SIZE:
            write_frame(CHUNK, to_bytes(u'\n'.join(lines) + u'\n'))
            lines, size = [], 0
    write_frame(CHUNK, to_bytes(u''.join([line + u'\n' for line in lines])))
    write_frame(END, b'{}')
