package classify_test

import (
	"context"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/shrink"
)

// pieces are what random inputs are made of: ordinary text and one of every
// feature of the catalogue.
var pieces = []string{
	"abc", "12", "1_0", "x y", "", "\"q\"", "\"a,b\"", "\"a\nb\"", "\"a\r\nb\"", "\"a\rb\"", "café", "caf\xe9", "ß", "\u00a012", "１２", "- 1", "1.5",
	"\x00", "\u2028", "\x0b", "\u0085", "\xed\xa0\x80", "\xe0\x80", "\xff", "\\\n", "\\", "\u180e", "İ", "Σ", "\x1c1", "\xef\xbb\xbf",
}

// randomCase makes an input of a few such cells and a pair to read it with.
func randomCase(r *rand.Rand) classify.Example {
	var b strings.Builder
	if r.Intn(8) == 0 {
		b.WriteString("\xef\xbb\xbf")
	}
	end := []string{"\n", "\r\n", "\r\n", "\r", "\r\r\n"}[r.Intn(5)]
	odd := pieces[r.Intn(len(pieces))]
	for range 1 + r.Intn(6) {
		for j := range 1 + r.Intn(3) {
			if j > 0 {
				b.WriteByte(',')
			}
			if r.Intn(4) == 0 {
				b.WriteString(odd)
			} else {
				b.WriteString(pieces[r.Intn(3)])
			}
		}
		b.WriteString(end)
	}
	pairs := ingest.Builtin()
	pair := pairs[r.Intn(len(pairs)-1)].Name
	var edits []func(*ingest.Pair)
	switch r.Intn(6) {
	case 0:
		edits = append(edits, classify.Typed("1", []string{"int", "float", "decimal"}[r.Intn(3)]))
	case 1:
		edits = append(edits, classify.Cleaned([]ingest.Step{"strip", "upper", "lower"}[r.Intn(3)]))
	case 2:
		edits = append(edits, classify.Options(`escapechar=\\`))
	case 3:
		m2, m3 := ingest.ModesOf(ingest.Py2), ingest.ModesOf(ingest.Py3)
		edits = append(edits, classify.Modes(m2[r.Intn(len(m2))], m3[r.Intn(len(m3))]))
	}
	if r.Intn(3) == 0 {
		edits = append(edits, unusual(r))
	}
	return classify.NewExample(b.String(), pair, edits...)
}

// unusual changes a setting that few feeds have.
func unusual(r *rand.Rand) func(*ingest.Pair) {
	pick := func(names ...string) string { return names[r.Intn(len(names))] }
	switch r.Intn(6) {
	case 0:
		codec := pick("utf-16", "utf-16-le", "cp1252", "koi8-r", "ascii", "cp437", "utf-8-sig")
		return classify.Both(func(s *ingest.Settings) { s.Codec = codec })
	case 1:
		py := ingest.Python{Major: 3, Minor: 6 + r.Intn(9)}
		return func(p *ingest.Pair) { p.Py3.Python = py }
	case 2:
		errors2, errors3 := pick("strict", "replace", "ignore"), pick("strict", "replace", "ignore")
		return func(p *ingest.Pair) { p.Py2.Errors, p.Py3.Errors = errors2, errors3 }
	case 3:
		return classify.Both(func(s *ingest.Settings) { s.Reader = ingest.DictReader })
	case 4:
		return classify.Options("quoting=" + pick("QUOTE_NONNUMERIC", "QUOTE_NONE", "QUOTE_STRINGS", "QUOTE_NOTNULL", "QUOTE_ALL"))
	}
	return classify.Options(pick(`delimiter=\x00`, "quotechar=,", "delimiter=b", "strict=True", "skipinitialspace=True", `lineterminator=\n`, "quotechar=", "escapechar="))
}

// Random inputs find what the table does not: every divergence has a cause of the
// catalogue, and the input shrinks without losing its signature.
func TestRandomDivergences(t *testing.T) {
	eng := embedded.New()
	causes := map[classify.Cause]int{}
	var unexplained []string
	for seed := range 8000 {
		e := randomCase(rand.New(rand.NewSource(int64(seed))))
		c := caseOf(e)
		found := findings(t, eng, c)
		for _, f := range found {
			causes[f.Cause]++
			if f.Cause == classify.Unclassified {
				unexplained = append(unexplained, f.Signature+" from "+literal(e.Input)+"\n"+c.Py2.String()+"\n"+c.Py3.String())
			}
		}
		if seed%50 == 0 && len(found) > 0 {
			shrinks(t, eng, c, e.Input, found[0].Signature)
		}
	}
	t.Logf("%v", causes)
	if n := causes[classify.RowCount]; n > 2 { // a last resort is to be rare
		t.Errorf("%d divergences are nothing but row-count", n)
	}
	for _, s := range unexplained[:min(len(unexplained), 25)] {
		t.Error(s)
	}
}

// findings are the signatures and causes of a case; nil where the models do not
// know its settings.
func findings(t *testing.T, eng ingest.Engine, c classify.Case) []classify.Finding {
	t.Helper()
	for _, s := range []ingest.Settings{c.Py2, c.Py3} {
		rows, err := eng.Ingest(context.Background(), ingest.Input{Name: c.Name, Data: c.Data, Size: c.Size, Settings: s})
		if err != nil {
			return nil
		}
		rows.Close()
	}
	found, err := classify.Classify(t.Context(), eng, c, compare(t, eng, c))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func shrinks(t *testing.T, eng ingest.Engine, c classify.Case, input, signature string) {
	t.Helper()
	small, stats := shrink.Minimize(t.Context(), []byte(input), shrink.Options{}, func(b []byte) bool {
		c := c
		c.Data, c.Size = strings.NewReader(string(b)), int64(len(b))
		return slices.Contains(signatures(findings(t, eng, c)), signature)
	})
	if stats.Failed || stats.GaveUp {
		t.Errorf("%q does not show %s again, or the search gave up: %+v", input, signature, stats)
	}
	if len(small) > 30 {
		t.Errorf("%q of %d bytes is left of %d for %s", small, len(small), len(input), signature)
	}
}
