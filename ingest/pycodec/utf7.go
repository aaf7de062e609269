package pycodec

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// utf7Kernel mirrors PyUnicode_DecodeUTF7Stateful. A shift sequence is decoded at
// once, from its plus sign: every error ends it, and an incremental decoder waits
// for all of it.
type utf7Kernel struct {
	// strict: since 3.8 a plus sign before anything but base64 is an error; until
	// then it was dropped.
	strict bool
}

const utf7Name = "utf7"

func (k utf7Kernel) run(dst, src []byte, at int, final bool) ([]byte, int, malformed) {
	for at < len(src) {
		switch c := src[at]; {
		case c == '+':
			mark := len(dst)
			out, next, bad := k.shift(dst, src, at)
			if next < 0 { // the end is not there yet
				if !final {
					return dst[:mark], at, malformed{}
				}
				next = len(src)
			}
			if bad.reason != "" {
				return out, at, bad
			}
			dst, at = out, next
		case c < utf8.RuneSelf:
			dst, at = append(dst, c), at+1
		default:
			return dst, at, malformed{at, at + 1, "unexpected special character", utf7Name}
		}
	}
	return dst, at, malformed{}
}

// shift decodes the sequence that the plus sign src[start] begins. The index of
// what follows is -1 if src ends within; bad then says what that is if nothing
// more comes.
func (k utf7Kernel) shift(dst, src []byte, start int) (out []byte, next int, bad malformed) {
	at := start + 1
	switch {
	case at == len(src):
		return dst, -1, bad
	case src[at] == '-':
		return append(dst, '+'), at + 1, bad
	case k.strict && base64Value(src[at]) < 0:
		return dst, at + 1, malformed{start, at + 1, "ill-formed sequence", utf7Name}
	}
	b := base64Units{out: dst}
	for at < len(src) && base64Value(src[at]) >= 0 {
		b.add(uint32(base64Value(src[at])))
		at++
	}
	if at == len(src) {
		if b.high != 0 || b.bits >= 6 || b.rest != 0 {
			bad = malformed{start, at, "unterminated shift sequence", utf7Name}
		}
		return b.out, -1, bad
	}
	switch c := src[at]; {
	case b.bits >= 6:
		return b.out, at, malformed{start, at + 1, "partial character in shift sequence", utf7Name}
	case b.rest != 0:
		return b.out, at, malformed{start, at + 1, "non-zero padding bits in shift sequence", utf7Name}
	case c < utf8.RuneSelf && c != '+':
		b.flush()
		if c == '-' {
			at++
		}
	}
	return b.out, at, bad
}

// base64Units collects 16-bit units from base64.
type base64Units struct {
	out  []byte
	rest uint32 // bits not used yet, and their number
	bits uint
	high rune // a high surrogate that waits for its low one
}

func (b *base64Units) add(v uint32) {
	b.rest, b.bits = b.rest<<6|v, b.bits+6
	if b.bits < 16 {
		return
	}
	b.bits -= 16
	r := rune(b.rest >> b.bits)
	b.rest &= 1<<b.bits - 1
	if joined := utf16.DecodeRune(b.high, r); b.high != 0 && joined != utf8.RuneError {
		b.out, b.high = utf8.AppendRune(b.out, joined), 0
		return
	}
	b.flush()
	if r >= 0xD800 && r < 0xDC00 {
		b.high = r
		return
	}
	b.out = ingest.AppendRune(b.out, r)
}

// flush writes a high surrogate that stays alone.
func (b *base64Units) flush() {
	if b.high != 0 {
		b.out, b.high = ingest.AppendRune(b.out, b.high), 0
	}
}

func base64Value(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+':
		return 62
	case c == '/':
		return 63
	}
	return -1
}
