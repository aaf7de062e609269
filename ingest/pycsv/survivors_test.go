package pycsv

import (
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// survivor is a row that some mutant of the models was not caught without, see
// cmd/mutate. As with readerCases, TestSurvivors judges the model by it and
// TestSurvivorsConfirm every real CPython.
type survivor struct {
	name    string
	items   []string // native strings of the version
	options func(v *Version) ingest.Dialect
	limit   int64 // 0 stands for the default
	dict    bool  // csv.DictReader
	want    wants
	because string
}

// with makes options of alternating names and values; a string is one of the version.
func with(pairs ...any) func(*Version) ingest.Dialect {
	return func(v *Version) ingest.Dialect {
		var d ingest.Dialect
		for i := 0; i < len(pairs); i += 2 {
			value, ok := pairs[i+1].(ingest.Value)
			if !ok {
				value = v.str(pairs[i+1].(string))
			}
			d = append(d, ingest.DialectOption{Name: pairs[i].(string), Value: value})
		}
		return d
	}
}

var nine = []any{
	"dialect", "excel", "delimiter", ",", "doublequote", ingest.Bool(true), "escapechar", ingest.None, "lineterminator", "\n",
	"quotechar", `"`, "quoting", ingest.Int(0), "skipinitialspace", ingest.Bool(false), "strict", ingest.Bool(false),
}

const (
	zipMessage  = `TypeError: zip argument #1 must support iteration`
	intMessage  = `TypeError: 'int' object is not iterable`
	longMessage = `OverflowError: Python int too large to convert to C long`
	cIntMessage = `OverflowError: Python int too large to convert to C int`
)

var survivors = []survivor{
	{"delimiter not in the default lineterminator", []string{"a~b"}, with("delimiter", "~"), 0, false, all(`["a" "b"]`), "the default is CR LF and nothing more"},
	{"delimiter not in a named dialect's lineterminator", []string{"a~b"}, with("dialect", "excel", "delimiter", "~"), 0, false, all(`["a" "b"]`), ""},
	{"delimiter not in the lineterminator of unix", []string{"a~b"}, with("dialect", "unix", "delimiter", "~"), 0, false, wants{
		{"2.7", `csv.Error: unknown dialect`}, {"", `["a" "b"]`},
	}, ""},
	{"delimiter in the default lineterminator", []string{"a"}, with("dialect", "excel", "escapechar", "\r"), 0, false, wants{
		{"3.13-3.14", `ValueError: bad escapechar value`}, {"", `["a"]`},
	}, ""},
	{"quoting as digits", []string{"a"}, with("quoting", "3"), 0, false, wants{
		{"3.14", `TypeError: "quoting" must be an integer, not str`}, {"", `TypeError: "quoting" must be an integer`},
	}, "a string of digits is no int"},
	{"nine options", []string{"a,b"}, with(nine...), 0, false, all(`["a" "b"]`), "as many as there are"},
	{"ten options", []string{"a"}, with(append(slices.Clone(nine), "bogus", "x")...), 0, false, wants{
		{"2.7-3.6", `TypeError: function takes at most 9 arguments (10 given)`},
		{"", `TypeError: function takes at most 9 keyword arguments (10 given)`},
	}, "counted before the names are looked at; 3.7 added a word"},
	{"ten options of DictReader", []string{"a"}, with(append(slices.Clone(nine), "bogus", "x")...), 0, true,
		all(`TypeError: function takes at most 9 arguments (10 given)`), "its dialect is positional, which 3.7 words differently"},
	{"doublequote 0.0", []string{`"a""b",c`}, with("doublequote", ingest.Float("0.0")), 0, false, all(`["a\"b\"" "c"]`), "a float has a truth"},
	{"doublequote -0.0", []string{`"a""b",c`}, with("doublequote", ingest.Float("-0.0")), 0, false, all(`["a\"b\"" "c"]`), ""},
	{"doublequote 0.5", []string{`"a""b",c`}, with("doublequote", ingest.Float("0.5")), 0, false, all(`["a\"b" "c"]`), ""},
	{"doublequote 0", []string{`"a""b",c`}, with("doublequote", ingest.Int(0)), 0, false, all(`["a\"b\"" "c"]`), ""},
	{"doublequote empty", []string{`"a""b",c`}, with("doublequote", ""), 0, false, all(`["a\"b\"" "c"]`), "so has a string"},
	{"doublequote a list of one", []string{`"a""b",c`}, with("doublequote", ingest.List(ingest.Int(0))), 0, false, all(`["a\"b" "c"]`), "so has a list"},
	{"doublequote a list of none", []string{`"a""b",c`}, with("doublequote", ingest.List()), 0, false, all(`["a\"b\"" "c"]`), ""},
	{"doublequote None", []string{`"a""b",c`}, with("doublequote", ingest.None), 0, false, all(`["a\"b\"" "c"]`), "None is given, and false"},
	{"quoting beyond a long", []string{"a"}, with("quoting", ingest.BigInt("9223372036854775808")), 0, false, wants{
		{"2.7-3.6", longMessage}, {"", cIntMessage},
	}, "the first thing it does not fit"},
	{"quoting beyond an int", []string{"a"}, with("quoting", ingest.Int(1<<31)), 0, false, wants{
		{"2.7", `TypeError: bad "quoting" value`}, {"3.6", `ValueError: integer out of range for "quoting"`}, {"", cIntMessage},
	}, "2.7 cuts it to a negative number"},
	{"quoting negative", []string{"a"}, with("quoting", ingest.Int(-1)), 0, false, all(`TypeError: bad "quoting" value`), ""},
	{"quoting 3 and 4", []string{`"a"`}, with("quoting", ingest.Int(4)), 0, false, wants{
		{"3.12+", `["a"]`}, {"", `TypeError: bad "quoting" value`},
	}, "3.12 added QUOTE_STRINGS"},
	{"quoting 6", []string{`"a"`}, with("quoting", ingest.Int(6)), 0, false, all(`TypeError: bad "quoting" value`), "nobody has it"},
	{"fieldnames no sequence", []string{"1\n"}, with("fieldnames", ingest.Int(1)), 0, true, wants{
		{"2.7-3.7", zipMessage}, {"", intMessage},
	}, "3.8 reworded it"},
	{"fieldnames no sequence, no rows", nil, with("fieldnames", ingest.Int(1)), 0, true, wants{
		{"3.12+", intMessage}, {"", ``},
	}, "until 3.11 only a row asks for them"},
	{"f given twice", []string{"a\n"}, with("f", "x"), 0, true, wants{
		{"2.7", `TypeError: __init__() got multiple values for keyword argument 'f'`},
		{"3.6-3.9", `TypeError: __init__() got multiple values for argument 'f'`},
		{"", `TypeError: DictReader.__init__() got multiple values for argument 'f'`},
	}, "3.10 shows qualified names"},
	{"limit of the second field", []string{"x,éé\n"}, nil, 2, false, wants{
		{"2.7", `csv.Error: field larger than field limit (2)`}, {"3", `["x" "éé"]`},
	}, "each field is counted from nothing"},
	{"limit of many fields", []string{"éé,éé,ééé\n", "éé\n"}, nil, 2, false, wants{
		{"2.7", `csv.Error: field larger than field limit (2); csv.Error: field larger than field limit (2)`},
		{"3", `csv.Error: field larger than field limit (2); ["éé"]`},
	}, "and each record"},
	{"limit below 0", []string{",\n", "a\n"}, nil, -1, false, all(`["" ""]; csv.Error: field larger than field limit (-1)`), "only characters are counted, an empty field fits"},
	{"quoted number after a number", []string{`1,"2"`, `"3",4`}, with("quoting", ingest.Int(2)), 0, false, all(`[1.0 "2"]; ["3" 4.0]`), "each field forgets the one before"},
	{"no record begins as a number", []string{`"1"`, "x\n"}, with("quoting", ingest.Int(2)), 0, false, wants{
		{"2.7", `["1"]; ValueError: could not convert string to float: x`}, {"", `["1"]; ValueError: could not convert string to float: 'x'`},
	}, ""},
	{"carriage return behind the lineterminator", []string{"a\r\n\n\r"}, nil, 0, false, all(`["a"]`), "EAT_CRNL takes both"},
	{"escaped end in quotes", []string{`"a\`, `b"`}, with("escapechar", `\`), 0, false, all(`["a\nb"]`), "the end of the item is escaped as a newline"},
	{"open quote, nothing in it", []string{`"`}, nil, 0, false, all(`[""]`), "the state alone keeps the record"},
	{"escape at the very end", []string{`\`}, with("escapechar", `\`), 0, false, all(`["\n"]`), "the end of the item is the escaped character, and the record never ends"},
	{"fields lost at the end", []string{"a\\\n"}, with("escapechar", `\`), 0, false, all(`["a\n"]`), "what was begun is a field"},
	{"an escaped newline inside an item", []string{"a,b\\\n,"}, with("escapechar", `\`), 0, false, all(`["a" "b\n" ""]`), "is text like any other"},
}

func (s survivor) call(v *Version) call {
	c := call{Limit: s.limit, Dict: s.dict}
	if c.Limit == 0 {
		c.Limit = ingest.DefaultFieldLimit
	}
	if s.options != nil {
		c.Dialect = s.options(v)
	}
	for _, text := range s.items {
		c.Items = append(c.Items, v.str(text))
	}
	return c
}

func (s survivor) brief(lines []string) string {
	if s.dict {
		return briefDict(lines)
	}
	return brief(lines)
}

func TestSurvivors(t *testing.T) {
	for _, py := range Modelled() {
		v := version(t, py)
		for _, s := range survivors {
			if got, want := s.brief(s.call(v).run(v)), s.want.expect(py); got != want {
				t.Errorf("%s %s: got  %s\nwant %s (%s)", py, s.name, got, want, s.because)
			}
		}
	}
}

func TestSurvivorsConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		v := version(t, p.Interpreter.Version)
		calls := make([]call, len(survivors))
		for i, s := range survivors {
			calls[i] = s.call(v)
		}
		bad := 0
		for i, lines := range ask(t, p, calls) {
			s := survivors[i]
			if got, want := s.brief(lines), s.want.expect(v.Python); got != want {
				bad++
				t.Errorf("%s: python does %s\nwant %s (%s)", s.name, got, want, s.because)
			}
		}
		interptest.Record(t, "reader", p, len(calls), bad)
	})
}

// TestModelled names the versions one by one: the tables ask every modelled
// version, and so cannot miss one.
func TestModelled(t *testing.T) {
	var got []string
	for _, py := range Modelled() {
		got = append(got, py.String())
	}
	want := []string{"2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"}
	if !slices.Equal(got, want) {
		t.Errorf("modelled are %v, want %v", got, want)
	}
}

// TestFaultIsForgotten: a row has no fault, also behind one.
func TestFaultIsForgotten(t *testing.T) {
	r := newReader(t, ingest.Python313, &items{values: texts("a\rb\n", "c\n")})
	if _, ok := r.Next(); ok || r.Fault() == nil {
		t.Fatal("text behind a newline is no fault")
	}
	if row, ok := r.Next(); !ok || row[0].Str != "c" || r.Fault() != nil {
		t.Errorf("next row %v, fault %v; want c and none", row, r.Fault())
	}
}

// TestNamedDialects: the attributes of the classes of Lib/csv.py, also those that
// only a writer shows. TestCPythonTestsConfirm judges what csv.writer makes of them.
func TestNamedDialects(t *testing.T) {
	for name, want := range map[string]string{
		"excel":     "u:2c t:True n u:0d0a u:22 i:0 t:False t:False",
		"excel-tab": "u:09 t:True n u:0d0a u:22 i:0 t:False t:False",
		"unix":      "u:2c t:True n u:0a u:22 i:1 t:False t:False",
	} {
		v := version(t, ingest.Python313)
		d, fault := NewDialect(v, with("dialect", name)(v))
		if fault != nil {
			t.Fatal(name, fault)
		}
		if got := strings.Join(v.shownDialect(d), " "); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
