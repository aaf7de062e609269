package pycsv

import (
	"reflect"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// newReader is a reader over native strings with options as --dialect takes them.
func newReader(t testing.TB, py ingest.Python, lines Lines, options ...string) *Reader {
	t.Helper()
	v := version(t, py)
	opts, err := ingest.ParseDialect(py.Path(), options...)
	if err != nil {
		t.Fatal(err)
	}
	d, fault := NewDialect(v, opts)
	if fault != nil {
		t.Fatal(fault)
	}
	return NewReader(v, d, ingest.DefaultFieldLimit, lines)
}

func texts(items ...string) []ingest.Value {
	out := make([]ingest.Value, len(items))
	for i, s := range items {
		out[i] = ingest.Text(s)
	}
	return out
}

func TestSpans(t *testing.T) {
	for _, c := range []struct {
		name    string
		items   []string
		options []string
		want    []string // the raw text of each field of each row, rows ended by "/"
	}{
		{"plain", []string{"a,bc\n", "d\n"}, nil, []string{"a", "bc", "/", "d", "/"}},
		{"empty fields", []string{",\r\n"}, nil, []string{"", "", "/"}},
		{"empty row", []string{"\n", "a"}, nil, []string{"/", "a", "/"}},
		{"quoted", []string{"\"a,\"\"\",b"}, nil, []string{"\"a,\"\"\"", "b", "/"}},
		{"over items", []string{"x,\"a\n", "b\",c\n"}, nil, []string{"x", "\"a\n|b\"", "c", "/"}},
		{"open at the end", []string{"\"a\n", "b"}, nil, []string{"\"a\n|b", "/"}},
		{"spaces skipped", []string{"a,  b,  \n"}, []string{"skipinitialspace=True"}, []string{"a", "b", "", "/"}},
		{"wide", []string{"\u20ac\u00e9\u20ac\U0001f600"}, []string{"delimiter=\u20ac"}, []string{"", "\u00e9", "\U0001f600", "/"}},
		{"escaped", []string{`a\,b,c\`, "d"}, []string{`escapechar=\\`}, []string{`a\,b`, `c\|d`, "/"}},
	} {
		r := newReader(t, ingest.Python313, &items{values: texts(c.items...)}, c.options...)
		r.Trace(true)
		var got []string
		for {
			row, ok := r.Next()
			if !ok {
				break
			}
			if len(r.Spans()) != len(row) {
				t.Errorf("%s: %d spans for %d fields", c.name, len(r.Spans()), len(row))
			}
			for _, s := range r.Spans() {
				got = append(got, rawText(c.items, s))
			}
			got = append(got, "/")
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// rawText cuts a span out of the items, which it shows between bars.
func rawText(items []string, s Span) string {
	from, to := int(s.Start.Offset/1000), int(s.End.Offset/1000)
	if from == to {
		return items[from][s.Start.At:s.End.At]
	}
	parts := append([]string{items[from][s.Start.At:]}, items[from+1:to]...)
	return strings.Join(append(parts, items[to][:s.End.At]), "|")
}

func TestRowOffsetAndLineNum(t *testing.T) {
	r := newReader(t, ingest.Python313, &items{values: texts("a\n", "\"b\n", "c\"\n", "d\re\n", "f\n")})
	type place struct {
		line   int
		offset int64
	}
	var got []place
	for range 5 {
		r.Next()
		got = append(got, place{r.LineNum(), r.RowOffset()})
	}
	want := []place{{1, 0}, {3, 1000}, {4, 3000}, {5, 4000}, {5, 4000}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestIteratorFault(t *testing.T) {
	raised := ingest.Faultf("UnicodeDecodeError", "...")
	r := newReader(t, ingest.Python313, &items{values: texts("a\n", "\"b\n"), fault: raised})
	if row, ok := r.Next(); !ok || row[0].Str != "a" || r.Fault() != nil {
		t.Fatalf("first row %v %v", row, r.Fault())
	}
	if _, ok := r.Next(); ok || r.Fault() != raised {
		t.Errorf("got %v, want the iterator's fault and no half a row", r.Fault())
	}
}

// endless yields the same items again and again.
type endless struct {
	items []ingest.Value
	n     int
}

func (e *endless) Next() (ingest.Value, bool) {
	e.n++
	return e.items[e.n%len(e.items)], true
}
func (e *endless) Fault() *ingest.Fault { return nil }
func (e *endless) Offset() int64        { return int64(e.n) }

func TestNoAllocations(t *testing.T) {
	for name, py := range map[string]ingest.Python{"2.7": ingest.Python27, "3.13": ingest.Python313} {
		v := version(t, py)
		lines := &endless{items: []ingest.Value{
			v.str("sku,name,\"a \"\"quoted\"\" cell\",12.50,caf\u00e9,,,x\n"),
			v.str("1,\"over\n"), v.str("items\"\n"), v.str("\n"), v.str("short,row\n"),
		}}
		r := newReader(t, py, lines)
		r.Trace(true)
		next := func() {
			if _, ok := r.Next(); !ok {
				t.Fatal(r.Fault())
			}
		}
		next()
		if n := testing.AllocsPerRun(1000, next); n != 0 {
			t.Errorf("%s: %v allocations per row of csv.reader", name, n)
		}
		dict := NewDictReader(v, r)
		next = func() {
			if _, ok := dict.Next(); !ok {
				t.Fatal(dict.Fault())
			}
		}
		next()
		if n := testing.AllocsPerRun(1000, next); n != 0 {
			t.Errorf("%s: %v allocations per row of csv.DictReader", name, n)
		}
	}
}

// TestLongFieldIsCountedOnce would take minutes if the field were counted anew
// with each of its quotes.
func TestLongFieldIsCountedOnce(t *testing.T) {
	long := `"` + strings.Repeat(`""`+"\u20ac", 65536) + `"`
	r := newReader(t, ingest.Python313, &items{values: texts(long, long[:1]+"x"+long[1:])})
	if row, ok := r.Next(); !ok || len(row[0].Str) != 4*65536 {
		t.Fatalf("%d fields, fault %v", len(row), r.Fault())
	}
	if _, ok := r.Next(); ok || r.Fault() == nil {
		t.Error("a character more than the limit passed")
	}
}

func BenchmarkReader(b *testing.B) {
	for name, py := range map[string]ingest.Python{"2.7": ingest.Python27, "3.13": ingest.Python313} {
		b.Run(name, func(b *testing.B) {
			v := version(b, py)
			line := "4711,\"Widget, large\",12.50,EUR,2026-11-22,some longer description of it,5012345678900,x\n"
			r := newReader(b, py, &endless{items: []ingest.Value{v.str(line)}})
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				r.Next()
			}
		})
	}
}
