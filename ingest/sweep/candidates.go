package sweep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// look is a feed between its listing and its deliveries.
type look struct {
	feed   config.Feed
	out    *Feed
	src    fetch.Source
	at     time.Time // of the listing, by the real clock
	found  fetch.Found
	memory state.Memory  // of the feed and what was found
	there  []state.Entry // what is listed as it is remembered
	moved  []state.Entry // of it, what is listed with another time
	todo   []task
	queued []state.Task // by an earlier try of the same job

	incoming *os.Root    // where large deliveries arrive, while they do
	many     *fetch.Many // what takes them, and the small ones
}

// close leaves the feed's source.
func (l *look) close() {
	if l.src != nil {
		_ = l.src.Close()
		l.src = nil
	}
}

// aside returns the feeds that need not wait, and when the first of the others need not
// any more, the zero time if there are none. Nobody waits for them: there are other servers.
func (s *sweeper) aside(looks []look) (now []look, until time.Time) {
	for _, l := range looks {
		if at, err := s.alone(l.feed); err == nil && !at.IsZero() {
			if until.IsZero() || at.Before(until) {
				until = at
			}
			continue
		}
		now = append(now, l)
	}
	return now, until
}

// looks are the feeds that no earlier try has pulled.
func (s *sweeper) looks(ctx context.Context, feeds []config.Feed) ([]look, error) {
	names := make([]string, len(feeds))
	for i, f := range feeds {
		names[i] = f.Name
	}
	tasks, err := s.State.Tasks(ctx, s.id, names...)
	if err != nil {
		return nil, err
	}
	queued := map[string][]state.Task{}
	for _, t := range tasks {
		queued[t.Feed] = append(queued[t.Feed], t)
	}
	var looks []look
	for _, f := range feeds {
		q := queued[f.Name]
		if s.notes.lost(f.Name) {
			continue
		}
		if pulled := len(q) > 0 && q[0].Number == 0 && q[0].Member == ""; !pulled {
			looks = append(looks, look{feed: f, out: &Feed{Name: f.Name}, queued: q})
		}
	}
	return looks, nil
}

// recalledAtOnce is of how many files the state is asked together: they are in memory
// meanwhile.
const recalledAtOnce = 5000

// listAll finds out what of each feed is to be fetched and run. What is remembered of them
// is asked for many feeds at once.
func (s *sweeper) listAll(ctx context.Context, looks []look) {
	first, files := 0, 0
	for n := range looks {
		s.step(ctx, &looks[n], s.list)
		files += len(looks[n].found.Entries) + len(looks[n].found.Held)
		if files < recalledAtOnce && n < len(looks)-1 {
			continue
		}
		some := looks[first : n+1]
		err := guarded(func() error { return s.recall(ctx, some) })
		for i := range some {
			s.step(ctx, &some[i], func(context.Context, *look) error { return err })
		}
		first, files = n+1, 0
	}
}

// recall holds what was listed against what the state remembers, and has it remember that
// it was listed.
func (s *sweeper) recall(ctx context.Context, looks []look) error {
	var listed []state.Listed
	for n := range looks {
		all, _ := offered(looks[n].found)
		listed = append(listed, state.Listed{Feed: looks[n].feed.Name, Entries: stateEntries(all)})
	}
	memories, err := s.State.Recall(ctx, maxLeftovers, listed...)
	if err != nil {
		return err
	}
	for n := range looks {
		l := &looks[n]
		l.memory = memories[l.feed.Name]
		s.step(ctx, l, s.news)
		s.step(ctx, l, func(ctx context.Context, l *look) error { return s.State.Retime(ctx, l.feed.Name, l.moved...) })
		listed[n].Entries = l.there
		l.found, l.memory, l.there, l.moved = fetch.Found{}, state.Memory{}, nil, nil
	}
	return s.State.Touch(ctx, s.Now(), listed...)
}

// step does a part of a feed. A fault of ours in one feed must not cost the others
// their night.
func (s *sweeper) step(ctx context.Context, l *look, do func(context.Context, *look) error) {
	if l.out.Err != nil {
		return
	}
	err := ctx.Err()
	if err == nil && s.full.Load() {
		err = errFull
	}
	if err == nil {
		err = guarded(func() error { return do(ctx, l) })
	}
	if err != nil {
		l.out.Err = fmt.Errorf("sweep feed %q: %w", l.feed.Name, err)
	}
}

// list finds out what a feed's source has.
func (s *sweeper) list(ctx context.Context, l *look) error {
	if err := s.avoid(ctx, l.feed); err != nil {
		return err
	}
	s.observe(Event{Feed: l.feed.Name, What: "listing"})
	err := errors.Join(s.tidy(l.feed.Name), s.removeUnpacked(l.feed.Name))
	if err != nil {
		return err
	}
	if err := s.adopt(ctx, l.feed.Name); err != nil {
		return err
	}
	if l.src, err = Open(ctx, l.feed, s.Fetch); err != nil {
		return err
	}
	err = s.outside(ctx, l.feed, func(ctx context.Context) (err error) {
		l.found, err = fetch.Find(ctx, l.src, Selection(l.feed))
		return err
	})
	if err != nil {
		return err
	}
	l.at = time.Now()
	l.out.Listed, l.out.Unparsed = l.found.Listed, l.found.Unparsed
	return nil
}

// tidy removes what a sweep that was killed left where a feed's deliveries arrive, but for
// the parts of large files, which this one goes on with. Nobody else pulls this feed.
func (s *sweeper) tidy(feed string) error {
	dir, err := os.OpenRoot(s.incoming(feed))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	err = fetch.Tidy(dir, time.Now())
	_ = dir.Close()
	_ = os.Remove(s.incoming(feed)) // if it is empty
	return err
}

// errFull is what a feed fails with once another has found the disk to be full.
var errFull = fmt.Errorf("nothing more is fetched: %w", fetch.ErrDiskFull)

// errGone is a file that was listed and has been taken away since, as a production
// importer does that moves what it has read. It did arrive, so that nobody need be
// alarmed, and if it comes back it is taken.
var errGone = errors.New("gone since it was listed")

// vanished reports whether a file that could not be fetched is listed no more. One that
// still is was denied.
func (s *sweeper) vanished(ctx context.Context, f config.Feed, src fetch.Source, p string) bool {
	found, err := fetch.Find(ctx, src, Selection(f))
	if err != nil {
		return false
	}
	for _, e := range found.Entries {
		if e.Path == p {
			return false
		}
	}
	for _, h := range found.Held {
		if h.Entry.Path == p {
			return false
		}
	}
	for _, u := range found.Unparsed { // a link or a name that is not ours to read
		if u.Text == p {
			return false
		}
	}
	return true
}
