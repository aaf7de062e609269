package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/feedparity/feedparity/corpus/pollute"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/normalize"
	"github.com/feedparity/feedparity/ingest/parity"
)

// The goals, as shares of the files.
const (
	goalDialect = 0.98 // delimiter and quotechar
	goalHeader  = 0.95
	goalTable   = 0.95 // the normalized table, of files that still tell it
)

// tally counts what was right, in all and for each pollution in the order of its
// first file.
type tally struct {
	name  string
	all   counts
	kinds []*counts
	wrong []string
}

type counts struct {
	name                   string
	files, dialect, header int
	lossless, table        int
}

func (t *tally) of(name string) *counts {
	for _, c := range t.kinds {
		if c.name == name {
			return c
		}
	}
	c := &counts{name: name}
	t.kinds = append(t.kinds, c)
	return c
}

// spoiled measures spoiled files.
func (t *tally) spoiled(files []pollute.File) error {
	for _, f := range files {
		found, err := detect.Bytes(f.Data, detect.Options{})
		if err != nil {
			return err
		}
		d := found.Dialect
		t.count(f.Pollution, f.Table, d.Delimiter == f.Delimiter && d.Quotechar == f.Quotechar, d.Header == f.Header, d)
		got, err := table(f.Data, found)
		if err != nil {
			t.wrong = append(t.wrong, fmt.Sprintf("%s, %s: %v", f.Pollution, f.Table, err))
		}
		if !f.Lossless {
			continue
		}
		right := err == nil && reflect.DeepEqual(got, f.Rows)
		for _, c := range []*counts{&t.all, t.of(f.Pollution)} {
			c.lossless++
			if right {
				c.table++
			}
		}
		if !right && err == nil {
			t.wrong = append(t.wrong, fmt.Sprintf("table     %s, %s: %s", f.Pollution, f.Table, difference(got, f.Rows)))
		}
	}
	return nil
}

func (t *tally) count(kind, name string, dialect, header bool, d detect.Dialect) {
	for _, c := range []*counts{&t.all, t.of(kind)} {
		c.files++
		if dialect {
			c.dialect++
		}
		if header {
			c.header++
		}
	}
	if !dialect || !header {
		t.wrong = append(t.wrong, fmt.Sprintf("dialect   %s, %s: %q %q header %v; %s", kind, name, d.Delimiter, d.Quotechar, d.Header, strings.Join(d.Reasons, "; ")))
	}
}

// table is the normalized table of a file, as a strict reader sees it. The edits must
// lead back to the file, and another pass must find nothing to change.
func table(data []byte, found detect.Result) ([][]string, error) {
	o := parity.NormalizeOptions(found)
	o.Canonical = true
	var out bytes.Buffer
	edits, err := normalize.Normalize(&out, bytes.NewReader(data), o)
	if err != nil {
		return nil, err
	}
	if err := normalize.Verify(bytes.NewReader(data), bytes.NewReader(out.Bytes()), normalize.All(edits)); err != nil {
		return nil, err
	}
	if err := again(out.Bytes()); err != nil {
		return nil, err
	}
	r := csv.NewReader(&out)
	r.FieldsPerRecord = -1
	return r.ReadAll()
}

// again detects and normalizes what is normalized.
func again(data []byte) error {
	found, err := detect.Bytes(data, detect.Options{})
	if err != nil {
		return err
	}
	o := parity.NormalizeOptions(found)
	o.Canonical = true
	var out bytes.Buffer
	if _, err := normalize.Normalize(&out, bytes.NewReader(data), o); err != nil {
		return err
	}
	if !bytes.Equal(out.Bytes(), data) {
		return fmt.Errorf("a second pass changes %q to %q", data[:min(200, len(data))], out.Bytes()[:min(200, out.Len())])
	}
	return nil
}

// difference shows the first record that is not what it should be.
func difference(got, want [][]string) string {
	for i, w := range want {
		if i >= len(got) || !reflect.DeepEqual(got[i], w) {
			if i >= len(got) {
				return fmt.Sprintf("%d records, want %d", len(got), len(want))
			}
			return fmt.Sprintf("record %d of %d: %q, want %q", i+1, len(got), got[i], w)
		}
	}
	return fmt.Sprintf("%d records, want %d; then %q", len(got), len(want), got[len(want)])
}

// labelled measures the files of a folder.
func (t *tally) labelled(dir string) error {
	list, err := os.ReadFile(filepath.Join(dir, "dialects.tsv"))
	if err != nil {
		return err
	}
	for i, line := range strings.Split(strings.TrimSpace(string(list)), "\n") {
		f := strings.Split(line, "\t")
		if len(f) != 4 {
			return fmt.Errorf("read dialects.tsv: line %d has %d fields, want 4", i+1, len(f))
		}
		data, err := os.ReadFile(filepath.Join(dir, f[0]))
		if err != nil {
			return err
		}
		found, err := detect.Bytes(data, detect.Options{})
		if err != nil {
			return err
		}
		delimiter, err1 := ingest.ParseLiteral(ingest.Py3, f[1])
		quote, err2 := ingest.ParseLiteral(ingest.Py3, f[2])
		if err1 != nil || err2 != nil {
			return fmt.Errorf("read dialects.tsv: line %d: %q, %q", i+1, f[1], f[2])
		}
		d := found.Dialect
		right := string(rune(d.Delimiter)) == delimiter.Str && (f[2] == "" || string(rune(d.Quotechar)) == quote.Str)
		t.count(filepath.Dir(f[0]), filepath.Base(f[0]), right, fmt.Sprint(d.Header) == f[3], d)
	}
	return nil
}

// print writes the table of figures, and what was wrong if there is room for it.
func (t *tally) print(w io.Writer) {
	fmt.Fprintf(w, "%s\n%-36s %6s %9s %8s %9s\n", t.name, "", "files", "dialect", "header", "table")
	for _, c := range append(t.kinds, &t.all) {
		name := c.name
		if c == &t.all {
			name = "all"
		}
		fmt.Fprintf(w, "%-36.36s %6d %9s %8s %9s\n", name, c.files, percent(c.dialect, c.files), percent(c.header, c.files), percent(c.table, c.lossless))
	}
	const most = 60
	for i, s := range t.wrong {
		if i == most {
			fmt.Fprintf(w, "and %d more\n", len(t.wrong)-most)
			break
		}
		fmt.Fprintf(w, "%s\n", s)
	}
}

func percent(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", 100*float64(n)/float64(of))
}

func (t *tally) reached() bool {
	share := func(n, of int) float64 { return float64(n) / float64(max(1, of)) }
	a := t.all
	return share(a.dialect, a.files) >= goalDialect && share(a.header, a.files) >= goalHeader && (a.lossless == 0 || share(a.table, a.lossless) >= goalTable)
}
