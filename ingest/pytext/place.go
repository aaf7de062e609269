package pytext

import (
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// A place follows text back to the bytes it was decoded from, for codecs in which
// what was decoded without an error handler tells their number.
type place struct {
	start int64              // of the first character: after a byte order mark that the codec drops
	width func([]byte) int64 // bytes of the file that made this text; nil: unknown
	at    int64              // of the next character, less start
	bytes bool               // width is byteWidth

	marked bool // start depends on whether the file begins with a byte order mark
}

// bytePlace is the place of the first byte of a file whose lines are its bytes.
func bytePlace() place { return place{width: byteWidth, bytes: true} }

// placeOf returns the place of a file's first character. Without the strict
// handler a character may stand for any number of bytes.
func placeOf(c *pycodec.Codec, errors string, f *file) place {
	if errors != "strict" {
		return place{}
	}
	switch name := c.Name(); {
	case c.SingleByte():
		return place{width: runeWidth}
	case name == "utf-8":
		return bytePlace()
	case name == "utf-8-sig":
		return place{width: byteWidth, marked: true, start: f.markLen("\xef\xbb\xbf")}
	case name == "utf-16":
		return place{width: utf16Width, marked: true, start: f.markLen("\xff\xfe", "\xfe\xff")}
	case name == "utf-32":
		return place{width: utf32Width, marked: true, start: f.markLen("\xff\xfe\x00\x00", "\x00\x00\xfe\xff")}
	case name == "utf-32-le" || name == "utf-32-be":
		return place{width: utf32Width}
	case name == "utf-16-le" || name == "utf-16-be":
		return place{width: utf16Width}
	}
	return place{}
}

// markLen returns the length of the mark that the file begins with, 0 if it is none
// of these.
func (f *file) markLen(marks ...string) int64 {
	head := string(f.peek(4))
	for _, mark := range marks {
		if strings.HasPrefix(head, mark) {
			return int64(len(mark))
		}
	}
	return 0
}

// next returns the offset of a text that follows all those asked about before.
func (p *place) next(source []byte) int64 {
	if p.width == nil {
		return -1
	}
	offset := p.start + p.at
	if p.bytes {
		p.at += int64(len(source))
	} else {
		p.at += p.width(source)
	}
	return offset
}

func byteWidth(s []byte) int64 { return int64(len(s)) }

func runeWidth(s []byte) int64 { return int64(ingest.RuneCount(s)) }

func utf32Width(s []byte) int64 { return 4 * runeWidth(s) }

// utf16Width counts two bytes a character, four beyond the BMP.
func utf16Width(s []byte) (n int64) {
	for _, c := range s {
		switch {
		case c >= 0xF0:
			n += 4
		case c&0xC0 != 0x80:
			n += 2
		}
	}
	return n
}
