package shrink

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// maker makes up words. What it makes has the shape of what was there and depends
// on nothing else than that and a number.
type maker struct {
	next  Next
	found map[mateKey][][]byte // looked for when first asked for
}

// The letters of made-up words. None of them makes a number ("1e5", "0x1f", "10L"), or
// together a word that a Python knows ("nan", "inf", "true", "none", "null").
const (
	consonants = "bkmprstvz"
	vowels     = "aou"
)

// word makes what the characters of a word become, nil for one that nothing can stand
// for. Words of different numbers differ as far as their length allows. Wide is
// whether digits need not be those of a date, which are few.
func (m *maker) word(w *word, number int, wide bool) [][]byte {
	to := make([][]byte, len(w.chars))
	plain := true // no digits in it
	for _, c := range w.chars {
		plain = plain && !unicode.IsNumber(c.r)
	}
	for i := 0; i < len(w.chars); {
		n := digitsAt(w.chars[i:])
		if n == 0 {
			to[i], number = m.letter(w, i, number, plain)
			i++
			continue
		}
		for k, d := range digits(w.chars[i:i+n], number, wide) {
			to[i+k] = m.coded(w, i+k, d)
		}
		i, number = i+n, number/7
	}
	return to
}

// letter makes one character that is no ASCII digit, and says what is left of the
// number.
func (m *maker) letter(w *word, i, number int, plain bool) ([]byte, int) {
	c := w.chars[i]
	if c.r >= utf8.RuneSelf {
		mates := m.mates(c)
		if len(mates) == 0 {
			return nil, number
		}
		return mates[number%len(mates)], number / len(mates)
	}
	from := consonants
	if plain && i%2 == 1 {
		from = vowels
	}
	b := from[(number+i)%len(from)]
	if unicode.IsUpper(c.r) {
		b -= 'a' - 'A'
	}
	return m.coded(w, i, b), number / len(from)
}

// coded is an ASCII character as the charset has it in the place of another one: the
// same byte in most, among zeros in UTF-16 and UTF-32, another one in EBCDIC.
func (m *maker) coded(w *word, i int, b byte) []byte {
	c := w.chars[i]
	out := []byte(w.text[c.at : c.at+c.n])
	for k := range out {
		if out[k] == byte(c.r) {
			out[k] = b
			break
		}
	}
	if r, n := m.next(out); n == len(out) && r == rune(b) {
		return out
	}
	for x := range 0x100 {
		if r, n := m.next([]byte{byte(x)}); c.n == 1 && n == 1 && r == rune(b) {
			return []byte{byte(x)}
		}
	}
	return nil
}

func digitsAt(chars []char) int {
	n := 0
	for n < len(chars) && chars[n].r >= '0' && chars[n].r <= '9' {
		n++
	}
	return n
}

// digits makes a number. From its end pairs of digits are below 13, so that dates and
// times stay such: with a zero in front where there was one. A year keeps its
// century. Zeros alone say nothing and stay. Where that is too little to tell numbers
// apart, any digits will do.
func digits(chars []char, number int, wide bool) []byte {
	out := make([]byte, len(chars))
	for i := range out {
		pair := (len(out) - i) % 2
		was, tens := byte(chars[i].r), byte('0')
		if i > 0 {
			tens = out[i-1]
		}
		switch {
		case was == '0' && (i == 0 || pair == 0 || byte(chars[i-1].r) == '0'):
			out[i] = '0'
		case wide:
			out[i], number = '1'+byte((number+i)%9), number/9+i
		case pair == 0: // the tens
			out[i] = '1'
		case i > 0 && tens == '1':
			out[i] = "012"[(number+i)%3]
		default:
			out[i] = '1' + byte((number+i)%9)
		}
	}
	if year := string([]byte{byte(chars[0].r), byte(chars[min(1, len(chars)-1)].r)}); len(out) >= 4 && len(out)%2 == 0 && (year == "19" || year == "20") {
		copy(out, "20")
	}
	return out
}

// alternatives returns what a character may become beside what it is to become first.
func (m *maker) alternatives(w *word, i int) [][]byte {
	c := w.chars[i]
	if c.r >= utf8.RuneSelf {
		return m.mates(c)
	}
	from := "xqkz"
	switch {
	case unicode.IsDigit(c.r):
		from = "0195"
	case unicode.IsUpper(c.r):
		from = "XQKZ"
	}
	var out [][]byte
	for _, b := range []byte(from) {
		if to := m.coded(w, i, b); rune(b) != c.r && to != nil {
			out = append(out, to)
		}
	}
	return out
}

// mateKey is what characters that may stand for each other have in common.
type mateKey struct {
	kind int // index in kinds
	size int
}

var kinds = []*unicode.RangeTable{unicode.Lu, unicode.Ll, unicode.Lt, unicode.Lm, unicode.Lo, unicode.Nd, unicode.Nl, unicode.No}

// fewMates is how many characters of a kind are looked for.
const fewMates = 6

// mates returns characters of the same kind and number of bytes as one that is not
// ASCII, none if the charset has no other.
func (m *maker) mates(c char) [][]byte {
	key := mateKey{slices.IndexFunc(kinds, func(k *unicode.RangeTable) bool { return unicode.Is(k, c.r) }), c.n}
	if m.found == nil {
		m.found = map[mateKey][][]byte{}
	}
	if _, known := m.found[key]; !known {
		m.found[key] = m.find(key)
	}
	return m.found[key]
}

// find looks for characters of a kind among all that have so many bytes. Those come
// first that are letters in most charsets, and of two bytes common ideographs.
func (m *maker) find(key mateKey) [][]byte {
	var out [][]byte
	try := func(b []byte) bool {
		if r, n := m.next(b); n == len(b) && r >= utf8.RuneSelf && says(r) && unicode.Is(kinds[key.kind], r) {
			out = append(out, slices.Clone(b))
		}
		return len(out) < fewMates
	}
	switch key.size {
	case 1:
		for _, from := range []int{0xE0, 0xC0, 0x80, 0x40} {
			for b := from; b < from+0x20 && try([]byte{byte(b)}); b++ {
			}
		}
	case 2:
		for n := 0; n < 0x10000 && try([]byte{byte(n>>8 + 0xC3), byte(n + 0xA1)}); n++ {
		}
	default:
		for r := rune(0xA1); r <= unicode.MaxRune && (utf8.RuneLen(r) != key.size || try(utf8.AppendRune(nil, r))); r++ {
		}
	}
	return out
}
