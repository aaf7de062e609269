package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/feedparity/feedparity/golden"
)

// TestOutputIsReplaced: a patch and a page take the place of an older one as a whole, so
// that another name of the older one keeps what it has.
func TestOutputIsReplaced(t *testing.T) {
	c := &golden.Case{}
	for name, write := range map[string]func(string) error{
		"page":  (&repro{Signature: "lone-cr"}).writeHTML,
		"patch": func(file string) error { return writePatch(streams{out: io.Discard}, file, c, &golden.Patch{}) },
	} {
		dir := t.TempDir()
		file, kept := filepath.Join(dir, "new"), filepath.Join(dir, "kept")
		if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(file, kept); err != nil {
			t.Fatal(err)
		}
		if err := write(file); err != nil {
			t.Fatal(err)
		}
		now, err := os.ReadFile(file)
		if old, oerr := os.ReadFile(kept); err != nil || oerr != nil || string(old) != "old" || len(now) <= len("old") {
			t.Errorf("%s: %q where there was %q, %v, %v", name, now, old, err, oerr)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
		left, err := os.ReadDir(dir)
		if err != nil || len(left) != 2 {
			t.Errorf("%s: %d files, %v", name, len(left), err)
		}
	}
}
