package interp_test

import (
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

// BenchmarkBatch is what "make confirm" lives on: small inputs per second.
func BenchmarkBatch(b *testing.B) {
	for _, i := range interp.Find(b.Context()) {
		b.Run("python"+i.Version.String(), func(b *testing.B) {
			p, err := interp.Start(b.Context(), i, interp.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer p.Close()
			in := input("sku,qty\nA-1,\"x\ny\"\n\xff,2\n", ingest.DefaultSettings(i.Version))
			inputs := make([]ingest.Input, 1000)
			for n := range inputs {
				inputs[n] = in
			}
			for b.Loop() {
				if _, err := p.Batch(b.Context(), inputs); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(inputs)*b.N)/b.Elapsed().Seconds(), "inputs/s")
		})
	}
}
