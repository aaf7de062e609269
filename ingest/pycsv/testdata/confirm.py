# -*- coding: utf-8 -*-
"""Operations by which the tests of package pycsv ask a real CPython what its csv module does.

Runs on 2.7 and 3.6+. Values cross as [kind, data]: ["n"], ["t", bool],
["i", decimal], ["f", repr], ["b", hex], ["u", hex of generalized UTF-8].
Answers are one line of text per event, the notation of notation_test.go.
"""
import binascii
import csv
import sys

PY2 = sys.version_info[0] == 2
MOST_CALLS = 30  # next() is called again after an error, but not for ever


def unhex(s):
    return binascii.unhexlify(s.encode('ascii'))


def tohex(b):
    return binascii.hexlify(b).decode('ascii')


def from_generalized(b):
    if not PY2:
        return b.decode('utf-8', 'surrogatepass')
    out = []  # 2.7 decodes lone surrogates; one character at a time so that pairs stay pairs
    start = 0
    for i in range(1, len(b) + 1):
        if i == len(b) or ord(b[i]) & 0xC0 != 0x80:
            out.append(b[start:i].decode('utf-8'))
            start = i
    return u''.join(out)


def to_generalized(s):
    if not PY2:
        return s.encode('utf-8', 'surrogatepass')
    return b''.join(c.encode('utf-8') for c in s)


def value(v):
    kind = v[0]
    if kind == 'n':
        return None
    if kind == 't':
        return v[1]
    if kind == 'i':
        return int(v[1])
    if kind == 'f':
        return float(v[1])
    if kind == 'b':
        return unhex(v[1])
    return from_generalized(unhex(v[1]))


class Pairs(list):
    """The items of a dict in the order in which they are to be shown."""


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
    if v is None:
        return u'n'
    if isinstance(v, bool):
        return u't:%s' % v
    if isinstance(v, float):
        return u'f:%r' % v
    if isinstance(v, int):
        return u'i:%d' % v
    if isinstance(v, bytes):
        return u'b:' + tohex(v)
    if isinstance(v, type(u'')):
        return u'u:' + tohex(to_generalized(v))
    if isinstance(v, dict):
        return u'{' + u','.join(show(k) + u'=' + show(x) for k, x in v.items()) + u'}'
    if isinstance(v, Pairs):
        return u'{' + u','.join(show(k) + u'=' + show(x) for k, x in v) + u'}'
    return u'[' + u','.join(show(x) for x in v) + u']'


def show_error(e):
    name = 'csv.Error' if isinstance(e, csv.Error) else type(e).__name__
    text = str(e)
    if PY2:
        text = text.decode('latin-1')
    return u'%s|%s' % (name, tohex(to_generalized(text)))


def rows(reader, line_num, shown=lambda row: row):
    out = []
    for _ in range(MOST_CALLS):
        try:
            row = next(reader) if not PY2 else reader.next()
        except StopIteration:
            out.append(u'end@%d' % line_num())
            break
        except Exception as e:
            out.append(u'error %s@%d' % (show_error(e), line_num()))
        else:
            out.append(u'row %s@%d' % (show(shown(row)), line_num()))
    return out


def keywords(pairs):
    out = {}
    for name, v in pairs:
        key = from_generalized(unhex(name))
        out[key.encode('utf-8') if PY2 else key] = value(v)
    return out


def one(case):
    items = [value(v) for v in case['items']]
    csv.field_size_limit(case['limit'])
    make = csv.DictReader if case.get('dict') else csv.reader
    try:
        reader = make(iter(items), **keywords(case['kw']))
    except Exception as e:
        return [u'refused ' + show_error(e)]
    if not case.get('dict'):
        return rows(reader, lambda: reader.line_num)
    shown = (lambda row: none_last(row, reader.fieldnames)) if PY2 else (lambda row: row)
    out = rows(reader, lambda: reader.reader.line_num, shown)
    names = reader._fieldnames
    return out + [u'fields ' + (show(names) if names is None or isinstance(names, list) else u'given')]


def run(cases):
    """Every case through csv.reader or csv.DictReader: a list of lines each."""
    default = csv.field_size_limit()
    try:
        return [one(c) for c in cases]
    finally:
        csv.field_size_limit(default)


def order(lists):
    """The iteration order of a dict made by inserting each list's keys, as positions of first insertion."""
    out = []
    for keys in lists:
        d = {}
        for i, k in enumerate(keys):
            d.setdefault(value(k), i)
        out.append([d[k] for k in d])
    return out


def sniff(samples):
    """What csv.Sniffer().sniff says of each sample."""
    out = []
    for v in samples:
        try:
            d = csv.Sniffer().sniff(value(v))
        except Exception as e:
            out.append(u'error ' + show_error(e))
        else:
            out.append(u' '.join(show(x) for x in (d.delimiter, bool(d.doublequote), d.quotechar, bool(d.skipinitialspace))))
    return out


def has_header(samples):
    """What csv.Sniffer().has_header says of each sample."""
    out = []
    for v in samples:
        try:
            out.append(u'%s' % csv.Sniffer().has_header(value(v)))
        except Exception as e:
            out.append(u'error ' + show_error(e))
    return out


def cell(v):
    """As value(), and what only a writer is given: decimals, dates, containers."""
    import datetime
    import decimal
    kind = v[0]
    if kind == 'd':
        return decimal.Decimal(v[1])
    if kind == 'y':
        return datetime.date(*v[1])
    if kind == 'z':
        return datetime.datetime(*v[1])
    if kind == 'l':
        return [cell(x) for x in v[1]]
    if kind == 'm':
        return dict((cell(k), cell(x)) for k, x in v[1])
    return value(v)


class Sink(object):
    """A file that keeps what each writerow hands it."""

    def __init__(self):
        self.got = []

    def write(self, s):
        if s is None:  # 2.7's for a record that never had a character
            with open('/dev/null', 'wb') as f:
                f.write(s)
        self.got.append(s)


def write(cases):
    """Rows through one csv.writer: a line for each."""
    out = []
    for case in cases:
        sink = Sink()
        try:
            writer = csv.writer(sink, **keywords(case['kw']))
        except Exception as e:
            out.append([u'refused ' + show_error(e)])
            continue
        lines = []
        for row in case['rows']:
            del sink.got[:]
            try:
                writer.writerow(cell(row))
            except Exception as e:
                lines.append(u'error ' + show_error(e))
            else:
                lines.append(u' '.join(show(s) for s in sink.got))
        out.append(lines)
    return out
