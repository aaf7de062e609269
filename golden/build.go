package golden

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/wire"
)

// Judge repeats outcomes on real interpreters.
type Judge struct {
	// Engine runs them; nil confirms nothing.
	Engine ingest.Engine
	// Full names the interpreter that runs a version ("2.7.18" for 2.7), "" if
	// there is none.
	Full func(ingest.Python) string
}

// ModelError says that the embedded engine and a real interpreter disagree: the
// model is wrong, and no divergence built on it may be trusted.
type ModelError struct {
	Python   string // full version
	Settings ingest.Settings
	Model    string // outcomes in wire form
	Real     string
}

// Error names the version and how to see both outcomes.
func (e *ModelError) Error() string {
	return fmt.Sprintf("model of python %s: its outcome is not the interpreter's (%s)", e.Python, e.Settings)
}

// FromFinding minimises and scrubs one finding of a view and returns it as an open case,
// confirmed by the judge where it can be. It writes nothing.
func FromFinding(ctx context.Context, line *parity.Line, d parity.Delivery, v *parity.View, f classify.Finding, judge Judge) (*Case, error) {
	m, err := line.Minimize(ctx, d, v, f)
	if err != nil {
		return nil, err
	}
	c := &Case{
		Version: Version, Feed: d.Feed, Signature: f.Signature, Cause: string(f.Cause), Severity: m.Finding.Severity,
		State: Open, View: v.View, Pair: d.Pair.Name, Py2: m.Settings[ingest.Py2], Py3: m.Settings[ingest.Py3], Compare: v.Compare, Filename: d.Name,
		Origin: Origin{Row: max(f.First.Py2Row, 0), Byte: -1}, Hits: f.Hits, Fix: f.Fix, Input: m.Input, Outcomes: m.Outcomes,
	}
	if c.Origin.Row == 0 {
		c.Origin.Row = f.First.Py3Row
	}
	if f.First.Py2Offset >= 0 && v.View == ingest.Raw {
		c.Origin.Byte = f.First.Py2Offset
	}
	c.called(d.Calls)
	c.scrubbed(m.Residue, m.Needed)
	return c, judge.confirm(ctx, c, m.Pythons)
}

// confirm runs the case on real interpreters and notes which gave the recorded
// outcomes. The team's own code ran on them in the first place: ran names which.
func (j Judge) confirm(ctx context.Context, c *Case, ran [2]string) error {
	for _, p := range ingest.Paths {
		if c.Calls[p] != "" {
			if ran[p] != "" {
				c.Confirmed = append(c.Confirmed, ran[p])
			}
			continue
		}
		if j.Engine == nil {
			continue
		}
		s := c.Settings(p)
		full := j.Full(s.Python)
		if full == "" {
			continue
		}
		real, err := outcomeOf(ctx, j.Engine, c.input(p))
		if err != nil {
			return fmt.Errorf("confirm on python %s: %w", full, err)
		}
		got, want := wire.AppendOutcome(nil, c.Outcomes[p]), wire.AppendOutcome(nil, real)
		if !bytes.Equal(got, want) {
			return &ModelError{full, s, string(got), string(want)}
		}
		c.Confirmed = append(c.Confirmed, full)
	}
	return nil
}

// Found notes who found the case and where, as its first event.
func (c *Case) Found(by string, at time.Time, sha256, path string, date time.Time, revision string) {
	c.FoundBy, c.Revision = by, revision
	c.Origin.SHA256, c.Origin.Path = sha256, path
	if !date.IsZero() {
		c.Origin.Date = date.UTC().Format(time.RFC3339)
	}
	c.History = append(c.History, Event{Date: at.UTC().Format(time.RFC3339), Who: by, What: "found"})
}
