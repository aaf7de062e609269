package interp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/feedparity/feedparity/ingest"
)

// Engine runs paths on real interpreters: Settings in reference mode, a Call in
// call mode. It keeps processes for the next input, replaces those that die, and
// is safe for concurrent use. It implements ingest.Engine.
type Engine struct {
	opts  Options
	found func() []Interpreter
	mu    sync.Mutex
	of    map[ingest.Python]Interpreter // that were asked for; the zero Interpreter if there is none
	pools pools
	boxes sandboxes
}

// NewEngine returns an engine; no interpreter is looked for or started before it
// is needed. Close it to end its processes.
func NewEngine(o Options) *Engine {
	e := &Engine{opts: o, of: map[ingest.Python]Interpreter{}, found: func() []Interpreter { return o.Interpreters }}
	if o.Interpreters == nil {
		e.found = sync.OnceValue(func() []Interpreter { return Find(context.Background(), o.Extra...) })
	}
	e.pools.keep = o.Processes
	if o.Processes <= 0 {
		e.pools.keep = runtime.NumCPU()
	}
	e.pools.all = max(mostIdle, 2*e.pools.keep)
	return e
}

// Interpreters returns those that the engine runs, oldest first.
func (e *Engine) Interpreters() []Interpreter { return e.found() }

// Close ends the engine's idle processes; rows still open keep theirs until they
// are closed.
func (e *Engine) Close() error { return errors.Join(e.pools.close(), e.boxes.close()) }

// Ingest implements ingest.Engine. What kept the path from being run, or its
// rows from being compared, is an *ingest.HarnessError, from here or from
// Rows.Fault.
func (e *Engine) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	if in.Call != nil {
		return e.call(ctx, in)
	}
	i, err := e.interpreter(in.Settings.Python)
	if err != nil {
		return nil, err
	}
	rows, err := e.reference(ctx, i, in, false)
	if ctx.Err() == nil && diedIdle(err) {
		// An idle process can die of causes that are not the input's; a second
		// death in a row is.
		rows, err = e.reference(ctx, i, in, true)
	}
	if errors.As(err, new(*deathError)) {
		return nil, &ingest.HarnessError{Code: codeDied, Path: in.Settings.Python.Path(), Msg: err.Error(),
			Hint: "run " + i.Path + " by hand; if it works, the machine may lack memory"}
	}
	return rows, err
}

// diedIdle reports whether a process may have been dead before it was asked.
func diedIdle(err error) bool {
	return errors.As(err, new(*deathError)) && !errors.Is(err, errNoAnswer)
}

// Full names the interpreter that runs a version ("2.7.18" for 2.7), "" if there is none.
func (e *Engine) Full(py ingest.Python) string { return e.ofVersion(py).Full }

// ofVersion picks the newest patch level of a version. The others are asked only where none
// is found by its name.
func (e *Engine) ofVersion(py ingest.Python) Interpreter {
	e.mu.Lock()
	defer e.mu.Unlock()
	i, asked := e.of[py]
	if asked {
		return i
	}
	found := e.opts.Interpreters
	if found == nil {
		found = FindVersion(context.Background(), py, e.opts.Extra...)
	}
	if len(found) == 0 {
		found = e.found()
	}
	for _, one := range found { // sorted
		if one.Version == py {
			i = one
		}
	}
	e.of[py] = i
	return i
}

func (e *Engine) interpreter(py ingest.Python) (Interpreter, error) {
	if i := e.ofVersion(py); i.Path != "" {
		return i, nil
	}
	return Interpreter{}, e.none(py.Path(), "python "+py.String())
}

// none says that an interpreter is missing and which there are.
func (e *Engine) none(path ingest.Path, wanted string) error {
	var names []string
	for _, i := range e.found() {
		names = append(names, i.Full)
	}
	have := "none at all"
	if len(names) > 0 {
		have = strings.Join(names, ", ")
	}
	return &ingest.HarnessError{Code: codeNoInterpreter, Path: path,
		Msg:  fmt.Sprintf("find %s: found %s", wanted, have),
		Hint: "install it, for example with pyenv or uv, or name it in feedparity.yaml; feedparity doctor lists what is found"}
}

// smallInput is what is sent through the pipe; larger inputs stream from a file.
const smallInput = 1 << 20

func (e *Engine) reference(ctx context.Context, i Interpreter, in ingest.Input, fresh bool) (ingest.Rows, error) {
	p, err := e.pools.get(ctx, i.Path, fresh, func(ctx context.Context) (*Process, error) { return Start(ctx, i, e.opts) })
	if err != nil {
		return nil, err
	}
	if in.Size > smallInput {
		return e.referenceStream(ctx, i.Path, p, in)
	}
	defer e.pools.put(i.Path, p)
	out, err := p.Batch(ctx, []ingest.Input{in})
	if err != nil {
		return nil, err
	}
	return out[0].Stream(), nil
}

func (e *Engine) referenceStream(ctx context.Context, key string, p *Process, in ingest.Input) (ingest.Rows, error) {
	path := in.File
	var err error
	if path == "" {
		if path, err = p.scratchFile(); err == nil {
			err = copyInput(path, in)
		}
	}
	var rows ingest.Rows
	if err == nil {
		rows, err = p.Stream(ctx, path, in.Settings)
	}
	if err != nil {
		e.pools.put(key, p)
		return nil, err
	}
	rows.(*stream).done = func() { e.pools.put(key, p) }
	return rows, nil
}

// copyInput writes an input to a file of the given name.
func copyInput(path string, in ingest.Input) (err error) {
	src, done, err := openInput(in)
	if err != nil {
		return err
	}
	defer done()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("copy input %q: %w", in.Name, err)
	}
	_, err = io.Copy(f, io.NewSectionReader(src, 0, in.Size))
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("copy input %q: %w", in.Name, err)
	}
	return nil
}
