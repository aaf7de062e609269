package detect

import (
	"bytes"
	"math/bits"
	"slices"
	"sync"
	"unicode/utf8"
	"unsafe"
)

// A span is a run of bytes between delimiters with at least one above 0x7F: all
// that tells charsets apart. Delimiters are the bytes 0x00-0x2F and 0x3A-0x3F,
// which end no character in any charset that is ranked, so no span begins inside
// one; but 187 signs of johab end in 0x3A-0x3F, and text with them is not taken for it.
type span struct {
	raw        []byte
	prev, next byte // the delimiters around it, 0 at an edge of the input
	n          int  // how often it occurs, digits taken alike
	offset     int64
	weight     float64  // of its cost, by n
	cut        bool     // it went on
	broken     bool     // and is no UTF-8 then
	ascii      cost     // of its ASCII letters alone, 0 until it is known
	utf8       *reading // as UTF-8, nil if it is none
	rare       bool     // kept for a byte that few others have
	mixed      bool     // is UTF-8
	hash       uint32   // the same for those that are alike
}

// Limits of what is kept of an input.
const (
	maxSpans   = 160
	spanBytes  = 256
	rareSpans  = 2  // spans kept for each byte value, whatever the sample
	asciiWords = 24 // distinct words from the start that tell the language
	wordsHead  = 4096
)

func delimits(c byte) bool { return c < 0x30 || c >= 0x3A && c <= 0x3F }

// spanSampler collects distinct spans, spread evenly over the whole input: when
// they outgrow the limit every second one is dropped and from then on only every
// second one taken. It keeps the same whatever the chunks it is fed.
type spanSampler struct {
	spans   []span
	text    []byte           // where the bytes of the spans are
	index   [spanIndex]int16 // open addressing by hash of digits taken alike: 1 + number in spans
	seen    int              // spans with high bytes
	stride  int
	mixed   int    // spans kept because they are UTF-8 with a byte that is rare
	offset  int64  // of the bytes to come
	rest    []byte // the run that the last chunk ended in
	before  byte   // the delimiter in front of rest
	over    bool   // rest was longer than a span and has been taken
	skip    int    // bytes of a mark in front that are still to come
	marked  bool   // there was one
	overIn  int    // class of the span that it was taken as
	present [classes][256]bool
	covered [classes][256]uint8 // in how many spans kept a byte is, up to rareSpans
	kinds   [classes][256]uint8
}

// Classes of spans. One that is UTF-8 tells nothing of the charset of those that are not
// where both are in an input, and must not stand for them.
const (
	legacySpan = iota
	utf8Span
	classes
)

// spanClassOf returns the class of a span, or of a run by what would be its span.
func spanClassOf(raw []byte) int {
	cut := len(raw) >= spanBytes
	if isUTF8(raw[:min(len(raw), spanBytes)], cut) {
		return utf8Span
	}
	return legacySpan
}

// isUTF8 reports whether a span is UTF-8 with characters above ASCII, of which the last
// may be incomplete if the span was cut.
func isUTF8(raw []byte, cut bool) bool {
	at := nextHigh(raw)
	if at < 0 || !mayBeUTF8(raw[at:]) {
		return false
	}
	if cut {
		for back := 1; back < utf8.UTFMax && len(raw)-back > at; back++ {
			if c := raw[len(raw)-back]; utf8.RuneStart(c) && !utf8.FullRune(raw[len(raw)-back:]) {
				raw = raw[:len(raw)-back]
				break
			}
		}
	}
	return utf8.Valid(raw[at:])
}

// mayBeUTF8 looks at the first character above ASCII alone.
func mayBeUTF8(p []byte) bool { return len(p) > 1 && p[0] >= 0xC2 && p[1]&0xC0 == 0x80 }

// Kinds of bytes: what ends a span, and what one that is kept is wanted for.
const (
	edge   = 1
	wanted = 2
)

// kindsAtFirst are the kinds of bytes where no span is kept.
var kindsAtFirst = sync.OnceValue(func() *[256]uint8 {
	kinds := new([256]uint8)
	for c := range kinds {
		switch {
		case c >= 0x80:
			kinds[c] = wanted
		case delimits(byte(c)):
			kinds[c] = edge
		}
	}
	return kinds
})

// spanIndex is half as many again as there can be spans.
const spanIndex = 1024

func newSpanSampler() *spanSampler {
	s := new(spanSampler)
	s.reset()
	return s
}

// reset makes a sampler new, with the memory it has.
func (s *spanSampler) reset() {
	*s = spanSampler{spans: s.spans[:0], text: s.text[:0], rest: s.rest[:0], stride: 1}
	for i := range s.kinds {
		s.kinds[i] = *kindsAtFirst()
	}
}

// add takes the next bytes of the input.
func (s *spanSampler) add(p []byte) {
	if s.skip > 0 {
		n := min(s.skip, len(p))
		s.skip, s.marked, s.offset, p = s.skip-n, true, s.offset+int64(n), p[n:]
	}
	if len(s.rest) > 0 || s.over {
		if p = s.resume(p); p == nil {
			return
		}
	}
	at := 0
	for at < len(p) {
		start := at + 1 // as often, behind a delimiter
		if at == 0 || start == len(p) || p[start] < 0x80 {
			i := nextHigh(p[at:])
			if i < 0 {
				break
			}
			start = at + i
		}
		end, kinds := s.end(p, start)
		suspect := mayBeUTF8(p[start:end])
		if end < len(p) && kinds == 0 && !suspect && !s.sampled() && end-at <= spanBytes { // take would leave it out
			s.seen++
			at = end
			continue
		}
		for start > at && !delimits(p[start-1]) {
			start--
		}
		if end == len(p) { // it may go on
			at = start
			break
		}
		prev := s.before
		if start > 0 {
			prev = p[start-1]
		}
		if raw := p[start:end]; suspect {
			s.judge(raw, prev, p[end], s.offset+int64(start))
		} else {
			s.take(raw, prev, p[end], s.offset+int64(start), legacySpan, kinds&wanted != 0)
		}
		at = end
	}
	s.keep(p, at)
}

// end returns where a span ends and of which kinds the bytes up to there are
// if it is no UTF-8.
func (s *spanSampler) end(p []byte, at int) (end int, kinds uint8) {
	rest, of := p[at:], &s.kinds[legacySpan]
	for len(rest) >= 4 {
		k := of[rest[0]] | of[rest[1]] | of[rest[2]] | of[rest[3]]
		if k&edge != 0 {
			break
		}
		kinds |= k
		rest = rest[4:]
	}
	for i, c := range rest {
		k := of[c]
		if k == edge {
			return len(p) - len(rest) + i, kinds
		}
		kinds |= k
	}
	return len(p), kinds
}

// keep holds back the run that the input so far ends in.
func (s *spanSampler) keep(p []byte, from int) {
	start := len(p)
	for start > from && !delimits(p[start-1]) {
		start--
	}
	if start > 0 {
		s.before = p[start-1]
	}
	s.offset += int64(start)
	s.rest = append(s.rest[:0], p[start:]...)
	s.trim()
}

// resume completes the run held back and returns what follows it.
func (s *spanSampler) resume(p []byte) []byte {
	end := 0
	for end < len(p) && !delimits(p[end]) {
		end++
	}
	s.rest = append(s.rest, p[:end]...)
	if end == len(p) {
		s.trim()
		return nil
	}
	size := len(s.rest)
	if !s.over {
		s.whole(s.rest, p[end])
	} else {
		s.note(s.rest, s.overIn)
	}
	s.offset += int64(size)
	s.rest, s.over, s.before = s.rest[:0], false, 0
	return p[end:]
}

// trim takes a run that has grown longer than a span before its end is seen.
func (s *spanSampler) trim() {
	if len(s.rest) < 4*spanBytes {
		return
	}
	if !s.over {
		s.whole(s.rest, 0)
		s.over, s.overIn = true, spanClassOf(s.rest)
	} else {
		s.note(s.rest, s.overIn)
	}
	s.offset += int64(len(s.rest))
	s.rest = s.rest[:0]
}

// note notes which bytes there are in spans of a class.
func (s *spanSampler) note(p []byte, class int) {
	for _, c := range p {
		s.present[class][c] = true
	}
}

func (s *spanSampler) whole(run []byte, next byte) {
	if nextHigh(run) >= 0 {
		s.judge(run, s.before, next, s.offset)
	}
}

// finish tells that the input has ended.
func (s *spanSampler) finish() {
	if !s.over {
		s.whole(s.rest, 0)
	} else {
		s.note(s.rest, s.overIn)
	}
	s.rest = nil
}

// judge considers a span of which nothing is known.
func (s *spanSampler) judge(raw []byte, prev, next byte, offset int64) {
	class := spanClassOf(raw)
	s.take(raw, prev, next, offset, class, s.isRare(raw, class))
}

// take considers a span, which is rare if it holds a byte that is wanted of its class.
func (s *spanSampler) take(raw []byte, prev, next byte, offset int64, class int, rare bool) {
	cut := len(raw) > spanBytes
	if cut {
		s.note(raw, class)
		if raw, next = raw[:spanBytes], 0; nextHigh(raw) < 0 {
			return
		}
		rare = s.isRare(raw, class)
	}
	sampled := s.sampled()
	s.seen++
	if !sampled && !rare {
		return
	}
	hash := hashSpan(raw, prev, next)
	at := s.find(hash, raw, prev, next)
	if i := s.index[at]; i > 0 {
		s.spans[i-1].n++
		return
	}
	if rare { // no other byte is to be covered
		for _, c := range raw {
			s.cover(c, class)
		}
		s.mixed += class
	}
	from := len(s.text)
	s.text = append(s.text, raw...)
	s.spans = append(s.spans, span{raw: s.text[from:len(s.text):len(s.text)], prev: prev, next: next, n: 1, offset: offset, cut: cut, rare: rare, mixed: class == utf8Span, hash: hash})
	s.index[at] = int16(len(s.spans))
	if !rare && len(s.spans)-s.mixed > maxSpans || len(s.spans) > maxSpans+classes*rareSpans*128 {
		s.halve()
	}
}

// sampled reports whether the next span is one of those that are taken. The stride is a
// power of two.
func (s *spanSampler) sampled() bool { return s.seen&(s.stride-1) == 0 }

// cover notes that a span of a class with a byte is kept.
func (s *spanSampler) cover(c byte, class int) {
	if c < 0x80 || s.covered[class][c] == rareSpans {
		return
	}
	s.present[class][c] = true
	if s.covered[class][c]++; s.covered[class][c] == rareSpans {
		s.kinds[class][c] = 0
	}
}

func (s *spanSampler) isRare(raw []byte, class int) bool {
	for _, c := range raw {
		if s.kinds[class][c] == wanted {
			return true
		}
	}
	return false
}

// masked is a byte with digits taken alike.
func masked(c byte) byte {
	if c-'0' <= 9 {
		return '0'
	}
	return c
}

// maskedWord is masked for eight bytes, none of which is a delimiter: those from 0x30 on
// that are no digits are.
func maskedWord(w uint64) uint64 {
	const uppers, lowers = 0xF0F0F0F0F0F0F0F0, 0x0F
	other := (w ^ '0'*lowBits) & uppers
	digits := ^((other&sevenBits + sevenBits) | other) & highBits
	return w &^ (digits >> 7 * lowers)
}

// hashSpan is the same for spans that are alike.
func hashSpan(raw []byte, prev, next byte) uint32 {
	const mix = 0x9E3779B97F4A7C15
	h := uint64(len(raw))<<16 | uint64(prev)<<8 | uint64(next)
	for ; len(raw) >= 8; raw = raw[8:] {
		h = (h ^ maskedWord(word(raw))) * mix
		h ^= h >> 32
	}
	last := uint64(0)
	for _, c := range raw {
		last = last<<8 | uint64(c)
	}
	return uint32((h ^ maskedWord(last)) * mix >> 32)
}

// find returns where in the index a span like this one is, or belongs.
func (s *spanSampler) find(hash uint32, raw []byte, prev, next byte) uint32 {
	for at := hash % spanIndex; ; at = (at + 1) % spanIndex {
		i := s.index[at]
		if i == 0 || s.spans[i-1].hash == hash && s.spans[i-1].like(raw, prev, next) {
			return at
		}
	}
}

func (s *span) like(raw []byte, prev, next byte) bool {
	if len(s.raw) != len(raw) || s.prev != prev || s.next != next {
		return false
	}
	if bytes.Equal(s.raw, raw) {
		return true
	}
	for i, c := range raw {
		if masked(s.raw[i]) != masked(c) {
			return false
		}
	}
	return true
}

// halve drops every second span that is not rare.
func (s *spanSampler) halve() {
	kept := s.spans[:0]
	clear(s.index[:])
	for i, sp := range s.spans {
		if sp.rare || i%2 == 0 {
			kept = append(kept, sp)
			at := sp.hash % spanIndex
			for s.index[at] > 0 { // no two are alike
				at = (at + 1) % spanIndex
			}
			s.index[at] = int16(len(kept))
		}
	}
	s.spans = kept
	s.stride *= 2
}

const highBits = 0x8080808080808080

// nextHigh returns the index of the first byte above 0x7F, -1 if there is none.
func nextHigh(p []byte) int {
	i := 0
	if blocks := len(p) / 32; blocks > 0 {
		if i = highInBlocks(unsafe.SliceData(p), blocks); i < blocks*32 {
			return i
		}
	}
	for ; i+8 <= len(p); i += 8 {
		if w := word(p[i:]) & highBits; w != 0 {
			return i + bits.TrailingZeros64(w)/8
		}
	}
	for ; i < len(p); i++ {
		if p[i] >= 0x80 {
			return i
		}
	}
	return -1
}

// highInBlocksPortable is highInBlocks in plain Go, for other processors and as its
// judge.
func highInBlocksPortable(p *byte, blocks int) int {
	text := unsafe.Slice(p, blocks*32)
	for i := 0; i < len(text); i += 8 {
		if w := word(text[i:]) & highBits; w != 0 {
			return i + bits.TrailingZeros64(w)/8
		}
	}
	return len(text)
}

// word reads eight bytes, the first lowest.
func word(p []byte) uint64 {
	_ = p[7]
	return uint64(p[0]) | uint64(p[1])<<8 | uint64(p[2])<<16 | uint64(p[3])<<24 | uint64(p[4])<<32 | uint64(p[5])<<40 | uint64(p[6])<<48 | uint64(p[7])<<56
}

// wordsOf returns distinct words of ASCII letters from the start of an input.
func wordsOf(head []byte) [][]byte {
	var list [asciiWords][]byte
	out := list[:0]
	head = head[:min(len(head), wordsHead)]
	for at := 0; at < len(head) && len(out) < asciiWords; at++ {
		start := at
		for at < len(head) && (head[at]|0x20)-'a' < 26 {
			at++
		}
		w := head[start:at]
		if len(w) < 3 || len(w) > 24 || at == len(head) || head[at] >= 0x80 || start > 0 && head[start-1] >= 0x80 {
			continue
		}
		if !slices.ContainsFunc(out, func(o []byte) bool { return bytes.Equal(o, w) }) {
			out = append(out, w)
		}
	}
	return out
}
