package main

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/fuzz"
	"github.com/feedparity/feedparity/fuzz/fuzztest"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// TestConfirmModels: a broken engine is seen, in every layer and version, and what
// is printed is enough to see it again; the models against themselves are equal.
func TestConfirmModels(t *testing.T) {
	pythons := []candidate{{ingest.Python27, "2.7.18", fuzztest.Models{}}, {ingest.Python313, "3.13.0", fuzztest.Models{}}}
	told := 0
	run := func(eng fuzz.Model) (*confirmation, string) {
		t.Helper()
		told = 0
		c, err := confirmModels(t.Context(), eng, pythons, time.Now(), 5, func(cases, _ int) { told = cases })
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := c.print(&out); err != nil {
			t.Fatal(err)
		}
		return c, out.String()
	}
	c, out := run(embedded.New())
	if c.verdict() != nil || len(c.Mismatches) > 0 || told != 1800 || !strings.Contains(out, "confirm dictreader 3.13.0 100 cases 0 mismatches\n") || !strings.Contains(out, "confirm writer 2.7.18 100 cases 0 mismatches\n") {
		t.Errorf("the models against themselves: %v, told of %d cases\n%s", c.verdict(), told, out)
	}
	c, out = run(fuzztest.Faultless{Engine: embedded.New()})
	if got := tell(&strings.Builder{}, c.verdict()); got != statusDiverge {
		t.Errorf("an engine without faults ends with %d, want %d", got, statusDiverge)
	}
	for _, l := range c.Lines {
		if l.Mismatches == 0 {
			t.Errorf("%s %s: the broken engine is not seen", l.Layer, l.Python)
		}
	}
	if q := c.Mismatches[len(c.Mismatches)-1]; q.Layer != "writer" || len(q.Settings) > 0 || !strings.Contains(out, "\n  question "+strings.Join(q.Question[:2], " ")) || !strings.Contains(out, q.Input) {
		t.Errorf("of the last mismatch, %v, is printed\n%.1000s", q, out)
	}
	m := c.Mismatches[0]
	_, err := hex.DecodeString(m.Input)
	if err != nil || len(c.Mismatches) > len(c.Lines)*shownPerLine || !strings.Contains(out, strings.Join(m.Settings[:6], " ")) || !strings.Contains(out, m.Input) || !strings.Contains(out, `{"fault":`) {
		t.Errorf("of %d mismatches is printed\n%.1000s", len(c.Mismatches), out)
	}
}
