package detect

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"math"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
)

//go:generate go run makemodel.go makecorpus.go

// modelBin is what makemodel.go counted: lines that name the sources and an empty
// one, then compressed by zstd, in varints and bytes:
//
//	for each script its name, its languages and its letters (length and text); for
//	each language the cost of each letter after each other, 0 being the edge of a
//	word; the number of triples of letters that say more than that, their numbers,
//	each as the distance from the one before, and for each language their costs
//
//	at last "ideographs", its languages, and for each the number of characters, the
//	characters by distance, and their costs
//
// A cost is the negative logarithm of a probability in sixteenths of a nat.
//
//go:embed model.bin
var modelBin []byte

// A cost is a negative logarithm of a probability in sixteenths of a nat, so that
// all sums are the same on every machine.
type cost = int32

const nat cost = 16 // one nat

// maxLanguages is the most languages that share a script.
const maxLanguages = 40

// script is what is known of the languages that share letters.
type script struct {
	languages []string
	letters   int
	stride    int     // bytes of a row: a cost for each language, in words of eight
	pairs     []byte  // [before][letter][language]
	keys      []int32 // open addressing by triple number + 1, to rows
	rows      []int32
	triples   []byte   // [row][language]
	first     int      // number of its first language among all
	words     []uint32 // hashes of common words, ascending
	wordOf    []byte   // language of each
	wordCost  []byte
}

// model is modelBin unpacked.
type model struct {
	scripts    []*script
	glyphs     []glyph // of U+0000 to U+2FFF
	ideographs [4][]byte
	languages  []string // of all scripts, the ideographic ones last
}

// The classes of what stands beside a symbol.
const (
	classSpace = 1 << iota // blank, delimiter, quote or the edge of the text
	classDigit
	classLetter
	classPunct // other ASCII
	classOther
)

// glyph is what the scorer knows about a character.
type glyph struct {
	script byte // 1 + number in model.scripts; 0: no letter that any language has
	letter byte // number in its script
	class  byte
	kind   byte // upper, lower, or what has neither
	sign   byte // 1 + number in signs
}

const (
	caseless = iota
	lowerCase
	upperCase
	ideographic // counted by itself
	alien       // a letter of no language we know
)

const glyphTable = 0x3000

// theModel is unpacked when the first input needs a scorer.
var theModel = sync.OnceValue(func() *model {
	_, packed, _ := bytes.Cut(modelBin, []byte("\n\n"))
	data, err := unpack(packed)
	if err != nil {
		panic(err) // the embedded file is broken; TestModel would fail
	}
	m := &model{glyphs: make([]glyph, glyphTable)}
	m.classify()
	in := unpacker{data}
	for {
		name := in.text()
		if name == "ideographs" {
			break
		}
		m.addScript(&in, name)
	}
	for i, l := range strings.Fields(in.text()) {
		m.languages = append(m.languages, l)
		m.ideographs[i] = in.ideographs()
	}
	return m
})

// unpack takes a fifth of the time that flate would, which a single small file in a
// command of its own would feel.
func unpack(packed []byte) ([]byte, error) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return r.DecodeAll(packed, nil)
}

type unpacker struct{ data []byte }

func (u *unpacker) number() int {
	n, k := binary.Uvarint(u.data)
	u.data = u.data[k:]
	return int(n)
}

func (u *unpacker) take(n int) []byte {
	p := u.data[:n]
	u.data = u.data[n:]
	return p
}

func (u *unpacker) text() string { return string(u.take(u.number())) }

// classify fills in what needs no counts.
func (m *model) classify() {
	for r := range rune(glyphTable) {
		m.glyphs[r] = glyph{class: classOf(r), sign: signs().number[r]}
		if r >= 0x80 && m.glyphs[r].class == classLetter {
			m.glyphs[r].kind = alien
		}
	}
}

func classOf(r rune) byte {
	switch {
	case r <= ' ' || strings.ContainsRune(",;|\"", r):
		return classSpace
	case r >= '0' && r <= '9':
		return classDigit
	case r < 0x80 && (r|0x20 < 'a' || r|0x20 > 'z'):
		return classPunct
	case strings.ContainsRune("ªºƒµ", r):
		return classOther
	case unicode.IsLetter(r) || unicode.Is(unicode.Mn, r):
		return classLetter
	}
	return classOther
}

// transpose turns rows by language into rows by what they are about.
func (s *script) transpose(in []byte) []byte {
	n := len(in) / len(s.languages)
	out := make([]byte, n*s.stride)
	for l := range s.languages {
		at := l
		for _, c := range in[l*n : (l+1)*n] {
			out[at] = c
			at += s.stride
		}
	}
	return out
}

func (m *model) addScript(in *unpacker, name string) {
	s := &script{languages: strings.Fields(in.text()), first: len(m.languages)}
	m.languages = append(m.languages, s.languages...)
	m.scripts = append(m.scripts, s)
	s.stride = (len(s.languages) + 7) &^ 7
	letters := []rune(in.text())
	s.letters = len(letters) + 1
	for i, r := range letters {
		g := glyph{script: byte(len(m.scripts)), letter: byte(i + 1), class: classLetter}
		if up := unicode.ToUpper(r); up != r && up < glyphTable {
			g.kind = upperCase
			m.glyphs[up] = g
			g.kind = lowerCase
		}
		if r < glyphTable {
			m.glyphs[r] = g
		}
	}
	if name == "latin" {
		for _, same := range []string{"İI", "șş", "ȘŞ", "țţ", "ȚŢ"} { // as makemodel.go counted them
			r := []rune(same)
			m.glyphs[r[0]] = m.glyphs[r[1]]
		}
	}
	s.pairs = s.transpose(in.take(s.letters * s.letters * len(s.languages)))
	s.readTriples(in)
	s.readWords(in)
}

func (s *script) readWords(in *unpacker) {
	s.words = make([]uint32, in.number())
	h := uint32(0)
	for i := range s.words {
		h += uint32(in.number())
		s.words[i] = h
	}
	s.wordOf, s.wordCost = in.take(len(s.words)), in.take(len(s.words))
}

// The start of a word's hash, and a further letter's part in it.
const firstHash uint32 = 2166136261

func hashLetter(h uint32, letter byte) uint32 { return (h ^ uint32(letter)) * 16777619 }

// readTriples fills in, where a language has no count of three letters, what it has
// of the last two.
func (s *script) readTriples(in *unpacker) {
	n := in.number()
	size := 1
	for size < 2*n {
		size *= 2
	}
	s.keys, s.rows = make([]int32, size), make([]int32, size)
	numbers := make([]int32, n)
	key := int32(0)
	for i := range n {
		key += int32(in.number())
		numbers[i] = key
		at := int(hash(key)) & (size - 1)
		for s.keys[at] != 0 {
			at = (at + 1) & (size - 1)
		}
		s.keys[at], s.rows[at] = key+1, int32(i)
	}
	s.triples = s.transpose(in.take(n * len(s.languages)))
	pairs := int32(s.letters * s.letters)
	for i, key := range numbers {
		back := s.pairs[int(key%pairs)*s.stride:]
		for j, c := range s.triples[i*s.stride : i*s.stride+len(s.languages)] {
			if c == 255 {
				s.triples[i*s.stride+j] = back[j]
			}
		}
	}
}

func hash(key int32) uint32 { return uint32(key) * 2654435761 >> 7 }

// triple returns the costs by language of letter c after a and b.
func (s *script) triple(a, b, c byte) []byte {
	key := (int32(a)*int32(s.letters)+int32(b))*int32(s.letters) + int32(c)
	mask := len(s.keys) - 1
	for at := int(hash(key)) & mask; s.keys[at] != 0; at = (at + 1) & mask {
		if s.keys[at] == key+1 {
			i := int(s.rows[at]) * s.stride
			return s.triples[i : i+s.stride]
		}
	}
	return s.pair(b, c)
}

// pair returns the costs by language of letter b after a.
func (s *script) pair(a, b byte) []byte {
	i := (int(a)*s.letters + int(b)) * s.stride
	return s.pairs[i : i+s.stride]
}

const (
	ideographBase = 0x1100
	ideographs    = 0x10000 - ideographBase
)

func (u *unpacker) ideographs() []byte {
	n := u.number()
	runes := make([]int, n)
	r := 0
	for i := range n {
		r += u.number()
		runes[i] = r
	}
	out := make([]byte, ideographs)
	for i, c := range u.take(n) {
		if k := runes[i] - ideographBase; k < ideographs {
			out[k] = c
		}
	}
	return out
}

// glyph returns what is known about a character.
func (m *model) glyph(r rune) glyph {
	switch {
	case r < glyphTable:
		return m.glyphs[r]
	case r >= 0x3041 && r <= 0x30FF, r >= 0x3400 && r <= 0x9FFF, r >= 0xAC00 && r <= 0xD7A3:
		return glyph{class: classLetter, kind: ideographic}
	case r >= presented && r < presented+rune(len(presentation)/2):
		shape, _ := utf8.DecodeRuneInString(presentation[2*(r-presented):])
		return m.glyphs[shape]
	case unicode.IsLetter(r):
		return glyph{class: classLetter, kind: alien}
	}
	return glyph{class: classOther, sign: signs().number[r]}
}

// presentation are the letters behind the shapes of Arabic letters from U+FE80 on,
// which cp864 has in place of the letters; each takes two bytes.
const presented = 0xFE80

const presentation = "ءآآأأؤؤإإئئئئااببببةةتتتتثثثثججججححححخخخخددذذررززسسسسششششصصصصضضضضططططظظظظععععغغغغففففققققككككللللممممننننههههووىىييييلللللللل"

// exponentials are e to the power of minus a cost.
var exponentials = sync.OnceValue(func() *[20 * nat]float32 {
	t := new([20 * nat]float32)
	for i := range t {
		t[i] = float32(math.Exp(-float64(i) / float64(nat)))
	}
	return t
})
