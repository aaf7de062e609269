package classify_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/diff"
)

// recorded is a scripted engine whose rows say what was seen.
type recorded struct {
	scripted
	seen [2]ingest.Recording
}

type recordedRows struct {
	ingest.Rows
	rec *ingest.Recording
}

func (r recordedRows) Recording() *ingest.Recording { return r.rec }

func (r *recorded) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	rows, err := r.scripted.Ingest(ctx, in)
	return recordedRows{rows, &r.seen[in.Settings.Python.Path()]}, err
}

func codeFindings(t *testing.T, eng ingest.Engine, input string) []classify.Finding {
	t.Helper()
	c := fakeCase(input)
	c.Call = true
	found, err := classify.Classify(t.Context(), eng, c, compare(t, eng, c))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func opened(codec string) ingest.Recording {
	o := &ingest.Opened{Function: "io.open", Input: true, Mode: "r", Frame: ingest.Frame{File: "/srv/shop/site-packages/shop/stock.py", Line: 7, Function: "rows"}}
	if codec != "" {
		o.Encoding = &codec
	}
	return ingest.Recording{Opens: []*ingest.Opened{o}}
}

// Fix and signature name the codecs that were seen; where none was, the fix says so.
func TestCodeNamesTheCodecsSeen(t *testing.T) {
	refuses := func(data []byte) ingest.Outcome {
		if !ingest.IsASCII(string(data)) {
			return ingest.Outcome{Fault: ingest.Faultf("UnicodeDecodeError", "'utf-8' codec can't decode byte 0xe9 in position 3: unexpected end of data")}
		}
		return cells(same)(data)
	}
	for codec, want := range map[string][2]string{
		"latin-1": {"undecodable-bytes:shop/stock.py:rows:iso8859-1/utf-8:call/call", "open(path, encoding='iso8859-1', newline='')  # the codec that the py2 path reads it with"},
		"":        {"undecodable-bytes:shop/stock.py:rows:locale/utf-8:call/call", "open(path, encoding=CHARSET, newline='')  # CHARSET: the supplier's; the code was not seen to name it"},
	} {
		eng := &recorded{scripted{py2: cells(same), py3: refuses}, [2]ingest.Recording{opened(codec), opened("utf-8")}}
		found := codeFindings(t, eng, "caf\xe9\n")
		if len(found) != 1 || found[0].Signature != want[0] || found[0].Fix != want[1] || !found[0].Confirmed || found[0].Place.Line != 7 {
			t.Errorf("%q: %+v\n%s\n%s", codec, found[0].Place, found[0].Signature, found[0].Fix)
		}
	}
}

// Surrogates in UTF-8 are a cause of their own only where Python 2 decodes them: to code that
// does not they are bytes like others, whatever else it raises.
func TestSurrogatesThatNobodyDecodes(t *testing.T) {
	reads := func(decodes func(string) bool, refused string) func([]byte) ingest.Outcome {
		return func(data []byte) ingest.Outcome {
			switch text := string(data); {
			case !decodes(text):
				return ingest.Outcome{Fault: ingest.Faultf("UnicodeDecodeError", "'utf-8' codec can't decode byte")}
			case strings.ContainsAny(text, refused):
				return ingest.Outcome{Fault: ingest.Faultf("csv.Error", "refused")}
			}
			return cells(same)(data)
		}
	}
	anything := reads(func(string) bool { return true }, "\x00\r")
	surrogates := reads(func(s string) bool { return !strings.Contains(s, "\xff") }, "\x00\r")
	for _, tt := range []struct {
		why   string
		input string
		py2   func([]byte) ingest.Outcome
		want  classify.Cause
	}{
		{"Python 2's UTF-8 takes them", "a\xed\xa0\x80\n", surrogates, classify.CESUSurrogate},
		{"nothing is decoded", "a\xed\xa0\x80\n", anything, classify.UndecodableBytes},
		{"nothing is decoded, and csv complains of something else", "\x00\r\xed\xa0\x80", anything, classify.UndecodableBytes},
	} {
		found := codeFindings(t, &scripted{py2: tt.py2, py3: reads(utf8.ValidString, "\r")}, tt.input)
		if len(found) == 0 || slices.ContainsFunc(found, func(f classify.Finding) bool { return f.Cause != tt.want }) {
			t.Errorf("%s: %q, want %s", tt.why, signatures(found), tt.want)
		}
	}
}

// Rows that differ may be aligned with their neighbours, and as many are then extra as are
// missing. That other neighbours stand there when a line is broken elsewhere explains nothing.
func TestRowsBesideOthers(t *testing.T) {
	number := func(plain *strings.Replacer) func([]byte) ingest.Outcome {
		return func(data []byte) (o ingest.Outcome) {
			for line := range strings.Lines(string(data)) {
				if line = strings.TrimSuffix(line, "\n"); line != "" {
					v := ingest.Text("none")
					if plain.Replace(line) == "101" {
						v = ingest.Text("number")
					}
					o.Rows = append(o.Rows, ingest.Row{Value: ingest.List(ingest.Text("-"), v)})
				}
			}
			return o
		}
	}
	eng := &scripted{py2: number(strings.NewReplacer()), py3: number(strings.NewReplacer("_", "", "\u0661", "1"))}
	for _, input := range []string{"1_0\u0661\ny\n\u0085\n", "1_0\u0661\n1_0\u0661\u0085\u0085\n"} {
		found := codeFindings(t, eng, input)
		if len(found) == 0 || slices.ContainsFunc(found, func(f classify.Finding) bool { return f.Cause == classify.UnicodeLineSeparator }) {
			t.Errorf("%q: %q, and nothing ends at U+0085", input, signatures(found))
		}
	}
}

// values makes a path that yields one value whatever it reads.
func values(vs ...ingest.Value) func([]byte) ingest.Outcome {
	return func([]byte) ingest.Outcome {
		var o ingest.Outcome
		for _, v := range vs {
			o.Rows = append(o.Rows, ingest.Row{Value: ingest.List(v)})
		}
		return o
	}
}

// What two values prove, where nothing that is neutralised makes a difference.
func TestValuesProveCauses(t *testing.T) {
	text, bytes := ingest.Text, ingest.Bytes
	for _, tt := range []struct {
		py2, py3 ingest.Value
		want     string
	}{
		{bytes("caf\xc3\xa9"), text("café"), "bytes-vs-text"},
		{bytes("caf\xe9"), text("café"), "bytes-vs-text"},
		{bytes("caf\xc3\xa9"), text("cafe"), "unclassified"},
		{text("cafÃ©"), text("café"), "mojibake"},
		{text("\u0080 5"), text("€ 5"), "mojibake"},
		{text("tea"), text("coffee"), "unclassified"},
		{text("a\r\nb"), text("a\nb"), "newline-in-quotes-translated"},
		{text("\u0080\r\nb"), text("€\nb"), "mojibake newline-in-quotes-translated"},
		{bytes("a\u00a0"), text("a"), "unicode-whitespace"},
		{bytes("\u00a0é"), text("é"), "bytes-vs-text unicode-whitespace"},
		{bytes("é\u00a0a"), text("é\u00a0a"), "bytes-vs-text"},
		{text("STRAßE"), text("STRASSE"), "case-mapping"},
		{bytes("Stra\u00dfe"), text("STRASSE"), "bytes-vs-text case-mapping"},
		{text("TEA"), text("tea"), "unclassified"},
		{bytes("A/tea"), text("A/b'tea'"), "bytes-repr-in-text"},
		{bytes("A/it's"), text(`A/b"it's"`), "bytes-repr-in-text"},
		{bytes("A/caf\xc3\xa9"), text(`A/b'caf\xc3\xa9'`), "bytes-repr-in-text bytes-vs-text"},
		{bytes("[u'tea', 5L]"), text("['tea', 5]"), "bytes-repr-in-text"},
		{bytes("['tea']"), text("[b'tea']"), "bytes-repr-in-text"},
		{bytes("0.3"), text("0.30000000000000004"), "float-rounding"},
		{bytes("1e+16"), text("1.0000000000000001e+16"), "float-rounding"},
		{bytes("0.31"), text("0.30000000000000004"), "unclassified"},
		{ingest.List(text("a\r\n"), text("\u0080")), ingest.List(text("a\n"), text("€")), "mojibake newline-in-quotes-translated"},
		{ingest.Dict(text("a"), text("\u0080"), text("b"), text("x")), ingest.Dict(text("b"), text("x"), text("a"), text("€")), "mojibake"},
		{ingest.Int(1), ingest.Float("1.0"), "value-type"},
		{ingest.List(ingest.Int(1), ingest.Int(2)), ingest.List(ingest.Int(2), ingest.Int(1)), "sort-order"},
	} {
		rows := &recorded{scripted: scripted{py2: values(tt.py2), py3: values(tt.py3)}}
		var got []string
		for _, f := range codeFindings(t, rows, "sku\n") {
			got = append(got, string(f.Cause))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%+v, %+v: got %v, want %s", tt.py2, tt.py3, got, tt.want)
		}
	}
}

// Rows in another order are the same rows only if all of them are.
func TestSortOrderNeedsAllRows(t *testing.T) {
	a, b, c := ingest.Text("a"), ingest.Text("b"), ingest.Text("c")
	for want, py3 := range map[string][]ingest.Value{
		"sort-order":   {ingest.Text("c"), ingest.Text("a"), ingest.Text("b")},
		"unclassified": {ingest.Text("c"), ingest.Text("a"), ingest.Text("x")},
	} {
		found := codeFindings(t, &recorded{scripted: scripted{py2: values(a, b, c), py3: values(py3...)}}, "sku\n")
		if len(found) != 1 || string(found[0].Cause) != want {
			t.Errorf("%s: got %+v", want, found)
		}
	}
}

// An experiment that ends a path elsewhere proves nothing.
func TestBrokenExperimentProvesNothing(t *testing.T) {
	py3 := func(data []byte) ingest.Outcome {
		if !strings.Contains(string(data), "\x00") {
			return ingest.Outcome{Fault: ingest.Faultf("KeyError", "'nul'")}
		}
		return values(ingest.Text("coffee"))(data)
	}
	found := codeFindings(t, &recorded{scripted: scripted{py2: values(ingest.Text("tea")), py3: py3}}, "a\x00b\n")
	if len(found) != 1 || found[0].Cause != classify.Unclassified || found[0].Confirmed {
		t.Errorf("got %+v", found)
	}
}

func TestCodeRunsAreBounded(t *testing.T) {
	eng := &recorded{scripted: scripted{py2: cells(same), py3: cells(func(s string) string { return fmt.Sprintf("%s %d", s, len(s)) })}}
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "é_%d\x00\u00a0\u2028 %d １\n", i, i*i)
	}
	c := fakeCase("\xef\xbb\xbf" + b.String())
	c.Call = true
	res := compare(t, eng, c)
	before := eng.runs
	if _, err := classify.Classify(t.Context(), eng, c, res); err != nil || eng.runs-before > 2*44 {
		t.Errorf("%d runs, %v", eng.runs-before, err)
	}
}

// Of a large delivery the lines about the divergence are run again.
func TestCodeOfLargeInput(t *testing.T) {
	largest := 0
	drop := func(data []byte) ingest.Outcome {
		largest = max(largest, len(data))
		return cells(func(s string) string { return strings.ReplaceAll(s, "\x00", "") })(data)
	}
	eng := &recorded{scripted: scripted{py2: cells(same), py3: drop}}
	filler := strings.Repeat("nothing to see here\n", 100_000)
	c := fakeCase(filler + "a\x00b\n" + filler)
	c.Call = true
	res := compare(t, eng, c)
	largest = 0
	found, err := classify.Classify(t.Context(), eng, c, res)
	if err != nil || len(found) != 1 || found[0].Cause != classify.NULByte || !found[0].Confirmed || found[0].First.Kind != diff.KindCell {
		t.Errorf("got %+v, %v", found, err)
	}
	if largest > 1<<20 {
		t.Errorf("%d bytes were run again", largest)
	}
}

// A byte order mark before a quote has it be no quote that opens, for both paths alike. That
// they cut the name behind it at different places is not the mark's doing.
func TestMarkBeforeAQuoteIsNoCause(t *testing.T) {
	names := func(cut string) func([]byte) ingest.Outcome {
		return func(data []byte) ingest.Outcome {
			name := string(data)
			if !strings.HasPrefix(name, `"`) { // else the quote takes all there is
				name, _, _ = strings.Cut(name, cut)
			}
			return ingest.Outcome{Rows: []ingest.Row{{Value: ingest.Dict(ingest.Text(name), ingest.Text(""))}}}
		}
	}
	eng := &recorded{scripted: scripted{py2: names(","), py3: names("|")}}
	found := codeFindings(t, eng, "\ufeff\"|,\n,")
	if len(found) != 1 || found[0].Cause != classify.Unclassified {
		t.Errorf("got %+v", found)
	}
}

// A byte order mark that hides a column from both paths makes whole rows of what are cells
// without it. What these differ in it has no part in.
func TestMarkThatHidesAColumnIsNoCause(t *testing.T) {
	prices := func(number func(string) ingest.Value) func([]byte) ingest.Outcome {
		return func(data []byte) ingest.Outcome {
			var o ingest.Outcome
			lines := strings.FieldsFunc(string(data), func(r rune) bool { return r == '\n' || r == '\r' })
			for _, l := range lines[1:] {
				sku, cell, _ := strings.Cut(l, ",")
				name := ingest.Text(sku)
				if !strings.HasPrefix(lines[0], "sku,") {
					name = ingest.None
				}
				o.Rows = append(o.Rows, ingest.Row{Value: ingest.List(name, number(cell))})
			}
			return o
		}
	}
	plain := func(s string) ingest.Value {
		if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r != '.' && (r < '0' || r > '9') }) {
			return ingest.None
		}
		return ingest.Value{Kind: ingest.KindDecimal, Str: strings.TrimLeft(s, "0")}
	}
	unicode := func(s string) ingest.Value { return plain(strings.NewReplacer("𝟘", "0", "_", "").Replace(s)) }
	eng := &recorded{scripted: scripted{py2: prices(plain), py3: prices(unicode)}}
	found := codeFindings(t, eng, "\ufeffsku,price\nJ-5,𝟘12\nx,price\rA-100,x\rC-12,0._15\rskua\u00a0b,price\rA-100,\r")
	for _, f := range found {
		if f.Cause == classify.BOMInHeader {
			t.Errorf("got %s of %+v", f.Signature, f.First)
		}
	}
}
