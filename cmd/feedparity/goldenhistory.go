//go:build !lean

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/unpack"
)

const historyLong = `Runs the case's feed on what the archive keeps of its deliveries, and says which of them
show the case's signature: the first of them, the last before it that did not, and how
many rows and nights were hit. A delivery is of the day of its own time, or of the day
of its fetch where the supplier's server tells none. Nothing is fetched or remembered.
Exit status 1 if a delivery shows it, 3 if one could not be looked at.`

func newGoldenHistory(std streams) *cobra.Command {
	var f goldenFlags
	var since string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "history CASE",
		Short: "Look for a case's signature in the archived deliveries of its feed",
		Long:  historyLong,
		Example: `  feedparity golden history golden/cases/acme/mojibake-1b2c3d4e
  feedparity golden history --since 2026-09-01 mojibake:iso8859-1`,
		Args: wantArgs(1, 1, "CASE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			from := time.Time{}
			if since != "" {
				var err error
				if from, err = time.ParseInLocation(time.DateOnly, since, time.Local); err != nil {
					return usageError("a day, such as 2026-09-01", "read --since: %q is none", since)
				}
			}
			store, cfg, err := f.store(cmd)
			if err != nil {
				return err
			}
			if cfg == nil {
				return usageError("", "look through the archive: there is no %s to say where it is", f.config)
			}
			c, dir, err := namedCase(store, args[0])
			if err != nil {
				return err
			}
			h, err := lookBack(cmd.Context(), std, cfg, c, from)
			if err != nil {
				return err
			}
			h.Case, h.Signature, h.Feed, h.Since = dir, c.Signature, c.Feed, since
			return h.finish(std.out, asJSON)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&since, "since", "", "only deliveries of this `DAY` or later, such as 2026-09-01 (default: all)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// namedCase finds the case that an argument means: a directory, its case.yaml, or the
// beginning of a signature, or the hash, of a case in the store.
func namedCase(store *golden.Store, arg string) (*golden.Case, string, error) {
	if _, err := os.Stat(arg); err == nil {
		return loadCase(arg)
	}
	cases, err := store.List()
	if err != nil {
		return loadCase(arg)
	}
	return choose(cases, arg)
}

// history is what the archive says about a signature.
type history struct {
	Case       string   `json:"case"`
	Signature  string   `json:"signature"`
	Feed       string   `json:"feed"`
	Since      string   `json:"since,omitempty"`
	Deliveries int      `json:"deliveries"` // that were looked at; members of archives count
	Nights     int      `json:"nights"`     // on which they came
	Missing    int      `json:"missing"`    // that are not in the archive any more
	Failed     int      `json:"failed"`     // that could not be looked at
	HitNights  int      `json:"hit_nights"`
	Rows       int      `json:"rows"`
	Before     *bygone  `json:"before,omitempty"` // the last without it before the first with it
	Hits       []bygone `json:"hits"`             // oldest first: the first is the first bad delivery
}

// bygone is one delivery of the archive.
type bygone struct {
	Night    string `json:"night"`
	Delivery string `json:"delivery"`
	SHA256   string `json:"sha256"`
	Rows     int    `json:"rows"`
	Cells    int    `json:"cells"`
	First    string `json:"first,omitempty"`
	Last     string `json:"last,omitempty"`
}

// backward looks through the archive for a case.
type backward struct {
	history
	std    streams
	c      *golden.Case
	feed   config.Feed
	store  *archive.Store
	line   *parity.Line
	dir    string
	nights map[string]bool
	hit    map[string]bool
}

func lookBack(ctx context.Context, std streams, cfg *config.Config, c *golden.Case, since time.Time) (*history, error) {
	feed, err := cfg.Feed(c.Feed)
	if err != nil {
		return nil, usageError("", "look through the archive: %w", err)
	}
	if c.Handover != nil {
		return nil, usageError("feedparity handover tries one", "look through the archive: %q is about a hand-over", c.Dir())
	}
	db, err := openState(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	fetched, err := db.Fetches(ctx, c.Feed, since)
	if err != nil {
		return nil, err
	}
	b := &backward{std: std, c: c, feed: feed, nights: map[string]bool{}, hit: map[string]bool{}}
	if b.store, err = openArchive(ctx, cfg); err != nil {
		return nil, err
	}
	if b.dir, err = os.MkdirTemp("", "feedparity-history-"); err != nil { // readable by us alone
		return nil, fmt.Errorf("look through the archive: %w", err)
	}
	defer os.RemoveAll(b.dir)
	eng := openEngines(ctx, embedded.New(), c.Calls != [2]string{}, runners(cfg)...)
	defer eng.close()
	b.line = eng.line
	for _, one := range fetched {
		if err := b.delivery(ctx, one); ctx.Err() != nil {
			return nil, fmt.Errorf("look through the archive: %w", ctx.Err())
		} else if err != nil {
			b.Failed++
			fmt.Fprintf(std.err, "feedparity: delivery %q of %s: %s\n", one.Path, nightOf(one), oneLine(err.Error()))
		}
	}
	b.Nights, b.HitNights = len(b.nights), len(b.hit)
	return &b.history, nil
}

func nightOf(f state.Fetch) string { return f.Date().Local().Format(time.DateOnly) }

// delivery looks at one file of the archive, of a packed one at each member.
func (b *backward) delivery(ctx context.Context, f state.Fetch) error {
	has, err := b.store.Has(ctx, f.SHA256)
	if err != nil {
		return err
	}
	if !has {
		b.Missing++
		return nil
	}
	file := filepath.Join(b.dir, f.SHA256)
	defer os.Remove(file)
	if err := b.store.Get(ctx, f.SHA256, file); err != nil {
		return err
	}
	data, err := unpack.OpenFile(file)
	if err != nil {
		return err
	}
	defer data.Close()
	in := ingest.Input{Name: path.Base(f.Path), Data: data, Size: f.Bytes, File: file}
	return errors.Join(eachMember(ctx, unpack.Limits(b.feed.Take.Unpack), f.Path, in, func(name string, in ingest.Input) error {
		return b.look(ctx, f, name, in)
	})...)
}

// look runs the feed's paths on one file.
func (b *backward) look(ctx context.Context, f state.Fetch, name string, in ingest.Input) error {
	hits, err := golden.Shows(ctx, b.line, b.c, parity.Delivery{Feed: b.feed.Name, Name: in.Name, Data: in.Data, Size: in.Size, File: in.File,
		Charset: b.feed.Charset, Pair: b.feed.Pair, Calls: b.feed.Calls, Compare: b.feed.Compare})
	if err != nil {
		return err
	}
	b.note(bygone{Night: nightOf(f), Delivery: name, SHA256: f.SHA256}, hits)
	return nil
}

func (b *backward) note(one bygone, h classify.Hits) {
	b.Deliveries++
	b.nights[one.Night] = true
	if h.Count == 0 {
		if len(b.Hits) == 0 {
			b.Before = &one
		}
		return
	}
	b.hit[one.Night] = true
	b.Rows += h.Rows
	one.Rows, one.Cells = h.Rows, h.Cells
	if h.Rows > 0 {
		one.First, one.Last = positionText(h.First), positionText(h.Last)
	}
	b.Hits = append(b.Hits, one)
}

// finish prints what was found; its exit status says the same.
func (h *history) finish(w io.Writer, asJSON bool) error {
	if h.Hits == nil {
		h.Hits = []bygone{}
	}
	if len(h.Hits) == 0 {
		h.Before = nil
	}
	write := h.write
	if asJSON {
		write = func(w io.Writer) error { return writeJSON(w, h) }
	}
	switch err := write(w); {
	case err != nil:
		return err
	case h.Failed > 0:
		return exit(statusIncomplete)
	case len(h.Hits) > 0:
		return exit(statusDiverge)
	}
	return nil
}

// maxHistory is how many deliveries the page lists; JSON has them all.
const maxHistory = 20

func (h *history) write(out io.Writer) error {
	fmt.Fprintf(out, "case       %s\nsignature  %s\n", h.Case, h.Signature)
	looked := fmt.Sprintf("%s of %s", plurals(h.Deliveries, "delivery", "deliveries"), plural(h.Nights, "night"))
	if h.Since != "" {
		looked += " since " + h.Since
	}
	if h.Missing > 0 {
		looked += fmt.Sprintf("; %d not in the archive any more", h.Missing)
	}
	if h.Failed > 0 {
		looked += fmt.Sprintf("; %d could not be looked at", h.Failed)
	}
	fmt.Fprintf(out, "looked at  %s\n", looked)
	if len(h.Hits) == 0 {
		fmt.Fprintln(out, "hits       none")
		return nil
	}
	fmt.Fprintf(out, "hits       %s of %s, %s\n", plurals(len(h.Hits), "delivery", "deliveries"), plural(h.HitNights, "night"), plural(h.Rows, "row"))
	if h.Before != nil {
		fmt.Fprintf(out, "last good  %s  %s\n", h.Before.Night, visible(h.Before.Delivery))
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for i, one := range h.Hits {
		name := []string{"first bad", ""}[min(i, 1)]
		if i == maxHistory {
			fmt.Fprintf(w, "%-10s\t%d more: --json lists them\n", "", len(h.Hits)-i)
			break
		}
		fmt.Fprintf(w, "%-9s\t%s\t%s\t%s\n", name, one.Night, visible(one.Delivery), one.hits())
	}
	return w.Flush()
}

func (b bygone) hits() string {
	switch {
	case b.Rows == 0:
		return ""
	case b.Rows == 1:
		return b.First
	}
	return fmt.Sprintf("%d rows, from %s to %s", b.Rows, b.First, b.Last)
}
