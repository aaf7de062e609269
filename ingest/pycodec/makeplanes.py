# Prints the tables of one CPython's multi-byte codecs, as JSON: run by makeplanes.go
# under every interpreter. Runs on 2.7 and 3.x. A plane is 128 x 256 entries, by the
# two bytes of a character, the first less 0x80: 0 for none, a code point, or a list
# of two. Planes of ISO 2022 hold 7-bit characters with both high bits set.
import json, sys

BYTES = [bytes(bytearray([i])) for i in range(256)]
EUC = ['gb18030', 'gbk', 'gb2312', 'big5', 'cp950', 'big5hkscs', 'cp949', 'euc_kr', 'johab',
       'euc_jp', 'euc_jis_2004', 'euc_jisx0213', 'shift_jis', 'cp932', 'shift_jis_2004', 'shift_jisx0213']
THREE = ['euc_jp', 'euc_jis_2004', 'euc_jisx0213']  # whose 0x8F begins three bytes
SETS = {
    'jisx0208': ('iso2022_jp', b'\x1b$B'), 'jisx0212': ('iso2022_jp_1', b'\x1b$(D'),
    'ksx1001': ('iso2022_jp_2', b'\x1b$(C'), 'gb2312_set': ('iso2022_jp_2', b'\x1b$A'),
    'jisx0213_1': ('iso2022_jp_2004', b'\x1b$(Q'), 'jisx0213_2': ('iso2022_jp_2004', b'\x1b$(P'),
    'jisx0213_2000_1': ('iso2022_jp_3', b'\x1b$(O'), 'jisx0213_2000_2': ('iso2022_jp_3', b'\x1b$(P'),
}


def text(b, codec):
    try:
        return [ord(c) for c in b.decode(codec)]
    except UnicodeDecodeError:
        return None


def entry(b, codec):
    t = text(b, codec)
    if not t:
        return 0
    return t[0] if len(t) == 1 else t


def plane(codec, prefix=b''):
    out = []
    for a in range(0x80, 0x100):
        alone = text(prefix + BYTES[a], codec) is not None
        out += [0 if alone else entry(prefix + BYTES[a] + b, codec) for b in BYTES]
    return out


def iso(codec, escape):
    out = [0] * (128 * 256)
    for a in range(0x21, 0x7f):
        for b in range(0x21, 0x7f):
            out[a * 256 + b + 0x80] = entry(escape + BYTES[a] + BYTES[b], codec)
    return out


def four():
    """The 39420 four-byte characters of GB18030 below U+10000, in order."""
    out = []
    for n in range(39420):
        n, d = divmod(n, 10)
        n, c = divmod(n, 126)
        a, b = divmod(n, 10)
        out.append(entry(BYTES[0x81 + a] + BYTES[0x30 + b] + BYTES[0x81 + c] + BYTES[0x30 + d], 'gb18030'))
    return out


planes = dict((c, plane(c)) for c in EUC)
for c in THREE:
    planes[c + '_8f'] = plane(c, b'\x8f')
for name in SETS:
    planes[name] = iso(*SETS[name])
planes['gb18030_four'] = four()
json.dump({'full': sys.version.split()[0], 'planes': planes}, sys.stdout)
