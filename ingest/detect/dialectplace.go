package detect

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// place finds where in the input the offset of a place in the decoded text is. head is
// the input's start in the charset, text what was decoded of it.
func place(charset string, head, text []byte, at int64) int64 {
	if at > 0 && at >= int64(len(text)) { // in a charset of several bytes the last line may have no end to count
		return int64(len(head))
	}
	before := text[:at]
	switch {
	case isWide(charset):
		return placeWide(charset, head, before)
	case charset == "utf-8" || charset == "utf-8-sig" || charset == "ascii":
		return int64(len(before) + len(head) - len(bytes.TrimPrefix(head, []byte("\ufeff"))))
	case tableOf(charset) != nil:
		return int64(utf8.RuneCount(before))
	}
	// No character of more than one byte has CR or LF in it.
	n := lineBreaks(before)
	for i := range head {
		if n == 0 {
			return int64(i)
		}
		n -= lineBreaks(head[i:min(i+3, len(head))]) - lineBreaks(head[min(i+1, len(head)):min(i+3, len(head))])
	}
	return int64(len(head))
}

// lineBreaksAreASCII reports that the bytes of CR and LF are line breaks wherever they
// stand, and nothing else is one.
func lineBreaksAreASCII(charset string) bool {
	if t := tableOf(charset); t != nil {
		return t['\n'] == '\n' && t['\r'] == '\r'
	}
	return !isWide(charset)
}

// placeWide counts the units of a text.
func placeWide(charset string, head, before []byte) int64 {
	width, mark := int64(2), int64(0)
	if strings.HasPrefix(charset, "utf-32") {
		width = 4
	}
	if first := leadingUnit(head, width); first == 0xFEFF || first == 0xFFFE || first == 0xFFFE0000 {
		mark = width
	}
	units := int64(0)
	for len(before) > 0 {
		r, n := utf8.DecodeRune(before)
		units++
		if r > 0xFFFF && width == 2 {
			units++
		}
		before = before[n:]
	}
	return mark + units*width
}

func leadingUnit(head []byte, width int64) uint32 {
	switch {
	case int64(len(head)) < width:
		return 0
	case width == 4:
		return binary.BigEndian.Uint32(head)
	}
	return uint32(binary.BigEndian.Uint16(head))
}
