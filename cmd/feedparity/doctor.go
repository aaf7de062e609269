package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
)

const doctorLong = `Says what this machine can do: which Pythons are found, whether the configuration
can be read and its secrets are there. It dials no server and runs none of your code.

With --confirm it has the Pythons of this machine judge the models of them that
feedparity is built of: for a minute it makes up deliveries and policies, reads them
with both, and counts where they differ, a line per layer and version. Whatever
differs is printed in full, to be reported, and the exit status is 1.`

// diagnosis is what doctor found.
type diagnosis struct {
	Version string        `json:"version"`
	Pythons []foundPython `json:"pythons"`
	Config  string        `json:"config,omitempty"`
	Feeds   []foundFeed   `json:"feeds,omitempty"`
	*confirmation
}

type foundPython struct {
	Version string `json:"version,omitempty"` // "" for one that does not run
	Path    string `json:"path"`
	Source  string `json:"source"`
	Error   string `json:"error,omitempty"`
}

type foundFeed struct {
	Feed   string `json:"feed"`
	Source string `json:"source"`
	Pair   string `json:"pair"`
	Error  string `json:"error,omitempty"` // why its secret cannot be read
}

func newDoctor(std streams) *cobra.Command {
	var file string
	var asJSON, confirm bool
	var duration time.Duration
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say which Pythons are found and whether the configuration holds",
		Long:  doctorLong,
		Example: `  feedparity doctor
  feedparity doctor --config conf/feedparity.yaml
  feedparity doctor --confirm --for 5m`,
		Args: wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("for") && !confirm {
				return usageError("add --confirm", "read --for: only --confirm takes time")
			}
			d := diagnosis{Version: version(), Pythons: examinePythons(cmd.Context())}
			verdict := d.examineConfig(file, cmd.Flags().Changed("config"))
			noConfig := d.Config == "" && verdict == nil
			if !asJSON {
				if err := d.print(std.out); err != nil {
					return err
				}
				if noConfig {
					fmt.Fprintf(std.out, "config  none: there is no %s here; feedparity init writes one\n", file)
				}
			}
			if confirm {
				if err := d.confirm(cmd.Context(), std, duration, asJSON); err != nil {
					verdict = err
				}
			}
			if asJSON {
				if err := writeJSON(std.out, d); err != nil {
					return err
				}
			}
			return verdict
		},
	}
	cmd.Flags().StringVar(&file, "config", config.DefaultFile, "configuration `FILE`")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	cmd.Flags().BoolVar(&confirm, "confirm", false, "have the Pythons of this machine judge the models of them")
	cmd.Flags().DurationVar(&duration, "for", time.Minute, "how long --confirm takes")
	return cmd
}

// confirm judges the models and shows it.
func (d *diagnosis) confirm(ctx context.Context, std streams, duration time.Duration, asJSON bool) error {
	pythons, end, err := candidates(ctx, interp.Find(ctx))
	if err != nil {
		return err
	}
	defer end()
	begun := time.Now()
	bar := newProgress(std.err, 0)
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
func (d *diagnosis) examineConfig(file string, asked bool) error {
	c, err := config.Load(file)
	if errors.Is(err, fs.ErrNotExist) && !asked {
		return nil
	}
	if err != nil {
		return configError(err)
	}
	d.Config = c.File
	missing := 0
	for _, f := range c.Feeds {
		one := foundFeed{Feed: f.Name, Source: f.Source.URL, Pair: f.Pair.Name}
		if _, err := f.Source.Password.Read(); err != nil {
			one.Error = oneLine(err.Error())
			missing++
		}
		d.Feeds = append(d.Feeds, one)
	}
	if missing > 0 {
		return usageError("set the variables or write the files that password: names", "read secrets: %s missing", plural(missing, "secret"))
	}
	return nil
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
	for _, f := range d.Feeds {
		state := "ready"
		if f.Error != "" {
			state = f.Error
		}
		fmt.Fprintf(&b, "feed    %-20s %s, pair %s: %s\n", f.Feed, f.Source, f.Pair, state)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// configError words what is wrong with a configuration.
func configError(err error) error {
	var ce *config.Error
	switch {
	case errors.As(err, &ce):
		return usageError(ce.Hint, "read config: %w", err)
	case errors.Is(err, fs.ErrNotExist):
		return usageError("feedparity init writes one; --config names another", "%w", err)
	}
	return usageError("", "%w", err)
}
