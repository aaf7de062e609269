//go:build unix && !lean

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSweepAsksNoPython: of interpreters nobody asks what they are in a night in which none
// is needed.
func TestSweepAsksNoPython(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, v := range []string{"PYENV_ROOT", "HOME", "UV_PYTHON_INSTALL_DIR", "ASDF_DATA_DIR"} {
		t.Setenv(v, dir)
	}
	t.Setenv("PATH", filepath.Join(dir, "bin"))
	asked := filepath.Join(dir, "asked")
	write := func(name, text string, mode os.FileMode) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("bin/python3", "#!/bin/sh\necho asked >>"+asked+"\nexit 1\n", 0o755)
	write("feedparity.yaml", "feeds: {acme: {source: in, match: '*.csv', settle: 0s, min_age: 0s, pair: detected}}\n", 0o644)
	sweep := func(want string) (wasAsked bool) {
		t.Helper()
		var out, err bytes.Buffer
		os.Remove(asked)
		run(t.Context(), []string{"sweep"}, streams{strings.NewReader(""), &out, &err})
		if !strings.Contains(out.String(), want) {
			t.Fatalf("no %q in %s%s", want, &out, &err)
		}
		_, e := os.Stat(asked)
		return e == nil
	}
	write("in/none", "", 0o644)
	if sweep("0 deliveries new") { // first, for who was asked once in a process is not asked again
		t.Error("asked, though there was nothing to be confirmed")
	}
	write("in/a.csv", "a\rb\rc\r", 0o644)
	if !sweep("1 delivery new") {
		t.Error("nobody confirmed what was found, or this test would not see it")
	}
}
