package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/unpack"
	"github.com/feedparity/feedparity/ingest/wire"
)

const ingestLong = `Runs one path over one file and prints what it did: one JSON value per line, a row
each, and where the path raised a last line with the fault. This is the contract
by which engines are compared from outside.`

// settingsFlags are the options that spell out ingest.Settings.
type settingsFlags struct {
	as, python, open, codec, errors, reader string
	dialect, clean, types, env              []string
	fieldLimit                              int64
	sniff                                   bool
}

func (f *settingsFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.as, "as", "", "path to run: py2 or py3 (required)")
	fs.StringVar(&f.python, "python", "", "version: 2.7, 3.6 to 3.14 (default 2.7 for py2, 3.13 for py3)")
	fs.StringVar(&f.open, "open", "", "open mode, such as bytes-decode or text (default: the path's first)")
	fs.StringVar(&f.codec, "codec", "utf-8", "Python's name of the codec, or locale for the one that open() takes from --env")
	fs.StringArrayVar(&f.env, "env", nil, "with --codec locale: a variable of the environment (`NAME=VALUE`), such as LC_ALL=C or PYTHONUTF8=0")
	fs.StringVar(&f.errors, "errors", "strict", "Python's error handler")
	fs.StringArrayVar(&f.dialect, "dialect", nil, "csv.reader option (`KEY=VALUE`) with Python's escapes, such as 'delimiter=\\t'")
	fs.StringVar(&f.reader, "reader", string(ingest.RowReader), "reader or dict (csv.DictReader)")
	fs.StringArrayVar(&f.clean, "clean", nil, "cleaning `STEP` on every cell, such as strip or replace:old:new; in order; docs/config.md has them all")
	fs.StringArrayVar(&f.types, "type", nil, "convert a column, by header name or number, such as qty=int or 'price=float|round:2' (`COLUMN=TYPE`)")
	fs.Int64Var(&f.fieldLimit, "field-limit", ingest.DefaultFieldLimit, "csv.field_size_limit")
	fs.BoolVar(&f.sniff, "sniff", false, "take the dialect from csv.Sniffer")
}

// settings checks the options against each other.
func (f *settingsFlags) settings() (ingest.Settings, error) {
	var s ingest.Settings
	path, err := ingest.ParsePath(f.as)
	if err != nil {
		return s, usageError("say which path to run: --as py2 or --as py3", "read --as: %w", err)
	}
	s = ingest.DefaultSettings([]ingest.Python{ingest.Python27, ingest.Python313}[path])
	if f.python != "" {
		if s.Python, err = ingest.ParsePython(f.python); err != nil {
			return s, usageError("", "read --python: %w", err)
		}
		if s.Python.Path() != path {
			return s, usageError("leave --python out to take the path's own", "read --python: python %s is not %s", s.Python, path)
		}
	}
	if f.open != "" {
		s.Open = ingest.OpenMode(f.open)
	}
	s.Codec, s.Errors, s.Reader = f.codec, f.errors, ingest.ReaderKind(f.reader)
	s.FieldLimit, s.Sniff = f.fieldLimit, f.sniff
	if s.Dialect, err = ingest.ParseDialect(path, f.dialect...); err != nil {
		return s, usageError(`write it as --dialect 'delimiter=;'`, "read --dialect: %w", err)
	}
	for _, c := range f.clean {
		s.Clean = append(s.Clean, ingest.Step(c))
	}
	for _, t := range f.types {
		i := strings.LastIndexByte(t, '=')
		if i < 1 {
			return s, usageError("write it as --type qty=int", "read --type: %q has no column=type", t)
		}
		s.Types = append(s.Types, ingest.ColumnType{Column: t[:i], Type: t[i+1:]})
	}
	if s.Codec, err = f.resolveCodec(s.Python); err != nil {
		return s, err
	}
	if err := checkCells(s); err != nil {
		return s, err
	}
	if err := s.Validate(); err != nil {
		return s, usageError("leave --open out to take the path's own", "read settings: %w", err)
	}
	return s, nil
}

// parseSettings reads the options from words.
func parseSettings(words []string) (ingest.Settings, error) {
	var f settingsFlags
	cmd := &cobra.Command{}
	f.add(cmd)
	if err := cmd.ParseFlags(words); err != nil {
		return ingest.Settings{}, usageError("feedparity ingest --help lists them", "read settings: %w", err)
	}
	if rest := cmd.Flags().Args(); len(rest) > 0 {
		return ingest.Settings{}, usageError("feedparity ingest --help lists them", "read settings: %q is no option", rest[0])
	}
	return f.settings()
}

// resolveCodec finds the codec that "locale" stands for.
func (f *settingsFlags) resolveCodec(py ingest.Python) (string, error) {
	if f.codec != ingest.LocaleCodec {
		if f.env != nil {
			return "", usageError("add --codec locale", "read --env: the codec is %s, whatever the environment", f.codec)
		}
		return f.codec, nil
	}
	env := map[string]string{}
	for _, word := range f.env {
		name, value, ok := strings.Cut(word, "=")
		if !ok || name == "" {
			return "", usageError("write it as --env LC_ALL=C", "read --env: %q has no name=value", word)
		}
		env[name] = value
	}
	codec, err := pycodec.Environment{Env: env}.LocaleCodec(py)
	if err != nil {
		return "", usageError("", "read --env: %w", err)
	}
	return codec, nil
}

func newIngest(std streams) *cobra.Command {
	var f settingsFlags
	var engine engineFlags
	cmd := &cobra.Command{
		Use:   "ingest --as py2|py3 [flags] FILE|-",
		Short: "Run one path over one file and print its rows",
		Long:  ingestLong,
		Example: `  feedparity ingest --as py2 --codec cp1252 stock.csv
  feedparity ingest --as py3 --codec utf-8 --dialect 'delimiter=;' --type qty=int -
  feedparity ingest --as py3 --python 3.6 --open locale --codec locale --env LC_ALL=C stock.csv
  feedparity ingest --as py3 --python 3.6 --engine interpreter stock.csv`,
		Args: wantArgs(1, 1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := f.settings()
			if err != nil {
				return err
			}
			in, done, err := openInput(std.in, args[0])
			if err != nil {
				return err
			}
			defer done()
			in.Settings = s
			eng, closeEngine, err := engine.open(cmd.Context())
			if err != nil {
				return err
			}
			defer closeEngine()
			rows, err := eng.Ingest(cmd.Context(), in)
			if err != nil {
				return err
			}
			first, err := printRows(std.out, rows)
			warnOfColumns(std, in.Name, s, first)
			return err
		},
	}
	f.add(cmd)
	engine.add(cmd)
	return cmd
}

// printRows writes an outcome in wire form as it comes and returns the names of
// its columns.
func printRows(w io.Writer, rows ingest.Rows) (names []string, err error) {
	defer rows.Close()
	out := bufio.NewWriterSize(w, 64<<10)
	var line []byte
	for n := 0; ; n++ {
		r, ok := rows.Next()
		if !ok {
			break
		}
		if n == 0 {
			names = diff.Names(r.Value)
		}
		line = append(wire.AppendValue(line[:0], r.Value), '\n')
		if _, err := out.Write(line); err != nil {
			return names, err
		}
	}
	fault, err := rows.Fault()
	if err != nil {
		out.Flush()
		return names, err
	}
	if fault != nil {
		out.Write(append(wire.AppendFault(line[:0], fault), '\n'))
	}
	return names, out.Flush()
}

// warnOfColumns says on stderr which columns of --type the file has not.
func warnOfColumns(std streams, name string, s ingest.Settings, columns []string) {
	for _, t := range s.Types {
		if w := parity.MissingColumn("types", t.Column, columns, len(columns)); w != "" && len(columns) > 0 {
			fmt.Fprintf(std.err, "feedparity: ingest %q: warning: %s\n", name, oneLine(w))
		}
	}
}

// openInput opens a named file, or spools standard input for "-": engines read
// inputs more than once. The returned function releases it.
func openInput(stdin io.Reader, name string) (ingest.Input, func(), error) {
	file, remove := name, func() {}
	if name == "-" {
		var err error
		if file, err = spool(stdin); err != nil {
			return ingest.Input{}, nil, usageError("", "read standard input: %w", err)
		}
		remove = func() { os.Remove(file) }
	} else if err := checkRegular(name); err != nil {
		return ingest.Input{}, nil, err
	}
	f, err := unpack.OpenFile(file)
	if err != nil {
		remove()
		return ingest.Input{}, nil, usageError("", "open %q: %w", name, cause(err))
	}
	return ingest.Input{Name: baseName(name), Data: f, Size: f.Size, File: file}, func() { f.Close(); remove() }, nil
}

// checkRegular refuses what is no file before it is opened: a named pipe to which
// nobody writes holds open(2) for ever, and no signal ends that. The null device
// is an empty file to everybody.
func checkRegular(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return usageError("", "open %q: %w", name, cause(err))
	}
	what := ""
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return usageError("name the files in it", "open %q: is a directory", name)
	case mode&fs.ModeNamedPipe != 0:
		what = "a pipe"
	case mode&fs.ModeSocket != 0:
		what = "a socket"
	default:
		if null, err := os.Stat(os.DevNull); err == nil && os.SameFile(info, null) {
			return nil
		}
		what = "a device"
	}
	return usageError("write what it gives to a file, or to the standard input of a command whose FILE is -", "open %q: is %s, not a file", name, what)
}

// spool copies a stream into a temporary file.
func spool(r io.Reader) (name string, err error) {
	f, err := os.CreateTemp("", "feedparity-*.csv")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}
