package detect

import "bytes"

// stats is what one pass over the whole input yields, in bounded memory.
type stats struct {
	size      int64
	count     [256]int64 // of each byte value; whether a single-byte codec decodes is read off it
	firstHigh int64
	head      []byte

	utf8   utf8Check
	sample sampler
}

func newStats(head []byte) *stats { return &stats{firstHigh: -1, head: head} }

// high counts the bytes above 0x7F.
func (s *stats) high() int64 {
	var n int64
	for _, c := range s.count[0x80:] {
		n += c
	}
	return n
}

// c1 counts the bytes 0x80-0x9F: control characters in ISO 8859, letters and
// punctuation in the Windows code pages.
func (s *stats) c1() int64 {
	var n int64
	for _, c := range s.count[0x80:0xA0] {
		n += c
	}
	return n
}

// add takes the next bytes of the input.
func (s *stats) add(p []byte) {
	for _, c := range p {
		s.count[c]++
	}
	if s.firstHigh < 0 {
		if i := firstHigh(p); i >= 0 {
			s.firstHigh = s.size + int64(i)
		}
	}
	s.size += int64(len(p))
	s.utf8.add(p)
	s.sample.add(p)
}

// firstHigh returns the index of the first byte above 0x7F, -1 if there is none.
func firstHigh(p []byte) int {
	for i, c := range p {
		if c >= 0x80 {
			return i
		}
	}
	return -1
}

// finish tells the parts that the input has ended.
func (s *stats) finish() { s.sample.flush() }

// decodes reports whether a single-byte charset defines every byte of the input.
// It is false for a charset that is no single-byte one.
func (s *stats) decodes(charset string) bool {
	t := tableOf(charset)
	if t == nil {
		return false
	}
	for c, n := range s.count {
		if n > 0 && t[c] == undefined {
			return false
		}
	}
	return true
}

// same reports whether two single-byte charsets give the same text.
func (s *stats) same(a, b string) bool {
	t, u := tableOf(a), tableOf(b)
	if t == nil || u == nil {
		return false
	}
	for c, n := range s.count {
		if n > 0 && t[c] != u[c] {
			return false
		}
	}
	return true
}

// utf8Check validates UTF-8 by Python 3's rules (RFC 3629) while taking encoded
// surrogates aside, as only CESU-8 and WTF-8 have them.
type utf8Check struct {
	taken  int64 // bytes of earlier calls
	offset int64 // of the byte at hand
	chars  int64 // complete characters above U+007F
	bad    int64 // 1 + offset of the first byte that is no UTF-8, 0 for none
	cesu   int64 // surrogates
	need   int   // continuation bytes still due
	lo, hi byte  // range of the next one
	start  int64 // of the character at hand, which is what Python reports as bad
	lead   byte
	second byte
}

func (u *utf8Check) add(p []byte) {
	if u.bad > 0 {
		return
	}
	for i, c := range p {
		if c < 0x80 && u.need == 0 {
			continue
		}
		u.offset = u.taken + int64(i)
		if u.step(c); u.bad > 0 {
			return
		}
	}
	u.taken += int64(len(p))
}

func (u *utf8Check) step(c byte) {
	if u.need > 0 {
		u.continuation(c)
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
	if u.need--; u.need == 0 {
		u.chars++
		if u.lead == 0xED && u.second >= 0xA0 {
			u.cesu++
		}
	}
}

// Limits of the sample. saintfish's single-byte recognisers look at 8192 bytes.
const (
	sampleBytes = 8000
	cellBytes   = 2000
)

// sampler keeps cells that hold bytes above 0x7F, spread evenly over the whole
// input: when they outgrow the limit every second one is dropped and from then on
// only every second one taken. A cell ends at a byte that is no part of a longer
// character in any charset that is scored (0x00-0x1F, '"', ',', ';'), so none is
// cut inside a character.
type sampler struct {
	cells  [][]byte
	bytes  int
	seen   int // cells with high bytes so far, repeated ones left out where known
	stride int
	known  map[string]bool
	cur    []byte
	high   bool
	skip   bool // inside the rest of a cell that was too long
}

func cellEnd(c byte) bool { return c < 0x20 || c == '"' || c == ',' || c == ';' }

// blockBytes is how much is looked at together for bytes worth a sample.
const blockBytes = 256

func (s *sampler) add(p []byte) {
	for len(p) > 0 {
		block := p[:min(len(p), blockBytes)]
		p = p[len(block):]
		if !s.high && plain(block) {
			block = s.jump(block)
		}
		s.slow(block)
	}
}

// plain reports whether a block holds nothing worth a sample.
func plain(block []byte) bool { return firstHigh(block) < 0 && bytes.IndexByte(block, 0x1B) < 0 }

// jump passes over the cells that begin or end in a plain block and returns what
// is left of it: the start of a cell that goes on.
func (s *sampler) jump(block []byte) []byte {
	for i := len(block) - 1; i >= 0; i-- {
		if cellEnd(block[i]) {
			s.cur, s.skip = s.cur[:0], false
			return block[i+1:]
		}
	}
	return block
}

func (s *sampler) slow(p []byte) {
	for _, c := range p {
		switch {
		case s.skip:
			s.skip = c != ' ' && !cellEnd(c)
		case cellEnd(c) && c != 0x1B:
			s.flush()
		case len(s.cur) < cellBytes:
			s.cur = append(s.cur, c)
			s.high = s.high || c >= 0x80 || c == 0x1B
		default:
			s.trim()
			s.skip = c != ' '
		}
	}
}

// trim ends an over-long cell at its last blank, where no character is open;
// without one it is dropped.
func (s *sampler) trim() {
	i := bytes.LastIndexByte(s.cur, ' ')
	s.cur = s.cur[:max(i, 0)]
	s.high = bytes.IndexFunc(s.cur, func(r rune) bool { return r >= 0x80 }) >= 0
	s.flush()
}

func (s *sampler) flush() {
	cell, high := s.cur, s.high
	s.cur, s.high = s.cur[:0], false
	if !high || s.known[string(cell)] {
		return
	}
	if s.stride == 0 {
		s.stride, s.known = 1, map[string]bool{}
	}
	s.seen++
	if (s.seen-1)%s.stride != 0 {
		return
	}
	s.known[string(cell)] = true
	s.cells = append(s.cells, bytes.Clone(cell))
	s.bytes += len(cell) + 1
	for s.bytes > sampleBytes && len(s.cells) > 1 {
		s.halve()
	}
}

func (s *sampler) halve() {
	kept := s.cells[:0]
	s.bytes, s.stride = 0, s.stride*2
	clear(s.known)
	for i := 0; i < len(s.cells); i += 2 {
		kept = append(kept, s.cells[i])
		s.bytes += len(s.cells[i]) + 1
		s.known[string(s.cells[i])] = true
	}
	s.cells = kept
}

// text returns the sample, a cell per line.
func (s *sampler) text() []byte { return append(bytes.Join(s.cells, []byte("\n")), '\n') }
