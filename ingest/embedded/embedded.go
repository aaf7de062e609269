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
	"github.com/feedparity/feedparity/ingest/pycell"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/pycsv"
	"github.com/feedparity/feedparity/ingest/pytext"
)

// ErrNotModelled says that Python knows what the Settings ask for but the models
// do not yet: the interpreter engine can run it.
var ErrNotModelled = errors.New("not modelled")

// Engine runs paths on the models. The zero value is ready; it holds no state and
// is safe for concurrent use.
type Engine struct{}

// New returns the engine.
func New() *Engine { return new(Engine) }

// Ingest runs one path. The error is one of the Settings' own (a mode that does
// not fit the version), ErrNotModelled, pycodec.ErrUnknown or pycodec.ErrNotText,
// or a failure to read in.Data; whatever Python would raise is the outcome's
// Fault. The team's own code (in.Call) cannot be modelled.
func (e *Engine) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	r, err := open(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("ingest %q as %s: %w", in.Name, in.Settings.Python.Path(), notModelled(err))
	}
	return r, nil
}

// notModelled gives the models' several ways to say "not yet" one name.
func notModelled(err error) error {
	if errors.Is(err, pycodec.ErrNotModelled) || errors.Is(err, pytext.ErrNotModelled) {
		return fmt.Errorf("%w: %w", ErrNotModelled, err)
	}
	return err
}

// open builds the line. Its order is Python's: the file is opened before the
// reader checks its dialect, so an open mode's fault comes first.
func open(ctx context.Context, in ingest.Input) (*rows, error) {
	s := in.Settings
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if in.Call != nil {
		return nil, fmt.Errorf("%w: the team's own function %s", ErrNotModelled, in.Call.Function)
	}
	version, err := pycsv.VersionOf(s.Python)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotModelled, err)
	}
	r := &rows{ctx: ctx, settings: s, cleans: len(s.Clean) > 0, strip: stripperOf(s.Clean)}
	r.strips = r.strip != stripper{}
	if r.program, err = pycell.NewProgram(s.Python, s.Clean); err != nil {
		return nil, err
	}
	if r.cells, err = newCellDecoder(s); err != nil {
		return nil, err
	}
	lines, fault, err := pytext.Open(in.Data, in.Size, s)
	if err != nil || fault != nil {
		return r.failed(fault), err
	}
	r.lines, r.items = lines, lines
	if s.Sniff {
		if s.Dialect, r.items, fault = sniff(version, s.Python, lines); fault != nil {
			return r.failed(fault), nil
		}
	}
	newDialect := pycsv.NewDialect
	if s.Reader == ingest.DictReader {
		newDialect = pycsv.NewDictDialect
	}
	dialect, fault := newDialect(version, s.Dialect)
	if fault != nil {
		return r.failed(fault), nil
	}
	r.version, r.dialect = version, dialect
	r.reader = pycsv.NewReader(version, dialect, s.FieldLimit, r.items)
	if s.Reader == ingest.DictReader {
		r.dict = pycsv.NewDictReader(version, r.reader)
	}
	return r, nil
}
