package pycodec

import (
	"sort"
	"sync"
	"unicode/utf8"
)

// asciiKernel mirrors PyUnicode_DecodeASCII.
type asciiKernel struct{}

func (asciiKernel) run(dst, src []byte, at int, _ bool) ([]byte, int, malformed) {
	n := asciiLen(src[at:])
	dst, at = append(dst, src[at:at+n]...), at+n
	if at == len(src) {
		return dst, at, malformed{}
	}
	return dst, at, malformed{at, at + 1, "ordinal not in range(128)", "ascii"}
}

// byteTable gives for each byte the UTF-8 of its character: up to three bytes, the
// first lowest, below a top byte that is their number. 0 is an undefined byte.
type byteTable [256]uint32

// tableKernel mirrors PyUnicode_DecodeCharmap with a string for a mapping, and
// PyUnicode_DecodeLatin1, in which nothing is undefined.
type tableKernel struct {
	table *byteTable
	ascii bool // bytes below 0x80 stand for themselves
}

func (k tableKernel) run(dst, src []byte, at int, _ bool) ([]byte, int, malformed) {
	for at < len(src) {
		if k.ascii && src[at] < utf8.RuneSelf {
			n := asciiLen(src[at:])
			dst, at = append(dst, src[at:at+n]...), at+n
			continue
		}
		e := k.table[src[at]]
		if e == 0 {
			return dst, at, malformed{at, at + 1, "character maps to <undefined>", "charmap"}
		}
		n := len(dst)
		dst = append(dst, byte(e), byte(e>>8), byte(e>>16))[:n+int(e>>24)]
		at++
	}
	return dst, at, malformed{}
}

func newByteTable(chars []rune) *byteTable {
	t := new(byteTable)
	first := len(t) - len(chars) // the rest is ASCII
	for i := range first {
		t[i] = packRune(rune(i))
	}
	for i, r := range chars {
		if r != undefined {
			t[first+i] = packRune(r)
		}
	}
	return t
}

// undefined marks bytes without a character in tables.go.
const undefined = 0xFFFE

func packRune(r rune) uint32 {
	var b [utf8.UTFMax]byte
	n := utf8.EncodeRune(b[:], r)
	return uint32(n)<<24 | uint32(b[2])<<16 | uint32(b[1])<<8 | uint32(b[0])
}

// built holds the expanded tables, each made when first asked for.
var built [len(singleTables)]struct {
	once   sync.Once
	kernel tableKernel
}

// single returns the kernel of a table in singleTables.
func single(name string) tableKernel {
	i := sort.Search(len(singleTables), func(i int) bool { return singleTables[i].name >= name })
	b := &built[i]
	b.once.Do(func() {
		chars := []rune(singleTables[i].chars)
		b.kernel = tableKernel{newByteTable(chars), len(chars) == 128}
	})
	return b.kernel
}

// latin1 returns the kernel that maps each byte to the code point of its number.
var latin1 = sync.OnceValue(func() tableKernel {
	chars := make([]rune, 128)
	for i := range chars {
		chars[i] = rune(128 + i)
	}
	return tableKernel{newByteTable(chars), true}
})
