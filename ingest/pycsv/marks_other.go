//go:build !amd64

package pycsv

// markBlocks is markBlocksPortable where there is no assembly.
func markBlocks(s *byte, blocks int, delimiter, quotechar uint64, words *marks) (seen uint64) {
	return markBlocksPortable(s, blocks, delimiter, quotechar, words)
}
