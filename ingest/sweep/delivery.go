package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/state"
)

// check runs the deliveries of a batch, one after the other, in the order of their
// numbers. Those that an earlier try of the same job has done stay as they are.
func (s *sweeper) check(ctx context.Context, f config.Feed, from, to int, end seal) error {
	queued, err := s.State.Batch(ctx, s.id, f.Name, from, to)
	if err != nil {
		return err
	}
	var todo []task
	members := map[int]map[string]Delivery{} // what is done of archives, by number
	for _, q := range queued {
		switch {
		case q.Member == "" && q.Result != nil:
		case q.Member == "":
			t, err := taskOf(f.Name, q)
			if err != nil {
				return err
			}
			todo, members[q.Number] = append(todo, t), map[string]Delivery{}
		case members[q.Number] != nil:
			done, err := decode(q.Result)
			if err != nil || len(done) != 1 {
				return fmt.Errorf("read result of %q in task %d of feed %q: %w", q.Member, q.Number, f.Name, err)
			}
			members[q.Number][q.Member] = done[0]
		}
	}
	if len(todo) == 0 {
		return s.State.Transact(ctx, sealed(end))
	}
	todo[len(todo)-1].end = end
	for _, t := range todo {
		if err := s.deliver(ctx, f, t, members[t.number]); err != nil {
			return err
		}
	}
	return nil
}

// deliver runs a delivery and stores what came of it. The error is a state that could
// not be written, or the context's: then another try does it again.
func (s *sweeper) deliver(ctx context.Context, f config.Feed, t task, done map[string]Delivery) error {
	all := s.delivery(ctx, f, t, done)
	for i := range all {
		s.observe(doneWith(&all[i]))
	}
	if all[0].stored {
		s.finished(f.Name, t.number, all)
		return nil
	}
	if ctx.Err() != nil {
		s.notes.tried(f.Name, t.number, all)
		return ctx.Err()
	}
	return s.store(ctx, t, all, t.end)
}

// delivery runs the line on one delivery of the archive, files its cases and records
// it, in that order: whoever dies in between repeats the rest. Of an archive each
// member is a delivery, but for those that are done.
func (s *sweeper) delivery(ctx context.Context, f config.Feed, t task, done map[string]Delivery) []Delivery {
	out := started(f, t)
	out.SHA256 = t.known.SHA256
	var members []archive.Member
	dir := s.unpacked(f.Name, fmt.Sprintf("%d-%d", s.id, t.number))
	inside := dir + "-members"
	defer os.RemoveAll(dir)
	defer os.RemoveAll(inside)
	s.try(ctx, f, t, &out, func() error {
		file, err := s.layOut(ctx, t.known, dir)
		if err != nil {
			return err
		}
		if members, err = unpack(ctx, file, out.Name, inside, f.Take.Unpack); err == nil && members == nil {
			err = s.run(ctx, f, t, file, &out, func(tx state.Tx) error { return s.put(ctx, tx, t, []Delivery{out}, t.end) })
		}
		return err
	})
	if out.Err != nil || members == nil {
		return []Delivery{out}
	}
	return s.members(ctx, f, t, out, members, done)
}

// try runs what is to be done with a delivery and keeps what went wrong with it: the
// feed's other deliveries are still worth a look.
func (s *sweeper) try(ctx context.Context, f config.Feed, t task, out *Delivery, do func() error) {
	err := guarded(do)
	if t.gone && hopeless(err) {
		err = s.drop(ctx, f, t, err, out)
	}
	if err != nil {
		out.Err = fmt.Errorf("delivery %q: %w", out.Name, err)
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
	for _, never := range []error{parity.ErrBinary, archive.ErrCorrupt, archive.ErrEncrypted, archive.ErrTooLarge, archive.ErrNested, archive.ErrEmpty} {
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

// run does what remains to be done with a delivery in the archive; also is done in the
// transaction that records it.
func (s *sweeper) run(ctx context.Context, f config.Feed, t task, name string, out *Delivery, also seal) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	out.Bytes = info.Size()
	keys := s.keys(f, out.SHA256)
	known, err := s.known(ctx, keys)
	if err != nil {
		return err
	}
	if out.Known = known; known {
		return s.record(ctx, out, keys, also)
	}
	s.observe(Event{Feed: f.Name, Delivery: out.Name, What: "running"})
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	d := parity.Delivery{Feed: f.Name, Name: out.file, Data: file, Size: out.Bytes, File: name, Charset: f.Charset, Pair: f.Pair, Calls: f.Calls, Compare: f.Compare}
	if d.History, err = s.State.LastCharset(ctx, f.Name); err != nil {
		return err
	}
	if d.Compare.Noise, err = s.State.Noise(ctx, f.Name, keys[0].Settings, s.Revision); err != nil {
		return err
	}
	rep, err := s.Line.Check(ctx, d)
	if err != nil {
		return err
	}
	defer rep.Close()
	out.Detected = rep.Detected
	for i := range rep.Views {
		if err := s.view(ctx, d, t, &rep.Views[i], out); err != nil {
			return err
		}
	}
	if err := s.handOver(ctx, f, d, t, &rep.Views[0], out); err != nil {
		return err
	}
	if slices.ContainsFunc(out.Views, held) {
		return nil
	}
	s.reach("record outcome")
	return s.record(ctx, out, keys, also)
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

// known reports whether all comparisons were made and recorded before.
func (s *sweeper) known(ctx context.Context, keys []state.Key) (bool, error) {
	for _, k := range keys {
		if has, err := s.State.Has(ctx, k); err != nil || !has {
			return false, err
		}
	}
	return true, nil
}

// keys name the two comparisons of a delivery for ever.
func (s *sweeper) keys(f config.Feed, sum string) []state.Key {
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
	settings := hex.EncodeToString(h.Sum(nil))
	var out []state.Key
	for _, v := range []ingest.View{ingest.Raw, ingest.Normalized} {
		out = append(out, state.Key{Feed: f.Name, SHA256: sum, View: v, Settings: settings, Revision: s.Revision, Engine: s.Engine})
	}
	return out
}

// view adds the line's report of a view to a delivery, with a golden case for
// every signature that has none yet in this feed.
func (s *sweeper) view(ctx context.Context, d parity.Delivery, t task, v *parity.View, out *Delivery) error {
	earlier := out.Views
	out.Views = append(out.Views, ViewOf(v))
	found := out.Views[len(earlier)].Findings
	for n, f := range v.Findings {
		if raw := finding(earlier, f.Signature); raw != nil {
			found[n].Accepted = raw.Accepted
			found[n].Case = raw.Case // one case per signature: normalizing changes nothing
			continue
		}
		counter, seen, err := s.State.Signature(ctx, d.Feed, f.Signature)
		if err != nil {
			return err
		}
		found[n].New, found[n].Case = !seen, counter.Dir
		if found[n].Accepted = s.accepted(d.Feed, f.Signature); found[n].Accepted || counter.Dir != "" {
			continue
		}
		found[n].Case, found[n].Err = s.file(ctx, d, t, v, f, out.SHA256)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// accepted reports whether a rule that holds today accepts a signature of a feed.
func (s *sweeper) accepted(feed, signature string) bool {
	return slices.ContainsFunc(s.Accept, func(a config.Accept) bool { return a.Matches(feed, signature) && !a.Over(s.Now()) })
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

// ViewOf takes over what the line found out about a view; no finding has a case yet.
func ViewOf(v *parity.View) View {
	out := View{View: v.View, Verdict: v.Result.Verdict, Severity: v.Result.Severity, Py2Rows: v.Result.Py2Rows, Py3Rows: v.Result.Py3Rows, Warnings: v.Warnings, Noise: v.Compare.Noise, Stale: v.Stale, Err: v.Err}
	for _, f := range v.Findings {
		out.Findings = append(out.Findings, Finding{Cause: string(f.Cause), Signature: f.Signature, Severity: f.Severity, Count: f.Count})
	}
	return out
}

// file writes a golden case to the inbox and returns its directory. An error with
// a directory says that the case could not be confirmed. What the models get wrong
// is not filed: a case must hold what the real paths do.
func (s *sweeper) file(ctx context.Context, d parity.Delivery, t task, v *parity.View, f classify.Finding, sum string) (string, error) {
	c, err := golden.FromFinding(ctx, s.Line, d, v, f, s.Judge)
	var model *golden.ModelError
	switch {
	case errors.As(err, &model):
		return "", fmt.Errorf("confirm case %s, found in %s: %w", f.Signature, d.File, err)
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

// record remembers what the views gave, or that a known delivery came again: the
// same keys change no outcome and no counter.
func (s *sweeper) record(ctx context.Context, out *Delivery, keys []state.Key, also seal) error {
	outcomes := make([]state.Outcome, len(keys))
	for i, k := range keys {
		outcomes[i] = state.Outcome{Key: k, Charset: out.Detected.Charset, Pair: out.Pair}
		if !out.Known {
			addView(&outcomes[i], out.Views[i])
		}
	}
	_, err := s.State.Record(ctx, s.id, out.Path, outcomes, s.Now(), func(tx state.Tx, fresh []string) error {
		out.settle(fresh)
		return also(tx)
	})
	out.stored = err == nil
	return err
}

// settle has new only what the feed had never shown: another delivery that was run at
// the same time may have been recorded first.
func (d *Delivery) settle(fresh []string) {
	for _, v := range d.Views {
		for i := range v.Findings {
			f := &v.Findings[i]
			f.New = f.New && slices.Contains(fresh, f.Signature)
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
func (d Delivery) String() string { return strings.Join([]string{d.Feed, d.Name}, "/") }
