package detect

// A shape is which bytes a character of a charset of East Asia can have, whatever
// characters there are: it rules the charset out without its table.
type shape struct {
	single string // ranges of bytes above 0x7F that are characters by themselves
	second string // ranges of the second byte of others
	three  byte   // first byte of characters of three bytes, 0 for none
	four   string // range of the second byte of characters of four
}

var shapes = map[string]*shape{
	"gb18030":   {second: "\x40\x7e\x80\xfe", four: "09"},
	"cp950":     {second: "\x40\x7e\xa1\xfe"},
	"big5":      {second: "\x40\x7e\xa1\xfe"},
	"big5hkscs": {second: "\x40\x7e\xa1\xfe"},
	"cp932":     {single: "\x80\x80\xa0\xdf\xfd\xff", second: "\x40\x7e\x80\xfc"},
	"euc_jp":    {second: "\xa1\xfe", three: 0x8F},
	"cp949":     {second: "\x41\x5a\x61\x7a\x81\xfe"},
	"johab":     {second: "\x31\x7e\x81\xfe"},
}

// inRanges reports whether a byte is in one of some ranges.
func inRanges(ranges string, c byte) bool {
	for i := 0; i < len(ranges); i += 2 {
		if c >= ranges[i] && c <= ranges[i+1] {
			return true
		}
	}
	return false
}

// fits reports whether a span could be in the charset.
func (h *shape) fits(s *span) bool {
	p := s.raw
	for i := 0; i < len(p); {
		switch c := p[i]; {
		case c < 0x80 || inRanges(h.single, c):
			i++
		case i+1 == len(p):
			return s.cut
		case inRanges(h.second, p[i+1]):
			i += 2
			if c == h.three {
				i++
			}
		case inRanges(h.four, p[i+1]):
			i += 4
		default:
			return false
		}
	}
	return true
}
