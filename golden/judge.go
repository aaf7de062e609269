package golden

import (
	"bytes"
	"context"
	"fmt"

	"github.com/feedparity/feedparity/ingest"
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
// model is wrong, and nothing built on it may be trusted.
type ModelError struct {
	Python   string // full version
	Settings ingest.Settings
	// The first line, in wire form, at which their outcomes differ, "" of one that is over.
	Model string
	Real  string
}

// Error names the version, what it read and how, and what to do.
func (e *ModelError) Error() string {
	return fmt.Sprintf("model of python %s: its outcome is not the interpreter's (%s): nothing that it says can be trusted; see \"feedparity doctor --confirm\", keep the delivery and report it", e.Python, e.Settings)
}

// Repeat has a model read an input, and the interpreter of its version, and returns the
// latter's full version: "" if there is none, and nothing was done. What they disagree
// about is a *ModelError, any other error one of running them.
func (j Judge) Repeat(ctx context.Context, model ingest.Engine, in ingest.Input) (full string, err error) {
	if full = j.full(in.Settings.Python); full == "" {
		return "", nil
	}
	rows, err := model.Ingest(ctx, in)
	if err != nil {
		return full, fmt.Errorf("run the model of python %s: %w", in.Settings.Python, err)
	}
	return full, j.against(ctx, rows, in, full)
}

func (j Judge) full(py ingest.Python) string {
	if j.Engine == nil {
		return ""
	}
	return j.Full(py)
}

// against holds what a model made of an input against an interpreter's outcome.
func (j Judge) against(ctx context.Context, model ingest.Rows, in ingest.Input, full string) error {
	defer model.Close()
	real, err := j.Engine.Ingest(ctx, in)
	if err != nil {
		return fmt.Errorf("confirm on python %s: %w", full, err)
	}
	defer real.Close()
	got, want, err := firstDifference(model, real)
	if err != nil {
		return fmt.Errorf("confirm on python %s: %w", full, err)
	}
	if got != want {
		return &ModelError{full, in.Settings, got, want}
	}
	return nil
}

// firstDifference returns the first lines in wire form at which two outcomes differ; equal
// ones have none.
func firstDifference(a, b ingest.Rows) (x, y string, err error) {
	var was, is []byte
	for more := true; more; {
		var one, other bool
		if was, one, err = line(was[:0], a); err == nil {
			is, other, err = line(is[:0], b)
		}
		if err != nil {
			return "", "", err
		}
		if !bytes.Equal(was, is) {
			return string(was), string(is), nil
		}
		more = one && other
	}
	return "", "", nil
}

// line appends the next row of an outcome or, where that was the last one, its fault.
func line(dst []byte, rows ingest.Rows) (out []byte, row bool, err error) {
	if r, ok := rows.Next(); ok {
		return append(wire.AppendValue(dst, r.Value), '\n'), true, nil
	}
	fault, err := rows.Fault()
	if fault != nil && err == nil {
		dst = append(wire.AppendFault(dst, fault), '\n')
	}
	return dst, false, err
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
		full := j.full(c.Settings(p).Python)
		if full == "" {
			continue
		}
		if err := j.against(ctx, c.Outcomes[p].Stream(), c.input(p), full); err != nil {
			return err
		}
		c.Confirmed = append(c.Confirmed, full)
	}
	return nil
}
