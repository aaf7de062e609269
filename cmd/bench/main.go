// Command bench measures feedparity against what people do without it: the same
// files read, cleaned and dumped on a real Python 2.7 and a real 3.13, and the
// dumps compared. "make bench" runs it.
//
// Everything is CPU time (user and system, of a process and all it started) and
// quoted as a ratio of two figures taken side by side in one run, the median of
// several rounds: other load on the machine then touches both. Feeds are generated,
// the same on every machine.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	root := newRoot()
	root.AddCommand(newWork(), newNightly(), newProfile())
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func newRoot() *cobra.Command {
	o := options{}
	c := &cobra.Command{
		Use:           "bench",
		Short:         "Measure feedparity against the two interpreters",
		Example:       "  bench --size 10 --rounds 1\n  bench --out docs/benchmarks.md",
		SilenceErrors: true, SilenceUsage: true, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return bench(c.Context(), os.Stdout, o)
		},
	}
	c.Flags().IntVar(&o.size, "size", 100, "MB of the large feeds; the others scale with it")
	c.Flags().IntVar(&o.rounds, "rounds", 3, "rounds of which the median counts")
	c.Flags().StringVar(&o.only, "only", "", "measure only the rows whose name contains this")
	c.Flags().StringVar(&o.out, "out", "", "also write the table to this Markdown file")
	return c
}

// newWork is what the bench runs itself as, to be measured from outside.
func newWork() *cobra.Command {
	return &cobra.Command{
		Use: "work TASK ARGS...", Hidden: true, Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return runTask(c.Context(), os.Stdout, args[0], args[1:])
		},
	}
}
