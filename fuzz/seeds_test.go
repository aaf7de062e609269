package fuzz

import (
	"testing"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
)

// paritySeeds are the deliveries that feedparity ships, each with the pair of its
// feed; the classifier's examples; the golden cases; and for every built-in pair
// a plan that draws it, on a delivery of the generator's.
func paritySeeds(tb testing.TB) []seed {
	tb.Helper()
	out := []seed{{}, {raw: []byte("a,b\n1,2\n")}}
	for i, p := range ingest.Builtin() {
		for codec := range byte(4) {
			plan := append([]byte{byte(i + 1), codec, codec}, RandomChoices(uint64(i), 200).plan...)
			out = append(out, seed{plan: plan})
			if got := NewPair(NewChoices(plan)).Name; got != p.Name {
				tb.Fatalf("plan %d draws the pair %q, want %q", i+1, got, p.Name)
			}
		}
	}
	for _, d := range corpus.Feeds() {
		s, err := corpus.Open(d.Seed)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, planned(cut(s.Data), d.Feed.Pair, d.Charset, d.Dialect))
	}
	for _, e := range classify.Examples() {
		out = append(out, planned(cut([]byte(e.Input)), e.Pair, "utf-8", nil))
	}
	cases, err := golden.NewStore(goldenCases).List()
	if err != nil {
		tb.Fatal(err)
	}
	for _, c := range cases {
		if c.Err != nil {
			tb.Fatal(c.Err)
		}
		out = append(out, planned(cut(c.Case.Input), ingest.Pair{Py2: c.Case.Py2, Py3: c.Case.Py3}, "utf-8", nil))
	}
	return out
}

// planned is a seed with the plan of its pair; where the generator cannot draw
// that pair, of the plainest.
func planned(data []byte, p ingest.Pair, codec string, options []string) seed {
	if codec == "iso8859-1" {
		codec = "latin-1" // the spelling that the generator draws
	}
	d2, _ := ingest.ParseDialect(ingest.Py2, options...) // well formed: corpus tests them
	d3, _ := ingest.ParseDialect(ingest.Py3, options...)
	p.Py2, p.Py3 = p.Py2.Resolve(codec, d2), p.Py3.Resolve(codec, d3)
	plan, _ := Plan(p)
	return seed{raw: data, plan: plan}
}
