package sweep

import (
	"context"
	"fmt"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// Preview is what a sweep would do with a feed.
type Preview struct {
	Feed     string
	Listed   int       // files its source has, matching or not
	Seen     int       // deliveries that were run before
	Skipped  int       // of a feed that is new: what is older than its backfill
	Files    []Planned // the deliveries that would be fetched, oldest first
	Held     []fetch.Held
	Unparsed []fetch.Unparsed
	Err      error // its source could not be listed
}

// Planned is a delivery that would be fetched.
type Planned struct {
	Entry fetch.Entry
	Name  string // as people see it
	News  state.News
}

// Look says what a sweep would do, once: a file that is new might turn out to be
// unfinished. It lists, and neither fetches nor remembers anything.
func Look(ctx context.Context, o Options) []Preview {
	o = o.withDefaults()
	if o.Fetch.Hosts == nil {
		o.Fetch.Hosts = fetch.NewHosts()
		defer o.Fetch.Hosts.Close()
	}
	s := &sweeper{Options: o}
	var out []Preview
	for _, f := range o.Feeds {
		p := Preview{Feed: f.Name}
		if err := guarded(func() error { return s.preview(ctx, f, &p) }); err != nil {
			p.Err = fmt.Errorf("look at feed %q: %w", f.Name, err)
		}
		out = append(out, p)
	}
	return out
}

// preview does what list and news do, but for what these remember: that a file was seen
// again, and what is older than the backfill.
func (s *sweeper) preview(ctx context.Context, f config.Feed, p *Preview) error {
	for _, w := range f.Take.Avoid { // a sweep waits; somebody who wants to know now does not
		if until := w.Until(s.Now()); !until.IsZero() {
			return fmt.Errorf("it is to be left alone until %s", until.Format("15:04"))
		}
	}
	src, err := Open(ctx, f, s.Fetch)
	if err != nil {
		return err
	}
	defer src.Close()
	found, err := fetch.Find(ctx, src, Selection(f))
	if err != nil {
		return err
	}
	p.Listed, p.Unparsed = found.Listed, found.Unparsed
	entries, held := offered(found)
	memories, err := s.State.Recall(ctx, 0, state.Listed{Feed: f.Name, Entries: stateEntries(entries)})
	if err != nil {
		return err
	}
	memory := memories[f.Name]
	if !memory.Known {
		var old []fetch.Entry
		old, entries = backfill(f, entries)
		p.Skipped = len(old)
	}
	seeings := memory.Look(stateEntries(entries)...)
	for i, e := range entries {
		news, _, err := s.asked(ctx, src, e, seeings[i])
		if err != nil {
			return err
		}
		switch {
		case e.Unanswered():
			p.Held = append(p.Held, fetch.Held{Entry: e, Why: held[e.Path]})
		case news == state.Seen && !s.doubtful(f, e, seeings[i].Was):
			p.Seen++
		case news != state.Unfinished && held[e.Path] != "":
			p.Held = append(p.Held, fetch.Held{Entry: e, Why: held[e.Path]})
		case news != state.Unfinished && e.Size == 0 && !f.Take.AllowEmpty:
			p.Held = append(p.Held, fetch.Held{Entry: e, Why: whyEmpty})
		default:
			p.Files = append(p.Files, Planned{e, shown(f, e), news})
		}
	}
	return nil
}
