package detect

import (
	"math/bits"
	"unsafe"
)

// census is what a survey of a text has found.
type census struct {
	found found
	high  int64  // bytes above 0x7F
	leads int64  // and above 0xBF
	pairs uint64 // 0 if none of the latter stands two bytes behind another, as in text of single letters with accents
	near  uint64 // 1 and 2: the last two bytes are such
}

// found is which kinds of bytes a text holds: each has sixteen bits, of which any
// says that there is one.
type found uint64

const (
	foundHigh   found = 0xFFFF << (16 * iota) // above 0x7F
	foundNUL                                  // 0
	foundEscape                               // ESC
	foundTilde                                // ~ or DEL in a block that is all ASCII, the only text it matters in
)

// survey finds all of it in one go, as most texts have little of it: to look for each
// by itself takes longer than to validate UTF-8.
func survey(p []byte) (c census) {
	if blocks := len(p) / 64; blocks > 0 {
		surveyBlocks(unsafe.SliceData(p), blocks, &c)
		p = p[blocks*64:]
	}
	if len(p) > 0 {
		rest := [64]byte{}
		n := copy(rest[:], p)
		for i := n; i < len(rest); i++ {
			rest[i] = ' '
		}
		surveyBlocks(&rest[0], 1, &c)
	}
	return c
}

const (
	leadBits = 0x4040404040404040
	lowBits  = 0x0101010101010101
)

// surveyBlocksPortable is surveyBlocks in plain Go, for other processors and as its
// judge.
func surveyBlocksPortable(p *byte, blocks int, c *census) {
	for text := unsafe.Slice(p, blocks*64); len(text) > 0; text = text[64:] {
		high, tilde := false, false
		for i := 0; i < 64; i += 8 {
			w := word(text[i:])
			high, tilde = high || w&highBits != 0, tilde || (w&sevenBits+2*lowBits)&highBits != 0
			c.look(w)
		}
		if tilde && !high {
			c.found |= foundTilde
		}
	}
}

// look adds what eight bytes have, but for a tilde.
func (c *census) look(w uint64) {
	if hasZero(w) {
		c.found |= foundNUL
	}
	if hasZero(w ^ 0x1B*lowBits) {
		c.found |= foundEscape
	}
	leads := uint64(0)
	if w&highBits != 0 {
		c.found |= foundHigh
		leads = gather(w & (w & leadBits << 1))
		c.high += int64(bits.OnesCount64(w & highBits))
		c.leads += int64(bits.OnesCount64(leads))
	}
	c.pairs |= leads & (leads<<2 | c.near)
	c.near = leads >> 6
}

// gather puts the high bits of eight bytes side by side.
func gather(w uint64) uint64 { return w & highBits >> 7 * 0x0102040810204080 >> 56 }

// hasZero reports whether one of eight bytes is 0.
func hasZero(w uint64) bool { return (w-lowBits)&^w&highBits != 0 }
