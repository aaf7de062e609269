// Package fuzz looks for divergences that no golden case knows: campaigns over the inputs
// that package generator makes, steered by what package scout sees in them, on the models
// or on the team's own code; what is found is reduced and becomes a golden case.
//
// FuzzFeed is in the tests, FuzzParity of a team's own feeds, and the Confirm targets, which
// look for differences between the models and the real interpreters.
package fuzz

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/parity"
)

// Feed is the feed that the cases found by fuzzing belong to.
const Feed = "fuzz"

// Hunter looks for divergences whose signature it has not met. It is for one
// goroutine.
type Hunter struct {
	line    parity.Line
	cases   map[golden.Known]bool // whether they are fixed
	known   map[string]bool
	feed    string
	calls   [2]*ingest.Call // the feed's own functions, in the policies' place
	quick   ingest.Engine   // runs them for a look, see Of
	compare ingest.Comparison
}

// NewHunter returns a hunter on the embedded engine that knows the signatures of
// the stores' cases, whatever feed they came from, but for those that one of the stores
// has as fixed.
func NewHunter(stores ...*golden.Store) (*Hunter, error) {
	h := &Hunter{line: parity.Line{Engine: embedded.New()}, cases: map[golden.Known]bool{}, feed: Feed}
	for _, s := range stores {
		found, err := s.Signatures()
		if err != nil {
			return nil, err
		}
		for k, fixed := range found {
			h.cases[k] = h.cases[k] || fixed
		}
	}
	h.know("")
	return h, nil
}

// know makes the hunter know the signatures of a feed's cases, of all where feed is "".
func (h *Hunter) know(feed string) {
	h.known = map[string]bool{}
	for k, fixed := range h.cases {
		if !fixed && (feed == "" || feed == k.Feed) {
			h.known[k.Signature] = true
		}
	}
}

// Of makes the hunter hunt in a feed's own paths: its functions, which run on an engine
// of real interpreters, and what counts as a difference. Cases are the feed's, and no
// other's are known. A campaign looks through its inputs by quick, an engine that may be
// wrong about some; whatever is told of was run by the other.
func (h *Hunter) Of(feed string, calls [2]*ingest.Call, run, quick ingest.Engine, compare ingest.Comparison) {
	h.know(feed)
	h.feed, h.calls, h.compare, h.line.Calls, h.quick = feed, calls, compare, run, quick
	h.line.NoRepeats = true // a campaign's inputs are too many to be run again and again
}

// Knows reports whether a signature was met, or is that of a case.
func (h *Hunter) Knows(signature string) bool { return h.known[signature] }

// Prey is one divergence with a new signature.
type Prey struct {
	classify.Finding
	Trial generator.Trial

	line     *parity.Line
	delivery parity.Delivery
	view     *parity.View
}

// ErrUnexplained is a divergence for which the classifier has no finding at all,
// not even "unclassified".
var ErrUnexplained = errors.New("the paths diverge and nothing was found")

// Hunt runs both paths and returns what is new, worst first; from then on it is
// known. A difference in the order of dicts is no prey: it is informational. The
// error says that the paths could not be run or compared.
func (h *Hunter) Hunt(ctx context.Context, t generator.Trial) ([]Prey, error) {
	found, err := h.findings(ctx, t)
	return h.unknown(found), err
}

// unknown returns what is new of findings, and from then on it is known.
func (h *Hunter) unknown(found []Prey) []Prey {
	var out []Prey
	for _, p := range found {
		if !h.known[p.Signature] {
			h.known[p.Signature] = true
			h.cases[golden.Known{Feed: h.feed, Signature: p.Signature}] = false
			out = append(out, p)
		}
	}
	return out
}

// findings runs both paths and returns all that is found, known or not.
func (h *Hunter) findings(ctx context.Context, t generator.Trial) ([]Prey, error) {
	d := h.delivery(t)
	v := h.line.View(ctx, d, ingest.Raw)
	if v.Err != nil {
		return nil, fmt.Errorf("hunt with %s and %s: %w", v.Py2, v.Py3, v.Err)
	}
	if v.Result.Verdict == ingest.Diverge && len(v.Findings) == 0 {
		return nil, fmt.Errorf("hunt with %s and %s: %w", v.Py2, v.Py3, ErrUnexplained)
	}
	var out []Prey
	for _, f := range v.Findings {
		if f.Severity != ingest.Info {
			out = append(out, Prey{Finding: f, Trial: t, line: &h.line, delivery: d, view: &v})
		}
	}
	return out, nil
}

func (h *Hunter) delivery(t generator.Trial) parity.Delivery {
	return parity.Delivery{Feed: h.feed, Name: "fuzz.csv", Data: bytes.NewReader(t.Input), Size: int64(len(t.Input)), Pair: t.Pair, Calls: h.calls, Compare: h.compare}
}

// Case minimises the input and returns the golden case, confirmed by the judge.
// It writes nothing.
func (p Prey) Case(ctx context.Context, judge golden.Judge) (*golden.Case, error) {
	return golden.FromFinding(ctx, p.line, p.delivery, p.view, p.Finding, judge)
}
