# runner.py, part 2: values in wire form, byte for byte as ingest/wire writes.

_ESCAPE = re.compile(u'[\\x00-\\x1f\\\\"]')
_ESCAPES = {u'\\': u'\\\\', u'"': u'\\"', u'\n': u'\\n', u'\r': u'\\r',
            u'\t': u'\\t', u'\f': u'\\f', u'\b': u'\\b'}
_SURROGATE = re.compile(u'[\ud800-\udfff]')
_NOT_PLAIN = re.compile(u'[\\x00-\\x1f\\\\"\ud800-\udfff]')
_PAIR = re.compile(u'[\ud800-\udbff][\udc00-\udfff]')


def _escape(match):
    char = match.group(0)
    return _ESCAPES.get(char) or u'\\u%04x' % ord(char)


def wire_string(text):
    """A JSON string; a surrogate, which no UTF-8 can carry, as an escape."""
    if not _NOT_PLAIN.search(text):
        return u'"' + text + u'"'
    text = _ESCAPE.sub(_escape, text)
    if _SURROGATE.search(text):
        text = _SURROGATE.sub(lambda m: u'\\u%04x' % ord(m.group(0)), text)
    return u'"' + text + u'"'


def wire_text(text):
    if not _NOT_PLAIN.search(text):
        return u'"' + text + u'"'
    # A wide build of 2.7 can hold a surrogate pair, and so can 3.x by chr(); a
    # reader of JSON would join it into one character.
    if sys.maxunicode > 0xffff and _PAIR.search(text):
        return u'{"codepoints":"%s"}' % u' '.join(u'%x' % ord(c) for c in text)
    return wire_string(text)


def wire_bytes(data):
    return u'{"bytes":"%s"}' % text_type(binascii.hexlify(data), 'ascii')


def wire_list(items):
    return u'[%s]' % u','.join([wire(v) for v in items])


def wire_pairs(pairs):
    return u'{"dict":[%s]}' % u','.join([u'[%s,%s]' % (wire(k), wire(v)) for k, v in pairs])


def json_encoder():
    """Plain JSON, in ASCII, of what is said beside rows. It is made in C, and by what
    JSONEncoder would make for each value: a child pays for every page of memory that it
    writes to first."""
    simple = json.JSONEncoder()
    try:
        encode = json.encoder.c_make_encoder(None, simple.default, json.encoder.encode_basestring_ascii, None, ':', ',', False, False, True)
        if ''.join(encode({'a': [1, u'b', None, True]}, 0)) == '{"a":[1,"b",null,true]}':
            return lambda value: ''.join(encode(value, 0))
    except Exception:
        pass  # no part of any contract
    return simple.encode


wire_json = json_encoder()


def int_digits(n):
    """The digits of any int: 3.11 (and security releases before) limit str()."""
    try:
        return text_type(int(n))
    except ValueError:
        limit = sys.get_int_max_str_digits()
        sys.set_int_max_str_digits(0)
        try:
            return text_type(int(n))
        finally:
            sys.set_int_max_str_digits(limit)


def unhex_text(value):
    data = binascii.unhexlify(value)
    # 2.7 decodes surrogates as they stand; 3.x must be told to.
    return data.decode('utf-8') if PY2 else data.decode('utf-8', 'surrogatepass')


def literal(value):
    """A native string literal from the hex of its (generalized) UTF-8."""
    return binascii.unhexlify(value) if PY2 else unhex_text(value)


def native_text(s):
    """A native str as text; the bytes of Python 2's map to U+0000-U+00FF."""
    return text_type(s, 'latin-1') if isinstance(s, byte_type) else s  # no codec is looked up


def wire_scalar(tag, s):
    return u'{"%s":%s}' % (tag, wire_string(native_text(s)))


def wire(value):
    """The wire form of what reference mode produces; call mode knows more types."""
    kind = type(value)
    if kind is text_type:
        return wire_text(value)
    if kind is byte_type:
        return wire_bytes(value)
    if value is None:
        return u'null'
    if kind is list or kind is tuple:
        return wire_list(value)
    if kind is float:
        return u'{"float":"%r"}' % value
    return wire_other(value)


def wire_other(value):
    if isinstance(value, bool):
        return u'true' if value else u'false'
    if isinstance(value, (int, long) if PY2 else int):  # noqa: F821
        return u'{"int":"%s"}' % int_digits(value)
    if isinstance(value, datetime.datetime):
        return wire_scalar(u'datetime', value.isoformat())
    if isinstance(value, datetime.date):
        return wire_scalar(u'date', value.isoformat())
    if type(value).__name__ == 'Decimal':
        return wire_scalar(u'decimal', str(value))
    raise TypeError('no wire form for %s' % type(value).__name__)


def fault_type(exc):
    """The bare class name; csv's own error, which others share, with its module."""
    kind = type(exc)
    return 'csv.Error' if kind.__name__ == 'Error' and kind.__module__ == '_csv' else kind.__name__


def fault_message(exc):
    """str(exc); its repr where that fails, as for unicode messages in Python 2, and
    its class where that fails as well."""
    for show in (str, repr):
        try:
            return native_text(show(exc))
        except BaseException:
            pass  # the team's own class may raise anything
    return u'<%s that cannot be shown>' % native_text(type(exc).__name__)


def wire_fault(kind, message, row):
    return u'{"fault":{"type":%s,"message":%s,"row":%d}}' % (
        wire_string(native_text(kind)), wire_string(message), row)


def to_bytes(line):
    """UTF-8; surrogates were escaped before."""
    return line.encode('utf-8')
