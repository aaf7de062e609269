package detect

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"hash/maphash"
	"math"
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

	stride   int      // bytes of a row
	pairs    []byte   // [row][language]
	pairRow  []uint16 // [before][letter]: all that no text had share a letter's row, so that a cache holds them
	begin    []uint16 // [before][letter]: the first row of triples that begin so
	last     []byte   // the last letter of each triple
	triples  []byte   // [row][language]
	words    []uint32 // hashes of common words, ascending
	wordFrom []int32  // by the upper bits of a hash, where in words those begin
	wordOf   []byte   // language of each
	wordCost []byte
	common   [][]byte // of ideographs: [language][character]
}

// model is modelBin unpacked.
type model struct {
	scripts      []*script // of letters
	ideographs   *script
	glyphs       []glyph // of U+0000 to U+2FFF
	ascii        [128]char
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
	m.divide()
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
	s.sharePairs()
	s.readTriples(in)
	s.readWords(in)
	s.closeRows(s.pairs)
	s.closeRows(s.triples)
}

// closeRows fills up rows with what is no language's least cost.
func (s *script) closeRows(rows []byte) {
	for ; len(rows) > 0; rows = rows[s.stride:] {
		for i := len(s.languages); i < s.stride; i++ {
			rows[i] = 255
		}
	}
}

// sharePairs finds the first row that is like each.
func (s *script) sharePairs() {
	s.pairRow = make([]uint16, s.letters*s.letters)
	seed := maphash.MakeSeed()
	seen := make([]uint16, 1<<16) // open addressing: 1 + number of a row
	for i := range s.pairRow {
		row := s.row(i)
		at := uint16(maphash.Bytes(seed, row))
		for seen[at] > 0 && !bytes.Equal(s.row(int(seen[at]-1)), row) {
			at++
		}
		if seen[at] == 0 {
			seen[at] = uint16(i + 1)
		}
		s.pairRow[i] = seen[at] - 1
	}
}

// row returns a row of pairs.
func (s *script) row(i int) []byte { return s.pairs[i*s.stride : (i+1)*s.stride] }

// wordBits are the upper bits of a hash by which words are found.
const wordBits = 14

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
	pairs, number := s.letters*s.letters, 0
	s.begin, s.last = make([]uint16, pairs+1), make([]byte, n)
	numbers := make([]int, n)
	for i := range numbers {
		number += in.number()
		numbers[i], s.last[i] = number, byte(number%s.letters)
		s.begin[number/s.letters+1] = uint16(i + 1)
	}
	for i := range pairs { // those with which none begins
		s.begin[i+1] = max(s.begin[i], s.begin[i+1])
	}
	s.triples = in.take(n * s.stride)
	for i, number := range numbers {
		fill(s.triples[i*s.stride:][:s.stride], s.row(number%pairs))
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

// triple returns the costs by language of letter c after a and b.
func (s *script) triple(a, b, c byte) []byte {
	before := int(a)*s.letters + int(b)
	from := int(s.begin[before])
	if i := bytes.IndexByte(s.last[from:s.begin[before+1]], c); i >= 0 {
		return s.triples[(from+i)*s.stride : (from+i+1)*s.stride]
	}
	return s.pair(b, c)
}

// pair returns the costs by language of letter b after a.
func (s *script) pair(a, b byte) []byte {
	return s.row(int(s.pairRow[int(a)*s.letters+int(b)]))
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
