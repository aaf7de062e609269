package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/detect"
)

// TestFeeds: the same bytes every time, of the size asked for, and parity.
func TestFeeds(t *testing.T) {
	for _, f := range []feed{asciiFeed, utf8Feed, cp1252Feed, quotedFeed, gb18030Feed} {
		var a, b bytes.Buffer
		if err := errors.Join(f.write(&a, 1, 50_000), f.write(&b, 1, 50_000)); err != nil {
			t.Fatal(err)
		}
		if a.Len() < 50_000 || a.Len() > 50_500 || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: %d and %d bytes, equal: %v", f.name, a.Len(), b.Len(), bytes.Equal(a.Bytes(), b.Bytes()))
		}
		if err := modelled(f.codec); err != nil {
			continue
		}
		path, err := f.file(t.TempDir(), 50_000)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := compareFiles(t.Context(), []string{f.codec, path}); err != nil || d.Rows < 200 {
			t.Errorf("%s: %+v, %v", f.name, d, err)
		}
	}
}

// TestRepeated compares a repeating reader with the text it stands for.
func TestRepeated(t *testing.T) {
	r := repeated{[]byte("abc\n"), 1003}
	want := strings.Repeat("abc\n", 251)[:1003]
	got, err := io.ReadAll(io.NewSectionReader(r, 0, r.size))
	if err != nil || string(got) != want {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	if n, err := r.ReadAt(make([]byte, 10), 1000); n != 3 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
}

func TestMedian(t *testing.T) {
	for want, figures := range map[float64][]float64{2: {3, 1, 2}, 1: {2, 1}, 0: nil} {
		if got := median(figures); got != want {
			t.Errorf("%v: got %v, want %v", figures, got, want)
		}
	}
}

// TestVerdicts: a row that misses its goal says so, one that cannot be measured too.
func TestVerdicts(t *testing.T) {
	s := &suite{options: options{rounds: 3}}
	figures := []float64{50, 10, 41}
	r := row{what: "x", goal: ">= 40", format: "%.0f times", holds: atLeast(40), measure: nil}
	n := 0
	r.measure = measured(func() (float64, error) { n++; return figures[n-1], nil })
	res, err := s.measure(t.Context(), r)
	if err != nil || res.measured != "41 times" || res.verdict() != "holds" {
		t.Errorf("got %q, %s, %v", res.measured, res.verdict(), err)
	}
	r.measure = measured(func() (float64, error) { return 39, nil })
	if res, _ = s.measure(t.Context(), r); res.verdict() != "MISSED" {
		t.Errorf("39 of 40: %s", res.verdict())
	}
	r.measure = measured(func() (float64, error) { return 0, errSkip("no python") })
	if res, err = s.measure(t.Context(), r); err != nil || res.verdict() != "skipped" || res.note != "no python" {
		t.Errorf("skipped: %s %q %v", res.verdict(), res.note, err)
	}
	var out strings.Builder
	if err := s.print(&out, []result{res}, s.markdown); err != nil || !strings.Contains(out.String(), "skipped") {
		t.Errorf("table %q, %v", out.String(), err)
	}
}

// TestRun measures a process that is known to take time.
func TestRun(t *testing.T) {
	used, out, err := run(t.Context(), "sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $i")
	if err != nil || strings.TrimSpace(string(out)) != "20000" || used.cpu < time.Millisecond || used.rss < 100_000 {
		t.Errorf("cost %+v, output %q, %v", used, out, err)
	}
	if _, _, err := run(t.Context(), "sh", "-c", "echo no >&2; exit 3"); err == nil || !strings.Contains(fmt.Sprint(err), "no") {
		t.Errorf("a failure gave %v", err)
	}
}

func measured(f func() (float64, error)) func(context.Context) (float64, string, error) {
	return func(context.Context) (float64, string, error) {
		figure, err := f()
		return figure, "", err
	}
}

// TestShrinkPlanted minimises one divergence of each kind; the row of the table takes
// what is planted in deliveries of 1 MB.
func TestShrinkPlanted(t *testing.T) {
	d, err := shrinkPlanted(t.Context(), []string{"16", "20000"})
	got := d.Shrunk
	if err != nil || d.Inputs != 16 || got.Lines < 1 || got.Lines > 3 || got.Bytes < 1 || got.Bytes > 40 || got.MostBytes < got.Bytes || got.Slowest < got.Median || got.Kind == "" {
		t.Errorf("%+v, %v", d, err)
	}
	row := (&suite{}).shrinkRow()
	if row.holds(2.1) || row.holds(0.1) { // nothing was measured: 0 lines are no result
		t.Error("the goal holds of nothing")
	}
}

// TestSentFiles: the files that detection is measured on are what they are said to be, or
// the figures tell nothing.
func TestSentFiles(t *testing.T) {
	all, legacy, err := sentFiles(2000)
	if err != nil || len(all) != 100 || len(legacy) < 45 || len(legacy) > 50 {
		t.Fatalf("%d files, %d of them not UTF-8, %v", len(all), len(legacy), err)
	}
	found := map[string]int{}
	for _, data := range all {
		r, err := detect.Charset(detect.Mem(data), int64(len(data)), detect.Options{})
		if err != nil {
			t.Fatal(err)
		}
		found[r.Charset]++
	}
	// Nothing in the cp1252 ones is outside Latin-1.
	for charset, least := range map[string]int{"utf-8": 38, "utf-8-sig": 12, "iso8859-1": 29, "cp1250": 3, "cp1251": 2, "utf-16": 3} {
		if found[charset] < least {
			t.Errorf("%s: found in %d files, %d have it: %v", charset, found[charset], least, found)
		}
	}
}
