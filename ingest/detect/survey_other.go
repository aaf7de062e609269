//go:build !amd64

package detect

// These are the portable ones where there is no assembly.

func surveyBlocks(p *byte, blocks int, c *census) { surveyBlocksPortable(p, blocks, c) }

func highInBlocks(p *byte, blocks int) int { return highInBlocksPortable(p, blocks) }
