package shrink_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand"
	"sort"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/feedparity/feedparity/ingest/shrink"
)

// planted is a synthetic divergence: a needle put into a random file, a
// predicate that looks for it, and how long the smallest input for it is.
type planted struct {
	input   []byte
	keep    func([]byte) bool
	minimal int
	what    string
}

func randomRows(r *rand.Rand, n int) [][]string {
	words := []string{"", "alpha", "12.50", `"quoted, text"`, `"two` + "\n" + `lines"`, "naïve", "0042", "x", strings.Repeat("lorem ", 20), `"say ""hi"""`}
	columns := 2 + r.Intn(12)
	rows := make([][]string, n)
	for i := range rows {
		for range columns {
			rows[i] = append(rows[i], words[r.Intn(len(words))])
		}
	}
	return rows
}

func render(rows [][]string, delimiter, end string) []byte {
	var b bytes.Buffer
	for _, r := range rows {
		b.WriteString(strings.Join(r, delimiter) + end)
	}
	return b.Bytes()
}

// plant makes the n-th case; every kind of predicate comes up in turn.
func plant(n int) planted {
	r := rand.New(rand.NewSource(int64(n)))
	rows := randomRows(r, 1+r.Intn(300))
	at := r.Intn(len(rows))
	column := r.Intn(len(rows[at]))
	delimiter := []string{",", ";", "\t", "|"}[r.Intn(4)]
	end := []string{"\n", "\r\n"}[r.Intn(2)]
	switch n % 7 {
	case 0: // some bytes anywhere
		rows[at][column] += "\xff\xfe!"
		return planted{render(rows, delimiter, end), func(b []byte) bool { return bytes.Contains(b, []byte("\xff\xfe!")) }, 3, "needle"}
	case 1: // in a certain column, under a header that must be there
		rows[0][0], rows[at][0] = "sku", "A\x00B"
		if at == 0 {
			rows = append(rows, []string{"A\x00B"})
		}
		return planted{render(rows, delimiter, end), func(b []byte) bool {
			first, rest, _ := bytes.Cut(b, []byte("\n"))
			return bytes.HasPrefix(first, []byte("sku")) && bytes.Contains(rest, []byte("A\x00B"))
		}, 7, "header and needle"}
	case 2: // two records apart
		rows[at][column] += "<one>"
		rows[r.Intn(len(rows))][0] += "<two>"
		return planted{render(rows, delimiter, end), func(b []byte) bool {
			return bytes.Contains(b, []byte("<one>")) && bytes.Contains(b, []byte("<two>"))
		}, 10, "two needles"}
	case 3: // a long field
		rows[at][column] = strings.Repeat("é", 600+r.Intn(600))
		return planted{render(rows, delimiter, end), func(b []byte) bool {
			return bytes.Count(b, []byte("é")) > 580
		}, 1162, "long field"}
	case 4: // a number of records
		for len(rows) < 20 {
			rows = append(rows, rows[0])
		}
		return planted{render(rows, delimiter, end), func(b []byte) bool { return bytes.Count(b, []byte("\n")) >= 10 }, 10, "ten lines"}
	case 5: // a quoted line end
		rows[at][column] = `"q` + "\r\n" + `q"`
		return planted{render(rows, delimiter, end), func(b []byte) bool {
			for i := range b {
				if bytes.HasPrefix(b[i:], []byte("\r\n")) && bytes.Count(b[:i], []byte(`"`))%2 == 1 {
					return true
				}
			}
			return false
		}, 3, "line end in quotes"}
	}
	rows[at][column] += "\ufffd" // in UTF-16, where a unit is two bytes
	units := utf16.Encode([]rune("\ufeff" + string(render(rows, delimiter, end))))
	input := make([]byte, 0, 2*len(units))
	for _, u := range units {
		input = binary.LittleEndian.AppendUint16(input, u)
	}
	return planted{input, func(b []byte) bool {
		for i := 2; i+1 < len(b); i += 2 {
			if b[0] == 0xFF && b[1] == 0xFE && b[i] == 0xFD && b[i+1] == 0xFF {
				return true
			}
		}
		return false
	}, 4, "UTF-16 with its byte order mark"}
}

func TestMinimizeSynthetic(t *testing.T) {
	var steps []int
	for n := range 1000 {
		c := plant(n)
		got, stats := shrink.Minimize(context.Background(), c.input, shrink.Options{}, c.keep)
		if !c.keep(got) || stats.Failed {
			t.Fatalf("case %d (%s): the result does not keep the predicate", n, c.what)
		}
		if len(got) > c.minimal || stats.To != len(got) {
			t.Errorf("case %d (%s): %d bytes of %d, want %d: %.80q", n, c.what, len(got), len(c.input), c.minimal, got)
		}
		steps = append(steps, stats.Steps)
	}
	sort.Ints(steps)
	t.Logf("1000 cases: median %d steps, 95th %d, most %d", steps[500], steps[950], steps[999])
	if steps[500] > 150 || steps[999] > 1500 {
		t.Errorf("median %d steps, most %d: the search has become wasteful", steps[500], steps[999])
	}
}

func TestMinimizeIsDeterministic(t *testing.T) {
	for n := range 50 {
		c := plant(n)
		a, sa := shrink.Minimize(context.Background(), c.input, shrink.Options{}, c.keep)
		b, sb := shrink.Minimize(context.Background(), c.input, shrink.Options{}, c.keep)
		if !bytes.Equal(a, b) || sa.Steps != sb.Steps {
			t.Fatalf("case %d: %q in %d steps, then %q in %d", n, a, sa.Steps, b, sb.Steps)
		}
	}
}

func TestMinimizeNeverTriesTwice(t *testing.T) {
	c := plant(2)
	seen := map[string]int{}
	shrink.Minimize(context.Background(), c.input, shrink.Options{}, func(b []byte) bool {
		seen[string(b)]++
		return c.keep(b)
	})
	for s, n := range seen {
		if n > 1 {
			t.Fatalf("%.40q was tried %d times", s, n)
		}
	}
}

// A megabyte, one bad byte: what a nightly sweep gives it.
func TestMinimizeMegabyte(t *testing.T) {
	var b bytes.Buffer
	for i := 0; b.Len() < 1<<20; i++ {
		fmt.Fprintf(&b, "SKU%06d,some description of it,%d.99,\"in stock, maybe\"\r\n", i, i%100)
	}
	input := bytes.Replace(b.Bytes(), []byte("SKU010000,some"), []byte("SKU010000,s\xf6me"), 1)
	keep := func(b []byte) bool { return bytes.IndexByte(b, 0xF6) >= 0 }
	got, stats := shrink.Minimize(context.Background(), input, shrink.Options{}, keep)
	if string(got) != "\xf6" || stats.Steps > 200 {
		t.Errorf("got %q after %+v", got, stats)
	}
}

func TestMinimizeLongField(t *testing.T) {
	input := []byte("sku,text\n1," + strings.Repeat("é", 65600) + "\n")
	keep := func(b []byte) bool { // more than 131,072 bytes in one field
		for _, f := range bytes.FieldsFunc(b, func(r rune) bool { return r == ',' || r == '\n' }) {
			if len(f) > 131072 {
				return true
			}
		}
		return false
	}
	got, stats := shrink.Minimize(context.Background(), input, shrink.Options{}, keep)
	if len(got) > 131074 || stats.Steps > 1500 {
		t.Errorf("%d bytes after %+v", len(got), stats)
	}
}

func TestMinimizeGivesUpWithAValidInput(t *testing.T) {
	c := plant(1)
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, o := range []struct {
		why string
		ctx context.Context
		o   shrink.Options
	}{
		{"steps", context.Background(), shrink.Options{MaxSteps: 7}},
		{"time", context.Background(), shrink.Options{MaxTime: time.Nanosecond}},
		{"context", canceled, shrink.Options{}},
	} {
		got, stats := shrink.Minimize(o.ctx, c.input, o.o, c.keep)
		if !c.keep(got) || !stats.GaveUp || stats.Steps > 7 {
			t.Errorf("%s: %d bytes, %+v", o.why, len(got), stats)
		}
	}
}

func TestMinimizeWhatIsNotKept(t *testing.T) {
	got, stats := shrink.Minimize(context.Background(), []byte("a,b\n"), shrink.Options{}, func([]byte) bool { return false })
	if string(got) != "a,b\n" || !stats.Failed || stats.Steps != 1 {
		t.Errorf("got %q, %+v", got, stats)
	}
	got, stats = shrink.Minimize(context.Background(), nil, shrink.Options{}, func([]byte) bool { return true })
	if len(got) != 0 || stats.Failed {
		t.Errorf("empty input: got %q, %+v", got, stats)
	}
}

func FuzzShrink(f *testing.F) {
	for n := range 7 {
		c := plant(n)
		f.Add(c.input[:min(len(c.input), 400)], []byte("e"), byte(n))
	}
	f.Add([]byte("\xff\xfe\x00\x00a\x00\x00\x00b"), []byte("b"), byte(0))
	f.Fuzz(func(t *testing.T, input, needle []byte, width byte) {
		keep := func(b []byte) bool { return bytes.Contains(b, needle) }
		o := shrink.Options{Unit: []int{0, 1, 2, 4}[width%4], BigEndian: width&4 != 0, MaxSteps: 2000}
		before := append([]byte(nil), input...)
		got, stats := shrink.Minimize(context.Background(), input, o, keep)
		if stats.Failed == keep(input) || !stats.Failed && !keep(got) || !bytes.Equal(before, input) {
			t.Fatalf("%q: got %q, %+v", input, got, stats)
		}
		if !stats.Failed && !stats.GaveUp && len(got) > max(len(needle), 2)*8 {
			t.Fatalf("%q: %q is far from %q", input, got, needle)
		}
	})
}
