package fuzz

import (
	"bytes"
	"cmp"
	"context"
	"fmt"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/fuzz/questions"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// Layer is a part of what a path does, or of what Python is asked beside reading a file,
// and how cases are drawn that are about it.
type Layer struct {
	Name string
	What string // one line

	// One of them: a delivery is read by Settings that are narrowed to the layer, or a
	// question is asked.
	narrow func(c *generator.Choices, s *ingest.Settings)
	ask    func(g questions.Generator) ingest.Question
}

// Layers are the layers that Confirm judges, the whole engine first.
var Layers = []Layer{
	{"ingest", "everything at once: open mode, codec, errors=, dialect, reader, cleaning, types", func(*generator.Choices, *ingest.Settings) {}, nil},
	{"text", "open modes, codecs and error handlers, the text left in one piece", narrowText, nil},
	{"reader", "csv.reader and its dialects", func(_ *generator.Choices, s *ingest.Settings) { narrowReader(s, ingest.RowReader) }, nil},
	{"dictreader", "csv.DictReader", func(_ *generator.Choices, s *ingest.Settings) { narrowReader(s, ingest.DictReader) }, nil},
	{"cell", "cleaning steps and conversions", narrowCell, nil},
	{"codec", "decoders and error handlers, of whole inputs and incremental", nil, decoding},
	{"sniffer", "csv.Sniffer().sniff", nil, questions.Generator.Sniffing},
	{"has_header", "csv.Sniffer().has_header", nil, questions.Generator.Looking},
	{"writer", "csv.writer and its dialects", nil, questions.Generator.Writing},
}

func decoding(g questions.Generator) ingest.Question { return g.Decoding(generator.Codecs()) }

// planSize is the number of choices that make a delivery of some rows.
const planSize = 220

// draw makes a case of a layer that reads deliveries.
func (l Layer) draw(c *generator.Choices, py ingest.Python) ingest.Input {
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

// Judge runs inputs on a real CPython and asks it questions; *interp.Process is one.
type Judge interface {
	Batch(ctx context.Context, inputs []ingest.Input) ([]ingest.Outcome, error)
	Ask(ctx context.Context, questions []ingest.Question) ([]ingest.Outcome, error)
}

// Model is what is judged; *embedded.Engine is one.
type Model interface {
	ingest.Engine
	Answer(q ingest.Question) (ingest.Outcome, error)
}

// Mismatch is a case of which the model's outcome is not the interpreter's.
type Mismatch struct {
	Settings      ingest.Settings
	Input         []byte
	Question      *ingest.Question // what was asked, nil where an input was read; Input is its values then, in wire form
	Model, Python string           // outcomes in wire form
}

// String shows all that is needed to see it again.
func (m Mismatch) String() string {
	if m.Question != nil {
		return fmt.Sprintf("mismatch: %s of %s\n  model  %s  python %s", m.Question, m.Input, m.Model, m.Python)
	}
	return fmt.Sprintf("mismatch: input %q\n  %s\n  model  %s  python %s", m.Input, m.Settings, m.Model, m.Python)
}

// Confirm draws n cases by seeds from the given one on, and returns those of which
// the model's outcome is not what the judge of that version says. Both work at the
// same time. An error says that one of them could not.
func (l Layer) Confirm(ctx context.Context, model Model, judge Judge, py ingest.Python, seed uint64, n int) ([]Mismatch, error) {
	if l.ask != nil {
		return l.confirmAnswers(ctx, model, judge, py, seed, n)
	}
	inputs := make([]ingest.Input, n)
	for i := range inputs {
		inputs[i] = l.draw(generator.RandomChoices(seed+uint64(i), planSize), py)
	}
	modelled, real, err := both(
		func() ([]string, error) { return outcomes(ctx, model, inputs) },
		func() ([]ingest.Outcome, error) { return judge.Batch(ctx, inputs) })
	if err != nil {
		return nil, err
	}
	return differences(inputs, modelled, real), nil
}

// confirmAnswers is Confirm of a layer that asks.
func (l Layer) confirmAnswers(ctx context.Context, model Model, judge Judge, py ingest.Python, seed uint64, n int) (out []Mismatch, err error) {
	asked := make([]ingest.Question, n)
	for i := range asked {
		asked[i] = l.ask(questions.New(py, seed+uint64(i)))
	}
	modelled, real, err := both(
		func() ([]string, error) { return answers(model, asked) },
		func() ([]ingest.Outcome, error) { return judge.Ask(ctx, asked) })
	if err != nil {
		return nil, err
	}
	for i, q := range asked {
		if want := string(wire.AppendOutcome(nil, real[i])); modelled[i] != want {
			values := wire.AppendValue(nil, ingest.List(q.Values...))
			out = append(out, Mismatch{Settings: ingest.Settings{Python: py}, Input: values, Question: &q, Model: modelled[i], Python: want})
		}
	}
	return out, nil
}

// both has the model and the judge work at the same time.
func both(model func() ([]string, error), judge func() ([]ingest.Outcome, error)) ([]string, []ingest.Outcome, error) {
	type answer struct {
		outcomes []ingest.Outcome
		err      error
	}
	asked := make(chan answer, 1)
	go func() {
		outcomes, err := judge()
		asked <- answer{outcomes, err}
	}()
	modelled, err := model()
	real := <-asked
	return modelled, real.outcomes, cmp.Or(err, real.err)
}

// answers puts questions to a model, and has them in wire form.
func answers(model Model, asked []ingest.Question) ([]string, error) {
	out := make([]string, len(asked))
	for i, q := range asked {
		outcome, err := model.Answer(q)
		if err != nil {
			return nil, fmt.Errorf("ask the model %s: %w", &q, err)
		}
		out[i] = string(wire.AppendOutcome(nil, outcome))
	}
	return out, nil
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
			out = append(out, Mismatch{Settings: in.Settings, Input: contents(in), Model: modelled[i], Python: want})
		}
	}
	return out
}
