package generator

import (
	"strings"
	"unicode/utf16"

	"github.com/feedparity/feedparity/ingest"
)

// The pieces deliveries are made of, by the divergence they are likely to show.
// A piece is generalized UTF-8; what a charset cannot hold becomes a high byte.
var (
	Words = []string{"sku", "qty", "price", "name", "a", "ab", "x y", "größe", "Straße", "ΑΣ", "ﬁx", "İ", "ǆ", "naïve", "Łódź", ""}

	plain = []string{"12", "7", "3.50", "x", "blue", "two words", "0", "A-100"}

	Numbers = []string{
		"12", " 12 ", "0", "-3", "1.50", "1e5", "1_000", "12\u00a0", "\u300012", "１２", "٣", "nan", "-inf", "- 1", "+4", "0x1F", "1L",
		"99999999999999999999", "1,5", "1_", "\x1c7", "1\u180e", "½", "1e400", "1__0", ".5", "5.", "1E-7", "--1", "\u22121",
	}

	Oddities = []string{
		"\x00", "\ufeff", "\u00a0", "\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x1a", "\u180e", "\u200b",
		"😀", "\ud7ff", "é", "€", "’", "ß", "\\", "'", "\"", "\"\"", "\r", "\n", "\r\n", "\r\r\n", "\\\n", "\\\r", " ", "\t", ",", ";",
	}

	// Malformed are bytes of no charset in particular: lone and truncated UTF-8,
	// surrogates, over-long forms, bytes cp1252 leaves undefined.
	Malformed = []string{
		"\xe9", "\xff", "\x81", "\x80", "\xc3", "\xe2\x82", "\xed\xa0\xbd\xed\xb8\x80", "\xed\xa0\x80", "\xc0\x80", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xe0\x80",
		"\xf8\x88\x80\x80\x80", "\xef\xbb\xbf", "\xef\xbb", "\xfe\xff", "\xff\xfe", "\x00", "\x9d",
	}

	// letters, digits and spaces that not every version of Unicode has, or that do not
	// survive a normalization or a change of case.
	letters = []string{
		"\u08ac", "\ua7f8", "\u1c88", "\u10d0", "\u1e9e", "e\u0301", "\u0345", "ﬁ", "Å", "\u212b", "\ufdfa", "½", "²", "Ⅷ", "\u0e33", "ŉ", "\u180e", "\u2003", "\u200b", "\u00ad", "٣", "\U0001f600",
		"\U0001d7d8", "\u0eda", "\uff10", "e\u0743\u0301", "\u1100\u1161", "\uac01", "a b", "a\u00a0b", "É;é", "a,b;c", "ǅ", "ͅΑ", "ΑΣ.", "\u13a0", "\ua64b", "\u0130", "İ i", "\U00010400", "\u2c2f", "\ufeffx",
	}

	// dates and times, most of which some format of the column types matches.
	dates = []string{
		"2012-01-31", "31.12.99", "2012-02-30", "2012-01-31 23:59:59", "31/12/2012 01:02:03.5", "10:00+0100", "10:00+01:00", "10:00Z", "10:00z", "10:00",
		"02 Jan 2012", "02\u00a0Jan\u00a02012", "2 feb 2012", "2 DEſ 2012", "11:30 pm", "2012366", "Friday 13 January", "UTC 10", "GMT 7", "\u0662012", "１２.01.12", "2012", "99",
		"1812-01-01", "2012-1-1", " 2012-01-31", "2012-01-31 ", "", "١٢:٠٠+٠١٠٠", "29/02/2012 00:00:61.0", "10:00-00:00:30", "10:00+2400", "12\x00",
	}

	// amounts, on the halves and ends that rounding, dividing and printing part at.
	amounts = []string{
		"0.5", "1.5", "2.5", "-0.5", "-2.5", "0.125", "2.675", "1.005", "1e16", "123456789012.5", "1998.9999999999998", "0.1", "3.0", "100", "7", "-7", "0", "-0.0", "1e22",
		"1E+3", "1e400", "-1e-400", "nan", "snan", "inf", "-Infinity", "99999999999999999999", "0.30000000000000004", "1e-5", "15", "25", "1e11", "99999999999.5", "12345678.9", "0001", "1e27",
	}

	wholes = []string{"7", "-7", "0", "100", "15", "25", "99", "0001", "99999999999999999999", "-250", "1", "350"}

	newlines = []string{"\n", "\r\n", "\n", "\r", "\r\r\n", "\n\r", ""}
)

// CSV decides a delivery for a policy to read: a table with the policy's
// delimiter and quotes more often than not, in its charset more often than not; once in
// four a delivery such as surveys find, whatever the policy.
func CSV(c *Choices, s ingest.Settings) []byte {
	g := generator{c: c, delimiter: ",", quote: `"`, newline: pick(c, newlines)}
	if v, ok := s.Dialect.Get("delimiter"); ok && v.Kind == ingest.KindText {
		g.delimiter = v.Str
	}
	if v, ok := s.Dialect.Get("quotechar"); ok && v.Kind == ingest.KindText {
		g.quote = v.Str
	}
	if c.N(4) == 1 {
		return surveyed(c, newLayout(c, s))
	}
	g.put = encoder(s.Codec)
	g.calm = c.N(2) == 0
	if len(s.Types)+len(s.Clean) > 0 && c.Rare(2) {
		if !c.Rare(4) {
			g.newline = "\n"
		}
		g.typed(s)
	} else {
		g.table()
	}
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
	if g.c.Rare(200) {
		g.long()
	}
}

// long appends a cell as long as the usual limit of a field or a multiple of what
// readers take at a time, in narrow, wide or astral characters.
func (g *generator) long() {
	n := pick(g.c, []int{131072, 131073, 131071, 65536, 32769})
	g.text(strings.Repeat(pick(g.c, []string{"x", "é", "€", "😀"}), n))
	g.text(g.newline)
}

// typed makes a table whose first row names the columns that are converted, above
// cells that suit the conversion.
func (g *generator) typed(s ingest.Settings) {
	var columns []string // types
	for i := range 1 + g.c.N(3) {
		if i > 0 {
			g.text(g.delimiter)
		}
		name, typ := pick(g.c, Words), ""
		if i < len(s.Types) {
			if name, typ = s.Types[i].Column, s.Types[i].Type; s.Types[i].Index() > 0 {
				name = "n"
			}
		}
		g.text(name)
		columns = append(columns, typ)
	}
	g.text(g.newline)
	for row := 0; row < maxRows && !g.c.Empty(); row++ {
		for i, typ := range columns {
			if i > 0 {
				g.text(g.delimiter)
			}
			g.text(g.suitable(typ))
		}
		g.text(g.newline)
	}
}

// suitable decides a cell for a conversion.
func (g *generator) suitable(typ string) string {
	switch {
	case g.c.Rare(30):
		return pick(g.c, Oddities) + pick(g.c, plain)
	case strings.HasPrefix(typ, "date"):
		return pick(g.c, dates)
	case g.c.Rare(12):
		return pick(g.c, Numbers)
	case strings.HasPrefix(typ, "int"):
		return pick(g.c, wholes)
	case strings.HasPrefix(typ, "float"), strings.HasPrefix(typ, "decimal"):
		return pick(g.c, amounts)
	case g.c.Rare(2):
		return pick(g.c, letters)
	}
	return pick(g.c, Words)
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
		g.text(pick(g.c, Words))
	case 1:
		g.text(pick(g.c, Numbers))
	case 2:
		for range g.c.N(6) {
			g.text(pick(g.c, Oddities))
		}
	case 3:
		g.text(pick(g.c, Words))
		g.text(pick(g.c, Oddities))
		if g.c.Rare(3) {
			g.out = append(g.out, pick(g.c, Malformed)...)
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
