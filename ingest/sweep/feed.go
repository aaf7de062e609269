package sweep

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// Open reaches a configured feed's source; o has what the configuration does not say.
// Secrets are read here and not before: what is not swept needs none.
func Open(ctx context.Context, f config.Feed, o fetch.Options) (fetch.Source, error) {
	password, err := f.Source.Password.Read(ctx)
	if err != nil {
		return nil, err
	}
	user := f.Source.User
	if user == "" {
		if user, err = f.Source.Password.Login(); err != nil {
			return nil, err
		}
	}
	o.User, o.Password, o.Zone = user, password.Reveal(), f.Source.Zone
	patience(&o, f.Source)
	o.TLS.CAFile, o.TLS.ServerName, o.TLS.Pin, o.TLS.MinVersion = f.Source.CAFile, f.Source.ServerName, f.Source.Pin, f.Source.MinTLS
	passphrase, err := f.Source.SSH.Passphrase.Read(ctx)
	if err != nil {
		return nil, err
	}
	o.SSH = fetch.SSH{KnownHosts: f.Source.SSH.KnownHosts, Pin: f.Source.SSH.Pin, Key: f.Source.SSH.Key, Passphrase: passphrase.Reveal(), Agent: f.Source.SSH.Agent}
	switch f.Source.TLS {
	case "explicit":
		o.TLS.Mode = fetch.TLSExplicit
	case "implicit":
		o.TLS.Mode = fetch.TLSImplicit
	}
	return fetch.Open(ctx, f.Source.URL, o)
}

// patience takes what the configuration says over o, which holds where it says nothing.
func patience(o *fetch.Options, c config.Connection) {
	o.Connections, o.Sessions = cmp.Or(c.Connections, o.Connections), cmp.Or(c.Sessions, o.Sessions)
	o.Retries, o.Bandwidth = cmp.Or(c.Retries, o.Retries), cmp.Or(c.Bandwidth, o.Bandwidth)
	o.DialTimeout, o.IdleTimeout = cmp.Or(c.Timeouts.Dial, o.DialTimeout), cmp.Or(c.Timeouts.Idle, o.IdleTimeout)
	o.FileTimeout, o.HostTimeout = cmp.Or(c.Timeouts.File, o.FileTimeout), cmp.Or(c.Timeouts.Host, o.HostTimeout)
}

// task is a delivery to run.
type task struct {
	entry fetch.Entry
	known state.Delivery // of one that was fetched
	news  state.News
	gone  bool   // the supplier does not offer it any more
	held  string // why it is not finished, as far as names tell
	// warnings are what its server left open when it was fetched.
	warnings []string
	again    bool // the listing shows no change, but could not show every one

	number int    // among its feed's, once it is queued
	queued []byte // as the queue has it, nil before
}

// news says which deliveries are to be run, oldest first, after those that an earlier
// sweep fetched and did not finish.
func (s *sweeper) news(ctx context.Context, l *look) error {
	f := l.feed
	all, held := offered(l.found)
	entries, err := s.firstSight(ctx, l, all)
	if err != nil {
		return err
	}
	if l.todo, err = s.leftovers(ctx, l.memory.Unfinished, entries); err != nil {
		return err
	}
	again, err := s.rechecks(ctx, f)
	if err != nil {
		return err
	}
	l.todo = append(l.todo, again...)
	looked := l.memory.Look(stateEntries(entries)...)
	l.todo = slices.Grow(l.todo, toRun(looked))
	for i, seeing := range looked {
		e, d := entries[i], seeing.Was
		news, moved, err := s.asked(ctx, l.src, e, seeing)
		if err != nil {
			return err
		}
		if moved {
			l.moved = append(l.moved, stateEntry(e))
		}
		if news == state.Seen || news == state.Unfinished {
			l.there = append(l.there, stateEntry(e))
		}
		unanswered := e.Unanswered()
		if news == state.Seen && !unanswered && !s.doubtful(f, e, d) {
			l.out.Seen++
			continue
		}
		if news == state.Changed {
			kept, err := s.kept(ctx, d)
			if err != nil {
				return err
			}
			if kept {
				l.todo = append(l.todo, leftover(d)) // the version that was fetched goes first
			}
		}
		l.todo = append(l.todo, task{entry: e, known: d, news: news, again: news == state.Seen && !unanswered, held: held[e.Path]})
	}
	return nil
}

// toRun counts what is to be run, as far as listings tell.
func toRun(looked []state.Seeing) (n int) {
	for _, l := range looked {
		if l.News != state.Seen {
			n++
		}
	}
	return n
}

// offered are the files of a feed, oldest first, with why some of them are not finished.
// Whether that matters the state decides: the mark of a file that was run long ago may
// be gone.
func offered(found fetch.Found) (all []fetch.Entry, held map[string]string) {
	all, held = slices.Clone(found.Entries), map[string]string{}
	for _, h := range found.Held {
		all, held[h.Entry.Path] = append(all, h.Entry), h.Why
	}
	slices.SortStableFunc(all, func(a, b fetch.Entry) int {
		return cmp.Or(a.MTime.Compare(b.MTime), strings.Compare(a.Path, b.Path))
	})
	return all, held
}

func stateEntries(entries []fetch.Entry) []state.Entry {
	out := make([]state.Entry, len(entries))
	for i, e := range entries {
		out[i] = stateEntry(e)
	}
	return out
}

// doubtful reports whether a file that was run may have been replaced all the same: by
// another of its size, within the minute or day that is all the listing shows, or at any
// time where it shows none. That counts from when the file was fetched, as nobody knows
// when it was written. Of what an HTTP server tells no time, all is made anew for each who asks;
// and where not even a size is told, nothing could ever show a change: both are fetched every
// night. What was never fetched is no concern.
func (s *sweeper) doubtful(f config.Feed, e fetch.Entry, d state.Delivery) bool {
	if d.SHA256 == "" || e.MPrec == fetch.PrecisionSecond || e.ETag != "" && !e.Unversioned() {
		return false
	}
	young := func(since time.Time) bool { return f.Take.Refetch > 0 && s.Now().Sub(since) < f.Take.Refetch }
	if e.MPrec != fetch.PrecisionNone {
		return young(e.MTime)
	}
	asked := strings.HasPrefix(d.ETag, askedMark) // and it has just been asked again
	always := e.Size < 0 || strings.HasPrefix(f.Source.URL, "http")
	return !asked && (always || young(d.Fetched))
}

// firstSight leaves out what is older than a feed's backfill when the feed is
// seen for the first time. It is remembered before anything is fetched, so that
// a sweep cut short does not take it for new.
func (s *sweeper) firstSight(ctx context.Context, l *look, entries []fetch.Entry) ([]fetch.Entry, error) {
	if l.memory.Known {
		return entries, nil
	}
	old, wanted := backfill(l.feed, entries)
	l.out.Skipped = len(old)
	return wanted, s.State.FirstSight(ctx, l.feed.Name, s.Now(), stateEntries(old)...)
}

// backfill parts the files of a feed that is new, oldest first. One of which nobody knows
// what it is may not be old.
func backfill(f config.Feed, entries []fetch.Entry) (old, wanted []fetch.Entry) {
	var known []fetch.Entry
	for _, e := range entries {
		if e.Unanswered() {
			wanted = append(wanted, e)
		} else {
			known = append(known, e)
		}
	}
	if f.Since.IsZero() {
		n := max(0, len(known)-max(f.Backfill, 0))
		return known[:n], append(wanted, known[n:]...)
	}
	for _, e := range known {
		if e.MPrec != fetch.PrecisionNone && e.MTime.Before(f.Since) {
			old = append(old, e)
		} else {
			wanted = append(wanted, e)
		}
	}
	return old, wanted
}

// maxLeftovers bounds how far back deliveries are looked for that were fetched
// and not run.
const maxLeftovers = 1000

// leftovers are deliveries in the archive that an earlier sweep did not finish and
// that the supplier does not offer any more.
func (s *sweeper) leftovers(ctx context.Context, latest []state.Delivery, entries []fetch.Entry) ([]task, error) {
	offered := map[string]bool{}
	for _, e := range entries {
		offered[e.Path] = true
	}
	var todo []task
	for _, d := range latest {
		if offered[d.Path] {
			continue
		}
		kept, err := s.kept(ctx, d)
		if err != nil {
			return nil, err
		}
		if kept {
			todo = append(todo, leftover(d))
		}
	}
	return todo, nil
}

func leftover(d state.Delivery) task {
	e := fetch.Entry{Path: d.Path, Size: d.Size, MTime: d.MTime, MPrec: fetch.Precision(d.Precision), ETag: d.ETag}
	return task{entry: e, known: d, news: state.Unfinished, gone: true}
}

func stateEntry(e fetch.Entry) state.Entry {
	return state.Entry{Path: e.Path, Size: e.Size, MTime: e.MTime, Precision: state.Precision(e.MPrec), ETag: e.ETag}
}

// reach says which step comes next.
func (s *sweeper) reach(step string) {
	if s.Step != nil {
		s.Step(step)
	}
}

// panicked makes an error of a panic that says where it happened.
func panicked(p any) error {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for below := false; ; {
		f, more := frames.Next()
		if inRuntime := strings.HasPrefix(f.Function, "runtime."); below && !inRuntime {
			return fmt.Errorf("internal error: %v (%s:%d)", p, filepath.Base(f.File), f.Line)
		} else if inRuntime {
			below = true
		}
		if !more {
			return fmt.Errorf("internal error: %v", p)
		}
	}
}
