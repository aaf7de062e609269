package golden

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// pathScript writes the functions of one path, indented below "if python 2".
// What it does and in which order is what interp's reference.py does.
type pathScript struct {
	*script
	p ingest.Path
	s ingest.Settings
}

// line writes one line at a depth below the if.
func (g *pathScript) line(depth int, format string, args ...any) {
	if format == "" {
		g.printf("\n")
		return
	}
	g.printf("%s%s\n", strings.Repeat("    ", depth+1), fmt.Sprintf(format, args...))
}

// decodes tells whether the mode decodes cells after csv.reader, and how.
func (g *pathScript) decodes() (string, bool) {
	if g.p == ingest.Py3 {
		return "", false
	}
	switch g.s.Open {
	case ingest.OpenRecode:
		return "'utf-8'", true
	case ingest.OpenBytesDecode, ingest.OpenUniversal, ingest.OpenSplitlines:
		return g.codec(), true
	}
	return "", false
}

// mixed tells whether csv's own rows can hold anything but strings.
func (g *pathScript) mixed() bool {
	q, ok := g.s.Dialect.Get("quoting")
	return g.s.Reader == ingest.DictReader || ok && q.Str != "0" && q.Str != "1" && q.Str != "3"
}

func (g *pathScript) codec() string {
	return g.str(g.s.Codec) + ", " + g.str(g.s.Errors)
}

func (g *pathScript) keywords() string {
	return "encoding=" + g.str(g.s.Codec) + ", errors=" + g.str(g.s.Errors)
}

// str writes a native string literal.
func (g *pathScript) str(s string) string {
	if g.p == ingest.Py2 {
		return literal(g.p, ingest.Bytes(s))
	}
	return literal(g.p, ingest.Text(s))
}

// opened returns the expression that opens the file as the mode says.
func (g *pathScript) opened() string {
	switch g.s.Open {
	case ingest.OpenBytes, ingest.OpenBytesDecode:
		return "open(path, 'rb')"
	case ingest.OpenUniversal:
		if g.p == ingest.Py3 {
			return fmt.Sprintf("open(path, 'rU', %s)", g.keywords())
		}
		return "open(path, 'rU')"
	case ingest.OpenRecode:
		g.need("codecs")
		return fmt.Sprintf("(line.encode('utf-8') for line in codecs.getreader(%s)(open(path, 'rb'), %s))", g.str(g.s.Codec), g.str(g.s.Errors))
	case ingest.OpenCodecs:
		g.need("codecs")
		return fmt.Sprintf("codecs.open(path, 'r', %s)", g.codec())
	case ingest.OpenIO:
		g.need("io")
		return fmt.Sprintf("io.open(path, %s, newline='')", g.keywords())
	case ingest.OpenText:
		return fmt.Sprintf("open(path, %s, newline='')", g.keywords())
	case ingest.OpenTextUniversal, ingest.OpenLocale:
		return fmt.Sprintf("open(path, %s)", g.keywords())
	case ingest.OpenIterdecode:
		g.need("codecs")
		return fmt.Sprintf("codecs.iterdecode(open(path, 'rb'), %s)", g.codec())
	case ingest.OpenStringIO:
		g.need("io")
		return fmt.Sprintf("io.StringIO(open(path, 'rb').read().decode(%s))", g.codec())
	case ingest.OpenSplitlines:
		return g.whole() + ".splitlines()"
	}
	return "" // Validate knows no other mode
}

func (g *pathScript) whole() string {
	if g.p == ingest.Py2 {
		return "open(path, 'rb').read()"
	}
	return fmt.Sprintf("open(path, 'rb').read().decode(%s)", g.codec())
}

// helpers writes the functions that treat one cell, those that are needed.
func (g *pathScript) helpers() {
	stringType := "basestring"
	if g.p == ingest.Py3 {
		stringType = "str"
	}
	if how, ok := g.decodes(); ok {
		g.line(0, "def decode(cell):")
		if g.mixed() {
			g.line(1, "if not isinstance(cell, str):  # None, or a float")
			g.line(2, "return cell")
		}
		g.line(1, "return cell.decode(%s)", how)
		g.line(0, "")
	}
	if len(g.s.Clean) > 0 {
		g.line(0, "def clean(cell):")
		g.line(1, "return %s if isinstance(cell, %s) else cell", g.value(cleaning(g.p, g.s), "cell"), stringType)
		g.line(0, "")
	}
	if g.converts() {
		g.line(0, "def convert(cell, name, column):")
		for _, t := range g.s.Types {
			g.conversion(t, stringType)
		}
		g.line(1, "return cell")
		g.line(0, "")
	}
	if g.s.Sniff {
		g.sniffer()
	}
}

// converts tells whether a column's type changes anything: "text" does not.
func (g *pathScript) converts() bool {
	for _, t := range g.s.Types {
		if t.Type != "text" {
			return true
		}
	}
	return false
}

func (g *pathScript) conversion(t ingest.ColumnType, stringType string) {
	if t.Type == "text" {
		return
	}
	condition := "name == " + g.str(t.Column)
	if n := t.Index(); n > 0 {
		condition = fmt.Sprintf("column == %d", n)
		if g.s.Reader == ingest.DictReader {
			condition = fmt.Sprintf("%d in column", n)
		}
	}
	g.line(1, "if %s and isinstance(cell, %s):", condition, stringType)
	g.line(2, "cell = %s", g.value(conversion(g.p, t), "cell"))
}

// sniffer writes the function that looks at the first 8192 units and puts them
// back before the rest.
func (g *pathScript) sniffer() {
	g.line(0, "def sniff(lines, sample=None):")
	if g.s.Open != ingest.OpenSplitlines {
		g.need("itertools")
		g.line(1, "lines, taken, size = iter(lines), [], 0")
		g.line(1, "for line in lines:")
		g.line(2, "taken.append(line)")
		g.line(2, "size += len(line)")
		g.line(2, "if size >= 8192:")
		g.line(3, "break")
		g.line(1, "sample = type(taken[0])().join(taken) if taken else ''")
		g.line(1, "lines = itertools.chain(taken, lines)")
	}
	g.line(1, "return lines, csv.Sniffer().sniff(sample[:8192])")
	g.line(0, "")
}

// rows writes the generator.
func (g *pathScript) rows() {
	g.line(0, "def rows(path):")
	if g.s.FieldLimit != ingest.DefaultFieldLimit {
		g.line(1, "csv.field_size_limit(%d)", g.s.FieldLimit)
	}
	class := "csv.reader"
	if g.s.Reader == ingest.DictReader {
		class = "csv.DictReader"
	}
	switch {
	case g.s.Sniff && g.s.Open == ingest.OpenSplitlines:
		g.line(1, "whole = %s", g.whole())
		g.line(1, "lines, dialect = sniff(whole.splitlines(), whole)")
		g.line(1, "reader = %s(lines, dialect=dialect)", class)
	case g.s.Sniff:
		g.line(1, "lines, dialect = sniff(%s)", g.opened())
		g.line(1, "reader = %s(lines, dialect=dialect)", class)
	default:
		g.line(1, "reader = %s(%s%s)", class, g.opened(), g.dialect())
	}
	if g.s.Reader == ingest.DictReader {
		g.dictRows()
	} else {
		g.listRows()
	}
}

// dialect writes the keyword arguments; a keyword that is no Python name, which
// only a test gives, goes by a mapping. Of one named twice the last counts.
func (g *pathScript) dialect() string {
	var out strings.Builder
	for i, o := range g.s.Dialect {
		if slicesContainsName(g.s.Dialect[i+1:], o.Name) {
			continue
		}
		if isName(o.Name) {
			fmt.Fprintf(&out, ", %s=%s", o.Name, literal(g.p, o.Value))
		} else {
			fmt.Fprintf(&out, ", **{%s: %s}", g.str(o.Name), literal(g.p, o.Value))
		}
	}
	return out.String()
}

func slicesContainsName(d ingest.Dialect, name string) bool {
	_, ok := d.Get(name)
	return ok
}

var keywords = " and as assert async await break class continue def del elif else except exec finally for from global if import in is lambda nonlocal not or pass print raise return try while with yield None True False "

func isName(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && !strings.Contains(keywords, " "+s+" ")
}

func (g *pathScript) listRows() {
	_, decoding := g.decodes()
	cleaning, converting := len(g.s.Clean) > 0, g.converts()
	cell := "cell"
	if cleaning {
		cell = "clean(cell)"
	}
	if converting {
		g.line(1, "header = None")
	}
	g.line(1, "for row in reader:")
	if decoding {
		g.line(2, "row = [decode(cell) for cell in row]")
	}
	switch {
	case converting:
		g.line(2, "if header is None:")
		if cleaning {
			g.line(3, "row = [clean(cell) for cell in row]")
		}
		g.line(3, "header = row")
		g.line(2, "else:")
		g.line(3, "names = header + [None] * len(row)  # a row may be longer")
		g.line(3, "row = [convert(%s, names[i], i + 1) for i, cell in enumerate(row)]", cell)
	case cleaning:
		g.line(2, "row = [clean(cell) for cell in row]")
	}
	g.line(2, "yield show(row)")
}

func (g *pathScript) dictRows() {
	_, decoding := g.decodes()
	g.line(1, "for row in reader:")
	if g.p == ingest.Py2 {
		g.line(2, "# hash(None) is an address: the order of the others is that of a dict without it")
		g.line(2, "order = {}")
		g.line(2, "for name in reader.fieldnames:")
		g.line(3, "order[name] = row[name]")
		g.line(2, "pairs = list(order.items()) + [(None, row[None]) for _ in [0] if None in row]")
	} else {
		g.line(2, "pairs = list(row.items())")
	}
	if decoding {
		g.decodePairs()
	}
	if len(g.s.Clean) > 0 || g.converts() {
		g.finishPairs(decoding)
	}
	g.line(2, "yield show_dict(pairs)")
}

// decodePairs makes a new dict of decoded keys, whose order is their own.
func (g *pathScript) decodePairs() {
	g.line(2, "decoded, extras = {}, []")
	g.line(2, "for key, value in pairs:")
	g.line(3, "key = decode(key)")
	g.line(3, "value = [decode(cell) for cell in value] if isinstance(value, list) else decode(value)")
	g.line(3, "if key is None:")
	g.line(4, "extras.append((key, value))")
	g.line(3, "else:")
	g.line(4, "decoded[key] = value")
	g.line(2, "pairs = list(decoded.items()) + extras")
}

func (g *pathScript) finishPairs(decoding bool) {
	cell := "value"
	if len(g.s.Clean) > 0 {
		cell = "clean(value)"
	}
	g.line(2, "finished = []")
	g.line(2, "for key, value in pairs:")
	g.line(3, "if isinstance(value, list):  # cells beyond the header")
	if len(g.s.Clean) > 0 {
		g.line(4, "value = [clean(cell) for cell in value]")
	} else {
		g.line(4, "pass")
	}
	g.line(3, "else:")
	if g.converts() {
		g.line(4, "value = convert(%s, key, %s)", cell, g.columnsOfKey(decoding))
	} else {
		g.line(4, "value = %s", cell)
	}
	g.line(3, "finished.append((key, value))")
	g.line(2, "pairs = finished")
}

// columnsOfKey returns the expression for the 1-based columns a dict's key
// stands for: several, where the header has a name twice.
func (g *pathScript) columnsOfKey(decoding bool) string {
	for _, t := range g.s.Types {
		if t.Index() > 0 && t.Type != "text" {
			name := "name"
			if decoding {
				name = "decode(name)"
			}
			return fmt.Sprintf("[i + 1 for i, name in enumerate(reader.fieldnames) if %s == key]", name)
		}
	}
	return "None"
}

// literal writes a value as Python source for a path's Python.
func literal(p ingest.Path, v ingest.Value) string {
	switch v.Kind {
	case ingest.KindNone:
		return "None"
	case ingest.KindBytes:
		if p == ingest.Py3 {
			return "b" + quoteBytes(v.Str)
		}
		return quoteBytes(v.Str)
	case ingest.KindText:
		if p == ingest.Py2 {
			return "u" + quoteText(v.Str)
		}
		return quoteText(v.Str)
	case ingest.KindFloat:
		return "float('" + v.Str + "')"
	}
	return v.Str // an int or a bool
}

func quoteBytes(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf || !writePlain(&b, rune(c)) {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String() + "'"
}

func quoteText(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range ingest.Runes(s) {
		switch {
		case r < utf8.RuneSelf && writePlain(&b, r):
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String() + "'"
}

// writePlain writes an ASCII character as it or its short escape, if it has one.
func writePlain(b *strings.Builder, r rune) bool {
	if i := strings.IndexRune("\t\n\r\\'", r); i >= 0 {
		b.WriteString([]string{`\t`, `\n`, `\r`, `\\`, `\'`}[i])
		return true
	}
	if r < ' ' || r == 0x7F {
		return false
	}
	b.WriteRune(r)
	return true
}
