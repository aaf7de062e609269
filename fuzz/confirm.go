package fuzz

import (
	"bytes"
	"context"
	"fmt"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// Layer is a part of what a path does, and how cases are drawn that are about it.
type Layer struct {
	Name   string
	What   string // one line
	narrow func(c *generator.Choices, s *ingest.Settings)
}

// Layers are the layers that Confirm judges, the whole engine first.
var Layers = []Layer{
	{"ingest", "everything at once: open mode, codec, errors=, dialect, reader, cleaning, types", func(*generator.Choices, *ingest.Settings) {}},
	{"text", "open modes, codecs and error handlers, the text left in one piece", narrowText},
	{"reader", "csv.reader and its dialects", func(_ *generator.Choices, s *ingest.Settings) { narrowReader(s, ingest.RowReader) }},
	{"dictreader", "csv.DictReader", func(_ *generator.Choices, s *ingest.Settings) { narrowReader(s, ingest.DictReader) }},
	{"cell", "cleaning steps and conversions", narrowCell},
}

// planSize is the number of choices that make a delivery of some rows.
const planSize = 220

// Draw makes a case of the layer.
func (l Layer) Draw(c *generator.Choices, py ingest.Python) ingest.Input {
	s := generator.Random(c, py)
	l.narrow(c, &s)
	return input(generator.CSV(c, s), s)
}

func narrowText(_ *generator.Choices, s *ingest.Settings) {
	// The options are well formed, so that reading them cannot fail.
	s.Dialect, _ = ingest.ParseDialect(s.Python.Path(), `delimiter=\x01`, "quoting=3")
	s.Sniff, s.Clean, s.Types, s.Reader = false, nil, nil, ingest.RowReader
}

func narrowReader(s *ingest.Settings, kind ingest.ReaderKind) {
	plain := ingest.DefaultSettings(s.Python)
	s.Open, s.Codec, s.Errors = plain.Open, plain.Codec, plain.Errors
	s.Clean, s.Types, s.Reader = nil, nil, kind
}

func narrowCell(c *generator.Choices, s *ingest.Settings) {
	s.Open, s.Errors, s.Dialect, s.Sniff = ingest.DefaultSettings(s.Python).Open, "strict", nil, false
	if len(s.Clean)+len(s.Types) == 0 {
		s.Types = []ingest.ColumnType{{Column: "1", Type: generator.Chain(c)}}
	}
}

func input(data []byte, s ingest.Settings) ingest.Input {
	return ingest.Input{Name: "fuzz.csv", Data: bytes.NewReader(data), Size: int64(len(data)), Settings: s}
}

// contents are an input's bytes, which input holds in memory.
func contents(in ingest.Input) []byte {
	data := make([]byte, in.Size)
	if n, err := in.Data.ReadAt(data, 0); n < len(data) {
		panic(err) // a bytes.Reader gives what it has
	}
	return data
}

// Judge runs inputs on a real CPython; *interp.Process is one.
type Judge interface {
	Batch(ctx context.Context, inputs []ingest.Input) ([]ingest.Outcome, error)
}

// Mismatch is a case of which the model's outcome is not the interpreter's.
type Mismatch struct {
	Settings      ingest.Settings
	Input         []byte
	Model, Python string // outcomes in wire form
}

// String shows all that is needed to see it again.
func (m Mismatch) String() string {
	return fmt.Sprintf("mismatch: input %q\n  %s\n  model  %s  python %s", m.Input, m.Settings, m.Model, m.Python)
}

// Confirm draws n cases by seeds from the given one on, and returns those of which
// the model's outcome is not what the judge of that version says. Both work at the
// same time. An error says that one of them could not.
func (l Layer) Confirm(ctx context.Context, model ingest.Engine, judge Judge, py ingest.Python, seed uint64, n int) ([]Mismatch, error) {
	inputs := make([]ingest.Input, n)
	for i := range inputs {
		inputs[i] = l.Draw(generator.RandomChoices(seed+uint64(i), planSize), py)
	}
	type answer struct {
		outcomes []ingest.Outcome
		err      error
	}
	asked := make(chan answer, 1)
	go func() {
		outcomes, err := judge.Batch(ctx, inputs)
		asked <- answer{outcomes, err}
	}()
	modelled, err := outcomes(ctx, model, inputs)
	real := <-asked
	if err == nil {
		err = real.err
	}
	if err != nil {
		return nil, err
	}
	return differences(inputs, modelled, real.outcomes), nil
}

// outcomes runs inputs on an engine, in wire form.
func outcomes(ctx context.Context, eng ingest.Engine, inputs []ingest.Input) ([]string, error) {
	out := make([]string, len(inputs))
	for i, in := range inputs {
		rows, err := eng.Ingest(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("run the model with %s: %w", in.Settings, err)
		}
		outcome, err := ingest.Collect(rows)
		if err != nil {
			return nil, fmt.Errorf("run the model with %s: %w", in.Settings, err)
		}
		out[i] = string(wire.AppendOutcome(nil, outcome))
	}
	return out, nil
}

func differences(inputs []ingest.Input, modelled []string, real []ingest.Outcome) (out []Mismatch) {
	for i, in := range inputs {
		if want := string(wire.AppendOutcome(nil, real[i])); modelled[i] != want {
			out = append(out, Mismatch{in.Settings, contents(in), modelled[i], want})
		}
	}
	return out
}
