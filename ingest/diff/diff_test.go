package diff_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

type (
	row  = ingest.Value
	rows []ingest.Value
)

func b(cells ...string) row { return list(ingest.Bytes, cells) }
func t(cells ...string) row { return list(ingest.Text, cells) }

func list(of func(string) ingest.Value, cells []string) row {
	v := row{Kind: ingest.KindList}
	for _, c := range cells {
		v.Items = append(v.Items, of(c))
	}
	return v
}

func dict(kv ...string) row {
	v := row{Kind: ingest.KindDict}
	for _, s := range kv {
		v.Items = append(v.Items, ingest.Text(s))
	}
	return v
}

func outcome(rs rows, f *ingest.Fault) ingest.Rows {
	o := ingest.Outcome{Fault: f}
	for i, r := range rs {
		o.Rows = append(o.Rows, ingest.Row{Value: r, Offset: int64(i * 10)})
	}
	return o.Stream()
}

func fault(class string, row int) *ingest.Fault {
	return &ingest.Fault{Type: class, Message: class + " in its own words", Row: row}
}

func at(f *ingest.Fault, record int) *ingest.Fault {
	f.Record = record
	return f
}

// show names the divergences in order: kind, rows, column.
func show(r diff.Result) string {
	var out []string
	for _, d := range r.Divergences {
		s := fmt.Sprintf("%s %d/%d", d.Kind, d.Py2Row, d.Py3Row)
		if d.Column > 0 {
			s += fmt.Sprintf(" c%d", d.Column)
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

var compareTable = []struct {
	why        string
	py2        rows
	f2         *ingest.Fault
	py3        rows
	f3         *ingest.Fault
	c          ingest.Comparison
	verdict    ingest.Verdict
	severity   ingest.Severity
	divergence string
}{
	{why: "ASCII byte strings equal text", py2: rows{b("sku", "1")}, py3: rows{t("sku", "1")},
		verdict: ingest.Parity, severity: ingest.Info},
	{why: "non-ASCII bytes never equal text: dict lookups and formatting break on them",
		py2: rows{b("caf\xc3\xa9")}, py3: rows{t("café")}, verdict: ingest.Diverge, divergence: "cell 1/1 c1"},
	{why: "strict: a pickle of str is not one of unicode", py2: rows{b("a")}, py3: rows{t("a")}, c: ingest.Comparison{Strict: true},
		verdict: ingest.Diverge, divergence: "cell 1/1 c1"},
	{why: "nothing on either side is no evidence of parity", verdict: ingest.AgreeEmpty, severity: ingest.Info},
	{why: "the same class after the same rows", py2: rows{b("a")}, f2: fault("csv.Error", 2), py3: rows{t("a")}, f3: fault("csv.Error", 2),
		verdict: ingest.AgreeFault, severity: ingest.Info},
	{why: "PEP 3151 names are the old ones", f2: fault("IOError", 1), f3: fault("FileNotFoundError", 1), verdict: ingest.AgreeFault, severity: ingest.Info},
	{why: "ModuleNotFoundError is 3.6's ImportError", f2: fault("ImportError", 1), f3: fault("ModuleNotFoundError", 1), verdict: ingest.AgreeFault, severity: ingest.Info},
	{why: "same class at another record of the input", f2: at(fault("ValueError", 1), 3), f3: at(fault("ValueError", 1), 4),
		verdict: ingest.Diverge, severity: ingest.BothFault, divergence: "fault 1/1"},
	{why: "same class at the same record", f2: at(fault("ValueError", 1), 3), f3: at(fault("ValueError", 1), 3), verdict: ingest.AgreeFault, severity: ingest.Info},
	{why: "a record that one path does not know", f2: at(fault("ValueError", 1), 3), f3: fault("ValueError", 1), verdict: ingest.AgreeFault, severity: ingest.Info},
	{why: "classes differ", f2: fault("UnicodeError", 1), f3: fault("UnicodeDecodeError", 1), verdict: ingest.Diverge, severity: ingest.BothFault, divergence: "fault 1/1"},
	{why: "rows before the fault differ: py3 decodes a chunk first", py2: rows{b("a"), b("b")}, f2: fault("UnicodeDecodeError", 3), f3: fault("UnicodeDecodeError", 1),
		verdict: ingest.Diverge, severity: ingest.BothFault, divergence: "fault 3/1"},
	{why: "only py3 raises; the rows it lacks are the fault's doing", py2: rows{b("a"), b("b"), b("c")}, py3: rows{t("a")}, f3: fault("UnicodeDecodeError", 2),
		verdict: ingest.Diverge, severity: ingest.Py3Fault, divergence: "fault 0/2"},
	{why: "only py2 raises", f2: fault("csv.Error", 1), py3: rows{t("a")}, verdict: ingest.Diverge, severity: ingest.Py2Fault, divergence: "fault 1/0"},
	{why: "blank rows of a CRCRLF file are extra rows, not a cascade", py2: rows{b("a"), b("c"), b("d")}, py3: rows{t("a"), t(), t("c"), t(), t("d"), t()},
		verdict: ingest.Diverge, divergence: "row-extra 0/2; row-extra 0/4; row-extra 0/6"},
	{why: "blank rows among rows that all differ as well", py2: rows{b("\xe9", "1"), b("\xe8", "2"), b("\xe7", "3")},
		py3: rows{t("é", "1"), t(), t("è", "2"), t(), t("ç", "3")}, verdict: ingest.Diverge,
		divergence: "cell 1/1 c1; row-extra 0/2; cell 2/3 c1; row-extra 0/4; cell 3/5 c1"},
	{why: "a row split in two (U+2028)", py2: rows{b("h", "i"), t("a", "x\u2028y"), b("b", "2"), b("c", "3")},
		py3: rows{t("h", "i"), t("a", "x"), t("y"), t("b", "2"), t("c", "3")}, verdict: ingest.Diverge, divergence: "cell 2/2 c2; row-extra 0/3"},
	{why: "py2 has the additional row", py2: rows{b("a"), b("x"), b("b"), b("c")}, py3: rows{t("a"), t("b"), t("c")}, verdict: ingest.Diverge, divergence: "row-missing 2/0"},
	{why: "a shorter row: its length and its cells", py2: rows{b("h", "i"), b("a", "b")}, py3: rows{t("h", "i"), t("x")}, verdict: ingest.Diverge,
		divergence: "row-length 2/2; cell 2/2 c1"},
	{why: "int is not float", py2: rows{ingest.List(ingest.Int(1))}, py3: rows{ingest.List(ingest.Float("1.0"))}, verdict: ingest.Diverge, divergence: "cell 1/1 c1"},
	{why: "ignored by name, the byte order mark of one header notwithstanding", py2: rows{t("\ufeffstamp", "a"), t("1", "x")}, py3: rows{t("stamp", "a"), t("2", "x")},
		c: ingest.Comparison{Ignore: []string{"stamp"}}, verdict: ingest.Parity, severity: ingest.Info},
	{why: "ignored by number", py2: rows{t("a", "1")}, py3: rows{t("a", "2")}, c: ingest.Comparison{Ignore: []string{"2"}}, verdict: ingest.Parity, severity: ingest.Info},
	{why: "within the tolerance of its column", py2: rows{t("p"), ingest.List(ingest.Float("1.3"))}, py3: rows{t("p"), ingest.List(ingest.Float("1.0"))},
		c: ingest.Comparison{Tolerance: map[string]float64{"p": 0.3}}, verdict: ingest.Parity, severity: ingest.Info},
	{why: "outside the tolerance", py2: rows{t("p"), ingest.List(ingest.Float("1.31"))}, py3: rows{t("p"), ingest.List(ingest.Float("1.0"))},
		c: ingest.Comparison{Tolerance: map[string]float64{"p": 0.3}}, verdict: ingest.Diverge, divergence: "cell 2/2 c1"},
	{why: "dicts compare by key", py2: rows{dict("a", "1", "b", "2")}, py3: rows{dict("b", "2", "a", "1")}, verdict: ingest.Parity, severity: ingest.Info},
	{why: "strict: their order counts", py2: rows{dict("a", "1", "b", "2")}, py3: rows{dict("b", "2", "a", "1")}, c: ingest.Comparison{Strict: true},
		verdict: ingest.Diverge, divergence: "order 1/1"},
	{why: "the column with the byte order mark is one differing key", py2: rows{dict("q", "1", "\ufeffs", "x")}, py3: rows{dict("s", "x", "q", "1")},
		verdict: ingest.Diverge, divergence: "key 1/1 c1"},
	{why: "a key that only one dict has", py2: rows{dict("a", "1", "b", "2")}, py3: rows{dict("a", "1")}, verdict: ingest.Diverge, divergence: "key-missing 1/1"},
	{why: "and the other way round", py2: rows{dict("a", "1")}, py3: rows{dict("a", "1", "b", "2")}, verdict: ingest.Diverge, divergence: "key-extra 1/1 c2"},
	{why: "rows in another order, paired by key", py2: rows{b("sku", "n"), b("a", "1"), b("b", "2"), b("c", "3")},
		py3: rows{t("sku", "n"), t("c", "3"), t("a", "9"), t("b", "2")}, c: ingest.Comparison{Key: []string{"sku"}},
		verdict: ingest.Diverge, divergence: "cell 2/3 c2"},
	{why: "a key that one path lacks", py2: rows{dict("k", "1"), dict("k", "2")}, py3: rows{dict("k", "2"), dict("k", "3")}, c: ingest.Comparison{Key: []string{"k"}},
		verdict: ingest.Diverge, divergence: "row-missing 1/0; row-extra 0/2"},
	{why: "repeated keys pair in order", py2: rows{dict("k", "1", "v", "a"), dict("k", "1", "v", "b")}, py3: rows{dict("k", "1", "v", "a"), dict("k", "1", "v", "b")},
		c: ingest.Comparison{Key: []string{"1"}}, verdict: ingest.Parity, severity: ingest.Info},
}

func TestCompare(tt *testing.T) {
	for _, c := range compareTable {
		tt.Run(c.why, func(tt *testing.T) {
			r, err := diff.Compare(outcome(c.py2, c.f2), outcome(c.py3, c.f3), c.c)
			if err != nil {
				tt.Fatal(err)
			}
			if got := show(r); r.Verdict != c.verdict || r.Severity != c.severity || got != c.divergence {
				tt.Errorf("got %s %s [%s], want %s %s [%s]", r.Verdict, r.Severity, got, c.verdict, c.severity, c.divergence)
			}
			if r.Py2Rows != len(c.py2) || r.Py3Rows != len(c.py3) {
				tt.Errorf("counted %d and %d rows, want %d and %d", r.Py2Rows, r.Py3Rows, len(c.py2), len(c.py3))
			}
		})
	}
}

func TestEqual(tt *testing.T) {
	set, dct, lst := ingest.Set, ingest.Dict, ingest.List
	for _, c := range []struct {
		why  string
		a, b ingest.Value
		want bool
	}{
		{"None", ingest.None, ingest.None, true},
		{"nan, which Python's == would not", ingest.Float("nan"), ingest.Float("nan"), true},
		{"zero has no sign for ==", ingest.Float("0.0"), ingest.Float("-0.0"), true},
		{"infinities of the same sign", ingest.Float("inf"), ingest.Float("-inf"), false},
		{"bool is not int here", ingest.Bool(true), ingest.Int(1), false},
		{"a decimal's exponent shows when it is printed", ingest.Decimal("1.10"), ingest.Decimal("1.1"), false},
		{"unicode is not bytes in py3", ingest.Text("a"), ingest.Bytes("a"), false},
		{"bytes are bytes", ingest.Bytes("\xe9"), ingest.Bytes("\xe9"), true},
		{"a surrogate pair is not the astral character", ingest.Text(ingest.TextOf(0xD83D, 0xDE00)), ingest.Text("😀"), false},
		{"sets have no order", set(ingest.Bytes("a"), ingest.Bytes("b")), set(ingest.Text("b"), ingest.Text("a")), true},
		{"sets count their items", set(ingest.Int(1), ingest.Int(1)), set(ingest.Int(1), ingest.Int(2)), false},
		{"nested dicts by key", lst(dct(ingest.Bytes("a"), ingest.Int(1), ingest.Bytes("b"), ingest.Int(2))), lst(dct(ingest.Text("b"), ingest.Int(2), ingest.Text("a"), ingest.Int(1))), true},
		{"nested dicts with another value", dct(ingest.Bytes("a"), ingest.Int(1)), dct(ingest.Text("a"), ingest.Int(2)), false},
		{"others by type", ingest.Other("uuid.UUID", "x"), ingest.Other("str", "x"), false},
	} {
		if got := diff.Equal(c.a, c.b); got != c.want {
			tt.Errorf("%s: got %v", c.why, got)
		}
	}
}

func TestKeepsFirstAndCountsAll(tt *testing.T) {
	var x, y rows
	for i := range 1000 {
		x, y = append(x, b(fmt.Sprint(i), "k")), append(y, t(fmt.Sprint(i+5000), "k"))
	}
	r, err := diff.CompareMax(outcome(x, nil), outcome(y, fault("csv.Error", 1001)), ingest.Comparison{}, 10)
	if err != nil || r.Count != 1001 || len(r.Divergences) != 10 || r.Divergences[9].Kind != diff.KindFault {
		tt.Errorf("got %d of %d, %v: the fault must be among those kept", len(r.Divergences), r.Count, err)
	}
}

// Blank rows in a long file of rows that are all alike: the alignment must not
// drift at the edges of its window.
func TestAlikeRowsStayAligned(tt *testing.T) {
	var x, y rows
	for range 1000 {
		x, y = append(x, b("same", "row")), append(y, t("same", "row"), t())
	}
	r, err := diff.CompareMax(outcome(x, nil), outcome(y, nil), ingest.Comparison{}, 2000)
	if err != nil || r.Count != 1000 || r.Compared != 1000 {
		tt.Fatalf("%d divergences, %d pairs, %v", r.Count, r.Compared, err)
	}
	for _, d := range r.Divergences {
		if d.Kind != diff.KindRowExtra {
			tt.Fatalf("%s %d/%d", d.Kind, d.Py2Row, d.Py3Row)
		}
	}
}

func TestOrderIsNotedOnce(tt *testing.T) {
	x := rows{dict("a", "1", "b", "2"), dict("a", "1", "b", "2")}
	y := rows{dict("b", "2", "a", "1"), dict("b", "2", "a", "1")}
	r, _ := diff.Compare(outcome(x, nil), outcome(y, nil), ingest.Comparison{})
	if !r.OrderDiffers || r.Order == nil || r.Order.Py3Row != 1 || r.Orders != 2 || r.LastOrder != 2 || r.Verdict != ingest.Parity {
		tt.Errorf("got %+v", r)
	}
}

func TestFaultOffsetIsTheOtherPathsRecord(tt *testing.T) {
	r, _ := diff.Compare(outcome(rows{b("a")}, fault("ValueError", 2)), outcome(rows{t("a"), t("b"), t("c")}, nil), ingest.Comparison{})
	if len(r.Divergences) != 1 || r.Divergences[0].Py3Offset != 10 || r.Divergences[0].Py2Offset != -1 {
		tt.Errorf("got %+v", r.Divergences)
	}
}

// broken ends with a harness error after n rows.
type broken struct{ n int }

func (s *broken) Next() (ingest.Row, bool) {
	s.n--
	return ingest.Row{Value: t("a")}, s.n >= 0
}
func (s *broken) Fault() (*ingest.Fault, error) { return nil, errBroken }
func (s *broken) Close() error                  { return nil }

var errBroken = errors.New("worker died")

func TestHarnessErrorIsNoOutcome(tt *testing.T) {
	for _, c := range []ingest.Comparison{{}, {Key: []string{"1"}}} {
		r, err := diff.Compare(&broken{3}, outcome(rows{t("a")}, nil), c)
		if !errors.Is(err, errBroken) || r.Verdict != ingest.NotCompared {
			tt.Errorf("got %v, %v", r.Verdict, err)
		}
	}
}

func TestKeyErrors(tt *testing.T) {
	if _, err := diff.Compare(outcome(rows{b("a")}, nil), outcome(rows{t("a")}, nil), ingest.Comparison{Key: []string{"sku"}}); err == nil || !strings.Contains(err.Error(), `"sku"`) {
		tt.Errorf("a key column that is not there: got %v", err)
	}
	if _, err := diff.Compare(&endless{0, 1}, &endless{1 << 40, 1}, ingest.Comparison{Key: []string{"1"}}); !errors.Is(err, diff.ErrUnaligned) {
		tt.Errorf("keys that never meet: got %v", err)
	}
}

// endless yields numbered rows for ever.
type endless struct{ from, step int64 }

func (s *endless) Next() (ingest.Row, bool) {
	s.from += s.step
	return ingest.Row{Value: ingest.Dict(ingest.Text("k"), ingest.Int(s.from))}, true
}
func (s *endless) Fault() (*ingest.Fault, error) { return nil, nil }
func (s *endless) Close() error                  { return nil }

// reused hands out one row in one buffer over and over, as engines do.
type reused struct {
	buf  []ingest.Value
	left int
}

func (s *reused) Next() (ingest.Row, bool) {
	s.left--
	return ingest.Row{Value: ingest.Value{Kind: ingest.KindList, Items: s.buf}}, s.left >= 0
}
func (s *reused) Fault() (*ingest.Fault, error) { return nil, nil }
func (s *reused) Close() error                  { return nil }

func TestEqualRowsCostNoMemory(tt *testing.T) {
	run := func(n int) float64 {
		return testing.AllocsPerRun(3, func() {
			x, y := &reused{b("a", "12.50", "name").Items, n}, &reused{t("a", "12.50", "name").Items, n}
			if r, err := diff.Compare(x, y, ingest.Comparison{}); err != nil || r.Compared != n {
				tt.Fatal(r, err)
			}
		})
	}
	if few, many := run(10), run(20000); many > few+2 {
		tt.Errorf("%v allocations for 10 rows, %v for 20,000", few, many)
	}
}

func FuzzCompare(f *testing.F) {
	f.Add([]byte("a,b\nc,d\n"), []byte("a,b\n\nc,d\n"), false)
	f.Add([]byte("\xe9\n\n\nx"), []byte("é\nx"), true)
	f.Fuzz(func(tt *testing.T, x, y []byte, strict bool) {
		parse := func(data []byte, of func(string) ingest.Value) (out rows) {
			for _, l := range strings.Split(string(data), "\n") {
				out = append(out, list(of, strings.Split(l, ",")))
			}
			return out
		}
		c := ingest.Comparison{Strict: strict}
		r, err := diff.CompareMax(outcome(parse(x, ingest.Text), nil), outcome(parse(y, ingest.Text), nil), c, 1<<20)
		if err != nil || len(r.Divergences) != r.Count {
			tt.Fatal(err, r.Count)
		}
		if same := string(x) == string(y); same != (r.Verdict == ingest.Parity) {
			tt.Fatalf("verdict %s of %q and %q", r.Verdict, x, y)
		}
		extra := 0
		for _, d := range r.Divergences {
			switch d.Kind {
			case diff.KindRowExtra:
				extra++
			case diff.KindRowMissing:
				extra--
			}
		}
		if r.Py3Rows-r.Py2Rows != extra {
			tt.Fatalf("%d and %d rows, but %d more extra than missing", r.Py2Rows, r.Py3Rows, extra)
		}
	})
}

// TestResultOutlivesNext: what a result says stays as it is while others are compared.
func TestResultOutlivesNext(tt *testing.T) {
	compare := func(name, cell string) diff.Result {
		r, err := diff.Compare(outcome(rows{b("id", name), b("1", cell)}, nil), outcome(rows{t("id", name), t("1", "x")}, nil), ingest.Comparison{})
		if err != nil {
			tt.Fatal(err)
		}
		return r
	}
	dicts, err := diff.Compare(outcome(rows{dict("sku", "1", "qty", "2")}, nil), outcome(rows{dict("sku", "1", "qty", "3")}, nil), ingest.Comparison{})
	if err != nil {
		tt.Fatal(err)
	}
	was := compare("price", "12.50")
	for range 3 {
		compare("colour", "green")
	}
	if d := was.Divergences[0]; d.Name != "price" || d.Py2.Str != "12.50" || d.Py3.Str != "x" || was.Columns[0].Column != "2" {
		tt.Errorf("%+v, %+v", d, was.Columns)
	}
	if d := dicts.Divergences[0]; d.Name != "qty" || d.Key != "qty" || d.Py2.Str != "2" {
		tt.Errorf("%+v", d)
	}
}
