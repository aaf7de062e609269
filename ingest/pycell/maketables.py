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
    mapped = ('lower', c.lower()), ('upper', c.upper()), ('title', c.title()), ('swap', c.swapcase())
    for name, mapped in mapped:
        if mapped != c:
            yield name, points(mapped)
    if c.isspace():
        yield 'space', ''
    if c.isalpha():
        yield 'alpha', ''
    if c.isdigit():
        yield 'digit', ''
    for fact in normalization(cp, c):
        yield fact
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


def normalization(cp, c):
    """What normal forms are made of; Hangul syllables are arithmetic."""
    if unicodedata.combining(c):
        yield 'combining', '%x' % unicodedata.combining(c)
    if 0xac00 <= cp < 0xac00 + 11172:
        return
    nfd, nfkd = unicodedata.normalize('NFD', c), unicodedata.normalize('NFKD', c)
    if nfd != c:
        yield 'canonical', points(nfd)
    if nfkd != nfd:
        yield 'compatible', points(nfkd)
    if nfd != c and unicodedata.normalize('NFC', nfd) == c:
        yield 'pair', unicodedata.decomposition(c)


print('version', sys.version.split()[0], unicodedata.unidata_version)
out = []
for cp in range(0x110000):
    for name, value in properties(cp, CHR(cp)):
        out.append('%s %x %s' % (name, cp, value))
print('\n'.join(out))
