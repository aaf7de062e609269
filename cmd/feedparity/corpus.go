package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/fuzz"
	"github.com/feedparity/feedparity/ingest"
)

func newCorpus(std streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "corpus",
		Short: "Tend the inputs that fuzzing keeps",
		Long: `A corpus is a directory of inputs each of which showed a pair of behaviours that none
before it had. It may hold what a supplier sent: it is readable by you alone, and has no
place in version control.`,
		Example: `  feedparity corpus learn --feed acme
  feedparity corpus distil --pairs naive feedparity-fuzz/corpus
  feedparity corpus merge feedparity-fuzz/corpus /mnt/ci/corpus`,
		Args: wantCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCorpusDistil(std), newCorpusMerge(std))
	cmd.AddCommand(corpusElsewhere(std)...)
	return cmd
}

func newCorpusMerge(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "merge INTO DIR...",
		Short: "Copy the inputs of other corpora into one",
		Long: `Copies what INTO has not; two corpora that hold the same input hold it once. The grammar
that corpus learn wrote goes along where INTO has none.`,
		Example: "  feedparity corpus merge feedparity-fuzz/corpus /mnt/ci/corpus",
		Args:    wantArgs(2, -1, "INTO DIR"),
		RunE: func(_ *cobra.Command, args []string) error {
			before, err := fuzz.ReadCorpus(args[0])
			if err != nil {
				return err
			}
			for _, dir := range args[1:] {
				inputs, err := corpusOf(dir)
				if err != nil {
					return err
				}
				if err := fuzz.WriteCorpus(args[0], inputs); err != nil {
					return err
				}
				if err := mergeGrammar(args[0], dir); err != nil {
					return err
				}
			}
			after, err := fuzz.ReadCorpus(args[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(std.out, "%s: %s, %d new\n", args[0], plural(len(after), "input"), len(after)-len(before))
			return err
		},
	}
}

// mergeGrammar copies what was learned of a corpus's feed, unless into knows better.
func mergeGrammar(into, dir string) error {
	learned, err := fuzz.ReadGrammar(dir)
	if err != nil || learned == nil {
		return err
	}
	if own, err := fuzz.ReadGrammar(into); err != nil || own != nil {
		return err
	}
	return fuzz.WriteGrammar(into, learned)
}

// corpusOf reads a corpus that must be there.
func corpusOf(dir string) ([][]byte, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, usageError("name the directory that fuzz --corpus writes", "read corpus: %w", err)
	}
	return fuzz.ReadCorpus(dir)
}

func newCorpusDistil(std streams) *cobra.Command {
	var f fuzzFlags
	var dry bool
	cmd := &cobra.Command{
		Use:   "distil DIR",
		Short: "Keep the smallest inputs that show all behaviours of a corpus",
		Long: `Runs every input with the paths of a feed, or with built-in pairs of policies, and
removes those that show nothing which a shorter one does not show as well.`,
		Example: `  feedparity corpus distil --feed acme .feedparity/fuzz/acme
  feedparity corpus distil --pairs naive,latin1-utf8 --dry-run feedparity-fuzz/corpus`,
		Args: wantArgs(1, 1, "DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			inputs, err := corpusOf(args[0])
			if err != nil {
				return err
			}
			kept, err := f.distil(cmd, inputs)
			if err != nil {
				return err
			}
			if !dry {
				if err := fuzz.RemoveFrom(args[0], kept); err != nil {
					return err
				}
			}
			_, err = fmt.Fprintf(std.out, "%s: %d of %s kept\n", args[0], len(kept), plural(len(inputs), "input"))
			return err
		},
	}
	f.engine.add(cmd)
	f.config.addConfig(cmd)
	cmd.Flags().StringVar(&f.feed, "feed", "", "the configured feed whose paths are run")
	cmd.Flags().StringSliceVar(&f.pairs, "pairs", nil, "built-in `PAIRS` of policies, or all (--paths means the same)")
	cmd.Flags().SetNormalizeFunc(pathsArePairs)
	cmd.Flags().BoolVar(&dry, "dry-run", false, "remove nothing")
	return cmd
}

// distil returns what at least one pair has a use for.
func (f *fuzzFlags) distil(cmd *cobra.Command, inputs [][]byte) ([][]byte, error) {
	cfg, err := f.config.load(cmd)
	if err != nil {
		return nil, err
	}
	feed, err := f.choose(cfg)
	if err != nil {
		return nil, err
	}
	if feed == nil && len(f.pairs) == 0 {
		return nil, usageError("", "distil corpus: --feed or --pairs says with which paths")
	}
	run, closeRun, err := f.engine.open(cmd.Context())
	if err != nil {
		return nil, err
	}
	defer closeRun()
	hunter, err := fuzz.NewHunter()
	if err != nil {
		return nil, err
	}
	if feed != nil {
		hunter.Of(feed.Name, feed.Calls, run, nil, feed.Compare)
	}
	pairs, err := f.choosePairs(feed, "utf-8")
	if err != nil {
		return nil, err
	}
	return distilAll(cmd, hunter, pairs, inputs)
}

func distilAll(cmd *cobra.Command, hunter *fuzz.Hunter, pairs []*ingest.Pair, inputs [][]byte) ([][]byte, error) {
	var kept [][]byte
	for _, p := range pairs {
		found, err := hunter.Distil(cmd.Context(), *p, inputs)
		if err != nil {
			return nil, err
		}
		for _, data := range found {
			if !slices.ContainsFunc(kept, func(k []byte) bool { return bytes.Equal(k, data) }) {
				kept = append(kept, data)
			}
		}
	}
	return kept, nil
}
