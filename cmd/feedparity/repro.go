package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/parity"
)

const reproLong = `Runs a golden case again and shows the first difference: where it is, the input's
bytes, both values, why Python reads them differently, what to change, and what
normalizing the input would do. Exit status 1 while the case diverges, 0 if the
paths now agree. The case's own repro.py does it without feedparity. CASE is a case's
directory, the beginning of its signature or its hash, or any CSV file, of which the
worst divergence is shown, read as --feed or --pair says. With --frozen py2 is what was
recorded: Python 2 need not be there any more.`

func newRepro(std streams) *cobra.Command {
	var engine engineFlags
	var f goldenFlags
	var asJSON, frozen bool
	var html string
	var read readAs
	var deep deeper
	var colour colourFlag
	cmd := &cobra.Command{
		Use:   "repro CASE",
		Short: "Run a golden case again and explain its first difference",
		Long:  reproLong,
		Example: `  feedparity repro golden/cases/acme/mojibake-1b2c3d4e
  feedparity repro --engine interpreter feedparity-demo/golden/hanse/case-mapping-80f72829
  feedparity repro --ladder --matrix golden/cases/acme/mojibake-1b2c3d4e
  feedparity repro mojibake:iso8859-1
  feedparity repro --feed acme stock.csv
  feedparity repro --html page.html stock.csv
  python2.7 CASE/repro.py; python3 CASE/repro.py`,
		Args: wantArgs(1, 1, "CASE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			inColour, err := colour.wanted(std.out)
			if err != nil {
				return err
			}
			cfg, err := f.load(cmd)
			if err != nil {
				return err
			}
			eng, closeEngine, err := engine.open(cmd.Context())
			if err != nil {
				return err
			}
			defer closeEngine()
			c, dir, err := f.find(cmd, cfg, eng, read, args[0])
			if err != nil {
				return err
			}
			if c == nil {
				_, err := fmt.Fprintf(std.out, "%s: the paths agree\n", args[0])
				return err
			}
			var p pythons
			defer p.close()
			calls := callsOf(cfg, c)
			code := revisions{cfg: cfg, eng: eng}
			if eng, err = c.Engine(cmd.Context(), eng, golden.ReplayOptions{Calls: calls, Handover: p.ofCase(calls), Caches: p.caches}); err != nil {
				return err
			}
			r, err := reproduce(cmd.Context(), eng, c, dir, calls, frozen)
			if err != nil {
				return err
			}
			r.Revision, r.RevisionNow = code.moved(cmd.Context(), c)
			if err := deep.look(cmd.Context(), r, c, dir, engine.pythons); err != nil {
				return err
			}
			if html != "" {
				err = r.writeHTML(html)
			} else {
				err = r.write(std.out, asJSON, inColour)
			}
			if err != nil || !r.Diverges {
				return err
			}
			return exit(statusDiverge)
		},
	}
	engine.add(cmd)
	f.add(cmd)
	colour.add(cmd)
	read.add(cmd)
	cmd.Flags().BoolVar(&frozen, "frozen", false, "take what is recorded of py2 instead of running it")
	cmd.Flags().StringVar(&html, "html", "", "write the page to this `FILE` as HTML, all in one")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	cmd.Flags().BoolVar(&deep.explain, "explain", false, "say of each byte of the input what may stand in its place without the divergence being lost")
	cmd.Flags().BoolVar(&deep.ladder, "ladder", false, "run the case under every version of Python, and name the step where it changes")
	cmd.Flags().BoolVar(&deep.matrix, "matrix", false, "try what could be changed on the py3 path, and say what settles the case, what else it settles and what it would break")
	return cmd
}

// repro is everything the page says.
type repro struct {
	Case      string    `json:"case"`
	Signature string    `json:"signature"`
	State     string    `json:"state"`
	Severity  string    `json:"severity"`
	View      string    `json:"view"`
	Settings  string    `json:"settings,omitempty"` // those of policies that are not the defaults
	Diverges  bool      `json:"diverges"`
	Where     string    `json:"where,omitempty"`
	Bytes     string    `json:"bytes,omitempty"`
	Py2       string    `json:"py2,omitempty"`
	Py3       string    `json:"py3,omitempty"`
	Rows      []string  `json:"rows,omitempty"` // the two rows cell by cell, if they have several
	Code      string    `json:"code,omitempty"` // the place in the team's own code
	Why       string    `json:"why,omitempty"`
	Fix       string    `json:"fix,omitempty"`
	Normalize string    `json:"normalize,omitempty"`
	Hits      string    `json:"hits,omitempty"`
	Confirmed []string  `json:"confirmed"`
	Run       []string  `json:"run"`
	Explain   []freedom `json:"explain,omitempty"` // asked for by --explain
	Ladder    []rung    `json:"ladder,omitempty"`  // asked for by --ladder
	Matrix    []try     `json:"matrix,omitempty"`  // asked for by --matrix
	// The code's revision that the case was recorded with and the present one, where
	// they differ.
	Revision    string `json:"revision,omitempty"`
	RevisionNow string `json:"revision_now,omitempty"`

	Frozen string `json:"frozen,omitempty"` // py2 was not run

	was   string // the recorded signature, where the case diverges for another reason now
	tried bool   // changes were tried, and Matrix has what settles the case
}

// replayed is a case run again: the delivery that the line is given, and what
// both paths did with it.
type replayed struct {
	line     *parity.Line
	delivery parity.Delivery
	c        *golden.Case
	outcomes [2]ingest.Outcome
}

// reproduce runs both paths of a case and explains what differs.
func reproduce(ctx context.Context, eng ingest.Engine, c *golden.Case, dir string, calls [2]*ingest.Call, frozen bool) (*repro, error) {
	run := &replayed{line: &parity.Line{Engine: eng, Calls: eng, NoRepeats: true}, c: c}
	run.delivery = parity.Delivery{
		Feed: c.Feed, Name: c.Filename, Data: bytes.NewReader(c.Input), Size: int64(len(c.Input)), Compare: c.Compare,
		Pair: ingest.Pair{Name: c.Pair, Py2: c.Py2, Py3: c.Py3},
	}
	if frozen {
		return run.frozen(ctx, eng, dir, calls)
	}
	for _, p := range ingest.Paths {
		var err error
		if run.delivery.Calls[p], err = c.Call(p, calls); err != nil {
			return nil, usageError("run it where the feed's feedparity.yaml is, or name that with --config", "run case %q: no configuration says how to call %s", c.Dir(), c.Calls[p])
		}
	}
	// The input is that of the view already, and the settings are complete.
	view := run.line.View(ctx, run.delivery, ingest.Raw)
	defer view.Close()
	if view.Err != nil {
		return nil, view.Err
	}
	r := newPage(c, dir, view.Result.Verdict == ingest.Diverge || view.Result.OrderDiffers)
	if !r.Diverges {
		return r, nil
	}
	if err := run.collect(ctx, eng); err != nil {
		return nil, err
	}
	r.explain(ctx, run, view)
	if c.View == ingest.Raw {
		r.Normalize = run.normalizing(ctx)
	}
	return r, nil
}

func newPage(c *golden.Case, dir string, diverges bool) *repro {
	r := &repro{Case: dir, Signature: c.Signature, State: string(c.State), Severity: c.Severity.String(), View: string(c.View),
		Diverges: diverges, Confirmed: c.Confirmed, Run: commands(c, dir)}
	if c.Hits.Count > 0 {
		r.Hits = hitsOf(c.Hits)
	}
	if c.Calls == [2]string{} {
		r.Settings = settingsOf(c)
	}
	return r
}

// settingsOf says what of a case's settings is not the default: what its divergence needs,
// since all else was tried without.
func settingsOf(c *golden.Case) string {
	three := c.Py3.Given()
	var two, both, parts []string
	for _, arg := range c.Py2.Given() {
		if i := slices.Index(three, arg); i >= 0 {
			both, three = append(both, arg), slices.Delete(three, i, i+1)
		} else {
			two = append(two, arg)
		}
	}
	for i, args := range [][]string{two, three, both} {
		if len(args) > 0 {
			parts = append(parts, []string{"py2", "py3", "both"}[i]+" "+strings.Join(args, " "))
		}
	}
	if len(parts) == 0 {
		return "the defaults"
	}
	return strings.Join(parts, "; ") + "; else the defaults"
}

// collect keeps both outcomes; a case's input is small.
func (run *replayed) collect(ctx context.Context, eng ingest.Engine) error {
	for _, p := range ingest.Paths {
		d := run.delivery
		rows, err := eng.Ingest(ctx, ingest.Input{Name: d.Name, Data: d.Data, Size: d.Size, Settings: run.c.Settings(p), Call: d.Calls[p]})
		if err != nil {
			return err
		}
		if run.outcomes[p], err = ingest.Collect(rows); err != nil {
			return err
		}
	}
	return nil
}

// chosen returns the finding of the case's signature, else the first.
func chosen(findings []classify.Finding, signature string) *classify.Finding {
	for i := range findings {
		if findings[i].Signature == signature {
			return &findings[i]
		}
	}
	if len(findings) > 0 {
		return &findings[0]
	}
	return nil
}

// explain fills in what there is to say about the first difference.
func (r *repro) explain(ctx context.Context, run *replayed, view parity.View) {
	f := chosen(view.Findings, r.Signature)
	if run.c.Handover != nil && len(view.Result.Divergences) > 0 {
		f = &classify.Finding{Signature: r.Signature, First: view.Result.Divergences[0]}
		f.Why, f.Fix = classify.Explain(classify.CachePickle, run.c.Py2, run.c.Py3)
	}
	if f == nil {
		return
	}
	if f.Signature != r.Signature {
		r.was, r.Signature, r.Severity = r.Signature, f.Signature, f.Severity.String()
	}
	r.Why, r.Fix, r.Code = f.Why, f.Fix, f.Place.String()
	if r.was == "" && run.c.Fix != "" {
		r.Fix = run.c.Fix // whoever reviewed the case knows better
	}
	r.show(ctx, run, f.First)
}

// show fills in where the first difference is and what is there.
func (r *repro) show(ctx context.Context, run *replayed, first diff.Divergence) {
	r.Where = run.c.Filename + ":" + place(first)
	r.Py2, r.Py3 = run.side(ingest.Py2, first), run.side(ingest.Py3, first)
	if first.Kind == diff.KindCell || first.Kind == diff.KindRowLength {
		r.Rows = run.compareRows(first)
	}
	where, data := run.locate(ctx, first)
	r.Where, r.Bytes = r.Where+where, data
}
