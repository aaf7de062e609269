# runner.py, after part 8: questions to csv and codecs beside reading a file: sniffing,
# looking for a header, writing, decoding. As in reference.py, the Go models are judged
# by it, so nothing here may be clever.
import datetime
import decimal


# --- values, from their wire form as json has read it ---

def given(value):
    if isinstance(value, list):
        return [given(v) for v in value]
    if not isinstance(value, dict):
        return value
    (tag, text), = value.items()
    return GIVEN[tag](text)


def given_date(text):
    return datetime.datetime.strptime(text, '%Y-%m-%d').date()


def given_datetime(text):
    return datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%S')


def given_codepoints(text):
    char = unichr if PY2 else chr  # noqa: F821
    return u''.join([char(int(c, 16)) for c in text.split()])


GIVEN = {
    'bytes': binascii.unhexlify, 'codepoints': given_codepoints, 'int': int, 'float': float, 'decimal': decimal.Decimal,
    'date': given_date, 'datetime': given_datetime, 'dict': lambda pairs: dict([given(p) for p in pairs]),
}


# --- the questions: each yields the wire form of what the call gives ---

def ask_sniff(q, values):
    d = csv.Sniffer().sniff(values[0])
    yield wire_list([d.delimiter, bool(d.doublequote), d.quotechar, bool(d.skipinitialspace)])


def ask_has_header(q, values):
    yield wire(csv.Sniffer().has_header(values[0]))


class Sink(object):
    """A file that keeps what it is handed."""

    def __init__(self):
        self.got = []

    def write(self, s):
        if s is None:  # 2.7's for a record that never had a character; a file refuses it
            with open(os.devnull, 'wb') as f:
                f.write(s)
        self.got.append(s)


def ask_write(q, values):
    sink = Sink()
    writer = csv.writer(sink, **dict((literal(n), dialect_value(k, v)) for n, k, v in q['dialect']))
    for row in values:
        writer.writerow(row)
        yield wire(sink.got.pop())


def ask_decode(q, values):
    yield wire(values[0].decode(literal(q['codec']), literal(q['errors'])))


def ask_incremental(q, values):
    decoder = codecs.getincrementaldecoder(literal(q['codec']))(literal(q['errors']))
    for i, chunk in enumerate(values):
        yield wire(decoder.decode(chunk, i == len(values) - 1))


ASKED = {'sniff': ask_sniff, 'has_header': ask_has_header, 'write': ask_write, 'decode': ask_decode, 'incremental': ask_incremental}

FIELD_LIMIT = 131072


def asked_lines(q):
    """The wire lines of an answer, the fault last."""
    ask, values, lines = ASKED[q['ask']], given(q['values']), []
    csv.field_size_limit(FIELD_LIMIT)
    try:
        for line in ask(q, values):
            lines.append(line)
    except Exception as exc:
        lines.append(wire_fault(fault_type(exc), fault_message(exc), len(lines) + 1))
    return lines


def op_ask(req, blob):
    """Many questions at once, their answers in order."""
    out = [as_lines(asked_lines(q)) for q in json.loads(blob.decode('utf-8'))]
    write_frame(RESULT, OUTCOME.join(out))


REFERENCE_OPS['ask'] = op_ask
