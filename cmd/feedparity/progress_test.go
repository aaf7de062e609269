package main

import (
	"os"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/sweep"
)

func TestProgressOnATerminal(t *testing.T) {
	var w strings.Builder
	p := &progress{w: &w, total: 2, width: 80}
	p.event(sweep.Event{Feed: "acme", What: "run", Delivery: "stock\x1b.csv"})
	p.event(sweep.Event{Feed: "acme", What: "done"})
	p.finish()
	p.finish()
	want := "\r\x1b[K0/2 feeds  acme run stock\\x1b.csv\r\x1b[K1/2 feeds  acme done\r\x1b[K"
	if w.String() != want {
		t.Errorf("got  %q\nwant %q", w.String(), want)
	}
}

// A line as wide as the terminal would wrap and never be removed again.
func TestProgressFits(t *testing.T) {
	var w strings.Builder
	p := &progress{w: &w, total: 1, width: 60}
	p.event(sweep.Event{Feed: "acme", What: "run", Delivery: strings.Repeat("x", 200)})
	if n := len(strings.TrimPrefix(w.String(), "\r\x1b[K")); n >= 60 {
		t.Errorf("%d columns of 60: %q", n, w.String())
	}
}

// Pipes, files and terminals too narrow get no progress at all.
func TestProgressElsewhere(t *testing.T) {
	r, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer pipe.Close()
	var w strings.Builder
	for name, p := range map[string]*progress{"buffer": newProgress(&w, 1), "pipe": newProgress(pipe, 1), "narrow": {w: &w, width: 19}} {
		p.event(sweep.Event{Feed: "acme", What: "run"})
		p.finish()
		if w.Len() > 0 || p.shown {
			t.Errorf("%s: %q", name, w.String())
		}
	}
}
