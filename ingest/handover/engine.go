package handover

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// Way names one way of handing rows over, as a Trial does.
type Way struct {
	Direction Direction
	Format    string
	Reader    string
	// Folder is the one that the writing call keeps a cache in, "" where rows are handed
	// over. Format is then the form of its files that counts, Reader how they are read.
	Folder string
}

// Validate reports a way that Check does not try.
func (w Way) Validate() error {
	for _, d := range []Direction{Forward, Rollback} {
		if w.Folder != "" && w.Direction == d && folderForms().MatchString(w.Format) && slices.Contains(append(readersOf(d), ""), w.Reader) {
			return nil
		}
		for _, t := range trials(d, newestProtocol) {
			if (Way{Direction: t.Direction, Format: t.Format, Reader: t.Reader}) == w {
				return nil
			}
		}
	}
	return fmt.Errorf("hand-over %s %s %s: there is no such way", w.Direction, w.Format, w.Reader)
}

// folderForms are what cache.py finds.
var folderForms = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:shelve|(?:signed-)*(?:pickle:[0-5]|json|repr))$`)
})

// newestProtocol is pickle's since 3.8.
const newestProtocol = 5

// Engine runs the writing path as Inner does; in the place of the reading path it
// reads, in that path's Python, what the writing one wrote. So the two outcomes of
// an input are what was handed over and what arrived, and everything that compares,
// shrinks and replays outcomes serves a hand-over as well.
type Engine struct {
	Inner ingest.Engine
	Pair  Pair
	Way   Way
	// Settings and Call are the writing path's.
	Settings ingest.Settings
	Call     *ingest.Call
}

// Ingest implements ingest.Engine. Outcomes are held in memory: it is meant for
// single cases.
func (e *Engine) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	reading := in.Settings.Python.Path() == e.Way.Direction.Reader()
	in.Settings, in.Call = e.Settings, e.Call
	rows, err := e.Inner.Ingest(ctx, in)
	if err != nil || !reading {
		return rows, err
	}
	written, err := ingest.Collect(rows)
	if err != nil {
		return nil, err
	}
	payloads, fault, err := e.write(ctx, written.Rows)
	if err != nil {
		return nil, err
	}
	out, err := e.read(ctx, payloads)
	if err == nil && out.Fault == nil {
		out.Fault = fault
	}
	return out.Stream(), err
}

// write returns the payload of each row up to one that the format cannot hold.
func (e *Engine) write(ctx context.Context, rows []ingest.Row) (payloads []string, fault *ingest.Fault, err error) {
	if len(rows) == 0 {
		return nil, nil, nil
	}
	values := make([]ingest.Value, len(rows))
	for i, r := range rows {
		values[i] = r.Value
	}
	answers, err := ask(ctx, e.Pair[e.Way.Direction.Writer()], "write", request{Format: e.Way.Format, Rows: wired(values)})
	if err != nil {
		return nil, nil, fmt.Errorf("write rows as %s: %w", e.Way.Format, err)
	}
	for i, a := range answers {
		if a.Fault != nil {
			return payloads, &ingest.Fault{Type: a.Fault.Type, Message: a.Fault.Message, Row: i + 1}, nil
		}
		payloads = append(payloads, a.Payload)
	}
	return payloads, nil, nil
}

// read returns what arrives, up to the first row that raises.
func (e *Engine) read(ctx context.Context, payloads []string) (out ingest.Outcome, err error) {
	if len(payloads) == 0 {
		return out, nil
	}
	answers, err := ask(ctx, e.Pair[e.Way.Direction.Reader()], "read", request{Format: e.Way.Format, Reader: e.Way.Reader, Payloads: payloads})
	if err != nil {
		return out, fmt.Errorf("read rows as %s: %w", e.Way.Format, err)
	}
	for i, a := range answers {
		if a.Fault != nil {
			out.Fault = &ingest.Fault{Type: a.Fault.Type, Message: a.Fault.Message, Row: i + 1}
			return out, nil
		}
		v, err := a.value()
		if err != nil {
			return out, err
		}
		out.Rows = append(out.Rows, ingest.Row{Value: v, Offset: -1})
	}
	return out, nil
}

// How returns the way and the full versions of the Pythons that go it.
func (e *Engine) How(context.Context) (Way, []string, error) { return e.Way, e.Pair.Versions(), nil }

// Payloads returns what the writing path wrote of an input, for a script that has
// no path to run.
func (e *Engine) Payloads(ctx context.Context, written ingest.Outcome) ([]string, error) {
	payloads, _, err := e.write(ctx, written.Rows)
	return payloads, err
}

// Loss is how the first row is lost between a writer's outcome and a reader's, nil if
// none is.
func (w Way) Loss(outcomes [2]ingest.Outcome) *Loss {
	written, read := outcomes[w.Direction.Writer()], outcomes[w.Direction.Reader()]
	switch {
	case len(written.Rows) == 0:
		return nil
	case read.Fault != nil:
		return &Loss{Kind: LossFault, Fault: read.Fault}
	}
	for i := range min(len(written.Rows), len(read.Rows)) {
		v, row := [2]ingest.Value{}, written.Rows[i].Value
		v[w.Direction.Writer()], v[w.Direction.Reader()] = row, read.Rows[i].Value
		if !diff.Equal(v[0], v[1]) {
			return lossOf(read.Rows[i].Value, textual(row, w.Direction.Reader()), w.Direction.Reader())
		}
	}
	return nil
}

// Signature names a loss on the way, "" for none: the cause, the way and how the first
// row is lost. It holds no supplier data, no message and no position.
func (w Way) Signature(l *Loss) string {
	if l == nil {
		return ""
	}
	format, loss := strings.ReplaceAll(w.Format, ":", "-"), string(l.Kind)
	if w.Folder != "" {
		format = "folder-" + format
	}
	if l.Kind == LossFault {
		loss = l.Fault.Type
	}
	return strings.Join([]string{"cache-pickle", string(w.Direction), format, loss}, ":")
}

// UnwrittenSignature is that of rows that the writing path cannot put into the format.
func (t Trial) UnwrittenSignature() string {
	class, _, _ := strings.Cut(t.Refused, ":")
	return strings.Join([]string{"cache-pickle", string(t.Direction), strings.ReplaceAll(t.Format, ":", "-"), "unwritten-" + class}, ":")
}

// MarshalSignature is that of files that marshal wrote.
const MarshalSignature = "cache-pickle:folder-marshal:refused"

// Severity ranks a loss on the way: other data are worse than an exception.
func (w Way) Severity(l *Loss) ingest.Severity {
	switch {
	case l.Kind != LossFault:
		return ingest.Silent
	case w.Direction == Forward:
		return ingest.Py3Fault
	}
	return ingest.Py2Fault
}

// Way returns the way that was tried.
func (t Trial) Way() Way { return Way{Direction: t.Direction, Format: t.Format, Reader: t.Reader} }
