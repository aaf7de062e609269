package interp

import (
	"context"
	"fmt"
	"slices"

	"github.com/feedparity/feedparity/ingest"
)

// batchBytes and batchItems bound one round trip.
const (
	batchBytes = 4 << 20
	batchItems = 1024
)

type batchRequest struct {
	Op       string            `json:"op"`
	Path     string            `json:"path"` // the scratch file
	Settings []settingsRequest `json:"settings"`
	Items    [][2]int          `json:"items"` // index of settings, size

	data []byte
	sets []ingest.Settings // the settings as they came
}

// Batch runs reference mode over many small inputs, held in memory, and returns
// their outcomes in order. It is the quick way: one round trip carries hundreds.
func (p *Process) Batch(ctx context.Context, inputs []ingest.Input) ([]ingest.Outcome, error) {
	out := make([]ingest.Outcome, 0, len(inputs))
	for len(inputs) > 0 {
		req, n, err := p.nextBatch(inputs)
		if err != nil {
			return nil, fmt.Errorf("run reference: %w", err)
		}
		answer, err := p.exchange(ctx, req, req.data)
		if err != nil {
			return nil, fmt.Errorf("run reference: %w", err)
		}
		outcomes, err := parseBatch(answer, n)
		if err != nil {
			return nil, fmt.Errorf("read outcomes of python %s: %w", p.Interpreter.Full, err)
		}
		out = append(out, outcomes...)
		inputs = inputs[n:]
	}
	return out, nil
}

// nextBatch packs as many inputs as one request may carry, at least one.
func (p *Process) nextBatch(inputs []ingest.Input) (*batchRequest, int, error) {
	path, err := p.scratchFile()
	if err != nil {
		return nil, 0, err
	}
	req := &batchRequest{Op: "batch", Path: hexOf(path)}
	for n, in := range inputs {
		if n == batchItems || n > 0 && int64(len(req.data))+in.Size > batchBytes {
			return req, n, nil
		}
		if err := req.add(p, in); err != nil {
			return nil, 0, err
		}
	}
	return req, len(inputs), nil
}

func (req *batchRequest) add(p *Process, in ingest.Input) error {
	which, err := req.settings(p, &in.Settings)
	if err != nil {
		return err
	}
	before := len(req.data)
	req.data = slices.Grow(req.data, int(in.Size))[:before+int(in.Size)]
	if err := readInput(req.data[before:], in); err != nil {
		return err
	}
	req.Items = append(req.Items, [2]int{which, int(in.Size)})
	return nil
}

// settings returns the index of settings in the request, where few are.
func (req *batchRequest) settings(p *Process, s *ingest.Settings) (int, error) {
	for i := range req.sets {
		if req.sets[i].Same(s) {
			return i, nil
		}
	}
	r, err := p.request(*s)
	if err != nil {
		return 0, err
	}
	req.sets, req.Settings = append(req.sets, *s), append(req.Settings, r)
	return len(req.sets) - 1, nil
}
