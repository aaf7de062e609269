package fuzztest

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
)

// Seed is one value of the corpus that FuzzParity begins with: a delivery, or none where
// the generator makes it, and the plan of its pair.
type Seed struct{ Raw, Plan []byte }

// Key tells seeds apart.
func (s Seed) Key() string { return fmt.Sprintf("%q %q", s.Raw, s.Plan) }

// Seeds are the deliveries that feedparity ships, each with the pair of its feed; the
// classifier's examples, of which the catalogue's golden cases are made; and for every
// built-in pair a plan that draws it, on a delivery of the generator's.
func Seeds() ([]Seed, error) {
	out := []Seed{{}, {Raw: []byte("a,b\n1,2\n")}}
	for i, p := range ingest.Builtin() {
		for codec := range byte(4) {
			plan := append([]byte{byte(i + 1), codec, codec}, generator.RandomPlan(uint64(i), 200)...)
			out = append(out, Seed{Plan: plan})
			if got := generator.NewPair(generator.NewChoices(plan)).Name; got != p.Name {
				return nil, fmt.Errorf("seed fuzzing: plan %d draws the pair %q, want %q", i+1, got, p.Name)
			}
		}
	}
	for _, d := range corpus.Feeds() {
		s, err := corpus.Open(d.Seed)
		if err != nil {
			return nil, fmt.Errorf("seed fuzzing: %w", err)
		}
		out = append(out, planned(s.Data, d.Feed.Pair, d.Charset, d.Dialect))
	}
	for _, e := range classify.Examples() {
		out = append(out, planned([]byte(e.Input), e.Pair, "utf-8", nil))
	}
	return out, nil
}

// AddSeeds adds them to a target.
func AddSeeds(f *testing.F) {
	f.Helper()
	seeds, err := Seeds()
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range seeds {
		f.Add(s.Raw, s.Plan)
	}
}

// planned is a seed with the plan of its pair; where the generator cannot draw
// that pair, of the plainest.
func planned(data []byte, p ingest.Pair, codec string, options []string) Seed {
	if codec == "iso8859-1" {
		codec = "latin-1" // the spelling that the generator draws
	}
	d2, _ := ingest.ParseDialect(ingest.Py2, options...) // well formed: corpus tests them
	d3, _ := ingest.ParseDialect(ingest.Py3, options...)
	p.Py2, p.Py3 = p.Py2.Resolve(codec, d2), p.Py3.Resolve(codec, d3)
	plan, _ := generator.Plan(p)
	return Seed{Raw: cut(data), Plan: plan}
}

// maxSeed keeps seeds short: the engine spends its time in proportion.
const maxSeed = 600

// cut keeps the first rows of a delivery, whole lines of them.
func cut(data []byte) []byte {
	if len(data) <= maxSeed {
		return data
	}
	if i := bytes.LastIndexByte(data[:maxSeed], '\n'); i >= 0 {
		return data[:i+1]
	}
	return data[:maxSeed]
}
