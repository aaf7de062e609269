// Command detecteval measures how often ingest/detect names the right charset, on
// whatever labelled folder it is given and on files it builds itself, beside other
// Go libraries and a rule of four lines, and writes docs/detection.md, in which it keeps
// what was written by hand: all that stands after the table of a section.
//
// An answer is right if it decodes a file to the text that the true codec decodes
// it to, a byte order mark aside: labels that mean the same text are the same.
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// options are the flags.
type options struct {
	dir   string
	words string
	half  string
	out   string
	peers bool
	fit   bool
	wrong bool
	seed  uint64
	held  int

	natural string
}

func main() {
	var o options
	cmd := &cobra.Command{
		Use:   "detecteval --dir FOLDER",
		Short: "Measure charset detection on a labelled folder and on a freshly built set",
		Long: `FOLDER holds manifest.tsv (a header line, then path, source, true encoding, language,
size class, bytes, non-ASCII characters, their class, base), or a folder for each
encoding by Python's name with files in it. --words names a folder in which the
wheel of the Python package Faker was unpacked, whose words the fresh set is drawn
from; without it a list of product names in 33 languages serves.`,
		SilenceUsage: true,
		Args:         cobra.NoArgs,
		RunE:         func(cmd *cobra.Command, _ []string) error { return run(o, cmd.OutOrStdout()) },
	}
	f := cmd.Flags()
	f.StringVar(&o.dir, "dir", "", "the labelled folder")
	f.StringVar(&o.words, "words", "", "a folder with the unpacked wheel of Faker")
	f.StringVar(&o.natural, "natural", "", "the source archive of the Python package chardet, with the texts that it tests itself by")
	f.StringVar(&o.half, "half", "", "0 or 1: only the even or odd lines of the manifest (0 is what was tuned on)")
	f.StringVar(&o.out, "out", "", "write the page to this file")
	f.BoolVar(&o.peers, "peers", false, "measure the other libraries too (needs the Go module proxy), and speed")
	f.BoolVar(&o.fit, "fit", false, "print how often answers are right by how far they are ahead, and nothing else")
	f.Uint64Var(&o.seed, "seed", freshSeed, "draw the fresh set by this seed")
	f.IntVar(&o.held, "held", 6, "from how many fresh sets more, drawn by the seeds from 201 on, to tell whether the stated confidence is true")
	f.BoolVar(&o.wrong, "wrong", false, "list the files that are answered wrongly")
	cmd.AddCommand(newDialect())
	if err := cmd.Execute(); err != nil {
		os.Exit(1)
	}
}

// run measures the folder and the fresh set.
func run(o options, out io.Writer) error {
	var files []file
	if o.dir != "" {
		var err error
		if files, err = load(o.dir, o.half); err != nil {
			return fmt.Errorf("read labelled folder: %w", err)
		}
	}
	left := 0
	if o.natural != "" {
		texts, n, err := loadNatural(o.natural)
		if err != nil {
			return fmt.Errorf("read natural texts: %w", err)
		}
		files, left = append(files, texts...), n
	}
	fresh, err := buildFresh(o.words, o.seed)
	if err != nil {
		return fmt.Errorf("build fresh set: %w", err)
	}
	files = append(files, fresh...)
	results, err := measure(files)
	if err != nil {
		return err
	}
	if o.fit {
		return fit(out, files, results)
	}
	if o.wrong {
		listWrong(out, files, results)
	}
	p := page{options: o, files: files, left: left, results: map[string][]result{ours: results}}
	if err := p.others(); err != nil {
		return err
	}
	if p.held, err = measureHeld(o); err != nil {
		return err
	}
	if p.tallies, err = measureDialects(nil); err != nil {
		return err
	}
	return p.write(out)
}
