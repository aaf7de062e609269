package golden

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/handover"
	"github.com/feedparity/feedparity/ingest/report"
	"github.com/feedparity/feedparity/ingest/wire"
)

// Status says how a case behaved when it was run again.
type Status string

// The statuses of a replay.
const (
	OK          Status = "ok"                   // as its state says
	NowAgrees   Status = "now agrees"           // open, accepted or regressed, yet the paths agree
	Changed     Status = "changed"              // still diverges, but a path does something else than recorded
	DoesRegress Status = report.CaseRegressed   // fixed, yet the paths diverge
	Expired     Status = "expired"              // accepted until a day that is over
	NotRun      Status = "not run"              // obsolete
	NotCompared Status = report.CaseNotCompared // a path could not be run or compared: nothing is known
)

// Failed reports whether a status must fail a replay; a case that now agrees does
// only in a strict one.
func (s Status) Failed(strict bool) bool {
	switch s {
	case OK, NotRun:
		return false
	case NowAgrees:
		return strict
	}
	return true
}

// With returns the status and, if there is any, what there is to add.
func (s Status) With(detail string) string {
	if detail == "" {
		return string(s)
	}
	return string(s) + ": " + detail
}

// Replayed is the result of running one case again.
type Replayed struct {
	Status   Status
	Detail   string            // one line, "" if there is nothing to add
	Outcomes [2]ingest.Outcome // what the paths did now
	Compared Compared
	Err      error // for NotCompared
}

// ReplayOptions are what a case does not hold itself.
type ReplayOptions struct {
	// Calls are the team's functions of the case's feed, from feedparity.yaml; a
	// case that has calls is not compared without them.
	Calls [2]*ingest.Call
	// Handover returns the Pythons of a case that hands rows over; such a case is not
	// compared without them. Replay closes nothing.
	Handover func(context.Context, *Case) (handover.Pair, error)
	// Caches reads the folder of a case that hands one over; such a case is not compared
	// without it.
	Caches func(context.Context) (*handover.Caches, error)
	// Frozen takes what is recorded of py2 instead of running it: Python 2 need not be
	// there any more.
	Frozen bool
	// Now is when the replay takes place, for accepted cases that expire.
	Now time.Time
}

// Replay runs a case's input through both paths with the recorded settings and
// says whether it behaves as its state says. A broken harness is a status too,
// so that one case never stops the rest; a cancelled context is such a one.
func Replay(ctx context.Context, eng ingest.Engine, c *Case, o ReplayOptions) Replayed {
	if c.State == Obsolete {
		return Replayed{Status: NotRun}
	}
	var out Replayed
	eng, err := c.Engine(ctx, eng, o)
	if err != nil {
		return Replayed{Status: NotCompared, Detail: err.Error(), Err: fmt.Errorf("replay %q: %w", c.Dir(), err)}
	}
	for _, p := range ingest.Paths {
		got, err := c.run(ctx, eng, p, o)
		if err != nil {
			return Replayed{Status: NotCompared, Detail: err.Error(), Err: fmt.Errorf("replay %q: %w", c.Dir(), err)}
		}
		out.Outcomes[p] = got
	}
	compared, err := c.compare(out.Outcomes)
	if err != nil {
		return Replayed{Status: NotCompared, Detail: err.Error(), Outcomes: out.Outcomes, Err: fmt.Errorf("replay %q: %w", c.Dir(), err)}
	}
	out.Compared = compared
	out.Status, out.Detail = c.judge(out.Outcomes, compared, o.Now)
	return out
}

func (c *Case) run(ctx context.Context, eng ingest.Engine, p ingest.Path, o ReplayOptions) (ingest.Outcome, error) {
	if o.Frozen && p == ingest.Py2 {
		return c.Outcomes[p], nil
	}
	in := c.input(p)
	var err error
	if in.Call, err = c.Call(p, o.Calls); err != nil {
		return ingest.Outcome{}, err
	}
	return outcomeOf(ctx, eng, in)
}

// input is what a path of the case reads, without a call.
func (c *Case) input(p ingest.Path) ingest.Input {
	return ingest.Input{Name: c.Filename, Data: bytes.NewReader(c.Input), Size: int64(len(c.Input)), Settings: c.Settings(p)}
}

func outcomeOf(ctx context.Context, eng ingest.Engine, in ingest.Input) (ingest.Outcome, error) {
	rows, err := eng.Ingest(ctx, in)
	if err != nil {
		return ingest.Outcome{}, err
	}
	return ingest.Collect(rows)
}

// Call is the team's function of a path that the case was recorded with, to be run as
// its feed's calls are configured now; nil if the case has none there.
func (c *Case) Call(p ingest.Path, calls [2]*ingest.Call) (*ingest.Call, error) {
	if c.Calls[p] == "" {
		return nil, nil
	}
	if calls[p] == nil {
		return nil, fmt.Errorf("%s calls %s: name the feedparity.yaml of feed %q", p, c.Calls[p], c.Feed)
	}
	call := *calls[p]
	call.Function = c.Calls[p]
	call.Factory, call.Setup, call.Collect, call.Args = c.Around[p].Factory, c.Around[p].Setup, c.Around[p].Collect, c.Around[p].Args
	return &call, nil
}

func (c *Case) judge(now [2]ingest.Outcome, got Compared, at time.Time) (Status, string) {
	if c.State == Fixed {
		if got.Diverges {
			return DoesRegress, fmt.Sprintf("row %d, column %d differs again", got.First.Row, got.First.Column)
		}
		return OK, ""
	}
	if !got.Diverges {
		return NowAgrees, "the paths no longer differ"
	}
	for _, p := range ingest.Paths {
		if line := firstChange(diff.Compared(c.Outcomes[p], c.Compare), diff.Compared(now[p], c.Compare)); line > 0 {
			return Changed, fmt.Sprintf("%s line %d is no longer what was recorded", outcomeFiles[p], line)
		}
	}
	if other, err := c.beyond(c.Accepts, now); c.State == Accepted && err == nil && other != nil {
		return Changed, fmt.Sprintf("row %d, column %d is not in what was accepted: %s", max(other.Py2Row, other.Py3Row), other.Column, c.Accepts)
	}
	if c.Over(at) {
		return Expired, fmt.Sprintf("accepted by %s until %s", c.Owner, c.Expires)
	}
	return OK, ""
}

// firstChange returns the 1-based line at which the wire forms differ, 0 if none.
func firstChange(was, is ingest.Outcome) int {
	a, b := wire.AppendOutcome(nil, was), wire.AppendOutcome(nil, is)
	if bytes.Equal(a, b) {
		return 0
	}
	x, y := bytes.SplitAfter(a, []byte("\n")), bytes.SplitAfter(b, []byte("\n"))
	for i := 0; ; i++ {
		if i >= len(x) || i >= len(y) || !bytes.Equal(x[i], y[i]) {
			return i + 1
		}
	}
}

// expired reports whether the day is over; a date that is none has been refused
// by Validate.
func expired(day string, at time.Time) bool {
	d, err := time.Parse(time.DateOnly, day)
	return err == nil && !at.IsZero() && at.After(d.AddDate(0, 0, 1))
}
