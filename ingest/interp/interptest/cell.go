package interptest

import (
	"context"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

// What is done to one cell: cleaning steps and conversions, without file and csv.

//go:embed cell.py
var cellSource string

// LoadCells makes Chains and the functions of cell.py ready in an interpreter.
func LoadCells(ctx context.Context, p *interp.Process) error { return p.Load(ctx, "cell", cellSource) }

// Points writes a string as cell.py does: code points or bytes, in hexadecimal.
func Points(v ingest.Value) string {
	if v.Kind == ingest.KindBytes {
		return codePoints(ingest.Latin1Text(v.Str))
	}
	return codePoints(v.Str)
}

// Chain is a column's type and a cell.
type Chain struct {
	Type string
	Cell ingest.Value
}

// request is the chain as runner.py reads it.
func (c Chain) request(py ingest.Python) ([]any, error) {
	ops, err := ingest.ParseType(py.Path(), c.Type)
	if err != nil {
		return nil, err
	}
	steps := [][]any{}
	for _, op := range ops {
		step := []any{op.Name}
		for _, a := range op.Args {
			s := a.Str
			if a.Kind == ingest.KindText || a.Kind == ingest.KindBytes {
				s = hex.EncodeToString([]byte(s))
			}
			step = append(step, [2]string{a.Kind.String(), s})
		}
		steps = append(steps, step)
	}
	return []any{steps, c.Cell.Kind.String(), Points(c.Cell)}, nil
}

// Chains returns what the interpreter makes of each cell: "ok" and the wire form of
// the value, or the type of the exception and its message.
func Chains(ctx context.Context, p *interp.Process, chains []Chain) ([][2]string, error) {
	args := make([][]any, len(chains))
	for i, c := range chains {
		var err error
		if args[i], err = c.request(p.Interpreter.Version); err != nil {
			return nil, err
		}
	}
	raw, err := p.Call(ctx, "cell.chains", args)
	if err != nil {
		return nil, err
	}
	var out [][2]string
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, err
	}
	for i, a := range out {
		if a[0] != "ok" {
			out[i][1] = fromPoints(a[1]) // JSON cannot carry lone surrogates
		}
	}
	return out, nil
}

func fromPoints(points string) string {
	var b []byte
	for _, h := range strings.Fields(points) {
		n, _ := strconv.ParseInt(h, 16, 32) // written by cell.py
		b = ingest.AppendRune(b, rune(n))
	}
	return string(b)
}
