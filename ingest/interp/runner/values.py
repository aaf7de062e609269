# runner.py, part 6: the wire form of whatever the team's own code yields.
import datetime

if PY2:
    from collections import Mapping
else:
    from collections.abc import Mapping


class Harness(Exception):
    """Keeps a call from being compared: never an outcome."""

    def __init__(self, code, message, hint=''):
        Exception.__init__(self, message)
        self.code, self.message, self.hint = code, message, hint


# A repr with an address tells nothing of the value and differs in every run.
_ADDRESS = re.compile('at 0x[0-9a-fA-F]+')
MAX_DEPTH = 100


def type_name(value):
    kind = type(value)
    name = getattr(kind, '__qualname__', kind.__name__)
    if kind.__module__ in ('builtins', '__builtin__'):
        return name
    return '%s.%s' % (kind.__module__, name)


def wire_any(value, depth=0):
    """The wire form of any value. Subclasses count as what they extend, so that a
    namedtuple is a list and a safe string a text."""
    kind = type(value)
    if kind in PLAIN:
        return wire(value)
    if depth > MAX_DEPTH:
        raise Harness('unserialisable-value', 'a value is nested deeper than %d' % MAX_DEPTH,
                      'does it contain itself? yield plain lists, dicts and cells')
    form = EXACT.get(kind)
    if form is None:
        form = EXACT[kind] = form_of(value)
    return form(value, depth)


def form_of(value):
    for kinds, form in FORMS:
        if isinstance(value, kinds):
            return form
    return wire_unknown


def wire_unknown(value, depth):
    shown = repr(value)
    if _ADDRESS.search(shown):
        raise Harness('unserialisable-value', 'a value of type %s cannot be compared' % type_name(value),
                      'yield lists, tuples or dicts of cells; an iterator inside a row must be made a list')
    return u'{"other":{"type":%s,"repr":%s}}' % (
        wire_string(native_text(type_name(value))), wire_string(native_text(shown)))


def wire_items(items, depth):
    return [wire_any(v, depth + 1) for v in items]


def wire_mapping(mapping, depth):
    # hash(None) is an address in Python 2; the model puts the None key last, too.
    pairs = [(k, mapping[k]) for k in mapping]
    if PY2:
        pairs.sort(key=lambda pair: pair[0] is None)
    return u'{"dict":[%s]}' % u','.join([u'[%s]' % u','.join(wire_items(pair, depth)) for pair in pairs])


FORMS = [
    (bool, lambda v, depth: u'true' if v else u'false'),
    (text_type, lambda v, depth: wire_text(v)),
    (byte_type, lambda v, depth: wire_bytes(v)),
    ((int, long) if PY2 else int, lambda v, depth: u'{"int":"%s"}' % int_digits(v)),  # noqa: F821
    (float, lambda v, depth: u'{"float":"%r"}' % float(v)),
    (decimal.Decimal, lambda v, depth: wire_scalar(u'decimal', decimal.Decimal.__str__(v))),
    (datetime.datetime, lambda v, depth: wire_scalar(u'datetime', v.isoformat())),
    (datetime.date, lambda v, depth: wire_scalar(u'date', v.isoformat())),
    ((list, tuple), lambda v, depth: u'[%s]' % u','.join(wire_items(v, depth))),
    ((set, frozenset), lambda v, depth: u'{"set":[%s]}' % u','.join(sorted(wire_items(v, depth)))),
    (Mapping, wire_mapping),
]
PLAIN = frozenset([type(None), text_type, byte_type])
EXACT = {}  # the form of a type that was seen before


def wire_row(row):
    """The wire form of a row; what goes wrong in it is not the call's doing."""
    try:
        return wire_any(row)
    except Harness:
        raise
    except Exception as exc:
        raise Harness('unserialisable-value', '%s while a value was written: %s' % (fault_type(exc), fault_message(exc)),
                      'yield lists, tuples or dicts of plain cells')
