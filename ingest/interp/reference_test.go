package interp_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// referenceCases are outcomes worked out by hand from the documentation and the
// source of the standard library, one or more per open mode, reader, cleaning
// step and type. A path's rows run on all its interpreters unless from or until
// say otherwise.
var referenceCases = []struct {
	name  string
	args  string // as "feedparity ingest" takes them, settings apart from these are defaults
	input string
	want  string // wire lines, joined by a space
}{
	// Every open mode: which line breaks it sees and where decoding happens.
	{"py2 bytes keeps what it reads", "py2 bytes", "a,\xe9\r\n", `[{"bytes":"61"},{"bytes":"e9"}]`},
	{"py2 bytes-decode decodes cells", "py2 bytes-decode codec=latin-1", "a,\xe9\r\n", `["a","é"]`},
	{"py2 bytes-decode faults at the cell, after the rows before", "py2 bytes-decode", "a,b\nc,\xff\n", `["a","b"] {"fault":{"type":"UnicodeDecodeError","message":"'utf8' codec can't decode byte 0xff in position 0: invalid start byte","row":2}}`},
	{"py2 bytes cannot end a row at a lone CR", "py2 bytes", "a\rb\r", `{"fault":{"type":"csv.Error","message":"new-line character seen in unquoted field - do you need to open the file in universal-newline mode?","row":1}}`},
	{"py2 universal translates also inside quotes", "py2 universal", "a,\"x\r\ny\"\rb,c", `["a","x\ny"] ["b","c"]`},
	{"py2 recode splits at U+2028", "py2 recode codec=utf-8", "a\u2028b\n", "[\"a\u2028\"] [\"b\"]"},
	{"py2 codecs-open hands unicode to csv, which wants ASCII", "py2 codecs-open", "a,b\nc,é\n", `[{"bytes":"61"},{"bytes":"62"}] {"fault":{"type":"UnicodeEncodeError","message":"'ascii' codec can't encode character u'\\xe9' in position 2: ordinal not in range(128)","row":2}}`},
	{"py2 io-open splits at CR", "py2 io-open", "a\rb\r\n", `[{"bytes":"61"}] [{"bytes":"62"}]`},
	{"py2 io-open keeps newlines in quotes", "py2 io-open", "a,\"x\r\ny\"\n", `[{"bytes":"61"},{"bytes":"780d0a79"}]`},
	{"py2 splitlines drops newlines in quotes", "py2 splitlines", "a,\"x\ny\"\n", `["a","xy"]`},
	{"py3 text keeps newlines in quotes", "py3 text", "a,\"x\r\ny\"\n", `["a","x\r\ny"]`},
	{"py3 text loses the rows of a failing chunk", "py3 text", "a,b\nc,\xff\n", `{"fault":{"type":"UnicodeDecodeError","message":"'utf-8' codec can't decode byte 0xff in position 6: invalid start byte","row":1}}`},
	{"py3 text-universal translates", "py3 text-universal", "a,\"x\r\ny\"\n", `["a","x\ny"]`},
	{"py3 locale of this process", "py3 locale codec=UTF8", "é,\"\r\"", `["é","\n"]`},
	{"py3 locale of another", "py3 locale codec=latin-1", "\xe9", `["é"]`},
	{"py3 codecs-open splits at VT", "py3 codecs-open", "a,x\x0by\n", `["a","x\u000b"] ["y"]`},
	{"py3 codecs-open drops a truncated tail", "py3 codecs-open", "a,\xc3", `["a",""]`},
	{"py3 iterdecode faults in its line", "py3 iterdecode", "a,b\nc,\xff\n", `["a","b"] {"fault":{"type":"UnicodeDecodeError","message":"'utf-8' codec can't decode byte 0xff in position 2: invalid start byte","row":2}}`},
	{"py3 stringio", "py3 stringio codec=utf-8-sig", "\ufeffa\n\"b\"", `["a"] ["b"]`},
	{"py3 splitlines splits at U+2028", "py3 splitlines", "a\u2028b\n", `["a"] ["b"]`},
	{"errors=replace", "py3 text errors=replace", "\xff", "[\"\ufffd\"]"},
	{"an unknown error handler is an outcome", "py3 text errors=nope", "\xff", `{"fault":{"type":"LookupError","message":"unknown error handler name 'nope'","row":1}}`},
	{"empty input", "py3 text", "", ``},
	{"empty input in py2", "py2 bytes", "", ``},
	{"utf-16 in py2 holds NUL", "py2 bytes", "\xff\xfea\x00\n\x00", `{"fault":{"type":"csv.Error","message":"line contains NUL","row":1}}`},

	// Dialects and limits.
	{"dialect of byte strings", `py2 bytes delimiter=\xa7 quotechar='`, "a\xa7'b\xa7c'\n", `[{"bytes":"61"},{"bytes":"62a763"}]`},
	{"dialect of text", `py3 text delimiter=\u00a7`, "a§b\n", `["a","b"]`},
	{"a dialect Python refuses is an outcome", "py3 text quoting=9", "a", `{"fault":{"type":"TypeError","message":"bad \"quoting\" value","row":1}}`},
	{"a keyword csv does not know", "py2 bytes nope=1", "a", `{"fault":{"type":"TypeError","message":"'nope' is an invalid keyword argument for this function","row":1}}`},
	{"quoting makes floats", "py2 bytes quoting=2", "1.5,\"x\"\n", `[{"float":"1.5"},{"bytes":"78"}]`},
	{"floats pass through decoding", "py2 bytes-decode quoting=2", "1,\"é\"\n", `[{"float":"1.0"},"é"]`},
	{"field limit", "py3 text limit=3", "abcd\n", `{"fault":{"type":"csv.Error","message":"field larger than field limit (3)","row":1}}`},
	{"sniffed dialect", "py2 bytes sniff", "a;b\nc;d\n", `[{"bytes":"61"},{"bytes":"62"}] [{"bytes":"63"},{"bytes":"64"}]`},
	{"sniffed dialect", "py3 text sniff", "a;b\nc;d\n", `["a","b"] ["c","d"]`},
	{"sniffer gives up", "py3 splitlines sniff", "", `{"fault":{"type":"csv.Error","message":"Could not determine delimiter","row":1}}`},

	// DictReader.
	{"dict in the order of Python 2's hashes, None last", "py2 bytes dict", "sku,qty,name\n1,2,3,4,5\n", `{"dict":[[{"bytes":"736b75"},{"bytes":"31"}],[{"bytes":"6e616d65"},{"bytes":"33"}],[{"bytes":"717479"},{"bytes":"32"}],[null,[{"bytes":"34"},{"bytes":"35"}]]]}`},
	{"dict decodes keys and extras", "py2 bytes-decode dict codec=latin-1", "\xe9\n\xe8,\xea\n", `{"dict":[["é","è"],[null,["ê"]]]}`},
	{"short row", "py3 text dict", "a,b\n1\n", `{"dict":[["a","1"],["b",null]]}`},
	{"extras are cleaned one by one, not converted", "py3 text dict clean=strip type:a=int type:2=int", "a,b\n 1 , 2 , 3 , 4\n", `{"dict":[["a",{"int":"1"}],["b",{"int":"2"}],[null,["3","4"]]]}`},
	{"keys are not cleaned", "py3 text dict clean=upper", "a\nb\n", `{"dict":[["a","B"]]}`},

	// Cleaning and types.
	{"steps in order, header too", "py3 text clean=strip clean=upper", " straße \n", `["STRASSE"]`},
	{"steps on bytes are ASCII", "py2 bytes clean=upper", "\xc3\xa9a\n", `[{"bytes":"c3a941"}]`},
	{"lstrip, rstrip, lower, title, capitalize", "py3 text clean=lstrip clean=lower clean=title", " AB c \n", `["Ab C "]`},
	{"types by name and number", "py3 text type:qty=int type:2=float type:3=decimal type:4=text", "qty,b,c,d\n1_0,1e16,1.10,x\n", `["qty","b","c","d"] [{"int":"10"},{"float":"1e+16"},{"decimal":"1.10"},"x"]`},
	{"NBSP is no space to py2 bytes", "py2 bytes type:1=int", "q\n12\xc2\xa0\n", `[{"bytes":"71"}] {"fault":{"type":"ValueError","message":"invalid literal for int() with base 10: '12\\xc2\\xa0'","row":2}}`},
	{"NBSP is one to py3", "py3 text type:1=int", "q\n12\u00a0\n", `["q"] [{"int":"12"}]`},
	{"a long has no L", "py2 bytes type:1=int", "q\n99999999999999999999\n", `[{"bytes":"71"}] [{"int":"99999999999999999999"}]`},
	{"a non-ASCII name never equals unicode in py2", "py2 bytes-decode type:é=int", "é\n1\n", `["é"] ["1"]`},
	{"a name that is cleaned matches", "py3 text clean=strip type:q=int", " q ,q\n1,2\n", `["q","q"] [{"int":"1"},{"int":"2"}]`},
	{"a column beyond the header", "py3 text type:2=int", "q\n1,2\n", `["q"] ["1",{"int":"2"}]`},

	// The wire form of what JSON cannot hold.
	{"surrogates of Python 2", "py2 bytes-decode", "\xed\xa0\xbd\xed\xb8\x80,\xed\xa0\xbd\n", `[{"codepoints":"d83d de00"},"\ud83d"]`},
	{"surrogates of Python 3", "py3 text errors=surrogateescape", "\xff\n", `["\udcff"]`},
	{"escapes", "py3 text", "\"\"\"\\\t\x7f\"\n", "[\"\\\"\\\\\\t\x7f\"]"},
}

// parseCase turns the short notation of the table into settings.
func parseCase(t *testing.T, py ingest.Python, words string) ingest.Settings {
	t.Helper()
	path := py.Path()
	fields := strings.Fields(words)
	s := ingest.DefaultSettings(py)
	s.Open = ingest.OpenMode(fields[1])
	for _, w := range fields[2:] {
		name, value, _ := strings.Cut(w, "=")
		switch {
		case name == "codec":
			s.Codec = value
		case name == "errors":
			s.Errors = value
		case name == "dict":
			s.Reader = ingest.DictReader
		case name == "sniff":
			s.Sniff = true
		case name == "limit":
			s.FieldLimit = 3
		case name == "clean":
			s.Clean = append(s.Clean, ingest.Step(value))
		case strings.HasPrefix(name, "type:"):
			s.Types = append(s.Types, ingest.ColumnType{Column: name[len("type:"):], Type: value})
		default:
			o, err := ingest.ParseDialectOption(path, w)
			if err != nil {
				t.Fatal(err)
			}
			s.Dialect = append(s.Dialect, o)
		}
	}
	return s
}

func input(data string, s ingest.Settings) ingest.Input {
	return ingest.Input{Name: "in.csv", Data: strings.NewReader(data), Size: int64(len(data)), Settings: s}
}

func TestReferenceConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		var inputs []ingest.Input
		var which []int
		for i, c := range referenceCases {
			if strings.HasPrefix(c.args, p.Interpreter.Version.Path().String()) {
				inputs = append(inputs, input(c.input, parseCase(t, p.Interpreter.Version, c.args)))
				which = append(which, i)
			}
		}
		out, err := p.Batch(t.Context(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		mismatches := 0
		for n, o := range out {
			c := referenceCases[which[n]]
			if got := oneLine(o); got != c.want {
				mismatches++
				t.Errorf("%s (%s)\n got %s\nwant %s", c.name, c.args, got, c.want)
			}
		}
		interptest.Record(t, "interp-reference", p, len(out), mismatches)
	})
}

func oneLine(o ingest.Outcome) string {
	return string(bytes.ReplaceAll(bytes.TrimSuffix(wire.AppendOutcome(nil, o), []byte("\n")), []byte("\n"), []byte(" ")))
}
