package embedded

import (
	"context"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycsv"
)

// A handle is what the engine gives out for one input. Once it is closed its rows may
// serve another input, of which whoever still holds the handle sees nothing.
type handle struct {
	*rows        // nil once closed
	ended *ended // nil where nothing was raised: handles are small, since each input has two
}

// ended is how the path ended.
type ended struct {
	fault *ingest.Fault
	err   error
}

// handle gives out the rows. Handles are made some at a time, since each is held by
// somebody for as long as he likes.
func (r *rows) handle() *handle {
	if r.once {
		return &handle{rows: r}
	}
	if len(r.handles) == 0 {
		r.handles = make([]handle, 16)
	}
	h := &r.handles[0]
	r.handles = r.handles[1:]
	h.rows = r
	return h
}

// Fault returns what the path raised, as long as the handle is held.
func (h *handle) Fault() (*ingest.Fault, error) {
	switch {
	case h.rows != nil:
		return h.rows.Fault()
	case h.ended != nil:
		return h.ended.fault, h.ended.err
	}
	return nil, nil
}

// Close ends the stream; the next input may have its memory.
func (h *handle) Close() error {
	if r := h.rows; r != nil {
		if fault, err := r.Fault(); fault != nil || err != nil {
			h.ended = &ended{fault, err}
		}
		h.rows = nil
		r.release()
	}
	return nil
}

// release leaves the rows to another input of the same Settings, if they can be
// used again at all.
func (r *rows) release() {
	r.done = true
	if r.lines == nil {
		return
	}
	r.lines.Release()
	if r.once || r.reader == nil || r.plan.settings.Sniff {
		return
	}
	r.reader.Restart()
	r.ctx, r.fault, r.err, r.types = nil, nil, nil, nil
	if r.cells != nil {
		r.cells.release()
	}
	r.plan.idle.Put(r)
}

// restart begins again on another input. It answers false if the open mode needs
// lines of its own for it.
func (r *rows) restart(ctx context.Context, in *ingest.Input) bool {
	if !r.lines.Reset(in.Data, in.Size) {
		return false
	}
	r.ctx, r.produced, r.done = ctx, 0, false
	if r.dict != nil {
		r.dict = pycsv.NewDictReader(r.plan.version, r.reader)
	}
	return true
}
