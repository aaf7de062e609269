// Command mutate shows that the tests of the models judge every line of them: it
// changes one thing at a time in the state machine and in the data of the versions,
// their tables included (a comparison, a constant, a transition, a letter of a message,
// a truth value) and counts how many of the changed models the tests refuse. "make
// mutate" runs it and has it record what it found in docs/mutation.txt.
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
	"path/filepath"
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
	sample  int           // how many mutants to judge, 0: all, below: as many as a target says
	seed    uint64        // which ones
	least   float64       // the share in percent that must be caught
	limit   time.Duration // for the tests of one mutant
	dir     string        // the package, "" for the targets
	record  string        // the file that gets the result
	only    string        // a part of the mutants' names
	list    bool
	showAll bool
}

// A target is files of one package, and how many of their mutants are judged.
type target struct {
	dir    string
	files  []string
	sample int
}

// targets are the state machine and what the packages know of versions. Of the tables
// a sample does: their tests judge all entries in the same way.
var targets = []target{
	{"ingest/pycsv", []string{"machine.go", "reader.go", "version.go", "dialect.go"}, 60},
	{"ingest/pycell", []string{"versions.go"}, 30},
	{"ingest/pycell", []string{"tables.go"}, 20},
	{"ingest/pycodec", []string{"version.go"}, 20},
	{"ingest/pyword", []string{"pyword.go", "tables.go"}, 20},
}

func newRoot() *cobra.Command {
	o := options{}
	c := &cobra.Command{
		Use:           "mutate [FILE...]",
		Short:         "Change the models one thing at a time and see whether the tests notice",
		Example:       "  mutate\n  mutate --sample 0 machine.go\n  mutate --dir ingest/pycell versions.go\n  mutate --list",
		SilenceErrors: true, SilenceUsage: true,
		RunE: func(c *cobra.Command, files []string) error {
			return mutate(c.Context(), o, o.targets(files))
		},
	}
	c.Flags().IntVar(&o.sample, "sample", -1, "how many mutants of each target to judge, 0 for all, -1 for the target's own number")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "which ones: the same seed takes the same mutants of the same code")
	c.Flags().Float64Var(&o.least, "least", 95, "percent that must be caught")
	c.Flags().DurationVar(&o.limit, "limit", 2*time.Minute, "time for the tests of one mutant; what takes longer is caught")
	c.Flags().StringVar(&o.dir, "dir", "", "directory of the package that FILEs are of (default ingest/pycsv)")
	c.Flags().StringVar(&o.record, "record", "", "write the result into this file")
	c.Flags().StringVar(&o.only, "only", "", "judge only the mutants whose name, as it is shown, contains this")
	c.Flags().BoolVar(&o.list, "list", false, "only list the mutants")
	c.Flags().BoolVar(&o.showAll, "all", false, "show the mutants that were caught, too")
	return c
}

// targets are those that the arguments name, by default all.
func (o options) targets(files []string) []target {
	if o.dir == "" && len(files) == 0 {
		return targets
	}
	one := targets[0]
	if o.dir != "" {
		one = target{dir: filepath.Clean(o.dir), sample: one.sample}
		for _, t := range targets {
			if t.dir == one.dir {
				one.files = append(one.files, t.files...)
			}
		}
	}
	if len(files) > 0 {
		one.files = files
	}
	return []target{one}
}

// mutate judges a sample of each target, says what it found and records it.
func mutate(ctx context.Context, o options, all []target) error {
	var record strings.Builder
	fmt.Fprintf(&record, "# %s, seed %d, at least %g %% wanted\n", time.Now().UTC().Format("2006-01-02"), o.seed, o.least)
	var sum score
	for _, t := range all {
		if o.sample >= 0 {
			t.sample = o.sample
		}
		s, err := t.judge(ctx, o)
		if err != nil {
			return err
		}
		sum.add(s)
		if !o.list {
			line := fmt.Sprintf("%s %s: %s\n", t.dir, strings.Join(t.files, " "), s)
			fmt.Print("mutate: ", line)
			record.WriteString(line)
		}
	}
	if o.list {
		return nil
	}
	fmt.Fprintf(&record, "in all: %s\n", sum)
	fmt.Printf("mutate: in all: %s (want %g)\n", sum, o.least)
	if o.record != "" {
		if err := os.WriteFile(o.record, []byte(record.String()), 0o644); err != nil {
			return fmt.Errorf("record mutations: %w", err)
		}
	}
	if share := sum.share(); share < o.least {
		return fmt.Errorf("%.1f %% of the mutants were caught, want %g: add table rows for those that survived", share, o.least)
	}
	return nil
}

// judge judges a sample of one target, or lists its mutants.
func (t target) judge(ctx context.Context, o options) (score, error) {
	all, err := collect(t.dir, t.files)
	if err != nil {
		return score{}, err
	}
	sampled := slices.DeleteFunc(shuffle(all, o.seed), func(m mutant) bool { return !strings.Contains(m.String(), o.only) })
	if o.list {
		for _, m := range sampled {
			fmt.Println(m)
		}
		return score{}, nil
	}
	j, err := newJudge(ctx, o, t)
	if err != nil {
		return score{}, err
	}
	defer j.close()
	s := j.judge(ctx, sampled)
	s.of = len(all)
	if ctx.Err() != nil {
		return score{}, context.Cause(ctx)
	}
	return s, nil
}
