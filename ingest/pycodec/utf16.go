package pycodec

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// utf16Kernel mirrors PyUnicode_DecodeUTF16Stateful for one byte order.
type utf16Kernel struct {
	codec string
	big   bool
	// old: up to 3.6 the end of the data was looked for before the kind of
	// surrogate, so that a lone low one at the end is "unexpected end of data".
	old bool
}

func (k utf16Kernel) run(dst, src []byte, at int, final bool) ([]byte, int, malformed) {
	for at+2 <= len(src) {
		r := k.unit(src, at)
		switch {
		case r < utf8.RuneSelf:
			dst, at = append(dst, byte(r)), at+2
		case !ingest.IsSurrogate(r):
			dst, at = utf8.AppendRune(dst, r), at+2
		default:
			joined, bad, ok := k.pair(src, at, r)
			if !ok {
				return k.stop(dst, at, final, bad)
			}
			dst, at = utf8.AppendRune(dst, joined), at+4
		}
	}
	if at == len(src) {
		return dst, at, malformed{}
	}
	return k.stop(dst, at, final, malformed{at, len(src), "truncated data", k.codec})
}

// unit returns the 16-bit unit at src[at:].
func (k utf16Kernel) unit(src []byte, at int) rune {
	if k.big {
		return rune(src[at])<<8 | rune(src[at+1])
	}
	return rune(src[at+1])<<8 | rune(src[at])
}

// pair joins the surrogate r at src[at:] with the unit after it, or says what is
// wrong with it.
func (k utf16Kernel) pair(src []byte, at int, r rune) (joined rune, bad malformed, ok bool) {
	low, short := r >= 0xDC00, at+4 > len(src)
	switch {
	case low && !(k.old && short):
		return 0, malformed{at, at + 2, "illegal encoding", k.codec}, false
	case short:
		return 0, malformed{at, len(src), unexpectedEnd, k.codec}, false
	}
	joined = utf16.DecodeRune(r, k.unit(src, at+2))
	return joined, malformed{at, at + 2, "illegal UTF-16 surrogate", k.codec}, joined != utf8.RuneError
}

// stop ends a run: before what is merely incomplete if more may come, else in
// error.
func (k utf16Kernel) stop(dst []byte, at int, final bool, bad malformed) ([]byte, int, malformed) {
	if !final && (bad.reason == unexpectedEnd || bad.reason == "truncated data") {
		return dst, at, malformed{}
	}
	return dst, at, bad
}
