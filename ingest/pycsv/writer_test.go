package pycsv

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// A writing is one csv.writer and the rows it is given.
type writing struct {
	options ingest.Dialect
	rows    []ingest.Value
}

func (w writing) operation() string { return "write" }

// marshal writes the options and rows as confirm.write reads them.
func (w writing) marshal(dst []byte) []byte {
	dst = marshalOptions(interptest.AppendMarshalTuple(dst, 2), w.options)
	return interptest.AppendMarshal(dst, ingest.List(w.rows...))
}

func (w writing) String() string {
	return fmt.Sprintf("csv.writer(f%s), rows %s", shownOptions(w.options), shownValues(w.rows...))
}

// run answers as confirm.write does.
func (w writing) run(v *Version) []string {
	d, fault := NewDialect(v, w.options)
	if fault != nil {
		return []string{"refused " + showFault(fault)}
	}
	writer := NewWriter(v, d)
	out := []string{}
	for _, row := range w.rows {
		got, fault, err := writer.WriteRow([]byte("before"), row)
		switch {
		case err != nil:
			out = append(out, err.Error())
		case fault != nil && string(got) != "before":
			out = append(out, fmt.Sprintf("a row that raised left %q", got))
		case fault != nil:
			out = append(out, "error "+showFault(fault))
		default:
			out = append(out, show(v.str(string(got[len("before"):]))))
		}
	}
	return out
}

// writeCases: of each row what is written, or the error. Options are written as
// for --dialect.
var writeCases = []struct {
	options string
	row     ingest.Value
	want    wants
	because string
}{
	{"", cellsRow("a", "b c", `d"e`, "f,g", "h\ni"), all(`a,b c,"d""e","f,g","h\ni"\r\n`), ""},
	{"", ingest.List(ingest.Float("0.30000000000000004"), ingest.None, ingest.Int(7), ingest.Bool(true)), all(`0.30000000000000004,,7,True\r\n`), "floats by repr in 2.7, too"},
	{"", ingest.List(ingest.None), all(`""\r\n`), "or the row would look empty"},
	{"", ingest.List(), all(`\r\n`), ""},
	{"quoting=3", ingest.List(ingest.None), all(`csv.Error: single empty field record must be quoted`), ""},
	{"", ingest.List(ingest.Text("\u00e9")), wants{{"2.7", `UnicodeEncodeError: 'ascii' codec can't encode character u'\xe9' in position 0: ordinal not in range(128)`}, {"", `é\r\n`}}, "str(unicode)"},
	{"", ingest.List(ingest.Bytes("abc")), wants{{"2.7", `abc\r\n`}, {"", `b'abc'\r\n`}}, "str(bytes)"},
	{"", cellsRow("a\x00b", "c"), wants{{"2.7", `a,c\r\n`}, {"3.10", `csv.Error: need to escape, but no escapechar set`}, {"3.6", `"a\x00b",c\r\n`}, {"3.7", `"a\x00b",c\r\n`}, {"3.8", `"a\x00b",c\r\n`}, {"3.9", `"a\x00b",c\r\n`}, {"", `a\x00b,c\r\n`}}, "a C string; an escapechar that is not set was NUL"},
	{`escapechar=\\`, cellsRow(`\`), wants{{"2.7", `"\\"\r\n`}, {"3.6", `"\\"\r\n`}, {"3.7", `"\\"\r\n`}, {"3.8", `"\\"\r\n`}, {"3.9", `"\\"\r\n`}, {"", `\\\\\r\n`}}, "the escapechar is escaped from 3.10 on"},
	{`lineterminator=\n`, cellsRow("a\rb"), wants{{"3.13", `"a\rb"\n`}, {"3.14", `"a\rb"\n`}, {"", `a\rb\n`}}, "3.13 quotes every newline"},
	{"", ingest.Int(5), wants{{"2.7", "csv.Error: sequence expected"}, {"", "csv.Error: iterable expected, not int"}}, ""},
	{"", ingest.Decimal("1"), wants{{"2.7", "csv.Error: sequence expected"}, {"", "csv.Error: iterable expected, not decimal.Decimal"}}, "in 3.x a type of C"},
	{"lineterminator=", ingest.List(), wants{{"2.7", "TypeError: argument 1 must be string or buffer, not None"}, {"", ""}}, "2.7 has no buffer yet"},
	{"", ingest.Dict(ingest.Text("a"), ingest.Int(1)), wants{{"2.7", "csv.Error: sequence expected"}, {"", `a\r\n`}}, "a dict iterates over its keys"},
	{"", ingest.Text("ab"), all(`a,b\r\n`), "a string is a row of characters"},
	{"quoting=2", ingest.List(ingest.Decimal("1.50"), ingest.Date("2012-01-02"), ingest.DateTime("2012-01-02T03:04:05"), ingest.None), all(`1.50,"2012-01-02","2012-01-02 03:04:05",""\r\n`), "a Decimal is a number, a date is none"},
	{"doublequote=False", cellsRow(`a"b`), all("csv.Error: need to escape, but no escapechar set"), ""},
	{"quoting=4", ingest.List(ingest.None), wants{{"3.12", `""\r\n`}, {"3.13", "csv.Error: single empty field record must be quoted"}, {"3.14", "csv.Error: single empty field record must be quoted"}, {"", `TypeError: bad "quoting" value`}}, "None may not be quoted"},
}

func cellsRow(cells ...string) ingest.Value {
	row := ingest.List()
	for _, c := range cells {
		row.Items = append(row.Items, ingest.Text(c))
	}
	return row
}

// native turns the text of a case, but for text that is not ASCII, into what a
// literal of the version is.
func (v *Version) nativeRow(row ingest.Value) ingest.Value {
	out := row.Clone()
	for i, c := range out.Items {
		if c.Kind == ingest.KindText && !v.Text && ingest.IsASCII(c.Str) {
			out.Items[i].Kind = ingest.KindBytes
		}
	}
	return out
}

func (v *Version) writing(t *testing.T, options string, row ingest.Value) writing {
	t.Helper()
	var words []string
	if options != "" {
		words = strings.Fields(options)
	}
	d, err := ingest.ParseDialect(v.Python.Path(), words...)
	if err != nil {
		t.Fatal(err)
	}
	return writing{d, []ingest.Value{v.nativeRow(row)}}
}

// briefWrite writes a line as writeCases have it.
func briefWrite(line string) string {
	if strings.HasPrefix(line, "error ") || strings.HasPrefix(line, "refused ") {
		return brief([]string{strings.Replace(line, "refused ", "error ", 1)})
	}
	s, _ := strconv.Unquote(briefCell(line))
	return strings.NewReplacer(`\`, `\\`, "\r", `\r`, "\n", `\n`, "\x00", `\x00`).Replace(s)
}

func TestWriteRow(t *testing.T) {
	for _, py := range Modelled() {
		v := version(t, py)
		for _, c := range writeCases {
			got := briefWrite(v.writing(t, c.options, c.row).run(v)[0])
			if want := c.want.expect(py); got != want {
				t.Errorf("%s %s %v: got %s, want %s (%s)", py, c.options, c.row, got, want, c.because)
			}
		}
	}
}

func TestWriterConfirm(t *testing.T) {
	confirmTable(t, "writer", func(v *Version) (all []writing) {
		for _, c := range writeCases {
			all = append(all, v.writing(t, c.options, c.row))
		}
		return all
	})
	confirmGenerated(t, "writer", 24_000, func(g *generator) writing { return writing{g.WriterOptions(), g.WrittenRows()} })
}
