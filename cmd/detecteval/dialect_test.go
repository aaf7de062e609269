package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/corpus/pollute"
)

// TestGoals holds a third of the spoiled files of each kind to the goals.
func TestGoals(t *testing.T) {
	files := pollute.Files(freshSeed, 1)
	if len(files) < 800 {
		t.Fatalf("%d files", len(files))
	}
	var some []pollute.File
	for i := 0; i < len(files); i += 3 {
		some = append(some, files[i])
	}
	m := &tally{}
	if err := m.spoiled(some); err != nil {
		t.Fatal(err)
	}
	if !m.reached() {
		var out strings.Builder
		m.print(&out)
		t.Error(out.String())
	}
}

func TestLabelled(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string]string{
		"dialects.tsv": "a.csv\t;\t\ttrue\nb.csv\t\\t\t\"\tfalse\nc.csv\t,\t'\ttrue\n",
		"a.csv":        "sku;qty\nA1;1\nA2;2\n", "b.csv": "1\tx\n2\ty\n", "c.csv": "a,b\n1,2\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m := &tally{}
	if err := m.labelled(dir); err != nil {
		t.Fatal(err)
	}
	if a := m.all; a.files != 3 || a.dialect != 2 || a.header != 3 || m.reached() || len(m.wrong) != 1 {
		t.Errorf("%+v, %q", a, m.wrong)
	}
	if err := os.WriteFile(filepath.Join(dir, "dialects.tsv"), []byte("a.csv\t;\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := m.labelled(dir); err == nil {
		t.Error("a line without its fields is read")
	}
}
