# runner.py, part 5: objects with fields. Such a value is written as a dict of its
# fields with its class first, so that a difference is one of a field.


def fields_of(value, kind):
    """A function of a value of this class that lists (name, value) of its fields,
    None where the class has none that could be known."""
    meta = getattr(kind, '_meta', None)
    if hasattr(meta, 'concrete_fields') and hasattr(meta, 'object_name'):
        return model_fields
    if isinstance(value, BaseException):
        return lambda v: [('args', v.args)] + attributes(v)
    if isinstance(getattr(kind, '__members__', None), Mapping) and hasattr(value, '_name_'):
        return lambda v: [('name', v._name_), ('value', v._value_)]  # an enum
    if is_plain(value, kind):
        return None
    if hasattr(kind, '__dataclass_fields__'):
        import dataclasses
        return named([f.name for f in dataclasses.fields(kind)])
    if hasattr(kind, '__attrs_attrs__'):
        return named([a.name for a in kind.__attrs_attrs__])
    slots = slots_of(kind)
    if slots:
        return lambda v: named(slots)(v) + attributes(v)
    return attributes if hasattr(value, '__dict__') else None


def is_plain(value, kind):
    """Whether the repr of a value says more than its attributes: of what Python
    itself brings along."""
    if isinstance(value, type):
        return True
    module = sys.modules.get(kind.__module__)
    path = getattr(module, '__file__', None)
    return module is None and kind.__module__ in BUILTINS or module is not None and (
        path is None and kind.__module__ != '__main__' or path is not None and is_stdlib(real(path)))


def named(names):
    return lambda v: [(name, getattr(v, name)) for name in names if hasattr(v, name)]


def slots_of(kind):
    """Names in __slots__ from the base on; a private one by its mangled name."""
    out = []
    for base in reversed(getattr(kind, '__mro__', ())):
        slots = base.__dict__.get('__slots__', ())
        for name in [slots] if isinstance(slots, (text_type, byte_type)) else slots:
            if name.startswith('__') and not name.endswith('__'):
                name = '_%s%s' % (base.__name__.lstrip('_'), name)
            if name not in ('__dict__', '__weakref__'):
                out.append(name)
    return out


def attributes(value):
    """What __dict__ holds, by name: Python 2 keeps no order."""
    return sorted(getattr(value, '__dict__', {}).items())


def model_fields(value):
    """The columns of a Django model but for the primary key, which the database
    gives, and for times that Django sets by itself."""
    return [(f.attname, getattr(value, f.attname)) for f in value._meta.concrete_fields
            if not (f.primary_key or getattr(f, 'auto_now', False) or getattr(f, 'auto_now_add', False))]


def wire_object(kind, fields):
    meta = getattr(kind, '_meta', None)
    name = class_name(kind)
    if fields is model_fields:
        name = '%s.%s' % (meta.app_label, meta.object_name)
    head = u'["__class__",%s]' % wire_string(native_text(name))

    def form(value, depth):
        parts = [head]
        for field, v in fields(value):
            try:
                parts.append(u'[%s,%s]' % (wire_string(native_text(field)), wire_any(v, depth + 1)))
            except Harness as exc:
                exc.message = '%s of %s: %s' % (field, name, exc.message)
                raise
        return u'{"dict":[%s]}' % u','.join(parts)
    return form
