package detect

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/corpus"
)

// TestBrief: what is left out of a brief answer are its words.
func TestBrief(t *testing.T) {
	inputs := []string{"", "\n", "a\n"}
	for _, c := range layouts {
		inputs = append(inputs, c.in, strings.Repeat(c.in, 30))
	}
	for _, d := range corpus.Feeds() {
		seed, err := corpus.Open(d.Seed)
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, string(seed.Data))
	}
	r := rand.New(rand.NewPCG(11, 26))
	for range 20_000 {
		inputs = append(inputs, randomTable(r))
	}
	for _, in := range inputs {
		whole, err := Bytes([]byte(in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		brief, err := Bytes([]byte(in), Options{Brief: true})
		if err != nil {
			t.Fatal(err)
		}
		whole.Dialect.Why, whole.Dialect.Reasons = brief.Dialect.Why, brief.Dialect.Reasons
		if !reflect.DeepEqual(brief, whole) {
			t.Fatalf("%q: %+v\nin brief %+v", in, whole.Dialect, brief.Dialect)
		}
	}
}

// randomTable is lines of cells between some delimiters, mostly the same one, and of what
// speaks for one or another: dates, times, decimal commas, apostrophes, quotes, lists.
func randomTable(r *rand.Rand) string {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	delimiters := []string{",", ";", "\t", "|", ":", " ", "~", "'", "="}
	own, kinds := delimiters[r.IntN(len(delimiters))], 1+r.IntN(3)
	cells := []string{"1", "12,5", "1.5", "2026-11-27", "10:30", "10:30, 5 T", "caf\u00e9 noir", "a,b", "a;b;c", "x", "'y'", "\"q\"", "\"q" + own + "r\"", "", "'tis", "A-1", "\\" + own, "one, two", "k=v", "http://a.b/c", "N/A", "Total:"}
	r.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	var b strings.Builder
	columns := 1 + r.IntN(5)
	for range 1 + r.IntN(40) {
		for c := range columns {
			if c > 0 {
				b.WriteString(own)
			}
			b.WriteString(cells[(c*kinds+r.IntN(kinds))%len(cells)])
		}
		if r.IntN(12) == 0 {
			b.WriteString(pick(delimiters...))
		}
		b.WriteString(pick("\n", "\n", "\n", "\r\n"))
	}
	return b.String()
}
