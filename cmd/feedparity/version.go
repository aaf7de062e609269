package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(std streams) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  feedparity version",
		Args:    wantArgs(0, 0, ""),
		// There is nothing to interrupt.
		PersistentPreRun: func(*cobra.Command, []string) {},
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(std.out, "feedparity", version())
			return err
		},
	}
}

// release is the version of the next tag; a build of a tagged module says so itself.
const release = "0.1.0-dev"

// version is what the binary knows about where it came from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return release
	}
	return info.Main.Version
}
