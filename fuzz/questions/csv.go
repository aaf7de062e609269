package questions

import (
	"strings"
	"sync"
	"unicode"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pyword"
)

// Sample is the beginning of a file that means to be CSV.
func (g Generator) Sample() ingest.Value {
	delims := []string{pick(g, ",", ";", "\t", "|", " ", ":", "\u00a7", "\u20ac", "-", ", ")}
	if g.Chance(0.3) {
		delims = append(delims, pick(g, ",", ";", ".", "\u00e9", "\r"))
	}
	if g.Chance(0.1) {
		delims = []string{g.youngLetter()}
	}
	end := pick(g, "\n", "\n", "\r\n", "\n\n", "\r")
	var b strings.Builder
	columns := 1 + g.IntN(5)
	for range g.IntN(pick(g, 3, 6, 12, 35)) {
		for c := range columns + pick(g, 0, 0, 0, 0, 0, 0, 1) {
			if c > 0 {
				b.WriteString(pick(g, delims...))
			}
			b.WriteString(g.sampleCell())
		}
		b.WriteString(end)
	}
	s := b.String()
	if g.Chance(0.1) {
		return g.sampleNoise()
	}
	if g.Chance(0.1) && !g.text() {
		return ingest.Text(s)
	}
	return g.Str(s)
}

// youngLetter is a character that was made a letter or digit between two of the
// versions, or that always was one or never.
func (g Generator) youngLetter() string {
	young := youngLetters()
	return string(young[g.IntN(len(young))])
}

// youngLetters are the characters whose being a letter or digit is not the same in all
// versions, a hundred of those of each pair of neighbours at most, and two others.
var youngLetters = sync.OnceValue(func() []rune {
	out := []rune{'\u00bd', '\u20ac'}
	for minor := 6; minor < 14; minor++ {
		before, after := ingest.Python{Major: 3, Minor: minor}, ingest.Python{Major: 3, Minor: minor + 1}
		n := 0
		for c := rune(0x80); c <= unicode.MaxRune && n < 100; c++ {
			if pyword.Alnum(before, c) != pyword.Alnum(after, c) {
				out = append(out, c)
				n++
			}
		}
	}
	return out
})

func (g Generator) sampleCell() string {
	text := pick(g, "a", "12.5", "x-y", "10:30", "caf\u00e9", "it's", "", "foo bar", "\u00bd", "_", "a.b;c", "1,5")
	switch g.IntN(8) {
	case 0, 1:
		return `"` + text + `"`
	case 2:
		return `'` + text + `'`
	case 3:
		return `"` + text + `""` + pick(g, "", "q", " ") + `"`
	}
	return text
}

func (g Generator) sampleNoise() ingest.Value {
	var b strings.Builder
	for range g.IntN(40) {
		b.WriteString(pick(g, Ordinary...))
	}
	return g.Str(b.String())
}

// HeaderSample is the beginning of a file whose first row may differ from the others in
// what its cells look like.
func (g Generator) HeaderSample() ingest.Value {
	if g.Chance(0.3) {
		return g.Sample()
	}
	cell := func() string {
		return pick(g, "1", "2.5", "10", "1_0", "1L", "2j", "1+2j", "(3)", "abc", "de", "fgh", "nan", "1e5", "0x1", " 7", "7 ", "- 1", "\u0661", "1,5", "", "99999999999999999999", "1e400", "10:30", "2010-01-02", "caf\u00e9", "\"q\"", "'s'", "1\x00", "\u00a01", "+j", "j", "( 1 + 2j )", "1__0j")
	}
	delim := pick(g, ",", ",", ";", "\t", "|")
	var b strings.Builder
	columns := 1 + g.IntN(4)
	kinds := make([]string, columns)
	for range 1 + g.IntN(pick(g, 4, 8, 26)) {
		for c := range columns + pick(g, 0, 0, 0, 0, 0, 1) {
			if c > 0 {
				b.WriteString(delim)
			}
			if c < columns && kinds[c] != "" && g.Chance(0.9) {
				b.WriteString(kinds[c])
				continue
			}
			s := cell()
			if c < columns && g.Chance(0.5) {
				kinds[c] = s
			}
			b.WriteString(s)
		}
		b.WriteString(pick(g, "\n", "\n", "\n", "\n", "\n", "\r\n"))
	}
	if g.Chance(0.05) && !g.text() {
		return ingest.Text(b.String())
	}
	return g.Str(b.String())
}

// Options has options that csv.reader accepts, for the most part.
func (g Generator) Options() ingest.Dialect {
	var d ingest.Dialect
	add := func(p float64, name string, value func() ingest.Value) {
		if g.Chance(p) {
			d = append(d, ingest.DialectOption{Name: name, Value: value()})
		}
	}
	chars := func(common []string, rare ...string) func() ingest.Value {
		return func() ingest.Value {
			c := pick(g, common...)
			if g.Chance(0.3) {
				c = pick(g, rare...)
			}
			if c == "None" {
				return ingest.None
			}
			if !g.text() && c != "" {
				c = c[:1] // one byte of a wide character
			}
			return g.Str(c)
		}
	}
	truth := func() ingest.Value { return ingest.Bool(g.Chance(0.5)) }
	add(.25, "delimiter", chars([]string{";", "1", "'"}, " ", "\t", "\"", "\\", "\n", "\r", "\u00e9", "\u20ac", "\U0001f600"))
	add(.3, "quotechar", chars([]string{"'", "a", "None"}, ",", " ", "\n", "\\", "\u00e9", "\u20ad", "\x00"))
	add(.45, "escapechar", chars([]string{"\\", "\\", "\\", "\\"}, "a", "\"", ",", " ", "\n", "None", "\u00e9", "\U0001f601", "\x00"))
	add(.2, "doublequote", truth)
	add(.25, "skipinitialspace", truth)
	add(.3, "strict", truth)
	add(.45, "quoting", func() ingest.Value { return ingest.Int(pick(g, int64(0), 1, 2, 2, 2, 3, 3, 4, 5)) })
	return d
}

// WriterOptions has options that csv.writer accepts, for the most part.
func (g Generator) WriterOptions() ingest.Dialect {
	d := g.Options()
	if g.Chance(0.3) {
		d = append(d, ingest.DialectOption{Name: "lineterminator", Value: g.Str(pick(g, "\n", "\r", "", "xy", ";", "\r\n\r\n", "\x00", "a\x00b", "|"))})
	}
	if g.Chance(0.1) {
		d = append(d, ingest.DialectOption{Name: "delimiter", Value: g.Str(" ")}, ingest.DialectOption{Name: "skipinitialspace", Value: ingest.Bool(g.Chance(0.7))})
	}
	return d
}

// WrittenRows are rows, or what is no row, to write.
func (g Generator) WrittenRows() (rows []ingest.Value) {
	for range 1 + g.IntN(3) {
		rows = append(rows, g.writtenRow())
	}
	return rows
}

func (g Generator) writtenRow() ingest.Value {
	switch g.IntN(25) {
	case 0:
		return pick(g, ingest.None, ingest.Int(5), ingest.Float("1.5"), ingest.Bool(true), ingest.Decimal("1"), ingest.Date("2012-01-02"), ingest.BigInt("99999999999999999999"))
	case 1:
		return pick(g, g.Str("ab,"), ingest.Text("a\u00e9"), ingest.Bytes("a\xff"), ingest.Text(""), ingest.Bytes("\x00"))
	case 2:
		return ingest.Dict(g.Str("a"), ingest.Int(1))
	}
	row := ingest.List()
	for range g.IntN(pick(g, 2, 2, 4)) {
		row.Items = append(row.Items, g.writtenCell())
	}
	return row
}

func (g Generator) writtenCell() ingest.Value {
	switch g.IntN(14) {
	case 0, 1:
		return ingest.None
	case 2:
		return pick(g, ingest.Int(0), ingest.Int(-7), ingest.BigInt("99999999999999999999"), ingest.Bool(true), ingest.Bool(false))
	case 3:
		return ingest.Float(pick(g, "0.1", "0.30000000000000004", "1e+22", "nan", "inf", "-0.0", "1234567890123.5"))
	case 4:
		return pick(g, ingest.Decimal("1.50"), ingest.Decimal("1E+3"), ingest.Decimal("NaN"), ingest.Date("2012-01-02"), ingest.DateTime("2012-01-02T03:04:05"))
	case 5:
		return pick(g, ingest.Bytes("b"), ingest.Bytes("it's\x00\xff\"q\""), ingest.Bytes(""), ingest.Text("\u00e9"), ingest.Text("t"))
	case 6:
		return g.Str("")
	}
	return g.Str(strings.Join(g.pieces(), ""))
}

func (g Generator) pieces() []string {
	out := make([]string, g.IntN(5))
	for i := range out {
		out[i] = pick(g, ",", "\"", "'", "\\", "\n", "\r", " ", ";", "|", "a", "x", "y", "1", "\x00", "\u00e9", "\t", "b")
	}
	return out
}
