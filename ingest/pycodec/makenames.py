# Prints the names that one CPython knows in \N{...}, for makenames.go: "name cp NAME"
# and "alias cp NAME" lines, and "range PREFIX- lo hi" for the ideographs, whose names
# are made of their numbers. Runs on 2.7 and 3.x.
from __future__ import print_function
import ctypes, sys, unicodedata

PY2 = sys.version_info[0] == 2
CHR = unichr if PY2 else chr
NUMBERED = ('CJK UNIFIED IDEOGRAPH-', 'TANGUT IDEOGRAPH-')


def character(name):
    """What \\N{name} is, None if the name is unknown."""
    try:
        c = ('\\N{%s}' % name).encode('ascii').decode('unicode_escape')
    except UnicodeDecodeError:
        return None
    return ord(c)


def every_name():
    """getname of the capsule that the decoder itself uses: aliases and named sequences
    have code points from U+F0000 on there, and no other way to list them."""
    if PY2:
        return lambda cp: None
    new = sys.version_info >= (3, 10)
    capsule = unicodedata._ucnhash_CAPI if new else unicodedata.ucnhash_CAPI
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = pointer(capsule, b'unicodedata._ucnhash_CAPI' if new else b'unicodedata.ucnhash_CAPI')
    functions = ctypes.cast(table, ctypes.POINTER(ctypes.c_void_p))
    # getname(code, buffer, size, with aliases); until 3.9 behind a size and with a self
    kinds = [ctypes.c_uint32, ctypes.c_char_p, ctypes.c_int, ctypes.c_int]
    first = () if new else (None,)
    getname = ctypes.PYFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * len(first) + kinds)(functions[len(first)])
    buf = ctypes.create_string_buffer(256)

    def name(cp):
        return buf.value.decode('ascii') if getname(*first + (cp, buf, 256, 1)) else None
    return name


def ranges(prefix, points):
    lo = None
    for cp in points:
        if lo is not None and cp == hi + 1:
            hi = cp
            continue
        if lo is not None:
            print('range', prefix.replace(' ', '_'), '%x %x' % (lo, hi))
        lo = hi = cp
    if lo is not None:
        print('range', prefix.replace(' ', '_'), '%x %x' % (lo, hi))


print('version', sys.version.split()[0], unicodedata.unidata_version)
for cp in range(0x110000):
    name = unicodedata.name(CHR(cp), None)
    if name and not name.startswith(NUMBERED + ('HANGUL SYLLABLE ',)):
        assert character(name) == cp, name
        print('name %x' % cp, name)
name_of = every_name()
for cp in range(0xf0000, 0xf2000):
    name = name_of(cp)
    if name and character(name) is not None:
        print('alias %x' % character(name), name)
for p in NUMBERED:  # name() of 3.14 does not know Tangut, but \N{...} does
    ranges(p, [cp for cp in range(0x110000) if character('%s%04X' % (p, cp)) == cp])
