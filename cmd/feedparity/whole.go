//go:build !lean

package main

import "github.com/spf13/cobra"

// subcommands are the root's own.
func subcommands() []subcommand {
	return append([]subcommand{
		{"demo", newDemo},
		{"init", newInit},
		{"sweep", newSweep},
		{"report", newReport},
		{"worker", newWorker},
		{"serve", newServe},
		{"doctor", newDoctor},
		{"state", newState},
		{"archive", newArchive},
		{"handover", newHandover},
	}, fileCommands...)
}

// goldenElsewhere are the commands of golden that need the state, the archive or a
// terminal's whole screen.
func goldenElsewhere(std streams) []*cobra.Command {
	return []*cobra.Command{newGoldenReview(std), newGoldenSpread(std), newGoldenHistory(std)}
}

// corpusElsewhere are those of corpus that read the archive.
func corpusElsewhere(std streams) []*cobra.Command {
	return []*cobra.Command{newCorpusLearn(std)}
}

// elsewhere reports whether another program has to run a command line: none, this one
// has everything.
func elsewhere([]string) bool { return false }

func runElsewhere([]string) error { return nil }
