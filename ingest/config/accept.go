package config

import (
	"path"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// AcceptEntry accepts divergences beforehand: they are reported and counted, but make no
// golden case and no exit status.
type AcceptEntry struct {
	// The cause, of docs/divergences.md, such as dict-order.
	Cause string `yaml:"cause"`
	// The beginning of a signature, in the place of a cause.
	Signature string `yaml:"signature"`
	// The feed, or a pattern of names such as "acme-*". Default: all.
	Feed string `yaml:"feed"`
	// The column in which it is meant, by name or 1-based position. Default: any.
	Column string `yaml:"column"`
	// The values of which it is meant: number, date, text, empty (one of them is), space,
	// newline or case (they differ in nothing else). Default: any.
	Values string `yaml:"values"`
	// How far apart two numbers are at most, such as 0.005. Default: any values.
	Tolerance *float64 `yaml:"tolerance"`
	// Who answers for it.
	Owner string `yaml:"owner"`
	// Why it is meant.
	Reason string `yaml:"reason"`
	// The last day on which the rule holds, such as 2026-12-31. Default: for ever.
	Expires string `yaml:"expires"`

	node *Node
}

// DecodeNode remembers the place for what is checked later.
func (a *AcceptEntry) DecodeNode(n *Node) error {
	a.node = n
	type plain AcceptEntry
	return n.Decode((*plain)(a))
}

// Accept is a rule by which divergences are accepted.
type Accept struct {
	Cause, Signature, Feed, Owner, Reason string
	Whole                                 bool          // Signature is all of one, not the beginning
	Narrow                                ingest.Narrow // which of their divergences are meant
	Expires                               time.Time     // the first moment at which it holds no more, the zero time for ever
}

// Matches reports whether a rule is about a signature of a feed, whatever day it is. A
// narrow one accepts it only where it means all of its divergences.
func (a Accept) Matches(feed, signature string) bool {
	cause, _, _ := strings.Cut(signature, ":")
	if a.Cause != "" && a.Cause != cause || !strings.HasPrefix(signature, a.Signature) || a.Whole && signature != a.Signature {
		return false
	}
	return a.About(feed)
}

// About reports whether a rule is about a feed.
func (a Accept) About(feed string) bool {
	ok, err := path.Match(a.Feed, feed)
	return a.Feed == "" || err == nil && ok
}

// Over reports whether a rule holds no more.
func (a Accept) Over(now time.Time) bool { return !a.Expires.IsZero() && !now.Before(a.Expires) }

// String names a rule for messages.
func (a Accept) String() string {
	s := a.Cause + a.Signature
	if a.Feed != "" {
		s += " of " + a.Feed
	}
	if n := a.Narrow.String(); n != "" {
		s += ", " + n
	}
	return s + " (" + a.Owner + ")"
}

// accepts reads the rules.
func (r *resolver) accepts() ([]Accept, error) {
	var out []Accept
	for _, e := range r.f.Accept {
		one := Accept{Cause: e.Cause, Signature: e.Signature, Feed: e.Feed, Owner: e.Owner, Reason: e.Reason,
			Narrow: ingest.Narrow{Column: e.Column, Values: e.Values, Tolerance: e.Tolerance}}
		if err := one.Narrow.Validate(); err != nil {
			return nil, e.node.Errorf("accept: %v", err)
		}
		switch {
		case (e.Cause == "") == (e.Signature == ""):
			return nil, e.node.Errorf("accept: want a cause or a signature")
		case e.Owner == "" || e.Reason == "":
			return nil, e.node.Errorf("accept: want an owner and a reason")
		}
		if _, err := path.Match(e.Feed, ""); err != nil {
			return nil, at(e.node, "feed").Errorf("feed %q is no pattern", e.Feed)
		}
		if e.Expires != "" {
			day, err := time.ParseInLocation(time.DateOnly, e.Expires, time.Local)
			if err != nil {
				return nil, at(e.node, "expires").Errorf("expires %q: want a date such as 2026-12-31", e.Expires)
			}
			one.Expires = day.AddDate(0, 0, 1)
		}
		out = append(out, one)
	}
	return out, nil
}
