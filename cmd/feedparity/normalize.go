package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/normalize"
)

const normalizeLong = `Writes canonical bytes (UTF-8, no byte order mark, LF outside quotes, no NUL, no
trailing Ctrl-Z) and prints every edit with its offset in the original. The original
is never changed. Bytes that do not decode are an error with their position.`

func newNormalize(std streams) *cobra.Command {
	var dir, out, charset string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "normalize [--to DIR|-o FILE] FILE...",
		Short: "Rewrite files as canonical UTF-8 and print the edits",
		Long:  normalizeLong,
		Example: `  feedparity normalize stock.csv > /dev/null
  feedparity normalize --to clean/ stock.csv prices.csv
  feedparity normalize -o stock-utf8.csv stock.csv`,
		Args: wantArgs(1, -1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if out != "" && (dir != "" || len(args) > 1) {
				return usageError("use --to DIR for several files", "read arguments: -o takes one file and no --to")
			}
			if dir != "" {
				if err := os.MkdirAll(dir, 0o755); err != nil {
					return usageError("", "create %q: %w", dir, cause(err))
				}
			}
			return eachFile(std, args, func(name string, in ingest.Input) error {
				target := out
				if dir != "" {
					target = filepath.Join(dir, in.Name)
				}
				return normalizeFile(std, name, in, target, charset, asJSON)
			})
		},
	}
	cmd.Flags().StringVar(&dir, "to", "", "directory to write files of the same names to")
	cmd.Flags().StringVarP(&out, "output", "o", "", "file to write to (default: standard output, edits on standard error)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the edits as JSON Lines, with bytes in hexadecimal")
	cmd.Flags().StringVar(&charset, "charset", "", "the file's charset (default: detected)")
	return cmd
}

func normalizeFile(std streams, name string, in ingest.Input, target, charset string, asJSON bool) error {
	found, err := detect.Detect(in.Data, in.Size, detect.Options{Declared: charset})
	if err != nil {
		return fmt.Errorf("detect %q: %w", name, err)
	}
	if found.Binary != "" {
		return usageError("feedparity reads text: unpack or export it first", "normalize %q: not a CSV file: %s", name, found.Why)
	}
	if charset == "" {
		charset = found.Charset
	}
	edits := std.out
	w, commit := std.out, func() error { return nil }
	if target == "" {
		edits = std.err
	} else {
		f, err := createWhole(name, target)
		if err != nil {
			return err
		}
		defer f.abandon()
		w, commit = f, f.commit
	}
	count := 0
	o := normalize.Options{Charset: charset, Delimiter: rune(found.Dialect.Delimiter), Quotechar: rune(found.Dialect.Quotechar), SkipInitialSpace: found.Dialect.SkipInitialSpace}
	o.Record = func(e normalize.Edit) error {
		count++
		if asJSON {
			return writeJSON(edits, editJSON{name, e.Offset, e.Kind, fmt.Sprintf("%x", e.Before), fmt.Sprintf("%x", e.After)})
		}
		_, err := fmt.Fprintf(edits, "%s\n", e)
		return err
	}
	buffered := bufio.NewWriterSize(w, 64<<10)
	if _, err := normalize.Normalize(buffered, io.NewSectionReader(in.Data, 0, in.Size), o); err != nil {
		return usageError("", "normalize %q: %w", name, err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write %q: %w", target, cause(err))
	}
	fmt.Fprintf(std.err, "%s: %s, read as %s\n", visible(name), plural(count, "edit"), charset)
	return commit()
}

// editJSON is an edit as a line of JSON.
type editJSON struct {
	File   string         `json:"file"`
	Offset int64          `json:"offset"`
	Kind   normalize.Kind `json:"kind"`
	Before string         `json:"before"`
	After  string         `json:"after"`
}

// wholeFile is a file that appears under its name only when it is complete.
type wholeFile struct {
	*os.File
	target string
}

// createWhole refuses to write over the input itself.
func createWhole(input, target string) (*wholeFile, error) {
	a, err1 := os.Stat(input)
	b, err2 := os.Stat(target)
	if err1 == nil && err2 == nil && os.SameFile(a, b) {
		return nil, usageError("name another file: the original is always kept", "write %q: it is the input", target)
	}
	f, err := os.CreateTemp(filepath.Dir(target), ".feedparity-*")
	if err != nil {
		return nil, usageError("", "write %q: %w", target, cause(err))
	}
	return &wholeFile{f, target}, nil
}

func (f *wholeFile) commit() error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), f.target)
}

// abandon removes what was not committed.
func (f *wholeFile) abandon() {
	if f.Close() == nil {
		os.Remove(f.Name())
	}
}
