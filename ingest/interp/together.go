package interp

import (
	"context"

	"github.com/feedparity/feedparity/ingest"
)

// Together returns an engine whose calls share their processes, n in a row: for a
// campaign that looks through many inputs, of which few are worth a process each. What
// it says of an input may be due to one before it (a cache, a counter, a module that was
// changed), so only an input that is run again by e itself is certain. Calls that change
// something outside their process, or ask for one of their own, have it here as well.
func (e *Engine) Together(n int) ingest.Engine { return together{e, n} }

type together struct {
	alone *Engine
	n     int
}

// Ingest implements ingest.Engine.
func (t together) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	if in.Call == nil || !shares(*in.Call) || len(in.Neutral) > 0 {
		return t.alone.Ingest(ctx, in)
	}
	return t.alone.callAgain(ctx, in, t.n)
}

// shares reports whether a call may run where another one has.
func shares(c ingest.Call) bool {
	return c.Isolation != ingest.IsolationProcess && len(c.Effects.Sandbox)+len(c.Effects.Rollback) == 0 && c.Repeat.Clock.IsZero()
}

// What follows a request to a child that stays; runner/stay.py has the same.
const (
	turnStays = "s"
	turnLast  = "l"
)

// turn makes a request one of n that a child answers, and says whether it is the last.
// The process need not agree where the row stands: a child that ended before its time
// is followed by another.
func (p *Process) turn(r *callRequest, n int) []byte {
	if n <= 1 {
		return nil
	}
	r.Op = "run_many"
	if p.turns++; p.turns < n {
		return []byte(turnStays)
	}
	p.turns = 0
	return []byte(turnLast)
}
