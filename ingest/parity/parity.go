// Package parity is the straight line for one delivery:
//
//	detect -> normalize -> run(py2), run(py3) -> diff -> classify -> shrink
//
// Line.Check takes a delivery as sent and reports, for the raw and for the
// normalized view, whether the two paths agree and, where they do not, why.
// Line.Minimize turns one finding into the smallest input that still shows it.
package parity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/normalize"
)

// Line runs deliveries. It is safe for concurrent use if its engines are.
type Line struct {
	// Engine runs policies; the team's own functions need one that can.
	Engine ingest.Engine
	// Calls runs the team's own functions, if a delivery has any.
	Calls ingest.Engine
	// MinimizeFor bounds the search for the smallest input of one finding. 0 means
	// some seconds, more for large inputs and the team's own code.
	MinimizeFor time.Duration
	// NoRepeats leaves it at the noise that a delivery's comparison names: calls are
	// not repeated to find more.
	NoRepeats bool
}

// Delivery is one file of a feed, as sent, and what its feed says about it.
type Delivery struct {
	Feed    string
	Name    string // the supplier's file name
	Data    io.ReaderAt
	Size    int64
	File    string // a file holding exactly these bytes, if there is one
	Charset string // what the supplier declares, "" if nothing
	History string // what the feed's earlier deliveries were in, "" if unknown
	Pair    ingest.Pair
	Calls   [2]*ingest.Call // by ingest.Path; nil where the policy is run
	Compare ingest.Comparison

	stable stable // what is known not to be noise
}

// Report is what the line found out about a delivery.
type Report struct {
	Feed     string
	Name     string
	Pair     string
	Detected detect.Result
	Views    []View // raw, then normalized
}

// View is what came of one view.
type View struct {
	View     ingest.View
	Py2, Py3 ingest.Settings // resolved: nothing in them is "detected"
	Result   diff.Result
	Compare  ingest.Comparison  // the delivery's, with all noise that was found
	Findings []classify.Finding // worst first
	Edits    Edits              // what the normalizer changed; empty for raw
	Warnings []string           // settings that came to nothing, such as columns that are not there; faults of which little is known
	// FaultLine is the line of the input, counted from 1, at which both paths of a call
	// raise the fault they agree about; 0 where that is not known, or no line is needed.
	FaultLine int
	Stale     []Stale // what the pair declares and the code does otherwise; of the raw view alone
	// Err says why the paths were not compared; Result.Verdict is then
	// ingest.NotCompared.
	Err error

	input  input
	stable stable
	seen   [2]*ingest.Recording // by path, of a call
}

// Edits counts what the normalizer did.
type Edits struct {
	Count  int
	ByKind map[normalize.Kind]int
}

// Close releases what the views hold. The report stays readable, but nothing of
// it can be minimized afterwards.
func (r *Report) Close() {
	for i := range r.Views {
		r.Views[i].Close()
	}
}

// Close releases what a view that did not come from Check holds.
func (v *View) Close() { v.input.release() }

// notCompared makes v say why nothing is known about it. What was found up to
// then does not count: a broken harness may have been the reason.
func (v *View) notCompared(err error) {
	v.Err, v.Findings = err, nil
	v.Result = diff.Result{Verdict: ingest.NotCompared, Severity: ingest.Info}
}

// Worst returns the verdict that speaks for the whole delivery: the first of
// not-compared, diverge, parity, agree-fault, agree-empty that a view has.
func (r *Report) Worst() ingest.Verdict {
	for _, v := range []ingest.Verdict{ingest.NotCompared, ingest.Diverge, ingest.Parity, ingest.AgreeFault} {
		for _, view := range r.Views {
			if view.Result.Verdict == v {
				return v
			}
		}
	}
	return ingest.AgreeEmpty
}

// detection is how a delivery is to be looked at. The team's own functions may parse
// what is no table.
func (d *Delivery) detection() detect.Options {
	return detect.Options{Declared: d.Charset, History: d.History, Brief: true, Markup: d.Calls != [2]*ingest.Call{}}
}

// ErrBinary says that a delivery is no text, such as a spreadsheet named .csv, or a page.
var ErrBinary = errors.New("not a CSV file")

// Check runs the whole line on a delivery. The error is our own failure to read
// it; a path that could not be run or compared is reported in its View.
func (l *Line) Check(ctx context.Context, d Delivery) (*Report, error) {
	found, err := d.detect(ctx)
	if err != nil {
		return nil, err
	}
	views := []ingest.View{ingest.Raw, ingest.Normalized}
	r := &Report{Feed: d.Feed, Name: d.Name, Pair: d.Pair.Name, Detected: found, Views: make([]View, 0, len(views))}
	var raw *View
	for n, v := range views {
		r.Views = append(r.Views, l.view(ctx, d, found, v, raw))
		raw = &r.Views[n] // there is room for all of them
		d.Compare.Noise, d.stable = raw.Compare.Noise, raw.stable
		if ctx.Err() != nil {
			r.Close()
			return nil, fmt.Errorf("check %q: %w", d.Name, ctx.Err())
		}
	}
	r.Views[0].Warnings = append(slices.Clip(r.Views[0].Warnings), alarms(found)...) // both views may have them
	return r, nil
}

// detect finds out what a delivery is that is to be run in both views.
func (d *Delivery) detect(ctx context.Context) (detect.Result, error) {
	found, err := detect.Detect(stoppable{ctx, d.Data}, d.Size, d.detection())
	if err == nil && found.Binary != "" {
		err = fmt.Errorf("%w: it %s", ErrBinary, found.Why)
	}
	if err != nil {
		return found, fmt.Errorf("detect %q: %w", d.Name, err)
	}
	return found, nil
}

// stoppable is a delivery for what takes no context and reads it from end to end: once
// ctx has ended, there is nothing more to read.
type stoppable struct {
	ctx context.Context
	io.ReaderAt
}

// ReadAt implements io.ReaderAt.
func (s stoppable) ReadAt(p []byte, off int64) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.ReaderAt.ReadAt(p, off)
}

// alarms words what detection has to say against what was known beforehand, and of
// deliveries in more than one charset, encoded twice or with torn characters.
func alarms(found detect.Result) []string {
	var out []string
	for _, a := range found.Alarms {
		said := map[string]string{"declared": "the supplier declares", "history": "earlier deliveries were in"}[a.Source]
		out = append(out, fmt.Sprintf("charset: read as %s; %s %s, which %s", found.Charset, said, a.Charset, a.Why))
	}
	if found.Doubled.Layers > 0 {
		out = append(out, "charset: "+found.Doubled.String())
	}
	if found.Torn.Count > 0 {
		out = append(out, "charset: read as utf-8, but "+found.Torn.String())
	}
	if n := len(found.Mixed); n > 0 {
		out = append(out, fmt.Sprintf("charset: %s are in %s, others in %s", found.Mixed[1].Where(), found.Mixed[1].Charset, found.Mixed[0].Charset))
		if found.MoreMixed {
			out = append(out, fmt.Sprintf("charset: changes more than %d times; which rows after %d are in which is not known", n-1, found.Mixed[n-1].LastRow))
		}
	}
	return out
}

// View runs one view of a delivery, such as the input of a golden case. It must
// be closed. Detection decides only what the pair leaves to it, and the charset
// that the normalizer reads.
func (l *Line) View(ctx context.Context, d Delivery, v ingest.View) View {
	out := View{View: v, Compare: d.Compare}
	if v == ingest.Raw && !asksDetection(d.Pair) && d.Pair.Py2.Dialect != nil && d.Pair.Py3.Dialect != nil {
		return l.view(ctx, d, detect.Result{}, v, nil)
	}
	found, err := detect.Detect(stoppable{ctx, d.Data}, d.Size, d.detection())
	if err == nil && found.Binary != "" && (v == ingest.Normalized || asksDetection(d.Pair)) {
		err = fmt.Errorf("%w: it %s", ErrBinary, found.Why)
	}
	if err != nil {
		out.notCompared(fmt.Errorf("detect %q: %w", d.Name, err))
		return out
	}
	return l.view(ctx, d, found, v, nil)
}

func asksDetection(p ingest.Pair) bool {
	return p.Py2.Codec == ingest.Detected || p.Py3.Codec == ingest.Detected
}

// view runs one view of a delivery; raw is what came of the raw one, nil if it was not run.
func (l *Line) view(ctx context.Context, d Delivery, found detect.Result, v ingest.View, raw *View) View {
	out, err := prepared(ctx, d, found, v)
	switch {
	case err != nil:
	case raw != nil && out.repeats(raw, found, d.Calls):
		out.repeat(raw)
	default:
		err = l.compare(ctx, d, &out)
	}
	if err != nil {
		out.notCompared(err)
	}
	if v == ingest.Raw {
		out.Stale = stale(d, out.seen)
	}
	return out
}

// prepared is a view that has not been run.
func prepared(ctx context.Context, d Delivery, found detect.Result, v ingest.View) (out View, err error) {
	out = View{View: v, Compare: d.Compare, input: input{data: d.Data, size: d.Size, file: d.File}}
	out.Py2 = d.Pair.Py2.Resolve(found.Charset, found.Dialect.For(ingest.Py2)).ForView(v)
	out.Py3 = d.Pair.Py3.Resolve(found.Charset, found.Dialect.For(ingest.Py3)).ForView(v)
	if v == ingest.Normalized {
		out.input, out.Edits, err = normalized(ctx, d, found)
	}
	return out, err
}

// compare runs both paths over a view and explains what differs.
func (l *Line) compare(ctx context.Context, d Delivery, v *View) error {
	run := l.engine(d)
	res, err := l.run(ctx, run, d, v)
	if err == nil {
		res, err = l.quiet(ctx, run, d, v, res)
	}
	if err == nil {
		res, err = l.placed(ctx, run, d, v, res)
	}
	if err == nil && res.Verdict == ingest.Parity && !res.Judged {
		err = nothingJudged(v.Compare)
	}
	if err != nil {
		return err
	}
	v.Result = res
	if res.Verdict != ingest.Diverge && !res.OrderDiffers {
		return nil
	}
	v.Findings, err = classify.Findings(ctx, run, v.caseOf(d), res)
	return err
}

// Covers reports whether all divergences that a finding of a view is about are ones that
// a rule allows. It runs both paths once more where the view has not kept them all.
func (l *Line) Covers(ctx context.Context, d Delivery, v *View, signature string, allows func(diff.Divergence) bool) (bool, error) {
	all, some := true, false
	_, _, err := classify.Tally(ctx, l.engine(d), v.caseOf(d), v.Result, v.Findings, func(n int, one diff.Divergence) {
		if v.Findings[n].Signature == signature {
			all, some = allows(one) && all, true // all are asked about
		}
	})
	return all && some && err == nil, err
}

func (v *View) caseOf(d Delivery) classify.Case {
	return classify.Case{Name: d.Name, Data: v.input.data, Size: v.input.size, Py2: v.Py2, Py3: v.Py3, Compare: v.Compare, Call: d.Calls != [2]*ingest.Call{}}
}

func (l *Line) run(ctx context.Context, run ingest.Engine, d Delivery, v *View) (diff.Result, error) {
	rows, err := open(ctx, run, d, v)
	if err != nil {
		return diff.Result{}, err
	}
	for _, r := range rows {
		defer r.Close()
	}
	named, watched := namedColumns(d, v), rows
	for p, r := range rows {
		watched[p] = named.watch(r, d.Calls[p] != nil)
	}
	res, err := diff.Compare(watched[ingest.Py2], watched[ingest.Py3], v.Compare)
	v.warn(named.warnings()...)
	for p, r := range rows {
		if v.seen[p] = ingest.RecordingOf(r); v.seen[p] != nil {
			v.ranOn(ingest.Path(p), v.seen[p].Python)
		}
	}
	return res, err
}

// ranOn has a view's settings tell the version that made the call, such as "3.11.7", in
// the place of the one that a policy would have been run as.
func (v *View) ranOn(path ingest.Path, full string) {
	s := v.settings(path)
	parts := strings.SplitN(full, ".", 3)
	if py, err := ingest.ParsePython(strings.Join(parts[:min(2, len(parts))], ".")); err == nil && py.Path() == path {
		s.Python = py
	}
}

// Rows runs both paths of a view, of which View has told the settings, and returns
// their outcomes as they stream. The caller closes both.
func (l *Line) Rows(ctx context.Context, d Delivery, v *View) ([2]ingest.Rows, error) {
	return open(ctx, l.engine(d), d, v)
}

func open(ctx context.Context, run ingest.Engine, d Delivery, v *View) (rows [2]ingest.Rows, err error) {
	for _, path := range ingest.Paths {
		if rows[path], err = run.Ingest(ctx, v.inputOf(d, path)); err != nil {
			if path == ingest.Py3 {
				rows[ingest.Py2].Close()
			}
			return rows, err
		}
	}
	return rows, nil
}

// inputOf is the view's bytes as a path is given them.
func (v *View) inputOf(d Delivery, path ingest.Path) ingest.Input {
	return ingest.Input{Name: d.Name, Data: v.input.data, Size: v.input.size, File: v.input.file, Settings: *v.settings(path)}
}

// warn adds warnings, each once.
func (v *View) warn(warnings ...string) {
	for _, w := range warnings {
		if !slices.Contains(v.Warnings, w) {
			v.Warnings = append(v.Warnings, w)
		}
	}
}

// engine returns what runs both paths of a delivery.
func (l *Line) engine(d Delivery) ingest.Engine {
	if d.Calls == [2]*ingest.Call{} {
		return l.Engine
	}
	return caller{l, d.Calls}
}

// caller puts the team's own function in the place of a policy.
type caller struct {
	line  *Line
	calls [2]*ingest.Call
}

// Ingest runs the path's function, or its policy where it has none.
func (c caller) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	call := c.calls[in.Settings.Python.Path()]
	if call == nil {
		return c.line.Engine.Ingest(ctx, in)
	}
	if c.line.Calls == nil {
		return nil, &ingest.HarnessError{Code: "no-interpreter", Path: in.Settings.Python.Path(),
			Msg: "the feed's call " + call.Function + " needs a real Python", Hint: "feedparity doctor lists the interpreters that are found"}
	}
	in.Call = call
	return c.line.Calls.Ingest(ctx, in)
}
