package pycsv

import (
	"unsafe"

	"github.com/feedparity/feedparity/ingest"
)

// marks are 64 bytes of lines, a bit for each, the first lowest.
type marks struct {
	quotes uint64 // the quotechar
	bare   uint64 // not printable ASCII: something to strip, perhaps
}

// markLines marks the bytes of text, which is not empty, and returns what it saw:
// markedQuote, markedHigh. Of the ends every delimiter and LF is one as yet.
func (q *quick) markLines(text string) (seen uint64) {
	words := (len(text) + 63) / 64
	if cap(q.ends) < words {
		most := max(words, 2*cap(q.ends))
		q.ends, q.marks = make([]ingest.Ends, most), make([]marks, most)
	}
	q.ends, q.marks = q.ends[:words], q.marks[:words]
	if len(text) >= leastMarked {
		return markText(unsafe.StringData(text), len(text), q.delimiters, q.quotechars, &q.ends[0], &q.marks[0])
	}
	q.short = [leastMarked]byte{}
	copy(q.short[:], text)
	seen = markText(&q.short[0], len(q.short), q.delimiters, q.quotechars, &q.ends[0], &q.marks[0])
	q.marks[0].bare &= 1<<len(text) - 1
	return seen
}

// leastMarked is how many bytes markText needs.
const leastMarked = 64

// markTextPortable is markText in plain Go, for other processors and as its judge.
func markTextPortable(s *byte, n int, delimiter, quotechar uint64, ends *ingest.Ends, words *marks) (seen uint64) {
	count := (n + 63) / 64
	text, out, found := unsafe.Slice(s, n), unsafe.Slice(ends, count), unsafe.Slice(words, count)
	clear(out)
	clear(found)
	for i, c := range text {
		e, m, bit := &out[i/64], &found[i/64], uint64(1)<<(i%64)
		if c == byte(delimiter) || c == '\n' {
			e.Cells |= bit
		}
		if c == '\n' {
			e.Rows |= bit
		}
		if c == byte(quotechar) {
			m.quotes |= bit
			seen |= markedQuote
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
