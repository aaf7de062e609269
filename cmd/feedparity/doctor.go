//go:build !lean

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/state"
)

const doctorLong = `Says what this machine can do: which Pythons are found, whether the configuration
can be read, and for each feed whether its source lets us in and lists files, and
whether the interpreters of its call import and set up your code. --offline leaves
that out: no server is dialled and none of your code is run.

With a FILE it tries a feed on it: both paths are run once, and it says how many rows
of which types came of it, which records were read, what was opened and how, with the
line of your code, what the paths may change, which columns vary by themselves, what
of the declared pair the code does otherwise, and what keeps them from being compared.
It ends with "ready", or with what is not. Exit status 1: ready, and the paths differ;
3: not ready.

With --confirm it has the Pythons of this machine judge the models of them that
feedparity is built of: for a minute it makes up deliveries and policies, which both
read, and bytes to decode, samples to sniff and rows to write, by all layers in turn,
and counts where they differ, a line per layer and version. Whatever differs is
printed in full, to be reported, and the exit status is 1.`

// diagnosis is what doctor found.
type diagnosis struct {
	Version string        `json:"version"`
	Pythons []foundPython `json:"pythons"`
	Config  string        `json:"config,omitempty"`
	State   *foundState   `json:"state,omitempty"`
	Archive *foundArchive `json:"archive,omitempty"`
	Feeds   []foundFeed   `json:"feeds,omitempty"`
	*confirmation
}

type foundPython struct {
	Version string `json:"version,omitempty"` // "" for one that does not run
	Path    string `json:"path"`
	Source  string `json:"source"`
	Error   string `json:"error,omitempty"`
}

// doctorFlags are the options of doctor.
type doctorFlags struct {
	file          string
	feeds         []string
	json, offline bool
	confirm       bool
	duration      time.Duration
	hasConfig     bool // --config was given
}

func newDoctor(std streams) *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor [--feed NAME FILE]",
		Short: "Say which Pythons are found, and whether the feeds are ready",
		Long:  doctorLong,
		Example: `  feedparity doctor
  feedparity doctor --feed acme-stock
  feedparity doctor --feed acme-stock stock_20261124.csv
  feedparity doctor --config conf/feedparity.yaml --offline
  feedparity doctor --confirm --for 5m`,
		Args: wantArgs(0, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.hasConfig = cmd.Flags().Changed("config")
			if cmd.Flags().Changed("for") && !f.confirm {
				return usageError("add --confirm", "read --for: only --confirm takes time")
			}
			if len(args) == 1 {
				return f.try(cmd.Context(), std, args[0])
			}
			return f.examine(cmd.Context(), std)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.file, "config", config.DefaultFile, "configuration `FILE`")
	fs.StringArrayVar(&f.feeds, "feed", nil, "only the feed of this `NAME`; with FILE, the one to try on it")
	fs.BoolVar(&f.offline, "offline", false, "dial no server and run none of your code")
	fs.BoolVar(&f.json, "json", false, "print one JSON document")
	fs.BoolVar(&f.confirm, "confirm", false, "have the Pythons of this machine judge the models of them")
	fs.DurationVar(&f.duration, "for", time.Minute, "how long --confirm takes")
	return cmd
}

// examine looks at the machine and at the feeds.
func (f *doctorFlags) examine(ctx context.Context, std streams) error {
	d := diagnosis{Version: version(), Pythons: examinePythons(ctx)}
	verdict := d.examineConfig(ctx, f)
	noConfig := d.Config == "" && verdict == nil
	if !f.json {
		if err := d.print(std.out); err != nil {
			return err
		}
		if noConfig {
			fmt.Fprintf(std.out, "config  none: there is no %s here; feedparity init writes one\n", f.file)
		}
	}
	if f.confirm {
		if err := d.confirm(ctx, std, f.duration, f.json); err != nil {
			verdict = err
		}
	}
	if f.json {
		if err := writeJSON(std.out, d); err != nil {
			return err
		}
	}
	return verdict
}

// try runs a feed on a file.
func (f *doctorFlags) try(ctx context.Context, std streams, name string) error {
	c, err := config.Load(f.file)
	if err != nil {
		return configError(err)
	}
	feeds, err := chosenFeeds(c, f.feeds)
	if err != nil {
		return err
	}
	if len(feeds) != 1 {
		return usageError("name one with --feed", "read --feed: a file belongs to one feed, not %d", len(feeds))
	}
	return eachFile(ctx, std, []string{name}, func(_ string, in ingest.Input) error {
		t, err := tryFile(ctx, c, feeds[0], in)
		if err != nil {
			return err
		}
		if f.json {
			err = writeJSON(std.out, t)
		} else {
			err = t.print(std.out)
		}
		if err != nil {
			return err
		}
		return exit(t.status())
	})
}

// confirm judges the models and shows it.
func (d *diagnosis) confirm(ctx context.Context, std streams, duration time.Duration, asJSON bool) error {
	pythons, end, err := candidates(ctx, interp.Find(ctx))
	if err != nil {
		return err
	}
	defer end()
	begun := time.Now()
	bar := newProgress(std.err)
	d.confirmation, err = confirmModels(ctx, embedded.New(), pythons, begun.Add(duration), uint64(begun.UnixNano()), func(cases, bad int) {
		bar.show(fmt.Sprintf("%v of %v  %d cases, %d mismatches", time.Since(begun).Round(time.Second), duration, cases, bad))
	})
	bar.finish()
	if err != nil {
		return err
	}
	if !asJSON {
		if err := d.confirmation.print(std.out); err != nil {
			return err
		}
	}
	return d.confirmation.verdict()
}

func examinePythons(ctx context.Context) []foundPython {
	found, broken := interp.Search(ctx)
	out := []foundPython{}
	for _, p := range found {
		out = append(out, foundPython{Version: p.Full, Path: p.Path, Source: p.Source})
	}
	for _, b := range broken {
		out = append(out, foundPython{Path: b.Path, Source: b.Source, Error: oneLine(b.Err.Error())})
	}
	return out
}

// examineConfig fails on a configuration that is wrong; that there is none is
// only worth mentioning, unless it was asked for.
func (d *diagnosis) examineConfig(ctx context.Context, f *doctorFlags) error {
	c, err := config.Load(f.file)
	if errors.Is(err, fs.ErrNotExist) && !f.hasConfig && f.feeds == nil {
		return nil
	}
	if err != nil {
		return configError(err)
	}
	d.Config = c.File
	feeds, err := chosenFeeds(c, f.feeds)
	if err != nil {
		return err
	}
	calls := interp.NewEngine(interp.Options{})
	defer calls.Close()
	missing := 0
	for _, feed := range feeds {
		if _, err := feed.Source.Password.Read(ctx); err != nil {
			missing++
			d.Feeds = append(d.Feeds, unread(feed, err))
			continue
		}
		if f.offline {
			d.Feeds = append(d.Feeds, unread(feed, nil))
			continue
		}
		d.Feeds = append(d.Feeds, tryFeed(ctx, calls, c, feed))
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if missing > 0 {
		return usageError("set the variables or write the files that password: names", "read secrets: %s missing", plural(missing, "secret"))
	}
	if d.State, err = examineState(ctx, c, f.offline); err != nil {
		return err
	}
	if !f.offline {
		if d.Archive, err = examineArchive(ctx, c); err != nil {
			return err
		}
	}
	if d.Archive != nil && d.Archive.Error != "" {
		return &statusError{statusIncomplete, fmt.Errorf("examine archive: %s", d.Archive.Error), "every delivery is put into it: no feed is ready before it is"}
	}
	if n := notReady(d.Feeds); n > 0 {
		return &statusError{statusIncomplete, fmt.Errorf("examine feeds: %d of %s not ready", n, plural(len(d.Feeds), "feed")), "each says above what it lacks"}
	}
	return nil
}

// foundState is what the state is like.
type foundState struct {
	Name    string `json:"name"`
	Version int    `json:"version"` // of its tables, 0 where there are none yet
	Newest  int    `json:"newest"`  // to which the next command brings them
}

// examineState looks at the state, which stays as it is; nil where that would dial.
func examineState(ctx context.Context, c *config.Config, offline bool) (*foundState, error) {
	if offline && state.IsPostgres(c.State) {
		return nil, nil
	}
	o, err := stateOptions(ctx, c)
	if err != nil {
		return nil, err
	}
	out := foundState{Name: c.State}
	if out.Version, out.Newest, err = state.Examine(ctx, c.State, o); err != nil {
		return nil, stateError(err)
	}
	return &out, nil
}

func (s *foundState) text() string {
	switch s.Version {
	case 0:
		return "none yet: the first sweep makes it"
	case s.Newest:
		return "can be used"
	}
	return fmt.Sprintf("can be used; the next command brings it from version %d to %d", s.Version, s.Newest)
}

func (d *diagnosis) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintln(&b, "feedparity", d.Version)
	usable := 0
	for _, p := range d.Pythons {
		if p.Error != "" {
			fmt.Fprintf(&b, "python  broken   %s (%s): %s\n", p.Path, p.Source, p.Error)
			continue
		}
		usable++
		fmt.Fprintf(&b, "python  %-8s %s (%s)\n", p.Version, p.Path, p.Source)
	}
	if usable == 0 {
		fmt.Fprintln(&b, "python  none: the embedded engine runs everything but feeds with a call; nothing is confirmed")
	}
	if d.Config != "" {
		fmt.Fprintf(&b, "config  %s: %s\n", d.Config, plural(len(d.Feeds), "feed"))
	}
	if s := d.State; s != nil {
		fmt.Fprintf(&b, "state   %s: %s\n", s.Name, s.text())
	}
	if a := d.Archive; a != nil {
		fmt.Fprintf(&b, "archive %s: %s\n", a.Location, cmp.Or(a.Error, "can be reached"))
	}
	for _, f := range d.Feeds {
		f.print(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
