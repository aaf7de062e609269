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

// Limits of the lines that are worth marking.
const (
	markedMin = 16
	markedMax = 1024
)

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
type markSet [markedMax/64 + 1]uint64

// next returns the first marked byte at or after from, n if there is none below n.
func (m *markSet) next(from, n int) int {
	w := from >> 6
	word := m[w] &^ (1<<(from&63) - 1)
	for word == 0 {
		if w++; w<<6 >= n {
			return n
		}
		word = m[w]
	}
	return w<<6 + bits.TrailingZeros64(word)
}
