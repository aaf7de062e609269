package detect

import (
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// doubleEncoded reports whether UTF-8 text was encoded twice: somebody read UTF-8
// as cp1252 and wrote what they saw as UTF-8 ("cafÃ©"). Most cells with non-ASCII
// characters must turn into valid UTF-8 when encoded in cp1252 again, which
// ordinary text hardly ever does.
func doubleEncoded(cells [][]byte) bool {
	back := map[rune]byte{}
	for c, r := range tableOf("cp1252") {
		if r == undefined {
			r = rune(c) // Windows passes its five undefined bytes through
		}
		if c >= 0x80 {
			back[r] = byte(c)
		}
	}
	twice, all := 0, 0
	for _, cell := range cells {
		cell = dropMark(cell)
		if ingest.IsASCII(cell) {
			continue
		}
		all++
		if repairs(cell, back) {
			twice++
		}
	}
	return 2*twice > all
}

// repairs reports whether a cell is valid UTF-8 with non-ASCII characters after
// one layer of encoding is taken off.
func repairs(cell []byte, back map[rune]byte) bool {
	out := make([]byte, 0, len(cell))
	for len(cell) > 0 {
		r, n := utf8.DecodeRune(cell)
		cell = cell[n:]
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
			continue
		}
		b, ok := back[r]
		if !ok {
			return false
		}
		out = append(out, b)
	}
	return utf8.Valid(out) && !ingest.IsASCII(out)
}
