package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// printUsage ends every help text: with examples and exit statuses. It is no template
// of cobra's, for those name methods in text: a linker that finds such a call keeps every
// exported method of every type, and the command has 51 MB in place of 44.
func printUsage(c *cobra.Command) error {
	var b strings.Builder
	b.WriteString("Usage:\n  ")
	if c.Runnable() {
		b.WriteString(c.UseLine())
	} else {
		b.WriteString(c.CommandPath() + " COMMAND")
	}
	if c.HasAvailableSubCommands() {
		b.WriteString("\n\nCommands:")
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			fmt.Fprintf(&b, "\n  %-*s %s", sub.NamePadding(), sub.Name(), sub.Short)
		}
	}
	if c.HasAvailableLocalFlags() {
		b.WriteString("\n\nFlags:\n" + strings.TrimRight(c.LocalFlags().FlagUsages(), "\n "))
	}
	if c.HasExample() {
		b.WriteString("\n\nExamples:\n" + c.Example)
	}
	b.WriteString("\n\nExit status:\n" + exitHelp + "\n")
	_, err := fmt.Fprint(c.OutOrStderr(), b.String())
	return err
}
