package interp_test

import (
	"os"
	"path/filepath"
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

// BenchmarkCall reads 50,000 rows through the team's own function.
func BenchmarkCall(b *testing.B) {
	dir := b.TempDir()
	source := "def rows(path):\n    for n in range(50000):\n        yield {'sku': 'A-%d' % n, 'qty': n, 'price': 1.5}\n"
	if err := os.WriteFile(filepath.Join(dir, "bench.py"), []byte(source), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, i := range interp.Find(b.Context()) {
		b.Run("python"+i.Version.String(), func(b *testing.B) {
			e := interp.NewEngine(interp.Options{})
			defer e.Close()
			in := input("", ingest.Settings{})
			in.Call = &ingest.Call{Function: "bench:rows", Python: i.Path, Dir: dir, Version: i.Version}
			for b.Loop() {
				if o, err := run(b.Context(), e, in); err != nil || len(o.Rows) != 50000 {
					b.Fatal(len(o.Rows), err)
				}
			}
		})
	}
}
