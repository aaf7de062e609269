package detect

import (
	"bytes"
	"encoding/binary"
	"unicode"
	"unicode/utf16"
)

// plainUTF16 reports whether the head of an input with NULs is UTF-16 of a script
// whose units look like two ASCII characters each, as ideographs and kana do: its
// separators and line ends are whole units, hardly any line end is half of one, and
// what else there is are characters that text has.
func plainUTF16(head []byte, order binary.ByteOrder) bool {
	var ends, other, pairs, odd int
	for p := head; len(p) >= 2; p = p[2:] {
		r := rune(order.Uint16(p))
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == ',' || r == ';' || r == '|' || r == '"':
			ends++
		case r >= ' ' && r < 0x7F:
		default:
			other++
			if printable(p[0]) && printable(p[1]) {
				pairs++
			}
			if !utf16.IsSurrogate(r) && !unicode.IsGraphic(r) {
				odd++
			}
		}
	}
	return ends > 0 && other > 0 && 4*pairs <= 3*other && 50*odd <= other && 16*halfEnds(head, order) <= other+16
}

// halfEnds counts the bytes of a line feed that are no unit of UTF-16: some ideographs
// have one, of them U+4E0A which is common in Chinese.
func halfEnds(head []byte, order binary.ByteOrder) int {
	n := bytes.Count(head, []byte{'\n'})
	for p := head; len(p) >= 2; p = p[2:] {
		if order.Uint16(p) == '\n' {
			n--
		}
	}
	return n
}
