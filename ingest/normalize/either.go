package normalize

import (
	"fmt"
	"unicode/utf8"
)

// eitherDecoder reads what mixes UTF-8 and another charset word by word: a word that is
// UTF-8 is in that, and any other in the other.
type eitherDecoder struct {
	utf8  decoder
	other decoder
	now   decoder // of the word at hand, nil outside of words
}

// maxWord bounds how far a word is looked at.
const maxWord = 4096

// newEither makes the decoder of a range with two charsets.
func newEither(charset, or string) (decoder, error) {
	other, err := newDecoder(or)
	if err != nil {
		return nil, err
	}
	if charset != "utf-8" || !other.ascii() {
		return nil, fmt.Errorf("normalize %s or %s: %w", charset, or, ErrNotModelled)
	}
	return &eitherDecoder{utf8: &utf8Decoder{}, other: other}, nil
}

// ascii is false, so that no run is taken by which a word ends unseen.
func (*eitherDecoder) ascii() bool { return false }

func (d *eitherDecoder) next(p []byte, final bool) ([]byte, int, string) {
	n := wordLength(p)
	switch {
	case n == 0:
		d.now = nil
		return p[:1], 1, ""
	case d.now != nil:
	case n == len(p) && n < maxWord && !final:
		return nil, 0, ""
	default:
		if n == maxWord || n == len(p) && !final {
			n = wholeCharacters(p[:n])
		}
		if d.now = d.other; utf8.Valid(p[:n]) {
			d.now = d.utf8
		}
	}
	return d.now.next(p, final)
}

// wordLength is how many bytes there are before a sign or a blank, at most maxWord of
// them: no character of several bytes has one of those in it.
func wordLength(p []byte) int {
	for i, c := range p[:min(len(p), maxWord)] {
		if c < '0' || c > '9' && c < '@' {
			return i
		}
	}
	return min(len(p), maxWord)
}
