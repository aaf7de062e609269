package golden

import (
	"context"
	"errors"
	"fmt"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// Rung is what one version of Python does with a case's input.
type Rung struct {
	Python  ingest.Python
	Outcome ingest.Outcome
	Err     error // it could not be run
	// Step is the first difference from the version before, nil if there is none.
	Step *diff.Divergence
	// Real is the full version of the real interpreter that was asked as well, "" if
	// there is none, and Wrong whether that did something else.
	Real  string
	Wrong bool
}

// Ladder runs a case's input under one version of Python after the other: 2.x with the
// settings of its py2 path, 3.x with those of its py3 path. It tells in which
// step the behaviour changes. A case of the team's own code has no ladder, since that
// runs on the Pythons it was written for.
func Ladder(ctx context.Context, eng ingest.Engine, judge Judge, c *Case, pythons []ingest.Python) ([]Rung, error) {
	if c.Calls != [2]string{} || c.Handover != nil {
		return nil, fmt.Errorf("climb the ladder of %q: it runs the team's own code, which has its own Pythons", c.Dir())
	}
	var out []Rung
	for _, py := range pythons {
		r := c.rung(ctx, eng, judge, py)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("climb the ladder of %q: %w", c.Dir(), ctx.Err())
		}
		if n := len(out); n > 0 && r.Err == nil && out[n-1].Err == nil {
			res, err := diff.Compare(out[n-1].Outcome.Stream(), r.Outcome.Stream(), c.Compare)
			if err != nil {
				return nil, fmt.Errorf("climb the ladder of %q: %w", c.Dir(), err)
			}
			if len(res.Divergences) > 0 {
				r.Step = &res.Divergences[0]
			} else if c.Cause == "dict-order" && res.OrderDiffers {
				r.Step = res.Order
			}
		}
		out = append(out, r)
	}
	return out, nil
}

func (c *Case) rung(ctx context.Context, eng ingest.Engine, judge Judge, py ingest.Python) Rung {
	r := Rung{Python: py}
	in := c.input(py.Path())
	in.Settings.Python = py
	full := judge.full(py)
	if r.Outcome, r.Err = outcomeOf(ctx, eng, in); r.Err != nil || full == "" {
		return r
	}
	err := judge.against(ctx, r.Outcome.Stream(), in, full)
	if r.Wrong = errors.As(err, new(*ModelError)); r.Wrong || err == nil {
		r.Real = full
	} // else it is there and does not run: then nobody was asked
	return r
}
