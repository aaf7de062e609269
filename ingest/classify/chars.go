package classify

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// char is one character of an input with the bytes it is written in. Bytes that
// the codec cannot read are characters of their own with the rune bad.
type char struct {
	r   rune
	raw []byte
}

const bad rune = -1

// alphabet takes an input apart into characters, well enough to neutralise some
// of them. It is no model of a decoder: whether neutralising them changes an
// outcome is for the engine to say.
type alphabet struct {
	width int // bytes of a code unit
	big   bool
	utf8  bool
	table *[256]rune     // single-byte codecs
	codec *pycodec.Codec // multi-byte codecs
}

// alphabetOf returns the alphabet of a codec as the version knows it. Of a codec
// that it does not know, only ASCII counts as characters.
func alphabetOf(py ingest.Python, codec string, data []byte) alphabet {
	name := codecName(py, codec)
	switch {
	case strings.HasPrefix(name, "utf-16"), strings.HasPrefix(name, "utf-32"):
		a := alphabet{width: 2, big: strings.HasSuffix(name, "be")}
		if strings.HasPrefix(name, "utf-32") {
			a.width = 4
		}
		if !strings.HasSuffix(name, "le") && len(data) >= a.width {
			a.big = a.big || data[0] == 0xFE || data[0] == 0 && a.width == 4
		}
		return a
	case name == "utf-8", name == "utf-8-sig":
		return alphabet{width: 1, utf8: true}
	}
	c, fault, err := pycodec.Lookup(py, codec)
	if err != nil || fault != nil {
		return alphabet{width: 1}
	}
	return tabulate(py, c)
}

// noBreak is U+00A0 as the alphabet writes it, if it has it and is not a multi-byte one.
func (a alphabet) noBreak() (string, bool) {
	switch {
	case a.utf8:
		return "\u00a0", true
	case a.table != nil && a.codec == nil:
		i := slices.Index(a.table[:], '\u00a0')
		return string([]byte{byte(max(i, 0))}), i >= 0
	}
	return "", false
}

// tabulated holds the alphabets made by tabulate, by version and codec.
var tabulated sync.Map

// tabulate tries all bytes on their own, which is enough unless the codec is a
// multi-byte one.
func tabulate(py ingest.Python, c *pycodec.Codec) alphabet {
	key := py.String() + " " + c.Name()
	if a, ok := tabulated.Load(key); ok {
		return a.(alphabet)
	}
	a := alphabet{width: 1, table: new([256]rune)}
	for i := range 256 {
		a.table[i] = bad
		if text, err := c.Decode(nil, []byte{byte(i)}, "strict"); err == nil && len(text) > 0 {
			a.table[i], _ = ingest.DecodeRune(text)
		}
	}
	if !c.SingleByte() {
		a.codec = c
	}
	tabulated.Store(key, a)
	return a
}

// codecName returns Python's canonical name of a codec, the spelling itself in
// lower case if the version does not know it.
func codecName(py ingest.Python, codec string) string {
	if c, fault, err := pycodec.Lookup(py, codec); err == nil && fault == nil {
		return strings.ReplaceAll(c.Name(), "_", "-")
	}
	return strings.ReplaceAll(strings.ToLower(codec), "_", "-")
}

// split takes data apart.
func (a alphabet) split(data []byte) []char {
	out := make([]char, 0, len(data)/a.width+1)
	for len(data) > 0 {
		r, n := a.next(data)
		out = append(out, char{r, data[:n]})
		data = data[n:]
	}
	return out
}

// taken is what inputs were taken apart into last: a classification makes some dozens of
// changes of the same few.
type taken struct {
	last [6]struct {
		a     alphabet
		data  []byte
		chars []char
	}
	n int // how many ever were
}

// mostTaken bounds the inputs that are remembered apart, which takes 32 times as much.
const mostTaken = 1 << 15

// apart is split. Nothing may be written to data as long as t is used.
func (t *taken) apart(a alphabet, data []byte) []char {
	if t == nil || len(data) == 0 || len(data) > mostTaken {
		return a.split(data)
	}
	for i := range t.last {
		if l := &t.last[i]; len(l.data) == len(data) && &l.data[0] == &data[0] && l.a == a {
			return l.chars
		}
	}
	l := &t.last[t.n%len(t.last)]
	t.n++
	l.a, l.data, l.chars = a, data, a.split(data)
	return l.chars
}

// next returns the first character and its width in bytes.
func (a alphabet) next(b []byte) (rune, int) {
	switch {
	case len(b) < a.width:
		return bad, len(b)
	case a.width > 1:
		return a.unit(b), a.width
	case a.utf8:
		r, n := ingest.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return bad, 1
		}
		return r, n
	case a.codec != nil && b[0] >= utf8.RuneSelf:
		for n := 1; n <= min(4, len(b)); n++ {
			if text, err := a.codec.Decode(nil, b[:n], "strict"); err == nil && len(text) > 0 {
				r, _ := ingest.DecodeRune(text)
				return r, n
			}
		}
		return bad, 1
	case a.table != nil:
		return a.table[b[0]], 1
	case b[0] >= utf8.RuneSelf:
		return bad, 1
	}
	return rune(b[0]), 1
}

func (a alphabet) unit(b []byte) rune {
	var u rune
	for i := range a.width {
		at := i
		if !a.big {
			at = a.width - 1 - i
		}
		u = u<<8 | rune(b[at])
	}
	return u
}

// ascii writes an ASCII character in the codec. In EBCDIC it is another byte.
func (a alphabet) ascii(c byte) []byte {
	out := make([]byte, a.width)
	switch {
	case a.width > 1 && a.big:
		out[a.width-1] = c
	case a.table != nil && a.table[c] != rune(c):
		for i, r := range a.table {
			if r == rune(c) {
				return []byte{byte(i)}
			}
		}
	default:
		out[0] = c
	}
	return out
}

// isSpace are the characters that some operation of one Python strips and another
// does not: unicode.strip() of 2.7 takes all of them, str.strip() of 3.x all but
// U+180E, int() of 3.x not 1C to 1F, byte strings none (measured; Unicode data in
// Objects/unicodetype_db.h, _PyUnicode_IsWhitespace).
func isSpace(r rune) bool {
	switch {
	case r >= 0x1C && r <= 0x1F, r == 0x85, r == 0xA0, r == 0x1680, r == 0x180E:
		return true
	case r >= 0x2000 && r <= 0x200A, r == 0x2028, r == 0x2029, r == 0x202F, r == 0x205F, r == 0x3000:
		return true
	}
	return false
}

// separatorClass names the class of a character at which str.splitlines() and the
// stream readers of codecs split a line beside CR and LF
// (_PyUnicode_IsLinebreak), "" for others.
func separatorClass(r rune) string {
	switch {
	case r == 0x0B, r == 0x0C, r >= 0x1C && r <= 0x1E:
		return "control"
	case r == 0x85:
		return "nel"
	case r == 0x2028, r == 0x2029:
		return "ls-ps"
	}
	return ""
}
