package pycodec

import (
	_ "embed"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
	"unicode/utf8"
	"unsafe"
)

// planesBin holds the tables of the multi-byte codecs, as makeplanes.go measured
// them on the interpreters, one after the other. The numbers in it are varints.
//
//	number of pairs, and each pair's two code points
//	number of planes, and for each: length of the name, name, length, runs
//
// A run is count<<2|kind and fills count entries of the plane:
//
//	0  with 0, no character
//	1  with successive code points, the first as its distance from the entry before
//	2  with code points, each as the distance from the entry before
//	3  with entries of another plane: its number, and the distance of the first
//	   from the place after those copied last
//
// As Japanese sets are rearrangements of one another, and the Chinese and Korean
// ones extend smaller ones, copies make compression superfluous.
//
//go:embed planes.bin
var planesBin string

// pairBase is added to the index of a pair of characters to make an entry.
const pairBase = 0x110000

// planeSize is the number of two-byte sequences with the high bit set in the
// first: a character's index is (first-0x80)<<8 | second.
const planeSize = 128 * 256

// directory says where in planesBin each plane lies. Nothing is read until a codec
// needs its own.
type directory struct {
	pairs  [][2]rune
	runs   []string
	number map[string]int
}

var planes = sync.OnceValue(func() directory {
	r := varints(planesBin)
	d := directory{number: map[string]int{}}
	d.pairs = make([][2]rune, r.next())
	for i := range d.pairs {
		d.pairs[i] = [2]rune{rune(r.next()), rune(r.next())}
	}
	d.runs = make([]string, r.next())
	for i := range d.runs {
		name := r.take(r.next())
		d.number[name] = i
		d.runs[i] = r.take(r.next())
	}
	return d
})

// varints is what is left to read of planesBin.
type varints string

func (v *varints) next() int {
	n, size := binary.Uvarint([]byte((*v)[:min(len(*v), binary.MaxVarintLen32)]))
	*v = (*v)[size:]
	return int(n)
}

func (v *varints) signed() int {
	n := v.next()
	return n>>1 ^ -(n & 1)
}

func (v *varints) take(n int) string {
	s := string((*v)[:n])
	*v = (*v)[n:]
	return s
}

// expand returns the entries of a plane: code points, pairs or 0.
func (d directory) expand(number int) []rune {
	out := make([]rune, 0, planeSize)
	prev, from := rune(0), 0
	sources := map[int][]rune{}
	for r := varints(d.runs[number]); len(r) > 0; {
		head := r.next()
		n := head >> 2
		switch head & 3 {
		case 0:
			out = append(out, make([]rune, n)...)
			continue // prev stays
		case 1:
			prev += rune(r.signed())
			for i := range n {
				out = append(out, prev+rune(i))
			}
		case 2:
			for range n {
				prev += rune(r.signed())
				out = append(out, prev)
			}
		case 3:
			source := r.next()
			if sources[source] == nil {
				sources[source] = d.expand(source)
			}
			at := from + r.signed()
			from = at + n
			out = append(out, sources[source][at:from]...)
		}
		prev = out[len(out)-1]
	}
	return out
}

// A plane gives the text of two-byte sequences: the UTF-8 of the character as in
// byteTable, with wide set an index into planes().pairs or an astral code point,
// or 0 for none.
//
// Its rows are a cache line further apart than the 256 entries they have: else the
// characters of all rows, which lie in the same part of each, would contend for the
// same few places of a cache.
type plane [128 * planeStride]uint32

const planeStride = 256 + 64/4

// index is where the entry of a two-byte sequence is.
func index(a, b byte) int { return int(a&0x7F)*planeStride + int(b) }

const wide = 1 << 31

// newPlane expands a plane by name. It costs about a millisecond, so each codec
// keeps its own.
func newPlane(name string) *plane {
	d := planes()
	p := new(plane)
	for i, r := range d.expand(d.number[name]) {
		at := index(byte(i>>8), byte(i))
		switch {
		case r >= 0x10000:
			p[at] = wide | uint32(r)
		case r > 0:
			p[at] = packRune(r)
		}
	}
	return p
}

// withdraw marks the characters that a later edition has.
func (p *plane) withdraw(later *plane) {
	for i := range p {
		if p[i] == 0 && later[i] != 0 {
			p[i] = withdrawn
		}
	}
}

// lookup returns the entry of a two-byte sequence.
func (p *plane) lookup(a, b byte) uint32 { return p[index(a, b)] }

// run decodes the two-byte characters of the BMP at the start of src, and the ASCII
// between them if ascii is set, and returns how many bytes they were.
func (p *plane) run(dst, src []byte, ascii bool) ([]byte, int) {
	n, at := len(dst), 0
	dst = slices.Grow(dst, (len(src)+1)/2*3+4) // three bytes for two, and a word that begins in the last
	out := unsafe.Pointer(unsafe.SliceData(dst))
	for at < len(src) {
		c := src[at]
		if c < utf8.RuneSelf {
			if !ascii {
				break
			}
			if at+8 <= len(src) { // as much as there is of it in eight bytes
				w := binary.LittleEndian.Uint64(src[at:])
				binary.LittleEndian.PutUint64((*[8]byte)(unsafe.Add(out, n))[:], w)
				size := bits.TrailingZeros64(w&0x8080808080808080) / 8
				n, at = n+size, at+size
				continue
			}
			*(*byte)(unsafe.Add(out, n)) = c
			n, at = n+1, at+1
			continue
		}
		if at+1 == len(src) {
			break
		}
		e := p.lookup(c, src[at+1])
		if e-withdrawn-1 >= wide-withdrawn-1 { // none, or not of the BMP
			break
		}
		binary.LittleEndian.PutUint32((*[4]byte)(unsafe.Add(out, n))[:], e)
		n, at = n+int(e>>24), at+2
	}
	return dst[:n], at
}

// seven is run for what is written in bytes of seven bits, as ISO-2022 does, up to a control
// character.
func (p *plane) seven(dst, src []byte) ([]byte, int) {
	n, at := len(dst), 0
	dst = slices.Grow(dst, (len(src)+1)/2*3+4)
	out := unsafe.Pointer(unsafe.SliceData(dst))
	for ; at+1 < len(src); at += 2 {
		a, b := src[at], src[at+1]
		if a-' ' >= utf8.RuneSelf-' ' || b >= utf8.RuneSelf {
			break
		}
		e := p.lookup(a, b|0x80)
		if e-withdrawn-1 >= wide-withdrawn-1 { // none, or not of the BMP
			break
		}
		binary.LittleEndian.PutUint32((*[4]byte)(unsafe.Add(out, n))[:], e)
		n += int(e >> 24)
	}
	return dst[:n], at
}

// appendEntry appends the text of an entry other than 0.
func appendEntry(dst []byte, e uint32) []byte {
	if e&wide == 0 {
		n := len(dst)
		return append(dst, byte(e), byte(e>>8), byte(e>>16))[:n+int(e>>24)]
	}
	r := rune(e &^ wide)
	if r < pairBase {
		return utf8.AppendRune(dst, r)
	}
	pair := planes().pairs[r-pairBase]
	return utf8.AppendRune(utf8.AppendRune(dst, pair[0]), pair[1])
}
