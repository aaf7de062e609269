//go:build !lean

package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

const demoLong = `Runs the main job with nothing but this program: an FTP server of ours on loopback
offers the deliveries of some invented suppliers, a sweep pulls them, runs both
paths, and writes golden cases, state and a report below ./feedparity-demo/. A
second run finds nothing new. The exit status is 0 even though there is a lot to find.`

func newDemo(std streams) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Sweep a demo supplier on this machine; needs no Python, server or configuration",
		Long:  demoLong,
		Example: `  feedparity demo
  feedparity demo --dir /tmp/demo`,
		Args: wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			res, err := runDemo(cmd.Context(), std, dir)
			if err != nil {
				return err
			}
			if res.Failed() > 0 {
				return exit(statusIncomplete)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "feedparity-demo", "directory for cases, state and report")
	return cmd
}

// runDemo serves the corpus and sweeps it.
func runDemo(ctx context.Context, std streams, dir string) (swept, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return swept{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return swept{}, usageError("name another directory with --dir", "create %q: %w", dir, cause(err))
	}
	server, feeds, err := serveCorpus()
	if err != nil {
		return swept{}, err
	}
	defer server.Close()
	fmt.Fprintf(std.err, "our FTP server offers %s at %s\n", plurals(len(feeds), "delivery", "deliveries"), server.URL())
	c := &config.Config{
		State: filepath.Join(dir, "state.db"), Archive: filepath.Join(dir, "archive"),
		Inbox: filepath.Join(dir, "golden"), Reports: filepath.Join(dir, "reports"), Feeds: feeds,
	}
	res, err := sweepConfig(ctx, std, c, feeds, "auto")
	if err != nil {
		return swept{}, err
	}
	if err := cmp.Or(reportSweep(std, res, false), res.cut); err != nil {
		return swept{}, err
	}
	if w := res.Worst(); w != nil && w.New {
		fmt.Fprintf(std.out, "\nthe most severe of them, explained:\n  %s repro %s\n", program(), ingest.ShellQuote(relative(w.Case)))
	}
	return res, nil
}

// program is how this program was called, so that what is printed can be pasted.
func program() string {
	if strings.ContainsRune(os.Args[0], filepath.Separator) {
		return ingest.ShellQuote(relative(os.Args[0]))
	}
	return "feedparity"
}

// serveCorpus starts the server and returns the feeds that read from it, each
// from a directory of its own.
func serveCorpus() (*ftptest.Server, []config.Feed, error) {
	files := map[string]ftptest.File{}
	var feeds []config.Feed
	for _, d := range corpus.Feeds() {
		seed, err := corpus.Open(d.Seed)
		if err != nil {
			return nil, nil, err
		}
		files[d.Feed.Name+"/"+seed.Name] = ftptest.File{Data: seed.Data}
		feeds = append(feeds, config.Feed{Feed: d.Feed})
	}
	server, err := ftptest.New(ftptest.Options{Files: files})
	if err != nil {
		return nil, nil, err
	}
	for i := range feeds {
		feeds[i].Source.URL = server.URL() + "/" + feeds[i].Name
	}
	return server, feeds, nil
}
