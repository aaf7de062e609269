package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest/config"
)

// sampleConfig is a configuration that works once its source does; every line a
// team must look at says so.
const sampleConfig = `# feedparity.yaml: docs/config.md describes every key.
#
# Paths are relative to this file. What a sweep keeps lies below .feedparity/
# (supplier data: keep it out of version control).

feeds:
  acme-stock:                                # TODO: a name of your own; it becomes a directory
    source: ftp://ftp.example.com/out        # TODO: or ftps://..., or a local directory
    user: feed                               # TODO: leave out for anonymous
    password: {env: ACME_PASSWORD}           # or {file: /run/secrets/acme}; never in this file
    match: ["stock_*.csv"]                   # TODO: which of its files are deliveries
    backfill: 3                              # deliveries taken on first sight, newest first

    # What the old and the new code do. "detected" reads both with the codec that
    # detection finds; name what your code really does, for example:
    #   pair:
    #     py2: {open: bytes-decode, codec: latin-1, types: {qty: int}}
    #     py3: {open: text, codec: utf-8, types: {qty: int}}
    pair: detected

# To run your own functions in place of policies, name the interpreters and a call:
#
# project: {root: .}
# paths:
#   py2: {python: python2.7}
#   py3: {python: python3}
# feeds:
#   acme-stock: {source: ..., call: "adapters:stock", effects: none}
`

func newInit(std streams) *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write a commented feedparity.yaml to start from",
		Long:  "Writes a commented configuration. A file that is there already is never touched.",
		Example: `  feedparity init
  feedparity init conf/feedparity.yaml`,
		Args: wantArgs(0, 1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			name := config.DefaultFile
			if len(args) == 1 {
				name = args[0]
			}
			if err := writeNew(name, sampleConfig); err != nil {
				return err
			}
			fmt.Fprintf(std.err, "wrote %s\nhint: fill in the lines marked TODO, then run feedparity doctor\n", name)
			return nil
		},
	}
}

// writeNew creates a file that must not exist yet.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usageError("name another file, or remove this one first", "create %q: %w", name, fs.ErrExist)
	}
	if err != nil {
		return usageError("", "create %q: %w", name, cause(err))
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return fmt.Errorf("write %q: %w", name, cause(err))
	}
	return f.Close()
}
