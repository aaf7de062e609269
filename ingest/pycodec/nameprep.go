package pycodec

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/feedparity/feedparity/ingest/pynorm"
)

// nameprepBin holds what nameprep of Lib/encodings/idna.py does with each character,
// as makenameprep.go asked the interpreters: compressed by flate, and then in varints
// a section for each of
//
//	map         what the tables B.1 and B.2 of RFC 3454 make of it
//	class       its combining class
//	decompose   what NFKD of Unicode 3.2 makes of it
//	pair        the two characters that NFC puts together to it
//	prohibited  that it begins a range of tables C.1.2 and C.2.2 to C.9; its end
//	right       the same of table D.1, text from right to left
//	left        the same of table D.2
//
// with the number of entries, and for each the distance of the character from the one
// before, a mask of versions, and how many code points follow, each as its distance
// from the character.
//
//go:embed nameprep.bin
var nameprepBin string

// preparation is one version's share of nameprepBin. The tables of RFC 3454 are of
// Unicode 3.2, but lower case, combining classes and compositions are those of the
// Unicode that the version has.
type preparation struct {
	mapped                  map[rune][]rune
	prohibited, right, left []charRange
	norm                    pynorm.Data
	classes                 map[rune]int
	decompositions          map[rune][]rune
	pairs                   map[[2]rune]rune
	first                   map[rune]bool
}

type charRange struct{ lo, hi rune }

func has(ranges []charRange, c rune) bool {
	for _, r := range ranges {
		if c >= r.lo && c <= r.hi {
			return true
		}
	}
	return false
}

// preparations are made when a version first needs its own.
var preparations sync.Map // of uint, the version's bit, to func() *preparation

func (r *rules) preparation() *preparation {
	made, _ := preparations.LoadOrStore(r.bit, sync.OnceValue(func() *preparation { return newPreparation(r.bit) }))
	return made.(func() *preparation)()
}

func newPreparation(bit uint) *preparation {
	p := &preparation{
		mapped:         map[rune][]rune{},
		classes:        map[rune]int{},
		decompositions: map[rune][]rune{},
		pairs:          map[[2]rune]rune{},
		first:          map[rune]bool{},
	}
	span := func(to *[]charRange) func(rune, []rune) {
		return func(c rune, v []rune) { *to = append(*to, charRange{c, v[0]}) }
	}
	r := inflated("nameprep.bin", nameprepBin)
	for _, add := range []func(c rune, values []rune){
		func(c rune, v []rune) { p.mapped[c] = v },
		func(c rune, v []rune) { p.classes[c] = int(v[0]) },
		func(c rune, v []rune) { p.decompositions[c] = v },
		func(c rune, v []rune) { p.pairs[[2]rune{v[0], v[1]}], p.first[v[0]] = c, true },
		span(&p.prohibited), span(&p.right), span(&p.left),
	} {
		section(r, bit, add)
	}
	p.norm = pynorm.Data{
		Decompose: func(dst []rune, c rune) []rune {
			if d, ok := p.decompositions[c]; ok {
				return append(dst, d...)
			}
			return append(dst, c)
		},
		Class: func(c rune) int { return p.classes[c] },
		Pair:  func(a, b rune) (rune, bool) { c, ok := p.pairs[[2]rune{a, b}]; return c, ok },
		Leads: func(c rune) bool { return p.first[c] },
	}
	return p
}

// section reads the next section and hands over the version's entries.
func section(r *varints, bit uint, add func(c rune, values []rune)) {
	c := rune(0)
	for range r.next() {
		c += rune(r.next())
		mask := uint(r.next())
		values := make([]rune, r.next())
		for i := range values {
			values[i] = c + rune(r.signed())
		}
		if mask&bit != 0 {
			add(c, values)
		}
	}
}

// nameprep is nameprep of a label: mapped, in normal form NFKC, without prohibited
// characters and without mixed directions.
func (k idnaCodec) nameprep(label []rune) ([]rune, *Error) {
	p := k.rules.preparation()
	var text []rune
	for _, c := range label {
		if m, ok := p.mapped[c]; ok {
			text = append(text, m...)
		} else {
			text = append(text, c)
		}
	}
	text = pynorm.Compose(pynorm.Decompose(text, &p.norm), &p.norm)
	for i, c := range text {
		if has(p.prohibited, c) {
			return nil, k.refused("Invalid character "+k.reprChar(c), i, i+1)
		}
	}
	return text, k.bidi(p, text)
}

// bidi refuses text from right to left that has a character of the other direction,
// or begins or ends with one that has none.
func (k idnaCodec) bidi(p *preparation, text []rune) *Error {
	right := func(c rune) bool { return has(p.right, c) }
	if !anyOf(text, right) {
		return nil
	}
	for i, c := range text {
		if has(p.left, c) {
			return k.refused("Violation of BIDI requirement 2", i, i+1)
		}
	}
	const third = "Violation of BIDI requirement 3"
	switch n := len(text); {
	case !right(text[0]):
		return k.refused(third, 0, 1)
	case !right(text[n-1]):
		return k.refused(third, n-1, n)
	}
	return nil
}

func anyOf(text []rune, is func(rune) bool) bool {
	for _, c := range text {
		if is(c) {
			return true
		}
	}
	return false
}

// reprChar is repr() of a prohibited character. In 3.x a few can be printed: the
// replacement characters and what describes ideographs.
func (k idnaCodec) reprChar(c rune) string {
	prefix := ""
	if k.rules.whole.py2 {
		prefix = "u"
	}
	switch {
	case !k.rules.whole.py2 && (c == 0xFFFC || c == 0xFFFD || c >= 0x2FF0 && c <= 0x2FFB):
		return "'" + string(c) + "'"
	case c < 0x100:
		return fmt.Sprintf(`%s'\x%02x'`, prefix, c)
	case c < 0x10000:
		return fmt.Sprintf(`%s'\u%04x'`, prefix, c)
	}
	return fmt.Sprintf(`%s'\U%08x'`, prefix, c)
}
