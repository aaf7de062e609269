package main

import (
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
	for _, part := range []string{"on 2026-11-23", "    reader 3.13.0 5 cases 2 mismatches\n", "In all 132 cases, 3 mismatches.", "## What is not modelled"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q:\n%s", part, page)
		}
	}
}
