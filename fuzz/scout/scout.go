// Package scout tries inputs on both paths and tells apart what comes of them: which
// behave as none did before, and which are worth to be explained.
//
// FuzzParity is here, "go test -fuzz=FuzzParity ./fuzz/scout". Go's engine looks through
// the coverage of a whole program after each input, so this package, and what it imports,
// is kept to the generator, the models and what compares and explains: cases are written
// by the command (package golden would be two thirds of the program), and campaigns, real
// interpreters and a team's own code are what package fuzz adds. TestLean of cmd/shape holds it so.
package scout

import (
	"bytes"
	"context"
	"math/bits"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// Fewest divergences are enough to know the first: a fault takes the place of the last.
const Fewest = 2

// Paths run an input on both paths.
type Paths struct {
	// Engines run the policies, or the team's own functions where Calls has them.
	Engines [2]ingest.Engine
	Calls   [2]*ingest.Call
	Compare ingest.Comparison

	data bytes.Reader // the input that is run
}

// Run compares the paths and explains nothing: that would take a hundred times as long.
// So many divergences are kept. The result is good until the next run.
func (p *Paths) Run(ctx context.Context, t *generator.Trial, most int) (diff.Result, error) {
	var rows [2]ingest.Rows
	p.data.Reset(t.Input) // read by position: one for both
	for i, set := range [2]*ingest.Settings{&t.Pair.Py2, &t.Pair.Py3} {
		in := ingest.Input{Name: "fuzz.csv", Data: &p.data, Size: int64(len(t.Input)), Settings: *set, Call: p.Calls[i]}
		var err error
		if rows[i], err = p.Engines[i].Ingest(ctx, in); err != nil {
			if i == int(ingest.Py3) {
				rows[ingest.Py2].Close()
			}
			return diff.Result{}, err
		}
	}
	res, err := diff.CompareMax(rows[ingest.Py2], rows[ingest.Py3], p.Compare, most)
	for _, r := range rows {
		if cerr := r.Close(); err == nil && cerr != nil {
			err = cerr
		}
	}
	return res, err
}

// Seen is how often each behaviour was met.
type Seen map[Behaviour]*uint

// Sight is what came of one input.
type Sight struct {
	Verdict ingest.Verdict
	Fresh   bool // nothing before it has behaved so
	Worth   bool // the paths differ, and it may be for a reason that was not met
}

// Note remembers what the paths did. It is worth a hunt the first time, and the fourth,
// sixteenth, sixty-fourth: one behaviour may have two causes. A hunt is some fifty runs.
func (s Seen) Note(res *diff.Result, t *generator.Trial) Sight {
	b := BehaviourOf(res, t)
	seen := s[b]
	if seen == nil {
		seen = new(uint)
		s[b] = seen
	}
	*seen++
	n := *seen
	worth := res.Verdict == ingest.Diverge && n&(n-1) == 0 && bits.TrailingZeros(n)%2 == 0
	return Sight{res.Verdict, n == 1, worth}
}
