package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var escapeSequence = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// TestColouredPages: without its colours every page of the catalogue is the page.
func TestColouredPages(t *testing.T) {
	found, err := filepath.Glob(filepath.Join("..", "..", "golden", "cases", "catalogue", "*"))
	if err != nil || len(found) < 20 {
		t.Fatal(found, err)
	}
	for _, dir := range found[:8] {
		_, plain, _ := runIn(t, "repro", dir)
		code, got, talk := runIn(t, "repro", "--color", "always", dir)
		if code != statusDiverge || talk != "" || escapeSequence.ReplaceAllString(got, "") != plain || !strings.Contains(got, "\x1b[1mpy2\x1b[0m") {
			t.Errorf("%s: %d %s\n%q\nwant\n%q", dir, code, talk, got, plain)
		}
	}
}

func TestPaint(t *testing.T) {
	r := &repro{Py2: `"caf\xe9"  text`, Py3: `"café"  text`}
	for _, tt := range [][3]string{
		{"py2", r.Py2, "<31>\"caf<>" + `<31;1;7>\xe9<><31>"  text<>`},
		{"py3", r.Py3, "<32>\"caf<><32;1;7>é<><32>\"  text<>"},
		{"bytes", "31 [80] 0a", "<2>31 <><1;33>[80]<><2> 0a<>"},
		{"bytes", "80", "<1;33>80<>"},
		{"state", "open, silent, raw view", "open, <1;31>silent<>, raw view"},
		{"the row", "- x", "<31>- x<>"},
		{"the row", "+ x", "<32>+ x<>"},
		{"the row", "  x", "  x"},
		{"ladder", "3.11  reads  <- changes at row 1", "3.11  reads<33>  <- changes at row 1<>"},
		{"why", "because", "because"},
	} {
		got := strings.NewReplacer("\x1b[0m", "<>", "\x1b[", "<").Replace(r.painted(tt[0], tt[1]))
		got = regexp.MustCompile(`<([0-9;]+)m`).ReplaceAllString(got, "<$1>")
		if got != tt[2] {
			t.Errorf("%s %s: %s, want %s", tt[0], tt[1], got, tt[2])
		}
	}
	// Two characters that begin with the same byte differ as a whole.
	if got := paintDifference(red, "é", "è"); got != "\x1b[31;1;7mé\x1b[0m" {
		t.Errorf("%q", got)
	}
}

func TestColourWanted(t *testing.T) {
	pipe, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	t.Setenv("NO_COLOR", "1")
	for mode, want := range map[string]bool{"auto": false, "always": true, "never": false} {
		f := colourFlag{mode}
		for _, w := range []any{pipe, &bytes.Buffer{}} {
			if got, err := f.wanted(w.(interface{ Write([]byte) (int, error) })); err != nil || got != want {
				t.Errorf("%s: %v, %v", mode, got, err)
			}
		}
	}
	if _, err := (&colourFlag{"red"}).wanted(pipe); err == nil || !strings.Contains(err.Error(), `"red": want auto, always or never`) {
		t.Error(err)
	}
}
