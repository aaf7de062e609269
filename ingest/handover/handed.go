package handover

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/wire"
)

// handed is one batch in one direction. What was written in a format is kept for
// the next reader of it.
type handed struct {
	*checker
	direction Direction
	rows      []ingest.Value // of the writer
	targets   []ingest.Value // what the reader should get
	format    string
	written   []answer
	own       []answer // what the reader gets of targets from a cache of its own
}

// answer is one payload or row, or the exception in its place.
type answer struct {
	Payload string
	Row     string
	Fault   *struct{ Type, Message string }
}

func (a answer) value() (ingest.Value, error) {
	v, err := wire.ParseValue([]byte(a.Row))
	if err != nil {
		err = fmt.Errorf("read row of an answer: %w", err)
	}
	return v, err
}

type request struct {
	Format   string            `json:"format"`
	Reader   string            `json:"reader"`
	Rows     []json.RawMessage `json:"rows,omitempty"`
	Payloads []string          `json:"payloads,omitempty"`
	Own      []json.RawMessage `json:"own,omitempty"`
}

func ask(ctx context.Context, p *interp.Process, function string, r request) ([]answer, error) {
	raw, err := p.Call(ctx, "handover."+function, r)
	if err != nil {
		return nil, err
	}
	var out []answer
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("read answer of python %s: %w", p.Interpreter.Full, err)
	}
	return out, nil
}

func wired(rows []ingest.Value) []json.RawMessage {
	out := make([]json.RawMessage, len(rows))
	for i, r := range rows {
		out[i] = wire.AppendValue(nil, r)
	}
	return out
}

// write has the writer write the batch, and the reader what it would have written.
func (h *handed) write(ctx context.Context, format string) (err error) {
	if h.format == format {
		return nil
	}
	h.format = format
	writer, reader := h.processes[h.direction.Writer()], h.processes[h.direction.Reader()]
	if h.written, err = ask(ctx, writer, "write", request{Format: format, Rows: wired(h.rows)}); err != nil {
		return err
	}
	local := ownFormat(format)
	mine, err := ask(ctx, reader, "write", request{Format: local, Rows: wired(h.targets)})
	if err != nil {
		return err
	}
	h.own, err = h.load(ctx, reader, request{Format: local}, mine, h.targets)
	return err
}

// ownFormat is the format as every version can write it.
func ownFormat(format string) string {
	switch base, _, _ := strings.Cut(format, ":"); base {
	case "pickle", "cPickle":
		return "pickle:2"
	case "shelve", "shelve-dumb":
		return "shelve-dumb:2"
	}
	return format
}

// load reads the payloads there are; the answers stand at the places of the rows.
func (h *handed) load(ctx context.Context, p *interp.Process, r request, from []answer, own []ingest.Value) ([]answer, error) {
	out := append([]answer(nil), from...)
	var places []int
	for i, w := range from {
		if w.Fault == nil {
			places = append(places, i)
			r.Payloads = append(r.Payloads, w.Payload)
			r.Own = append(r.Own, wire.AppendValue(nil, own[i]))
		}
	}
	if len(places) == 0 {
		return out, nil
	}
	got, err := ask(ctx, p, "read", r)
	for i, a := range got {
		out[places[i]] = a
	}
	return out, err
}

// try hands the batch over in one way.
func (h *handed) try(ctx context.Context, t *Trial) error {
	if len(h.rows) == 0 {
		return nil
	}
	if err := h.write(ctx, t.Format); err != nil {
		return err
	}
	got, err := h.load(ctx, h.processes[h.direction.Reader()], request{Format: t.Format, Reader: t.Reader}, h.written, h.targets)
	if err != nil {
		return err
	}
	for i, a := range got {
		if h.written[i].Fault != nil {
			t.Unwritten++
			t.Refused = cmp.Or(t.Refused, h.written[i].Fault.Type+": "+h.written[i].Fault.Message)
			continue
		}
		t.Rows++
		if h.own[i].Fault != nil {
			continue // the reader's own cache cannot hold it either
		}
		loss, err := h.compare(a, h.own[i])
		if err == nil && loss != nil && t.First == nil && strings.HasPrefix(t.Format, "digest-") {
			err = h.name(ctx, loss, i)
		}
		if err != nil {
			return err
		}
		t.lose(loss, h.done+i+1)
	}
	return nil
}

// name finds the first cell of a row whose digest is another one on each path by itself.
func (h *handed) name(ctx context.Context, loss *Loss, row int) error {
	written, want := h.rows[row], h.targets[row]
	both := cells(written, want, ingest.Py2)
	if len(both) == 0 {
		return nil
	}
	var made [2][]answer // by the writer, by the reader
	for side, path := range []ingest.Path{h.direction.Writer(), h.direction.Reader()} {
		var alone []ingest.Value
		for _, pair := range both {
			alone = append(alone, ingest.List(pair[side]))
		}
		var err error
		if made[side], err = ask(ctx, h.processes[path], "write", request{Format: h.format, Rows: wired(alone)}); err != nil {
			return err
		}
	}
	for i := range both {
		if made[0][i].Payload != made[1][i].Payload {
			loss.Column, loss.Field = i+1, fieldOf(want, i)
			return nil
		}
	}
	loss.Fault.Message += ", for its keys come in another order"
	return nil
}

func (t *Trial) lose(loss *Loss, row int) {
	switch {
	case loss == nil:
		return
	case loss.Kind == LossFault:
		t.Failed++
	default:
		t.Differ++
	}
	if t.First == nil {
		loss.Row = row
		if loss.Fault != nil {
			loss.Fault.Row = row
		}
		t.First = loss
	}
}

func (h *handed) compare(got, want answer) (*Loss, error) {
	if got.Fault != nil {
		return &Loss{Kind: LossFault, Fault: &ingest.Fault{Type: got.Fault.Type, Message: got.Fault.Message}}, nil
	}
	g, err := got.value()
	if err != nil {
		return nil, err
	}
	w, err := want.value()
	if err != nil {
		return nil, err
	}
	return lossOf(g, w, h.direction.Reader()), nil
}
