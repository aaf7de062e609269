package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/found"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/report"
)

const checkLong = `Runs the whole line on local files without any configuration: detects charset and
dialect, runs the py2 and the py3 path on the file as it is and normalized, and says
where they differ and why. It writes nothing unless --golden names a directory.`

// checkFlags are the options of check.
type checkFlags struct {
	engine  engineFlags
	pairs   []string
	charset string
	clean   []string
	types   []string
	reader  string
	golden  string
	fail    string
	json    bool
}

func newCheck(std streams) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check FILE...",
		Short: "Run both paths on local files and say where they differ",
		Long:  checkLong,
		Example: `  feedparity check stock.csv
  feedparity check --pairs all prices.csv
  feedparity check --pairs latin1-utf8,naive --type qty=int --golden /tmp/cases prices.csv`,
		Args: wantArgs(1, -1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCheck(cmd.Context(), std, &f, args)
		},
	}
	f.engine.add(cmd)
	fs := cmd.Flags()
	fs.StringSliceVar(&f.pairs, "pairs", []string{"detected"}, "built-in `PAIRS` of policies, or all: "+strings.Join(pairNames(), ", "))
	fs.StringVar(&f.charset, "charset", "", "the charset the supplier says it sends (default: detected)")
	fs.StringArrayVar(&f.clean, "clean", nil, "cleaning `STEP` on both paths, such as strip or replace:old:new; in order")
	fs.StringArrayVar(&f.types, "type", nil, "convert a column on both paths, such as qty=int or 'price=float|round:2' (`COLUMN=TYPE`)")
	fs.StringVar(&f.reader, "reader", string(ingest.RowReader), "reader or dict (csv.DictReader)")
	fs.StringVar(&f.golden, "golden", "", "write golden cases to this `DIR`")
	fs.StringVar(&f.fail, "fail-on", "any", "which divergences make the exit status 1: any, new, open (nobody accepted them), silent or never")
	fs.BoolVar(&f.json, "json", false, "print one JSON document instead of the table")
	must(cmd.RegisterFlagCompletionFunc("pairs", cobra.FixedCompletions(append(pairNames(), "all"), cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

func pairNames() []string {
	var out []string
	for _, p := range ingest.Builtin() {
		out = append(out, p.Name)
	}
	return out
}

// choose returns the pairs asked for, with the cleaning and types of both paths.
func (f *checkFlags) choose() ([]ingest.Pair, error) {
	var out []ingest.Pair
	for _, name := range f.pairs {
		if name == "all" {
			out = ingest.Builtin()
			break
		}
		p, err := ingest.BuiltinPair(name)
		if err != nil {
			return nil, usageError("", "read --pairs: %w", err)
		}
		out = append(out, p)
	}
	cells := settingsFlags{as: "py3", codec: "utf-8", errors: "strict", reader: f.reader, clean: f.clean, types: f.types}
	s, err := cells.settings()
	if err != nil {
		return nil, err
	}
	for i := range out {
		for _, p := range []*ingest.Settings{&out[i].Py2, &out[i].Py3} {
			p.Clean, p.Types, p.Reader = s.Clean, s.Types, s.Reader
		}
	}
	return out, nil
}

// checker is a check under way.
type checker struct {
	std   streams
	flags *checkFlags
	pairs []ingest.Pair
	eng   engines
	cases *golden.Store // nil where none are written
	seen  []checked
	doc   report.Document
}

// checked is what came of one pair on one file.
type checked struct {
	name  string
	line  report.Delivery // what is the same for every view
	views []found.View
}

func runCheck(ctx context.Context, std streams, f *checkFlags, names []string) error {
	if err := checkFailOn(f.fail); err != nil {
		return err
	}
	c := &checker{std: std, flags: f, doc: report.Document{Schema: report.Schema, Version: version(), Engine: f.engine.name, Started: time.Now().UTC()}}
	var err error
	if c.pairs, err = f.choose(); err != nil {
		return err
	}
	run, closeRun, err := f.engine.open(ctx)
	if err != nil {
		return err
	}
	defer closeRun()
	if f.golden != "" {
		c.cases = golden.NewStore(f.golden)
	}
	c.eng = openEngines(ctx, run, c.cases != nil, f.engine.pythons...)
	defer c.eng.close()
	failed := eachFile(ctx, std, names, func(name string, in ingest.Input) error { return c.file(ctx, name, in) })
	if err := c.print(); err != nil {
		return err
	}
	return exit(max(statusOf(failed), c.status()))
}

// statusOf reads back the status that eachFile ended with; what it had to
// say has been said.
func statusOf(err error) int {
	if err == nil {
		return statusOK
	}
	if se, ok := err.(*statusError); ok {
		return se.status
	}
	return statusIncomplete
}

// file runs every pair on one file.
func (c *checker) file(ctx context.Context, name string, in ingest.Input) error {
	detected, err := detect.Detect(in.Data, in.Size, detect.Options{Declared: c.flags.charset})
	if err != nil {
		return fmt.Errorf("check %q: %w", name, err)
	}
	if detected.Binary != "" {
		return usageError(notCSVHint, "check %q: not a CSV file: %s", name, detected.Why)
	}
	for _, pair := range c.pairs {
		d := parity.Delivery{Feed: "check", Name: in.Name, Data: in.Data, Size: in.Size, File: in.File, Charset: c.flags.charset, Pair: pair}
		rep, err := c.eng.line.Check(ctx, d)
		if err != nil {
			return err
		}
		out := checked{name: name, line: report.Delivery{Delivery: name, Charset: rep.Detected.Charset, Pair: pair.Name}}
		for i := range rep.Views {
			v := found.Of(&rep.Views[i])
			c.write(ctx, d, rep, i, &v)
			out.views = append(out.views, v)
		}
		rep.Close()
		c.seen = append(c.seen, out)
	}
	return ctx.Err()
}

// write files a case for each finding, if --golden asks for it.
func (c *checker) write(ctx context.Context, d parity.Delivery, rep *parity.Report, i int, out *found.View) {
	if c.cases == nil {
		return
	}
	view := &rep.Views[i]
	for n, f := range view.Findings {
		if view.View == ingest.Normalized && hasSignature(rep.Views[0].Findings, f.Signature) {
			continue // the raw view's case is this one
		}
		gc, err := golden.FromFinding(ctx, c.eng.line, d, view, f, c.eng.judge)
		var model *golden.ModelError
		if gc != nil && !errors.As(err, &model) { // a case built on a wrong model would be a false one
			gc.Found("check", time.Now(), "", d.Name, time.Time{}, "")
			var werr error
			if out.Findings[n].Case, out.Findings[n].New, werr = c.cases.Write(gc); werr == nil {
				out.Findings[n].Regressed, werr = regressed(c.cases, gc, "check", d.Name)
			}
			if werr != nil {
				err = werr
			}
		}
		out.Findings[n].Err = err
	}
}

func hasSignature(findings []classify.Finding, signature string) bool {
	for _, f := range findings {
		if f.Signature == signature {
			return true
		}
	}
	return false
}

func (c *checker) print() error {
	for _, d := range c.seen {
		failure := kind
		if c.flags.json {
			failure = error.Error
		}
		for _, l := range lines(d.line, d.views, relative, failure) {
			l.State = ""
			c.doc.Deliveries = append(c.doc.Deliveries, l)
		}
		printViewFailures(c.std, "check "+strconv.Quote(d.name), nil, d.views)
	}
	if c.flags.json {
		c.doc.Ended = time.Now().UTC()
		c.doc.Finish()
		return report.JSON(c.std.out, c.doc)
	}
	if len(c.doc.Deliveries) == 0 {
		return nil // what there was to say has been said on stderr
	}
	return report.Table(c.std.out, c.doc.Deliveries)
}

func (c *checker) status() int {
	worst := statusOK
	for _, d := range c.seen {
		for _, v := range d.views {
			if v.Verdict == ingest.NotCompared {
				return statusIncomplete
			}
			for _, f := range v.Findings {
				if f.Err != nil {
					return statusIncomplete
				}
				if f.Severity != ingest.Info && counts(c.flags.fail, asNew(f), c.cases) {
					worst = statusDiverge
				}
			}
		}
	}
	return worst
}

// asNew takes a finding of a check for new: nothing remembers earlier ones.
func asNew(f found.Finding) found.Finding {
	f.New = true
	return f
}
