//go:build !lean

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/sweep"
)

// foundFeed is what doctor found out about a feed.
type foundFeed struct {
	Feed   string `json:"feed"`
	Source string `json:"source"`
	Pair   string `json:"pair"`
	// Files counts what its source offers, Match what of that is a delivery of this
	// feed; -1 where nobody asked.
	Files int          `json:"files"`
	Match int          `json:"match"`
	Calls []foundCall  `json:"calls,omitempty"`
	Wrong []foundFault `json:"wrong,omitempty"`
}

// foundCall is the team's function of a path, imported and set up.
type foundCall struct {
	Path     string `json:"path"`
	Function string `json:"function"`
	Python   string `json:"python"` // the version in full, "" where it does not start
	File     string `json:"file"`   // the interpreter
}

// foundFault is something that keeps a feed from being ready.
type foundFault struct {
	What string `json:"what"`
	Code string `json:"code,omitempty"` // of a harness fault
	Hint string `json:"hint,omitempty"`
}

func faultOf(err error) foundFault {
	out := foundFault{What: oneLine(err.Error())}
	var h *ingest.HarnessError
	var se *statusError
	switch {
	case errors.As(err, &h):
		out.Code, out.Hint = h.Code, h.Hint
	case errors.As(err, &se):
		out.Hint = se.hint
	}
	return out
}

// unread is a feed of which nothing was tried, for want of a secret if err says so.
func unread(f config.Feed, err error) foundFeed {
	out := foundFeed{Feed: f.Name, Source: fetch.Shown(f.Source.URL), Pair: f.Pair.Name, Files: -1, Match: -1}
	if err != nil {
		out.Wrong = append(out.Wrong, faultOf(err))
	}
	return out
}

// visit takes the server of a feed whose account may be logged in once, so that neither a
// sweep nor another visitor is there meanwhile; a sweep that begins waits for its end.
func visit(ctx context.Context, c *config.Config, f config.Feed) (leave func(), err error) {
	server, lone := sweep.Lone(c.Feeds, f)
	if !lone {
		return func() {}, nil
	}
	o, err := stateOptions(ctx, c)
	if err != nil {
		return nil, err
	}
	return state.TryHost(ctx, c.State, o, server)
}

// tryFeed logs in at a feed's source, lists it, and imports and sets up its calls.
func tryFeed(ctx context.Context, eng *interp.Engine, c *config.Config, f config.Feed) foundFeed {
	out := unread(f, nil)
	if files, match, err := trySource(ctx, c, f); err != nil {
		out.Wrong = append(out.Wrong, faultOf(err))
	} else if out.Files, out.Match = files, match; match == 0 {
		out.Wrong = append(out.Wrong, foundFault{What: fmt.Sprintf("none of the %s there matches %s", plural(files, "file"), strings.Join(f.Match, ", ")), Hint: "match: takes the patterns of the files that are deliveries"})
	}
	for _, path := range ingest.Paths {
		c := f.Calls[path]
		if c == nil {
			continue
		}
		i, err := eng.Prepare(ctx, *c)
		out.Calls = append(out.Calls, foundCall{path.String(), named(*c), i.Full, i.Path})
		if err != nil {
			out.Wrong = append(out.Wrong, faultOf(err))
		}
	}
	return out
}

// trySource counts the files of a source and those that are the feed's. It is tried
// once: a sweep has more patience.
func trySource(ctx context.Context, c *config.Config, f config.Feed) (files, match int, err error) {
	leave, err := visit(ctx, c, f)
	if err != nil {
		return 0, 0, &statusError{statusIncomplete, err, explainSource(err)}
	}
	defer leave()
	src, err := sweep.Open(ctx, f, fetch.Options{Retries: -1})
	if err != nil {
		return 0, 0, err
	}
	defer src.Close()
	found, err := fetch.Find(ctx, src, sweep.Selection(f))
	if err != nil {
		return 0, 0, &statusError{statusIncomplete, err, cmp.Or(explainSource(err), "look at source, user and password; a sweep tries more often")}
	}
	return found.Listed, len(found.Entries) + len(found.Held), nil
}

// print writes a feed and what is wrong with it.
func (f foundFeed) print(b *strings.Builder) {
	state := "ready"
	if len(f.Wrong) > 0 {
		state = "not ready"
	}
	source := f.Source
	if f.Files >= 0 {
		source += fmt.Sprintf(" (%s, %d of this feed)", plural(f.Files, "file"), f.Match)
	}
	fmt.Fprintf(b, "feed    %-20s %s, pair %s: %s\n", f.Feed, source, f.Pair, state)
	for _, c := range f.Calls {
		if c.Python != "" {
			fmt.Fprintf(b, "  %-5s python %s (%s) imports %s\n", c.Path, c.Python, relative(c.File), c.Function)
		}
	}
	for _, w := range f.Wrong {
		w.print(b, "  ")
	}
}

func (w foundFault) print(b *strings.Builder, in string) {
	fmt.Fprintf(b, "%swrong %s\n", in, w.What)
	if w.Hint != "" {
		fmt.Fprintf(b, "%shint  %s\n", in, w.Hint)
	}
}

// notReady counts the feeds with something wrong.
func notReady(feeds []foundFeed) int {
	return len(slices.DeleteFunc(slices.Clone(feeds), func(f foundFeed) bool { return len(f.Wrong) == 0 }))
}
