//go:build !lean

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/sweep"
)

// plannedFeed is what a sweep would do with a feed, as JSON.
type plannedFeed struct {
	Feed    string        `json:"feed"`
	Listed  int           `json:"listed"`
	Seen    int           `json:"seen"`
	Skipped int           `json:"skipped"`
	Files   []plannedFile `json:"files"`
	Error   string        `json:"error,omitempty"`
}

// plannedFile is a file that a sweep would fetch, or why it would not.
type plannedFile struct {
	Name  string `json:"name"`
	News  string `json:"news"` // new, changed, unfinished, seen (fetched again), held or unparsed
	Bytes int64  `json:"bytes"`
	Time  string `json:"time,omitempty"`
	Why   string `json:"why,omitempty"`
}

// lookOnly prints what a sweep would fetch.
func lookOnly(ctx context.Context, std streams, c *config.Config, feeds []config.Feed, asJSON bool) error {
	db, err := openState(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	var out []plannedFeed
	failed := false
	for _, p := range lookAt(ctx, c, db, feeds) {
		out = append(out, planned(p))
		failed = failed || p.Err != nil
		if p.Err != nil && !asJSON {
			fmt.Fprintf(std.err, "feedparity: %s\n", oneLine(p.Err.Error()))
			if hint := explainSource(p.Err); hint != "" {
				fmt.Fprintf(std.err, "hint: %s\n", hint)
			}
		}
	}
	if asJSON {
		err = writeJSON(std.out, out)
	} else {
		printPlan(std, out)
	}
	if err == nil && failed {
		err = exit(statusIncomplete)
	}
	return err
}

// lookAt looks at feeds, at those of a server of which an account may be logged in once
// if nobody else is there.
func lookAt(ctx context.Context, c *config.Config, db *state.DB, feeds []config.Feed) []sweep.Preview {
	refused := map[string]error{} // or nil, by server
	var free []config.Feed
	for _, f := range feeds {
		server, _ := sweep.Lone(c.Feeds, f)
		err, asked := refused[server]
		if !asked {
			var leave func()
			if leave, err = visit(ctx, c, f); err == nil {
				defer leave()
			}
			refused[server] = err
		}
		if err == nil {
			free = append(free, f)
		}
	}
	looked := sweep.Look(ctx, sweep.Options{Feeds: free, State: db, Fetch: fetch.Options{Retries: -1}})
	var out []sweep.Preview
	for _, f := range feeds {
		server, _ := sweep.Lone(c.Feeds, f)
		if err := refused[server]; err != nil {
			out = append(out, sweep.Preview{Feed: f.Name, Err: fmt.Errorf("look at feed %q: %w", f.Name, err)})
			continue
		}
		out, looked = append(out, looked[0]), looked[1:]
	}
	return out
}

// planned words a preview. Names are shown as they are in JSON, and made harmless where
// they meet a terminal.
func planned(p sweep.Preview) plannedFeed {
	out := plannedFeed{Feed: p.Feed, Listed: p.Listed, Seen: p.Seen, Skipped: p.Skipped, Files: []plannedFile{}}
	if p.Err != nil {
		out.Error = p.Err.Error()
	}
	for _, f := range p.Files {
		out.Files = append(out.Files, plannedFile{f.Name, string(f.News), f.Entry.Size, timeOf(f.Entry), ""})
	}
	for _, h := range p.Held {
		out.Files = append(out.Files, plannedFile{h.Entry.Path, "held", h.Entry.Size, timeOf(h.Entry), h.Why})
	}
	for _, u := range p.Unparsed {
		out.Files = append(out.Files, plannedFile{u.Text, "unparsed", -1, "", u.Why})
	}
	return out
}

// timeOf is a file's time as far as it is known.
func timeOf(e fetch.Entry) string {
	switch e.MPrec {
	case fetch.PrecisionNone:
		return ""
	case fetch.PrecisionDay:
		return e.MTime.Format(time.DateOnly)
	}
	return e.MTime.Format("2006-01-02T15:04Z")
}

// printPlan writes a line for each file that is not settled, and one for its feed: what
// was seen before is only counted.
func printPlan(std streams, feeds []plannedFeed) {
	for _, f := range feeds {
		fresh := 0
		for _, file := range f.Files {
			why := ""
			if file.Why != "" {
				why = ": " + file.Why
			}
			if file.News != "held" && file.News != "unparsed" {
				fresh++
			}
			fmt.Fprintf(std.out, "%-10s %s/%s  %d bytes  %s%s\n", file.News, f.Feed, visible(file.Name), file.Bytes, file.Time, visible(why))
		}
		if f.Error == "" {
			fmt.Fprintf(std.out, "%s: %s listed: %d to fetch, %d seen before, %d older than its backfill\n", f.Feed, plural(f.Listed, "file"), fresh, f.Seen, f.Skipped)
		}
	}
}
