package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the pages of testdata/repro anew; read what has changed before committing")

// TestReproPages holds the page of every cause of the catalogue against the one that was
// read and found good: go test ./cmd/feedparity -run ReproPages -update writes them.
func TestReproPages(t *testing.T) {
	catalogue := filepath.Join("..", "..", "golden", "cases", "catalogue")
	cases, err := os.ReadDir(catalogue)
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]bool{}
	for _, c := range cases {
		cause := c.Name()[:strings.LastIndexByte(c.Name(), '-')]
		page := filepath.Join("testdata", "repro", cause+".txt")
		pages[filepath.Base(page)] = true
		code, out, talk := runIn(t, "repro", filepath.Join(catalogue, c.Name()))
		if code != statusDiverge || talk != "" {
			t.Errorf("%s: exit status %d\n%s", cause, code, talk)
		}
		out = strings.ReplaceAll(out, catalogue+string(filepath.Separator), "")
		if *update {
			if err := os.WriteFile(page, []byte(out), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(page)
		if err != nil || out != string(want) {
			t.Errorf("%s: %v, the page is\n%s\nwant\n%s", cause, err, out, want)
		}
	}
	left, err := os.ReadDir(filepath.Join("testdata", "repro"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if !pages[f.Name()] {
			t.Errorf("testdata/repro/%s is the page of no cause", f.Name())
		}
	}
}
