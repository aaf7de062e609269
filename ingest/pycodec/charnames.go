package pycodec

import (
	"compress/flate"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
)

// charnamesBin holds what the interpreters know in \N{...}, as makenames.go asked
// them: compressed by flate, and then in varints
//
//	the number of names, and for each: the distance of its character from the one
//	before, a mask of versions, how many bytes it begins with like the name before,
//	and the rest of it to a line end
//	the number of ranges of ideographs, and for each the same with what their names
//	begin with, and the distance of the last character from the first
//
// Names are in the order of their characters, so that neighbours are alike.
//
//go:embed charnames.bin
var charnamesBin string

// charnames are the names of characters, read on first use. Hangul syllables and
// ideographs are not among them: see syllable and ideograph.
type charnames struct {
	named  map[string]namedChar
	ranges []ideographs
}

type namedChar struct {
	char rune
	mask uint // versions that know the name
}

// ideographs are characters whose names are the prefix and their number.
type ideographs struct {
	prefix string
	lo, hi rune
	mask   uint
}

var allNames = sync.OnceValue(readCharnames)

func readCharnames() charnames {
	r := inflated("charnames.bin", charnamesBin)
	c := charnames{named: make(map[string]namedChar, 1<<15)}
	var e namedEntry
	for range r.next() {
		e.read(r)
		c.named[e.name] = namedChar{e.char, e.mask}
	}
	e = namedEntry{}
	for range r.next() {
		e.read(r)
		c.ranges = append(c.ranges, ideographs{e.name, e.char, e.char + rune(r.next()), e.mask})
	}
	return c
}

// inflated returns an embedded file as it was before it was compressed.
func inflated(name, data string) *varints {
	b, err := io.ReadAll(flate.NewReader(strings.NewReader(data)))
	if err != nil {
		panic(name + ": " + err.Error())
	}
	v := varints(b)
	return &v
}

// namedEntry is what was read last.
type namedEntry struct {
	name string
	char rune
	mask uint
}

func (e *namedEntry) read(r *varints) {
	e.char += rune(r.next())
	e.mask = uint(r.next())
	like := e.name[:r.next()]
	rest, _, _ := strings.Cut(string(*r), "\n")
	e.name = like + rest
	r.take(len(rest) + 1)
}

// character returns what \N{name} is in this version, as _getcode of
// Modules/unicodedata.c finds it: in any case of ASCII letters, which until 3.13
// does not go for syllables and ideographs.
func (r *rules) character(name []byte) (rune, bool) {
	s := upperASCII(string(name))
	computed := string(name)
	if r.foldsNames {
		computed = s
	}
	if rest, ok := strings.CutPrefix(computed, "HANGUL SYLLABLE "); ok {
		return syllable(rest)
	}
	if char, ok := r.ideograph(computed); ok {
		return char, true
	}
	n, ok := allNames().named[s]
	return n.char, ok && n.mask&r.bit != 0
}

// The short names of the Jamo, of which those of syllables are made: table
// hangul_syllables in Modules/unicodedata.c.
var jamo = [3][]string{
	{"G", "GG", "N", "D", "DD", "R", "M", "B", "BB", "S", "SS", "", "J", "JJ", "C", "K", "T", "P", "H"},
	{"A", "AE", "YA", "YAE", "EO", "E", "YEO", "YE", "O", "WA", "WAE", "OE", "YO", "U", "WEO", "WE", "WI", "YU", "EU", "YI", "I"},
	{"", "G", "GG", "GS", "N", "NJ", "NH", "D", "L", "LG", "LM", "LB", "LS", "LT", "LP", "LH", "M", "B", "BS", "S", "SS", "NG", "J", "C", "K", "T", "P", "H"},
}

// syllable returns the Hangul syllable of a name: at each step the longest Jamo
// that fits.
func syllable(name string) (rune, bool) {
	index := rune(0)
	for _, column := range jamo {
		best := -1
		for i, s := range column {
			if strings.HasPrefix(name, s) && (best < 0 || len(s) > len(column[best])) {
				best = i
			}
		}
		if best < 0 {
			return 0, false
		}
		name = name[len(column[best]):]
		index = index*rune(len(column)) + rune(best)
	}
	return 0xAC00 + index, name == ""
}

// ideograph returns the character of a name that is a prefix and a number. Until
// 3.13 that was four or five digits, and one too many might be 0.
func (r *rules) ideograph(name string) (rune, bool) {
	for _, x := range allNames().ranges {
		digits, ok := strings.CutPrefix(name, x.prefix)
		if !ok || x.mask&r.bit == 0 || len(digits) < 4 || len(digits) > 5 {
			continue
		}
		char := rune(0)
		for _, c := range []byte(digits) {
			v := hexValue(c)
			if v < 0 || c >= 'a' {
				return 0, false
			}
			char = char<<4 | rune(v)
		}
		if char >= x.lo && char <= x.hi && (!r.foldsNames || fmt.Sprintf("%04X", char) == digits) {
			return char, true
		}
	}
	return 0, false
}

func upperASCII(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' {
			return c - 'a' + 'A'
		}
		return c
	}, s)
}
