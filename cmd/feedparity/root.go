package main

import (
	"github.com/spf13/cobra"
)

const rootLong = `feedparity runs supplier CSV deliveries through the py2 and the py3 ingestion
path and reports every difference, with its cause and the fix.

Start with "feedparity demo": it needs no Python, no server and no configuration.`

// A subcommand is one of the root's, by the name that it has there.
type subcommand struct {
	name  string
	build func(streams) *cobra.Command
}

// fileCommands are what a developer asks of files and cases; both programs have them.
var fileCommands = []subcommand{
	{"check", newCheck},
	{"ingest", newIngest},
	{"detect", newDetect},
	{"normalize", newNormalize},
	{"fuzz", newFuzz},
	{"corpus", newCorpus},
	{"repro", newRepro},
	{"golden", newGolden},
	{"version", newVersion},
}

// newRoot builds the command tree for a command line. Nothing is shared between two
// trees, so tests may run several.
func newRoot(std streams, args ...string) *cobra.Command {
	root := &cobra.Command{
		Use:   "feedparity",
		Short: "Find where Python 2 and Python 3 read a supplier's CSV differently",
		Long:  rootLong,
		Example: `  feedparity demo
  feedparity check stock.csv
  feedparity sweep`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          wantCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.SetUsageFunc(printUsage)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError(cmd.CommandPath()+" --help", "read arguments: %w", err)
	})
	// A command that is named first is all there need be; to build the others takes
	// half the time that version does.
	for _, c := range subcommands() {
		if len(args) > 0 && args[0] == c.name {
			root.AddCommand(c.build(std))
			root.CompletionOptions.DisableDefaultCmd = true
			return root
		}
	}
	for _, c := range subcommands() {
		root.AddCommand(c.build(std))
	}
	root.SuggestionsMinimumDistance = 2 // cobra itself sets it only where it words the error
	exampleCobra(root)
	return root
}

// exampleCobra gives the commands that cobra adds by itself examples, too.
func exampleCobra(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	examples := map[string]string{
		"help":       "  feedparity help sweep",
		"completion": "  source <(feedparity completion bash)",
		"bash":       "  feedparity completion bash > /etc/bash_completion.d/feedparity",
		"zsh":        `  feedparity completion zsh > "${fpath[1]}/_feedparity"`,
		"fish":       "  feedparity completion fish > ~/.config/fish/completions/feedparity.fish",
		"powershell": "  feedparity completion powershell | Out-String | Invoke-Expression",
	}
	for _, c := range root.Commands() {
		for _, c := range append(c.Commands(), c) {
			if c.Example == "" {
				c.Example = examples[c.Name()]
			}
		}
	}
}
