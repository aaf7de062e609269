// Command mutate shows that the tests of the models judge every line of them: it
// changes one thing at a time in the state machine and in the data of the versions
// (a comparison, a constant, a transition, a letter of a message, a truth value)
// and counts how many of the changed models the tests refuse. "make mutate" runs
// it.
//
// The tests run without any Python, so that only their tables judge. The changed
// file never touches the disk of the checkout: the compiler is told of it by an
// overlay.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := newRoot().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	sample  int           // how many mutants to judge, 0: all
	seed    uint64        // which ones
	least   float64       // the share in percent that must be caught
	limit   time.Duration // for the tests of one mutant
	dir     string        // the package
	only    string        // a part of the mutants' names
	list    bool
	showAll bool
}

func newRoot() *cobra.Command {
	o := options{}
	c := &cobra.Command{
		Use:           "mutate [FILE...]",
		Short:         "Change the models one thing at a time and see whether the tests notice",
		Example:       "  mutate\n  mutate --sample 0 machine.go\n  mutate --list",
		SilenceErrors: true, SilenceUsage: true,
		RunE: func(c *cobra.Command, files []string) error {
			if len(files) == 0 {
				files = []string{"machine.go", "reader.go", "version.go", "dialect.go"}
			}
			return mutate(c.Context(), o, files)
		},
	}
	c.Flags().IntVar(&o.sample, "sample", 60, "how many mutants to judge, 0 for all")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "which ones: the same seed takes the same mutants of the same code")
	c.Flags().Float64Var(&o.least, "least", 95, "percent that must be caught")
	c.Flags().DurationVar(&o.limit, "limit", 2*time.Minute, "time for the tests of one mutant; what takes longer is caught")
	c.Flags().StringVar(&o.dir, "dir", "ingest/pycsv", "directory of the package")
	c.Flags().StringVar(&o.only, "only", "", "judge only the mutants whose name, as it is shown, contains this")
	c.Flags().BoolVar(&o.list, "list", false, "only list the mutants")
	c.Flags().BoolVar(&o.showAll, "all", false, "show the mutants that were caught, too")
	return c
}

// mutate judges a sample and says what it found.
func mutate(ctx context.Context, o options, files []string) error {
	all, err := collect(o.dir, files)
	if err != nil {
		return err
	}
	sampled := slices.DeleteFunc(shuffle(all, o.seed), func(m mutant) bool { return !strings.Contains(m.String(), o.only) })
	if o.list {
		for _, m := range sampled {
			fmt.Println(m)
		}
		return nil
	}
	j, err := newJudge(ctx, o)
	if err != nil {
		return err
	}
	defer j.close()
	s := j.judge(ctx, sampled)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	share := 100 * float64(s.caught) / float64(max(1, s.caught+s.survived))
	fmt.Printf("mutate: %s: %d of %d mutants judged, %d caught, %d survived: %.1f %% (want %g); %d more did not compile, %d change nothing\n",
		o.dir, s.caught+s.survived, len(all), s.caught, s.survived, share, o.least, s.broken, s.equivalent)
	if share < o.least {
		return fmt.Errorf("%.1f %% of the mutants were caught, want %g: add table rows for those that survived", share, o.least)
	}
	return nil
}
