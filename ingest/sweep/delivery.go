package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/state"
)

// delivery fetches one delivery, runs the line on it, files its cases and records
// it, in that order: whoever dies in between repeats the rest.
func (s *sweeper) delivery(ctx context.Context, f config.Feed, src fetch.Source, t task) Delivery {
	out := Delivery{Feed: f.Name, Path: t.entry.Path, Name: t.entry.Name(), Pair: f.Pair.Name}
	got, err := s.obtain(ctx, f, src, t)
	if err == nil {
		out.SHA256 = got.sha256
		err = s.runDelivery(ctx, f, t, got, &out)
	}
	if err != nil {
		out.Err = fmt.Errorf("delivery %q: %w", out.Name, err)
	}
	return out
}

func (s *sweeper) runDelivery(ctx context.Context, f config.Feed, t task, got fetched, out *Delivery) error {
	keys := s.keys(f, got.sha256)
	known := true
	for _, k := range keys {
		has, err := s.State.Has(ctx, k)
		if err != nil {
			return err
		}
		known = known && has
	}
	if known {
		out.Known = true
		_, err := s.State.Record(ctx, s.run, out.Path, nil, s.Now())
		return err
	}
	s.observe(Event{Feed: f.Name, Delivery: out.Name, What: "running"})
	file, err := os.Open(got.file)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	d := parity.Delivery{Feed: f.Name, Name: out.Name, Data: file, Size: info.Size(), File: got.file, Charset: f.Charset, Pair: f.Pair, Calls: f.Calls, Compare: f.Compare}
	rep, err := s.Line.Check(ctx, d)
	if err != nil {
		return err
	}
	defer rep.Close()
	out.Detected = rep.Detected
	for i := range rep.Views {
		v, err := s.view(ctx, d, t, rep, i, got)
		if err != nil {
			return err
		}
		out.Views = append(out.Views, v)
	}
	return s.record(ctx, out, keys, rep)
}

// keys name the two comparisons of a delivery for ever.
func (s *sweeper) keys(f config.Feed, sum string) []state.Key {
	h := sha256.New()
	fmt.Fprintln(h, f.Pair.Py2, f.Pair.Py3, f.Charset, f.Compare)
	for _, c := range f.Calls {
		if c != nil {
			fmt.Fprintln(h, *c)
		}
	}
	settings := hex.EncodeToString(h.Sum(nil))
	var out []state.Key
	for _, v := range []ingest.View{ingest.Raw, ingest.Normalized} {
		out = append(out, state.Key{Feed: f.Name, SHA256: sum, View: v, Settings: settings, Revision: s.Revision, Engine: s.Engine})
	}
	return out
}

// view turns the line's report of a view into the sweep's, with a golden case for
// every signature the feed has not shown yet.
func (s *sweeper) view(ctx context.Context, d parity.Delivery, t task, rep *parity.Report, i int, got fetched) (View, error) {
	v := &rep.Views[i]
	out := ViewOf(v)
	for n, f := range v.Findings {
		found := &out.Findings[n]
		counter, seen, err := s.State.Signature(ctx, d.Feed, f.Signature)
		if err != nil {
			return out, err
		}
		switch {
		case seen:
			found.Case = counter.Dir
		case v.View == ingest.Normalized && shows(rep.Views[0].Findings, f.Signature):
			// One case per signature: the raw view has it, under the same directory.
			found.Case = filepath.Join(s.inbox.Root(), filepath.FromSlash((&golden.Case{Feed: d.Feed, Cause: found.Cause, Signature: f.Signature}).Dir()))
		default:
			found.New = true
			found.Case, found.Err = s.file(ctx, d, t, v, f, got)
			if ctx.Err() != nil {
				return out, ctx.Err()
			}
		}
	}
	return out, nil
}

// ViewOf takes over what the line found out about a view; no finding has a case yet.
func ViewOf(v *parity.View) View {
	out := View{View: v.View, Verdict: v.Result.Verdict, Severity: v.Result.Severity, Py2Rows: v.Result.Py2Rows, Py3Rows: v.Result.Py3Rows, Err: v.Err}
	for _, f := range v.Findings {
		out.Findings = append(out.Findings, Finding{Cause: string(f.Cause), Signature: f.Signature, Severity: f.Severity, Count: f.Count})
	}
	return out
}

func shows(findings []classify.Finding, signature string) bool {
	return slices.ContainsFunc(findings, func(f classify.Finding) bool { return f.Signature == signature })
}

// file writes a golden case to the inbox.
func (s *sweeper) file(ctx context.Context, d parity.Delivery, t task, v *parity.View, f classify.Finding, got fetched) (string, error) {
	c, err := golden.FromFinding(ctx, s.Line, d, v, f, s.Judge)
	if c == nil {
		return "", fmt.Errorf("write case %s: %w", f.Signature, err)
	}
	c.Found("sweep", s.Now(), got.sha256, t.entry.Path, t.entry.MTime, s.Revision)
	dir, _, werr := s.inbox.Write(c)
	if werr != nil {
		return "", fmt.Errorf("write case %s: %w", f.Signature, werr)
	}
	return dir, err
}

// record remembers what the views gave.
func (s *sweeper) record(ctx context.Context, out *Delivery, keys []state.Key, rep *parity.Report) error {
	var outcomes []state.Outcome
	for i, v := range out.Views {
		o := state.Outcome{Key: keys[i], Charset: rep.Detected.Charset, Pair: out.Pair, Verdict: v.Verdict, Severity: v.Severity}
		if v.Err != nil {
			o.Error = v.Err.Error()
		}
		for _, f := range v.Findings {
			o.Findings = append(o.Findings, state.Finding{Signature: f.Signature, Cause: f.Cause, Dir: f.Case})
		}
		outcomes = append(outcomes, o)
	}
	_, err := s.State.Record(ctx, s.run, out.Path, outcomes, s.Now())
	return err
}

// ErrModel reports whether any finding showed the models to be wrong.
func (r *Result) ErrModel() error {
	var model *golden.ModelError
	for _, f := range r.Findings() {
		if errors.As(f.Err, &model) {
			return model
		}
	}
	return nil
}

// Worst returns the most severe finding that has a case: new ones before known
// ones, nil if there is none.
func (r *Result) Worst() *Finding {
	var worst *Finding
	for _, f := range r.Findings() {
		better := worst == nil || f.New && !worst.New || f.New == worst.New && f.Severity < worst.Severity
		if f.Case != "" && f.Severity != ingest.Info && better {
			worst = &f
		}
	}
	return worst
}

// String names the delivery for a log.
func (d Delivery) String() string { return strings.Join([]string{d.Feed, d.Name}, "/") }
