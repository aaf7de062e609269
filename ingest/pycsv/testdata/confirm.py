# -*- coding: utf-8 -*-
"""Operations by which the tests of package pycsv ask a real CPython what its csv module does.

Runs on 2.7 and 3.6+. Requests are of module marshal, tuples in them what it
does not know. Answers are one line of text per event, the notation of
notation_test.go; of many thousands only the digest is sent.
"""
import binascii
import csv
import datetime
import decimal
import hashlib
import marshal
import sys

PY2 = sys.version_info[0] == 2
MOST_CALLS = 30  # next() is called again after an error, but not for ever


def to_generalized(s):
    if not PY2:
        return s.encode('utf-8', 'surrogatepass')
    return b''.join(c.encode('utf-8') for c in s)


def tohex(b):
    return binascii.hexlify(b).decode('ascii')


class Pairs(list):
    """The items of a dict in the order in which they are to be shown."""

    def items(self):
        return self


def none_last(row, fieldnames):
    """A row of 2.7 as if its None key had been left out, and then that key.

    hash(None) is an address there, so where it collides the order of the other
    keys is another one in every process.
    """
    if None not in row:
        return row
    others = {}
    for k in fieldnames:
        if k is not None:
            others[k] = row[k]
    return Pairs(list(others.items()) + [(None, row[None])])


def show(v):
    if isinstance(v, bytes):
        return u'b:' + tohex(v)
    if isinstance(v, type(u'')):
        return u'u:' + tohex(to_generalized(v))
    if v is None:
        return u'n'
    if isinstance(v, list):
        return u'[' + u','.join([show(x) for x in v]) + u']'
    if isinstance(v, bool):
        return u't:%s' % v
    if isinstance(v, float):
        return u'f:%r' % v
    return u'i:%d' % v


def error(e):
    name = u'csv.Error' if isinstance(e, csv.Error) else u'%s' % type(e).__name__
    text = str(e)
    return name, text.decode('latin-1') if PY2 else text


def show_error(e):
    name, text = error(e)
    return u'%s|%s' % (name, tohex(to_generalized(text)))


def keywords(pairs):
    """Options as a call has them: in 2.7 names are str, and marshal makes longs of ints."""
    if not PY2:
        return dict(pairs)
    out = {}
    for name, v in pairs:
        out[name.encode('utf-8')] = int(v) if isinstance(v, long) else v  # noqa: F821
    return out


def transcript(case):
    """One call of csv.reader or csv.DictReader and all that it yields, in values
    that marshal knows: rows and errors, each with line_num behind it, and at the
    end line_num. Of a DictReader a row is a list of pairs; its fieldnames follow."""
    items, kw, limit, of_dict = case
    csv.field_size_limit(limit)
    try:
        reader = (csv.DictReader if of_dict else csv.reader)(iter(items), **keywords(kw))
    except Exception as e:
        return error(e)
    lines = reader.reader if of_dict else reader
    out = []
    for _ in range(MOST_CALLS):
        try:
            row = next(reader)
            if of_dict:
                if PY2:
                    row = none_last(row, reader.fieldnames)
                row = list(row.items())
        except StopIteration:
            out.append(int(lines.line_num))  # a long in 2.7
            break
        except Exception as e:
            row = error(e)
        out += row, int(lines.line_num)
    if of_dict:
        names = reader._fieldnames
        out.append(names if names is None or isinstance(names, list) else True)  # given
    return out


def shown(events, of_dict):
    """A transcript as lines of text."""
    if isinstance(events, tuple):
        return [u'refused %s|%s' % (events[0], tohex(to_generalized(events[1])))]
    out = []
    last = [events.pop()] if of_dict else []
    events = iter(events)
    for e in events:
        if isinstance(e, int):
            out.append(u'end@%d' % e)
        elif isinstance(e, tuple):
            out.append(u'error %s|%s@%d' % (e[0], tohex(to_generalized(e[1])), next(events)))
        else:
            row = u'{' + u','.join([show(k) + u'=' + show(v) for k, v in e]) + u'}' if of_dict else show(e)
            out.append(u'row %s@%d' % (row, next(events)))
    return out + [u'fields ' + (u'given' if names is True else show(names)) for names in last]


def run(case):
    return shown(transcript(case), case[3])


def order(keys):
    """The iteration order of a dict made by inserting keys, as positions of first insertion."""
    d = {}
    for i, k in enumerate(keys):
        d.setdefault(k, i)
    return [u'%d' % d[k] for k in d]


def sniff(sample):
    """What csv.Sniffer().sniff says of a sample."""
    try:
        d = csv.Sniffer().sniff(sample)
    except Exception as e:
        return [u'error ' + show_error(e)]
    return [u' '.join([show(x) for x in (d.delimiter, bool(d.doublequote), d.quotechar, bool(d.skipinitialspace))])]


def has_header(sample):
    """What csv.Sniffer().has_header says of a sample."""
    try:
        return [u'%s' % csv.Sniffer().has_header(sample)]
    except Exception as e:
        return [u'error ' + show_error(e)]


def cell(v):
    """A value that a writer is given: marshal knows no decimals, dates and dicts."""
    if isinstance(v, list):
        return [cell(x) for x in v]
    if not isinstance(v, tuple):
        return v
    kind, text = v
    if kind == u'decimal':
        return decimal.Decimal(text)
    if kind == u'date':
        return datetime.datetime.strptime(text, '%Y-%m-%d').date()
    if kind == u'datetime':
        return datetime.datetime.strptime(text, '%Y-%m-%dT%H:%M:%S')
    return dict(text)


class Sink(object):
    """A file that keeps what each writerow hands it."""

    def __init__(self):
        self.got = []

    def write(self, s):
        if s is None:  # 2.7's for a record that never had a character
            with open('/dev/null', 'wb') as f:
                f.write(s)
        self.got.append(s)


def write(case):
    """Rows through one csv.writer: a line for each."""
    kw, given = case
    sink = Sink()
    try:
        writer = csv.writer(sink, **keywords(kw))
    except Exception as e:
        return [u'refused ' + show_error(e)]
    out = []
    for row in given:
        del sink.got[:]
        try:
            writer.writerow(cell(row))
        except Exception as e:
            out.append(u'error ' + show_error(e))
        else:
            out.append(u' '.join([show(s) for s in sink.got]))
    return out


OPERATIONS = {'run': run, 'order': order, 'sniff': sniff, 'has_header': has_header, 'write': write}


def answers(blob):
    """[operation, case...]: the lines of each case, and # after them."""
    cases = marshal.loads(blob)
    operation = OPERATIONS[cases.pop(0)]
    default = csv.field_size_limit()
    out = []
    try:
        for case in cases:
            out.extend(operation(case))
            out.append(u'#')
    finally:
        csv.field_size_limit(default)
    out.append(u'')
    return u'\n'.join(out).encode('ascii')


def digest(blob):
    """As answers, but one digest, for run that of the transcripts in marshal's format 0."""
    cases = marshal.loads(blob)
    if cases[0] != 'run':
        return hashlib.md5(answers(blob)).digest()
    default = csv.field_size_limit()
    try:
        out = [transcript(case) for case in cases[1:]]
    finally:
        csv.field_size_limit(default)
    return hashlib.md5(marshal.dumps(out, 0)).digest()
