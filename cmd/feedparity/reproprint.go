package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// maxEqual is how many equal cells are shown on each side of those that differ.
const maxEqual = 2

// compareRows shows two rows cell by cell, as diff does; nothing where the cell
// that differs is all there is. (go-cmp would do it as well, but a program that
// links it pays for its start in every command; see TestStartsWithoutGoCmp.)
func (run *replayed) compareRows(d diff.Divergence) []string {
	var cells [2][]string
	for p, n := range [2]int{d.Py2Row, d.Py3Row} {
		rows := run.outcomes[p].Rows
		if n < 1 || n > len(rows) {
			return nil
		}
		cells[p] = cellsOf(rows[n-1].Value)
	}
	if max(len(cells[0]), len(cells[1])) < 2 {
		return nil
	}
	return diffCells(cells[0], cells[1])
}

// cellsOf describes the cells of a row, of a dict with their keys.
func cellsOf(row ingest.Value) []string {
	var out []string
	for i, v := range row.Items {
		switch {
		case row.Kind != ingest.KindDict:
			out = append(out, describe(v))
		case i%2 == 1:
			out = append(out, describe(row.Items[i-1])+": "+describe(v))
		}
	}
	return out
}

// diffCells marks what is between the common beginning and the common end of two
// rows: "-" is py2's, "+" is py3's.
func diffCells(a, b []string) []string {
	head := 0
	for head < min(len(a), len(b)) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < min(len(a), len(b))-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out []string
	if head > maxEqual {
		out = append(out, fmt.Sprintf("  (%s equal)", plural(head-maxEqual, "cell")))
	}
	out = prefixed(out, "  ", a[max(0, head-maxEqual):head])
	out = prefixed(out, "- ", a[head:len(a)-tail])
	out = prefixed(out, "+ ", b[head:len(b)-tail])
	end := a[len(a)-tail:]
	out = prefixed(out, "  ", end[:min(maxEqual, tail)])
	if tail > maxEqual {
		out = append(out, fmt.Sprintf("  (%s equal)", plural(tail-maxEqual, "cell")))
	}
	return out
}

// maxDiffering bounds how many differing cells of a side are shown.
const maxDiffering = 12

func prefixed(out []string, prefix string, cells []string) []string {
	for i, c := range cells {
		if i == maxDiffering {
			return append(out, fmt.Sprintf("%s(%s more)", prefix, plural(len(cells)-i, "cell")))
		}
		out = append(out, prefix+c)
	}
	return out
}

// commands lists how to run the paths one by one, with us and without.
func commands(c *golden.Case, dir string) []string {
	var out []string
	// A page may be of any file, which has no case's directory around it.
	file := dir
	info, err := os.Stat(dir)
	kept := err == nil && info.IsDir()
	if kept {
		file = filepath.Join(dir, "input.csv")
	}
	input := ingest.ShellQuote(file)
	for _, p := range ingest.Paths {
		if c.Calls[p] == "" {
			out = append(out, "feedparity ingest "+c.Settings(p).String()+" "+input)
		}
	}
	if !kept {
		return append(out, "feedparity check --golden DIR "+input)
	}
	script := ingest.ShellQuote(filepath.Join(dir, "repro.py"))
	return append(out, "python2.7 "+script, "python3 "+script)
}

// write prints the page, or its JSON document.
func (r *repro) write(w io.Writer, asJSON, inColour bool) error {
	page := r.page
	switch {
	case asJSON:
		return writeJSON(w, r)
	case inColour:
		page = r.coloured
	}
	_, err := io.WriteString(w, page())
	return err
}

// pageWidth is where prose is wrapped; values, bytes and commands are left whole,
// so that they can be copied.
const pageWidth = 100

func (r *repro) page() string {
	var b strings.Builder
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-10s %s\n", name, value)
		}
	}
	prose := func(name, value string) {
		field(name, strings.Join(wrap(value, pageWidth-11), "\n"+strings.Repeat(" ", 11)))
	}
	field("case", r.Case)
	field("signature", r.Signature)
	if r.was != "" {
		prose("", "the case was recorded as "+r.was+": it diverges for another reason now")
	}
	if r.Revision != "" {
		field("code", "recorded with "+r.Revision+"; this is "+r.RevisionNow)
	}
	if !r.Diverges {
		field("state", fmt.Sprintf("%s, yet the paths now agree; feedparity golden replay says whether they should", r.State))
		return b.String()
	}
	field("state", fmt.Sprintf("%s, %s, %s view", r.State, r.Severity, r.View))
	b.WriteByte('\n')
	field("where", r.Where)
	field("bytes", r.Bytes)
	field("py2", r.Py2)
	field("py3", r.Py3)
	for i, l := range r.Rows {
		field([]string{"the row", ""}[min(i, 1)], l)
	}
	b.WriteByte('\n')
	field("code", r.Code)
	prose("why", r.Why)
	field("fix", r.Fix)
	prose("normalize", r.Normalize)
	field("hits", r.Hits)
	confirmed := strings.Join(r.Confirmed, " and ")
	if confirmed == "" {
		confirmed = "not yet: there was no Python where the case was found"
	} else {
		confirmed = "by real Python " + confirmed
	}
	field("confirmed", confirmed)
	field("settings", r.Settings)
	field("frozen", r.Frozen)
	list := func(name string, lines []string) {
		for i, l := range lines {
			field([]string{name, ""}[min(i, 1)], l)
		}
	}
	if len(r.Explain) > 0 {
		b.WriteByte('\n')
		list("explain", explainPage(r.Explain))
	}
	if len(r.Ladder) > 0 {
		b.WriteByte('\n')
		list("ladder", ladderPage(r.Ladder))
	}
	if r.tried {
		b.WriteByte('\n')
		list("matrix", matrixPage(r.Matrix))
	}
	b.WriteByte('\n')
	for i, run := range r.Run {
		field([]string{"run", ""}[min(i, 1)], run)
	}
	return b.String()
}

// wrap breaks prose at spaces into lines of at most width characters, longer
// words apart.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && ingest.RuneCount(line)+1+ingest.RuneCount(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
