//go:build !amd64

package detect

// surveyBlocks is surveyBlocksPortable where there is no assembly.
func surveyBlocks(p *byte, blocks int, c *census) { surveyBlocksPortable(p, blocks, c) }
