// Package embedded is the default engine: it runs an ingestion path on feedparity's
// own models of CPython, so that it needs no Python at all.
//
// It is the straight line of a csv.reader loop, one package a stage:
//
//	pytext.Open   the open mode: bytes -> lines, decoded where the mode decodes
//	pycsv.Reader  lines -> cells; pycsv.DictReader where Settings ask for it
//	pycodec       cell.decode(), in the modes of Python 2 that decode cells
//	pycell        cleaning steps, then column types
//
// A model is never trusted, only measured: TestIngestConfirm runs every row of
// the tables, and generated ones, on the real interpreters too.
package embedded

import (
	"context"
	"errors"
	"fmt"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/pycsv"
	"github.com/feedparity/feedparity/ingest/pytext"
)

// ErrNotModelled says that Python knows what the Settings ask for but the models
// do not yet: the interpreter engine can run it.
var ErrNotModelled = ingest.ErrNotModelled

// Engine runs paths on the models. The zero value is ready and safe for concurrent
// use; one that is used again saves looking at the same Settings twice.
type Engine struct {
	plans planner
	// forgetful engines keep neither plans nor rows.
	forgetful bool
}

// New returns the engine.
func New() *Engine { return new(Engine) }

// Forgetful returns an engine that keeps nothing: what it does with an input hangs on that
// input alone, and not on what was run before. It is slower.
func Forgetful() *Engine { return &Engine{forgetful: true} }

// plan returns what settings come to.
func (e *Engine) plan(s *ingest.Settings) (*plan, error) {
	if e.forgetful {
		return newPlan(*s)
	}
	return e.plans.plan(s)
}

// Ingest runs one path. The error is one of the Settings' own (a mode that does
// not fit the path), ErrNotModelled, or a failure to read in.Data; whatever Python
// would raise, of a codec's name above all, is the outcome's Fault. The team's own
// code (in.Call) cannot be modelled.
func (e *Engine) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	r, err := e.open(ctx, &in)
	if err != nil {
		return nil, fmt.Errorf("ingest %q as %s: %w", in.Name, in.Settings.Python.Path(), notModelled(err))
	}
	return r.handle(), nil
}

// notModelled gives the models' several ways to say "not yet" one name.
func notModelled(err error) error {
	if errors.Is(err, pycodec.ErrNotModelled) || errors.Is(err, pycodec.ErrNotText) || errors.Is(err, pytext.ErrNotModelled) {
		return fmt.Errorf("%w: %w", ErrNotModelled, err)
	}
	return err
}

// open builds the line. Its order is Python's: the file is opened before the
// reader checks its dialect, so an open mode's fault comes first.
func (e *Engine) open(ctx context.Context, in *ingest.Input) (*rows, error) {
	p, err := e.plan(&in.Settings)
	if err != nil {
		return nil, err
	}
	if in.Call != nil {
		return nil, fmt.Errorf("%w: the team's own function %s", ErrNotModelled, in.Call.Function)
	}
	if !e.forgetful {
		if r, ok := p.idle.Get().(*rows); ok && r.restart(ctx, in) {
			return r, nil
		}
	}
	r := &rows{once: e.forgetful, ctx: ctx, plan: p, cleans: len(p.settings.Clean) > 0, strips: p.strip != stripper{}, packs: p.batches()}
	if p.cells != nil {
		cells := *p.cells
		r.cells = &cells
	}
	lines, fault, err := pytext.Open(in.Data, in.Size, p.settings)
	if err != nil || fault != nil {
		return r.failed(fault), err
	}
	r.lines, r.items, r.dialect, fault = lines, lines, p.dialect, p.fault
	if p.settings.Sniff {
		s := p.settings
		if s.Dialect, r.items, fault = sniff(p.version, s.Python, lines); fault == nil {
			r.dialect, fault = newDialect(p.version, s)
		}
	}
	if fault != nil {
		return r.failed(fault), nil
	}
	r.reader = pycsv.NewReader(p.version, r.dialect, p.settings.FieldLimit, r.items)
	if r.packs && p.untouched() {
		r.reader.Untouched()
	}
	if p.settings.Reader == ingest.DictReader {
		r.dict = pycsv.NewDictReader(p.version, r.reader)
	}
	return r, nil
}
