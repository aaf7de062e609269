package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

func (r result) verdict() string {
	switch {
	case r.skipped:
		return "skipped"
	case r.ok:
		return "holds"
	}
	return "MISSED"
}

// print shows the table and writes the Markdown file that page makes, if one is wanted.
func (s *suite) print(out io.Writer, results []result, page func([]result) []byte) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "what\tgoal\tmeasured\tverdict\t")
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.what, r.goal, r.measured, r.verdict(), r.note)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print table: %w", err)
	}
	if s.out == "" {
		return nil
	}
	if err := os.WriteFile(s.out, page(results), 0o644); err != nil {
		return fmt.Errorf("write table: %w", err)
	}
	return nil
}

// markdown is docs/benchmarks.md.
func (s *suite) markdown(results []result) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `# Benchmarks

Written by `+"`make bench`"+` on %s: %s, %d CPUs (%s), %s, python %s and %s.

Ratios of CPU time (user and system), taken side by side in one run, the median of %d rounds. "The pipeline" is
`+"`cmd/bench/peers/pipeline.py`"+` on both Pythons (csv, decode, strip, JSON dump) and `+"`cmp`"+` of the two dumps. Interpreters
"one request per trip" and "in batches" run `+"`cmd/bench/peers/worker.py`"+`: they stay, do the same to the inputs, or the files, that
they are sent, and the driver compares their dumps. Ours runs both models in full and compares every row: no row is taken
on trust. Each side is a process of its own, start-up included; the figures in the last column are the last round's.

| what | goal | measured | verdict | of which |
|---|---|---|---|---|
`, time.Now().UTC().Format("2006-01-02"), runtime.Version(), runtime.NumCPU(), cpuModel(), runtime.GOOS+"/"+runtime.GOARCH, orNone(s.versions[0]), orNone(s.versions[1]), s.rounds)
	for _, r := range results {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.what, r.goal, r.measured, r.verdict(), r.note)
	}
	b.WriteString("\nThe feeds are generated (`cmd/bench/feeds.go`), the same on every machine; `make bench SIZE=10 ROUNDS=1` is the quick\nrun. `go test -bench . ./ingest/...` measures single packages.\n")
	return b.Bytes()
}

func orNone(version string) string {
	if version == "" {
		return "(none)"
	}
	return version
}

// cpuModel is what Linux calls the processor.
func cpuModel() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, "\t :\n")
		}
	}
	return "unknown"
}
