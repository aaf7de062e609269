package scout

import (
	"math/bits"
	"testing"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// FuzzParity reads fuzzed bytes (or, where there are none, what the generator makes of the
// plan) with fuzzed Settings on both paths. A divergence whose signature is in no golden
// case, of whatever feed, becomes a case of feed "fuzz", minimised and confirmed by
// "feedparity golden add", and fails with the command that shows it again.
//
//	go test -fuzz=FuzzParity ./fuzz/scout
//
// What the seeds show is no news: without -fuzz, and in listing mode, only what nothing
// explains fails.
//
// The engine keeps an input that covers something new only if it does so again when it is
// run again. So what a run covers must hang on its input alone, and not on what was run
// before: tables that the models draw up when they first need them are drawn up before,
// the engine keeps nothing, and what was not seen before is explained by another
// process, whose coverage nobody looks at.
func FuzzParity(f *testing.F) {
	fuzztest.AddSeeds(f)
	news := fuzztest.NewNews(f)
	explain := newSession(news, false).answer
	switch {
	case fuzztest.Worker():
		warm(f)
		explain = startExplainer(f, news.Claim).ask
	case fuzztest.Fuzzing() && !news.Listing:
		buildCommand(f)
	}
	paths, met := forgetful(), sorts{}
	f.Fuzz(func(t *testing.T, raw, plan []byte) {
		if len(raw) > fuzztest.MaxRaw {
			t.Skip("longer than what is worth a run")
		}
		trial := trialOf(raw, plan)
		res, err := paths.Run(t.Context(), &trial, Fewest)
		if err != nil {
			t.Fatal(err)
		}
		if res.Verdict != ingest.Diverge || fuzztest.Fuzzing() && !met.worth(&res, &trial) {
			return
		}
		message, err := explain(t.Context(), question{raw, plan})
		if err != nil {
			t.Fatal(err)
		}
		if message != "" {
			t.Error(message)
		}
	})
}

// sorts are how often divergences were met of which each most likely has one cause.
type sorts map[sortOf]uint

type sortOf struct {
	first    Likeness
	py2, py3 ingest.OpenMode
}

// worth reports whether to have a divergence explained, which takes as long as some twenty
// inputs: the first of its sort, the sixteenth and so on, since a sort may have two causes.
func (s sorts) worth(res *diff.Result, t *generator.Trial) bool {
	k := sortOf{LikenessOf(&res.Divergences[0]), t.Pair.Py2.Open, t.Pair.Py3.Open}
	s[k]++
	n := s[k]
	return n&(n-1) == 0 && bits.TrailingZeros(n)%4 == 0
}

// trialOf is what is run for a value of the corpus.
func trialOf(raw, plan []byte) generator.Trial {
	t := generator.NewTrial(generator.NewChoices(plan), raw)
	generator.Undetected(&t.Pair)
	return t
}

// forgetful runs the models and keeps nothing from one input to the next.
func forgetful() Paths {
	models := embedded.Forgetful()
	return Paths{Engines: [2]ingest.Engine{models, models}}
}

// warm has the models draw up every table that they draw up on first use.
func warm(f *testing.F) {
	f.Helper()
	const text = "sku,qty,n,x\n1,\xe9,x,\xc3\xa9\xe2\x82\xac\n"
	paths := forgetful()
	try := func(p ingest.Pair) {
		if _, err := paths.Run(f.Context(), &generator.Trial{Input: []byte(text), Pair: p}, Fewest); err != nil {
			f.Fatal(err)
		}
	}
	for _, py3 := range generator.Py3Versions {
		plain := ingest.Pair{Py2: ingest.DefaultSettings(ingest.Python27), Py3: ingest.DefaultSettings(py3)}
		generator.Undetected(&plain)
		for _, codec := range generator.Codecs() {
			p := plain
			p.Py2, p.Py3 = p.Py2.Resolve(codec, nil), p.Py3.Resolve(codec, nil)
			p.Py2.Codec, p.Py3.Codec, p.Py2.Errors, p.Py3.Errors = codec, codec, "replace", "replace"
			try(p)
		}
		for _, step := range generator.CellSteps {
			p := plain
			p.Py2.Clean, p.Py3.Clean = []ingest.Step{step}, []ingest.Step{step}
			try(p)
		}
		for _, typ := range generator.Conversions {
			p := plain
			p.Py2.Types = []ingest.ColumnType{{Column: "2", Type: typ}}
			p.Py3.Types = p.Py2.Types
			try(p)
		}
	}
}
