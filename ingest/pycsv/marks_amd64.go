package pycsv

import "github.com/feedparity/feedparity/ingest"

// markText marks n bytes at s, at least 64, 64 of them in words of their own; what is
// beyond the last has no bit. Delimiter and quotechar are the byte eight times over. It
// returns what it saw: markedQuote, markedHigh.
//
//go:noescape
func markText(s *byte, n int, delimiter, quotechar uint64, ends *ingest.Ends, words *marks) (seen uint64)
