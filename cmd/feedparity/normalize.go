package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/normalize"
	"github.com/feedparity/feedparity/ingest/parity"
)

const normalizeLong = `Writes canonical bytes (UTF-8, no byte order mark, LF outside quotes, no NUL, no
trailing Ctrl-Z) and prints every edit with its offset in the original. The original
is never changed. Bytes that do not decode are an error with their position.

Lines above and below the table, such as titles and totals, are taken off; they are
edits of kind "preamble" and "footer".

The file's charset and dialect are detected; --charset, --delimiter, --quotechar,
--escapechar and --skipinitialspace say instead what they are, and the rest is then
found in what that makes of the file.

With --dialect canonical the table is written as csv.writer does: commas, double
quotes where they are needed, those inside doubled. Malformed records are then read
so that they have the table's columns; edits of kind "repair" are where that is not
what csv.reader reads.

Edits can be replayed: --verify does so at once, --revert EDITS makes the original of
a normalized file again, --apply EDITS the normalized one of the original, with the
edits that --json printed, of one file or of several. Both check the sums at the end of
the edits first, and write nothing where they do not fit.`

// normalizing is what the command line asks of normalize.
type normalizing struct {
	dir, out      string
	charset       string
	ranges        []string
	dialect       string
	asJSON        bool
	verify        bool
	keep          bool // what is above and below the table
	apply, revert string
	o             normalize.Options

	delimiter, quotechar, escapechar string
	skip                             bool
	given                            detect.Given
	inputs                           []string          // as named
	targets                          map[string]string // by file what it is made of
}

func newNormalize(std streams) *cobra.Command {
	n := &normalizing{targets: map[string]string{}}
	cmd := &cobra.Command{
		Use:   "normalize [--to DIR|-o FILE] FILE...",
		Short: "Rewrite files as canonical UTF-8 and print the edits",
		Long:  normalizeLong,
		Example: `  feedparity normalize stock.csv > /dev/null
  feedparity normalize --to clean/ stock.csv prices.csv
  feedparity normalize --dialect canonical --verify -o stock-utf8.csv stock.csv
  feedparity normalize --json -o clean.csv stock.csv > edits.jsonl
  feedparity normalize --revert edits.jsonl clean.csv | cmp - stock.csv`,
		Args: wantArgs(1, -1, "FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := cmp.Or(onlyReplays(cmd.LocalNonPersistentFlags()), errors.Join(n.complete(args), n.dialectOf(cmd.Flags().Changed))); err != nil {
				return err
			}
			return eachFile(cmd.Context(), std, args, func(name string, in ingest.Input) error {
				target := n.out
				if n.dir != "" {
					target = filepath.Join(n.dir, in.Name)
				}
				if n.apply != "" || n.revert != "" {
					return n.replay(std, name, in, target)
				}
				return n.file(std, name, in, target)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&n.dir, "to", "", "directory to write files of the same names to")
	f.StringVarP(&n.out, "output", "o", "", "file to write to (default: standard output, edits on standard error)")
	f.BoolVar(&n.asJSON, "json", false, "print the edits as JSON Lines, with bytes in hexadecimal")
	f.StringVar(&n.charset, "charset", "", "the file's charset (default: detected)")
	f.StringArrayVar(&n.ranges, "range", nil, "FROM-TO=CHARSET: bytes in another charset; may be repeated")
	f.StringVar(&n.dialect, "dialect", "", `"canonical" to write commas and double quotes whatever the file has`)
	f.StringVar(&n.delimiter, "delimiter", "", `the file's delimiter, such as ; or \t (default: detected, like all of the dialect)`)
	f.StringVar(&n.quotechar, "quotechar", "", "the file's quote character, empty if nothing is quoted")
	f.StringVar(&n.escapechar, "escapechar", "", "the file's escape character, empty for none")
	f.BoolVar(&n.skip, "skipinitialspace", false, "blanks after a delimiter are no part of a cell, or are with =false")
	f.BoolVar(&n.o.NFC, "nfc", false, "compose characters (Unicode normal form C)")
	f.BoolVar(&n.o.FixMojibake, "fix-double-encoding", false, "repair characters that were encoded as UTF-8 twice")
	f.BoolVar(&n.o.KeepGoing, "keep-going", false, "make U+FFFD of bytes that do not decode, leave records of more than 4 MiB as they are, and list both")
	f.BoolVar(&n.keep, "keep-preamble", false, "keep the lines above and below the table")
	f.BoolVar(&n.verify, "verify", false, "derive the original from the result and the edits, and compare")
	f.StringVar(&n.apply, "apply", "", "file of edits to make, of an earlier --json")
	f.StringVar(&n.revert, "revert", "", "file of edits to undo, of an earlier --json")
	return cmd
}

// complete checks what does not depend on any file, and makes the directory.
func (n *normalizing) complete(args []string) error {
	n.inputs = args
	if n.out != "" && (n.dir != "" || len(args) > 1) {
		return usageError(severalHint, "read arguments: -o takes one file and no --to")
	}
	if (n.apply != "" || n.revert != "") && (len(args) > 1 || n.apply != "" && n.revert != "") {
		return usageError("", "read arguments: edits are those of one file, and made or undone")
	}
	switch n.dialect {
	case "":
	case "canonical":
		n.o.Canonical = true
	default:
		return usageError("", `read arguments: --dialect takes "canonical" alone, not %q`, n.dialect)
	}
	for _, s := range n.ranges {
		r, err := parseRange(s)
		if err != nil {
			return err
		}
		n.o.Ranges = append(n.o.Ranges, r)
	}
	if n.dir != "" {
		if err := os.MkdirAll(n.dir, 0o755); err != nil {
			return usageError("", "create %q: %w", n.dir, cause(err))
		}
	}
	return nil
}

// dialectOf reads what flags say of the dialect.
func (n *normalizing) dialectOf(given func(flag string) bool) error {
	seen := map[byte]string{}
	for _, c := range []struct {
		name, text string
		to         **byte
	}{{"delimiter", n.delimiter, &n.given.Delimiter}, {"quotechar", n.quotechar, &n.given.Quotechar}, {"escapechar", n.escapechar, &n.given.Escapechar}} {
		if !given(c.name) {
			continue
		}
		v, err := ingest.ParseLiteral(ingest.Py3, c.text)
		switch {
		case err == nil && v.Str == "" && c.name != "delimiter":
			v.Str = "\x00"
		case err != nil || len(v.Str) != 1 || v.Str[0] >= utf8.RuneSelf || strings.ContainsAny(v.Str, "\r\n\x00"):
			return usageError("", "read arguments: --%s takes one ASCII character that ends no line, not %q", c.name, c.text)
		case seen[v.Str[0]] != "":
			return usageError("", "read arguments: --%s and --%s are the same character", seen[v.Str[0]], c.name)
		}
		b := v.Str[0]
		if *c.to = &b; b != 0 {
			seen[b] = c.name
		}
	}
	if given("skipinitialspace") {
		n.given.SkipInitialSpace = &n.skip
	}
	return nil
}

// parseRange reads FROM-TO=CHARSET; the numbers may be hexadecimal.
func parseRange(s string) (normalize.Range, error) {
	bounds, charset, _ := strings.Cut(s, "=")
	from, to, _ := strings.Cut(bounds, "-")
	a, err1 := strconv.ParseInt(from, 0, 64)
	b, err2 := strconv.ParseInt(to, 0, 64)
	if err1 != nil || err2 != nil || charset == "" {
		return normalize.Range{}, usageError("write 0x1a4-0x1b0=cp1252", "read range %q: want FROM-TO=CHARSET", s)
	}
	return normalize.Range{From: a, To: b, Charset: charset}, nil
}

// file normalizes a file; target is "" for standard output.
func (n *normalizing) file(std streams, name string, in ingest.Input, target string) error {
	found, err := detect.Detect(in.Data, in.Size, detect.Options{Charset: n.charset, Given: n.given})
	if err != nil {
		return fmt.Errorf("detect %q: %w", name, err)
	}
	if found.Binary != "" {
		return usageError(notCSVHint, "normalize %q: not a CSV file: %s", name, found.Why)
	}
	w, err := n.create(std, name, target)
	if err != nil {
		return err
	}
	defer w.abandon()
	list := &editList{file: name, out: std.out, asJSON: n.asJSON}
	if target == "" {
		list.out = std.err
	}
	defer list.drop()
	if n.verify {
		if err := list.keep(); err != nil {
			return err
		}
	}
	o := n.options(found)
	if err := within(n.o.Ranges, name, in.Size); err != nil {
		return err
	}
	if err := n.rewrite(w, list, name, in, o); err != nil {
		return err
	}
	verified := ""
	if n.verify {
		verified = ", verified"
	}
	fmt.Fprintf(std.err, "%s: %s, read as %s%s%s%s\n", visible(name), plural(list.edits, "edit"), o.Charset, takenOff(o, found.Dialect), list.noted(), verified)
	if d := found.Doubled; d.Layers > 0 && !o.FixMojibake {
		fmt.Fprintf(std.err, "hint: %d of %d words are encoded twice; --fix-double-encoding repairs that\n", d.Words, d.Of)
	}
	return nil
}

// rewrite writes a normalized file and its edits, to their end.
func (n *normalizing) rewrite(w *output, list *editList, name string, in ingest.Input, o normalize.Options) error {
	o.Record, o.Note = list.record, list.note
	buffered := bufio.NewWriterSize(w, 64<<10)
	var src io.Reader = io.NewSectionReader(in.Data, 0, in.Size)
	var dst io.Writer = buffered
	original, normalized := newSum(), newSum()
	if n.asJSON {
		src, dst = io.TeeReader(src, original), io.MultiWriter(dst, normalized)
	}
	if _, err := normalize.Normalize(dst, src, o); err != nil {
		return n.fault(err, w, name, in, o)
	}
	if err := buffered.Flush(); err != nil {
		return w.fault(err)
	}
	if n.verify {
		if err := list.verify(in, w.written()); err != nil {
			return fmt.Errorf("normalize %q: %w", name, err)
		}
	}
	if err := w.commit(); err != nil {
		return err
	}
	return list.end(original, normalized)
}

// fault words an error of the normalizer, which may be one of what it reads and writes.
func (n *normalizing) fault(err error, w *output, name string, in ingest.Input, o normalize.Options) error {
	var failed *fs.PathError
	var bad *normalize.DecodeError
	switch {
	case w.failed != nil:
		return w.fault(w.failed)
	case errors.As(err, &failed):
		return fmt.Errorf("normalize %q: %w", name, err)
	case errors.As(err, &bad):
		err = cmp.Or(bad.Locate(io.NewSectionReader(in.Data, 0, in.Size), o), err)
	}
	return usageError(keepGoingHint(err), "normalize %q: %w", name, err)
}

// takenOff says how many lines are not in the table.
func takenOff(o normalize.Options, d detect.Dialect) (s string) {
	if o.TableFrom > 0 {
		s = fmt.Sprintf(", preamble: %s taken off", plural(d.Preamble, "line"))
	}
	if o.TableTo > 0 {
		s += fmt.Sprintf(", footer: %s taken off", plural(d.Footer, "line"))
	}
	return s
}

// options completes what was asked for with what was found.
func (n *normalizing) options(found detect.Result) normalize.Options {
	o := parity.NormalizeOptions(found)
	if n.charset != "" {
		o.Charset, o.Ranges = n.charset, nil // what was found no longer matters
	}
	o.Ranges = besides(o.Ranges, n.o.Ranges)
	if n.keep {
		o.TableFrom, o.TableTo = 0, 0
	}
	o.Canonical, o.NFC, o.FixMojibake, o.KeepGoing = n.o.Canonical, n.o.NFC, n.o.FixMojibake, n.o.KeepGoing
	return o
}

// within demands that a file is long enough for ranges that were said: what begins behind its
// end is a mistake, as of who counts characters.
func within(said []normalize.Range, name string, size int64) error {
	for _, r := range said {
		if r.From >= size {
			return usageError("offsets count bytes from 0", "normalize %q: range %d-%d: the file ends at byte %d", name, r.From, r.To, size)
		}
	}
	return nil
}

// besides returns ranges that were said, and those that were found but for what is in the
// former: who says what a few bytes are says nothing of the rest of a file of several charsets.
func besides(found, said []normalize.Range) []normalize.Range {
	if len(said) == 0 {
		return found
	}
	if !inOrder(said) { // which normalize refuses by name
		return said
	}
	var out []normalize.Range
	for _, f := range found {
		for _, r := range said {
			if before := f; r.From > f.From && r.From < f.To {
				before.To = r.From
				out = append(out, before)
			}
			if r.To > f.From && r.From < f.To {
				f.From = r.To
			}
		}
		if f.From < f.To {
			out = append(out, f)
		}
	}
	out = append(out, said...)
	slices.SortFunc(out, func(a, b normalize.Range) int { return cmp.Compare(a.From, b.From) })
	return out
}

// inOrder reports whether ranges are in order and apart from each other.
func inOrder(ranges []normalize.Range) bool {
	at := int64(0)
	for _, r := range ranges {
		if r.From < at || r.To <= r.From {
			return false
		}
		at = r.To
	}
	return true
}

func keepGoingHint(err error) string {
	var bad *normalize.DecodeError
	var long *normalize.RecordError
	switch {
	case errors.As(err, &long):
		return "--keep-going writes such a record as it is"
	case errors.As(err, &bad):
		return "--charset names another charset, --keep-going puts U+FFFD in place of such bytes"
	}
	return ""
}
