package detect

// surveyBlocks adds what there is in so many blocks of 64 bytes at p, at least one.
//
//go:noescape
func surveyBlocks(p *byte, blocks int, c *census)

// highInBlocks returns the index of the first byte above 0x7F in so many blocks of 32
// bytes, at least one, or their length.
//
//go:noescape
func highInBlocks(p *byte, blocks int) int
