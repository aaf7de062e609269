package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"

	"errors"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/interp"
)

const doctorLong = `Says what this machine can do: which Pythons are found, whether the configuration
can be read and its secrets are there. It dials no server and runs none of your code.`

func newDoctor(std streams) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say which Pythons are found and whether the configuration holds",
		Long:  doctorLong,
		Example: `  feedparity doctor
  feedparity doctor --config conf/feedparity.yaml`,
		Args: wantArgs(0, 0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintln(std.out, "feedparity", version())
			examinePythons(cmd.Context(), std.out)
			return examineConfig(std.out, file, cmd.Flags().Changed("config"))
		},
	}
	cmd.Flags().StringVar(&file, "config", config.DefaultFile, "configuration file")
	return cmd
}

func examinePythons(ctx context.Context, w io.Writer) {
	found, broken := interp.Search(ctx)
	for _, p := range found {
		fmt.Fprintf(w, "python  %-8s %s (%s)\n", p.Full, p.Path, p.Source)
	}
	for _, b := range broken {
		fmt.Fprintf(w, "python  broken   %s (%s): %s\n", b.Path, b.Source, oneLine(b.Err.Error()))
	}
	if len(found) == 0 {
		fmt.Fprintln(w, "python  none: the embedded engine runs everything but feeds with a call; nothing is confirmed")
	}
}

// examineConfig fails on a configuration that is wrong; that there is none is
// only worth mentioning, unless it was asked for.
func examineConfig(w io.Writer, file string, asked bool) error {
	c, err := config.Load(file)
	if errors.Is(err, fs.ErrNotExist) && !asked {
		fmt.Fprintf(w, "config  none: there is no %s here; feedparity init writes one\n", file)
		return nil
	}
	if err != nil {
		return configError(err)
	}
	fmt.Fprintf(w, "config  %s: %s\n", c.File, plural(len(c.Feeds), "feed"))
	missing := 0
	for _, f := range c.Feeds {
		state := "ready"
		if _, err := f.Source.Password.Read(); err != nil {
			state = oneLine(err.Error())
			missing++
		}
		fmt.Fprintf(w, "feed    %-20s %s, pair %s: %s\n", f.Name, f.Source.URL, f.Pair.Name, state)
	}
	if missing > 0 {
		return usageError("set the variables or write the files that password: names", "read secrets: %s missing", plural(missing, "secret"))
	}
	return nil
}

// configError words what is wrong with a configuration.
func configError(err error) error {
	var ce *config.Error
	switch {
	case errors.As(err, &ce):
		return usageError(ce.Hint, "read config: %w", err)
	case errors.Is(err, fs.ErrNotExist):
		return usageError("feedparity init writes one; --config names another", "%w", err)
	}
	return usageError("", "%w", err)
}
