package fuzz

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/shrink"
)

// variants is how many inputs one run of FuzzReaderConfirm sends to each
// interpreter: a round trip costs as much as dozens of them. The seeds alone, as
// "go test" runs them, are to be quick.
func variants() int {
	if fuzztest.Fuzzing() {
		return 24
	}
	return 4
}

// FuzzReaderConfirm compares the whole embedded engine with every interpreter
// found: fuzzed bytes under fuzzed Settings must have, to the byte, the outcome
// that they have in CPython. Each run derives a batch for each interpreter from
// its plan.
func FuzzReaderConfirm(f *testing.F) {
	fuzztest.AddSeeds(f)
	judge := judges(f)
	f.Fuzz(func(t *testing.T, raw, plan []byte) {
		if len(raw) > fuzztest.MaxRaw {
			t.Skip("longer than what is worth a run")
		}
		judge(t, func(py ingest.Python) []ingest.Input { return readerBatch(py, raw, plan) })
	})
}

// readerBatch reads the bytes with the Settings of the plan, then with those of
// its rotations, by turns with what the generator makes of these.
func readerBatch(py ingest.Python, raw, plan []byte) []ingest.Input {
	var out []ingest.Input
	for i := range variants() {
		turned := plan
		if len(plan) > 0 {
			turned = slices.Concat(plan[i%len(plan):], plan[:i%len(plan)])
		}
		c := generator.NewChoices(turned)
		s := generator.Random(c, py)
		data := raw
		if len(raw) == 0 || i%2 == 1 {
			data = generator.CSV(c, s)
		}
		if out = append(out, input(data, s)); len(plan) <= i {
			break // the next ones are the first again
		}
	}
	return out
}

// FuzzCodecConfirm compares the decoders with those of every interpreter found:
// fuzzed bytes in every open mode, which decode whole files, chunks, lines and
// cells, by a fuzzed codec and error handler, with a dialect that leaves the
// decoded text in one piece.
func FuzzCodecConfirm(f *testing.F) {
	for i, text := range codecTexts {
		for codec := i % 3; codec < len(generator.UsualCodecs); codec += 6 { // a run has three
			f.Add([]byte(text), byte(codec), byte(i))
		}
	}
	for i, m := range slices.Collect(slices.Chunk(slices.Concat(generator.Malformed, generator.Oddities), 4)) {
		f.Add([]byte(strings.Join(m, "b\na")), byte(3*i), byte(i))
	}
	judge := judges(f)
	f.Fuzz(func(t *testing.T, raw []byte, codec, handler byte) {
		if len(raw) > fuzztest.MaxRaw {
			t.Skip("longer than what is worth a run")
		}
		judge(t, func(py ingest.Python) []ingest.Input { return codecBatch(py, raw, int(codec), int(handler)) })
	})
}

// codecTexts hold what decoders get wrong: sequences cut by the end or by a chunk,
// marks, surrogates, bytes that a codec leaves undefined.
var codecTexts = []string{
	"", "plain\n", "na\xc3\xafve\r\n\xe2\x82", "\xef\xbb\xbfmark\n\xef\xbb\xbf", "\xff\xfea\x00\n\x00\x3d\xd8\x00\xde", "\xfe\xff\x00a\x00\n\xd8\x3d",
	"\xed\xa0\xbd\xed\xb8\x80\xf0\x9f\x98\x80", "\x80\x81\x8d\x8f\x90\x9d\xa0\xad\xff", "\xe0\x80\xc3\x28\xf5\x80\xc0\xaf", "a\u2028b\x85c\x1cd\x0be\n",
}

// codecBatch reads the bytes in every mode of the version by three codecs.
func codecBatch(py ingest.Python, raw []byte, codec, handler int) []ingest.Input {
	var out []ingest.Input
	for i, mode := range ingest.ModesOf(py.Path()) {
		for k := range 3 {
			s := ingest.DefaultSettings(py)
			s.Open, s.Codec = mode, generator.Codecs()[(codec+k)%len(generator.Codecs())]
			s.Errors = generator.Handlers[(handler+i*k)%len(generator.Handlers)]
			// The options are well formed, so that reading them cannot fail.
			s.Dialect, _ = ingest.ParseDialect(py.Path(), `delimiter=\x01`, "quoting=3")
			out = append(out, input(raw, s))
		}
	}
	return out
}

// judges returns what runs one batch on every interpreter, at the same time, and
// fails where an outcome is not the model's. The interpreters start with the
// first batch: the process that only coordinates fuzzing needs none.
func judges(f *testing.F) func(*testing.T, func(ingest.Python) []ingest.Input) {
	start := interptest.Processes(f)
	return func(t *testing.T, batch func(ingest.Python) []ingest.Input) {
		processes := start(t)
		real, err := make([][]ingest.Outcome, len(processes)), make([]error, len(processes))
		var wg sync.WaitGroup
		for i, p := range processes {
			wg.Go(func() { real[i], err[i] = p.Batch(t.Context(), batch(p.Interpreter.Version)) })
		}
		wg.Wait()
		for i, p := range processes {
			if t.Context().Err() == nil && err[i] != nil {
				t.Fatalf("python %s: %v", p.Interpreter.Full, err[i])
			}
			if err[i] == nil {
				report(t, p, batch(p.Interpreter.Version), real[i])
			}
		}
	}
}

// report shows where the models' outcomes are not the real ones, the first
// minimised.
func report(t *testing.T, p *interp.Process, inputs []ingest.Input, real []ingest.Outcome) {
	t.Helper()
	modelled, err := outcomes(t.Context(), embedded.New(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range differences(inputs, modelled, real) {
		if t.Error(m); i == 0 {
			t.Errorf("python %s: minimised to %q", p.Interpreter.Full, smallest(t, p, m))
		}
	}
}

// smallest minimises the input of a mismatch.
func smallest(t *testing.T, p *interp.Process, m Mismatch) []byte {
	differs := func(data []byte) bool {
		in := []ingest.Input{input(data, m.Settings)}
		modelled, err := outcomes(t.Context(), embedded.New(), in)
		if err != nil {
			return false
		}
		real, err := p.Batch(t.Context(), in)
		return err == nil && len(differences(in, modelled, real)) > 0
	}
	small, _ := shrink.Minimize(t.Context(), m.Input, shrink.Options{MaxSteps: 2000, MaxTime: 5 * time.Second}, differs)
	return small
}
