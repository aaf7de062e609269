package main

import (
	"os"
	"strings"
	"testing"
)

func TestProgressOnATerminal(t *testing.T) {
	var w strings.Builder
	p := &progress{w: &w, width: 80}
	p.show("acme run stock.csv")
	p.show("acme done  ")
	p.finish()
	p.finish()
	want := "\r\x1b[Kacme run stock.csv\r\x1b[Kacme done\r\x1b[K"
	if w.String() != want {
		t.Errorf("got  %q\nwant %q", w.String(), want)
	}
}

// A line as wide as the terminal would wrap and never be removed again.
func TestProgressFits(t *testing.T) {
	var w strings.Builder
	p := &progress{w: &w, width: 60}
	p.show(strings.Repeat("x", 200))
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
	for name, p := range map[string]*progress{"buffer": newProgress(&w), "pipe": newProgress(pipe), "narrow": {w: &w, width: 19}} {
		p.show("acme run")
		p.finish()
		if w.Len() > 0 || p.shown {
			t.Errorf("%s: %q", name, w.String())
		}
	}
}
