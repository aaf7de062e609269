package main

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/sweep"
)

// watched plays some steps to a watch whose clock goes on by ten seconds a step.
func watched(p *watch) {
	clock := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	p.now = func() time.Time { return clock }
	p.started, p.last = clock, clock
	for _, e := range []sweep.Event{
		{Feed: "acme", Host: "ftp.acme:21", What: "listing"},
		{Feed: "local", Host: "local", What: "listing"},
		{Feed: "acme", Host: "ftp.acme:21", What: "running", Delivery: "stock\x1b.csv"},
		{Feed: "acme", Host: "ftp.acme:21", What: "done", Delivery: "stock\x1b.csv", Bytes: 2500, Rows: 300, Found: 2},
		{Feed: "acme", Host: "ftp.acme:21", What: "done", Delivery: "b.csv", Err: errors.New("short\ntransfer")},
		{Feed: "acme", Host: "ftp.acme:21", What: "done"},
		{Feed: "local", Host: "local", What: "done", Err: errors.New("refused")},
	} {
		clock = clock.Add(10 * time.Second)
		p.event(e)
	}
	p.finish()
}

func TestWatchOnATerminal(t *testing.T) {
	var w strings.Builder
	p := newWatch(&w, 2, "auto")
	p.columns = 200
	watched(p)
	steps := strings.Split(w.String(), "\r\x1b[J")
	want := []string{
		"ftp.acme:21  0 files  0 B  acme listing\n0/2 feeds  0 deliveries  0 B  0 rows  0 divergences  0 rows/s\x1b[1A",
		"ftp.acme:21  0 files  0 B  acme listing\nlocal  0 files  0 B  local listing\n0/2 feeds  0 deliveries  0 B  0 rows  0 divergences  0 rows/s\x1b[2A",
		`ftp.acme:21  0 files  0 B  acme running stock\x1b.csv` + "\nlocal  0 files  0 B  local listing\n0/2 feeds  0 deliveries  0 B  0 rows  0 divergences  0 rows/s\x1b[2A",
		`ftp.acme:21  1 file  2.4 KB  acme done stock\x1b.csv` + "\nlocal  0 files  0 B  local listing\n0/2 feeds  1 delivery  2.4 KB  300 rows  2 divergences  7 rows/s\x1b[2A",
		"ftp.acme:21  2 files  2.4 KB  acme done b.csv\nlocal  0 files  0 B  local listing\n0/2 feeds  2 deliveries  2.4 KB  300 rows  2 divergences  6 rows/s\x1b[2A",
		"local  0 files  0 B  local listing\n1/2 feeds  2 deliveries  2.4 KB  300 rows  2 divergences  5 rows/s\x1b[1A",
		"2/2 feeds  2 deliveries  2.4 KB  300 rows  2 divergences  4 rows/s",
		"",
	}
	if len(steps) != len(want) {
		t.Fatalf("%d drawings, want %d: %q", len(steps), len(want), steps)
	}
	for i := range want {
		if steps[i] != want[i] {
			t.Errorf("drawing %d:\n%q\nwant\n%q", i, steps[i], want[i])
		}
	}
}

// A line as wide as the terminal would wrap and never be removed again.
func TestWatchFits(t *testing.T) {
	var w strings.Builder
	p := newWatch(&w, 1, "auto")
	p.columns = 60
	p.event(sweep.Event{Feed: "acme", What: "run", Delivery: strings.Repeat("x", 200)})
	for _, line := range strings.Split(w.String(), "\n") {
		if len(line) >= 60 {
			t.Errorf("%d columns of 60: %q", len(line), line)
		}
	}
}

// TestWatchInALog: a line per feed of which there is something to say, and now and then
// how far it is.
func TestWatchInALog(t *testing.T) {
	r, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer pipe.Close()
	if p := newWatch(pipe, 1, "auto"); p.columns != 0 {
		t.Errorf("a pipe has %d columns", p.columns)
	}
	var w strings.Builder
	watched(newWatch(&w, 2, "auto"))
	if want := "swept acme: 2 deliveries, 2.4 KB, 300 rows, 2 divergences\n"; w.String() != want {
		t.Errorf("%q, want %q", w.String(), want)
	}
	w.Reset()
	p := newWatch(&w, 3, "text")
	clock := p.started
	p.now = func() time.Time { return clock }
	for range 3 {
		clock = clock.Add(50 * time.Second)
		p.event(sweep.Event{Feed: "quiet", Host: "h", What: "done"})
	}
	if want := "2/3 feeds  0 deliveries  0 B  0 rows  0 divergences  0 rows/s\n"; w.String() != want {
		t.Errorf("%q, want %q", w.String(), want)
	}
}

func TestWatchAsJSON(t *testing.T) {
	var w strings.Builder
	talk := streams{err: &w}.logging("json").err
	watched(newWatch(talk, 2, "json"))
	for _, s := range []string{"feedparity: sweep feed \"acme\": ", "short\nreport: x", "\n\n", "feedparity: sweep feed \"acme\": warning: no column \"x\"\nhalf"} {
		if n, err := talk.Write([]byte(s)); n != len(s) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	var got []map[string]any
	for _, line := range strings.Split(strings.TrimSpace(w.String()), "\n") {
		var rec map[string]any
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		got = append(got, rec)
	}
	if len(got) != 10 {
		t.Fatalf("%d records: %s", len(got), w.String())
	}
	for i, want := range map[int]map[string]any{
		2: {"level": "INFO", "msg": "running", "feed": "acme", "host": "ftp.acme:21", "delivery": `stock\x1b.csv`},
		3: {"msg": "done", "bytes": 2500.0, "rows": 300.0, "divergences": 2.0},
		4: {"level": "ERROR", "error": "short; transfer"},
		5: {"deliveries": 2.0, "bytes": 2500.0, "feeds_done": 1.0, "feeds": 2.0},
		7: {"level": "ERROR", "msg": `sweep feed "acme": short`},
		8: {"level": "INFO", "msg": "report: x"},
		9: {"level": "WARN", "msg": `sweep feed "acme": warning: no column "x"`},
	} {
		for key, v := range want {
			if got[i][key] != v {
				t.Errorf("record %d: %s is %v, want %v", i, key, got[i][key], v)
			}
		}
	}
}

func TestAmount(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1024: "1.0 KB", 5 << 20: "5.0 MB", 3 << 30: "3.0 GB", 7 << 40: "7.0 TB", 1 << 60: "1048576.0 TB"} {
		if got := amount(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
