# runner.py, part 6: what is done to one cell, step by step, as a team's own code
# would have it. A step is a name and its arguments.
import datetime
import decimal
import unicodedata


def method(name, *args):
    return lambda cell: getattr(cell, name)(*args)


def normal(form):
    return lambda cell: unicodedata.normalize(form, cell)


def parsed(layout, day_only):
    if day_only:
        return lambda cell: datetime.datetime.strptime(cell, layout).date()
    return lambda cell: datetime.datetime.strptime(cell, layout)


STEPS = {
    'append': lambda text: lambda cell: cell + text,
    'concat': lambda text: lambda cell: cell + text,
    'nfc': lambda: normal('NFC'),
    'nfkc': lambda: normal('NFKC'),
    'text': lambda: lambda cell: cell,
    'int': lambda: int,
    'float': lambda: float,
    'decimal': lambda: decimal.Decimal,
    'bool': lambda: bool,
    'date': lambda layout: parsed(layout, True),
    'datetime': lambda layout: parsed(layout, False),
    'round': lambda *digits: lambda value: round(value, *digits),
    'div': lambda number: lambda value: value / number,
    'str': lambda: str,
    'format': lambda spec: lambda value: spec % value,
}


def make_step(step):
    """A function of one value from [name, [kind, value], ...]."""
    name, args = str(step[0]), [dialect_value(kind, value) for kind, value in step[1:]]
    if name in STEPS:
        return STEPS[name](*args)
    return method(name, *args)


def run_steps(steps, value):
    """What follows a split is done to each part, all of it to one part before the
    next."""
    for i, step in enumerate(steps):
        if isinstance(value, list):
            return [run_steps(steps[i:], part) for part in value]
        value = step(value)
    return value


def chain(steps):
    made = [make_step(step) for step in steps]
    return lambda value: run_steps(made, value)
