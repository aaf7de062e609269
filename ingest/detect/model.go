package detect

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"math"
	"math/bits"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

//go:generate go run makemodel.go makecorpus.go

// modelBin is what makemodel.go counted: lines that name the sources and an empty
// one, then a directory in varints and texts (length and bytes):
//
//	number of scripts, and for each its name, its languages, its letters in order,
//	its length and its length here, compressed by zstd
//
// and then the scripts, each compressed by itself so that only those that an input
// could be in are unpacked. Rows have a byte for each language, and are filled up to
// words of eight:
//
//	a row for each letter after each other, 0 being the edge of a word; the number
//	of triples of letters that say more than that, their numbers, each as the
//	distance from the one before, and a row for each, 255 where it says no more;
//	the number of common words, their hashes by distance, their languages, their costs
//
// The last, "ideographs", has for each language the number of characters, the
// characters by distance, and their costs. A cost is the negative logarithm of a
// probability in sixteenths of a nat.
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
	first     int // number of its first language among all
	letters   int // and the edge of a word
	packed    []byte
	size      int // unpacked
	unpacking sync.Once

	stride   int         // bytes of a row
	pairs    []byte      // [before][letter][language]
	index    []tripleRow // open addressing
	shift    int         // of a scrambled number, to its place in index
	triples  []byte      // [row][language]
	words    []uint32    // hashes of common words, ascending
	wordFrom []int32     // by the upper bits of a hash, where in words those begin
	wordOf   []byte      // language of each
	wordCost []byte
	common   [][]byte // of ideographs: [language][character]
}

// tripleRow says in which row a triple of letters is: below rowBits the row, above
// what of its scrambled number its place in the index does not tell, and how many
// places behind its own it is. 0 is none.
type tripleRow uint32

// model is modelBin unpacked.
type model struct {
	scripts      []*script // of letters
	ideographs   *script
	glyphs       []glyph  // of U+0000 to U+2FFF
	languages    []string // of all scripts, the ideographic ones last
	signs        []sign
	signOf       map[rune]byte       // 1 + number in signs
	exponentials [20*nat + 1]float32 // e to the power of minus a cost, at last 0
}

// theModel is read when the first input needs a scorer; of its scripts only what
// they are.
var theModel = sync.OnceValue(func() *model {
	_, data, _ := bytes.Cut(modelBin, []byte("\n\n"))
	m := &model{glyphs: make([]glyph, glyphTable)}
	m.classify()
	for i := range len(m.exponentials) - 1 {
		m.exponentials[i] = float32(math.Exp(-float64(i) / float64(nat)))
	}
	in := unpacker{data}
	var all []*script
	var sizes []int // in the file
	for range in.number() {
		name := in.text()
		s := &script{languages: strings.Fields(in.text()), first: len(m.languages)}
		s.stride = (len(s.languages) + 7) &^ 7
		letters := []rune(in.text())
		s.letters = len(letters) + 1
		s.size = in.number()
		all, sizes = append(all, s), append(sizes, in.number())
		m.languages = append(m.languages, s.languages...)
		if name == "ideographs" {
			m.ideographs = s
			continue
		}
		m.addLetters(name, len(m.scripts), letters)
		m.scripts = append(m.scripts, s)
	}
	for i, s := range all {
		s.packed = in.take(sizes[i])
	}
	return m
})

// unpack unpacks a script when its letters are first met. A command that looks at one
// small file would feel it if all were.
func (s *script) unpack(read func(*script, *unpacker)) {
	r, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		panic(err) // of options that are wrong
	}
	defer r.Close()
	data, err := r.DecodeAll(s.packed, make([]byte, 0, s.size))
	if err != nil {
		panic(err) // the embedded file is broken; TestModel would fail
	}
	read(s, &unpacker{data})
}

// script returns a script of letters, unpacked.
func (m *model) script(number int) *script {
	s := m.scripts[number]
	s.unpacking.Do(func() { s.unpack((*script).readLetters) })
	return s
}

// common returns how common each ideograph is in each language.
func (m *model) common() [][]byte {
	s := m.ideographs
	s.unpacking.Do(func() { s.unpack((*script).readIdeographs) })
	return s.common
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

func (s *script) readLetters(in *unpacker) {
	s.pairs = in.take(s.letters * s.letters * s.stride)
	s.readTriples(in)
	s.readWords(in)
}

// wordBits are the upper bits of a hash by which words are found.
const wordBits = 12

func (s *script) readWords(in *unpacker) {
	s.words = make([]uint32, in.number())
	s.wordFrom = make([]int32, 1<<wordBits+1)
	h := uint32(0)
	for i := range s.words {
		h += uint32(in.number())
		s.words[i] = h
		s.wordFrom[h>>(32-wordBits)+1] = int32(i + 1)
	}
	for i := range s.wordFrom[1:] {
		s.wordFrom[i+1] = max(s.wordFrom[i+1], s.wordFrom[i])
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
	s.index = make([]tripleRow, 1<<bits.Len(uint(2*n)))
	s.shift = tripleBits - bits.Len(uint(len(s.index)-1))
	numbers := make([]int32, n)
	number := int32(0)
	for i := range n {
		number += int32(in.number())
		numbers[i] = number
		at, e := s.place(number)
		for s.index[at] != 0 {
			at, e = (at+1)&(len(s.index)-1), e+1<<rowBits
		}
		s.index[at] = e + tripleRow(i+1)
	}
	s.triples = in.take(n * s.stride)
	pairs := int32(s.letters * s.letters)
	for i, number := range numbers {
		fill(s.triples[i*s.stride:][:s.stride], s.pairs[int(number%pairs)*s.stride:][:s.stride])
	}
}

// fill puts bytes of another row where one has 255.
func fill(row, back []byte) {
	for ; len(row) >= 8; row, back = row[8:], back[8:] {
		w := word(row)
		x := ^w // 0 in the place of 255
		none := ^((x&^highBits + ^uint64(highBits)) | x) & highBits
		none = none >> 7 * 255
		binary.LittleEndian.PutUint64(row, w&^none|word(back)&none)
	}
}

// A triple's number has tripleBits bits, as no script has two hundred letters, and
// there are fewer than 1<<rowBits of them.
const (
	tripleBits = 23
	rowBits    = 15
)

// place scrambles a number without losing any of it and returns its place in the
// index, and what the place does not tell.
func (s *script) place(number int32) (at int, rest tripleRow) {
	h := uint32(number) * 0x9E3779B1 % (1 << tripleBits)
	return int(h >> s.shift), tripleRow(h&(1<<s.shift-1)) << (32 - s.shift)
}

// triple returns the costs by language of letter c after a and b.
func (s *script) triple(a, b, c byte) []byte {
	at, want := s.place((int32(a)*int32(s.letters)+int32(b))*int32(s.letters) + int32(c))
	for {
		e := s.index[at&(len(s.index)-1)]
		if e == 0 {
			return s.pair(b, c)
		}
		if row := int(e - want - 1); row < 1<<rowBits-1 {
			return s.triples[row*s.stride : (row+1)*s.stride]
		}
		at, want = at+1, want+1<<rowBits
	}
}

// pair returns the costs by language of letter b after a.
func (s *script) pair(a, b byte) []byte {
	i := (int(a)*s.letters + int(b)) * s.stride
	return s.pairs[i : i+s.stride]
}

// Ideographs are counted from here to the end of the plane.
const (
	ideographBase = 0x1100
	ideographs    = 0x10000 - ideographBase
)

func (s *script) readIdeographs(in *unpacker) {
	for range s.languages {
		runes := make([]int, in.number())
		r := 0
		for i := range runes {
			r += in.number()
			runes[i] = r - ideographBase
		}
		out := make([]byte, ideographs)
		for i, c := range in.take(len(runes)) {
			if runes[i] < ideographs {
				out[runes[i]] = c
			}
		}
		s.common = append(s.common, out)
	}
}
