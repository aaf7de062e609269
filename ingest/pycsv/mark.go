package pycsv

import "unsafe"

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
func markPortable(s *byte, n int, delimiter, quotechar uint64, masks *uint64) (seen uint64) {
	text, out := unsafe.Slice(s, n), unsafe.Slice(masks, n/64+1)
	clear(out)
	for i, c := range text {
		switch c {
		case byte(delimiter):
			out[i/64] |= 1 << (i % 64)
		case byte(quotechar):
			seen |= markedQuote
		}
		if c >= 0x80 {
			seen |= markedHigh
		}
	}
	return seen
}
