# Prints the ranges of code points that are letters or digits to the running Python
# 3, "lo hi" in hexadecimal a line, for maketables.go and for the test that judges
# what it wrote.
import re
import sys
import unicodedata

EVERY = ''.join(map(chr, range(0x110000)))


def alnum(_=None):
    """Of str.isalnum(); a string's indices are its code points."""
    out = []
    for cp, c in enumerate(EVERY):
        if not c.isalnum():
            continue
        if out and out[-1][1] == cp - 1:
            out[-1][1] = cp
        else:
            out.append([cp, cp])
    return out


def words(_=None):
    r"""Of \w in a pattern without flags."""
    return [[m.start(), m.end() - 1] for m in re.finditer(r'\w+', EVERY)]


if __name__ == '__main__':
    print('version', sys.version.split()[0], unicodedata.unidata_version)
    for lo, hi in alnum():
        print('%x %x' % (lo, hi))
