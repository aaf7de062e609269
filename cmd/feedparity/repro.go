package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/parity"
)

const reproLong = `Runs a golden case again and shows the first difference: where it is, the input's
bytes, both values, why Python reads them differently, what to change, and what
normalizing the delivery would do. Exit status 1 while the case diverges, 0 if the
paths now agree. The case's own repro.py does it without feedparity.`

func newRepro(std streams) *cobra.Command {
	var engine engineFlags
	var f goldenFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "repro CASE",
		Short: "Run a golden case again and explain its first difference",
		Long:  reproLong,
		Example: `  feedparity repro golden/cases/acme/mojibake-1b2c3d4e
  feedparity repro --engine interpreter feedparity-demo/golden/hanse/case-mapping-0a1b2c3d
  python2.7 CASE/repro.py; python3 CASE/repro.py`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, dir, err := loadCase(args[0])
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
			r, err := reproduce(cmd.Context(), eng, c, callsOf(cfg, c))
			if err != nil {
				return err
			}
			r.Case = dir
			if asJSON {
				err = writeJSON(std.out, r)
			} else {
				r.print(std.out)
			}
			if err != nil || !r.Diverges {
				return err
			}
			return exit(statusDiverge)
		},
	}
	engine.add(cmd)
	cmd.Flags().StringVar(&f.config, "config", "feedparity.yaml", "configuration file, for cases of the team's own code")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// repro is everything the page says.
type repro struct {
	Case      string   `json:"case"`
	Signature string   `json:"signature"`
	State     string   `json:"state"`
	Severity  string   `json:"severity"`
	Diverges  bool     `json:"diverges"`
	Where     string   `json:"where,omitempty"`
	Bytes     string   `json:"bytes,omitempty"`
	Py2       string   `json:"py2,omitempty"`
	Py3       string   `json:"py3,omitempty"`
	Why       string   `json:"why,omitempty"`
	Fix       string   `json:"fix,omitempty"`
	Normalize string   `json:"normalize,omitempty"`
	Confirmed []string `json:"confirmed"`
	Run       []string `json:"run"`

	rows string // go-cmp's view of the two rows, for people
}

// reproduce runs both paths of a case and explains what differs.
func reproduce(ctx context.Context, eng ingest.Engine, c *golden.Case, calls [2]*ingest.Call) (*repro, error) {
	line := &parity.Line{Engine: eng, Calls: eng}
	d := parity.Delivery{
		Feed: c.Feed, Name: c.Filename, Data: bytes.NewReader(c.Input), Size: int64(len(c.Input)), Compare: c.Compare,
		Pair: ingest.Pair{Name: c.Pair, Py2: c.Py2, Py3: c.Py3}, Charset: c.Py3.Codec,
	}
	for p := range calls {
		if c.Calls[p] != "" {
			if calls[p] == nil {
				return nil, usageError("run it where the feed's feedparity.yaml is, or name that with --config", "run case %q: no configuration says how to call %s", c.Dir(), c.Calls[p])
			}
			d.Calls[p] = calls[p]
		}
	}
	// The input is that of the view already, and the settings are complete.
	view := line.View(ctx, d, ingest.Raw)
	if view.Err != nil {
		return nil, view.Err
	}
	r := &repro{Signature: c.Signature, State: string(c.State), Severity: c.Severity.String(), Diverges: view.Result.Verdict == ingest.Diverge || view.Result.OrderDiffers,
		Confirmed: c.Confirmed, Fix: c.Fix}
	r.commands(c)
	if f := chosen(view.Findings, c.Signature); f != nil {
		r.explain(ctx, d, c, f)
		r.rows = compareRows(c, f.First)
	}
	if c.View == ingest.Raw {
		r.Normalize = normalizing(line.View(ctx, d, ingest.Normalized))
	}
	return r, nil
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

func (r *repro) explain(ctx context.Context, d parity.Delivery, c *golden.Case, f *classify.Finding) {
	first := f.First
	r.Signature, r.Severity, r.Why = f.Signature, f.Severity.String(), f.Why
	if r.Fix == "" {
		r.Fix = f.Fix
	}
	r.Where = c.Filename + ":" + place(first)
	r.Py2, r.Py3 = side(first.Py2Fault, first.Py2, first.Py2Row), side(first.Py3Fault, first.Py3, first.Py3Row)
	if span, ok := locate(ctx, d, first); ok {
		r.Where += fmt.Sprintf(", byte %#x", span.Start)
		r.Bytes = hexRange(c.Input, span)
	} else if len(c.Input) <= 64 {
		r.Bytes = fmt.Sprintf("% x (the whole input)", c.Input)
	}
}

// place names a divergence's row and column.
func place(d diff.Divergence) string {
	row := d.Py2Row
	if row == 0 {
		row = d.Py3Row
	}
	s := fmt.Sprintf("row %d", row)
	if d.Column > 0 {
		s += fmt.Sprintf(", column %d", d.Column)
		if d.Name != "" {
			s += fmt.Sprintf(" %q", visible(d.Name))
		}
	}
	return s
}

// side shows what one path has at the place.
func side(f *ingest.Fault, v ingest.Value, row int) string {
	switch {
	case f != nil:
		return "raises " + f.Type + ": " + visible(f.Message)
	case row == 0:
		return "no such row"
	}
	return describe(v)
}

// locate finds the bytes of a cell, or of the record in which a path raised, by
// an embedded read that follows the path that got further.
func locate(ctx context.Context, d parity.Delivery, first diff.Divergence) (embedded.Span, bool) {
	if d.Calls != [2]*ingest.Call{} {
		return embedded.Span{}, false // the Settings are not what the team's code does
	}
	for _, try := range []struct {
		s   ingest.Settings
		row int
	}{{d.Pair.Py3, first.Py3Row}, {d.Pair.Py2, first.Py2Row}} {
		if try.row == 0 || first.Column == 0 {
			continue
		}
		in := ingest.Input{Name: d.Name, Data: d.Data, Size: d.Size, Settings: try.s}
		if span, ok := embedded.New().Locate(ctx, in, try.row, first.Column); ok {
			return span, true
		}
	}
	return embedded.Span{}, false
}

// maxBytes bounds how many bytes of a cell are shown.
const maxBytes = 48

func hexRange(data []byte, s embedded.Span) string {
	b := data[s.Start:s.End]
	if len(b) > maxBytes {
		return fmt.Sprintf("% x ... (%d bytes)", b[:maxBytes], len(b))
	}
	if len(b) == 0 {
		return "none: the cell is empty"
	}
	return fmt.Sprintf("% x", b)
}

// compareRows lets go-cmp show the two rows, where both paths have one.
func compareRows(c *golden.Case, d diff.Divergence) string {
	rows := [2][]string{}
	for p, n := range [2]int{d.Py2Row, d.Py3Row} {
		if n < 1 || n > len(c.Outcomes[p].Rows) {
			return ""
		}
		for _, v := range c.Outcomes[p].Rows[n-1].Value.Items {
			rows[p] = append(rows[p], describe(v))
		}
	}
	return cmp.Diff(rows[ingest.Py2], rows[ingest.Py3])
}

// normalizing says in a sentence what the normalizer does about the divergence.
func normalizing(v parity.View) string {
	switch {
	case v.Err != nil:
		return "the delivery cannot be normalized: " + oneLine(v.Err.Error())
	case v.Result.Verdict != ingest.Diverge:
		return fmt.Sprintf("settles it: %s, then %s", plural(v.Edits.Count, "edit"), v.Result.Verdict)
	}
	return fmt.Sprintf("does not settle it: %s, and the paths still diverge (%s)", plural(v.Edits.Count, "edit"), causes(v.Findings))
}

func causes(findings []classify.Finding) string {
	var out []string
	for _, f := range findings {
		out = append(out, string(f.Cause))
	}
	return strings.Join(out, ", ")
}

// commands lists how to run the paths one by one, with us and without.
func (r *repro) commands(c *golden.Case) {
	for _, p := range ingest.Paths {
		if c.Calls[p] == "" {
			r.Run = append(r.Run, "feedparity ingest "+c.Settings(p).String()+" input.csv")
		}
	}
	r.Run = append(r.Run, "python2.7 repro.py; python3 repro.py")
}

func (r *repro) print(w io.Writer) {
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-10s %s\n", name, value)
		}
	}
	field("case", fmt.Sprintf("%s (%s, %s)", filepath.ToSlash(r.Case), r.State, r.Severity))
	field("signature", r.Signature)
	if !r.Diverges {
		fmt.Fprintln(w, "the paths now agree: feedparity golden replay says whether they should")
		return
	}
	field("where", r.Where)
	field("bytes", r.Bytes)
	field("py2", r.Py2)
	field("py3", r.Py3)
	field("why", r.Why)
	field("fix", r.Fix)
	field("normalize", r.Normalize)
	field("confirmed", orNone(strings.Join(r.Confirmed, ", ")))
	for _, l := range strings.Split(strings.TrimRight(r.rows, "\n"), "\n") {
		if strings.TrimSpace(l) != "" {
			fmt.Fprintf(w, "  %s\n", strings.ReplaceAll(l, "\u00a0", " "))
		}
	}
	for i, run := range r.Run {
		field([]string{"run", ""}[min(i, 1)], run)
	}
}
