package interp

import (
	"context"

	"github.com/feedparity/feedparity/ingest"
)

// Prepare does what comes before the first input of a call: it starts the interpreter,
// imports the modules and runs the setup. It returns the interpreter, as it says of
// itself. The process is kept for the calls to come, unless each has one of its own.
// What goes wrong is an *ingest.HarnessError.
func (e *Engine) Prepare(ctx context.Context, c ingest.Call) (Interpreter, error) {
	key := callKey(c)
	p, err := e.pools.get(ctx, key, false, func(ctx context.Context) (*Process, error) { return e.startCall(ctx, c) })
	if err != nil {
		return Interpreter{}, err
	}
	i := p.Interpreter
	if c.Isolation != ingest.IsolationProcess {
		e.pools.put(key, p)
		return i, nil
	}
	defer p.Close()
	p.patience = e.opts.startTimeout()
	return i, p.prepare(ctx, c)
}
