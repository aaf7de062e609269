package fuzz

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// TestLineConfirm judges the whole embedded engine: generated deliveries under
// generated Settings must have, to the byte, the outcome they have in CPython.
func TestLineConfirm(t *testing.T) {
	const batch = 400
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		cases, bad := interptest.Cases(25_000), 0
		for seed := 0; seed < cases; seed += batch {
			var inputs []ingest.Input
			for i := seed; i < min(seed+batch, cases); i++ {
				c := RandomChoices(uint64(i), 220)
				s := Random(c, p.Interpreter.Version)
				inputs = append(inputs, input(CSV(c, s), s))
			}
			bad += mismatches(t, p, inputs)
			if bad > 20 {
				break // what is wrong is clear by now
			}
		}
		interptest.Record(t, "ingest", p, cases, bad)
	})
}

func input(data []byte, s ingest.Settings) ingest.Input {
	return ingest.Input{Name: "fuzz.csv", Data: bytes.NewReader(data), Size: int64(len(data)), Settings: s}
}

// mismatches runs inputs on both engines and reports where they differ.
func mismatches(t *testing.T, p *interp.Process, inputs []ingest.Input) int {
	t.Helper()
	real, err := p.Batch(context.Background(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	return report(t, inputs, real)
}

// report shows where the models' outcomes are not the real ones.
func report(t *testing.T, inputs []ingest.Input, real []ingest.Outcome) (bad int) {
	t.Helper()
	for i, in := range inputs {
		want := string(wire.AppendOutcome(nil, real[i]))
		if got := modelled(t, in); got != want {
			bad++
			t.Errorf("mismatch: input %q\n  %s\n  model  %s  python %s", contents(in), in.Settings, got, want)
		}
	}
	return bad
}

// contents are an input's bytes, which input holds in memory.
func contents(in ingest.Input) []byte {
	data := make([]byte, in.Size)
	if n, err := in.Data.ReadAt(data, 0); n < len(data) {
		panic(err) // a bytes.Reader gives what it has
	}
	return data
}

// modelled is the embedded outcome in wire form.
func modelled(t *testing.T, in ingest.Input) string {
	t.Helper()
	rows, err := embedded.New().Ingest(context.Background(), in)
	if errors.Is(err, embedded.ErrNotModelled) {
		t.Fatalf("the generator drew Settings without a model: %v", err)
	}
	if err != nil {
		t.Fatalf("%s: %v", in.Settings, err)
	}
	out, err := ingest.Collect(rows)
	if err != nil {
		t.Fatalf("%s: %v", in.Settings, err)
	}
	return string(wire.AppendOutcome(nil, out))
}
