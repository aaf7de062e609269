# -*- coding: utf-8 -*-
# Does on a real CPython what package pycell models. Texts travel as code points
# in hexadecimal, so that surrogates, bytes and NUL arrive as they are.
import itertools
import sys
from decimal import Decimal

PY2 = sys.version_info[0] == 2
CHR = unichr if PY2 else chr
IDEOGRAPH = u'\u4e00'


def points(s):
    if not PY2 and isinstance(s, bytes):
        s = s.decode('latin-1')
    return ' '.join('%x' % ord(c) for c in s)


def cell(kind, hexes):
    numbers = [int(h, 16) for h in hexes.split()]
    if kind == 'bytes':
        return bytes(bytearray(numbers))
    return CHR(0x20)[:0].join(CHR(n) for n in numbers)


def convert(typ, c):
    if typ == 'int':
        return '%d' % int(c)
    if typ == 'float':
        return repr(float(c))
    return str(Decimal(c))


def one(case):
    op, kind, hexes = case
    c = cell(kind, hexes)
    try:
        if op in ('int', 'float', 'decimal'):
            return ['ok', points(convert(op, c))]
        return ['ok', points(getattr(c, op)())]
    except Exception as e:
        return [type(e).__name__, points(str(e))]


def cells(cases):
    return [one(case) for case in cases]


def sweep(args):
    """Results of a method on before + c + after for every code point of some
    ranges, of those that differ from what an ideograph in c's place gives."""
    op, before, after, ranges = args
    before, after = cell('text', before), cell('text', after)
    plain = getattr(before + IDEOGRAPH + after, op)().split(IDEOGRAPH)
    out = []
    for cp in code_points(ranges):
        c = CHR(cp)
        result = getattr(before + c + after, op)()
        if result != plain[0] + c + plain[1]:
            out.append(['%x' % cp, points(result)])
    return out


def chains(cases):
    """What chains of steps, as runner.py has them, make of cells: the wire form of
    the value, or the exception and its message as code points."""
    out = []
    for steps, kind, hexes in cases:
        c = cell(kind, hexes)
        try:
            out.append(['ok', runner.wire(runner.chain(steps)(c))])  # noqa: F821
        except Exception as e:
            out.append([type(e).__name__, points(runner.fault_message(e))])  # noqa: F821
    return out


def code_points(ranges):
    """Ranges are of first, end and step."""
    return itertools.chain.from_iterable(range(*r) for r in ranges)


def predicates(ranges):
    """For every code point of some ranges what methods and normal forms give, those
    that give the usual (False, the character itself) left out."""
    import unicodedata
    out = []
    for cp in code_points(ranges):
        c = CHR(cp)
        got = [c.isdigit(), c.isalpha(), c.isspace(),
               unicodedata.normalize('NFC', c), unicodedata.normalize('NFKC', c),
               unicodedata.normalize('NFC', u'e' + c + u'\u0301'), unicodedata.normalize('NFKC', c + u'\u0323\u0307')]
        if got != [False, False, False, c, c, u'e' + c + u'\u0301', c + u'\u0323\u0307']:
            out.append(['%x' % cp, ' '.join('%d' % g for g in got[:3]) + '/' + '/'.join(points(g) for g in got[3:])])
    return out
