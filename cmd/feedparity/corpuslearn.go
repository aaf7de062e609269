//go:build !lean

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/fuzz"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
)

const learnLong = `Reads a feed's latest deliveries in the archive, or the files and directories that are
named, and writes beside the feed's corpus what they look like: charset, line ends,
delimiter, columns, and of cells the lengths and classes of characters. No cell is kept.
The name of a column is kept if the configuration names it, if it is made of words that
headers everywhere have, or if it stands at the top of every delivery. fuzz --feed makes
its inputs by it.`

// maxLearn is how many deliveries are read: the latest say what the next will be like.
const maxLearn = 20

func newCorpusLearn(std streams) *cobra.Command {
	var f fuzzFlags
	cmd := &cobra.Command{
		Use:   "learn --feed NAME [FILE|DIR...]",
		Short: "Learn from a feed's deliveries what they look like",
		Long:  learnLong,
		Example: `  feedparity corpus learn --feed acme
  feedparity corpus learn --feed acme /srv/acme/stock_*.csv`,
		RunE: func(cmd *cobra.Command, args []string) error { return f.learn(cmd, std, args) },
	}
	f.config.addConfig(cmd)
	cmd.Flags().StringVar(&f.feed, "feed", "", "the configured feed (default: the only one)")
	cmd.Flags().StringVar(&f.corpus, "corpus", "", "`DIR` that it is written to (default: fuzz/FEED beside the inbox)")
	return cmd
}

func (f *fuzzFlags) learn(cmd *cobra.Command, std streams, names []string) error {
	ctx := cmd.Context()
	cfg, err := f.config.load(cmd)
	if err != nil {
		return err
	}
	feed, err := feedNamed(cfg, "learn", f.config.config, f.feed)
	if err != nil {
		return err
	}
	f.feed = feed.Name
	files, done, err := learnFrom(ctx, cfg, feed, names)
	defer done()
	if err != nil {
		return err
	}
	l := fuzz.Learner{Names: configuredNames(feed)}
	failed := eachFile(ctx, std, files, func(_ string, in ingest.Input) error {
		data := make([]byte, min(in.Size, maxSeedFile))
		if n, err := in.Data.ReadAt(data, 0); n < len(data) {
			return err
		}
		return l.Add(ctx, data)
	})
	g, err := l.Grammar()
	switch {
	case errors.Is(err, fuzz.ErrNothingLearned):
		return usageError("name files, or let feedparity sweep put deliveries into the archive", "learn corpus: feed %q: %w", feed.Name, err)
	case err != nil:
		return err
	}
	if err := fuzz.WriteGrammar(f.corpusDir(cfg), g); err != nil {
		return err
	}
	known := 0
	for _, c := range g.Columns {
		if c.Name != "" {
			known++
		}
	}
	_, err = fmt.Fprintf(std.out, "%s: learned from %s: %s, %s, %d with their name\n", filepath.Join(relative(f.corpusDir(cfg)), fuzz.GrammarFile),
		plurals(g.Deliveries, "delivery", "deliveries"), g.Charset, plural(len(g.Columns), "column"), known)
	return errors.Join(err, failed)
}

// configuredNames are the columns that the configuration of a feed names.
func configuredNames(f config.Feed) []string {
	out := slices.Concat(f.Compare.Key, f.Compare.Ignore)
	for name := range f.Compare.Tolerance {
		out = append(out, name)
	}
	for _, t := range slices.Concat(f.Pair.Py2.Types, f.Pair.Py3.Types) {
		out = append(out, t.Column)
	}
	return slices.DeleteFunc(out, func(name string) bool {
		_, err := strconv.Atoi(name) // a position
		return err == nil
	})
}

// learnFrom returns files: those that are named, with those in directories, or what the
// archive has of a feed, laid out in a directory that done removes.
func learnFrom(ctx context.Context, cfg *config.Config, feed config.Feed, names []string) (files []string, done func(), err error) {
	done = func() {}
	if len(names) == 0 {
		dir, err := os.MkdirTemp("", "feedparity-learn-") // readable by us alone
		if err != nil {
			return nil, done, fmt.Errorf("learn corpus: %w", err)
		}
		files, err = archivedFiles(ctx, cfg, feed, dir)
		return files, func() { os.RemoveAll(dir) }, err
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil || !info.IsDir() {
			files = append(files, name) // reading it says what is wrong
			continue
		}
		err = filepath.WalkDir(name, func(file string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				files = append(files, file)
			}
			return err
		})
		if err != nil {
			return nil, done, fmt.Errorf("learn corpus: %w", err)
		}
	}
	return files, done, nil
}

// archivedFiles lays out a feed's latest deliveries, the newest first.
func archivedFiles(ctx context.Context, cfg *config.Config, feed config.Feed, dir string) ([]string, error) {
	db, err := openState(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	store, err := openArchive(ctx, cfg)
	if err != nil {
		return nil, err
	}
	var files []string
	for d, err := range archived(ctx, db, store, feed.Name, maxLearn) {
		if err != nil {
			return nil, err
		}
		inside, err := os.MkdirTemp(dir, "") // two may have one name
		if err != nil {
			return nil, err
		}
		file := filepath.Join(inside, fetch.LocalName(path.Base(d.Path)))
		if err := store.Get(ctx, d.SHA256, file); err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}
