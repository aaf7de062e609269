package sweep

import (
	"context"
	"fmt"
	"slices"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/parity"
)

// accept decides whether rules that hold today accept a finding of a view: one that is
// about all of it, or narrow ones of which each divergence is meant by some. One
// divergence that none means, and it is accepted as little as without a rule.
func (s *sweeper) accept(ctx context.Context, d parity.Delivery, v *parity.View, f *Finding) error {
	rules := slices.Clone(s.Accept)
	rules = slices.DeleteFunc(rules, func(a config.Accept) bool { return !a.Matches(d.Feed, f.Signature) || a.Over(s.Now()) })
	f.Accepted = slices.ContainsFunc(rules, func(a config.Accept) bool { return a.Narrow.IsZero() })
	if f.Accepted || len(rules) == 0 {
		return nil
	}
	means := make([]bool, len(rules))
	all, err := s.Line.Covers(ctx, d, v, f.Signature, func(one diff.Divergence) bool {
		some := false
		for i, a := range rules {
			if diff.Means(a.Narrow, one) {
				means[i], some = true, true
			}
		}
		return some
	})
	if err != nil {
		return fmt.Errorf("apply accept rules to %s: %w", f.Signature, err)
	}
	f.Accepted = all
	for i, a := range rules {
		if means[i] {
			f.Meant = append(f.Meant, a.String())
		} else {
			f.Unmeant = append(f.Unmeant, a.String())
		}
	}
	return nil
}

// ruled reports whether any rule is about a signature, whatever its day: what such rules
// accepted was counted and made no case, so that the first divergence they do not accept
// is news, however often the signature was counted.
func (s *sweeper) ruled(feed, signature string) bool {
	return slices.ContainsFunc(s.Accept, func(a config.Accept) bool { return a.Matches(feed, signature) })
}
