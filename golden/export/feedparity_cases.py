"""What the golden cases beside this file say, and whether a Python does it.

Made by "feedparity golden export". Works under Python 2.7 and 3.6 or later and
needs nothing but them, and for cases of your own code that code.
"""
import csv
import gc
import json
import os
import sys
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
PY2 = sys.version_info[0] == 2
MINE = 'py2' if PY2 else 'py3'


def load():
    """The cases, in the order of their names."""
    with open(os.path.join(HERE, 'cases.json'), 'rb') as f:
        return json.loads(f.read().decode('utf-8'))


def recorded(case, path):
    """The outcome that is kept of a path: rows, and last the fault if there was one."""
    with open(os.path.join(HERE, 'cases', case['dir'], path + '.jsonl'), 'rb') as f:
        # Not splitlines(), which would take U+2028 for the end of a line.
        return [json.loads(line) for line in f.read().decode('utf-8').split('\n') if line]


def run(case):
    """What this Python does with the case's input, by the case's own repro.py, which
    leaves files to be closed by the garbage collector."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            return run_repro(case)
        finally:
            gc.collect()


def run_repro(case):
    limit, where = csv.field_size_limit(), sys.path[:]
    module = load_source(os.path.join(HERE, 'cases', case['dir'], 'repro.py'))
    lines = []
    try:
        for row in module.rows(module.INPUT):
            lines.append(row)
    except KeyboardInterrupt:
        raise
    except BaseException as exc:  # the code of a case may call sys.exit
        lines.append(module.fault(exc, len(lines) + 1))
    finally:
        csv.field_size_limit(limit)
        sys.path[:] = where
    return [json.loads(line) for line in lines]


def load_source(path):
    """The module in a file, under a name of its own."""
    name = 'feedparity_repro_%d' % (hash(path) & 0xFFFFFFFF)
    if PY2:
        import imp
        keep, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            return imp.load_source(name, path)
        finally:
            sys.dont_write_bytecode = keep
    import importlib.util
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Differs(AssertionError):
    """The paths differ, or a path does not do what is recorded."""


def check(case):
    """Raises Differs unless this Python does what the case's state asks for: what
    Python 2 did, or, of a case that is accepted or run by Python 2 itself, what
    this path did."""
    want = 'py2' if case['state'] != 'accepted' else MINE
    compare(case, recorded(case, want), run(case), want)


def compare(case, want, got, who):
    for n in range(max(len(want), len(got))):
        if n >= len(got) or n >= len(want) or not equal(want[n], got[n], case):
            shown = [json.dumps(x[n]) if n < len(x) else 'nothing' for x in (want, got)]
            raise Differs('row %d: %s gave %s, python %s gives %s%s' % (
                n + 1, who, shown[0], sys.version.split()[0], shown[1], '\nfix: ' + case['fix'] if case['fix'] else ''))


# --- the natural comparison, as "feedparity check" makes it ---

ALIASES = {'IOError': 'OSError', 'FileNotFoundError': 'OSError', 'PermissionError': 'OSError', 'IsADirectoryError': 'OSError',
           'ModuleNotFoundError': 'ImportError'}


def equal(a, b, case):
    """Whether two values in wire form are the same to somebody who moves from Python
    2 to 3: ASCII in bytes is that text, and the order of a dict says nothing."""
    a, b = plain(a), plain(b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal(x, y, case) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict) and list(a) == list(b):
        kind = list(a)[0]
        if kind == 'fault':
            x, y = a[kind], b[kind]
            return alias(x['type']) == alias(y['type']) and x['row'] == y['row']
        if kind == 'dict':
            return equal_pairs(a[kind], b[kind], case)
        if kind == 'set':
            return equal(sorted(a[kind], key=json.dumps), sorted(b[kind], key=json.dumps), case)
    return a == b


def plain(value):
    if isinstance(value, dict) and list(value) == ['bytes']:
        data = bytearray.fromhex(value['bytes'])
        if all(c < 128 for c in data):
            return data.decode('ascii')
    return value


def alias(name):
    return ALIASES.get(name, name)


def equal_pairs(a, b, case):
    """The pairs of two dicts, key by key."""
    if len(a) != len(b):
        return False
    left = list(b)
    for key, value in a:
        for i, (other, found) in enumerate(left):
            if equal(key, other, case):
                if plain(key) not in case['ignore'] and not equal(value, found, case):
                    return False
                del left[i]
                break
        else:
            return False
    return True
