// Package fuzztest has what the targets of packages fuzz and scout share, where they tell
// what they found; and what tests of a confirmation need beside fuzz.Layers: a judge that
// needs no Python, and an engine that any judge must find wrong.
package fuzztest

import (
	"context"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// Models is a fuzz.Judge that takes the models' word.
type Models struct{}

// Batch returns the outcomes of the embedded engine.
func (Models) Batch(ctx context.Context, inputs []ingest.Input) (out []ingest.Outcome, err error) {
	for _, in := range inputs {
		rows, err := embedded.New().Ingest(ctx, in)
		if err != nil {
			return nil, err
		}
		o, err := ingest.Collect(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// Ask returns the answers of the embedded engine.
func (Models) Ask(_ context.Context, questions []ingest.Question) (out []ingest.Outcome, err error) {
	for _, q := range questions {
		o, err := embedded.New().Answer(q)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// Faultless is the embedded engine, but that it loses every fault.
type Faultless struct{ *embedded.Engine }

// Answer implements fuzz.Model.
func (e Faultless) Answer(q ingest.Question) (ingest.Outcome, error) {
	o, err := e.Engine.Answer(q)
	o.Fault = nil
	return o, err
}

// Ingest implements ingest.Engine.
func (e Faultless) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	rows, err := e.Engine.Ingest(ctx, in)
	return withoutFault{rows}, err
}

type withoutFault struct{ ingest.Rows }

func (withoutFault) Fault() (*ingest.Fault, error) { return nil, nil }
