package detect

// surveyBlocks adds what there is in so many blocks of 64 bytes at p, at least one.
//
//go:noescape
func surveyBlocks(p *byte, blocks int, c *census)
