package main

import (
	"os"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
)

const output = `=== RUN   TestFaults/A/short-226
    --- PASS: TestFaults/A (1.00s)
        --- PASS: TestFaults/A/short-226 (0.31s)
            --- PASS: TestFaults/A/short-226/plain (0.20s)
        --- FAIL: TestFaults/A/reset (0.31s)
        --- SKIP: TestFaults/H/disk-full (0.00s)
--- PASS: TestOther/A/killed (0.31s)
ok
`

func TestRead(t *testing.T) {
	v, err := Read(strings.NewReader(output))
	if err != nil || len(v) != 3 {
		t.Fatal(v, err)
	}
	for id, want := range map[string]string{"A/short-226": Passes, "A/reset": Fails, "H/disk-full": Skipped, "A/killed": NotRun} {
		if got := v.Of(faultrows.Row{ID: id}); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	if got := v.Of(faultrows.Row{ID: "A/short-226", Open: "no test"}); got != Open {
		t.Errorf("an open row: %s", got)
	}
	if s := Count(v); s.Passed != 1 || s.Passed+s.Open == s.Rows || !strings.Contains(s.String(), "FAILED") {
		t.Errorf("%v", s)
	}
}

// TestPageCurrent: docs/reliability.md has every row as it now reads, and says of
// none that it fails.
func TestPageCurrent(t *testing.T) {
	page, err := os.ReadFile("../../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	v := Verdicts{}
	for _, line := range strings.Split(string(page), "\n") {
		if cells := strings.Split(line, " | "); strings.HasPrefix(line, "| ") && len(cells) > 3 {
			v[strings.TrimPrefix(cells[0], "| ")] = strings.TrimSuffix(cells[len(cells)-1], " |")
		}
	}
	if got := Page(v); got != string(page) {
		t.Error("docs/reliability.md is not what the rows of faultrows give: run make faults")
	}
	for _, r := range faultrows.Rows() {
		if got := v.Of(r); got != Passes && got != Open {
			t.Errorf("docs/reliability.md: row %s %s", r.ID, got)
		}
	}
}
