//go:build !amd64

package pycsv

// mark is markPortable where there is no assembly.
func mark(s *byte, n int, delimiter, quotechar uint64, delimiters, quotes *uint64) (seen uint64) {
	return markPortable(s, n, delimiter, quotechar, delimiters, quotes)
}
