package pycsv

import (
	"unsafe"

	"github.com/feedparity/feedparity/ingest"
)

// marks are 64 bytes of lines, a bit for each, the first lowest.
type marks struct {
	quotes uint64 // the quotechar
	bare   uint64 // not printable ASCII: something to strip, perhaps
	high   uint64 // not ASCII
}

// markLines marks the bytes of text, which is not empty, and reports whether there are
// quotes, and bytes that are not ASCII. Of the ends every delimiter and LF is one as yet.
func (q *quick) markLines(text string) (quotes, high bool) {
	words := (len(text) + 63) / 64
	if cap(q.ends) < words {
		most := max(words, 2*cap(q.ends))
		q.ends, q.marks = make([]ingest.Ends, most), make([]marks, most)
	}
	q.ends, q.marks = q.ends[:words], q.marks[:words]
	first, n := unsafe.StringData(text), len(text)
	if n < leastMarked {
		q.short = [leastMarked]byte{}
		copy(q.short[:], text)
		first, n = &q.short[0], leastMarked
	}
	some, wide := markText(first, n, q.delimiters, q.quotechars, &q.ends[0], &q.marks[0])
	if len(text) < leastMarked {
		q.marks[0].bare &= 1<<len(text) - 1
	}
	return some != 0, wide != 0
}

// leastMarked is how many bytes markText needs.
const leastMarked = 64

// markTextPortable is markText in plain Go, for other processors and as its judge.
func markTextPortable(s *byte, n int, delimiter, quotechar uint64, ends *ingest.Ends, words *marks) (quotes, high uint64) {
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
		}
		if !printable(c) {
			m.bare |= bit
		}
		if c >= 0x80 {
			m.high |= bit
		}
	}
	for _, m := range found {
		quotes, high = quotes|m.quotes, high|m.high
	}
	return quotes, high
}
