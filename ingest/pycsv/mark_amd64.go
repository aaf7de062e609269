package pycsv

// mark sets in masks, 64 bytes a word and the lowest bit first, a bit for each of
// the n bytes at s that is the delimiter; n is at least 16, masks has n/64+1 words.
// Delimiter and quotechar are the byte eight times over. It returns what it saw
// besides: markedQuote, markedHigh.
//
//go:noescape
func mark(s *byte, n int, delimiter, quotechar uint64, masks *uint64) (seen uint64)
