package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

// ran is what a program said, and its exit status.
type ran struct {
	Out, Err string
	Status   int
}

func runProgram(bin string, env []string, args ...string) ran {
	cmd := exec.Command(bin, args...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &err, append(os.Environ(), env...)
	cmd.Run()
	return ran{out.String(), err.String(), cmd.ProcessState.ExitCode()}
}

// leaves calls f with every command line that names a command to its end.
func leaves(cmd *cobra.Command, path []string, f func(path []string)) {
	for _, c := range cmd.Commands() {
		if p := append(path[:len(path):len(path)], c.Name()); c.HasSubCommands() {
			leaves(c, p, f)
		} else {
			f(p)
		}
	}
}

// TestLean: the lean program says what the whole one says of what it runs itself, has
// the whole one run the rest, and links nothing of what the rest needs.
func TestLean(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the whole program is played by a shell script")
	}
	bin := filepath.Join(t.TempDir(), "feedparity")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-tags", "lean", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole := filepath.Join(filepath.Dir(bin), "feedparity-full")
	if err := os.WriteFile(whole, []byte("#!/bin/sh\necho \"whole: $*\"\nexit 7\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	stock := filepath.Join(dir, "stock.csv")
	if err := os.WriteFile(stock, []byte("sku,name\nA-1,caf\xe9\n"), 0o644); err != nil {
		t.Fatal(err)
	}

	ours := [][]string{
		{"version"},
		{"check", stock},
		{"check", "--pairs", "all", filepath.Join(dir, "none.csv")},
		{"check", "--nonsense"},
		{"detect", "--explain", stock},
		{"normalize", stock},
		{"ingest", "--as", "py2", stock},
		{"golden", "list", "--dir", dir},
		{"golden", "show", "--dir", dir, "deadbeef"},
	}
	named := 0
	leaves(newRoot(streams{}), nil, func(path []string) {
		line := append(path, "--help")
		got := runProgram(bin, nil, line...)
		switch {
		case got.Status != 7:
			named++
			ours = append(ours, line)
		case got.Out != "whole: "+strings.Join(line, " ")+"\n" || got.Err != "":
			t.Errorf("%q: %+v", line, got)
		}
	})
	if named < 20 {
		t.Errorf("%d commands are run by the lean program", named)
	}
	for _, line := range ours {
		var out, err bytes.Buffer
		want := ran{Status: run(context.Background(), line, streams{strings.NewReader(""), &out, &err})}
		want.Out, want.Err = out.String(), err.String()
		if diff := cmp.Diff(want, runProgram(bin, nil, line...)); diff != "" {
			t.Errorf("%q: whole and lean: %s", line, diff)
		}
	}

	for _, line := range []string{"", "--help", "help", "help check", "golden", "golden --help", "golden history CASE", "golden review --json", "corpus learn --feed acme",
		"sweep --config x.yaml", "demo", "state migrate", "completion bash", "__complete gol", "nonsense", "--nonsense version"} {
		if got, want := runProgram(bin, nil, strings.Fields(line)...), (ran{"whole: " + line + "\n", "", 7}); got != want {
			t.Errorf("%q: %+v, want %+v", line, got, want)
		}
	}

	t.Run("alone", func(t *testing.T) { leanAlone(t, bin, whole) })
}

// leanAlone: without the whole program beside it or in PATH, or with itself in its place,
// the lean one says which is missing.
func leanAlone(t *testing.T, bin, whole string) {
	if err := os.Remove(whole); err != nil {
		t.Fatal(err)
	}
	nowhere := []string{"PATH=" + t.TempDir()}
	got := runProgram(bin, nowhere, "sweep")
	want := ran{"", "feedparity: run sweep: feedparity-full is neither in " + filepath.Dir(bin) + " nor in PATH\n" +
		"hint: feedparity-full is the part that talks to servers and keeps the state: install it beside feedparity (make build makes both)\n", statusUsage}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := runProgram(bin, nowhere, "version"); got.Status != statusOK {
		t.Errorf("version: %+v", got)
	}
	if err := os.Link(bin, whole); err != nil {
		t.Fatal(err)
	}
	if got := runProgram(bin, nowhere, "sweep"); got.Status != statusUsage || !strings.Contains(got.Err, "was built with -tags lean") {
		t.Errorf("itself for the whole: %+v", got)
	}
}

// TestLeanLinks: what prepares itself dearly at every start is not in the lean program.
func TestLeanLinks(t *testing.T) {
	out, err := exec.Command("go", "list", "-tags", "lean", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range strings.Fields(string(out)) {
		for _, dear := range []string{"github.com/minio/", "modernc.org/", "github.com/jackc/", "github.com/riverqueue/", "golang.org/x/crypto/ssh", "charm.land/", "github.com/charmbracelet/", "net/http"} {
			if dep == dear || strings.HasPrefix(dep, dear) {
				t.Errorf("the lean program links %s", dep)
			}
		}
	}
}
