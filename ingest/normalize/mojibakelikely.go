package normalize

import (
	"unicode"
	"unicode/utf8"
)

// readSoFar is the text before a place, as far as it tells what a repair there may be.
// What it says of a text and of the repaired one is the same, so that repairing what is
// repaired changes nothing.
type readSoFar struct {
	last  [2]rune      // characters, the last one first
	seen  map[rune]int // characters that cp1252 has not, by their block
	added []rune       // blocks of those since it began, nil if it did not
}

// begin returns a copy that goes on from here until it is forgotten.
func (c *readSoFar) begin() *readSoFar {
	if c.seen == nil {
		c.seen = map[rune]int{}
	}
	return &readSoFar{last: c.last, seen: c.seen, added: []rune{}}
}

// forget takes what was added out of what it shares with the one it was copied from.
func (c *readSoFar) forget() {
	for _, block := range c.added {
		c.seen[block]--
	}
}

func (c *readSoFar) add(text []byte) {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		c.last[0], c.last[1] = r, c.last[0]
		if r > 0xFF && highByte(r) == 0 { // what cp1252 has tells nothing
			if c.seen == nil {
				c.seen = map[rune]int{}
			}
			c.seen[blockOf(r)]++
			if c.added != nil {
				c.added = append(c.added, blockOf(r))
			}
		}
	}
}

// fewSeen is how many characters of a block a text has by chance.
const fewSeen = 1

// likely reports whether the first n pieces are rather one character of UTF-8 than what
// they seem to be. A capital with an accent at the end of a word and a sign behind it, as
// in NESTLÉ® and CITÉ», are, and would be IPA or Syriac: such characters must be of a
// block that the text has, or stand beside others of it.
func (c *readSoFar) likely(held []piece, n int, text []byte, after rune) bool {
	r, _ := utf8.DecodeRune(text)
	first, second := firstChars(held)
	next, repaired := following(held[n:], after)
	block := blockOf(r)
	beside := blockOf(c.last[0]) == block || blockOf(repaired) == block || blockOf(next) == block
	small := c.last[0] >= 'a' && c.last[0] <= 'z'
	switch {
	case r >= 0x10000, second < 0xA0 && unicode.IsControl(second): // hardly in any text
		return true
	case r < 0x100 && shouts(c.last) && unicode.IsLower(r) && !unicode.IsLetter(next): // MANHÃ®
		return repaired != 0
	case r < 0x100, block == 0x2000, r == 0xFEFF:
		return true
	case beside, c.seen[block] > fewSeen:
		return true
	case unicode.IsUpper(first) && small: // which no capital follows
		return true
	}
	return european(r) && (unicode.IsLetter(next) || unicode.IsLetter(second))
}

// shouts reports whether the last characters are two capitals.
func shouts(last [2]rune) bool {
	return last[0] >= 'A' && last[0] <= 'Z' && unicode.IsUpper(last[1])
}

// european reports whether a character is a letter of a language of Europe.
func european(r rune) bool {
	return r < 0x180 || r >= 0x218 && r <= 0x21B || r >= 0x1E00 && r < 0x1F00
}

// firstChars returns the first two characters of pieces.
func firstChars(held []piece) (first, second rune) {
	for _, p := range held {
		if len(p.text) == 0 || p.is(0) {
			continue
		}
		if first != 0 {
			return first, p.char()
		}
		first = p.char()
	}
	return first, 0
}

// following returns the character that pieces begin with, and which it is once it is
// repaired, 0 if it is none that can be.
func following(held []piece, after rune) (next, repaired rune) {
	if n, text := wronglyRead(held); n > 0 {
		repaired, _ = utf8.DecodeRune(text)
	}
	if next, _ = firstChars(held); next == 0 {
		next = after
	}
	return next, repaired
}

// blockOf returns the start of a character's block: characters of one are in one text,
// of another hardly ever. Latin-1 and signs are in any.
func blockOf(r rune) rune {
	switch {
	case r < 0x100:
		return 0
	case r < 0x180:
		return 0x100
	case r >= 0x2000 && r < 0x2C00, r == 'ˆ', r == '˜':
		return 0x2000
	case r >= 0x3000 && r < 0xE000, r >= 0xF900 && r < 0xFB00, r >= 0xFF00 && r < 0xFFF0:
		return 0x3000
	case r >= 0x1E00 && r < 0x1F00:
		return 0x1E00
	}
	return r &^ 0x7F
}
