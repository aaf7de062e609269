# runner.py, part 4: the wire form of whatever the team's own code yields.
import collections

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


def one_line(exc):
    text = u' '.join(fault_message(exc).split())
    return text.encode('latin-1', 'replace') if PY2 else text


def type_name(value):
    """The name of a value's type, for people."""
    kind = type(value)
    name = getattr(kind, '__qualname__', kind.__name__)
    if kind.__module__ in BUILTINS:
        return name
    return '%s.%s' % (kind.__module__, name)


BUILTINS = ('builtins', '__builtin__', 'exceptions')


def class_of(value):
    """The class of a value; in Python 2 all instances of old classes have one type."""
    kind = type(value)
    return value.__class__ if kind.__name__ == 'instance' and PY2 else kind


def wire_any(value, depth=0):
    """The wire form of any value. Subclasses count as what they extend, so that a
    safe string is a text."""
    kind = type(value)
    if kind in PLAIN:
        return wire(value)
    if depth > MAX_DEPTH:
        raise Harness('unserialisable-value', 'a value is nested deeper than %d' % MAX_DEPTH,
                      'does it contain itself? yield plain lists, dicts and cells, or name a serializer')
    kind = class_of(value)
    form = EXACT.get(kind)
    if form is None:
        form = EXACT[kind] = form_of(value, kind)
    return form(value, depth)


def form_of(value, kind):
    """How values of a class are written: a serializer that the team has named for
    it or a base of it, else what it extends, else its fields."""
    for base in getattr(kind, '__mro__', (kind,)):
        name = class_name(base)
        if name in SERIALIZERS:
            return serialized(name, SERIALIZERS[name])
        if name in BY_NAME:
            return BY_NAME[name]
    if isinstance(value, tuple) and hasattr(kind, '_fields') and not is_plain(value, kind):
        return wire_named(kind._fields)
    for kinds, form in FORMS:
        if isinstance(value, kinds):
            return form
    fields = fields_of(value, kind)
    return wire_unknown if fields is None else wire_object(kind, fields)


SERIALIZERS = {}  # by dotted class name: the team's functions


def class_name(kind):
    """The same in both Pythons, other than __qualname__."""
    return kind.__name__ if kind.__module__ in BUILTINS else '%s.%s' % (kind.__module__, kind.__name__)


def serialized(name, make):
    def form(value, depth):
        try:
            plain = make(value)
        except BaseException as exc:
            raise Harness('serializer-failed', 'the serializer of %s raised %s: %s' % (name, fault_type(exc), one_line(exc)),
                          'a serializer takes an instance and returns plain values')
        return wire_any(plain, depth + 1)
    return form


def wire_named(names):
    """A namedtuple by its fields. Its class does not count, as a list's does not."""
    names = [wire_string(native_text(name)) for name in names]
    return lambda value, depth: u'{"dict":[%s]}' % u','.join([u'[%s,%s]' % pair for pair in zip(names, wire_items(value, depth))])


def wire_unknown(value, depth):
    shown = repr(value)
    if _ADDRESS.search(shown) or hasattr(value, 'next' if PY2 else '__next__'):  # a file, above all
        raise Harness('unserialisable-value', 'a value of type %s cannot be compared' % type_name(value),
                      'yield lists, tuples or dicts of cells, make an iterator inside a row a list, or name a serializer')
    return wire_shown(type_name(value), shown)


def wire_shown(name, shown):
    return u'{"other":{"type":%s,"repr":%s}}' % (wire_string(native_text(name)), wire_string(native_text(shown)))


def wire_timedelta(value, depth):
    # 3.7 began to name the arguments in the repr.
    return wire_shown('datetime.timedelta', 'datetime.timedelta(%d, %d, %d)' % (value.days, value.seconds, value.microseconds))


def wire_items(items, depth):
    return [wire_any(v, depth + 1) for v in items]


def wire_mapping(mapping, depth):
    # hash(None) is an address in Python 2; the model puts the None key last, too.
    pairs = [(k, mapping[k]) for k in mapping]
    if PY2:
        pairs.sort(key=lambda pair: pair[0] is None)
    return u'{"dict":[%s]}' % u','.join([u'[%s]' % u','.join(wire_items(pair, depth)) for pair in pairs])


def wire_decimal(value, depth):
    kind = next(base for base in type(value).__mro__ if class_name(base) == 'decimal.Decimal')
    return wire_scalar(u'decimal', kind.__str__(value))  # whatever a subclass makes of it


# Classes of modules that need not be there: a process is the cheaper to fork, the
# fewer it has.
BY_NAME = {
    'decimal.Decimal': wire_decimal,
    'datetime.datetime': lambda v, depth: wire_scalar(u'datetime', v.isoformat()),
    'datetime.date': lambda v, depth: wire_scalar(u'date', v.isoformat()),
    'datetime.timedelta': wire_timedelta,
}

FORMS = [
    (bool, lambda v, depth: u'true' if v else u'false'),
    (text_type, lambda v, depth: wire_text(v)),
    (byte_type, lambda v, depth: wire_bytes(v)),
    ((int, long) if PY2 else int, lambda v, depth: u'{"int":"%s"}' % int_digits(v)),  # noqa: F821
    (float, lambda v, depth: u'{"float":"%r"}' % float(v)),
    (bytearray, lambda v, depth: wire_bytes(bytes(v))),
    ((list, tuple, collections.deque, xrange if PY2 else range), lambda v, depth: u'[%s]' % u','.join(wire_items(v, depth))),  # noqa: F821
    ((set, frozenset), lambda v, depth: u'{"set":[%s]}' % u','.join(sorted(wire_items(v, depth)))),
    (Mapping, wire_mapping),
]
PLAIN = frozenset([type(None), text_type, byte_type])
EXACT = {}  # the form of a type that was seen before


def wire_row(row):
    """The wire form of a row; what goes wrong in it is not the call's doing."""
    try:
        return wire_any(row)
    except (Harness, MemoryError):
        raise
    except Exception as exc:
        raise Harness('unserialisable-value', '%s while a value was written: %s' % (fault_type(exc), one_line(exc)),
                      'yield lists, tuples or dicts of plain cells')
