package main

import (
	"context"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/parity"
)

// engines are what a sweep or a check runs on: the embedded engine for policies,
// real interpreters for the team's own code and to confirm what was found.
type engines struct {
	line  *parity.Line
	judge golden.Judge
	// interpreters are the real ones found, oldest first.
	interpreters []interp.Interpreter
	calls        *interp.Engine // runs the team's own functions, nil where none were wanted
	close        func()
}

// openEngines looks for interpreters only if they are wanted: looking costs a
// second, and most checks need none.
func openEngines(ctx context.Context, run ingest.Engine, wanted bool, extra ...string) engines {
	e := engines{line: &parity.Line{Engine: run}, close: func() {}}
	if !wanted {
		return e
	}
	found := interp.Find(ctx, extra...)
	real := interp.NewEngine(interp.Options{Interpreters: found})
	e.close = func() { real.Close() }
	e.line.Calls, e.calls, e.interpreters = real, real, found
	if len(found) > 0 {
		e.judge = golden.Judge{Engine: real, Full: func(py ingest.Python) string { return fullVersion(found, py) }}
	}
	return e
}

// fullVersion names the interpreter that an engine of these runs a version on.
func fullVersion(found []interp.Interpreter, py ingest.Python) string {
	full := ""
	for _, i := range found {
		if i.Version == py {
			full = i.Full // sorted: the newest patch level is the one that runs
		}
	}
	return full
}
