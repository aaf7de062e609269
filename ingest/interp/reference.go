package interp

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// settingsRequest is ingest.Settings as runner.py reads them. Strings that reach
// Python are hex of generalized UTF-8, which JSON could not carry.
type settingsRequest struct {
	Open    string      `json:"open"`
	Codec   string      `json:"codec"`
	Errors  string      `json:"errors"`
	Dialect [][3]string `json:"dialect"` // name, kind, value
	Sniff   bool        `json:"sniff"`
	Limit   int64       `json:"limit"`
	Reader  string      `json:"reader"`
	Clean   [][]any     `json:"clean"` // steps: name, then of each argument kind and value
	Types   [][3]any    `json:"types"` // column, 1-based position or 0, steps
}

// request translates settings; the error says what no Python would be asked.
func (p *Process) request(s ingest.Settings) (settingsRequest, error) {
	if s.Python != p.Interpreter.Version {
		return settingsRequest{}, fmt.Errorf("settings are for python %s, the process is %s", s.Python, p.Interpreter.Version)
	}
	if err := s.Validate(); err != nil {
		return settingsRequest{}, err
	}
	r := settingsRequest{
		Open: string(s.Open), Codec: hexOf(s.Codec), Errors: hexOf(s.Errors), Sniff: s.Sniff,
		Limit: s.FieldLimit, Reader: string(s.Reader),
		Dialect: [][3]string{}, Types: [][3]any{},
	}
	for _, o := range s.Dialect {
		r.Dialect = append(r.Dialect, [3]string{hexOf(o.Name), o.Value.Kind.String(), argument(o.Value)})
	}
	return r, r.addCells(s)
}

// argument is a value as dialect_value of runner.py reads it.
func argument(v ingest.Value) string {
	if v.Kind == ingest.KindText || v.Kind == ingest.KindBytes {
		return hexOf(v.Str)
	}
	return v.Str
}

// addCells translates what is done to cells.
func (r *settingsRequest) addCells(s ingest.Settings) error {
	if err := ingest.CheckSteps(s.Python.Path(), s.Clean); err != nil {
		return err
	}
	var ops []ingest.Op
	for _, step := range s.Clean {
		op, err := ingest.ParseStep(s.Python.Path(), step)
		if err != nil {
			return err
		}
		ops = append(ops, op)
	}
	r.Clean = stepsRequest(ops)
	for _, t := range s.Types {
		ops, err := ingest.ParseType(s.Python.Path(), t.Type)
		if err != nil {
			return fmt.Errorf("column %q: %w", t.Column, err)
		}
		r.Types = append(r.Types, [3]any{hexOf(t.Column), t.Index(), stepsRequest(ops)})
	}
	return nil
}

func stepsRequest(ops []ingest.Op) [][]any {
	out := [][]any{}
	for _, op := range ops {
		step := []any{op.Name}
		for _, a := range op.Args {
			step = append(step, [2]string{a.Kind.String(), argument(a)})
		}
		out = append(out, step)
	}
	return out
}

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }

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
	keys map[string]int
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
		if out, err = parseBatch(out, answer, n); err != nil {
			return nil, fmt.Errorf("read outcomes of python %s: %w", p.Interpreter.Full, err)
		}
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
	req := &batchRequest{Op: "batch", Path: hexOf(path), keys: map[string]int{}}
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
	key := fmt.Sprintf("%+v", in.Settings)
	which, known := req.keys[key]
	if !known {
		s, err := p.request(in.Settings)
		if err != nil {
			return err
		}
		which = len(req.Settings)
		req.keys[key] = which
		req.Settings = append(req.Settings, s)
	}
	before := len(req.data)
	req.data = slices.Grow(req.data, int(in.Size))[:before+int(in.Size)]
	if err := readInput(req.data[before:], in); err != nil {
		return err
	}
	req.Items = append(req.Items, [2]int{which, int(in.Size)})
	return nil
}

// readInput fills buf, which has the input's size.
func readInput(buf []byte, in ingest.Input) error {
	src, done, err := openInput(in)
	if err != nil {
		return err
	}
	defer done()
	if _, err := io.ReadFull(io.NewSectionReader(src, 0, in.Size), buf); err != nil && len(buf) > 0 {
		return fmt.Errorf("read input %q: %w", in.Name, err)
	}
	return nil
}

// openInput returns the bytes of an input, from memory where it can.
func openInput(in ingest.Input) (io.ReaderAt, func() error, error) {
	if in.Data != nil {
		return in.Data, func() error { return nil }, nil
	}
	if in.File == "" && in.Size == 0 {
		return bytes.NewReader(nil), func() error { return nil }, nil
	}
	f, err := os.Open(in.File)
	if err != nil {
		return nil, nil, fmt.Errorf("read input %q: %w", in.Name, err)
	}
	return f, f.Close, nil
}

// parseBatch appends n outcomes: lines, each outcome ended by a line "#".
func parseBatch(out []ingest.Outcome, answer []byte, n int) ([]ingest.Outcome, error) {
	want := len(out) + n
	var o ingest.Outcome
	for len(answer) > 0 {
		line, rest, _ := bytes.Cut(answer, []byte("\n"))
		answer = rest
		if string(line) == "#" {
			out, o = append(out, o), ingest.Outcome{}
			continue
		}
		v, fault, err := wire.ParseLine(line)
		if err != nil {
			return nil, err
		}
		if fault != nil {
			o.Fault = fault
		} else {
			o.Rows = append(o.Rows, ingest.Row{Value: v, Offset: -1})
		}
	}
	if len(out) != want {
		return nil, fmt.Errorf("%d outcomes where %d were asked for", len(out), want)
	}
	return out, nil
}

// scratchFile returns the process's one temporary file, in memory where there is
// a file system for that. It goes when the process does.
func (p *Process) scratchFile() (string, error) {
	p.scratchOnce.Do(func() {
		f, err := os.CreateTemp("/dev/shm", "feedparity-*.csv")
		if err != nil {
			f, err = os.CreateTemp("", "feedparity-*.csv")
		}
		if err != nil {
			p.scratchErr = fmt.Errorf("create scratch file: %w", err)
			return
		}
		p.scratch = f.Name()
		p.scratchErr = f.Close()
	})
	return p.scratch, p.scratchErr
}
