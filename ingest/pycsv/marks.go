package pycsv

import "unsafe"

// marks are 64 bytes of lines, a bit for each, the first lowest.
type marks struct {
	ends     uint64 // the delimiter, or LF
	quotes   uint64 // the quotechar
	newlines uint64 // LF
	bare     uint64 // not printable ASCII: something to strip, perhaps
}

// markLines marks the bytes of text, which is not empty, and returns what it saw:
// markedQuote, markedHigh.
func (q *quick) markLines(text string) (seen uint64) {
	whole, rest := len(text)/64, len(text)%64
	if need := whole + 1; cap(q.words) < need {
		q.words = make([]marks, 0, max(need, 2*cap(q.words)))
	}
	q.words = q.words[:whole]
	if whole > 0 {
		seen = markBlocks(unsafe.StringData(text), whole, q.delimiters, q.quotechars, &q.words[0])
	}
	if rest > 0 {
		q.words = q.words[:whole+1]
		last := &q.words[whole]
		q.tail = [64]byte{}
		copy(q.tail[:], text[whole*64:])
		seen |= markBlocks(&q.tail[0], 1, q.delimiters, q.quotechars, last)
		there := uint64(1)<<rest - 1
		last.ends &= there
		last.quotes &= there
		last.newlines &= there
		last.bare &= there
	}
	return seen
}

// markBlocksPortable is markBlocks in plain Go, for other processors and as its judge.
func markBlocksPortable(s *byte, blocks int, delimiter, quotechar uint64, words *marks) (seen uint64) {
	text, out := unsafe.Slice(s, blocks*64), unsafe.Slice(words, blocks)
	clear(out)
	for i, c := range text {
		m, bit := &out[i/64], uint64(1)<<(i%64)
		if c == byte(delimiter) || c == '\n' {
			m.ends |= bit
		}
		if c == byte(quotechar) {
			m.quotes |= bit
			seen |= markedQuote
		}
		if c == '\n' {
			m.newlines |= bit
		}
		if !printable(c) {
			m.bare |= bit
		}
		if c >= 0x80 {
			seen |= markedHigh
		}
	}
	return seen
}
