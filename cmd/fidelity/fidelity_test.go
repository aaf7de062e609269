package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const output = `=== RUN   TestReaderConfirm
confirm: judge python 2.7.18 (/usr/bin/python2.7)
confirm: reader 2.7.18 100 cases 0 mismatches
    x_test.go:1: confirm: reader 3.13.0 5 cases 2 mismatches
confirm: reader 2.7.18 20 cases 1 mismatches
confirm: codec 2.7.18 7 cases 0 mismatches (3 not modelled)
ok
`

func TestRead(t *testing.T) {
	s, err := Read(strings.NewReader(output))
	if err != nil {
		t.Fatal(err)
	}
	want := []Line{{"reader", "2.7.18", 120, 1}, {"reader", "3.13.0", 5, 2}, {"codec", "2.7.18", 7, 0}}
	if len(s.Lines) != len(want) {
		t.Fatalf("read %v", s.Lines)
	}
	for i := range want {
		if s.Lines[i] != want[i] {
			t.Errorf("line %d is %v, want %v", i, s.Lines[i], want[i])
		}
	}
	if s.Mismatches() != 3 {
		t.Errorf("%d mismatches, want 3", s.Mismatches())
	}
	page := s.Page(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	for _, part := range []string{"on 2026-11-23", "    reader 3.13.0 5 cases 2 mismatches\n", "In all 132 cases, 3 mismatches."} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q:\n%s", part, page)
		}
	}
}

// TestLongRun: an ordinary run, a long one and an ordinary one again; each leaves
// what the other wrote.
func TestLongRun(t *testing.T) {
	dir := t.TempDir()
	page, record := filepath.Join(dir, "fidelity.md"), filepath.Join(dir, longRecord)
	run := func(text, long string, end time.Time) string {
		t.Helper()
		s, err := Read(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := write(s, page, long, end); err != nil {
			t.Fatal(err)
		}
		out, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	begun := time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC)
	first := run(output, "", begun)
	if strings.Contains(first, "long run") || !strings.Contains(first, "## What is not modelled\n\nWhat") {
		t.Errorf("before any long run:\n%s", first)
	}
	const long = "confirm: N=10 from 2026-11-23T22:00:00Z\nconfirm: reader 2.7.18 1200 cases 0 mismatches\nconfirm: text 3.13.0 70 cases 2 mismatches\n"
	second := run(long, record, begun.Add(75*time.Minute))
	for _, part := range []string{"N=10, ended on 2026-11-23 after 75 minutes: 1270 cases, 2 mismatches", "70 (2 differ)", "reader 3.13.0 5 cases", "\n## What is not modelled\n"} {
		if !strings.Contains(second, part) {
			t.Errorf("after the long run the page lacks %q:\n%s", part, second)
		}
	}
	if third := run(output, "", begun); third != second {
		t.Errorf("another ordinary run changed\n%s\nto\n%s", second, third)
	}
	if again := run(long, record, begun.Add(75*time.Minute)); again != second {
		t.Errorf("another long run makes\n%s\nof\n%s", again, second)
	}
}

// TestMutations: what cmd/mutate recorded is shown by every later page, between the long
// run and what is not modelled, and shown at once without a run.
func TestMutations(t *testing.T) {
	dir := t.TempDir()
	page := filepath.Join(dir, "fidelity.md")
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(longRecord, "# N=10\nconfirm: reader 2.7.18 1200 cases 0 mismatches\n")
	put("fidelity.md", "# Made by hand\n"+mutationTitle+"old\n"+notModelled)
	put(mutationRecord, "# 2026-11-26, seed 1\na b.go: 9 caught\nin all: 9 caught\n")
	if err := rewrite(page); err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"# Made by hand\n\n## The long run\n", "`make mutate`, 2026-11-26, seed 1:", "\n\n    a b.go: 9 caught\n    in all: 9 caught\n" + notModelled} {
		if !strings.Contains(string(first), part) {
			t.Errorf("the page lacks %q:\n%s", part, first)
		}
	}
	if strings.Contains(string(first), "old") {
		t.Errorf("the page keeps the section before:\n%s", first)
	}
	s, err := Read(strings.NewReader(output))
	if err != nil {
		t.Fatal(err)
	}
	if err := write(s, page, "", time.Time{}); err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(string(first), longTitle)
	if _, got, _ := strings.Cut(string(second), longTitle); got != want {
		t.Errorf("an ordinary run made\n%s\nof\n%s", got, want)
	}
}
