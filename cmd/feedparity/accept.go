//go:build !lean

package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/sweep"
)

// rulesOf says which rules that accept divergences are of no use: those that are over,
// those that no signature ever matched, narrow ones whose signature this sweep has met,
// but none of the divergences that they mean, and those that have matched nothing for
// long. A rule nobody needs hides what it was not made for.
func rulesOf(ctx context.Context, db *state.DB, rules []config.Accept, result *sweep.Result, now time.Time) ([]string, error) {
	if len(rules) == 0 {
		return nil, nil
	}
	known, err := db.Signatures(ctx)
	if err != nil {
		return nil, err
	}
	approvals, err := approvalsOf(ctx, db)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rules {
		a := approvals[sweep.KeyOf(r)]
		matched := !a.Matched.IsZero()
		for _, c := range known {
			matched = matched || r.Matches(c.Feed, c.Signature)
		}
		switch _, err := classify.ParseCause(r.Cause + r.Signature); {
		case err != nil:
			out = append(out, fmt.Sprintf("accept rule %s: there is no such cause", r))
		case r.Over(now):
			out = append(out, fmt.Sprintf("accept rule %s: it is over since %s", r, r.Expires.Format(time.DateOnly)))
		case !matched:
			out = append(out, fmt.Sprintf("accept rule %s: no divergence has ever matched it", r))
		case unmeant(r, result):
			out = append(out, fmt.Sprintf("accept rule %s: its signature was met, but no divergence that it means", r))
		case a.Idle >= idleSweeps && !a.Matched.IsZero():
			out = append(out, fmt.Sprintf("accept rule %s: no divergence has matched it since %s (%s)", r, a.Matched.Local().Format(time.DateOnly), plural(int(a.Idle), "sweep")))
		}
	}
	return out, nil
}

// idleSweeps is how many sweeps that compared its feeds a rule may go without a match: a
// month of nights, for what suppliers send at its end alone.
const idleSweeps = 30

// approvalsOf is what the state remembers of rules.
func approvalsOf(ctx context.Context, db *state.DB) (map[state.RuleKey]state.Approval, error) {
	all, err := db.Approvals(ctx)
	if err != nil {
		return nil, err
	}
	out := map[state.RuleKey]state.Approval{}
	for _, a := range all {
		out[a.RuleKey] = a
	}
	return out, nil
}

// acceptedCases are the cases of a checkout that somebody accepted. A store that is not
// there, or a case that cannot be read, has none: golden replay tells of it.
func acceptedCases(store *golden.Store) []golden.Stored {
	cases, err := store.List()
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(cases, func(c golden.Stored) bool { return c.Err != nil || c.Case.State != golden.Accepted })
}

// overCases says of which accepted cases the acceptance is over.
func overCases(accepted []golden.Stored, now time.Time) (out []string) {
	for _, c := range accepted {
		if c.Case.Over(now) {
			out = append(out, fmt.Sprintf("case %s: %s accepted it until %s, which is over", c.Dir, c.Case.Owner, c.Case.Expires))
		}
	}
	return out
}

// unmeant reports whether findings of a sweep have a narrow rule's signature and none of
// their divergences is one that it means.
func unmeant(r config.Accept, result *sweep.Result) bool {
	met := false
	for _, f := range result.Findings() {
		if slices.Contains(f.Meant, r.String()) {
			return false
		}
		met = met || slices.Contains(f.Unmeant, r.String())
	}
	return met
}

// narrowCases makes rules of the accepted cases that accept some of what has their
// signature: whether a delivery shows more than that, a sweep has to look.
func narrowCases(accepted []golden.Stored) []config.Accept {
	var out []config.Accept
	for _, s := range accepted {
		if s.Case.Accepts.IsZero() {
			continue
		}
		c := s.Case
		rule := config.Accept{Signature: c.Signature, Whole: true, Feed: c.Feed, Owner: c.Owner, Reason: c.Reason, Narrow: c.Accepts}
		if day, err := time.ParseInLocation(time.DateOnly, c.Expires, time.Local); err == nil {
			rule.Expires = day.AddDate(0, 0, 1)
		}
		out = append(out, rule)
	}
	return out
}
