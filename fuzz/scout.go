package fuzz

import (
	"context"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/fuzz/scout"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// lookout runs inputs and knows which are worth a hunt, which takes a hundred times as
// long.
type lookout struct {
	*Hunter
	seen  scout.Seen
	paths scout.Paths
	// shared runs the team's functions in processes that they share, nil where they must
	// have their own.
	shared ingest.Engine
	looks  int // by shared
}

func newLookout(h *Hunter) lookout {
	return lookout{Hunter: h, seen: scout.Seen{}, shared: h.quick}
}

// look runs both paths and remembers what they did.
func (s *lookout) look(ctx context.Context, t *generator.Trial) (scout.Sight, error) {
	res, err := s.glance(ctx, t)
	if err != nil {
		return scout.Sight{}, err
	}
	return s.seen.Note(&res, t), nil
}

// glance runs both paths, the team's functions in shared processes as long as these show
// what processes of their own do: code may remember something of one call in the next.
func (s *lookout) glance(ctx context.Context, t *generator.Trial) (diff.Result, error) {
	if s.shared == nil {
		return s.run(ctx, t, scout.Fewest)
	}
	quick, err := s.runBy(ctx, t, s.shared, scout.Fewest)
	s.looks++
	if err == nil && s.looks > firstChecked && s.looks%checkedAfter != 0 {
		return quick, nil
	}
	alone, aloneErr := s.run(ctx, t, scout.Fewest) // which counts
	if ctx.Err() == nil && ((err == nil) != (aloneErr == nil) || err == nil && scout.BehaviourOf(&quick, t) != scout.BehaviourOf(&alone, t)) {
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

// run compares the paths and keeps so many divergences.
func (s *lookout) run(ctx context.Context, t *generator.Trial, most int) (diff.Result, error) {
	return s.runBy(ctx, t, s.line.Calls, most)
}

// runBy has the team's functions run by an engine.
func (s *lookout) runBy(ctx context.Context, t *generator.Trial, calls ingest.Engine, most int) (diff.Result, error) {
	s.paths.Calls, s.paths.Compare = s.calls, s.compare
	for p, call := range s.calls {
		if s.paths.Engines[p] = s.line.Engine; call != nil {
			s.paths.Engines[p] = calls
		}
	}
	return s.paths.Run(ctx, t, most)
}
