package main

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

const longTitle = "\n## The long run\n"

// Record is what is kept of a long run: a line that says when it ended, how long it
// took and its scale, and then a line per layer and version, as the tests print them.
func (s *Sums) Record(now time.Time) []byte {
	var b bytes.Buffer
	took := "an unknown time"
	if !s.Begun.IsZero() {
		took = fmt.Sprintf("%d minutes", int(now.Sub(s.Begun).Round(time.Minute).Minutes()))
	}
	fmt.Fprintf(&b, "# N=%s, ended on %s after %s\n", orElse(s.Scale, "?"), now.UTC().Format("2006-01-02"), took)
	for _, l := range s.Lines {
		fmt.Fprintf(&b, "confirm: %s %s %d cases %d mismatches\n", l.Layer, l.Version, l.Cases, l.Mismatches)
	}
	return b.Bytes()
}

// LongSection is the page's section of a recorded long run, "" without a record: a
// table of layers by versions, of cases and, where there were any, mismatches.
func LongSection(record []byte) string {
	head, _, _ := strings.Cut(strings.TrimPrefix(string(record), "# "), "\n")
	s, err := Read(bytes.NewReader(record))
	if err != nil || len(s.Lines) == 0 {
		return ""
	}
	var b strings.Builder
	cases, bad := total(s.Lines)
	fmt.Fprintf(&b, "%s\n`make confirm-long`, %s: %d cases, %d mismatches. By layer and version:\n\n", longTitle, head, cases, bad)
	t := tabwriter.NewWriter(&b, 0, 0, 1, ' ', tabwriter.AlignRight)
	var versions []string
	column := map[string]int{}
	for _, l := range s.Lines {
		if _, ok := column[l.Version]; !ok {
			column[l.Version] = len(versions)
			versions = append(versions, l.Version)
		}
	}
	fmt.Fprintf(t, "    \t%s\t\n", strings.Join(versions, "\t"))
	for _, layer := range s.Layers() {
		cells := make([]string, len(versions))
		for _, l := range s.Of(layer) {
			cells[column[l.Version]] = fmt.Sprint(l.Cases)
			if l.Mismatches > 0 {
				cells[column[l.Version]] += fmt.Sprintf(" (%d differ)", l.Mismatches)
			}
		}
		fmt.Fprintf(t, "    %s\t%s\t\n", layer, strings.Join(cells, "\t"))
	}
	t.Flush()
	return b.String()
}

// beforeRecords is the page up to the sections of the records.
func beforeRecords(page string) string {
	for _, title := range []string{longTitle, mutationTitle, notModelledTitle} {
		page, _, _ = strings.Cut(page, title)
	}
	return page
}
