# -*- coding: utf-8 -*-
# Prints what the running CPython's text type does with each code point, for
# maketables.go: "property lo value" lines, a value being given only where it is
# not the identity or False. Runs on Python 2.7 and 3.x.
from __future__ import print_function
import sys
import unicodedata

PY2 = sys.version_info[0] == 2
CHR = unichr if PY2 else chr
A, BIG_A, SIGMA, FINAL = u'a', u'A', u'\u03a3', u'\u03c2'


def points(text):
    return ' '.join('%x' % ord(c) for c in text)


def properties(cp, c):
    for name, mapped in (('lower', c.lower()), ('upper', c.upper()), ('title', c.title())):
        if mapped != c:
            yield name, points(mapped)
    if c.isspace():
        yield 'space', ''
    digit = unicodedata.decimal(c, -1)
    if digit >= 0:
        yield 'decimal', '%x' % digit
    # title() lowers what follows a cased character and capitalises what does not.
    if (c + A).title()[-1] == A:
        yield 'cased', ''
    if PY2:
        return
    # lower() looks back over case-ignorable characters to choose the sigma.
    if (A + c + SIGMA).lower()[-1] == FINAL and (c + SIGMA).lower()[-1] != FINAL:
        yield 'ignorable', ''
    if not c.isprintable():
        yield 'unprintable', ''


print('version', sys.version.split()[0], unicodedata.unidata_version)
out = []
for cp in range(0x110000):
    for name, value in properties(cp, CHR(cp)):
        out.append('%s %x %s' % (name, cp, value))
print('\n'.join(out))
