package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/pycsv"
)

// deeper are the questions that repro answers when asked: each runs the case many
// times, on the models.
type deeper struct{ ladder, matrix, explain bool }

// freedom is what may stand in the place of some bytes of the input.
type freedom struct {
	Start int      `json:"start"`
	End   int      `json:"end"`
	Bytes string   `json:"bytes"` // in hex
	Holds []string `json:"holds"` // classes and ranges that will do; none: only what is there
}

// rung is one version, or several that do the same, on the ladder.
type rung struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Does    string   `json:"does"`
	Changes string   `json:"changes,omitempty"` // where it differs from the rung before
	Real    []string `json:"real,omitempty"`    // versions that were asked and did so
	Wrong   []string `json:"wrong,omitempty"`   // versions that did otherwise: the model is wrong
}

// try is one way to settle the case.
type try struct {
	Change  string `json:"change"`
	Verdict string `json:"verdict"`
	Fix     string `json:"fix"`
	Settles int    `json:"settles"` // other open cases
	Others  int    `json:"others"`
	Breaks  int    `json:"breaks"` // inputs of the corpus on which the paths agree now
	Passing int    `json:"passing"`
}

func (q deeper) look(ctx context.Context, r *repro, c *golden.Case, dir string, pythons []string) error {
	if q.ladder {
		eng := openEngines(ctx, embedded.New(), true, pythons...)
		defer eng.close()
		rungs, err := golden.Ladder(ctx, embedded.New(), eng.judge, c, pycsv.Modelled())
		if err != nil {
			return usageError("run the case's repro.py with the Pythons you have", "%w", err)
		}
		r.Ladder = rungsOf(rungs)
	}
	if q.explain {
		free, err := golden.Vary(ctx, &parity.Line{Engine: embedded.New()}, c)
		if err != nil {
			return usageError("essential: in case.yaml has what was found out when it was made", "%w", err)
		}
		for _, f := range free {
			r.Explain = append(r.Explain, freedom{f.Start, f.End, fmt.Sprintf("% x", c.Input[f.Start:f.End]), append([]string{}, f.Holds...)})
		}
	}
	if q.matrix {
		tries, err := golden.Matrix(ctx, embedded.New(), c, neighbours(c, dir), seedData())
		if err != nil {
			return usageError("change the code and run feedparity repro again", "%w", err)
		}
		for _, t := range tries {
			r.Matrix = append(r.Matrix, try{strings.Join(t.Changes, " and "), string(t.Verdict), t.Fix, t.Settles, t.Others, t.Breaks, t.Passing})
		}
		r.tried = true
	}
	return nil
}

// neighbours are the other cases of the store that a case is in.
func neighbours(c *golden.Case, dir string) []*golden.Case {
	whole, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	cases, err := golden.NewStore(filepath.Dir(filepath.Dir(whole))).List()
	if err != nil {
		return nil
	}
	var out []*golden.Case
	for _, s := range cases {
		if s.Err == nil {
			out = append(out, s.Case)
		}
	}
	return out
}

func seedData() [][]byte {
	var out [][]byte
	for _, s := range corpus.Seeds() {
		out = append(out, s.Data)
	}
	return out
}

// rungsOf joins the versions that do the same.
func rungsOf(all []golden.Rung) []rung {
	var out []rung
	for i, r := range all {
		if n := len(out); i > 0 && r.Step == nil && r.Err == nil && all[i-1].Err == nil {
			out[n-1].To = r.Python.String()
			out[n-1].asked(r)
			continue
		}
		one := rung{From: r.Python.String(), To: r.Python.String(), Does: doesOf(r)}
		if r.Step != nil {
			one.Changes = place(*r.Step)
		}
		one.asked(r)
		out = append(out, one)
	}
	return out
}

func (r *rung) asked(of golden.Rung) {
	switch {
	case of.Real == "":
	case of.Wrong:
		r.Wrong = append(r.Wrong, of.Real)
	default:
		r.Real = append(r.Real, of.Real)
	}
}

// doesOf shows what a version does, at the place where it changed or at its end.
func doesOf(r golden.Rung) string {
	switch {
	case r.Err != nil:
		return "cannot be run: " + oneLine(r.Err.Error())
	case r.Outcome.Fault != nil:
		return raises(r.Outcome.Fault, true)
	case len(r.Outcome.Rows) == 0:
		return "yields no row"
	}
	n := len(r.Outcome.Rows)
	if r.Step != nil && r.Step.Py3Row > 0 && r.Step.Py3Row <= n {
		n = r.Step.Py3Row
	}
	return fmt.Sprintf("row %d: %s", n, strings.TrimPrefix(describeRow(r.Outcome.Rows[n-1].Value), "yields "))
}

// versions names a rung.
func (r rung) versions() string {
	if r.From == r.To {
		return r.From
	}
	return r.From + " to " + r.To
}

// page prints the ladder, a line for what is the same.
func ladderPage(rungs []rung) []string {
	var out []string
	for _, r := range rungs {
		line := fmt.Sprintf("%-12s %s", r.versions(), r.Does)
		if r.Changes != "" {
			line += "  <- changes at " + r.Changes
		}
		out = append(out, line)
		if len(r.Real) > 0 {
			out = append(out, fmt.Sprintf("%-12s as real %s", "", strings.Join(r.Real, ", ")))
		}
		if len(r.Wrong) > 0 {
			out = append(out, fmt.Sprintf("%-12s NOT as real %s: the model is wrong, please report it", "", strings.Join(r.Wrong, ", ")))
		}
	}
	return out
}

// maxHolds is how many classes and ranges a line of the page names; JSON has them all.
const maxHolds = 8

// explainPage says of each part of the input what will do in its place.
func explainPage(all []freedom) []string {
	var out []string
	for _, f := range all {
		place := fmt.Sprintf("byte %#x", f.Start)
		if f.End > f.Start+1 {
			place = fmt.Sprintf("bytes %#x-%#x", f.Start, f.End-1)
		}
		what := "only that"
		if n := len(f.Holds); n > maxHolds+1 {
			what = fmt.Sprintf("%s and %d more", strings.Join(f.Holds[:maxHolds], ", "), n-maxHolds)
		} else if n > 0 {
			what = strings.Join(f.Holds, ", ")
		}
		out = append(out, fmt.Sprintf("%-14s %s: %s", place, f.Bytes, what))
	}
	return out
}

// maxTries is how many ways to settle a case the page shows; JSON has them all.
const maxTries = 6

func matrixPage(tries []try) []string {
	if len(tries) == 0 {
		return []string{"nothing that was tried settles it: no one change of encoding, errors, open mode, dialect or cleaning, and no two"}
	}
	var out []string
	for i, t := range tries {
		if i == maxTries {
			return append(out, fmt.Sprintf("and %d more: --json lists them", len(tries)-i))
		}
		out = append(out, fmt.Sprintf("%-28s %s; settles %d of %d other open cases, breaks %d of %d inputs that agree", t.Change, t.Verdict, t.Settles, t.Others, t.Breaks, t.Passing),
			"  "+t.Fix)
	}
	return out
}
