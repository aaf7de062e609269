//go:build !amd64

package pycsv

import "github.com/feedparity/feedparity/ingest"

// markText is markTextPortable where there is no assembly.
func markText(s *byte, n int, delimiter, quotechar uint64, ends *ingest.Ends, words *marks) (quotes, high uint64) {
	return markTextPortable(s, n, delimiter, quotechar, ends, words)
}
