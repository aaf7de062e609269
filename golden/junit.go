package golden

import (
	"bytes"
	"fmt"

	"github.com/feedparity/feedparity/ingest/report"
)

// WriteJUnit writes the cases that real Pythons of both paths have confirmed into a file
// as the JUnit report of a sweep has them: a suite per feed, a test per case. One that is
// open or regressed fails, one that is accepted is skipped for its reason, one that is
// fixed passes. Nothing is run: golden replay does.
func WriteJUnit(file string, cases []*Case) error {
	var tests []report.Test
	for _, c := range cases {
		if c.State == Obsolete || len(c.Confirmed) < 2 {
			continue
		}
		t := report.Test{Suite: c.Feed, Name: slug(c.Cause) + "-" + Hash(c.Signature), Kind: c.Cause}
		switch c.State {
		case Open, Regressed:
			t.Failure = c.failure()
		case Accepted:
			t.Skipped = fmt.Sprintf("accepted by %s: %s", c.Owner, c.Reason)
		}
		tests = append(tests, t)
	}
	var out bytes.Buffer
	err := report.JUnitTests(&out, "feedparity golden", tests)
	if err == nil {
		err = writeWhole(file, out.Bytes())
	}
	if err != nil {
		return fmt.Errorf("write JUnit %q: %w", file, err)
	}
	return nil
}

// failure is the one line that a list of failures shows.
func (c *Case) failure() string {
	text := fmt.Sprintf("%s: %s (%s)", c.State, c.Signature, c.Severity)
	if c.Fix != "" {
		text += "; fix: " + c.Fix
	}
	return text
}
