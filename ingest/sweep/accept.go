package sweep

import (
	"context"
	"fmt"
	"slices"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/parity"
)

// accepted reports whether rules that hold today accept a signature that a view shows: one
// that is about all of it, or narrow ones of which each divergence is meant by some.
// One divergence that none means, and it is accepted as little as without a rule.
func (s *sweeper) accepted(ctx context.Context, d parity.Delivery, v *parity.View, signature string) (bool, error) {
	rules := slices.Clone(s.Accept)
	rules = slices.DeleteFunc(rules, func(a config.Accept) bool { return !a.Matches(d.Feed, signature) || a.Over(s.Now()) })
	switch {
	case len(rules) == 0:
		return false, nil
	case slices.ContainsFunc(rules, func(a config.Accept) bool { return a.Narrow.IsZero() }):
		return true, nil
	}
	all, err := s.Line.Covers(ctx, d, v, signature, func(one diff.Divergence) bool {
		return slices.ContainsFunc(rules, func(a config.Accept) bool { return diff.Means(a.Narrow, one) })
	})
	if err != nil {
		return false, fmt.Errorf("apply accept rules to %s: %w", signature, err)
	}
	return all, nil
}

// ruled reports whether any rule is about a signature, whatever its day: what such rules
// accepted was counted and made no case, so that the first divergence they do not accept
// is news, however often the signature was counted.
func (s *sweeper) ruled(feed, signature string) bool {
	return slices.ContainsFunc(s.Accept, func(a config.Accept) bool { return a.Matches(feed, signature) })
}
