package interp

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// script writes an executable shell script.
func script(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// answers is a fake interpreter that answers the probe.
func answers(implementation, version, full string) string {
	return "printf '" + implementation + `\n` + version + `\n` + full + `\n` + "'\"$0\""
}

func TestSearch(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	for name, value := range map[string]string{"HOME": home, "PYENV_ROOT": "", "UV_PYTHON_INSTALL_DIR": "", "ASDF_DATA_DIR": "",
		"PATH": strings.Join([]string{filepath.Join(home, "shims"), filepath.Join(dir, "bin"), filepath.Join(dir, "nowhere"), "/bin"}, ":")} {
		t.Setenv(name, value)
	}
	script(t, filepath.Join(home, ".pyenv/versions/3.13.0/bin/python3.13"), answers("cpython", "3.13", "3.13.0"))
	if err := os.Symlink("python3.13", filepath.Join(home, ".pyenv/versions/3.13.0/bin/python3")); err != nil {
		t.Fatal(err)
	}
	script(t, filepath.Join(home, ".local/share/uv/python/cpython-3.9/bin/python3.9"), answers("cpython", "3.9", "3.9.18"))
	script(t, filepath.Join(home, ".asdf/installs/python/2.7.18/bin/python2.7"), answers("cpython", "2.7", "2.7.18"))
	script(t, filepath.Join(home, ".asdf/installs/python/pypy/bin/python3"), answers("pypy", "3.10", "3.10.13"))
	script(t, filepath.Join(dir, "bin/python3.10"), answers("cpython", "3.10", "3.10.1"))
	script(t, filepath.Join(dir, "bin/python3.5"), answers("cpython", "3.5", "3.5.9"))
	script(t, filepath.Join(dir, "bin/python3.12"), "echo 'no such library' >&2; exit 1")
	script(t, filepath.Join(dir, "bin/python3.11"), "echo hello")
	script(t, filepath.Join(dir, "bin/pythonw3.8"), answers("cpython", "3.8", "3.8.0")) // no interpreter's name
	script(t, filepath.Join(home, "shims/python3.7"), answers("cpython", "3.7", "3.7.0"))
	script(t, filepath.Join(dir, "mine"), answers("cpython", "3.6", "3.6.1"))

	found, broken := Search(t.Context(), filepath.Join(dir, "mine"), filepath.Join(dir, "missing"))
	found = without(found, "/usr", "/bin")
	if got, want := describe(found), "2.7.18 asdf, 3.6.1 config, 3.9.18 uv, 3.10.1 PATH, 3.13.0 pyenv"; got != want {
		t.Errorf("found %s\nwant  %s", got, want)
	}
	var why []string
	for _, b := range broken {
		why = append(why, b.Err.Error())
	}
	all := strings.Join(why, "\n")
	for _, want := range []string{"no such library", "did not answer as a python does", "it is pypy, not CPython",
		"python 3.5 is neither 2.7 nor 3.6 or later", "missing: no such file"} {
		if !strings.Contains(all, want) {
			t.Errorf("no broken interpreter says %q:\n%s", want, all)
		}
	}
	if len(broken) != 5 {
		t.Errorf("%d broken, want 5:\n%s", len(broken), all)
	}
}

// TestFindVersion: an executable whose name says that it is of another version is not
// started, and any other is asked.
func TestFindVersion(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	for name, value := range map[string]string{"HOME": home, "PYENV_ROOT": "", "UV_PYTHON_INSTALL_DIR": "", "ASDF_DATA_DIR": "", "PATH": filepath.Join(dir, "bin")} {
		t.Setenv(name, value)
	}
	asked := filepath.Join(dir, "asked")
	fake := func(path, version, full string) {
		script(t, path, "/bin/echo "+filepath.Base(path)+" >>"+asked+"; "+answers("cpython", version, full))
	}
	fake(filepath.Join(home, ".pyenv/versions/3.11.1/bin/python3.11"), "3.11", "3.11.1")
	fake(filepath.Join(home, ".pyenv/versions/3.12.9/bin/python3.12"), "3.12", "3.12.9")
	fake(filepath.Join(dir, "bin/python3"), "3.11", "3.11.10")
	fake(filepath.Join(dir, "python3.13"), "3.11", "3.11.4") // somebody's own name for it
	found := FindVersion(t.Context(), ingest.Python{Major: 3, Minor: 11}, filepath.Join(dir, "python3.13"))
	if got, want := describe(found), "3.11.1 pyenv, 3.11.4 config, 3.11.10 PATH"; got != want {
		t.Errorf("found %s\nwant  %s", got, want)
	}
	if text, err := os.ReadFile(asked); err != nil || strings.Contains(string(text), "python3.12") || strings.Count(string(text), "\n") != 3 {
		t.Errorf("asked were %q, %v", text, err)
	}
}

// TestOfVersion: who is named after another version is asked where nobody else is of the one
// that is wanted.
func TestOfVersion(t *testing.T) {
	dir := t.TempDir()
	for name, value := range map[string]string{"HOME": dir, "PYENV_ROOT": "", "UV_PYTHON_INSTALL_DIR": "", "ASDF_DATA_DIR": "", "PATH": dir} {
		t.Setenv(name, value)
	}
	script(t, filepath.Join(dir, "python3.11"), answers("cpython", "3.12", "3.12.9"))
	e := NewEngine(Options{})
	if got := e.Full(ingest.Python{Major: 3, Minor: 12}); got != "3.12.9" {
		t.Errorf("3.12 is %q", got)
	}
	if got := e.Full(ingest.Python{Major: 3, Minor: 11}); got != "" {
		t.Errorf("3.11 is %q", got)
	}
}

// without leaves out what the machine itself has.
func without(found []Interpreter, prefixes ...string) []Interpreter {
	var out []Interpreter
next:
	for _, i := range found {
		for _, p := range prefixes {
			if strings.HasPrefix(i.Path, p) {
				continue next
			}
		}
		out = append(out, i)
	}
	return out
}

func describe(found []Interpreter) string {
	var out []string
	for _, i := range found {
		out = append(out, i.Full+" "+i.Source)
	}
	return strings.Join(out, ", ")
}

func TestSearchAsksOnce(t *testing.T) {
	count := filepath.Join(t.TempDir(), "count")
	exe := filepath.Join(t.TempDir(), "python3.8")
	script(t, exe, "echo x >> "+count+"; "+answers("cpython", "3.8", "3.8.18"))
	for range 3 {
		Find(t.Context(), exe)
	}
	if asked, err := os.ReadFile(count); string(asked) != "x\n" {
		t.Errorf("asked %q times, %v, want once", asked, err)
	}
}

func TestCallPython(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", filepath.Join(dir, "shims")+":"+dir)
	script(t, filepath.Join(dir, "python3"), "")
	script(t, filepath.Join(dir, "shims", "python2.7"), "")
	v := func(major, minor int) ingest.Python { return ingest.Python{Major: major, Minor: minor} }
	e := NewEngine(Options{Interpreters: []Interpreter{
		{Path: "/27", Version: v(2, 7), Full: "2.7.18"}, {Path: "/36", Version: v(3, 6), Full: "3.6.15"},
		{Path: "/313a", Version: v(3, 13), Full: "3.13.0"}, {Path: "/313b", Version: v(3, 13), Full: "3.13.1"}}})
	for _, c := range []struct {
		why, python string
		version     ingest.Python
		want        string // path or part of the error
	}{
		{"a path as given, not what is behind it", filepath.Join(dir, "python3"), v(3, 13), filepath.Join(dir, "python3")},
		{"a path that is no executable", "/dev/null", v(3, 13), "find /dev/null: permission denied"},
		{"a path that is not there", "/nowhere/python", v(3, 13), "find /nowhere/python: no such file"},
		{"a command on PATH", "python3", v(3, 6), filepath.Join(dir, "python3")},
		{"a shim is no command", "python2.7", v(2, 7), "/27"},
		{"a bare version", "3.13", v(3, 13), "/313b"},
		{"a version is no prefix of another", "3.1", v(3, 13), "find 3.1: found 2.7.18, 3.6.15, 3.13.0, 3.13.1"},
		{"the version of the path decides", "python", v(3, 6), "/36"},
		{"nothing named", "", v(2, 7), "/27"},
		{"any Python 3", "python3.6", ingest.Python{Major: 3}, "/36"},
		{"nothing but Python 3 named", "", ingest.Python{Major: 3}, "/313b"},
		{"nothing at all", "", ingest.Python{}, "find a python of version 0.0: found"},
		{"nothing named and nothing there", "", v(3, 12), "find a python of version 3.12: found"},
		{"a command of the wrong version", "python2", v(3, 13), "find python2: found"},
		{"a command that is no python", "ruby", v(3, 13), "find ruby: found"},
	} {
		got, err := e.callPython(ingest.Call{Python: c.python, Version: c.version})
		if err != nil {
			got = err.Error()
		}
		if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%s: %q is %s, want %s", c.why, c.python, got, c.want)
		}
	}
}

func TestNewest(t *testing.T) {
	v := func(minor int, full string) Interpreter {
		return Interpreter{Version: ingest.Python{Major: 3, Minor: minor}, Full: full}
	}
	got := Newest([]Interpreter{v(9, "3.9.1"), v(9, "3.9.18"), v(10, "3.10.13"), v(14, "3.14.0rc1"), v(14, "3.14.6")})
	if want := "3.9.18 , 3.10.13 , 3.14.6 "; describe(got) != want {
		t.Errorf("newest are %q, want %q", describe(got), want)
	}
}
