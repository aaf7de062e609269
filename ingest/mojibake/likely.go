package mojibake

import (
	"slices"
	"strings"
	"unicode"
)

// Text is a text before a place, as far as it tells what a repair there may be. What it
// says of a text and of the repaired one is the same, so that repairing what is repaired
// changes nothing.
type Text struct {
	last  [2]rune      // characters, the last one first
	seen  map[rune]int // characters that cp1252 has not, by their block
	added []rune       // blocks of those since it began, nil if it did not
	fixed bool         // the last one was encoded again
}

// begin returns a copy that goes on from here until it is forgotten.
func (t *Text) begin() *Text {
	if t.seen == nil {
		t.seen = map[rune]int{}
	}
	return &Text{last: t.last, seen: t.seen, added: []rune{}}
}

// forget takes what was added out of what it shares with the one it was copied from.
func (t *Text) forget() {
	for _, block := range t.added {
		t.seen[block]--
	}
}

// End has the text end in two characters of ASCII, which is all that ASCII before them has
// to do with what follows.
func (t *Text) End(last, after rune) { t.last[0], t.last[1], t.fixed = after, last, false }

// Add adds a character.
func (t *Text) Add(r rune) {
	t.last[0], t.last[1], t.fixed = r, t.last[0], false
	if r <= 0xFF || Byte(r) != 0 { // what cp1252 has tells nothing
		return
	}
	if t.seen == nil {
		t.seen = map[rune]int{}
	}
	t.seen[blockOf(r)]++
	if t.added != nil {
		t.added = append(t.added, blockOf(r))
	}
}

const nbsp = 0xA0

// fewSeen is how many characters of a block a text has by chance.
const fewSeen = 1

// likely reports whether the first n characters of a run are rather one of UTF-8, r, than
// what they seem to be. A capital with an accent at the end of a word and a sign behind it,
// as in NESTLÉ® and CITÉ», are, and would be IPA or Syriac: such characters must be of a
// block that the text has, or stand beside others of it.
func (t *Text) likely(run []rune, n int, r, after rune) bool {
	first, second := run[0], run[1]
	next, repaired := following(run[n:], after)
	block := blockOf(r)
	beside := blockOf(t.last[0]) == block || blockOf(repaired) == block || blockOf(next) == block
	small := t.last[0] >= 'a' && t.last[0] <= 'z'
	switch {
	case r >= 0x10000, slices.ContainsFunc(run[1:n], unicode.IsControl): // hardly in any text
		return true
	case r < 0x100 && shouts(t.last) && unicode.IsLower(r) && (second == nbsp || !unicode.IsLower(next)): // MANHÃ®
		return repaired != 0
	case r < 0x100, block == 0x2000, r == 0xFEFF:
		return true
	case beside, t.fixed, t.seen[block] > fewSeen:
		return true
	case unicode.IsUpper(first) && small: // which no capital follows
		return true
	}
	if european(r) {
		return unicode.IsLetter(next) || unicode.IsDigit(next) || unicode.IsLetter(second)
	}
	return common(r) && alone(t.last[0]) && alone(next)
}

// shouts reports whether the last characters are two capitals.
func shouts(last [2]rune) bool {
	return last[0] >= 'A' && last[0] <= 'Z' && unicode.IsUpper(last[1])
}

// european reports whether a character is a letter of a language of Europe.
func european(r rune) bool {
	return r < 0x180 || r >= 0x218 && r <= 0x21B || r >= 0x1E00 && r < 0x1F00
}

// common reports whether a character is a letter of today's Greek or Russian, of which one
// may stand alone. What Ó», Ò», Ñ» and the like would be are not.
func common(r rune) bool {
	return r >= 0x386 && r <= 0x3CE || r >= 0x410 && r <= 0x44F
}

// alone reports whether a character is one that is between words, and no sign.
func alone(r rune) bool { return r == 0 || unicode.IsSpace(r) || strings.ContainsRune(",;|\"", r) }

// following returns the character that a run goes on with, and which it is once it is
// repaired, 0 if it is none that can be.
func following(run []rune, after rune) (next, repaired rune) {
	if len(run) == 0 {
		return after, 0
	}
	repaired, _ = encoded(run)
	return run[0], repaired
}

// blockOf returns the start of a character's block: characters of one are in one text,
// of another hardly ever. Latin-1 and signs are in any.
func blockOf(r rune) rune {
	switch {
	case r < 0x100:
		return 0
	case r < 0x180:
		return 0x100
	case r >= 0x400 && r < 0x530:
		return 0x400
	case r >= 0x2000 && r < 0x2C00, r == 'ˆ', r == '˜':
		return 0x2000
	case r >= 0x3000 && r < 0xE000, r >= 0xF900 && r < 0xFB00, r >= 0xFF00 && r < 0xFFF0:
		return 0x3000
	case r >= 0x1E00 && r < 0x1F00:
		return 0x1E00
	}
	return r &^ 0x7F
}
