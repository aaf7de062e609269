package golden

import (
	"fmt"
	"slices"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// moves are the states from which a case may get into another one. A case of any
// state may be taken out of use.
var moves = map[State][]State{
	Accepted:  {Open, Regressed, Accepted}, // again, with another reason or day
	Fixed:     {Open, Accepted, Regressed},
	Regressed: {Fixed},
	Open:      {Accepted, Fixed, Regressed, Obsolete},
	Obsolete:  {Open, Accepted, Fixed, Regressed},
}

// move changes the state and notes it with who decided it and why. Nothing is
// written: see Store.Update.
func (c *Case) move(verb string, to State, who, why string, at time.Time) error {
	if !slices.Contains(moves[to], c.State) {
		return fmt.Errorf("%s case %q: its state is %s", verb, c.Dir(), c.State)
	}
	what := string(c.State) + " -> " + string(to)
	if why != "" {
		what += ": " + why
	}
	c.History = append(c.History, Event{Date: at.UTC().Format(time.RFC3339), Who: who, What: what})
	c.State = to
	return nil
}

// Resolve makes a case fixed: its paths agree now, which the caller has seen, and
// must stay so.
func (c *Case) Resolve(who string, at time.Time) error { return c.move("resolve", Fixed, who, "", at) }

// Regress makes a fixed case regressed: its paths differ again, which the caller has
// seen.
func (c *Case) Regress(who, why string, at time.Time) error {
	return c.move("regress", Regressed, who, why, at)
}

// Reopen takes back what was decided about a case.
func (c *Case) Reopen(who, why string, at time.Time) error {
	if err := c.move("reopen", Open, who, why, at); err != nil {
		return err
	}
	c.Owner, c.Reason, c.Expires, c.Accepts = "", "", "", ingest.Narrow{}
	return nil
}

// TakeBack makes a case again what it was before the last decision about it. The history
// keeps both: what was decided and that it was taken back.
func (c *Case) TakeBack(who string, before *Case, at time.Time) {
	what := "taken back"
	if c.State != before.State {
		what = string(c.State) + " -> " + string(before.State) + ": " + what
	}
	c.History = append(c.History, Event{Date: at.UTC().Format(time.RFC3339), Who: who, What: what})
	c.State, c.Owner, c.Reason, c.Expires, c.Accepts = before.State, before.Owner, before.Reason, before.Expires, before.Accepts
}

// Retire makes a case obsolete: it is no longer run, and Prune may remove it.
func (c *Case) Retire(who, why string, at time.Time) error {
	return c.move("retire", Obsolete, who, why, at)
}

// ExpectFix notes that a divergence is a fault which somebody is to mend. The case stays
// as it is, open or regressed, until its paths agree.
func (c *Case) ExpectFix(who, owner, why string, at time.Time) error {
	switch {
	case owner == "":
		return fmt.Errorf("assign case %q: it needs an owner", c.Dir())
	case c.State != Open && c.State != Regressed:
		return fmt.Errorf("assign case %q: its state is %s", c.Dir(), c.State)
	}
	what := "fix expected of " + owner
	if why != "" {
		what += ": " + why
	}
	c.History = append(c.History, Event{Date: at.UTC().Format(time.RFC3339), Who: who, What: what})
	c.Owner = owner
	return nil
}

// Acceptance says that a divergence is meant, or may be.
type Acceptance struct {
	Owner   string // who answers for it
	Reason  string
	Expires string // date until which it holds, such as 2026-12-31; "" for ever
	// Narrow says which of the signature's divergences are meant; the zero value all of
	// them.
	Narrow ingest.Narrow
}

// Accept makes a case accepted. An owner and a reason are wanted, and no day that
// is over; what is accepted must be what the case shows.
func (c *Case) Accept(who string, a Acceptance, at time.Time) error {
	switch day, err := time.Parse(time.DateOnly, a.Expires); {
	case a.Owner == "" || a.Reason == "":
		return fmt.Errorf("accept case %q: it needs an owner and a reason", c.Dir())
	case a.Expires != "" && err != nil:
		return fmt.Errorf("accept case %q: expires %q: want a date such as 2026-12-31", c.Dir(), a.Expires)
	case a.Expires != "" && expired(a.Expires, at):
		return fmt.Errorf("accept case %q: %s is over", c.Dir(), day.Format(time.DateOnly))
	}
	if err := a.Narrow.Validate(); err != nil {
		return fmt.Errorf("accept case %q: %w", c.Dir(), err)
	}
	if other, err := c.beyond(a.Narrow, c.Outcomes); err != nil || other != nil {
		if err == nil {
			err = fmt.Errorf("it differs in row %d, column %d, which is not in %s", max(other.Py2Row, other.Py3Row), other.Column, a.Narrow)
		}
		return fmt.Errorf("accept case %q: %w", c.Dir(), err)
	}
	if err := c.move("accept", Accepted, who, a.Reason, at); err != nil {
		return err
	}
	c.Owner, c.Reason, c.Expires, c.Accepts = a.Owner, a.Reason, a.Expires, a.Narrow
	return nil
}

// beyond returns the first divergence of two outcomes that a rule does not mean, nil where
// it means all of them.
func (c *Case) beyond(n ingest.Narrow, outcomes [2]ingest.Outcome) (*diff.Divergence, error) {
	if n.IsZero() {
		return nil, nil
	}
	res, err := c.compare(outcomes)
	if err != nil {
		return nil, err
	}
	for _, d := range res.Result.Divergences {
		if !diff.Means(n, d) {
			return &d, nil
		}
	}
	return nil, nil
}

// Accepting reports whether a case accepts all that has its signature, at a time.
func (c *Case) Accepting(at time.Time) bool {
	return c.State == Accepted && c.Accepts.IsZero() && (c.Expires == "" || !expired(c.Expires, at))
}

// Over reports whether the case was accepted until a day that has passed: it diverges, and
// may no longer.
func (c *Case) Over(at time.Time) bool {
	return c.State == Accepted && c.Expires != "" && expired(c.Expires, at)
}
