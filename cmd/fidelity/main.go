// Command fidelity adds up what the Confirm tests print,
//
//	confirm: <layer> <version> <cases> cases <mismatches> mismatches
//
// by layer and version, prints the sums, and with a file name writes the page
// docs/fidelity.md. "make confirm" pipes the tests' output through it. With
// --long FILE, as of "make confirm-long", it writes the sums into that file and
// into the page's section of the long run, and leaves the others as they are; every
// later run keeps that section, and that of the mutations, of which cmd/mutate leaves a
// record beside the page. With --records PAGE nothing is read but these records: "make
// mutate" has the page show its own so.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	args, long := os.Args[1:], ""
	if len(args) > 1 && args[0] == "--records" {
		if err := rewrite(args[1]); err != nil {
			fmt.Fprintf(os.Stderr, "fidelity: %v\n", err)
			os.Exit(2)
		}
		return
	}
	if len(args) > 1 && args[0] == "--long" {
		args, long = args[2:], args[1]
	}
	sums, err := Read(os.Stdin)
	if err != nil {
		fmt.Fprintf(os.Stderr, "fidelity: read test output: %v\n", err)
		os.Exit(2)
	}
	sums.Print(os.Stdout)
	if len(args) > 0 && len(sums.Lines) > 0 {
		if err := write(sums, args[0], long, time.Now()); err != nil {
			fmt.Fprintf(os.Stderr, "fidelity: %v\n", err)
			os.Exit(2)
		}
	}
	if sums.Mismatches() > 0 {
		os.Exit(1)
	}
}

// These records stand beside the page.
const (
	longRecord     = "fidelity-long.txt"
	mutationRecord = "mutation.txt"
)

// write writes the page, or with a long run its record and what follows from it.
func write(sums *Sums, page, long string, now time.Time) error {
	if long == "" {
		return compose(page, sums.Page(now))
	}
	if err := os.WriteFile(long, sums.Record(now), 0o644); err != nil {
		return err
	}
	return rewrite(page)
}

// rewrite writes all of the page anew but what the ordinary run made.
func rewrite(page string) error {
	old, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	return compose(page, beforeRecords(string(old)))
}

// compose puts behind what the ordinary run made the sections of the records.
func compose(page, ordinary string) error {
	var records [2][]byte
	for i, name := range []string{longRecord, mutationRecord} {
		var err error
		if records[i], err = os.ReadFile(filepath.Join(filepath.Dir(page), name)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	text := ordinary + LongSection(records[0]) + mutationSection(records[1]) + notModelled
	return os.WriteFile(page, []byte(text), 0o644)
}

// Line is the sum of one layer and version.
type Line struct {
	Layer, Version    string
	Cases, Mismatches int64
}

// Sums are all lines, by layer in the order met and then by version.
type Sums struct {
	Lines []Line
	Scale string    // N, "" where the output does not say
	Begun time.Time // zero where it does not say
}

// Read adds up the lines of a test's output; all others are passed over.
func Read(r io.Reader) (*Sums, error) {
	s := new(Sums)
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 64<<20) // a failing test may print its whole input
	for sc.Scan() {
		_, text, ok := strings.Cut(sc.Text(), "confirm: ")
		if !ok {
			continue
		}
		var l Line
		var begun string
		if n, _ := fmt.Sscanf(text, "N=%s from %s", &s.Scale, &begun); n == 2 {
			s.Begun, _ = time.Parse(time.RFC3339, begun) // zero if it is none
		}
		if n, _ := fmt.Sscanf(text, "%s %s %d cases %d mismatches", &l.Layer, &l.Version, &l.Cases, &l.Mismatches); n == 4 {
			s.add(l)
		}
	}
	return s, sc.Err()
}

func (s *Sums) add(l Line) {
	for i := range s.Lines {
		if s.Lines[i].Layer == l.Layer && s.Lines[i].Version == l.Version {
			s.Lines[i].Cases += l.Cases
			s.Lines[i].Mismatches += l.Mismatches
			return
		}
	}
	s.Lines = append(s.Lines, l)
}

// Layers lists the layers in the order met.
func (s *Sums) Layers() []string {
	var out []string
	for _, l := range s.Lines {
		if !slices.Contains(out, l.Layer) {
			out = append(out, l.Layer)
		}
	}
	return out
}

// Of returns the lines of a layer.
func (s *Sums) Of(layer string) []Line {
	var out []Line
	for _, l := range s.Lines {
		if l.Layer == layer {
			out = append(out, l)
		}
	}
	return out
}

func total(lines []Line) (cases, mismatches int64) {
	for _, l := range lines {
		cases += l.Cases
		mismatches += l.Mismatches
	}
	return cases, mismatches
}

// Mismatches counts them all.
func (s *Sums) Mismatches() int64 {
	_, n := total(s.Lines)
	return n
}

// Print writes a line per layer and version, the sum of each layer, and the total.
func (s *Sums) Print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 1, ' ', tabwriter.AlignRight)
	for _, layer := range s.Layers() {
		lines := s.Of(layer)
		for _, l := range lines {
			fmt.Fprintf(t, "%s\t%s\t%d\tcases\t%d\tmismatches\t\n", l.Layer, l.Version, l.Cases, l.Mismatches)
		}
		cases, bad := total(lines)
		fmt.Fprintf(t, "%s\tin all\t%d\tcases\t%d\tmismatches\t\n", layer, cases, bad)
	}
	cases, bad := total(s.Lines)
	fmt.Fprintf(t, "total\t\t%d\tcases\t%d\tmismatches\t\n", cases, bad)
	t.Flush()
}

// layers says what each layer is, for the page.
var layers = map[string]string{
	"ingest":           "the whole engine: a generated delivery under generated Settings (open mode, codec, errors=, dialect, reader, cleaning, types), outcome compared to the byte",
	"reader":           "csv.reader driven call by call, errors and line_num included",
	"dialect":          "csv.reader's arguments: which are refused, with which exception and text",
	"dictreader":       "csv.DictReader, with the order of Python 2's dicts",
	"dictorder":        "the order of Python 2's dicts alone",
	"sniffer":          "csv.Sniffer().sniff",
	"word":             "what is a word character to patterns and to str.isalnum(), every code point",
	"has_header":       "csv.Sniffer().has_header",
	"writer":           "csv.writer",
	"codec":            "decoders: every input of up to two bytes and every valid or near-valid longer sequence of every codec, and generated inputs cut at every point",
	"text":             "open modes: what iterating over the file yields, line by line, and what it raises",
	"cell":             "cleaning steps over every code point, and conversions of generated cells",
	"locale":           "open() without an encoding, in processes of their own under generated environments: the codec and errors= it uses, and what it reads in files",
	"classify":         "the catalogue's examples: the same cause on the interpreters as on the models",
	"classify-code":    "the catalogue's examples of a team's own code: what both paths do, and the causes that are found",
	"golden":           "the golden cases of this repository, replayed on the interpreters that they were confirmed by",
	"repro":            "repro.py of golden cases against the interpreter engine",
	"call":             "the team's own code in call mode",
	"corpus":           "the demo's deliveries",
	"detect":           "names of charsets, and that each decodes its input",
	"normalize":        "two-byte tables",
	"interp-call":      "call mode: what runner.py makes of functions that return, raise, exit, hang, die or write where they may not, against the table of what it should",
	"interp-neutral":   "experiments: each makes alike on all interpreters what they do differently without it",
	"interp-reference": "reference mode: what runner.py does with Settings, against the table of what they mean",
	"cpython-csv":      "the calls that CPython's own test_csv.py makes, recorded and replayed",
	"cpython-codecs":   "the decoding that CPython's own test_codecs.py, test_multibytecodec and test_codecencodings_* do, recorded and replayed",
	"recorded-cell":    "the recording by which machines without interpreters judge the Unicode tables of the cells, every code point of each: made again, and equal",
	"recorded-csv":     "the recording by which machines without interpreters judge the csv models: made again, and equal to what is in the repository",
}

// Page is docs/fidelity.md up to the long run.
func (s *Sums) Page(now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Fidelity: the models against the real interpreters\n\nWritten by `make confirm` on %s. Each case is run by the model and by the CPython named;\n", now.Format("2006-01-02"))
	b.WriteString("a mismatch is any difference in rows, exception class, message or position.\n")
	for _, layer := range s.Layers() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", layer, orElse(layers[layer], layer))
		for _, l := range s.Of(layer) {
			fmt.Fprintf(&b, "    %s %s %d cases %d mismatches\n", l.Layer, l.Version, l.Cases, l.Mismatches)
		}
	}
	cases, bad := total(s.Lines)
	fmt.Fprintf(&b, "\nIn all %d cases, %d mismatches.\n", cases, bad)
	return b.String()
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

const notModelledTitle = "\n## What is not modelled\n"

const notModelled = notModelledTitle + `
What the embedded engine does not know it refuses, naming "--engine interpreter"; it never guesses.

- Builds of 2.7 with 16-bit unicode, and Windows and macOS: measured on Linux, UCS4.
- Point releases other than those named above. Known to differ is the limit of 4300 digits on int(): the models have it from 3.7
  on, CPython since 3.7.14, 3.8.14, 3.9.14, 3.10.7 and 3.11.0.
- What CPython's own tests do on 3.14: its distribution comes without them.
- Locales other than C and C.UTF-8 for the methods of Python 2's byte strings.
- st_blksize other than 4096 in Python 2's io.open.
- The order that Python 2's other keys take around None in a dict, which hangs on an address.
`
