package interp_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

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

// BenchmarkSmallCalls is what shrinking lives on: isolated calls per second of CPU,
// ours and the interpreter's.
func BenchmarkSmallCalls(b *testing.B) {
	dir := b.TempDir()
	source := "import csv\ndef rows(path):\n    with open(path) as f:\n        for row in csv.reader(f):\n            yield row\n"
	if err := os.WriteFile(filepath.Join(dir, "bench.py"), []byte(source), 0o600); err != nil {
		b.Fatal(err)
	}
	for _, i := range interp.Find(b.Context()) {
		b.Run("python"+i.Version.String(), func(b *testing.B) {
			e := interp.NewEngine(interp.Options{})
			in := input("sku,qty\nA-1,2\n", ingest.Settings{})
			in.Call = &ingest.Call{Function: "bench:rows", Python: i.Path, Dir: dir, Version: i.Version}
			if _, err := run(b.Context(), e, in); err != nil {
				b.Fatal(err)
			}
			before := cpu()
			for b.Loop() {
				if o, err := run(b.Context(), e, in); err != nil || len(o.Rows) != 2 {
					b.Fatal(o, err)
				}
			}
			e.Close() // its processes' CPU time is known once they have ended
			b.ReportMetric(float64(b.N)/(cpu()-before).Seconds(), "calls/CPU-s")
		})
	}
}

// cpu is the CPU time of this process and of its children that have ended.
func cpu() (sum time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum
}
