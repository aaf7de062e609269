package embedded_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

type change = func(*ingest.Settings)

func codec(name string) change      { return func(s *ingest.Settings) { s.Codec = name } }
func mode(m ingest.OpenMode) change { return func(s *ingest.Settings) { s.Open = m } }
func dict(s *ingest.Settings)       { s.Reader = ingest.DictReader }
func sniffed(s *ingest.Settings)    { s.Sniff = true }
func steps(c ...ingest.Step) change { return func(s *ingest.Settings) { s.Clean = c } }
func quoting(n int64) change {
	return func(s *ingest.Settings) {
		s.Dialect = ingest.Dialect{{Name: "quoting", Value: ingest.Int(n)}}
	}
}
func limit(n int64) change { return func(s *ingest.Settings) { s.FieldLimit = n } }
func typed(column, typ string) change {
	return func(s *ingest.Settings) { s.Types = append(s.Types, ingest.ColumnType{Column: column, Type: typ}) }
}

var (
	py2 = ingest.Python27
	py3 = ingest.Python313
)

// ingestCases are what only the line as a whole decides: the order in which the
// stages come, and the row at which an outcome ends.
var ingestCases = []struct {
	why     string
	python  ingest.Python
	in      string
	changes []change
	want    string // in wire form
}{
	{"cells are decoded after the row is made, cell by cell", py2, "a,b\xc3\xa9\nc\n", nil, `["a","bé"]
["c"]
`},
	{"the row of a cell that does not decode is not produced", py2, "a,b\nc,\xff\nd\n", nil, `["a","b"]
{"fault":{"type":"UnicodeDecodeError","message":"'utf8' codec can't decode byte 0xff in position 0: invalid start byte","row":2}}
`},
	{"a cell is decoded whole before any is cleaned", py2, " a ,\xff\n", []change{steps("strip")}, `{"fault":{"type":"UnicodeDecodeError","message":"'utf8' codec can't decode byte 0xff in position 0: invalid start byte","row":1}}
`},
	{"in py3 what does not decode takes its whole chunk along", py3, "a,b\nc,\xff\nd\n", nil, `{"fault":{"type":"UnicodeDecodeError","message":"'utf-8' codec can't decode byte 0xff in position 6: invalid start byte","row":1}}
`},
	{"iterdecode is a generator: the dialect is refused before the codec is looked for", ingest.Python{Major: 3, Minor: 7}, "a\n",
		[]change{mode(ingest.OpenIterdecode), codec("cp65001"), quoting(9)}, `{"fault":{"type":"TypeError","message":"bad \"quoting\" value","row":1}}
`},
	{"and the codec with the first line", ingest.Python{Major: 3, Minor: 7}, "a\n", []change{mode(ingest.OpenIterdecode), codec("cp65001")},
		`{"fault":{"type":"LookupError","message":"cp65001 encoding is only available on Windows","row":1}}
`},
	{"lines that end before the header and go on: the first row is one, the second the header", py3, "~\na,b\nc,d\ne\n",
		[]change{mode(ingest.OpenCodecs), codec("hz"), dict}, `{"dict":[["c","a"],["d","b"]]}
{"dict":[["c","e"],["d",null]]}
`},
	{"without a second", py3, "~\na,b\n", []change{mode(ingest.OpenCodecs), codec("hz"), dict}, `{"fault":{"type":"TypeError","message":"'NoneType' object is not iterable","row":1}}
`},
	{"in 2.7", py2, "~\na,b\n", []change{mode(ingest.OpenCodecs), codec("hz"), dict}, `{"fault":{"type":"TypeError","message":"zip argument #1 must support iteration","row":1}}
`},
	{"bytes stay bytes", py2, "a,\xff \n", []change{mode(ingest.OpenBytes), steps("strip")}, `[{"bytes":"61"},{"bytes":"ff"}]
`},
	{"strip of 2.7's unicode knows U+180E", py2, "\u180ea,\u2003b\u3000\n", []change{steps("strip")}, `["a","b"]
`},
	{"that of 3.x does not", py3, "\u180ea,\u2003b\u3000\n", []change{steps("strip")}, "[\"\u180ea\",\"b\"]\n"},
	{"steps come in their order", py3, " \u0130x ,y \n", []change{steps("lower", "strip")}, `["i̇x","y"]
`},
	{"lstrip leaves the right, and control characters", py3, "  a  , \tb,\u001cc\n", []change{steps("lstrip")}, `["a  ","b","c"]
`},
	{"rstrip leaves the left", py2, "  a  ,b \t,c\u001c\n", []change{steps("rstrip")}, `["  a","b","c"]
`},
	{"the header is cleaned, not converted", py3, " qty ,b\n 7 ,x\n", []change{steps("strip"), typed("qty", "int")}, `["qty","b"]
[{"int":"7"},"x"]
`},
	{"by number, counted from one", py3, "a,b\n1,2.5\n", []change{typed("2", "float")}, `["a","b"]
["1",{"float":"2.5"}]
`},
	{"by number beyond the row's end", py3, "a,b\n1\n", []change{typed("2", "float")}, `["a","b"]
["1"]
`},
	{"a duplicate name converts each of its columns", py2, "a,b,a\n1,2,3\n", []change{typed("a", "int")}, `["a","b","a"]
[{"int":"1"},"2",{"int":"3"}]
`},
	{"a name that nothing equals", py3, "a\n1\n", []change{typed("b", "int")}, `["a"]
["1"]
`},
	{"a non-ASCII literal equals no unicode in 2.7", py2, "\u00e9\n1\n", []change{typed("\u00e9", "int")}, `["é"]
["1"]
`},
	{"but bytes", py2, "\u00e9\n1\n", []change{mode(ingest.OpenBytes), typed("\u00e9", "int")}, `[{"bytes":"c3a9"}]
[{"int":"1"}]
`},
	{"what does not convert ends the outcome at its row", py3, "n\n1\nx\n3\n", []change{typed("n", "int")}, `["n"]
[{"int":"1"}]
{"fault":{"type":"ValueError","message":"invalid literal for int() with base 10: 'x'","row":3}}
`},
	{"cleaning one cell comes before converting the next", py2, "a,b\nx,y\n", []change{typed("1", "int"), typed("2", "float")}, `["a","b"]
{"fault":{"type":"ValueError","message":"invalid literal for int() with base 10: 'x'","row":2}}
`},
	{"names of characters in cells", py2, "a,\\N{BULLET}\n\\N{GRINNING FACE}\n", []change{codec("unicode_escape")}, `["a","•"]
{"fault":{"type":"UnicodeDecodeError","message":"'unicodeescape' codec can't decode bytes in position 0-16: unknown Unicode character name","row":2}}
`},
	{"a cell of punycode, and a byte in a message of 2.7", py2, "tda,a-bga\nM\xe9\n", []change{codec("punycode")}, `["ü","aé"]
{"fault":{"type":"IndexError","message":"string index out of range","row":2}}
`},
	{"and one with a byte to name", py2, "$\xe9\n", []change{codec("punycode")}, `{"fault":{"type":"UnicodeError","message":"Invalid extended code point 'é'","row":1}}
`},
	{"idna takes the file for labels", py3, "a,b\n.xn--tda.,c\n", []change{codec("idna")}, `["a","b"]
[".ü.","c"]
`},
	{"MultibyteStreamReader ends at a line of nothing, and goes on for csv within quotes", py3, "\"a\n~\nb\"\nc\n", []change{mode(ingest.OpenCodecs), codec("hz")}, `["a\n"]
["b\""]
["c"]
`},
	{"but a generator around it ends for good", py2, "\"a\n~\nb\"\nc\n", []change{mode(ingest.OpenRecode), codec("hz")}, `["a\n"]
`},
	{"DictReader: extras and missing", py3, "a,b\n1\n1,2,3,4\n", []change{dict, steps("strip")}, `{"dict":[["a","1"],["b",null]]}
{"dict":[["a","1"],["b","2"],[null,["3","4"]]]}
`},
	{"DictReader: extras are cleaned, not converted", py3, "a\n1, 2 , 3\n", []change{dict, steps("strip"), typed("1", "int")}, `{"dict":[["a",{"int":"1"}],[null,["2","3"]]]}
`},
	{"DictReader of 2.7: hash order, None last", py2, "sku,price,qty\n1,2,3,4\n", []change{dict}, `{"dict":[["sku","1"],["price","2"],["qty","3"],[null,["4"]]]}
`},
	{"DictReader: keys are decoded in 2.7, then ordered again", py2, "\u00e9,b\n1,2\n", []change{dict, typed("b", "int")}, `{"dict":[["é","1"],["b",{"int":"2"}]]}
`},
	{"DictReader: the key that does not decode", py2, "\xff,b\n1,2\n", []change{dict}, `{"fault":{"type":"UnicodeDecodeError","message":"'utf8' codec can't decode byte 0xff in position 0: invalid start byte","row":1}}
`},
	{"a field over the limit, counted in characters", py3, "a\n\u00e9\u00e9\u00e9\n\u00e9\u00e9\u00e9\u00e9\n", []change{limit(3)}, `["a"]
["ééé"]
{"fault":{"type":"csv.Error","message":"field larger than field limit (3)","row":3}}
`},
	{"and in bytes", py2, "a\n\u00e9\u00e9\u00e9\n", []change{limit(3)}, `["a"]
{"fault":{"type":"csv.Error","message":"field larger than field limit (3)","row":2}}
`},
	{"NUL: the rows before it stay", py2, "a,b\nc\x00,d\n", nil, `["a","b"]
{"fault":{"type":"csv.Error","message":"line contains NUL","row":2}}
`},
	{"NUL is a character since 3.11", py3, "a,b\nc\x00,d\n", nil, `["a","b"]
["c\u0000","d"]
`},
	{"cells over several lines", py3, "a,\"b\n\nc\",d\r\ne,\"f\"\"\r\n\"\n", nil, `["a","b\n\nc","d"]
["e","f\"\r\n"]
`},
	{"cells over several lines, decoded", py2, "a,\"b\n\u00e9\",d\r\ne,\"f\"\"\r\n\"\n", []change{steps("strip")}, `["a","b\né","d"]
["e","f\""]
`},
	{"a quote left open to the end", py2, "a,\"b\nc", nil, `["a","b\nc"]
`},
	{"text behind a closing quote", py3, "\"a\"b,\"c\" \n", nil, `["ab","c "]
`},
	{"a lone CR in py2's bytes", py2, "a\rb\nc\n", nil, `{"fault":{"type":"csv.Error","message":"new-line character seen in unquoted field - do you need to open the file in universal-newline mode?","row":1}}
`},
	{"a lone CR is a line's end in text mode", py3, "a\rb\nc\n", nil, `["a"]
["b"]
["c"]
`},
	{"rU", py2, "a\rb\r\nc\n", []change{mode(ingest.OpenUniversal)}, `["a"]
["b"]
["c"]
`},
	{"a mark that utf-8 keeps and utf-8-sig drops", py3, "\ufeffa,b\n", []change{codec("utf-8-sig")}, `["a","b"]
`},
	{"sniffed", py3, "a;b;c\n1;2;3\n4;5;6\n", []change{sniffed}, `["a","b","c"]
["1","2","3"]
["4","5","6"]
`},
	{"sniffed, and read again from the start", py2, "a|b|c\r\n1|2|3\r\n4|5|6\r\n", []change{sniffed}, `["a","b","c"]
["1","2","3"]
["4","5","6"]
`},
	{"what Sniffer cannot tell", py3, "a\n", []change{sniffed}, `["",""]
`},
	{"utf-16", py3, "\xff\xfea\x00,\x00b\x00\n\x00", []change{codec("utf-16")}, `["a","b"]
`},
	{"a codec only 3.x has, first asked for at the first cell", py2, "a\n", []change{codec("koi8_t")}, `{"fault":{"type":"LookupError","message":"unknown encoding: koi8_t","row":1}}
`},
	{"a codec nobody has, first asked for at the first cell", py2, "\na\n", []change{codec("nope")}, `[]
{"fault":{"type":"LookupError","message":"unknown encoding: nope","row":2}}
`},
	{"an empty cell is one", py2, ",a\n", []change{codec("nope")}, `{"fault":{"type":"LookupError","message":"unknown encoding: nope","row":1}}
`},
	{"rU of 3.10 translates", ingest.Python{Major: 3, Minor: 10}, "a,\"x\r\ny\"\rb\r\n", []change{mode(ingest.OpenUniversal)}, `["a","x\ny"]
["b"]
`},
	{"3.11 refuses it before the dialect is", ingest.Python{Major: 3, Minor: 11}, "a\n", []change{mode(ingest.OpenUniversal), codec("nope"), quoting(9)}, `{"fault":{"type":"ValueError","message":"invalid mode: 'rU'","row":1}}
`},
	{"nobody asks", py2, "", []change{codec("nope")}, ""},
	{"nor here", py2, "a\n", []change{codec("hex"), mode(ingest.OpenBytes)}, `[{"bytes":"61"}]
`},
	{"open() asks at once", py3, "", []change{codec("nope")}, `{"fault":{"type":"LookupError","message":"unknown encoding: nope","row":1}}
`},
	{"a codec that is none for text", py3, "a\n", []change{codec("base64")}, `{"fault":{"type":"LookupError","message":"'base64' is not a text encoding; use codecs.open() to handle arbitrary codecs","row":1}}
`},
	{"utf-7 is no superset of ASCII", py2, "a+AOk-,b\n", []change{codec("utf-7")}, `["aé","b"]
`},
	{"an empty file", py2, "", nil, ""},
	{"an empty line", py3, "\na\n", nil, `[]
["a"]
`},
}

func caseInput(data string, py ingest.Python, changes []change) ingest.Input {
	s := ingest.DefaultSettings(py)
	for _, c := range changes {
		c(&s)
	}
	return ingest.Input{Name: "case.csv", Data: strings.NewReader(data), Size: int64(len(data)), Settings: s}
}

// outcome is what an engine makes of an input, in wire form.
func outcome(t *testing.T, e ingest.Engine, in ingest.Input) string {
	t.Helper()
	rows, err := e.Ingest(t.Context(), in)
	if err != nil {
		t.Fatalf("%s: %v", in.Settings, err)
	}
	o, err := ingest.Collect(rows)
	if err != nil {
		t.Fatalf("%s: %v", in.Settings, err)
	}
	return string(wire.AppendOutcome(nil, o))
}

func TestIngest(t *testing.T) {
	e := embedded.New()
	for _, c := range ingestCases {
		for range 2 { // the second time with the plan of the first, perhaps
			if got := outcome(t, e, caseInput(c.in, c.python, c.changes)); got != c.want {
				t.Errorf("%s: %q\n got %s\nwant %s", c.why, c.in, got, c.want)
			}
		}
	}
}

// TestIngestConfirm runs every row on every interpreter of its path.
func TestIngestConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		var inputs []ingest.Input
		py := p.Interpreter.Version
		var expected []string
		for _, c := range ingestCases {
			if c.python.Path() != py.Path() {
				continue
			}
			in := caseInput(c.in, py, c.changes)
			want := outcome(t, embedded.New(), in)
			if c.python == py {
				want = c.want
			}
			inputs, expected = append(inputs, in), append(expected, want)
		}
		real, err := p.Batch(t.Context(), inputs)
		if err != nil {
			t.Fatal(err)
		}
		bad := 0
		for i, o := range real {
			if got := string(wire.AppendOutcome(nil, o)); got != expected[i] {
				bad++
				t.Errorf("mismatch: %s\n python %s\n model  %s", inputs[i].Settings, got, expected[i])
			}
		}
		interptest.Record(t, "ingest", p, len(real), bad)
	})
}

// TestSameSettings: an engine must not take a plan for another's. Whoever adds a
// field to Settings adds it to Settings.Same and here.
func TestSameSettings(t *testing.T) {
	changes := map[string]change{
		"open":    mode(ingest.OpenBytes),
		"codec":   codec("latin-1"),
		"errors":  func(s *ingest.Settings) { s.Errors = "replace" },
		"dialect": func(s *ingest.Settings) { s.Dialect = ingest.Dialect{{Name: "delimiter", Value: ingest.Bytes(";")}} },
		"sniff":   sniffed,
		"limit":   limit(3),
		"reader":  dict,
		"clean":   steps("upper"),
		"types":   typed("1", "float"),
	}
	// Python is the one field left: a plan belongs to a path.
	if n := reflect.TypeFor[ingest.Settings]().NumField(); n != len(changes)+1 {
		t.Errorf("Settings have %d fields, %d of them are tried here", n, len(changes)+1)
	}
	const data = "1;é b\n2;é c\n3;\xff d\n"
	for name, c := range changes {
		e := embedded.New()
		plain, changed := caseInput(data, py2, nil), caseInput(data, py2, []change{c})
		a, b := outcome(t, e, plain), outcome(t, e, changed)
		if a == b {
			t.Errorf("%s makes no difference here: %s", name, a)
		}
		if again := outcome(t, e, plain); again != a {
			t.Errorf("%s: the plain settings then give %s, want %s", name, again, a)
		}
		if fresh := outcome(t, embedded.New(), changed); fresh != b {
			t.Errorf("%s: an engine that was used gives %s, a fresh one %s", name, b, fresh)
		}
	}
}

// TestKeptSettings: the caller may change what its slices hold.
func TestKeptSettings(t *testing.T) {
	e := embedded.New()
	clean := []ingest.Step{"upper"}
	in := caseInput("a\n", py3, []change{func(s *ingest.Settings) { s.Clean = clean }})
	first := outcome(t, e, in)
	clean[0] = "lower"
	if second := outcome(t, e, in); first != "[\"A\"]\n" || second != "[\"a\"]\n" {
		t.Errorf("got %s and %s", first, second)
	}
}

// TestNextInput: what an engine that has read other inputs makes of one is what a
// fresh engine makes of it, whatever became of those before.
func TestNextInput(t *testing.T) {
	used := embedded.New()
	for round := range 3 {
		for _, c := range ingestCases {
			in := caseInput(c.in, c.python, c.changes)
			if got := outcome(t, used, in); got != c.want {
				t.Errorf("round %d, %s: got %s, want %s", round, c.why, got, c.want)
			}
			// What is left in the middle must not show in the next.
			cut := caseInput("\"x\ny\",\x81\n\xe2\x82", c.python, c.changes)
			rows, err := used.Ingest(t.Context(), cut)
			if err != nil {
				continue
			}
			if round > 0 {
				rows.Next()
			}
			rows.Close()
		}
	}
}

// TestClosed: a handle that is closed keeps what its path raised and sees nothing of
// the input that has its memory now.
func TestClosed(t *testing.T) {
	e := embedded.New()
	first, err := e.Ingest(t.Context(), caseInput("a\n\xff\n", py2, nil))
	if err != nil {
		t.Fatal(err)
	}
	for ok := true; ok; {
		_, ok = first.Next()
	}
	want, _ := first.Fault()
	first.Close()
	second, err := e.Ingest(t.Context(), caseInput("b\nc\n", py2, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	first.Close()
	if _, ok := first.Next(); ok {
		t.Error("a closed handle has a row")
	}
	if f, err := first.Fault(); f == nil || f != want || err != nil {
		t.Errorf("after Close: %v, %v; want %v", f, err, want)
	}
	if got, err := ingest.Collect(second); err != nil || len(got.Rows) != 2 || got.Rows[0].Value.Items[0].Str != "b" {
		t.Errorf("the other input: %+v, %v", got, err)
	}
}

// TestInputAllocs: an input read with the settings of another costs no more memory
// than a handle.
func TestInputAllocs(t *testing.T) {
	py2, py3 := settings("utf-8")
	data := feeds()["200"]
	for _, s := range []ingest.Settings{py2, py3} {
		n := testing.AllocsPerRun(200, func() {
			rows := open(t, data, s)
			for ok := true; ok; {
				_, ok = rows.Next()
			}
			rows.Close()
		})
		if n > 3 { // the handle and, the test's own, a reader; now and then a collection empties the pool
			t.Errorf("python %s: %v allocations", s.Python, n)
		}
	}
}

// TestAllocs: a row of either path costs no memory, nor does comparing two.
func TestAllocs(t *testing.T) {
	for name, line := range map[string]string{
		"plain":     "SKU-1,hex nut M8 , 10.25 ,17,https://example.com/img/0badcafe.jpg\n",
		"quoted":    "\"SKU-1\",\"a \"\"hex\"\" nut\",\"over\nlines\",17\r\n",
		"non-ASCII": "SKU-1,café ,\u00a010 €,17\n",
	} {
		py2, py3 := settings("utf-8")
		var streams [2]ingest.Rows
		for i, s := range []ingest.Settings{py2, py3} {
			data := []byte(strings.Repeat(line, 8000))
			rows, err := embedded.New().Ingest(t.Context(), ingest.Input{Data: bytes.NewReader(data), Size: int64(len(data)), Settings: s})
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			streams[i] = rows
			next := func() {
				if _, ok := rows.Next(); !ok {
					t.Fatal(rows.Fault())
				}
			}
			for range 2000 { // until the buffers have grown
				next()
			}
			if n := testing.AllocsPerRun(2000, next); n != 0 {
				t.Errorf("%s, %s: %v allocations per row", name, s.Python, n)
			}
		}
		n := testing.AllocsPerRun(1, func() {
			if res, err := diff.Compare(streams[0], streams[1], ingest.Comparison{}); err != nil || res.Count > 0 {
				t.Fatal(res, err)
			}
		})
		if n > 20 { // of some 2,000 rows in the run that counts
			t.Errorf("%s: comparing the rest takes %v allocations", name, n)
		}
	}
}
