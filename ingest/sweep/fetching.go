package sweep

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// small is up to how many bytes a delivery that comes from the archive is in memory and
// in no file.
const small = 256 << 10

// smaller is up to how many bytes one is in memory until it is in the archive: as many as
// inOrder of them wait for one before them, and up to bytesAtOnce for being kept.
const smaller = 64 << 10

// fetched is what became of a task at its source.
type fetched struct {
	t     task
	out   Delivery
	blob  archive.Blob // what is to be put into the archive, if anything
	was   string       // hash of the version that was known
	later *unseen      // if nobody has looked at the file since it was taken
	stop  error        // why nothing more is to be fetched

	fate fate
}

// unseen is a file that may have changed while it was taken.
type unseen struct {
	entry fetch.Entry // what it was
	t     task        // to fetch it again, by asking what it is
}

// fate is what is to be done with what was fetched.
type fate uint8

const (
	toCheck   fate = iota
	lost           // not fetched: that is its result
	known          // an earlier try of the job has queued it
	unchanged      // fetched once more, to be sure of it
)

// fresh reports whether the archive is to have it.
func (f *fetched) fresh() bool { return f.blob.SHA256 != "" }

// errand is a task that somebody fetches, who tells once.
type errand struct {
	t   task
	out chan fetched
}

// fetching fetches tasks, as many at once as the source's server allows, and gives them
// on in their order: each channel has one. Whoever wants no more calls done, which waits
// for those under way.
func (s *sweeper) fetching(ctx context.Context, l *look, todo []task) (got <-chan (<-chan fetched), done func()) {
	ctx, cancel := context.WithCancel(ctx)
	ordered := make(chan (<-chan fetched), inOrder)
	next := make(chan errand, inOrder)
	var running sync.WaitGroup
	for range min(connections(l.feed.Source), len(todo)) {
		running.Go(func() {
			for e := range next {
				f := fetched{t: e.t}
				if ctx.Err() == nil { // or else nobody looks at it
					f = s.fetch(ctx, l, e.t)
				}
				e.out <- f
			}
		})
	}
	running.Go(func() {
		defer close(ordered)
		defer close(next)
		for _, t := range todo {
			e := errand{t, make(chan fetched, 1)}
			select {
			case next <- e:
			case <-ctx.Done():
				return
			}
			select {
			case ordered <- e.out:
			case <-ctx.Done():
				return
			}
		}
	})
	return ordered, func() { cancel(); running.Wait() }
}

// connections are how many deliveries of a source are fetched at once: what is more would
// only wait for its turn.
func connections(c config.Connection) int {
	if host(c.URL) == localHost {
		return 1
	}
	n := cmp.Or(c.Connections, fetch.DefaultConnections)
	if c.Sessions > 0 {
		n = min(n, c.Sessions)
	}
	return n
}

// fetch makes sure of one delivery.
func (s *sweeper) fetch(ctx context.Context, l *look, t task) fetched {
	f := fetched{t: t, out: started(l.feed, t), was: t.known.SHA256}
	if s.full.Load() { // as another server's feed found out
		f.stop = errFull
		return f
	}
	if f.stop = guarded(func() error { return s.avoid(ctx, l.feed) }); f.stop != nil {
		return f
	}
	s.try(ctx, l.feed, t, &f.out, func() (err error) {
		f.t.known, f.blob, err = s.obtain(ctx, l, &f)
		return err
	})
	if errors.Is(f.out.Err, errAlone) { // it may be for longer than a sweep waits
		f.stop = f.out.Err
	}
	switch {
	case errors.Is(f.out.Err, errGone):
		f.out.Gone, f.out.Err = true, guarded(func() error { return s.State.Gone(ctx, l.feed.Name, stateEntry(t.entry), s.Now()) })
	case f.out.Err != nil && ctx.Err() == nil && !t.gone && !t.again: // of what was fetched before nothing is lost
		f.out.Err = errors.Join(f.out.Err, guarded(func() error { return s.refused(ctx, l.feed.Name, t, f.out.Err) }))
	}
	return f
}

// refused remembers that a delivery could not be fetched: if it is taken away before it can
// be, it came all the same, and nobody has compared it.
func (s *sweeper) refused(ctx context.Context, feed string, t task, why error) error {
	o := state.Offer{Feed: feed, Entry: stateEntry(t.entry), Status: state.Failed, LastError: why.Error()}
	if errors.Is(why, fetch.ErrChanged) {
		o.Status = state.Unstable
	}
	return s.State.Refused(ctx, s.Now(), o)
}

// incoming is where deliveries of a feed arrive, before their hash is known.
func (s *sweeper) incoming(feed string) string { return filepath.Join(s.Archive, feed, "incoming") }

func (s *sweeper) openIncoming(feed string) (*os.Root, error) {
	dir := s.incoming(feed)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return os.OpenRoot(dir)
}

// obtain fetches a delivery, unless an earlier sweep did, and returns what will be
// remembered of it, and what is to be put into the archive before. What is doubtful about
// it, the task says from then on.
func (s *sweeper) obtain(ctx context.Context, l *look, f *fetched) (state.Delivery, archive.Blob, error) {
	t := &f.t
	if t.news == state.Rechecked {
		return t.known, archive.Blob{}, nil
	}
	if t.news == state.Unfinished {
		if kept, err := s.kept(ctx, t.known); kept || err != nil {
			return t.known, archive.Blob{}, err
		}
	}
	s.observe(Event{Feed: l.feed.Name, Delivery: shown(l.feed, t.entry), What: "fetching"})
	// By its path: others of the same name in other directories may be under way.
	local := fetch.LocalName(t.entry.Path)
	var d fetch.Delivery
	err := s.outside(ctx, l.feed, func(ctx context.Context) (err error) {
		d, err = l.many.Take(ctx, t.entry, local)
		return err
	})
	if errors.Is(err, fetch.ErrUnavailable) && s.vanished(ctx, l.feed, l.src, t.entry.Path) {
		err = errGone
	}
	if err != nil {
		return state.Delivery{}, archive.Blob{}, err
	}
	if d.Later {
		f.later = &unseen{d.Entry, *t}
		f.later.t.entry.Raw = ""
	}
	t.warnings = doubts(d)
	blob := archive.Blob{SHA256: hex.EncodeToString(d.SHA256[:]), Data: d.Data}
	if blob.Data == nil {
		blob.File = filepath.Join(l.incoming.Name(), local)
	}
	out := state.Delivery{Feed: l.feed.Name, Entry: exactly(t.entry, d.Entry), SHA256: blob.SHA256, Bytes: d.Size, Status: state.Fetched}
	return out, blob, nil
}

// doubts are what a server left open about a file that was taken.
func doubts(d fetch.Delivery) []string {
	var out []string
	if d.SizeUnknown {
		out = append(out, "size unknown: its server would not tell it, and two readings gave the same bytes")
	}
	if d.Unconfirmed {
		out = append(out, "unconfirmed: all of it came twice, with the same bytes, and its server never said that this was the end")
	}
	return out
}

// wrong says of which delivery an error is.
func wrong(out *Delivery, err error) error { return fmt.Errorf("delivery %q: %w", out.Shown(), err) }
