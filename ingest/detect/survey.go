package detect

import "unsafe"

// found is which kinds of bytes a text holds: each has sixteen bits, of which any
// says that there is one.
type found uint64

const (
	foundHigh   found = 0xFFFF << (16 * iota) // above 0x7F
	foundNUL                                  // 0
	foundEscape                               // ESC
	foundTilde                                // ~
)

// survey finds all of them in one go, as most texts have none: to look for each by
// itself takes longer than to validate UTF-8.
func survey(p []byte) (f found) {
	if blocks := len(p) / 64; blocks > 0 {
		f = surveyBlocks(unsafe.SliceData(p), blocks)
		p = p[blocks*64:]
	}
	if len(p) > 0 {
		rest := [64]byte{}
		n := copy(rest[:], p)
		for i := n; i < len(rest); i++ {
			rest[i] = ' '
		}
		f |= surveyBlocks(&rest[0], 1)
	}
	return f
}

// surveyBlocksPortable is surveyBlocks in plain Go, for other processors and as its
// judge.
func surveyBlocksPortable(p *byte, blocks int) (f found) {
	for text := unsafe.Slice(p, blocks*64); len(text) > 0; text = text[8:] {
		w := word(text)
		if w&highBits != 0 {
			f |= foundHigh
		}
		if hasZero(w) {
			f |= foundNUL
		}
		if hasZero(w ^ 0x1B*lowBits) {
			f |= foundEscape
		}
		if hasZero(w ^ '~'*lowBits) {
			f |= foundTilde
		}
	}
	return f
}

// hasZero reports whether one of eight bytes is 0.
func hasZero(w uint64) bool { return (w-lowBits)&^w&highBits != 0 }
