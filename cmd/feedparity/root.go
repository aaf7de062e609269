package main

import (
	"github.com/spf13/cobra"
)

const rootLong = `feedparity runs supplier CSV deliveries through the py2 and the py3 ingestion
path and reports every difference, with its cause and the fix.

Start with "feedparity demo": it needs no Python, no server and no configuration.`

// usageTemplate ends every help text with examples and exit statuses.
const usageTemplate = `Usage:
  {{if .Runnable}}{{.UseLine}}{{else}}{{.CommandPath}} COMMAND{{end}}{{if .HasAvailableSubCommands}}

Commands:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}

Exit status:
` + exitHelp + `
`

// newRoot builds the command tree. Nothing is shared between two trees, so tests
// may run several.
func newRoot(std streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "feedparity",
		Short: "Find where Python 2 and Python 3 read a supplier's CSV differently",
		Long:  rootLong,
		Example: `  feedparity demo
  feedparity check stock.csv
  feedparity sweep`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.SetUsageTemplate(usageTemplate)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError(cmd.CommandPath()+" --help", "read arguments: %w", err)
	})
	root.AddCommand(
		newDemo(std),
		newInit(std),
		newCheck(std),
		newSweep(std),
		newDoctor(std),
		newIngest(std),
		newDetect(std),
		newNormalize(std),
		newRepro(std),
		newGolden(std),
		newVersion(std),
	)
	wrapArgs(root)
	return root
}

// wrapArgs words what cobra says about too many or too few arguments as ours.
func wrapArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usageError(cmd.CommandPath()+" --help", "read arguments: %w", err)
			}
			return nil
		}
	}
	for _, c := range cmd.Commands() {
		wrapArgs(c)
	}
}
