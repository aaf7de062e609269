package pycsv

// markBlocks marks so many blocks of 64 bytes at s, at least one, each in a word of its
// own. Delimiter and quotechar are the byte eight times over. It returns what it saw:
// markedQuote, markedHigh.
//
//go:noescape
func markBlocks(s *byte, blocks int, delimiter, quotechar uint64, words *marks) (seen uint64)
