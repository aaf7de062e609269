package pycsv

// mark sets a bit for each of the n bytes at s that is the delimiter, and one that
// is the quotechar, in masks of 64 bytes a word with the lowest bit first; n is at
// least 16, a mask has n/64+1 words. Delimiter and quotechar are the byte eight
// times over. It returns what it saw: markedQuote, markedHigh.
//
//go:noescape
func mark(s *byte, n int, delimiter, quotechar uint64, delimiters, quotes *uint64) (seen uint64)
