package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/golden"
)

func newGoldenResolve(std streams) *cobra.Command {
	var f goldenFlags
	var engine engineFlags
	var by string
	cmd := &cobra.Command{
		Use:   "resolve CASE...",
		Short: "Make cases fixed whose paths now agree",
		Long: `Runs each case again. Where the paths agree its state becomes fixed, with the date
and who did it in its history: from then on a replay fails if they differ again.
A case that still diverges stays as it is, and the exit status is 1.`,
		Example: `  feedparity golden resolve golden/cases/acme/mojibake-1b2c3d4e
  feedparity golden resolve --by kim golden/cases/acme/*`,
		Args: wantArgs(1, -1, "CASE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			eng, closeEngine, err := engine.open(cmd.Context())
			if err != nil {
				return err
			}
			defer closeEngine()
			cfg, err := f.load(cmd)
			if err != nil {
				return err
			}
			r := replayer{std: std, eng: eng, cfg: cfg}
			defer r.pythons.close()
			for _, a := range args {
				if err := r.resolve(cmd.Context(), a, by); err != nil {
					r.worst = max(r.worst, tell(std.err, err))
				}
				if err := cmd.Context().Err(); err != nil {
					return fmt.Errorf("resolve cases: %w", err)
				}
			}
			return exit(r.worst)
		},
	}
	f.addConfig(cmd)
	engine.add(cmd)
	byFlag(cmd, &by)
	return cmd
}

// resolve makes one case fixed if its paths agree.
func (r *replayer) resolve(ctx context.Context, arg, by string) error {
	c, dir, err := loadCase(arg)
	if err != nil {
		return err
	}
	store, err := storeOf(c, dir)
	if err != nil {
		return err
	}
	if c.State == golden.Fixed {
		_, err := fmt.Fprintf(r.std.out, "%-14s %s\n", "fixed already", relative(dir))
		return err
	}
	if err := r.agrees(ctx, c, dir); err != nil {
		return err
	}
	if err := c.Resolve(by, time.Now()); err != nil {
		return usageError("", "%w", err)
	}
	if err := store.Update(c); err != nil {
		return err
	}
	_, err = fmt.Fprintf(r.std.out, "%-14s %s\n", "fixed", relative(dir))
	return err
}

// agrees runs a case; the error says that its paths differ, or why it could not be run.
func (r *replayer) agrees(ctx context.Context, c *golden.Case, dir string) error {
	switch got := r.run(ctx, c); {
	case got.Err != nil:
		return got.Err
	case got.Compared.Diverges:
		return &statusError{statusDiverge, fmt.Errorf("resolve case %q: the paths still differ", relative(dir)), "feedparity repro " + relative(dir)}
	}
	return nil
}
