package sweep

import (
	"context"
	"slices"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
)

// end closes the run, with what it tells of the rules that accept divergences.
func (s *sweeper) end(ctx context.Context, res *Result, status string, began time.Time) error {
	applied, err := s.applied(ctx, res, began)
	// The run has ended, whatever became of the rules.
	if eerr := s.State.End(ctx, s.id, status, s.Now(), applied...); err == nil {
		err = eerr
	}
	return err
}

// applied is what the run tells of each rule. Without rules it asks nobody.
func (s *sweeper) applied(ctx context.Context, res *Result, began time.Time) ([]state.Applied, error) {
	if len(s.Accept) == 0 {
		return nil, nil
	}
	known, err := s.State.Signatures(ctx)
	if err != nil {
		return nil, err
	}
	noted, err := s.noted(ctx)
	if err != nil {
		return nil, err
	}
	var out []state.Applied
	told := map[state.RuleKey]bool{} // two rules of the same words are one
	for _, a := range s.Accept {
		one := state.Applied{Rule: ruleOf(a)}
		if told[one.RuleKey] {
			continue
		}
		told[one.RuleKey] = true
		holds := !a.Over(s.Now())
		if holds && (a.Narrow.IsZero() || !noted[one.RuleKey]) {
			one.Earlier = lastMet(a, known, began)
		}
		for _, d := range res.about(a) {
			one.Compared = one.Compared || compared(d)
			if holds && applies(a, d) {
				one.Deliveries++
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// noted are the rules of which the state has all that earlier runs told: none after a run
// that was killed, which told nothing of what it had done.
func (s *sweeper) noted(ctx context.Context) (map[state.RuleKey]bool, error) {
	cut, err := s.State.CutShort(ctx, s.id)
	if err != nil || cut {
		return nil, err
	}
	approvals, err := s.State.Approvals(ctx)
	out := map[state.RuleKey]bool{}
	for _, a := range approvals {
		out[a.RuleKey] = true
	}
	return out, err
}

// about are the deliveries of the feeds that a rule is about.
func (r *Result) about(a config.Accept) []*Delivery {
	var out []*Delivery
	for i := range r.Feeds {
		if !a.About(r.Feeds[i].Name) {
			continue
		}
		for j := range r.Feeds[i].Deliveries {
			out = append(out, &r.Feeds[i].Deliveries[j])
		}
	}
	return out
}

// KeyOf is the name under which the state remembers a rule.
func KeyOf(a config.Accept) state.RuleKey {
	k := state.RuleKey{Text: a.String(), Origin: "configuration"}
	if a.Whole { // the configuration names no whole signatures
		k.Origin = "case"
	}
	return k
}

func ruleOf(a config.Accept) state.Rule {
	return state.Rule{RuleKey: KeyOf(a), Feed: a.Feed, Cause: a.Cause, Signature: a.Signature, Owner: a.Owner, Reason: a.Reason, Expires: a.Expires}
}

// applies reports whether a rule that holds matched a divergence of a delivery: a narrow
// one where it means some. Where a rule about the whole signature accepts it too, nobody
// has looked what narrow ones mean, which is held for a match.
func applies(a config.Accept, d *Delivery) bool {
	text := a.String()
	for _, v := range d.Views {
		for _, f := range v.Findings {
			if !a.Matches(d.Feed, f.Signature) {
				continue
			}
			f := finding(d.Views, f.Signature) // the first has what a later view repeats
			if a.Narrow.IsZero() || slices.Contains(f.Meant, text) || f.Accepted && len(f.Meant)+len(f.Unmeant) == 0 {
				return true
			}
		}
	}
	return false
}

// compared reports whether a view of a delivery was compared.
func compared(d *Delivery) bool {
	return slices.ContainsFunc(d.Views, func(v View) bool { return v.Verdict != ingest.NotCompared })
}

// lastMet is when the signatures that a rule is about are known to have been met last,
// the zero time for never: so a rule is known to have matched before its row was there, or
// in a run that was killed. Of a narrow one that is a guess in its favour, but for what the
// run itself met, of which it may have meant nothing.
func lastMet(a config.Accept, known []state.Counter, began time.Time) time.Time {
	var last time.Time
	for _, c := range known {
		at := c.LastSeen
		if !a.Narrow.IsZero() && !at.Before(began) {
			if at = c.FirstSeen; !at.Before(began) {
				continue
			}
		}
		if a.Matches(c.Feed, c.Signature) && at.After(last) {
			last = at
		}
	}
	return last
}
