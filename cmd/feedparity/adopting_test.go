package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// session is a command of a page and what it prints there, "..." for any lines.
type session struct {
	line    int
	command string
	output  []string
}

// readSessions collects the commands in a page's code blocks: "    $ command", then
// its output up to the next command or the end of the block.
func readSessions(t *testing.T, page string) []session {
	t.Helper()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var out []session
	inside := false
	for n, line := range strings.Split(string(data), "\n") {
		code, isCode := strings.CutPrefix(line, "    ")
		command, isCommand := strings.CutPrefix(code, "$ ")
		switch {
		case isCode && isCommand:
			out = append(out, session{line: n + 1, command: command})
			inside = true
		case isCode && inside:
			last := &out[len(out)-1]
			last.output = append(last.output, strings.TrimRight(code, " "))
		case line != "":
			inside = false
		case inside: // a blank line of the output, or the one after the block
			last := &out[len(out)-1]
			last.output = append(last.output, "")
		}
	}
	for i := range out {
		out[i].output = trimBlank(out[i].output)
	}
	return out
}

func trimBlank(lines []string) []string {
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// caseHash is the end of a case's name, which changes with its signature.
var caseHash = regexp.MustCompile(`-[0-9a-f]{8}\b`)

// elided matches lines against a pattern in which "..." stands for any lines.
func elided(pattern, lines []string) bool {
	if len(pattern) == 0 {
		return len(lines) == 0
	}
	if pattern[0] == "..." {
		return elided(pattern[1:], lines) || len(lines) > 0 && elided(pattern, lines[1:])
	}
	return len(lines) > 0 && caseHash.ReplaceAllString(pattern[0], "") == caseHash.ReplaceAllString(lines[0], "") && elided(pattern[1:], lines[1:])
}

// runSessions runs the commands one after the other in one shell and returns what
// each printed, stderr included.
func runSessions(t *testing.T, dir string, sessions []session) [][]string {
	t.Helper()
	const mark = "<<< end of the command >>>"
	var script strings.Builder
	for _, s := range sessions {
		fmt.Fprintf(&script, "%s\necho\necho '%s'\n", s.command, mark)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script.String())
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "LC_ALL=C.UTF-8", "COLUMNS=140")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var printed [][]string
	for _, part := range strings.Split(strings.TrimSuffix(string(out), mark+"\n"), mark+"\n") {
		var lines []string
		for _, line := range strings.Split(part, "\n") {
			lines = append(lines, strings.TrimRight(line, " "))
		}
		printed = append(printed, trimBlank(lines))
	}
	return printed
}

// TestAdoptingConfirm runs every command of docs/adopting.md, in order and in a copy
// of what it works on, and compares what is printed with what the page says.
func TestAdoptingConfirm(t *testing.T) {
	openShop(t) // skips or fails where it is missing
	holdsSessions(t, "adopting.md", exampleRoot(t, shopDir))
}

// TestFuzzingPageConfirm does the same with docs/fuzzing.md.
func TestFuzzingPageConfirm(t *testing.T) {
	openShop(t)
	holdsSessions(t, "fuzzing.md", exampleRoot(t, examDir))
}

// holdsSessions runs the commands of a page in a copy of the project.
func holdsSessions(t *testing.T, page, root string) {
	t.Helper()
	sessions := readSessions(t, filepath.Join("..", "..", "docs", page))
	for i, s := range sessions {
		// What make does beside this was done before the test.
		command := strings.NewReplacer("make demo", "feedparity demo", "make shop", "echo shop:", "bin/feedparity", "feedparity").Replace(s.command)
		sessions[i].command = caseHash.ReplaceAllString(command, "-????????")
	}
	if len(sessions) == 0 {
		t.Fatalf("docs/%s has no commands", page)
	}
	for i, printed := range runSessions(t, root, sessions) {
		if s := sessions[i]; !elided(s.output, printed) {
			t.Errorf("docs/%s:%d: %s prints\n%s\n\nthe page says\n%s", page, s.line, s.command,
				strings.Join(printed, "\n"), strings.Join(s.output, "\n"))
		}
	}
}

// exampleRoot is a copy of the parts of the project that a page works in.
func exampleRoot(t *testing.T, example string) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "docs", "examples", filepath.Base(example))
	if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, ".feedparity")); err != nil {
		t.Fatal(err)
	}
	// Sweeps take what is newest first: as if all had come at once.
	deliveries, err := filepath.Glob(filepath.Join(dir, "deliveries", "*"))
	for _, name := range deliveries {
		err = errors.Join(err, os.Chtimes(name, time.Time{}, time.Unix(1_700_000_000, 0)))
	}
	if err != nil {
		t.Fatal(err)
	}
	cache, err := filepath.Abs(filepath.Join("..", "..", ".cache"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(cache, filepath.Join(root, ".cache")); err != nil {
		t.Fatal(err)
	}
	return root
}

// TestElided: the dots stand for any lines, and only they do.
func TestElided(t *testing.T) {
	for pattern, want := range map[string]bool{
		"a b c": true, "... c": true, "a ... c": true, "a ...": true, "...": true, "a ... b c": true,
		"a b": false, "a ... b": false, "b c": false, "a b c d": false, "": false,
	} {
		if got := elided(strings.Fields(pattern), []string{"a", "b", "c"}); got != want {
			t.Errorf("%q matches a b c: %v, want %v", pattern, got, want)
		}
	}
	if page := filepath.Join(t.TempDir(), "page.md"); os.WriteFile(page, []byte("Text\n\n    $ a\n    b\n\n    c\n    $ d\n\nText\n\n    e\n"), 0o600) == nil {
		got := readSessions(t, page)
		if len(got) != 2 || !slices.Equal(got[0].output, []string{"b", "", "c"}) || len(got[1].output) != 0 || got[1].line != 7 {
			t.Errorf("read %+v", got)
		}
	}
}
