// Package review goes through open golden cases with a person: what there is to decide,
// what may be decided, and a screen on which to do it. Decision and Queue know nothing
// of a screen; Model is what stands on it, changed by keys alone, and Run shows it.
// What a decision does to a case, and what page explains it, is a Desk's.
package review

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/feedparity/feedparity/golden"
)

// Verb is what may be decided about a case.
type Verb string

// The verbs, as flags and questions name them.
const (
	Accept Verb = "accept" // it diverges and may
	Expect Verb = "expect" // somebody is to mend it
	Fixed  Verb = "fixed"  // its paths agree now
	Reject Verb = "reject" // it is none of the team's
)

// Verbs lists all of them.
var Verbs = []Verb{Accept, Expect, Fixed, Reject}

// Decision is one answer, for one case or for many.
type Decision struct {
	Verb    Verb
	Owner   string // who answers for what is accepted, or is to mend it
	Reason  string
	Expires string // date until which it is accepted, such as 2026-12-31; "" for ever
}

// Done is what became of a case that was decided about.
func (d Decision) Done() string {
	switch d.Verb {
	case Accept:
		return "accepted"
	case Expect:
		return "assigned"
	case Reject:
		return "obsolete"
	}
	return "fixed"
}

// Apply changes a case and notes in its history who decided so and when. That the paths
// of a fixed case agree is for the caller to have seen.
func (d Decision) Apply(c *golden.Case, who string, at time.Time) error {
	switch d.Verb {
	case Accept:
		return c.Accept(who, golden.Acceptance{Owner: d.Owner, Reason: d.Reason, Expires: d.Expires}, at)
	case Expect:
		return c.ExpectFix(who, d.Owner, d.Reason, at)
	case Fixed:
		return c.Resolve(who, at)
	case Reject:
		return c.Retire(who, d.Reason, at)
	}
	return fmt.Errorf("decide about case %q: there is no %q", c.Dir(), d.Verb)
}

// Desk explains cases and writes down what is decided about them. It leaves the case
// that it is given as it is and returns another.
type Desk interface {
	// Page is what is to be read about a case, also where it cannot be run.
	Page(ctx context.Context, c golden.Stored) string
	// Decide returns the case as it was written. The error says why nothing was.
	Decide(ctx context.Context, c golden.Stored, d Decision) (*golden.Case, error)
	// TakeBack writes what a case was before something was decided about it.
	TakeBack(now golden.Stored, before *golden.Case) (*golden.Case, error)
}

// Undecided reports whether there is something to decide about a case.
func Undecided(c *golden.Case) bool { return c.State == golden.Open || c.State == golden.Regressed }

// Queue is what a review has still to do. Cases are named by their directory below the
// store.
type Queue struct {
	cases   []golden.Stored
	skipped map[string]bool
	decided map[string]bool
}

// NewQueue returns a queue of those cases about which there is something to decide, in
// the order given. Every case must have been read.
func NewQueue(cases []golden.Stored) *Queue {
	return &Queue{
		cases:   slices.DeleteFunc(slices.Clone(cases), func(c golden.Stored) bool { return !Undecided(c.Case) }),
		skipped: map[string]bool{}, decided: map[string]bool{},
	}
}

// Open returns what is still to be shown: neither decided nor passed over; of one cause,
// or of all where cause is "".
func (q *Queue) Open(cause string) []golden.Stored {
	return slices.DeleteFunc(slices.Clone(q.cases), func(c golden.Stored) bool {
		return q.skipped[c.Dir] || q.decided[c.Dir] || cause != "" && cause != c.Case.Cause
	})
}

// Shows reports whether a case is still to be shown.
func (q *Queue) Shows(c golden.Stored) bool { return !q.skipped[c.Dir] && !q.decided[c.Dir] }

// All returns every case that the queue began with, as it is now.
func (q *Queue) All() []golden.Stored { return q.cases }

// Skip passes over cases until the end of this review.
func (q *Queue) Skip(cases ...golden.Stored) {
	for _, c := range cases {
		q.skipped[c.Dir] = true
	}
}

// Decided keeps what was decided about a case: it is shown no more.
func (q *Queue) Decided(dir string, now *golden.Case) { q.put(dir, now, true) }

// Back shows a case again, as it is now.
func (q *Queue) Back(dir string, now *golden.Case) {
	q.put(dir, now, false)
	delete(q.skipped, dir)
}

func (q *Queue) put(dir string, now *golden.Case, decided bool) {
	for i := range q.cases {
		if q.cases[i].Dir == dir {
			q.cases[i].Case = now
		}
	}
	q.decided[dir] = decided
}

// Counts returns how many cases were decided about, and how many are left, those passed
// over among them.
func (q *Queue) Counts() (decided, left int) {
	for _, is := range q.decided {
		if is {
			decided++
		}
	}
	return decided, len(q.cases) - decided
}

// Causes returns the causes of the cases still to be shown, each once, in their order.
func (q *Queue) Causes() []string {
	var out []string
	for _, c := range q.Open("") {
		if !slices.Contains(out, c.Case.Cause) {
			out = append(out, c.Case.Cause)
		}
	}
	return out
}
