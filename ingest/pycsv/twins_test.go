package pycsv

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// The reader has two parsers: parseItem, the specification, and parseQuick. All
// that is known of one must hold for the other.

// liner lends items the promise of a Liner, where they keep it. Items lie one
// behind the other in memory that is overwritten once Next is called.
type liner struct {
	*items
	native ingest.Kind
	memory []byte
}

func (l *liner) QuickLine() (string, int64, bool) {
	if l.n >= len(l.values) || l.values[l.n].Kind != l.native || !promised(l.values[l.n].Str) {
		return "", -1, false
	}
	v, _ := l.items.Next()
	return l.hold(v.Str), l.Offset(), true
}

func (l *liner) QuickLines(max int) (string, int64, func([]byte) int64) {
	clear(l.memory)
	l.memory = l.memory[:0]
	var text string
	for i, v := range l.values[l.n:] {
		line := v.Str
		if l.n+i == len(l.values)-1 && line != "" && !strings.ContainsAny(line, "\r\n") {
			line += "\n"
		}
		if v.Kind != l.native || !promised(line) || len(text)+len(line) > max {
			break
		}
		text += line
	}
	return l.hold(text), int64(1000 * l.n), func(part []byte) int64 { return 1000 * int64(bytes.Count(part, []byte("\n"))) }
}

func (l *liner) Took(n int) {
	for ; n > 0 && l.n < len(l.values); l.n++ {
		n -= len(l.values[l.n].Str)
	}
}

func (l *liner) Next() (ingest.Value, bool) {
	clear(l.memory)
	l.memory = l.memory[:0]
	v, ok := l.items.Next()
	v.Str = l.hold(v.Str)
	return v, ok
}

func (l *liner) hold(s string) string {
	if l.memory == nil {
		l.memory = make([]byte, 0, 1<<16) // where it is outgrown, what is in it stays
	}
	from := len(l.memory)
	l.memory = append(l.memory, s...)
	return view(l.memory[from:])
}

// promised is what QuickLine promises of a line.
func promised(s string) bool {
	body, ok := strings.CutSuffix(s, "\n")
	return ok && !strings.ContainsAny(strings.TrimSuffix(body, "\r"), "\n\r\x00")
}

// twins runs a call on parseItem alone, on both parsers, and on both with lines
// that are known to be ordinary; it returns what differs.
func twins(v *Version, c call) string {
	d, fault := NewDialect(v, c.Dialect)
	if fault != nil || len(c.Items) == 0 {
		return ""
	}
	reference := NewReader(v, d, c.Limit, &items{values: c.Items})
	reference.quick.on = false
	want := transcript(reference)
	for name, r := range map[string]*Reader{
		"quick": NewReader(v, d, c.Limit, &items{values: c.Items}),
		"liner": NewReader(v, d, c.Limit, &liner{items: &items{values: c.Items}, native: v.str("").Kind}),
	} {
		if got := transcript(r); got != want {
			return fmt.Sprintf("python %s, dialect %v, limit %d, items %q\n%s: %s\nspecification: %s", v.Python, c.Dialect, c.Limit, c.Items, name, got, want)
		}
	}
	for _, left := range []int{0, 1} {
		r := NewReader(v, d, c.Limit, &liner{items: &items{values: c.Items}, native: v.str("").Kind})
		if got, want := batched(r, left), rowsOf(want); got != want {
			return fmt.Sprintf("python %s, dialect %v, limit %d, items %q\nin batches, %d left: %s\nspecification: %s", v.Python, c.Dialect, c.Limit, c.Items, left, got, want)
		}
	}
	return ""
}

// transcript is all that a reader does until it is exhausted.
func transcript(r *Reader) string {
	var b strings.Builder
	for range mostCalls {
		row, ok := r.Next()
		switch {
		case ok:
			fmt.Fprintf(&b, "%q", row)
			if ascii := ingest.IsASCII(fmt.Sprint(row)); r.ASCII() && !ascii {
				fmt.Fprint(&b, " not ASCII")
			}
		case r.Fault() == nil:
			return b.String()
		default:
			fmt.Fprint(&b, r.Fault().Type, r.Fault().Message)
		}
		fmt.Fprintf(&b, " line %d at %d\n", r.LineNum(), r.RowOffset())
	}
	return b.String()
}

// rowsOf leaves out of a transcript what Batch does not tell: the line after each row.
func rowsOf(transcript string) string { return rowLine.ReplaceAllString(transcript, "]") }

var rowLine = regexp.MustCompile(`\] line \d+`)

// batched is the transcript of a reader that reads in batches, of which it leaves so
// many rows to be read again.
func batched(r *Reader, left int) string {
	var b strings.Builder
	var batch ingest.Batch
	var cells []ingest.Value
	for range mostCalls {
		if r.Batch(&batch) {
			n := max(batch.Rows-left, 1)
			batch.Truncate(n)
			ascii, line := r.ASCII(), r.LineNum()
			if left > 0 {
				r.Odd(n)
			}
			r.Took(&batch)
			for range n {
				checkSpecial(&b, &batch)
				var row ingest.Row
				row, cells = batch.Next(cells)
				fmt.Fprintf(&b, "%q", row.Value.Items)
				if ascii && !ingest.IsASCII(fmt.Sprint(row.Value.Items)) {
					fmt.Fprint(&b, " not ASCII")
				}
				fmt.Fprintf(&b, " at %d\n", row.Offset)
			}
			if lines := strings.Count(batch.Text, "\n"); r.LineNum() != line+lines {
				fmt.Fprintf(&b, "line %d, want %d more than %d", r.LineNum(), lines, line)
			}
			continue
		}
		row, ok := r.Next()
		switch {
		case ok:
			fmt.Fprintf(&b, "%q at %d\n", row, r.RowOffset())
		case r.Fault() == nil:
			return b.String()
		default:
			fmt.Fprint(&b, r.Fault().Type, r.Fault().Message)
			fmt.Fprintf(&b, " line %d at %d\n", r.LineNum(), r.RowOffset())
		}
	}
	return b.String()
}

// checkSpecial says which cells of the next row are not among the special ones but should be.
func checkSpecial(w io.Writer, b *ingest.Batch) {
	for _, c := range b.Row(nil) {
		s := b.Str(c.Cell)
		_, special := slices.BinarySearchFunc(b.Special, c.End, func(c ingest.Special, end int) int { return c.End - end })
		if s != "" && !special && !plain(s) {
			fmt.Fprintf(w, "cell %q is not special", s)
		}
	}
}

// TestTwins reads every row of the reader's table, and generated items, in every
// version.
func TestTwins(t *testing.T) {
	for _, py := range Modelled() {
		v := version(t, py)
		for _, c := range readerCases {
			dialect := fuzzDialect(py, strings.ReplaceAll(c.dialect, " ", "\x01"))
			k := call{Limit: cmp.Or(c.limit, ingest.DefaultFieldLimit), Dialect: dialect}
			for _, s := range c.items {
				k.Items = append(k.Items, v.str(s))
			}
			if diff := twins(v, k); diff != "" {
				t.Errorf("%s", diff)
			}
		}
		g := newGenerator(v, 99)
		for range 3000 {
			if diff := twins(v, g.readerCall()); diff != "" {
				t.Fatalf("%s", diff)
			}
		}
	}
}

// TestBatches reads lines as Batch likes them, with quotes at every place of its words.
func TestBatches(t *testing.T) {
	dialects := []string{"", "", "", "doublequote=False", "quotechar='\x01delimiter=;", "strict=True", "quoting=3", "delimiter=\t"}
	for _, py := range []ingest.Python{ingest.Python27, ingest.Python313} {
		v := version(t, py)
		g := newGenerator(v, 7)
		for range 800 {
			c := call{Limit: ingest.DefaultFieldLimit, Dialect: fuzzDialect(py, pick(g, dialects...))}
			if g.chance(.1) {
				c.Limit = int64(g.IntN(200))
			}
			odd := g.Float64() * g.Float64() * .3
			for range g.IntN(20) {
				c.Items = append(c.Items, g.lines(odd)...)
			}
			c.Items = c.Items[:min(len(c.Items), mostCalls-1)]
			if last := len(c.Items) - 1; last >= 0 && g.chance(.5) { // the last line has no end
				c.Items[last].Str = strings.TrimSuffix(c.Items[last].Str, "\n")
			}
			if diff := twins(v, c); diff != "" {
				t.Fatal(diff)
			}
		}
	}
}

// lines are those of a record, odd in one of so many of its cells.
func (g *generator) lines(odd float64) []ingest.Value {
	text := ""
	for range g.IntN(9) {
		cell := strings.Repeat(pick(g, "a", "bc", "d e ", "\u00e9"), g.IntN(12))
		switch {
		case g.chance(odd):
			cell += pick(g, "\"", "'", "\"x\"", "\\", " \" ", "'y") + cell
		case g.chance(.4):
			quote := pick(g, "\"", "\"", "\"", "'")
			cell = quote + strings.ReplaceAll(cell, "b", pick(g, "b", quote+quote, ",", ";", "\n", "\r\n")) + quote
		case g.chance(.2):
			cell = pick(g, " ", "\t") + cell + pick(g, " ", "\u00a0", "")
		}
		text += cell + pick(g, ",", ",", ",", ";", "\t")
	}
	var items []ingest.Value
	for line := range strings.Lines(text + pick(g, "", "x", "\"\"") + pick(g, "\n", "\n", "\r\n")) {
		items = append(items, g.str(line))
	}
	return items
}

// FuzzTwins compares the two parsers over any items with any dialect.
func FuzzTwins(f *testing.F) {
	for _, c := range readerCases {
		f.Add(strings.Join(c.items, "\x01"), strings.ReplaceAll(c.dialect, " ", "\x01"), cmp.Or(c.limit, ingest.DefaultFieldLimit))
	}
	f.Add("sku,name,price\n\x01A-1,\"a \"\"b\"\"\n\x01c\",10.25\r\n\x01"+strings.Repeat("a,bcdef", 40)+"\n", "", int64(131072))
	f.Add("a;b;'c\n\x01';d\n", "delimiter=;\x01quotechar='\x01doublequote=False", int64(10))
	f.Fuzz(func(t *testing.T, data, dialect string, limit int64) {
		for _, py := range Modelled() {
			v := version(t, py)
			c := call{Limit: limit, Dialect: fuzzDialect(py, dialect)}
			for _, s := range strings.Split(data, "\x01") {
				if v.Text {
					s = strings.ToValidUTF8(s, "\xed\xa0\x80")
				}
				c.Items = append(c.Items, v.str(s))
			}
			if diff := twins(v, c); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// TestMark compares the assembly with plain Go, at every length and place.
func TestMark(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	data := make([]byte, 700)
	for round := range 200 {
		for i := range data {
			data[i] = "ab,\"c\xe9\n,x;"[r.IntN(10)]
			if round%4 == 0 && data[i] != ',' { // no quotes, nothing high
				data[i] = 'z'
			}
		}
		from := r.IntN(64)
		for n := markedMin; n+from <= len(data); n += 1 + r.IntN(7) {
			var got, want [2][12]uint64
			for i := range got[0] {
				got[0][i], got[1][i] = ^uint64(0), ^uint64(0) // what was there before must not show
			}
			a := mark(&data[from], n, eightfold(','), eightfold('"'), &got[0][0], &got[1][0])
			b := markPortable(&data[from], n, eightfold(','), eightfold('"'), &want[0][0], &want[1][0])
			words := (n + 63) / 64
			for i := range words {
				if got[0][i] != want[0][i] || got[1][i] != want[1][i] {
					t.Fatalf("word %d of %q: got %b, want %b", i, data[from:from+n], got, want)
				}
			}
			if (a&markedQuote != 0) != (b&markedQuote != 0) || (a&markedHigh != 0) != (b&markedHigh != 0) {
				t.Fatalf("%q: saw %x, want %x", data[from:from+n], a, b)
			}
		}
	}
}

// A marker is one way to mark text.
type marker func(s *byte, n int, delimiter, quotechar uint64, ends *ingest.Ends, words *marks) (quotes, high uint64)

// TestMarkText compares the assembly with plain Go, in text of any bytes.
func TestMarkText(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	data := make([]byte, 64*9)
	for range 2000 {
		for i := range data {
			if data[i] = byte(r.Uint32()); r.IntN(3) > 0 {
				data[i] = ",\"\n\r a"[r.IntN(6)]
			}
		}
		from := r.IntN(64)
		n := leastMarked + r.IntN(64*7)
		if r.IntN(3) == 0 { // nothing to be seen but behind it
			for i := range data[from : from+n] {
				data[from+i] = 'z'
			}
		}
		var want [9]marks
		var wantEnds [9]ingest.Ends
		quotes, high := markTextPortable(&data[from], n, eightfold(','), eightfold('"'), &wantEnds[0], &want[0])
		for name, mark := range markers() {
			got, ends := [9]marks{{1, 1, 1}}, [9]ingest.Ends{{Cells: 1}} // what was there before must not show
			some, wide := mark(&data[from], n, eightfold(','), eightfold('"'), &ends[0], &got[0])
			if got != want || ends != wantEnds || some != quotes || wide != high {
				t.Fatalf("%s: %q: got %x %x %b %b, want %x %x %b %b", name, data[from:from+n], some, wide, ends, got, quotes, high, wantEnds, want)
			}
		}
	}
}

// TestReaderAllocs: a row costs no memory once the buffers have grown.
func TestReaderAllocs(t *testing.T) {
	for name, lines := range map[string][]string{
		"plain":   {"sku,name and more,price,10.25,2026-11-22,https://example.com\r\n"},
		"quoted":  {"\"a\",\"b \"\"c\"\" d\",\"e\"\n"},
		"spans":   {"\"a\",\"b\n", "\n", "c\",d\n"},
		"unusual": {"a,\"b\"c,d\n"},
		"short":   {"a,b\n"},
	} {
		for _, py := range []ingest.Python{ingest.Python27, ingest.Python313} {
			v := version(t, py)
			d, fault := NewDialect(v, nil)
			if fault != nil {
				t.Fatal(fault)
			}
			r := NewReader(v, d, ingest.DefaultFieldLimit, &again{v: v, lines: lines})
			for range 10 {
				r.Next()
			}
			if n := testing.AllocsPerRun(1000, func() {
				if _, ok := r.Next(); !ok {
					t.Fatal(r.Fault())
				}
			}); n != 0 {
				t.Errorf("%s, python %s: %v allocations per row", name, py, n)
			}
		}
	}
}

// again repeats its lines.
type again struct {
	v     *Version
	lines []string
	n     int
}

func (e *again) Next() (ingest.Value, bool) {
	e.n++
	return e.v.str(e.lines[(e.n-1)%len(e.lines)]), true
}

func (e *again) Fault() *ingest.Fault { return nil }
func (e *again) Offset() int64        { return int64(e.n) }
