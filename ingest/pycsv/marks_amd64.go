package pycsv

import (
	"golang.org/x/sys/cpu"

	"github.com/feedparity/feedparity/ingest"
)

// markText marks n bytes at s, at least 64, 64 of them in words of their own; what is
// beyond the last has no bit. Delimiter and quotechar are the byte eight times over. It
// returns the words of the quotes, and of what is not ASCII, or-ed. What is not found in
// all processors is asked for: SSE2 is.
func markText(s *byte, n int, delimiter, quotechar uint64, ends *ingest.Ends, words *marks) (quotes, high uint64) {
	if cpu.X86.HasAVX2 {
		return markTextAVX2(s, n, delimiter, quotechar, ends, words)
	}
	return markTextSSE2(s, n, delimiter, quotechar, ends, words)
}

// markTextSSE2 is markText 16 bytes at a time.
//
//go:noescape
func markTextSSE2(s *byte, n int, delimiter, quotechar uint64, ends *ingest.Ends, words *marks) (quotes, high uint64)

// markTextAVX2 is markText 32 bytes at a time.
//
//go:noescape
func markTextAVX2(s *byte, n int, delimiter, quotechar uint64, ends *ingest.Ends, words *marks) (quotes, high uint64)
