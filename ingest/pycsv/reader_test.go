package pycsv

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// readerCase is one row of the table: TestReader judges the model by it,
// TestReaderConfirm every real CPython found.
type readerCase struct {
	name    string
	items   []string // native strings of the version
	dialect string   // options as "feedparity ingest --dialect" takes them, between spaces
	limit   int64    // 0 stands for the default
	want    wants
	because string
}

// wants says what is expected from which versions: "2.7", "3", "3.6-3.10",
// "3.11+", "" for all others. Rows are lists, an error its class and message.
type wants [][2]string

func all(want string) wants { return wants{{"", want}} }

const (
	unquotedNewline2 = `csv.Error: new-line character seen in unquoted field - do you need to open the file in universal-newline mode?`
	unquotedNewline3 = `csv.Error: new-line character seen in unquoted field - do you need to open the file with newline=''?`
)

var readerCases = []readerCase{
	{"nul", []string{"a,b\n", "a\x00b\n", "c\n"}, "", 0, wants{
		{"2.7", `["a" "b"]; csv.Error: line contains NUL; ["c"]`},
		{"3.6", `["a" "b"]; csv.Error: line contains NULL byte; ["c"]`},
		{"3.7-3.10", `["a" "b"]; csv.Error: line contains NUL; ["c"]`},
		{"3.11+", `["a" "b"]; ["a\x00b"]; ["c"]`},
	}, "3.11 takes NUL for a character; the reader goes on after the error"},
	{"nul in quotes", []string{"\"a\x00\"\n"}, "", 0, wants{
		{"3.6", `csv.Error: line contains NULL byte`}, {"3.11+", `["a\x00"]`}, {"", `csv.Error: line contains NUL`},
	}, "the fast loop over quoted text must see it, too"},
	{"nul after newline", []string{"a\n\x00"}, "", 0, wants{
		{"3.6", `csv.Error: line contains NULL byte`}, {"3.11-3.12", unquotedNewline2}, {"3.13-3.14", unquotedNewline3}, {"", `csv.Error: line contains NUL`},
	}, "NUL is met before the state is asked"},
	{"lone cr", []string{"a,b\rc\n", "d\n"}, "", 0, wants{
		{"3.13-3.14", unquotedNewline3 + `; ["d"]`}, {"", unquotedNewline2 + `; ["d"]`},
	}, "3.13 reworded the message"},
	{"newlines at the end", []string{"a,b\r\r\n"}, "", 0, all(`["a" "b"]`), "EAT_CRNL takes any number"},
	{"blank items", []string{"", "\n", "\r\n", "a"}, "", 0, all(`[]; []; []; ["a"]`), "a blank item is an empty row"},
	{"items are records", []string{"a", "b"}, "", 0, all(`["a"]; ["b"]`), "no newline needed"},
	{"quoted over items", []string{"\"a", "b\"\n"}, "", 0, all(`["ab"]`), "the end of an item inside quotes adds nothing"},
	{"escaped lf", []string{"a,b\\\n", "c,d\n"}, `escapechar=\\`, 0, wants{
		{"2.7", `["a" "b\n"]; ["c" "d"]`}, {"3", `["a" "b\nc" "d"]`},
	}, "3.x goes to AFTER_ESCAPED_CRNL"},
	{"escaped lf, delimiter", []string{"a\\\n", ",b\n"}, `escapechar=\\`, 0, wants{
		{"2.7", `["a\n"]; ["" "b"]`}, {"3", `["a\n" "b"]`},
	}, "AFTER_ESCAPED_CRNL knows the delimiter"},
	{"escaped lf, chars, eol", []string{"a\\\nbc", "d\n"}, `escapechar=\\`, 0, wants{
		{"2.7", `["a\nbc"]; ["d"]`}, {"3", `["a\nbcd"]`},
	}, "an ordinary character does not leave AFTER_ESCAPED_CRNL"},
	{"escaped lf at the end, strict", []string{"a\\\n"}, `escapechar=\\ strict=True`, 0, wants{
		{"2.7", `["a\n"]`}, {"3", `csv.Error: unexpected end of data`},
	}, "the record is still open in 3.x"},
	{"escape at the item's end", []string{`a\`, "b"}, `escapechar=\\`, 0, all(`["a\nb"]`), "EOL after the escape is a newline and the record goes on"},
	{"escape in quotes", []string{`"a\"b",c`}, `escapechar=\\`, 0, all(`["a\"b" "c"]`), ""},
	{"escape equals quote", []string{`"a""b",c`}, `escapechar="`, 0, wants{
		{"3.13-3.14", `ValueError: bad escapechar or quotechar value`}, {"", `["a\"b,c"]`},
	}, "inside quotes the escapechar is tested first, at the field's start the quotechar"},
	{"delimiter equals quote", []string{`a"b"c`}, `delimiter="`, 0, wants{
		{"3.13-3.14", `ValueError: bad delimiter or quotechar value`}, {"", `["a" "b" "c"]`},
	}, ""},
	{"quote then text", []string{`"a"b,c`}, "", 0, all(`["ab" "c"]`), "not strict"},
	{"quote then text, strict", []string{`"a"b,c`, "d"}, "strict=True", 0, all(`csv.Error: ',' expected after '"'; ["d"]`), ""},
	{"open quote at the end", []string{"\"a\n"}, "", 0, all(`["a\n"]`), "the row is returned"},
	{"open quote at the end, strict", []string{"\"a\n"}, "strict=True", 0, all(`csv.Error: unexpected end of data`), ""},
	{"skipinitialspace", []string{"a,  b, \"c\",\td\n"}, "skipinitialspace=True", 0, all(`["a" "b" "c" "\td"]`), "spaces only, no tab"},
	{"quote none", []string{`"a",b`}, "quoting=3", 0, all(`["\"a\"" "b"]`), ""},
	{"quotechar none", []string{`"a",b`}, "quotechar=None", 0, all(`["\"a\"" "b"]`), "without quoting= it means QUOTE_NONE"},
	{"no doublequote", []string{`"a""b",c`}, "doublequote=False", 0, all(`["a\"b\"" "c"]`), "the quote ends the quoting"},
	{"nonnumeric", []string{` 1 ,"2",,"x"`}, "quoting=2", 0, all(`[1.0 "2" "" "x"]`), "an unquoted empty field stays text"},
	{"nonnumeric text", []string{"abc", "1"}, "quoting=2", 0, wants{
		{"2.7", `ValueError: could not convert string to float: abc; [1.0]`},
		{"3", `ValueError: could not convert string to float: 'abc'; [1.0]`},
	}, ""},
	{"nonnumeric underscore", []string{"1_0"}, "quoting=2", 0, wants{
		{"2.7", `ValueError: invalid literal for float(): 1_0`}, {"3", `[10.0]`},
	}, "PEP 515"},
	{"nonnumeric arabic", []string{"\u0661\u0662"}, "quoting=2", 0, wants{
		{"2.7", "ValueError: could not convert string to float: \u00d9\u00a1\u00d9\u00a2"}, {"3", `[12.0]`},
	}, "2.7 sees bytes, shown one to one"},
	{"nonnumeric escaped", []string{`\a`}, `quoting=2 escapechar=\\`, 0, wants{
		{"3.13-3.14", `ValueError: could not convert string to float: 'a'`}, {"", `["a"]`},
	}, "3.13 asks whether the field was quoted, not how it began"},
	{"strings", []string{`1,"b",,""`}, "quoting=4", 0, wants{
		{"3.12", `["1" "b" "" ""]`}, {"3.13-3.14", `[1.0 "b" None ""]`}, {"", `TypeError: bad "quoting" value`},
	}, "3.12.1 knows the constant, its reader ignores it"},
	{"notnull", []string{`1,"b",,""`}, "quoting=5", 0, wants{
		{"3.12", `["1" "b" "" ""]`}, {"3.13-3.14", `["1" "b" None ""]`}, {"", `TypeError: bad "quoting" value`},
	}, ""},
	{"limit", []string{"abc,d\n", "abcd,d\n", "e\n"}, "", 3, all(`["abc" "d"]; csv.Error: field larger than field limit (3); ["e"]`), "exactly the limit passes"},
	{"limit over items", []string{"\"ab\n", "cd\"\n", "e\n"}, "", 3, all(`csv.Error: field larger than field limit (3); ["e"]`), "newlines count, glued items add up"},
	{"limit of characters", []string{"\u00e9\u00e9,x\n", "\u00e9\u00e9\u00e9\n"}, "", 2, wants{
		{"2.7", `csv.Error: field larger than field limit (2); csv.Error: field larger than field limit (2)`},
		{"3", `["éé" "x"]; csv.Error: field larger than field limit (2)`},
	}, "2.7 counts bytes"},
	{"limit and skipped spaces", []string{"a,     b"}, "skipinitialspace=True", 1, all(`["a" "b"]`), "what is dropped does not count"},
	{"wide delimiter", []string{"a\u20acb\u20adc\u20ac\u201ed\u20ace\u201e"}, "delimiter=\u20ac quotechar=\u201e", 0, wants{
		{"2.7", `TypeError: "delimiter" must be an 1-character string`}, {"3", `["a" "b₭c" "d€e"]`},
	}, "another character may begin with the same byte"},
	{"tab", []string{"a\tb,c"}, `delimiter=\t`, 0, all(`["a" "b,c"]`), ""},
	{"dialect by name", []string{"a\tb,c"}, "dialect=excel-tab", 0, all(`["a" "b,c"]`), "the registry of Lib/csv.py"},
	{"unix", []string{"a"}, "dialect=unix", 0, wants{{"2.7", `csv.Error: unknown dialect`}, {"3", `["a"]`}}, "3.2 added it"},
	{"unknown dialect", []string{"a"}, "dialect=nope", 0, all(`csv.Error: unknown dialect`), ""},
	{"unknown keyword", []string{"a"}, "bogus=1", 0, wants{
		{"3.13-3.14", `TypeError: this function got an unexpected keyword argument 'bogus'`}, {"", `TypeError: 'bogus' is an invalid keyword argument for this function`},
	}, ""},
	{"misspelled keyword", []string{"a"}, "delimeter=;", 0, wants{
		{"3.13-3.14", `TypeError: this function got an unexpected keyword argument 'delimeter'. Did you mean 'delimiter'?`},
		{"", `TypeError: 'delimeter' is an invalid keyword argument for this function`},
	}, ""},
	{"keyword in capitals", []string{"a"}, "DIALECT=1", 0, wants{
		{"3.13-3.14", `TypeError: this function got an unexpected keyword argument 'DIALECT'`},
		{"", `TypeError: 'DIALECT' is an invalid keyword argument for this function`},
	}, "seven changes of case are too many for a suggestion"},
	{"two unknown keywords", []string{"a"}, "bogus=1 aaa=1", 0, wants{
		{"2.7", `TypeError: 'aaa' is an invalid keyword argument for this function`},
		{"3.13-3.14", `TypeError: this function got an unexpected keyword argument 'bogus'`},
		{"3", `TypeError: 'bogus' is an invalid keyword argument for this function`},
	}, "the first in the order of the keyword dict"},
	{"delimiter empty", []string{"a"}, "delimiter=", 0, wants{
		{"2.7", `TypeError: "delimiter" must be an 1-character string`}, {"3.14", `TypeError: "delimiter" must be a unicode character, not a string of length 0`},
		{"3", `TypeError: "delimiter" must be a 1-character string`},
	}, ""},
	{"delimiter None", []string{"a"}, "delimiter=None", 0, wants{
		{"2.7", `TypeError: "delimiter" must be an 1-character string`},
		{"3.6-3.8", `TypeError: "delimiter" must be a 1-character string`},
		{"3.14", `TypeError: "delimiter" must be a unicode character, not NoneType`},
		{"3.9+", `TypeError: "delimiter" must be string, not NoneType`},
	}, ""},
	{"quotechar empty", []string{"a"}, "quotechar=", 0, wants{
		{"3.14", `TypeError: "quotechar" must be a unicode character or None, not a string of length 0`},
		{"3.11+", `TypeError: "quotechar" must be a 1-character string`}, {"", `TypeError: quotechar must be set if quoting enabled`},
	}, ""},
	{"quotechar None, quoting 0", []string{"a"}, "quotechar=None quoting=0", 0, all(`TypeError: quotechar must be set if quoting enabled`), ""},
	{"escapechar empty", []string{"a"}, "escapechar=", 0, wants{
		{"3.14", `TypeError: "escapechar" must be a unicode character or None, not a string of length 0`},
		{"3.11+", `TypeError: "escapechar" must be a 1-character string`}, {"", `["a"]`},
	}, "it used to mean None"},
	{"quotechar bool", []string{"a"}, "quotechar=True", 0, wants{
		{"3.14", `TypeError: "quotechar" must be a unicode character or None, not bool`},
		{"3.9+", `TypeError: "quotechar" must be string or None, not bool`}, {"", `TypeError: "quotechar" must be string, not bool`},
	}, ""},
	{"quoting bool", []string{`"a"`}, "quoting=True", 0, wants{{"2.7", `["a"]`}, {"3.14", `TypeError: "quoting" must be an integer, not bool`}, {"3", `TypeError: "quoting" must be an integer`}}, ""},
	{"quoting too big", []string{`"a"`}, "quoting=4294967299", 0, wants{
		{"2.7", `["\"a\""]`}, {"3.6", `ValueError: integer out of range for "quoting"`},
		{"3.7+", `OverflowError: Python int too large to convert to C int`},
	}, "2.7 cuts the number to 32 bits: 3, QUOTE_NONE"},
	{"lineterminator None", []string{"a"}, "lineterminator=None", 0, wants{
		{"3.14", `TypeError: "lineterminator" must be a string, not NoneType`}, {"", `TypeError: lineterminator must be set`},
	}, ""},
	{"lineterminator holds the delimiter", []string{"a"}, "lineterminator=,;", 0, wants{
		{"3.13-3.14", `ValueError: bad delimiter or lineterminator value`}, {"", `["a"]`},
	}, ""},
	{"delimiter newline", []string{"a\nb"}, `delimiter=\n`, 0, wants{
		{"3.13-3.14", `ValueError: bad delimiter value`}, {"", unquotedNewline2},
	}, "newlines are tested before the delimiter"},
	{"space quote, skipinitialspace", []string{"a"}, "quotechar=\\x20 skipinitialspace=True", 0, wants{
		{"3.13-3.14", `ValueError: bad quotechar value`}, {"", `["a"]`},
	}, ""},
	{"faults come in the order of the options", []string{"a"}, "quoting=9 escapechar=ab delimiter=True", 0, wants{
		{"3.14", `TypeError: "delimiter" must be a unicode character, not bool`}, {"", `TypeError: "delimiter" must be string, not bool`},
	}, "not in the order given"},
}

// expect returns what a version should do.
func (w wants) expect(py ingest.Python) string {
	for _, e := range w {
		if covers(e[0], py) {
			return e[1]
		}
	}
	return "no expectation"
}

func covers(versions string, py ingest.Python) bool {
	from, to, isRange := strings.Cut(versions, "-")
	switch {
	case versions == "":
		return true
	case versions == "3":
		return py.Major == 3
	case strings.HasSuffix(versions, "+"):
		return comparePython(py, parse(strings.TrimSuffix(versions, "+"))) >= 0
	case isRange:
		return comparePython(py, parse(from)) >= 0 && comparePython(py, parse(to)) <= 0
	}
	return py == parse(versions)
}

func parse(s string) ingest.Python {
	py, err := ingest.ParsePython(s)
	if err != nil {
		panic(err)
	}
	return py
}

func (c readerCase) call(t testing.TB, v *Version) call {
	t.Helper()
	out := call{Limit: c.limit}
	if out.Limit == 0 {
		out.Limit = ingest.DefaultFieldLimit
	}
	for _, s := range c.items {
		out.Items = append(out.Items, v.str(s))
	}
	d, err := ingest.ParseDialect(v.Python.Path(), strings.Fields(c.dialect)...)
	if err != nil {
		t.Fatal(err)
	}
	out.Dialect = d
	return out
}

// brief writes the lines of a run as the table has them.
func brief(lines []string) string {
	var out []string
	for _, l := range lines {
		kind, rest, _ := strings.Cut(l, " ")
		switch kind {
		case "row":
			rest, _, _ = strings.Cut(rest, "@")
			cells := strings.Split(strings.Trim(rest, "[]"), ",")
			for i, c := range cells {
				cells[i] = briefCell(c)
			}
			out = append(out, "["+strings.Join(cells, " ")+"]")
		case "error", "refused":
			rest, _, _ = strings.Cut(rest, "@")
			class, text, _ := strings.Cut(rest, "|")
			b, _ := hex.DecodeString(text)
			out = append(out, fmt.Sprintf("%s: %s", class, b))
		}
	}
	return strings.Join(out, "; ")
}

func briefCell(c string) string {
	kind, text, ok := strings.Cut(c, ":")
	switch {
	case c == "":
		return ""
	case !ok:
		return "None"
	case kind == "f":
		return text
	}
	b, _ := hex.DecodeString(text)
	return strconv.Quote(string(b))
}

func TestReader(t *testing.T) {
	for _, py := range Modelled() {
		v := version(t, py)
		for _, c := range readerCases {
			if got, want := brief(c.call(t, v).run(v)), c.want.expect(py); got != want {
				t.Errorf("%s %s: got  %s\nwant %s (%s)", py, c.name, got, want, c.because)
			}
		}
	}
}

func TestReaderConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		v := version(t, p.Interpreter.Version)
		calls := make([]call, len(readerCases))
		for i, c := range readerCases {
			calls[i] = c.call(t, v)
		}
		bad := 0
		for i, lines := range ask(t, p, calls) {
			c := readerCases[i]
			if got, want := brief(lines), c.want.expect(v.Python); got != want {
				bad++
				t.Errorf("%s: python does %s\nwant %s (%s)", c.name, got, want, c.because)
			}
		}
		interptest.Record(t, "reader", p, len(calls), bad)
	})
}

// oddItems are items that are no native strings, and what both judges say to them.
var oddItems = []struct {
	item ingest.Value
	want wants
}{
	{ingest.Text("a,b"), wants{{"", `["a" "b"]`}}},
	{ingest.Text("a\u00e9"), wants{
		{"2.7", `UnicodeEncodeError: 'ascii' codec can't encode character u'\xe9' in position 1: ordinal not in range(128)`}, {"3", `["aé"]`},
	}},
	{ingest.Text("\u20ac\U0001f600b\u00e9"), wants{
		{"2.7", `UnicodeEncodeError: 'ascii' codec can't encode characters in position 0-1: ordinal not in range(128)`}, {"3", `["€😀bé"]`},
	}},
	{ingest.Bytes("a,b"), wants{
		{"2.7", `["a" "b"]`},
		{"3.6-3.9", `csv.Error: iterator should return strings, not bytes (did you open the file in text mode?)`},
		{"3.10+", `csv.Error: iterator should return strings, not bytes (the file should be opened in text mode)`},
	}},
	{ingest.None, wants{
		{"2.7", `TypeError: expected string or Unicode object, NoneType found`},
		{"3.6-3.9", `csv.Error: iterator should return strings, not NoneType (did you open the file in text mode?)`},
		{"3.10+", `csv.Error: iterator should return strings, not NoneType (the file should be opened in text mode)`},
	}},
}

func TestOddItems(t *testing.T) {
	for _, py := range Modelled() {
		for _, c := range oddItems {
			got := brief(call{Items: []ingest.Value{c.item}, Limit: 100}.run(version(t, py)))
			if want := c.want.expect(py); got != want {
				t.Errorf("%s %v: got %s, want %s", py, c.item, got, want)
			}
		}
	}
}

func TestOddItemsConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		calls := make([]call, len(oddItems))
		for i, c := range oddItems {
			calls[i] = call{Items: []ingest.Value{c.item}, Limit: 100}
		}
		bad := 0
		for i, lines := range ask(t, p, calls) {
			if got, want := brief(lines), oddItems[i].want.expect(p.Interpreter.Version); got != want {
				bad++
				t.Errorf("%v: python does %s, want %s", calls[i].Items, got, want)
			}
		}
		interptest.Record(t, "reader", p, len(calls), bad)
	})
}

func TestVersionOfUnmodelled(t *testing.T) {
	for py, nearest := range map[string]string{"2.6": "2.7", "3.5": "3.6", "3.0": "3.6", "3.15": "3.14", "3.99": "3.14"} {
		_, err := VersionOf(parse(py))
		if err == nil || !strings.HasSuffix(err.Error(), " is not modelled, the nearest is "+nearest) {
			t.Errorf("VersionOf(%s): error %v, want one that names %s", py, err, nearest)
		}
	}
}
