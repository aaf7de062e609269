package pycsv

import (
	"math/bits"
	"unsafe"
)

// What mark may have seen in a line.
const (
	markedQuote uint64 = 0xFFFF
	markedHigh  uint64 = 0xFFFF << 16 // a byte that is not ASCII
)

// markedMin is the least number of bytes that mark takes.
const markedMin = 16

// eightfold is a byte eight times over.
func eightfold(b byte) uint64 { return uint64(b) * 0x0101010101010101 }

// markPortable is mark in plain Go, for other processors and as its judge.
func markPortable(s *byte, n int, delimiter, quotechar uint64, delimiters, quotes *uint64) (seen uint64) {
	text, d, q := unsafe.Slice(s, n), unsafe.Slice(delimiters, n/64+1), unsafe.Slice(quotes, n/64+1)
	clear(d)
	clear(q)
	for i, c := range text {
		switch c {
		case byte(delimiter):
			d[i/64] |= 1 << (i % 64)
		case byte(quotechar):
			q[i/64] |= 1 << (i % 64)
			seen |= markedQuote
		}
		if c >= 0x80 {
			seen |= markedHigh
		}
	}
	return seen
}

// A markSet is a mask of the bytes of a line.
type markSet []uint64

// mark makes the sets of the first n bytes of an item and returns what it saw.
func (q *quick) mark(s string, n int) (seen uint64) {
	if words := n/64 + 1; words > len(q.ofDelimiters) {
		q.ofDelimiters, q.ofQuotes = make(markSet, 2*words), make(markSet, 2*words)
	}
	if n < markedMin {
		return markPortable(unsafe.StringData(s), n, q.delimiters, q.quotechars, &q.ofDelimiters[0], &q.ofQuotes[0])
	}
	return mark(unsafe.StringData(s), n, q.delimiters, q.quotechars, &q.ofDelimiters[0], &q.ofQuotes[0])
}

// next returns the first marked byte at or after from, n if there is none below n.
func (m markSet) next(from, n int) int {
	w := from / 64
	word := m[w] &^ (1<<(from%64) - 1)
	for word == 0 {
		if w++; w*64 >= n {
			return n
		}
		word = m[w]
	}
	return w*64 + bits.TrailingZeros64(word)
}
