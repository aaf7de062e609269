//go:build !lean

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/whole"
)

const stateLong = `Looks after the state: what the sweeps saw, ran and found. An export is one file of JSON
Lines, from which an empty state is made, of the same kind or of the other: that is how a
file becomes a PostgreSQL database. Import, prune and migrate want that no sweep runs.`

func newState(std streams) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:     "state",
		Short:   "Export, import, prune or migrate what sweeps remember",
		Long:    stateLong,
		Example: "  feedparity state export -o state.jsonl\n  feedparity state import state.jsonl\n  feedparity state prune --older-than 400d",
	}
	cmd.PersistentFlags().StringVar(&file, "config", config.DefaultFile, "configuration file")
	cmd.AddCommand(newStateExport(std, &file), newStateImport(std, &file), newStatePrune(std, &file), newStateMigrate(std, &file))
	return cmd
}

func newStateExport(std streams, file *string) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:     "export",
		Short:   "Write the state as JSON Lines",
		Long:    "Writes the whole state as it is at one moment, as JSON Lines; a sweep may run meanwhile.\nTasks of a sweep that runs are left out.",
		Example: "  feedparity state export > state.jsonl\n  feedparity state export -o state.jsonl",
		Args:    wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := config.Load(*file)
			if err != nil {
				return configError(err)
			}
			db, err := openState(cmd.Context(), c)
			if err != nil {
				return err
			}
			defer db.Close()
			if to == "" {
				_, err = db.Export(cmd.Context(), std.out, time.Now().UTC())
				return err
			}
			n, err := exportFile(cmd.Context(), db, to)
			if err == nil {
				fmt.Fprintf(std.err, "exported %s to %s\n", plural(n, "row"), to)
			}
			return err
		},
	}
	cmd.Flags().StringVarP(&to, "output", "o", "", "write to `FILE`, whole or not at all, in place of stdout")
	return cmd
}

// exportFile writes an export that is there whole or not at all.
func exportFile(ctx context.Context, db *state.DB, name string) (n int, err error) {
	f, err := whole.Create(name, 0o600) // it names suppliers' files
	if err != nil {
		return 0, fmt.Errorf("export state: %w", err)
	}
	defer f.Abandon()
	if n, err = db.Export(ctx, f, time.Now().UTC()); err != nil {
		return 0, err
	}
	if err := f.Commit(); err != nil {
		return 0, fmt.Errorf("export state: %w", err)
	}
	return n, nil
}

func newStateImport(std streams, file *string) *cobra.Command {
	return &cobra.Command{
		Use:     "import FILE|-",
		Short:   "Fill an empty state from an export",
		Long:    "Reads an export into the configuration's state, all of it or nothing. A state that holds\nanything is refused.",
		Example: "  feedparity state import state.jsonl",
		Args:    wantArgs(1, 1, "an export"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withState(cmd.Context(), *file, func(ctx context.Context, _ *config.Config, db *state.DB) error {
				in := io.Reader(std.in)
				if args[0] != "-" {
					f, err := os.Open(args[0])
					if err != nil {
						return usageError("", "import state: %w", err)
					}
					defer f.Close()
					in = f
				}
				n, err := db.Import(ctx, in)
				if err != nil {
					return usageError("an export goes into a state that is empty: move the file away with what is beside it (-wal, -shm), or name another schema", "%w", err)
				}
				fmt.Fprintf(std.err, "imported %s\n", plural(n, "row"))
				return nil
			})
		},
	}
}

func newStatePrune(std streams, file *string) *cobra.Command {
	var older string
	cmd := &cobra.Command{
		Use:   "prune --older-than AGE",
		Short: "Forget what is old",
		Long: `Forgets outcomes, reports and runs that are older, and deliveries that no server has
listed since. What stays whatever its age: the counters of signatures, each feed's ten
latest deliveries, what waits to be run, and the deliveries of which a case tells that
somebody has yet to close. If a case cannot be read, nothing is forgotten.`,
		Example: "  feedparity state prune --older-than 400d",
		Args:    wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			age, err := days(older)
			if err != nil {
				return usageError("such as 400d", "read --older-than: %w", err)
			}
			return withState(cmd.Context(), *file, func(ctx context.Context, c *config.Config, db *state.DB) error {
				keep, err := needs(ctx, c, db)
				if err != nil {
					return err
				}
				got, err := db.Prune(ctx, time.Now().Add(-age), keep)
				if err == nil {
					err = db.Compact(ctx)
				}
				if err != nil {
					return err
				}
				fmt.Fprintf(std.out, "%d deliveries, %d outcomes, %d profiles, %d reports, %d runs forgotten, and %s\n", got.Deliveries, got.Outcomes, got.Profiles, got.Reports, got.Runs,
					plurals(int(got.Orphans), "note that was about nothing else", "notes that were about nothing else"))
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&older, "older-than", "", "`AGE` in days, such as 400d")
	return cmd
}

// days reads an age in whole days.
func days(s string) (time.Duration, error) {
	n, err := strconv.Atoi(strings.TrimSuffix(s, "d"))
	if err != nil || n < 1 || n > 36500 || !strings.HasSuffix(s, "d") {
		return 0, fmt.Errorf("%q is no number of days", s)
	}
	return time.Duration(n) * 24 * time.Hour, nil
}

// needs are what a pruning of the state must leave: what cases tell of, in the checkout
// and in the inbox, with the packed deliveries that hold it, and the feeds that there are.
// A case that cannot be read may tell of anything: then nothing is forgotten.
func needs(ctx context.Context, c *config.Config, db *state.DB) (state.Needs, error) {
	var out state.Needs
	for _, f := range c.Feeds {
		out.Feeds = append(out.Feeds, f.Name)
	}
	for _, dir := range []string{c.Golden, c.Inbox} {
		cases, err := golden.NewStore(dir).List()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return out, unsure(err)
		}
		for _, one := range cases {
			if one.Err != nil {
				return out, unsure(one.Err)
			}
			if err := need(ctx, db, one.Case, &out); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

func unsure(err error) error {
	return &statusError{statusIncomplete, fmt.Errorf("prune state: look for what cases refer to: %w", err), "nothing was forgotten: a case that cannot be read may tell of any delivery"}
}

// need keeps what a case tells of. Nobody needs the outcomes of one that is obsolete, but
// the archive keeps its delivery and asks which packed one holds it.
func need(ctx context.Context, db *state.DB, c *golden.Case, out *state.Needs) error {
	sum := c.Origin.SHA256
	if sum == "" {
		return nil
	}
	out.Cases = append(out.Cases, sum)
	if c.State == golden.Obsolete {
		return nil
	}
	wholes, err := db.Holding(ctx, sum)
	out.Open = append(append(out.Open, sum), wholes...)
	return err
}

func newStateMigrate(std streams, file *string) *cobra.Command {
	var to int
	cmd := &cobra.Command{
		Use:   "migrate [--to VERSION]",
		Short: "Bring the state's tables to a version, up or down",
		Long: `Brings the tables to the version that an older feedparity knows, before going back to
it; the newest is what every command brings them to. What the older version does not know
is dropped: export the state, or back it up, first.`,
		Example: "  feedparity state migrate\n  feedparity state migrate --to 3",
		Args:    wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withState(cmd.Context(), *file, func(ctx context.Context, _ *config.Config, db *state.DB) error {
				now, newest, err := db.Versions(ctx)
				if err != nil {
					return err
				}
				if !cmd.Flags().Changed("to") {
					to = newest
				}
				if err := db.Migrate(ctx, to); err != nil {
					return usageError("", "%w", err)
				}
				fmt.Fprintf(std.out, "version %d, before %d, newest %d\n", to, now, newest)
				return nil
			})
		},
	}
	cmd.Flags().IntVar(&to, "to", 0, "`VERSION` of the tables; the newest if not given")
	return cmd
}

// withState runs do with the configuration's state, on which no sweep works meanwhile.
func withState(ctx context.Context, file string, do func(context.Context, *config.Config, *state.DB) error) error {
	c, err := config.Load(file)
	if err != nil {
		return configError(err)
	}
	options, err := stateOptions(ctx, c)
	if err != nil {
		return err
	}
	db, lock, err := state.OpenAlone(ctx, c.State, options)
	if err != nil {
		return stateError(err)
	}
	defer db.Close()
	defer lock.Release()
	return do(ctx, c, db)
}
