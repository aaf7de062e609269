package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/found"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/unpack"
)

// try runs what is to be done with a delivery and keeps what went wrong with it: the
// feed's other deliveries are still worth a look.
func (s *sweeper) try(ctx context.Context, f config.Feed, t task, out *Delivery, do func() error) {
	err := guarded(do)
	if t.gone && hopeless(err) {
		err = s.drop(ctx, f, t, err, out)
	}
	if err != nil {
		out.Err = wrong(out, err)
	}
}

func guarded(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	return do()
}

// hopeless reports whether no sweep will ever be able to run a delivery.
func hopeless(err error) bool {
	for _, never := range []error{parity.ErrBinary, unpack.ErrCorrupt, unpack.ErrEncrypted, unpack.ErrTooLarge, unpack.ErrNested, unpack.ErrEmpty, unpack.ErrMethod} {
		if errors.Is(err, never) {
			return true
		}
	}
	return false
}

// drop settles a delivery that no sweep will ever be able to run, such as a
// spreadsheet, once the supplier has taken it away: it is said a last time. What came
// in its place under its name is another delivery.
func (s *sweeper) drop(ctx context.Context, f config.Feed, t task, cause error, out *Delivery) error {
	if err := s.State.Done(ctx, f.Name, t.entry.Path, t.known.SHA256, s.Now()); err != nil {
		return err
	}
	out.Dropped = true
	return fmt.Errorf("%w; the supplier offers it no more, so it is not tried again", cause)
}

// content is what a delivery holds.
type content struct {
	data io.ReaderAt
	size int64
	file string // that holds it, "" for memory
}

// run runs the line on a delivery, files its cases, and returns what is to be recorded:
// nothing where the next sweep is to try again.
func (c *checking) run(ctx context.Context, t task, in content, out *Delivery) ([]state.Outcome, error) {
	s, f := c.s, c.feed
	out.Bytes = in.size
	if out.Known = c.known(out.SHA256); out.Known {
		c.recall(out)
		return c.outcomes(out), nil
	}
	s.observe(Event{Feed: f.Name, Delivery: out.Shown(), What: "running"})
	d := parity.Delivery{Feed: f.Name, Name: out.file, Data: in.data, Size: in.size, File: in.file, Charset: f.Charset, Pair: f.Pair, Calls: f.Calls, Compare: f.Compare}
	if err := c.remember(ctx); err != nil {
		return nil, err
	}
	d.History, d.Compare.Noise = c.charset, c.noise
	if t.news == state.Rechecked { // what came later is no history of its
		charset, err := s.State.CharsetOf(ctx, f.Name, out.SHA256)
		if err != nil {
			return nil, err
		}
		d.History = charset
	}
	rep, err := s.Line.Check(ctx, d)
	if err != nil {
		return nil, err
	}
	defer rep.Close()
	out.Charset, out.Dialect = rep.Detected.Charset, dialectOf(rep.Detected.Dialect)
	for i := range rep.Views {
		if err := c.view(ctx, d, t, &rep.Views[i], out); err != nil {
			return nil, err
		}
	}
	if err := s.handOver(ctx, f, d, t, &rep.Views[0], out); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(out.Views, held) {
		return nil, nil
	}
	s.reach("record outcome")
	return c.outcomes(out), nil
}

// held reports whether a view keeps its delivery from being recorded: a case could
// not be written, which the next sweep may be able to, or the models are wrong, so
// that nothing is known. A finding that can have no case holds nothing up: it
// would come back every night. The next delivery that shows it tries again.
func held(v View) bool {
	return slices.ContainsFunc(v.Findings, func(f Finding) bool {
		return f.Err != nil && f.Case == "" && !errors.Is(f.Err, parity.ErrNotDeterministic) && !errors.Is(f.Err, parity.ErrTooLarge)
	})
}

// views are what is compared of a delivery.
var views = [...]ingest.View{ingest.Raw, ingest.Normalized}

// key names the comparisons of a feed for ever, but for a delivery's hash and view.
func (s *sweeper) key(f config.Feed) state.Key {
	h := sha256.New()
	fmt.Fprintln(h, f.Pair.Py2, f.Pair.Py3, f.Charset, f.Compare)
	if f.Handover.Wanted() {
		fmt.Fprintf(h, "{%v}\n", f.Handover.Forms)
		if len(f.Handover.Folders) > 0 {
			fmt.Fprintln(h, f.Handover.Folders)
		}
	}
	for p, c := range f.Calls {
		if c != nil {
			fmt.Fprintln(h, ingest.Path(p), *c)
		}
	}
	// As much of it as tells a feed's few settings apart: it is in the keys of all outcomes.
	settings := base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
	return state.Key{Feed: f.Name, Settings: settings, Revision: s.Revision, Engine: s.Engine}
}

// view adds the line's report of a view to a delivery, with a golden case for
// every signature that has none yet in this feed.
func (c *checking) view(ctx context.Context, d parity.Delivery, t task, v *parity.View, out *Delivery) error {
	earlier := out.Views
	out.Views = append(out.Views, found.Of(v))
	found := out.Views[len(earlier)].Findings
	for n, f := range v.Findings {
		if raw := finding(earlier, f.Signature); raw != nil {
			found[n].Accepted = raw.Accepted
			found[n].Case = raw.Case // one case per signature: normalizing changes nothing
			continue
		}
		dir, counted, err := c.shown(ctx, f.Signature)
		if err != nil {
			return err
		}
		found[n].Case = dir
		if err = c.s.accept(ctx, d, v, &found[n]); err != nil {
			return err
		}
		found[n].Beyond = !found[n].Accepted && dir == "" && c.s.ruled(d.Feed, f.Signature)
		found[n].New = !counted || found[n].Beyond
		if found[n].Accepted || dir != "" {
			continue
		}
		found[n].Case, found[n].Err = c.s.file(ctx, d, t, v, f, out.SHA256)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if found[n].Case != "" {
			c.filed[f.Signature] = found[n].Case
		}
	}
	return nil
}

// finding returns the finding with a signature, nil if the views have none.
func finding(views []View, signature string) *Finding {
	for _, v := range views {
		for i := range v.Findings {
			if v.Findings[i].Signature == signature {
				return &v.Findings[i]
			}
		}
	}
	return nil
}

// file writes a golden case to the inbox and returns its directory. An error with
// a directory says that the case could not be confirmed. What the models get wrong
// is not filed: a case must hold what the real paths do.
func (s *sweeper) file(ctx context.Context, d parity.Delivery, t task, v *parity.View, f classify.Finding, sum string) (string, error) {
	c, err := golden.FromFinding(ctx, s.Line, d, v, f, s.Judge)
	var model *golden.ModelError
	switch {
	case errors.As(err, &model):
		return "", fmt.Errorf("confirm case %s, found in delivery %.16s of %s: %w", f.Signature, sum, s.Store, err)
	case c == nil:
		return "", fmt.Errorf("make case %s: %w", f.Signature, err)
	}
	c.Found("sweep", s.Now(), sum, t.entry.Path, t.entry.MTime, s.Revision)
	dir, _, werr := s.inbox.Write(c)
	if werr != nil {
		return "", werr
	}
	return dir, err
}

// known reports whether all views of a delivery are recorded, and were compared.
func (c *checking) known(sum string) bool {
	n := 0
	for _, o := range c.verdicts[sum] {
		if o.Verdict != ingest.NotCompared {
			n++
		}
	}
	return n >= len(views)
}

// recall gives a known delivery the verdicts that it had. What it showed is not kept by
// delivery.
func (c *checking) recall(out *Delivery) {
	for _, v := range views {
		for _, o := range c.verdicts[out.SHA256] {
			if o.View == v {
				out.Charset, out.Pair = o.Charset, o.Pair
				out.Views = append(out.Views, View{View: v, Verdict: o.Verdict, Severity: o.Severity})
			}
		}
	}
}

// outcomes are what is recorded of a delivery, or that a known one came again: the same
// keys change no outcome and no counter.
func (c *checking) outcomes(out *Delivery) []state.Outcome {
	all := make([]state.Outcome, len(views))
	for i, v := range views {
		k := c.key
		k.SHA256, k.View = out.SHA256, v
		all[i] = state.Outcome{Key: k, Charset: out.Charset, Pair: out.Pair}
		if !out.Known {
			addView(&all[i], out.Views[i])
		}
	}
	return all
}

// settle has new only what the feed had never shown: another delivery that was run at
// the same time may have been recorded first.
func (d *Delivery) settle(fresh []string) {
	for _, v := range d.Views {
		for i := range v.Findings {
			f := &v.Findings[i]
			f.New = f.New && (f.Beyond || slices.Contains(fresh, f.Signature))
		}
	}
}

func addView(o *state.Outcome, v View) {
	o.Verdict, o.Severity, o.Noise = v.Verdict, v.Severity, v.Noise
	if v.Err != nil {
		o.Error = v.Err.Error()
	}
	for _, f := range v.Findings {
		o.Findings = append(o.Findings, state.Finding{Signature: f.Signature, Cause: f.Cause, Dir: f.Case})
	}
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
func (d Delivery) String() string { return strings.Join([]string{d.Feed, d.Shown()}, "/") }
