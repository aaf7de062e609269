package pycodec

import (
	_ "embed"
	"encoding/binary"
	"sync"
	"unicode/utf8"
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
type plane [planeSize]uint32

const wide = 1 << 31

// newPlane expands a plane by name. It costs about a millisecond, so each codec
// keeps its own.
func newPlane(name string) *plane {
	d := planes()
	p := new(plane)
	for i, r := range d.expand(d.number[name]) {
		switch {
		case r >= 0x10000:
			p[i] = wide | uint32(r)
		case r > 0:
			p[i] = packRune(r)
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
func (p *plane) lookup(a, b byte) uint32 { return p[int(a&0x7F)<<8|int(b)] }

// run decodes the two-byte characters of the BMP at the start of src and returns
// how many bytes they were.
func (p *plane) run(dst, src []byte) ([]byte, int) {
	at := 0
	for at+1 < len(src) && src[at] >= utf8.RuneSelf {
		e := p.lookup(src[at], src[at+1])
		if e <= withdrawn || e&wide != 0 {
			break
		}
		n := len(dst)
		dst = append(dst, byte(e), byte(e>>8), byte(e>>16))[:n+int(e>>24)]
		at += 2
	}
	return dst, at
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
