package scout

import (
	"testing"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
)

// BenchmarkTrials is what FuzzParity does with most inputs: any two policies are drawn,
// and both paths run, on engines that know nothing.
func BenchmarkTrials(b *testing.B) {
	paths, met := forgetful(), sorts{}
	raw := []byte("sku,name,qty\nA-100,blue,12\nB-7,two words,3\n")
	r := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		r++
		trial := trialOf(raw, generator.RandomPlan(r, 100))
		res, err := paths.Run(b.Context(), &trial, Fewest)
		if err != nil {
			b.Fatal(err)
		}
		if res.Verdict == ingest.Diverge {
			met.worth(&res, &trial)
		}
	}
}
