package golden

import (
	"context"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/parity"
)

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

// Found notes who found the case and where, as its first event.
func (c *Case) Found(by string, at time.Time, sha256, path string, date time.Time, revision string) {
	c.FoundBy, c.Revision = by, revision
	c.Origin.SHA256, c.Origin.Path = sha256, path
	if !date.IsZero() {
		c.Origin.Date = date.UTC().Format(time.RFC3339)
	}
	c.History = append(c.History, Event{Date: at.UTC().Format(time.RFC3339), Who: by, What: "found"})
}
