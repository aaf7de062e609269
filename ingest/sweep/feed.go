package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// feed sweeps one feed. It never panics upwards and never fails but in its result.
func (s *sweeper) feed(ctx context.Context, f config.Feed) (out Feed) {
	out.Name = f.Name
	defer func() {
		if p := recover(); p != nil { // a fault of ours in one feed must not cost the others their night
			out.Err = fmt.Errorf("sweep feed %q: internal error: %v", f.Name, p)
		}
		s.observe(Event{Feed: f.Name, What: "done", Err: out.Err})
	}()
	if ctx.Err() != nil {
		out.Err = fmt.Errorf("sweep feed %q: %w", f.Name, ctx.Err())
		return out
	}
	s.observe(Event{Feed: f.Name, What: "listing"})
	if err := s.sweepFeed(ctx, f, &out); err != nil {
		out.Err = fmt.Errorf("sweep feed %q: %w", f.Name, err)
	}
	return out
}

func (s *sweeper) sweepFeed(ctx context.Context, f config.Feed, out *Feed) error {
	src, err := openSource(ctx, f)
	if err != nil {
		return err
	}
	defer src.Close()
	entries, unparsed, err := src.List(ctx, "")
	if err != nil {
		return err
	}
	out.Listed, out.Unparsed = len(entries), unparsed
	todo, err := s.news(ctx, f, matching(f.Match, entries), out)
	if err != nil {
		return err
	}
	for _, t := range todo {
		d := s.delivery(ctx, f, src, t)
		out.Deliveries = append(out.Deliveries, d)
		s.observe(Event{Feed: f.Name, Delivery: d.Name, What: "done", Err: d.Err})
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// OpenSource reaches a configured feed's source. Secrets are read here and not
// before: what is not swept needs none.
func openSource(ctx context.Context, f config.Feed) (fetch.Source, error) {
	password, err := f.Source.Password.Read()
	if err != nil {
		return nil, err
	}
	o := fetch.Options{User: f.Source.User, Password: password.Reveal()}
	o.TLS = fetch.TLS{CAFile: f.Source.CAFile, ServerName: f.Source.ServerName}
	switch f.Source.TLS {
	case "explicit":
		o.TLS.Mode = fetch.TLSExplicit
	case "implicit":
		o.TLS.Mode = fetch.TLSImplicit
	}
	return fetch.Open(ctx, f.Source.URL, o)
}

// unfinishedNames are patterns of files that somebody is still writing.
var unfinishedNames = []string{"*.tmp", "*.part", "*.filepart", "*.crdownload", "*.writing", "~*", ".*"}

// matching returns the files that are deliveries of a feed.
func matching(patterns []string, entries []fetch.Entry) []fetch.Entry {
	var out []fetch.Entry
	for _, e := range entries {
		if e.Kind != fetch.KindFile && e.Kind != fetch.KindLink || matchAny(unfinishedNames, e.Name()) {
			continue
		}
		if len(patterns) == 0 || matchAny(patterns, e.Name()) {
			out = append(out, e)
		}
	}
	return out
}

func matchAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name) // config refuses malformed patterns
		return err == nil && ok
	})
}

// task is a delivery to run.
type task struct {
	entry fetch.Entry
	known state.Delivery // of an unfinished one
	news  state.News
}

// news asks the state which deliveries are to be run, oldest first. On first
// sight of a feed only its backfill is; what is left out is remembered before
// anything is fetched, so that a sweep cut short does not take it for new.
func (s *sweeper) news(ctx context.Context, f config.Feed, entries []fetch.Entry, out *Feed) ([]task, error) {
	known, err := s.State.Known(ctx, f.Name)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(entries, func(a, b fetch.Entry) int {
		if c := a.MTime.Compare(b.MTime); c != 0 {
			return c
		}
		return strings.Compare(a.Path, b.Path)
	})
	if old := len(entries) - f.Backfill; !known && old > 0 {
		var skipped []state.Entry
		for _, e := range entries[:old] {
			skipped = append(skipped, stateEntry(e))
		}
		if err := s.State.Skip(ctx, f.Name, s.Now(), skipped...); err != nil {
			return nil, err
		}
		entries, out.Skipped = entries[old:], old
	}
	var todo []task
	for _, e := range entries {
		news, d, err := s.State.Look(ctx, f.Name, stateEntry(e))
		if err != nil {
			return nil, err
		}
		if news == state.Seen {
			out.Seen++
			if err := s.State.Touch(ctx, f.Name, e.Path, s.Now()); err != nil {
				return nil, err
			}
			continue
		}
		todo = append(todo, task{e, d, news})
	}
	return todo, nil
}

func stateEntry(e fetch.Entry) state.Entry {
	return state.Entry{Path: e.Path, Size: e.Size, MTime: e.MTime, Precision: state.Precision(e.MPrec), ETag: e.ETag}
}

// fetched is a delivery in the archive.
type fetched struct {
	file   string
	sha256 string
}

// archived is where a delivery's bytes are kept: by content, under its own name.
func (s *sweeper) archived(feed, sha256, local string) string {
	return filepath.Join(s.Archive, feed, sha256[:16], local)
}

// obtain returns the archived file of a delivery, fetching it unless an earlier
// sweep did.
func (s *sweeper) obtain(ctx context.Context, f config.Feed, src fetch.Source, t task) (fetched, error) {
	local := fetch.LocalName(t.entry.Name())
	if t.news == state.Unfinished {
		file := s.archived(f.Name, t.known.SHA256, local)
		if _, err := os.Stat(file); err == nil {
			return fetched{file, t.known.SHA256}, nil
		}
	}
	s.observe(Event{Feed: f.Name, Delivery: t.entry.Name(), What: "fetching"})
	incoming := filepath.Join(s.Archive, f.Name, "incoming")
	if err := os.MkdirAll(incoming, 0o700); err != nil {
		return fetched{}, err
	}
	root, err := os.OpenRoot(incoming)
	if err != nil {
		return fetched{}, err
	}
	defer root.Close()
	d, err := fetch.Download(ctx, src, t.entry, root, local)
	if err != nil {
		return fetched{}, err
	}
	sum := fmt.Sprintf("%x", d.SHA256)
	file := s.archived(f.Name, sum, local)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fetched{}, err
	}
	if err := os.Rename(filepath.Join(incoming, local), file); err != nil {
		return fetched{}, err
	}
	// The listing may show less than the transfer: a LIST's minute, a link's own size.
	if err := s.State.Fetched(ctx, f.Name, stateEntry(t.entry), sum, d.Size, s.Now()); err != nil {
		return fetched{}, errors.Join(err)
	}
	return fetched{file, sum}, nil
}
