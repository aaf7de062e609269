# Prints what one CPython's nameprep is made of, for makenameprep.go: lines of a kind,
# a code point and code points. Characters that are out of Unicode 3.2 still have the
# lower case, combining class and compositions of the running version's Unicode.
# Runs on 2.7 and 3.x.
from __future__ import print_function
import stringprep, sys, unicodedata

CHR = unichr if sys.version_info[0] == 2 else chr
OLD = unicodedata.ucd_3_2_0
PROHIBITED = [getattr(stringprep, 'in_table_' + t) for t in ('c12', 'c22', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9')]
SETS = {
    'prohibited': lambda c: any(f(c) for f in PROHIBITED),
    'right': stringprep.in_table_d1,
    'left': stringprep.in_table_d2,
}


def mapped(c):
    """The tables B.1 and B.2."""
    return u'' if stringprep.in_table_b1(c) else stringprep.map_table_b2(c)


def show(kind, cp, values):
    print(kind, '%x' % cp, ' '.join('%x' % v for v in values))


def facts(cp, c):
    if unicodedata.category(c) in ('Cn', 'Co'):
        return
    m = mapped(c)
    if m != c:
        show('map', cp, map(ord, m))
    if unicodedata.combining(c):
        show('class', cp, [unicodedata.combining(c)])
    if 0xac00 <= cp < 0xac00 + 11172:  # Hangul is arithmetic
        return
    d = OLD.normalize('NFKD', c)
    if d != c:
        show('decompose', cp, map(ord, d))
    nfd = unicodedata.normalize('NFD', c)
    if nfd != c and unicodedata.normalize('NFC', nfd) == c:
        show('pair', cp, [int(h, 16) for h in unicodedata.decomposition(c).split()])


def runs(kind, has):
    lo = None
    for cp in range(0x110001):
        inside = cp < 0x110000 and has(CHR(cp))
        if inside and lo is None:
            lo = cp
        elif not inside and lo is not None:
            show(kind, lo, [cp - 1])
            lo = None


print('version', sys.version.split()[0], unicodedata.unidata_version)
for cp in range(0x110000):
    facts(cp, CHR(cp))
for kind in sorted(SETS):
    runs(kind, SETS[kind])
