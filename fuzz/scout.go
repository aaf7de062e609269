package fuzz

import (
	"bytes"
	"context"
	"math/bits"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// scout runs inputs and knows which are worth a hunt, which takes a hundred times as
// long.
type scout struct {
	*Hunter
	seen map[Behaviour]int // how often
	data bytes.Reader      // the input that is run
	// shared runs the team's functions in processes that they share, nil where they must
	// have their own.
	shared ingest.Engine
	looks  int // by shared
}

func newScout(h *Hunter) scout { return scout{Hunter: h, seen: map[Behaviour]int{}, shared: h.quick} }

// sight is what came of one input.
type sight struct {
	verdict ingest.Verdict
	fresh   bool // nothing before it has behaved so
	worth   bool // the paths differ, and it may be for a reason that was not met
}

// look runs both paths. What they do is worth a hunt the first time, and the fourth,
// sixteenth, sixty-fourth: one behaviour may have two causes. A hunt is some fifty runs.
func (s *scout) look(ctx context.Context, t *Trial) (sight, error) {
	res, err := s.glance(ctx, t)
	if err != nil {
		return sight{}, err
	}
	b := behaviourOf(&res, t)
	s.seen[b]++
	n := uint(s.seen[b])
	worth := res.Verdict == ingest.Diverge && n&(n-1) == 0 && bits.TrailingZeros(n)%2 == 0
	return sight{res.Verdict, n == 1, worth}, nil
}

// glance runs both paths, the team's functions in shared processes as long as these show
// what processes of their own do: code may remember something of one call in the next.
func (s *scout) glance(ctx context.Context, t *Trial) (diff.Result, error) {
	if s.shared == nil {
		return s.run(ctx, t)
	}
	quick, err := s.runBy(ctx, t, s.shared)
	s.looks++
	if err == nil && s.looks > firstChecked && s.looks%checkedAfter != 0 {
		return quick, nil
	}
	alone, aloneErr := s.run(ctx, t) // which counts
	if ctx.Err() == nil && ((err == nil) != (aloneErr == nil) || err == nil && behaviourOf(&quick, t) != behaviourOf(&alone, t)) {
		s.shared = nil
	}
	return alone, aloneErr
}

// CallsTogether is how many inputs a process takes that only looks through them.
const CallsTogether = 16

// How many inputs shared processes are checked on to begin with, more than one of them
// takes, and how often from then on: once in so many, no multiple of what one takes.
const (
	firstChecked = 5 * CallsTogether / 2
	checkedAfter = 37
)

// run compares the paths and explains nothing: that would take a hundred times as long.
func (s *scout) run(ctx context.Context, t *Trial) (diff.Result, error) {
	return s.runBy(ctx, t, s.line.Calls)
}

// runBy has the team's functions run by an engine.
func (s *scout) runBy(ctx context.Context, t *Trial, calls ingest.Engine) (diff.Result, error) {
	var rows [2]ingest.Rows
	s.data.Reset(t.Input) // read by position: one for both
	for p, set := range [2]*ingest.Settings{&t.Pair.Py2, &t.Pair.Py3} {
		in := ingest.Input{Name: "fuzz.csv", Data: &s.data, Size: int64(len(t.Input)), Settings: *set, Call: s.calls[p]}
		run := s.line.Engine
		if in.Call != nil {
			run = calls
		}
		var err error
		if rows[p], err = run.Ingest(ctx, in); err != nil {
			if p == int(ingest.Py3) {
				rows[ingest.Py2].Close()
			}
			return diff.Result{}, err
		}
	}
	res, err := diff.Compare(rows[ingest.Py2], rows[ingest.Py3], s.compare)
	for _, r := range rows {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = cerr
		}
	}
	return res, err
}
