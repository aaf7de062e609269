package pycsv

import (
	"strings"

	"github.com/feedparity/feedparity/fuzz/questions"
	"github.com/feedparity/feedparity/ingest"
)

// generator makes calls that meet the corners of the csv module: its alphabet is
// special characters for the most part, and its dialects use ordinary ones, too.
// The same seed makes the same calls in every version, as that version's values.
type generator struct {
	questions.Generator
	v *Version
}

func newGenerator(v *Version, seed uint64) *generator {
	return &generator{questions.New(v.Python, seed), v}
}

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

func (g *generator) chance(p float64) bool { return g.Chance(p) }

// str is a string value; in 2.7 the bytes of its UTF-8.
func (g *generator) str(s string) ingest.Value { return g.v.str(s) }

var wide = []string{"\u20ac", "\U0001f600", "\u0661", "\uff11", "\u2028", "\u00a0", "\u0085", "\x0b", "\x1c", "_", "\xed\xa0\x80", "\xed\xbf\xbf", "e", "-", "inf", "nan"}

// item is one item: up to a dozen characters and, most of the time, a newline.
func (g *generator) item(alphabet []string) string {
	var b strings.Builder
	for range pick(g, 0, 1, 2, 3, 4, 5, 6, 8, 12) {
		b.WriteString(pick(g, alphabet...))
	}
	if g.chance(0.002) { // long, to meet the default limit once counted in bytes or characters
		b.WriteString(strings.Repeat(pick(g, "a", "\u00e9", "\U0001f600"), pick(g, 32768, 65536, 65537, 131071, 131072, 131073)))
	}
	switch r := g.Float64(); {
	case r < .55:
		b.WriteString("\n")
	case r < .7:
		b.WriteString("\r\n")
	case r < .75:
		b.WriteString("\r")
	}
	return b.String()
}

func (g *generator) alphabet() []string {
	a := append([]string(nil), questions.Ordinary...)
	if g.chance(0.35) {
		a = append(a, "\x00")
	}
	if g.chance(0.3) {
		a = append(a, wide...)
	}
	if g.chance(0.5) {
		for i, c := range a {
			if c == "\r" {
				a[i] = "x"
			}
		}
	}
	return a
}

func (g *generator) items() []ingest.Value {
	alphabet := g.alphabet()
	out := make([]ingest.Value, pick(g, 1, 1, 1, 2, 2, 3, 4))
	for i := range out {
		out[i] = g.str(g.item(alphabet))
		if g.chance(0.01) {
			out[i] = g.oddItem(out[i].Str)
		}
	}
	return out
}

// oddItem is an item that is no native string, or holds characters that a native
// string cannot.
func (g *generator) oddItem(s string) ingest.Value {
	if g.chance(0.5) {
		return pick(g, ingest.None, ingest.Int(1), ingest.Bool(true), ingest.Float("1.5"))
	}
	if g.v.Text {
		return ingest.Bytes(s)
	}
	return ingest.Text(s)
}

// anyDialect has options and values that csv.reader refuses, for the most part.
func (g *generator) anyDialect() ingest.Dialect {
	var d ingest.Dialect
	names := append([]string{"dialect", "bogus", "aaa", "zz9", "caf\u00e9", "Delimiter", "f", "restkey"}, ingest.DialectNames...)
	if g.chance(0.7) {
		names = append(names[:1], names[8:]...)
	}
	for range 1 + g.IntN(5) {
		name := pick(g, names...)
		if g.chance(0.05) {
			name = g.misspell(name)
		}
		d = append(d, ingest.DialectOption{Name: name, Value: g.anyValue()})
	}
	if g.chance(0.03) { // all of them, so that one more is too many
		for _, n := range append([]string{"dialect", "bogus"}, ingest.DialectNames...) {
			d = append(d, ingest.DialectOption{Name: n, Value: ingest.None})
		}
	}
	return d
}

// misspell changes a few letters of a name.
func (g *generator) misspell(name string) string {
	for range 1 + g.IntN(4) {
		i := g.IntN(len(name) + 1)
		switch c := pick(g, "a", "E", "r", "x", "\u00e9"); g.IntN(3) {
		case 0:
			name = name[:i] + c + name[i:]
		case 1:
			name = name[:i] + strings.ToUpper(name[i:min(len(name), i+1)]) + name[min(len(name), i+1):]
		default:
			if i < len(name) && name[i] < 0x80 && len(name) > 1 {
				name = name[:i] + name[i+1:]
			}
		}
	}
	return strings.ToValidUTF8(name, "?")
}

func (g *generator) anyValue() ingest.Value {
	switch s := pick(g, "", ",", ";", "\"", "\\", "ab", "\x00", " ", "\r", "\n", "\u00e9", "\u00e9\u00e9", "x", "excel", "excel-tab", "unix", "nope", "\r\n", ",;"); g.IntN(12) {
	case 0:
		return ingest.None
	case 1:
		return ingest.Bool(g.chance(0.5))
	case 2, 3:
		return ingest.Int(pick(g, int64(-1), 0, 1, 2, 3, 4, 5, 6, 1<<31, 1<<32, 1<<32+3, -1<<31-1, 1<<62))
	case 4:
		return pick(g, ingest.BigInt("9223372036854775808"), ingest.BigInt("-1180591620717411303424"), ingest.Float("1.5"), ingest.Float("0.0"))
	case 5:
		return g.oddString(s)
	default:
		return g.str(s)
	}
}

func (g *generator) oddString(s string) ingest.Value {
	if g.v.Text {
		return ingest.Bytes(s)
	}
	return ingest.Text(s)
}

func (g *generator) limit() int64 {
	if g.chance(0.9) {
		return ingest.DefaultFieldLimit
	}
	return pick(g, int64(0), 1, 2, 3, 5, -1, 131071)
}

// readerCall is one call of csv.reader over items that look like anything.
func (g *generator) readerCall() call {
	return call{Items: g.items(), Dialect: g.Options(), Limit: g.limit()}
}

// dialectCall is one call that is about the dialect.
func (g *generator) dialectCall() call {
	items := []ingest.Value{g.str("1,\"b\",,\"\"\"\"\n"), g.str("a;\\,b\x00\n")}
	return call{Items: items, Dialect: g.anyDialect(), Limit: ingest.DefaultFieldLimit, Dict: g.chance(0.3)}
}

// dictCall is one call of csv.DictReader: names that repeat, rows that are short,
// long or blank, headers wide enough for a 2.7 dict to grow several times.
func (g *generator) dictCall() call {
	c := call{Limit: ingest.DefaultFieldLimit, Dict: true}
	if g.chance(0.2) {
		c.Items, c.Dialect = g.items(), g.Options()
		return c
	}
	if g.chance(0.2) {
		c.Dialect = append(c.Dialect, ingest.DialectOption{Name: "quoting", Value: ingest.Int(pick(g, int64(2), 4, 5))})
	}
	if g.chance(0.2) {
		c.Dialect = append(c.Dialect, g.dictArguments()...)
	}
	columns := pick(g, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15)
	if g.chance(0.15) {
		columns = pick(g, 21, 22, 30, 43, 60, 86, 120, 200)
	}
	if g.chance(0.05) {
		c.Items = append(c.Items, g.str(pick(g, "\n", "a\x00\n", "a\rb\n", "")))
	}
	c.Items = append(c.Items, g.str(g.row(columns, g.name)))
	for range g.IntN(4) {
		n := max(0, columns+pick(g, 0, 0, -1, -2, 1, 3))
		c.Items = append(c.Items, g.str(g.row(n, func() string { return pick(g, "1", "", `""`, "x", "\u00e9", "-0") })))
	}
	return c
}

// dictArguments are arguments that DictReader keeps for itself.
func (g *generator) dictArguments() ingest.Dialect {
	var d ingest.Dialect
	for range 1 + g.IntN(3) {
		value := pick(g, ingest.None, ingest.Int(0), ingest.Int(1), ingest.Bool(true), ingest.Float("1.0"), g.oddString("ab"),
			g.str("a"), g.str("b"), g.str(""), g.str("xyz"), g.str("abcdefghij"), g.str("\u00e9a\u20ac"), g.oddString("a"))
		d = append(d, ingest.DialectOption{Name: pick(g, "fieldnames", "restkey", "restval", "restkey", "f", "self"), Value: value})
	}
	return d
}

func (g *generator) row(columns int, cell func() string) string {
	cells := make([]string, columns)
	for i := range cells {
		cells[i] = cell()
	}
	return strings.Join(cells, ",") + "\n"
}

func (g *generator) name() string {
	switch g.IntN(12) {
	case 0:
		return pick(g, "", `""`, "a", "b", "a")
	case 1:
		return pick(g, "0", "-0", "0.0", "1", "1.0", "nan", "1e400", "-1e400", "1e20", "0.1", "-2.5", "-1", "9223372036854775807")
	case 2:
		return pick(g, "\u00e9t\u00e9", "Pr\u00e9is", "\u20ac", "\U0001f600", "\ufeffsku")
	}
	var b strings.Builder
	quote := g.chance(0.5)
	if quote {
		b.WriteByte('"')
	}
	for range 1 + g.IntN(10) {
		b.WriteByte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"[g.IntN(63)])
	}
	if quote {
		b.WriteByte('"')
	}
	return b.String()
}
