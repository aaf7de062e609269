package pycodec

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// utf8Kernel mirrors PyUnicode_DecodeUTF8Stateful of 2.7 (which accepts surrogates
// and names other ranges as bad) or of 3.x.
type utf8Kernel struct {
	codec string
	py2   bool
	// hold: since 3.7 an incremental decoder waits for the third byte of a
	// surrogate, ED A0..BF, so that errors=surrogatepass can see it whole.
	hold bool
}

const (
	invalidStart        = "invalid start byte"
	invalidContinuation = "invalid continuation byte"
	unexpectedEnd       = "unexpected end of data"
)

func (k utf8Kernel) run(dst, src []byte, at int, final bool) ([]byte, int, malformed) {
	if at == 0 { // the common case: all is valid, but perhaps for a cut tail
		n := len(src) - cutTail(src)
		if utf8.Valid(src[:n]) {
			if dst, at = append(dst, src[:n]...), n; n == len(src) {
				return dst, at, malformed{}
			}
		}
	}
	n := k.valid(src[at:])
	dst, at = append(dst, src[at:at+n]...), at+n
	if at == len(src) {
		return dst, at, malformed{}
	}
	end, reason := k.judge(src, at, final)
	if reason == "" { // incomplete, and more may come
		return dst, at, malformed{}
	}
	return dst, at, malformed{at, end, reason, k.codec}
}

func (k utf8Kernel) plain(dst, src []byte) ([]byte, int) {
	if !utf8.Valid(src) {
		return dst, 0
	}
	return append(dst, src...), len(src)
}

// cutTail returns the length of an incomplete sequence at the end of src: a guess
// that need not be right for malformed input.
func cutTail(src []byte) int {
	for n := 1; n <= 3 && n <= len(src); n++ {
		if c := src[len(src)-n]; c >= 0xC0 {
			if n < sequenceLen(c) {
				return n
			}
			return 0
		}
	}
	return 0
}

// valid returns the length of the longest prefix that decodes without error.
func (k utf8Kernel) valid(src []byte) int {
	at := 0
	for at < len(src) {
		if src[at] < utf8.RuneSelf {
			at += asciiLen(src[at:])
			continue
		}
		_, n := utf8.DecodeRune(src[at:])
		if n == 1 {
			if !k.py2 || !surrogateAt(src[at:]) {
				break
			}
			n = 3 // its bytes are generalized UTF-8 already
		}
		at += n
	}
	return at
}

func surrogateAt(p []byte) bool {
	r, n := ingest.DecodeRune(p)
	return n == 3 && ingest.IsSurrogate(r)
}

// asciiLen returns the number of bytes below 0x80 at the start of src.
func asciiLen(src []byte) int {
	const high = 0x8080808080808080
	at := 0
	for ; at+32 <= len(src); at += 32 {
		four := src[at : at+32]
		if (binary.LittleEndian.Uint64(four)|binary.LittleEndian.Uint64(four[8:])|
			binary.LittleEndian.Uint64(four[16:])|binary.LittleEndian.Uint64(four[24:]))&high != 0 {
			break
		}
	}
	for ; at+8 <= len(src); at += 8 {
		if w := binary.LittleEndian.Uint64(src[at:]) & high; w != 0 {
			return at + bits.TrailingZeros64(w)/8
		}
	}
	for at < len(src) && src[at] < utf8.RuneSelf {
		at++
	}
	return at
}

// sequenceLen returns how many bytes a lead byte announces, 0 if it is none.
func sequenceLen(c byte) int {
	switch {
	case c < 0xC2 || c > 0xF4:
		return 0
	case c < 0xE0:
		return 2
	case c < 0xF0:
		return 3
	}
	return 4
}

// judge says what is wrong at src[at], which starts no valid sequence. The reason
// is "" if nothing is yet because the rest may still come.
func (k utf8Kernel) judge(src []byte, at int, final bool) (end int, reason string) {
	n := sequenceLen(src[at])
	switch {
	case n == 0:
		return at + 1, invalidStart
	case k.py2:
		return judge2(src, at, n, final)
	}
	return k.judge3(src, at, n, final)
}

// judge2 is 2.7's rule: the length is looked at first; the range in error is the
// lead and the continuation bytes after it, but never a whole sequence.
func judge2(src []byte, at, n int, final bool) (end int, reason string) {
	limit, reason := at+n-1, invalidContinuation
	if at+n > len(src) {
		if !final {
			return at, ""
		}
		limit, reason = len(src), unexpectedEnd
	}
	end = at + 1
	for end < limit && isContinuation(src[end]) {
		end++
	}
	return end, reason
}

// judge3 is the rule of 3.x: the longest prefix of a valid sequence is in error.
func (k utf8Kernel) judge3(src []byte, at, n int, final bool) (end int, reason string) {
	low, high := secondRange(src[at])
	for end = at + 1; end < at+n && end < len(src); end++ {
		if c := src[end]; c < low || c > high {
			if k.hold && !final && surrogateHead(src[at:]) {
				return at, ""
			}
			return end, invalidContinuation
		}
		low, high = 0x80, 0xBF
	}
	if !final {
		return at, ""
	}
	return end, unexpectedEnd
}

func isContinuation(c byte) bool { return c&0xC0 == 0x80 }

// secondRange returns which bytes may follow a lead byte.
func secondRange(lead byte) (low, high byte) {
	switch lead {
	case 0xE0:
		return 0xA0, 0xBF
	case 0xED:
		return 0x80, 0x9F
	case 0xF0:
		return 0x90, 0xBF
	case 0xF4:
		return 0x80, 0x8F
	}
	return 0x80, 0xBF
}

// surrogateHead reports whether p is all but the last byte of a surrogate.
func surrogateHead(p []byte) bool {
	return len(p) == 2 && p[0] == 0xED && p[1] >= 0xA0 && p[1] <= 0xBF
}

var utf8BOM = []byte("\xEF\xBB\xBF")

// trimSignature drops one BOM, as encodings/utf_8_sig.py decode does.
func trimSignature(src []byte) []byte { return bytes.TrimPrefix(src, utf8BOM) }
