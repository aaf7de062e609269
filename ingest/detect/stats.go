package detect

import (
	"bytes"
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
	there := survey(p)
	var pairs bool
	if there&foundHigh != 0 {
		var high, leads int64
		high, leads, pairs = countHigh(p)
		if s.firstHigh < 0 {
			s.firstHigh = s.size + int64(nextHigh(p))
		}
		s.high, s.leads = s.high+high, s.leads+leads
	}
	if there&foundNUL != 0 {
		s.nuls += int64(bytes.Count(p, []byte{0}))
	}
	if there&foundEscape != 0 {
		s.escapes += int64(bytes.Count(p, []byte{0x1B}))
	}
	edge := append(s.tail, p[:min(2, len(p))]...)
	s.tildes = s.tildes || bytes.Contains(edge, []byte("~{")) || there&foundTilde != 0 && bytes.Contains(p, []byte("~{"))
	s.utf8.add(p, there&foundHigh == 0)
	s.double = s.double || s.utf8.bad == 0 && s.high > 0 && (twice(edge) || pairs && twice(p))
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
		case 0xE2:
			size = 3
		case 0xC2, 0xC5, 0xC6, 0xCB:
		default:
			return false
		}
		p = p[min(size, len(p)):]
	}
	return true
}

const (
	leadBits = 0x4040404040404040
	lowBits  = 0x0101010101010101
)

// countHigh counts the bytes above 0x7F, and those above 0xBF. pairs is false only
// if none of the latter stands two bytes behind another, as in text of single
// letters with accents.
func countHigh(p []byte) (high, leads int64, pairs bool) {
	c := highCount{}
	for ; len(p) >= 64; p = p[64:] {
		q := (*[64]byte)(p)
		if (word(q[:])|word(q[8:])|word(q[16:])|word(q[24:])|word(q[32:])|word(q[40:])|word(q[48:])|word(q[56:]))&highBits == 0 {
			c.near = 0
			continue
		}
		c.add(q)
	}
	if len(p) > 0 {
		var rest [64]byte
		copy(rest[:], p)
		c.add(&rest)
	}
	return c.high, c.leads, c.pairs != 0
}

type highCount struct {
	high, leads int64
	near, pairs uint64 // leads of the word before; what of a word's stands two behind another
}

// add counts in eight words at once, a byte of a sum for each of their places.
func (c *highCount) add(q *[64]byte) {
	var high, leads uint64
	near, pairs := c.near, c.pairs
	for i := 0; i < len(q); i += 8 {
		w := word(q[i:])
		lead := w & (w & leadBits << 1) & highBits
		high += w & highBits >> 7
		leads += lead >> 7
		pairs |= lead & (lead<<16 | near>>48)
		near = lead
	}
	c.high += int64(high * lowBits >> 56)
	c.leads += int64(leads * lowBits >> 56)
	c.near, c.pairs = near, pairs
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

func (u *utf8Check) add(p []byte, ascii bool) {
	if u.bad > 0 {
		return
	}
	at := 0
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
	if utf8.Valid(p[at:end]) {
		at = end
	}
	for ; at < len(p) && u.bad == 0; at++ {
		if c := p[at]; c >= 0x80 || u.need > 0 {
			u.offset = u.taken + int64(at)
			u.step(c)
		}
	}
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
