package pycodec

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// utf32Kernel mirrors PyUnicode_DecodeUTF32Stateful for one byte order. That of
// 2.7 accepts surrogates.
type utf32Kernel struct {
	codec string
	big   bool
	py2   bool
}

func (k utf32Kernel) run(dst, src []byte, at int, final bool) ([]byte, int, malformed) {
	for ; at+4 <= len(src); at += 4 {
		c := k.unit(src[at:])
		switch {
		case c > utf8.MaxRune:
			return dst, at, malformed{at, at + 4, "code point not in range(0x110000)", k.codec}
		case ingest.IsSurrogate(rune(c)) && !k.py2:
			return dst, at, malformed{at, at + 4, "code point in surrogate code point range(0xd800, 0xe000)", k.codec}
		}
		dst = ingest.AppendRune(dst, rune(c))
	}
	if at == len(src) || !final {
		return dst, at, malformed{}
	}
	return dst, at, malformed{at, len(src), "truncated data", k.codec}
}

// unit returns the 32-bit unit that p starts with.
func (k utf32Kernel) unit(p []byte) uint32 {
	if k.big {
		return binary.BigEndian.Uint32(p)
	}
	return binary.LittleEndian.Uint32(p)
}

// internalKernel mirrors _PyUnicode_DecodeUnicodeInternal, the memory of an array of
// wchar_t, which has four bytes on Linux: unicode_internal, which 3.8 dropped.
type internalKernel struct{}

func (internalKernel) run(dst, src []byte, at int, _ bool) ([]byte, int, malformed) {
	const name = "unicode_internal"
	for ; at+4 <= len(src); at += 4 {
		c := binary.LittleEndian.Uint32(src[at:])
		if c > utf8.MaxRune {
			return dst, at, malformed{at, at + 4, "illegal code point (> 0x10FFFF)", name}
		}
		dst = ingest.AppendRune(dst, rune(c))
	}
	if at == len(src) {
		return dst, at, malformed{}
	}
	return dst, at, malformed{at, len(src), "truncated input", name}
}
