package fuzz

import (
	"strings"
	"unicode/utf16"

	"github.com/feedparity/feedparity/ingest"
)

// The pieces deliveries are made of, by the divergence they are likely to show.
// A piece is generalized UTF-8; what a charset cannot hold becomes a high byte.
var (
	words = []string{"sku", "qty", "price", "name", "a", "ab", "x y", "größe", "Straße", "ΑΣ", "ﬁx", "İ", "ǆ", "naïve", "Łódź", ""}

	plain = []string{"12", "7", "3.50", "x", "blue", "two words", "0", "A-100"}

	numbers = []string{
		"12", " 12 ", "0", "-3", "1.50", "1e5", "1_000", "12\u00a0", "\u300012", "１２", "٣", "nan", "-inf", "- 1", "+4", "0x1F", "1L",
		"99999999999999999999", "1,5", "1_", "\x1c7", "1\u180e", "½", "1e400", "1__0", ".5", "5.", "1E-7", "--1", "\u22121",
	}

	oddities = []string{
		"\x00", "\ufeff", "\u00a0", "\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x1a", "\u180e", "\u200b",
		"😀", "\ud7ff", "é", "€", "’", "ß", "\\", "'", "\"", "\"\"", "\r", "\n", "\r\n", "\r\r\n", "\\\n", "\\\r", " ", "\t", ",", ";",
	}

	// malformed are bytes of no charset in particular: lone and truncated UTF-8,
	// surrogates, over-long forms, bytes cp1252 leaves undefined.
	malformed = []string{
		"\xe9", "\xff", "\x81", "\x80", "\xc3", "\xe2\x82", "\xed\xa0\xbd\xed\xb8\x80", "\xed\xa0\x80", "\xc0\x80", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xe0\x80",
		"\xf8\x88\x80\x80\x80", "\xef\xbb\xbf", "\xef\xbb", "\xfe\xff", "\xff\xfe", "\x00", "\x9d",
	}

	newlines = []string{"\n", "\r\n", "\n", "\r", "\r\r\n", "\n\r", ""}
)

// CSV decides a delivery for a policy to read: a table with the policy's
// delimiter and quotes more often than not, in its charset more often than not.
func CSV(c *Choices, s ingest.Settings) []byte {
	g := generator{c: c, delimiter: ",", quote: `"`, newline: pick(c, newlines)}
	if v, ok := s.Dialect.Get("delimiter"); ok && v.Kind == ingest.KindText {
		g.delimiter = v.Str
	}
	if v, ok := s.Dialect.Get("quotechar"); ok && v.Kind == ingest.KindText {
		g.quote = v.Str
	}
	g.put = encoder(s.Codec)
	g.calm = c.N(2) == 0
	g.table()
	return g.out
}

type generator struct {
	c         *Choices
	delimiter string
	quote     string
	newline   string
	put       func(dst []byte, text string) []byte
	out       []byte
	calm      bool // mostly plain cells, so that some trials get past their first rows
}

// maxRows and maxPad bound what one trial costs.
const (
	maxRows = 8
	maxPad  = 9000 // beyond TextIOWrapper's chunk of 8192 bytes
)

func (g *generator) table() {
	if g.c.Rare(8) {
		g.out = append(g.out, pick(g.c, []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff", "\n", "\x00"})...)
	}
	columns := 1 + g.c.N(5)
	for row := 0; row < maxRows && !g.c.Empty(); row++ {
		cells := columns
		if g.c.Rare(8) {
			cells = g.c.N(7)
		}
		for i := range cells {
			if i > 0 {
				g.text(g.delimiter)
			}
			g.cell()
		}
		if g.c.Rare(6) {
			g.text(pick(g.c, newlines))
		} else {
			g.text(g.newline)
		}
	}
	if g.c.Rare(40) {
		g.pad()
	}
}

// pad places what follows around a boundary of CPython's read chunks.
func (g *generator) pad() {
	boundary := pick(g.c, []int{8192, 4096, 72, 128})
	at := boundary - 6 + g.c.N(12)
	if at > maxPad || at < 1 {
		return
	}
	g.out = append([]byte(strings.Repeat("p", at-1)+g.newline), g.out...)
}

func (g *generator) cell() {
	quoted := g.c.Rare(4)
	if quoted {
		g.text(g.quote)
	}
	kind := g.c.N(4)
	if g.calm && kind >= 2 && !g.c.Rare(6) {
		kind = 4
	}
	switch kind {
	case 0:
		g.text(pick(g.c, words))
	case 1:
		g.text(pick(g.c, numbers))
	case 2:
		for range g.c.N(6) {
			g.text(pick(g.c, oddities))
		}
	case 3:
		g.text(pick(g.c, words))
		g.text(pick(g.c, oddities))
		if g.c.Rare(3) {
			g.out = append(g.out, pick(g.c, malformed)...)
		}
	case 4:
		g.text(pick(g.c, plain))
	}
	if quoted && !g.c.Rare(10) {
		g.text(g.quote)
	}
}

func (g *generator) text(s string) { g.out = g.put(g.out, s) }

// encoder writes text as a supplier using that charset would. It is no codec: a
// character outside the charset becomes some byte, which is what fuzzing wants.
func encoder(codec string) func([]byte, string) []byte {
	switch strings.ToLower(codec) {
	case "utf-8", "utf8", "utf-8-sig", "ascii":
		return func(dst []byte, s string) []byte { return append(dst, s...) }
	case "utf-16", "utf-16-le":
		return func(dst []byte, s string) []byte { return appendUTF16(dst, s, 0, 1) }
	case "utf-16-be":
		return func(dst []byte, s string) []byte { return appendUTF16(dst, s, 1, 0) }
	case "gb18030", "shift_jis", "big5", "euc_kr", "euc_jp", "cp932", "gbk", "euc_jis_2004":
		return wrapped("", 0x80, "")
	case "iso2022_jp":
		return wrapped("\x1b$B", 0, "\x1b(B")
	case "hz":
		return wrapped("~{", 0, "~}")
	case "utf-7":
		return wrapped("+", 0, "-")
	case "raw_unicode_escape":
		return wrapped(`\u00`, 0, "")
	}
	return func(dst []byte, s string) []byte {
		for _, r := range ingest.Runes(s) {
			if r >= 0x80 {
				r = 0x80 | r&0x7F
			}
			dst = append(dst, byte(r))
		}
		return dst
	}
}

// wrapped writes each character beyond ASCII as two bytes with high bits between an
// opening and a closing sequence.
func wrapped(opening string, high byte, closing string) func([]byte, string) []byte {
	return func(dst []byte, s string) []byte {
		for _, r := range ingest.Runes(s) {
			if r < 0x80 {
				dst = append(dst, byte(r))
				continue
			}
			dst = append(append(dst, opening...), high|0x21+byte(r>>6)&0x3F, high|0x21+byte(r)&0x3F)
			dst = append(dst, closing...)
		}
		return dst
	}
}

func appendUTF16(dst []byte, s string, low, high int) []byte {
	for _, u := range utf16.Encode(ingest.Runes(s)) {
		var b [2]byte
		b[low], b[high] = byte(u), byte(u>>8)
		dst = append(dst, b[:]...)
	}
	return dst
}
