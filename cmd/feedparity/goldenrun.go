package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
)

// callsOf returns the team's functions of a case's feed, from the configuration.
func callsOf(cfg *config.Config, c *golden.Case) [2]*ingest.Call {
	if cfg == nil {
		return [2]*ingest.Call{}
	}
	f, err := cfg.Feed(c.Feed)
	if err != nil {
		return [2]*ingest.Call{} // a feed that is gone: replay says what is missing
	}
	return f.Calls
}

func newGoldenReplay(std streams) *cobra.Command {
	var f goldenFlags
	var engine engineFlags
	var strict bool
	cmd := &cobra.Command{
		Use:   "replay [CASE...]",
		Short: "Run golden cases again and check that they behave as their state says",
		Example: `  feedparity golden replay
  feedparity golden replay --engine interpreter golden/cases/acme/mojibake-1b2c3d4e`,
		RunE: func(cmd *cobra.Command, args []string) error {
			eng, closeEngine, err := engine.open(cmd.Context())
			if err != nil {
				return err
			}
			defer closeEngine()
			store, cfg, err := f.store(cmd)
			if err != nil {
				return err
			}
			cases, err := chosenCases(store, args)
			if err != nil {
				return err
			}
			worst := statusOK
			for _, c := range cases {
				if c.Err != nil {
					fmt.Fprintf(std.err, "feedparity: %s\n", oneLine(c.Err.Error()))
					worst = max(worst, statusUsage)
					continue
				}
				r := golden.Replay(cmd.Context(), eng, c.Case, golden.ReplayOptions{Calls: callsOf(cfg, c.Case), Now: time.Now()})
				fmt.Fprintln(std.out, strings.TrimRight(fmt.Sprintf("%-14s %s  %s", r.Status, relative(c.Path), r.Detail), " "))
				worst = max(worst, replayStatus(r, strict))
			}
			return exit(worst)
		},
	}
	f.add(cmd)
	engine.add(cmd)
	cmd.Flags().BoolVar(&strict, "strict", false, "fail for a case whose paths now agree, too")
	return cmd
}

func chosenCases(store *golden.Store, args []string) ([]golden.Stored, error) {
	if len(args) == 0 {
		return list(store)
	}
	var out []golden.Stored
	for _, a := range args {
		c, dir, err := loadCase(a)
		if err != nil {
			return nil, err
		}
		out = append(out, golden.Stored{Dir: dir, Path: dir, Case: c})
	}
	return out, nil
}

func replayStatus(r golden.Replayed, strict bool) int {
	switch {
	case r.Status == golden.NotCompared:
		return statusIncomplete
	case r.Status.Failed(strict):
		return statusDiverge
	}
	return statusOK
}

func newGoldenPull(std streams) *cobra.Command {
	var f goldenFlags
	var from string
	cmd := &cobra.Command{
		Use:   "pull",
		Short: "Copy new cases from a sweep's inbox into the checkout",
		Long: `Copies the cases that sweeps wrote into the directory under version control. It is
the only way in, so that no supplier data gets there unasked: look at what it
copied before you commit it. Cases that are there already stay as they are.`,
		Example: `  feedparity golden pull
  feedparity golden pull --from /srv/feeds/.feedparity/inbox --dir golden/cases`,
		Args: wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, cfg, err := f.store(cmd)
			if err != nil {
				return err
			}
			if from == "" {
				if cfg == nil {
					return usageError("name the inbox with --from", "pull cases: there is no %s to say where the inbox is", f.config)
				}
				from = cfg.Inbox // there is none before the first sweep
			} else if _, err := os.Stat(from); err != nil {
				return usageError("--from names the directory that sweeps write cases to", "pull cases from %q: %w", from, cause(err))
			}
			pulled, err := golden.Pull(golden.NewStore(from), store)
			if err != nil {
				return err
			}
			return reportPulled(std, store, pulled)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&from, "from", "", "the inbox (default: the configuration's)")
	return cmd
}

func reportPulled(std streams, into *golden.Store, pulled []golden.Pulled) error {
	copied, failed := 0, 0
	for _, p := range pulled {
		switch {
		case p.Err != nil:
			failed++
			fmt.Fprintf(std.err, "feedparity: %s\n", oneLine(p.Err.Error()))
		case p.Copied:
			copied++
			fmt.Fprintln(std.out, filepath.Join(into.Root(), filepath.FromSlash(p.Dir)))
		}
	}
	fmt.Fprintf(std.err, "%s copied, %d there already\n", plural(copied, "case"), len(pulled)-copied-failed)
	if failed > 0 {
		return exit(statusUsage)
	}
	return nil
}
