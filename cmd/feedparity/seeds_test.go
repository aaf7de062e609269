package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/corpus"
)

// writeCorpus writes every delivery of the demo into one directory.
func writeCorpus(t *testing.T) (dir string, files []string) {
	t.Helper()
	dir = t.TempDir()
	for _, d := range corpus.Feeds() {
		seed, err := corpus.Open(d.Seed)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, seed.Name)
		if err := os.WriteFile(name, seed.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	t.Setenv("PATH", "") // no interpreters
	t.Setenv("HOME", t.TempDir())
	return dir, files
}

// What the demo sweeps diverges without its configuration as well, where both
// paths read the detected codec and that alone makes a difference.
func TestCheckCorpus(t *testing.T) {
	_, files := writeCorpus(t)
	code, out, talk := runIn(t, append([]string{"check"}, files...)...)
	if code != statusDiverge || talk != "" {
		t.Errorf("exit status %d, stderr %q", code, talk)
	}
	for _, want := range []string{"quayside_mac.csv lone-cr", "ironbridge_stock.csv crcrlf-blank-rows", "toytown_export.csv nul-byte",
		"pallas_inventory.csv nul-byte", "verbose_notes.csv field-limit", "hartwell_stock.csv -", "hanse_depots.csv -"} {
		name, cause, _ := strings.Cut(want, " ")
		found := false
		for line := range strings.Lines(out) {
			f := strings.Fields(line)
			found = found || strings.Contains(f[0], name) && f[1] == "raw" && f[len(f)-2] == cause
		}
		if !found {
			t.Errorf("no line for %s with cause %s:\n%s", name, cause, out)
		}
	}
}

// A sweep of a local directory finds it once: 1, then 0.
func TestSweepCorpus(t *testing.T) {
	dir, files := writeCorpus(t)
	config := filepath.Join(t.TempDir(), "feedparity.yaml")
	text := "feeds:\n  all:\n    source: " + dir + "\n    match: \"*.csv\"\n    backfill: 100\n    pair: naive\n"
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, talk := runIn(t, "sweep", "--config", config)
	if code != statusDiverge {
		t.Errorf("first sweep: exit status %d\n%s%s", code, out, talk)
	}
	for _, name := range files {
		if !strings.Contains(out, filepath.Base(name)) {
			t.Errorf("%s was not swept:\n%s", name, out)
		}
	}
	code, out, talk = runIn(t, "sweep", "--config", config)
	if code != statusOK || !strings.Contains(out, "0 deliveries new") {
		t.Errorf("second sweep: exit status %d\n%s%s", code, out, talk)
	}
}
