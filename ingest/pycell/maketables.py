# -*- coding: utf-8 -*-
# Prints what the running CPython's text type does with each code point, for
# maketables.go: "property lo value" lines, a value being given only where it is
# not the identity or False. Runs on Python 2.7 and 3.x. Digests has all of it in
# short, for the test that judges the tables without any interpreter.
from __future__ import print_function
import hashlib
import sys
import unicodedata

PY2 = sys.version_info[0] == 2
CHR = unichr if PY2 else chr
A, BIG_A, SIGMA, FINAL = u'a', u'A', u'\u03a3', u'\u03c2'


def points(text):
    return ' '.join('%x' % ord(c) for c in text)


def changed(c, mapped):
    return points(mapped) if mapped != c else None


def true(flag):
    return '' if flag else None


def number(n, none):
    return '%x' % n if n != none else None


def ignorable(cp, c):
    """lower() looks back over case-ignorable characters to choose the sigma."""
    return true(not PY2 and (A + c + SIGMA).lower()[-1] == FINAL and (c + SIGMA).lower()[-1] != FINAL)


def normal(form, cp, c):
    """What normal forms are made of; Hangul syllables are arithmetic."""
    if 0xac00 <= cp < 0xac00 + 11172:
        return c
    return unicodedata.normalize(form, c)


def compatible(cp, c):
    return changed(normal('NFD', cp, c), normal('NFKD', cp, c))


def pair(cp, c):
    nfd = normal('NFD', cp, c)
    if nfd == c or unicodedata.normalize('NFC', nfd) != c:
        return None
    return unicodedata.decomposition(c)


# What is asked of each code point. Title() lowers what follows a cased character and
# capitalises what does not.
FACTS = {
    'lower': lambda cp, c: changed(c, c.lower()),
    'upper': lambda cp, c: changed(c, c.upper()),
    'title': lambda cp, c: changed(c, c.title()),
    'swap': lambda cp, c: changed(c, c.swapcase()),
    'space': lambda cp, c: true(c.isspace()),
    'alpha': lambda cp, c: true(c.isalpha()),
    'digit': lambda cp, c: true(c.isdigit()),
    'combining': lambda cp, c: number(unicodedata.combining(c), 0),
    'canonical': lambda cp, c: changed(c, normal('NFD', cp, c)),
    'compatible': compatible,
    'pair': pair,
    'decimal': lambda cp, c: number(unicodedata.decimal(c, -1), -1),
    'cased': lambda cp, c: true((c + A).title()[-1] == A),
    'ignorable': ignorable,
    'unprintable': lambda cp, c: true(not PY2 and not c.isprintable()),
}


def table_value(name, cp, value):
    """A value as tables.go has it: a difference, or several code points."""
    numbers = [int(n, 16) for n in value.split()]
    if len(numbers) > 1:
        return ' '.join('%x' % n for n in numbers)
    if not numbers:
        return '0'
    return '%d' % (numbers[0] if name == 'combining' else numbers[0] - cp)


def digest(name):
    """Of "lo hi value" lines, of neighbours of one value."""
    fact, ranges = FACTS[name], []
    for cp in range(0x110000):
        value = fact(cp, CHR(cp))
        if value is None:
            continue
        value = table_value(name, cp, value)
        if ranges and ranges[-1][1] == cp - 1 and ranges[-1][2] == value:
            ranges[-1][1] = cp
        else:
            ranges.append([cp, cp, value])
    lines = ''.join('%x %x %s\n' % tuple(r) for r in ranges)
    return hashlib.md5(lines.encode('ascii')).hexdigest()[:8]


def main():
    print('version', sys.version.split()[0], unicodedata.unidata_version)
    out = []
    for cp in range(0x110000):
        for name in FACTS:
            value = FACTS[name](cp, CHR(cp))
            if value is not None:
                out.append('%s %x %s' % (name, cp, value))
    print('\n'.join(out))


if __name__ == '__main__':
    main()
