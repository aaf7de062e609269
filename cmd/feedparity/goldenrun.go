package main

import (
	"context"
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
	var strict, asJSON, frozen bool
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
			r := replayer{std: std, eng: eng, cfg: cfg, strict: strict, json: asJSON, frozen: frozen, code: revisions{cfg: cfg, eng: eng}}
			defer r.pythons.close()
			for _, c := range cases {
				if err := r.replay(cmd.Context(), c); err != nil {
					return err
				}
			}
			r.sayMoved()
			return exit(r.worst)
		},
	}
	f.add(cmd)
	engine.add(cmd)
	cmd.Flags().BoolVar(&frozen, "frozen", false, "take what is recorded of py2 instead of running it")
	cmd.Flags().BoolVar(&strict, "strict", false, "fail for a case whose paths now agree, too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON Lines, a case each")
	return cmd
}

// replayer runs cases again, one after the other.
type replayer struct {
	std          streams
	eng          ingest.Engine
	cfg          *config.Config
	pythons      pythons
	strict, json bool
	frozen       bool
	worst        int
	code         revisions
	moved        int // cases that were recorded with other code
}

// sayMoved tells of cases recorded with other code, all at once: it is news of the
// code and no fault of theirs.
func (r *replayer) sayMoved() {
	if r.moved > 0 {
		fmt.Fprintf(r.std.err, "feedparity: %s recorded with other code than this, %s\n", plurals(r.moved, "case was", "cases were"), r.code.now)
	}
}

// run runs a case again, with what its feed has of the team's code.
func (r *replayer) run(ctx context.Context, c *golden.Case) golden.Replayed {
	calls := callsOf(r.cfg, c)
	return golden.Replay(ctx, r.eng, c, golden.ReplayOptions{Calls: calls, Handover: r.pythons.ofCase(calls), Caches: r.pythons.caches, Frozen: r.frozen, Now: time.Now()})
}

// replay prints what became of a case. The error is that nobody wants to know any
// more; a case that cannot be read or run does not stop the others.
func (r *replayer) replay(ctx context.Context, c golden.Stored) error {
	if c.Err != nil {
		r.worst = max(r.worst, statusUsage)
		fmt.Fprintf(r.std.err, "feedparity: %s\n", oneLine(c.Err.Error()))
		return nil
	}
	got := r.run(ctx, c.Case)
	if ctx.Err() != nil {
		return fmt.Errorf("replay cases: %w", ctx.Err())
	}
	if got.Status == golden.NowAgrees {
		got.Detail = "if this is meant: feedparity golden resolve " + ingest.ShellQuote(relative(c.Path))
	}
	r.worst = max(r.worst, replayStatus(got, r.strict))
	was, now := r.code.moved(ctx, c.Case)
	if was != "" {
		r.moved++
	}
	if r.json {
		return writeJSON(r.std.out, struct {
			Path   string        `json:"path"`
			Status golden.Status `json:"status"`
			Failed bool          `json:"failed"`
			Detail string        `json:"detail,omitempty"`
			// The code's revision that the case was recorded with and the present one,
			// where they differ.
			Revision string `json:"revision,omitempty"`
			Now      string `json:"revision_now,omitempty"`
		}{relative(c.Path), got.Status, replayStatus(got, r.strict) != statusOK, got.Detail, was, now})
	}
	_, err := fmt.Fprintln(r.std.out, strings.TrimRight(fmt.Sprintf("%-14s %s  %s", got.Status, relative(c.Path), oneLine(got.Detail)), " "))
	return err
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
copied before you commit it. Cases that are there already stay as they are, but one
that is fixed and was found again since becomes regressed. A case of which too much is
still the supplier's is held back until golden allow.`,
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
			inbox := golden.NewInbox(from)
			pulled, err := golden.Pull(inbox, store)
			if err != nil {
				return err
			}
			return reportPulled(std, inbox, store, pulled)
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&from, "from", "", "the inbox (default: the configuration's)")
	return cmd
}

func also(held int) string {
	if held == 0 {
		return ""
	}
	return fmt.Sprintf(", %d held back", held)
}

func reportPulled(std streams, inbox, into *golden.Store, pulled []golden.Pulled) error {
	copied, failed, held := 0, 0, 0
	for _, p := range pulled {
		switch {
		case p.Held:
			held++
			from := filepath.Join(inbox.Root(), filepath.FromSlash(p.Dir))
			fmt.Fprintf(std.err, "feedparity: case %q is held back: it needs more of the supplier's data than could be replaced\nhint: look at it, then feedparity golden allow %s\n",
				p.Dir, ingest.ShellQuote(relative(from)))
		case p.Err != nil:
			failed++
			fmt.Fprintf(std.err, "feedparity: %s\n", oneLine(p.Err.Error()))
		case p.Copied:
			copied++
			fmt.Fprintln(std.out, filepath.Join(into.Root(), filepath.FromSlash(p.Dir)))
		case p.Regressed:
			fmt.Fprintf(std.out, "%-14s %s\n", golden.Regressed, relative(filepath.Join(into.Root(), filepath.FromSlash(p.Dir))))
		}
	}
	fmt.Fprintf(std.err, "%s copied, %d there already%s\n", plural(copied, "case"), len(pulled)-copied-failed-held, also(held))
	if failed > 0 {
		return exit(statusUsage)
	}
	return nil
}
