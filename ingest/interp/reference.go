package interp

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/feedparity/feedparity/ingest"
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
		Dialect: dialectRequest(s.Dialect), Types: [][3]any{},
	}
	return r, r.addCells(s)
}

// dialectRequest are keyword arguments: name, kind, value.
func dialectRequest(d ingest.Dialect) [][3]string {
	out := [][3]string{}
	for _, o := range d {
		out = append(out, [3]string{hexOf(o.Name), o.Value.Kind.String(), argument(o.Value)})
	}
	return out
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
