//go:build !lean

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/report"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/sweep"
	"github.com/feedparity/feedparity/ingest/unpack"
)

const spreadLong = `Asks which other feeds have the fault that a case shows. What the divergence needs is put
into the latest delivery of every other feed, in each of its columns, in its own dialect
and charset, and that feed's own paths are run on it. A feed that diverges for the same
cause gets a case of its own in the inbox, linked to the first. Exit status 1 if there is
one.`

func newGoldenSpread(std streams) *cobra.Command {
	var f goldenFlags
	var all bool
	var only []string
	cmd := &cobra.Command{
		Use:   "spread CASE...|--all",
		Short: "Find out which other feeds have the same fault",
		Long:  spreadLong,
		Example: `  feedparity golden spread golden/cases/acme/mojibake-1b2c3d4e
  feedparity golden spread --all`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if all == (len(args) > 0) {
				return usageError("", "spread cases: name cases, or all open ones with --all")
			}
			store, cfg, err := f.store(cmd)
			if err != nil {
				return err
			}
			if cfg == nil {
				return usageError("", "spread cases: there is no %s to say which feeds there are", f.config)
			}
			feeds, err := chosenFeeds(cfg, only)
			if err != nil {
				return err
			}
			cases, err := spreadable(store, args)
			if err != nil {
				return err
			}
			return spreadAll(cmd.Context(), std, cfg, feeds, cases)
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "every open and regressed case")
	cmd.Flags().StringSliceVar(&only, "feed", nil, "only to these feeds")
	return cmd
}

// spreadable are the cases that are named, or all that diverge and nobody accepted.
func spreadable(store *golden.Store, args []string) ([]*golden.Case, error) {
	found, err := chosenCases(store, args)
	if err != nil {
		return nil, err
	}
	var out []*golden.Case
	for _, c := range found {
		if c.Err == nil && (len(args) > 0 || c.Case.State == golden.Open || c.Case.State == golden.Regressed) {
			out = append(out, c.Case)
		}
	}
	return out, nil
}

// spreader tries cases on the feeds of a configuration.
type spreader struct {
	std   streams
	cfg   *config.Config
	store *archive.Store
	dir   string              // where deliveries are laid out; gone when closed
	laid  map[string]delivery // by feed
	line  *parity.Line
	judge golden.Judge
	db    *state.DB
	inbox *golden.Store
	code  string
	found bool
	bad   bool // a feed could not be tried
}

// newSpreader makes one with a directory of its own, which close removes.
func newSpreader(std streams, cfg *config.Config, db *state.DB, store *archive.Store, line *parity.Line, judge golden.Judge, code string) (*spreader, error) {
	dir, err := os.MkdirTemp("", "feedparity-spread-") // readable by us alone
	if err != nil {
		return nil, fmt.Errorf("spread cases: %w", err)
	}
	return &spreader{std: std, cfg: cfg, db: db, inbox: golden.NewInbox(cfg.Inbox), store: store, dir: dir, laid: map[string]delivery{}, line: line, judge: judge, code: code}, nil
}

func (s *spreader) close() { os.RemoveAll(s.dir) }

func spreadAll(ctx context.Context, std streams, cfg *config.Config, feeds []config.Feed, cases []*golden.Case) error {
	db, err := openState(ctx, cfg)
	if err != nil {
		return err
	}
	defer db.Close()
	eng := openEngines(ctx, embedded.New(), true, runners(cfg)...)
	defer eng.close()
	store, err := openArchive(ctx, cfg)
	if err != nil {
		return err
	}
	code, err := codeRevision(ctx, cfg, eng.calls)
	if err != nil {
		return usageError("", "%w", err)
	}
	s, err := newSpreader(std, cfg, db, store, eng.line, eng.judge, code)
	if err != nil {
		return err
	}
	defer s.close()
	w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
	for _, c := range cases {
		for _, f := range feeds {
			if f.Name == c.Feed || c.Handover != nil {
				continue
			}
			what, err := s.try(ctx, c, f)
			if ctx.Err() != nil {
				return fmt.Errorf("spread cases: %w", ctx.Err())
			}
			if err != nil {
				s.bad = true
				fmt.Fprintf(std.err, "feedparity: %s\n", oneLine(err.Error()))
				continue
			}
			fmt.Fprintf(w, "%s\t%s\t%s\n", c.Dir(), f.Name, what)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	switch {
	case s.bad:
		return exit(statusIncomplete)
	case s.found:
		return exit(statusDiverge)
	}
	return nil
}

// maxSpreading is how long a sweep tries its new cases on the other feeds.
const maxSpreading = time.Minute

// spreadNew tries the cases of the signatures that a sweep has seen first on all other
// feeds. What it cannot try it says on stderr: the night's own work is done.
func (s *spreader) spreadNew(ctx context.Context, res *sweep.Result) []report.Spread {
	end := time.Now().Add(maxSpreading)
	var out []report.Spread
	tried := map[string]bool{}
	for _, found := range res.Findings() {
		if !found.New || found.Regressed || found.Case == "" || found.Severity == ingest.Info || tried[found.Case] {
			continue
		}
		tried[found.Case] = true
		c, err := golden.Load(found.Case)
		if err != nil || c.Handover != nil {
			continue // of a case that cannot be read the sweep has told
		}
		for _, f := range s.cfg.Feeds {
			if f.Name == c.Feed {
				continue
			}
			if ctx.Err() != nil || time.Now().After(end) {
				fmt.Fprintf(s.std.err, "feedparity: new cases were not tried on all other feeds: feedparity golden spread --all --dir %s does it\n", ingest.ShellQuote(relative(s.inbox.Root())))
				return out
			}
			dir, fresh, _, err := s.one(ctx, c, f)
			switch {
			case err != nil:
				fmt.Fprintf(s.std.err, "feedparity: %s\n", oneLine(err.Error()))
			case fresh:
				out = append(out, report.Spread{Case: found.Case, Feed: f.Name, Found: dir})
			}
		}
	}
	return out
}

// try says in words whether a case's fault is in a feed.
func (s *spreader) try(ctx context.Context, c *golden.Case, f config.Feed) (string, error) {
	dir, fresh, tried, err := s.one(ctx, c, f)
	switch {
	case err != nil:
		return "", err
	case tried == 0:
		return "no delivery of it is there", nil
	case dir == "":
		return fmt.Sprintf("does not show, tried in %s", plurals(tried, "way", "ways")), nil
	}
	s.found = true
	if !fresh {
		return "has it, and a case: " + relative(dir), nil
	}
	return "has it: " + relative(dir), nil
}

// one tries a case on a feed, in so many ways, and returns the directory of the feed's
// own case, "" if it has not the fault.
func (s *spreader) one(ctx context.Context, c *golden.Case, f config.Feed) (dir string, fresh bool, tried int, err error) {
	d, err := s.latest(ctx, f)
	if err != nil || d.file == "" {
		return "", false, 0, err
	}
	data, err := unpack.OpenFile(d.file)
	if err != nil {
		return "", false, 0, fmt.Errorf("spread %q to feed %q: %w", c.Dir(), f.Name, err)
	}
	defer data.Close()
	got, err := golden.TrySpread(ctx, s.line, s.judge, c, parity.Delivery{
		Feed: f.Name, Name: d.name, Data: data, Size: d.size, Charset: f.Charset, Pair: f.Pair, Calls: f.Calls, Compare: f.Compare,
	})
	if errors.Is(err, parity.ErrBinary) { // the sweep has told of it
		return "", false, 0, nil
	}
	if err != nil || got.Case == nil {
		return "", false, got.Tried, err
	}
	got.Case.Found("spread", time.Now(), d.SHA256, d.Path, d.MTime, s.code)
	dir, fresh, err = s.inbox.Write(got.Case)
	return dir, fresh, got.Tried, err
}

// delivery is a feed's newest one whose bytes are kept, laid out in a file: of an
// archive the first member. The zero value says that there is none.
type delivery struct {
	file, name string
	size       int64
	state.Delivery
}

// latest finds it, once for all cases.
func (s *spreader) latest(ctx context.Context, f config.Feed) (delivery, error) {
	if d, found := s.laid[f.Name]; found {
		return d, nil
	}
	d, err := s.layOut(ctx, f)
	if err != nil {
		d, err = delivery{}, fmt.Errorf("find a delivery of feed %q: %w", f.Name, err)
	}
	if ctx.Err() == nil {
		s.laid[f.Name] = d // one that cannot be had is said once
	}
	return d, err
}

// maxLatest is how many deliveries are looked for.
const maxLatest = 10

func (s *spreader) layOut(ctx context.Context, f config.Feed) (delivery, error) {
	for d, err := range archived(ctx, s.db, s.store, f.Name, maxLatest) {
		if err != nil {
			return delivery{}, err
		}
		return s.unpack(ctx, f, d)
	}
	return delivery{}, nil
}

func (s *spreader) unpack(ctx context.Context, f config.Feed, d state.Delivery) (delivery, error) {
	dir, err := os.MkdirTemp(s.dir, "") // two feeds may have had the same bytes
	if err != nil {
		return delivery{}, err
	}
	out := delivery{filepath.Join(dir, d.SHA256), path.Base(d.Path), d.Bytes, d}
	if err := s.store.Get(ctx, d.SHA256, out.file); err != nil {
		return delivery{}, err
	}
	members, err := unpack.Open(ctx, out.file, out.name, out.file+".unpacked", unpack.Limits(f.Take.Unpack))
	if len(members) > 0 {
		out.file, out.name, out.size = members[0].File, members[0].Base(), members[0].Size
	}
	return out, err
}
