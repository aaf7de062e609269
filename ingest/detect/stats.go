package detect

import (
	"bytes"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// stats is what one pass over the whole input yields, in bounded memory and not
// much slower than utf8.Valid: all that proofs need.
type stats struct {
	size      int64
	high      int64 // bytes above 0x7F
	leads     int64 // bytes above 0xBF, which begin characters in UTF-8
	nuls      int64
	escapes   int64 // ESC, which switches character sets in ISO-2022
	tildes    bool  // "~{", which does in HZ
	firstHigh int64
	head      []byte
	tail      []byte // the last two bytes

	utf8   utf8Check
	double bool // somewhere UTF-8 looks as if it was encoded twice
}

func newStats(head []byte) *stats { return &stats{firstHigh: -1, head: head} }

// add takes the next bytes of the input.
func (s *stats) add(p []byte) {
	if len(p) == 0 {
		return
	}
	c := survey(p)
	first := 0 // where a byte above ASCII might be
	if c.high > 0 && s.firstHigh < 0 {
		first = nextHigh(p)
		s.firstHigh = s.size + int64(first)
	}
	s.high, s.leads = s.high+c.high, s.leads+c.leads
	if c.found&foundNUL != 0 {
		s.nuls += int64(bytes.Count(p, []byte{0}))
	}
	if c.found&foundEscape != 0 {
		s.escapes += int64(bytes.Count(p, []byte{0x1B}))
	}
	edge := append(s.tail, p[:min(2, len(p))]...)
	s.tildes = s.tildes || bytes.Contains(edge, []byte("~{")) || c.found&foundTilde != 0 && bytes.Contains(p, []byte("~{"))
	s.utf8.add(p, first, c.high == 0)
	s.double = s.double || s.utf8.bad == 0 && s.high > 0 && (twice(edge) || c.pairs > 0 && twice(p))
	s.size += int64(len(p))
	if edge = append(s.tail, p[max(0, len(p)-2):]...); len(edge) > 2 {
		edge = append(s.tail[:0], edge[len(edge)-2:]...)
	}
	s.tail = edge
}

// twice reports whether a character from U+00C2 to U+00F4, as which the first byte
// of one that was encoded twice appears, stands before as many as follow it. Where p
// ends before it can be told, they do.
func twice(p []byte) bool {
	for {
		i := bytes.IndexByte(p, 0xC3)
		if i < 0 || i+2 >= len(p) {
			return false
		}
		lead := p[i+1] | 0x40
		p = p[i+2:]
		switch {
		case lead < 0xC2 || lead > 0xF4:
		case lead < 0xE0 && follow(p, 1), lead >= 0xE0 && lead < 0xF0 && follow(p, 2), lead >= 0xF0 && follow(p, 3):
			return true
		}
	}
}

// follow reports whether n characters are those as which cp1252 reads the further
// bytes of one in UTF-8: U+0080 to U+00BF, or what it has for 0x80 to 0x9F.
func follow(p []byte, n int) bool {
	for ; n > 0 && len(p) > 0; n-- {
		size := 2
		switch p[0] {
		case 0xE2: // punctuation, the euro and the trade mark sign
			size = 3
		case 0xC2:
		case 0xC5, 0xC6, 0xCB:
			if len(p) > 1 && !strings.Contains("ŒœŠšŽžŸƒˆ˜", string(p[:2])) {
				return false
			}
		default:
			return false
		}
		p = p[min(size, len(p)):]
	}
	return true
}

// utf8Check validates UTF-8 by Python 3's rules (RFC 3629) while taking encoded
// surrogates aside, as only CESU-8 and WTF-8 have them.
type utf8Check struct {
	taken  int64 // bytes of earlier calls
	offset int64 // of the byte at hand
	bad    int64 // 1 + offset of the first byte that is no UTF-8, 0 for none
	cesu   int64 // surrogates
	need   int   // continuation bytes still due
	lo, hi byte  // range of the next one
	start  int64 // of the character at hand, which is what Python reports as bad
	lead   byte
	second byte
}

// add takes the next bytes, of which those before at are known to be ASCII, or all.
func (u *utf8Check) add(p []byte, at int, ascii bool) {
	if u.bad > 0 {
		return
	}
	for ; at < len(p) && u.need > 0 && u.bad == 0; at++ {
		u.offset = u.taken + int64(at)
		u.step(p[at])
	}
	if u.bad == 0 && !ascii {
		u.rest(p, at)
	}
	u.taken += int64(len(p))
}

// rest checks p from at on, where a character begins.
func (u *utf8Check) rest(p []byte, at int) {
	end := len(p) // of the complete characters
	for back := 1; back <= 3 && end-back >= at; back++ {
		if c := p[len(p)-back]; c >= 0xC0 {
			end = len(p) - back
			break
		} else if c < 0x80 {
			break
		}
	}
	at += validUTF8(p[at:end])
	for ; at < len(p) && u.bad == 0; at++ {
		if c := p[at]; c >= 0x80 || u.need > 0 {
			u.offset = u.taken + int64(at)
			u.step(c)
		}
	}
}

// validUTF8 returns how much of the start of p is whole characters of UTF-8, surrogates not
// among them. Feeds are mostly ASCII, of which it passes over 32 bytes at a time, and which
// are quicker told thus than by utf8.Valid.
func validUTF8(p []byte) int {
	at := 0
	for at < len(p) {
		c := p[at]
		switch {
		case c < 0x80:
			n := nextHighFew(p[at:])
			if n < 0 {
				return len(p)
			}
			at += n
		case c < 0xE0:
			if c < 0xC2 || len(p)-at < 2 || p[at+1]&0xC0 != 0x80 {
				return at
			}
			at += 2
		case c < 0xF0:
			if len(p)-at < 3 {
				return at
			}
			if b := p[at+1]; b&0xC0 != 0x80 || p[at+2]&0xC0 != 0x80 || c == 0xE0 && b < 0xA0 || c == 0xED && b > 0x9F {
				return at
			}
			at += 3
		default:
			r, n := utf8.DecodeRune(p[at:])
			if r == utf8.RuneError {
				return at
			}
			at += n
		}
	}
	return at
}

// nextHighFew is nextHigh where as often only few bytes are ASCII as many are.
func nextHighFew(p []byte) int {
	if len(p) < 8 {
		return nextHigh(p)
	}
	if w := word(p) & highBits; w != 0 {
		return bits.TrailingZeros64(w) / 8
	}
	n := nextHigh(p[8:])
	if n < 0 {
		return n
	}
	return n + 8
}

func (u *utf8Check) step(c byte) {
	if u.need > 0 {
		u.continuation(c)
		return
	}
	if c < 0x80 {
		return
	}
	u.lead, u.second, u.lo, u.hi, u.start = c, 0, 0x80, 0xBF, u.offset
	switch {
	case c >= 0xC2 && c <= 0xDF:
		u.need = 1
	case c >= 0xE0 && c <= 0xEF:
		u.need = 2
		if c == 0xE0 {
			u.lo = 0xA0
		}
	case c >= 0xF0 && c <= 0xF4:
		u.need = 3
		if c == 0xF0 {
			u.lo = 0x90
		} else if c == 0xF4 {
			u.hi = 0x8F
		}
	default:
		u.bad = u.offset + 1
	}
}

func (u *utf8Check) continuation(c byte) {
	if c < u.lo || c > u.hi {
		u.bad = u.start + 1
		return
	}
	if u.second == 0 {
		u.second = c
	}
	u.lo, u.hi = 0x80, 0xBF
	if u.need--; u.need == 0 && u.lead == 0xED && u.second >= 0xA0 {
		u.cesu++
	}
}

// whole reports whether all was UTF-8, as Python 3 reads it.
func (u *utf8Check) whole() bool { return u.bad == 0 && u.need == 0 && u.cesu == 0 }
