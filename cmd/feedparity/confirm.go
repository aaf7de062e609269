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
	calls *interp.Engine // runs the team's own functions, nil where none were wanted
	close func()
}

// openEngines has real interpreters only if they are wanted. They are looked for when the
// first is needed: asking ten of them what they are costs a quarter of a second, and most
// nights need none.
func openEngines(ctx context.Context, run ingest.Engine, wanted bool, extra ...string) engines {
	e := engines{line: &parity.Line{Engine: run}, close: func() {}}
	if !wanted {
		return e
	}
	real := interp.NewEngine(interp.Options{Extra: extra})
	e.close = func() { real.Close() }
	e.line.Calls, e.calls = real, real
	e.judge = golden.Judge{Engine: real, Full: real.Full}
	return e
}
