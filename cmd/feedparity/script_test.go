package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/state/pgtest"
)

// TestMain lets the scripts run this test binary as "feedparity".
func TestMain(m *testing.M) {
	testscript.Main(withPostgres{m}, map[string]func(){"feedparity": main})
}

// withPostgres stops the server that a test may have started.
type withPostgres struct{ m *testing.M }

func (w withPostgres) Run() int { return pgtest.Main(w.m) }

// TestScripts runs every command as a user does, on a machine without any Python:
// PATH holds feedparity alone, and the home directory is empty.
func TestScripts(t *testing.T) {
	scripts(t, nil, func(name string) bool {
		return !strings.HasPrefix(name, "python_") && !strings.HasPrefix(name, "postgres_")
	})
}

// TestScriptsPostgres runs what needs a PostgreSQL: DATABASE is a schema of its own
// there, and PASSWORD what it asks for.
func TestScriptsPostgres(t *testing.T) {
	scripts(t, nil, func(name string) bool { return strings.HasPrefix(name, "postgres_") }, "DATABASE="+pgtest.TCP(t), "PASSWORD="+pgtest.Password)
}

// TestScriptsConfirm runs what needs real interpreters. REQUIRE_PYTHON makes a
// missing one a failure, as everywhere.
func TestScriptsConfirm(t *testing.T) {
	interptest.Each(t, func(*testing.T, *interp.Process) {}) // skips or fails where there are none
	scripts(t, interp.Find(t.Context()), func(name string) bool { return strings.HasPrefix(name, "python_") })
}

func scripts(t *testing.T, pythons []interp.Interpreter, wanted func(string) bool, env ...string) {
	all, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, f := range all {
		if wanted(filepath.Base(f)) {
			files = append(files, f)
		}
	}
	testscript.Run(t, testscript.Params{
		Files:              files,
		RequireUniqueNames: true,
		UpdateScripts:      os.Getenv("UPDATE_SCRIPTS") != "",
		Setup:              func(e *testscript.Env) error { e.Vars = append(e.Vars, env...); return scrub(e, pythons) },
		Condition:          func(cond string) (bool, error) { return hasPython(cond, pythons) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"bytes": writeBytes, "status": status, "closed-stdout": closedStdout, "seeds": writeSeeds, "seed": writeSeed,
			"lock": holdLock, "count": countLines, "glob": globOne, "repro-all": reproAll, "replace": replaceIn, "repro-py-all": reproPyAll, "touch": touchFile, "mode": fileMode,
		},
	})
}

// touchFile gives a file the time of noon of a day: touch 2026-10-01 FILE.
func touchFile(ts *testscript.TestScript, _ bool, args []string) {
	day, err := time.ParseInLocation(time.DateOnly, args[0], time.Local)
	ts.Check(err)
	noon := day.Add(12 * time.Hour)
	ts.Check(os.Chtimes(ts.MkAbs(args[1]), noon, noon))
}

// fileMode compares the permissions of a file or directory: mode 700 FILE.
func fileMode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s: mode %s, want %s", args[1], got, args[0])
	}
}

// scrub leaves nothing of the developer's machine in a script's environment.
func scrub(e *testscript.Env, pythons []interp.Interpreter) error {
	path := []string{filepath.SplitList(e.Getenv("PATH"))[0]} // where testscript put feedparity
	for _, p := range pythons {
		path = append(path, filepath.Dir(p.Path))
	}
	home := filepath.Join(e.WorkDir, ".home")
	e.Setenv("PATH", strings.Join(path, string(filepath.ListSeparator)))
	e.Setenv("HOME", home)
	e.Setenv("LC_ALL", "C.UTF-8")
	return os.MkdirAll(home, 0o755)
}

// hasPython answers [python:2.7].
func hasPython(cond string, pythons []interp.Interpreter) (bool, error) {
	version, ok := strings.CutPrefix(cond, "python:")
	if !ok {
		return false, fmt.Errorf("unknown condition %q", cond)
	}
	for _, p := range pythons {
		if p.Version.String() == version {
			return true, nil
		}
	}
	return false, nil
}

// writeBytes writes a file that txtar cannot hold: "bytes FILE HEX...", where a
// word xN repeats the one before it.
func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: bytes FILE [HEX|xN]...")
	}
	var data, last []byte
	for _, a := range args[1:] {
		if times, ok := strings.CutPrefix(a, "x"); ok {
			n, err := strconv.Atoi(times)
			ts.Check(err)
			for range n - 1 {
				data = append(data, last...)
			}
			continue
		}
		var err error
		last, err = hex.DecodeString(a)
		ts.Check(err)
		data = append(data, last...)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o644))
}

// status runs a command that must end with exactly that exit status.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND [ARG...]")
	}
	got := 0
	err := ts.Exec(args[1], args[2:]...)
	var exited *exec.ExitError
	switch {
	case errors.As(err, &exited):
		got = exited.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit status %d, want %s\n%s%s", got, args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// closedStdout runs a command whose reader has gone away: it may end as it likes,
// but not with a panic, and it must not hang.
func closedStdout(ts *testscript.TestScript, neg bool, args []string) {
	r, w, err := os.Pipe()
	ts.Check(err)
	ts.Check(r.Close())
	var talk strings.Builder
	program := filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], args[0])
	cmd := exec.Command(program, args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), w, &talk
	cmd.Env = []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME")}
	err = cmd.Run()
	w.Close()
	if err == nil {
		ts.Fatalf("%v succeeded although nobody read what it printed", args)
	}
	if strings.Contains(talk.String(), "goroutine") || strings.Contains(talk.String(), "panic") {
		ts.Fatalf("%v:\n%s", args, talk.String())
	}
}

// writeSeeds writes every delivery of the corpus: "seeds DIR" makes DIR/FEED/FILE.
func writeSeeds(ts *testscript.TestScript, _ bool, args []string) {
	for _, d := range corpus.Feeds() {
		seed, err := corpus.Open(d.Seed)
		ts.Check(err)
		dir := filepath.Join(ts.MkAbs(args[0]), d.Feed.Name)
		ts.Check(os.MkdirAll(dir, 0o755))
		ts.Check(os.WriteFile(filepath.Join(dir, seed.Name), seed.Data, 0o644))
	}
}

// writeSeed writes one of them: "seed TOPIC/NAME FILE".
func writeSeed(ts *testscript.TestScript, _ bool, args []string) {
	seed, err := corpus.Open(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), seed.Data, 0o644))
}

// holdLock holds the lock of a state until the script ends: a file's, or a database's
// with its password.
func holdLock(ts *testscript.TestScript, _ bool, args []string) {
	if state.IsPostgres(args[0]) {
		db, lock, err := state.OpenAlone(context.Background(), args[0], state.Options{Password: args[1]})
		ts.Check(err)
		ts.Defer(func() { lock.Release(); db.Close() })
		return
	}
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o755))
	lock, err := state.Acquire(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(func() { lock.Release() })
}

// countLines checks how many lines of stdout hold a text: "count N TEXT".
func countLines(ts *testscript.TestScript, _ bool, args []string) {
	got := 0
	for _, line := range strings.Split(ts.ReadFile("stdout"), "\n") {
		if strings.Contains(line, args[1]) {
			got++
		}
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("%d lines hold %q, want %s:\n%s", got, args[1], args[0], ts.ReadFile("stdout"))
	}
}

// globOne sets a variable to the one file a pattern matches: "glob PATTERN NAME".
func globOne(ts *testscript.TestScript, _ bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%s matches %v", args[0], found)
	}
	rel, err := filepath.Rel(ts.MkAbs("."), found[0])
	ts.Check(err)
	ts.Setenv(args[1], rel)
}

// reproAll runs repro on every case below a directory: each must diverge, and its
// page must say everything: "repro-all DIR [FLAG...]".
func reproAll(ts *testscript.TestScript, _ bool, args []string) {
	cases, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*", "*", "case.yaml"))
	ts.Check(err)
	if len(cases) == 0 {
		ts.Fatalf("there are no cases below %s", args[0])
	}
	for _, c := range cases {
		status(ts, false, append([]string{"1", "feedparity", "repro", filepath.Dir(c)}, args[1:]...))
		page := ts.ReadFile("stdout")
		for _, name := range []string{"case", "signature", "state", "where", "bytes", "py2", "py3", "why", "fix", "normalize", "confirmed", "run"} {
			if !strings.Contains(page, "\n"+name+" ") && !strings.HasPrefix(page, name+" ") {
				ts.Fatalf("the page of %s has no %q:\n%s", c, name, page)
			}
		}
		if strings.Contains(page, "another reason") {
			ts.Fatalf("%s is explained by another cause than its own:\n%s", c, page)
		}
	}
}

// reproPyAll runs the repro.py of every case below a directory under both Pythons,
// which must do what the case says each path does.
func reproPyAll(ts *testscript.TestScript, _ bool, args []string) {
	cases, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*", "*"))
	ts.Check(err)
	if len(cases) < 10 {
		ts.Fatalf("there are %d cases below %s", len(cases), args[0])
	}
	for _, dir := range cases {
		for python, outcome := range map[string]string{"python2.7": "py2.jsonl", "python3.13": "py3.jsonl"} {
			ts.Check(ts.Exec(python, filepath.Join(dir, "repro.py")))
			var got strings.Builder
			for line := range strings.Lines(ts.ReadFile("stdout")) {
				if !strings.HasPrefix(line, "#") {
					got.WriteString(line)
				}
			}
			if want := ts.ReadFile(filepath.Join(dir, outcome)); got.String() != want {
				ts.Fatalf("%s %s\n got %s\nwant %s", python, dir, got.String(), want)
			}
		}
	}
}

// replaceIn edits a file as a person would: "replace FILE OLD NEW...".
func replaceIn(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	for i := 1; i+1 < len(args); i += 2 {
		if !strings.Contains(text, args[i]) {
			ts.Fatalf("%s does not hold %q:\n%s", args[0], args[i], text)
		}
		text = strings.Replace(text, args[i], args[i+1], 1)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

// runIn executes a command line in this process and returns what it printed.
func runIn(t *testing.T, args ...string) (code int, out, talk string) {
	t.Helper()
	var stdout, stderr strings.Builder
	code = run(context.Background(), args, streams{strings.NewReader(""), &stdout, &stderr})
	return code, stdout.String(), stderr.String()
}
