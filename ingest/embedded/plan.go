package embedded

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycell"
	"github.com/feedparity/feedparity/ingest/pycsv"
)

// A plan is what Settings come to before there is an input. It is immutable, but
// for the rows in it that wait: an engine keeps some plans, since many inputs are
// read with the same Settings.
type plan struct {
	settings ingest.Settings
	version  *pycsv.Version
	program  *pycell.Program // the cleaning steps
	// conversions are the programs of column types, by type.
	conversions map[string]*pycell.Program
	cells       *cellDecoder // to be copied; nil in modes that decode no cells
	strip       stripper

	dialect *pycsv.Dialect
	fault   *ingest.Fault // that the dialect raises

	idle sync.Pool // of *rows whose input is done with and that can be given another
}

// A planner keeps the last plans that were made.
type planner struct {
	kept [16]atomic.Pointer[plan]
	made atomic.Uint32 // how many ever were
}

// plan returns the plan for settings.
func (k *planner) plan(s *ingest.Settings) (*plan, error) {
	for i := range k.kept {
		p := k.kept[i].Load()
		if p == nil {
			break
		}
		if p.settings.Same(s) {
			return p, nil
		}
	}
	p, err := newPlan(*s)
	if err == nil {
		k.kept[(k.made.Add(1)-1)%uint32(len(k.kept))].Store(p)
	}
	return p, err
}

func newPlan(s ingest.Settings) (*plan, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	// Copies, because the caller may change what slices hold.
	s.Clean, s.Types, s.Dialect = slices.Clone(s.Clean), slices.Clone(s.Types), slices.Clone(s.Dialect)
	for i := range s.Dialect {
		s.Dialect[i].Value = s.Dialect[i].Value.Clone()
	}
	p := &plan{settings: s, strip: stripperOf(s.Clean)}
	var err error
	if p.version, err = pycsv.VersionOf(s.Python); err != nil {
		return nil, err
	}
	if p.program, err = pycell.NewProgram(s.Python, s.Clean); err != nil {
		return nil, err
	}
	p.conversions = make(map[string]*pycell.Program, len(s.Types))
	for _, t := range s.Types {
		if p.conversions[t.Type], err = pycell.NewConversion(s.Python, t.Type); err != nil {
			return nil, fmt.Errorf("column %q: %w", t.Column, err)
		}
	}
	if p.cells, err = newCellDecoder(s); err != nil {
		return nil, err
	}
	if !s.Sniff {
		p.dialect, p.fault = newDialect(p.version, s)
	}
	return p, nil
}

// newDialect checks the arguments of the settings' reader.
func newDialect(v *pycsv.Version, s ingest.Settings) (*pycsv.Dialect, *ingest.Fault) {
	if s.Reader == ingest.DictReader {
		return pycsv.NewDictDialect(v, s.Dialect)
	}
	return pycsv.NewDialect(v, s.Dialect)
}
