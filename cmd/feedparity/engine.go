package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/spf13/cobra"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
)

// engineFlags choose what executes a path.
type engineFlags struct {
	name    string
	pythons []string
}

func (f *engineFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.name, "engine", "embedded", "embedded (needs no Python) or interpreter (a real CPython)")
	cmd.Flags().StringArrayVar(&f.pythons, "with-python", nil, "a Python executable, by its `PATH`, to use besides those found")
	must(cmd.RegisterFlagCompletionFunc("engine", cobra.FixedCompletions([]string{"embedded", "interpreter"}, cobra.ShellCompDirectiveNoFileComp)))
}

// open returns the engine and how to close it.
func (f *engineFlags) open(ctx context.Context) (ingest.Engine, func(), error) {
	switch f.name {
	case "embedded":
		e := &mixed{flags: f}
		return e, e.close, nil
	case "interpreter":
		e, err := f.interpreters(ctx)
		if err != nil {
			return nil, nil, err
		}
		return e, func() { e.Close() }, nil
	}
	return nil, nil, usageError("", "read --engine: engine %q: want embedded or interpreter", f.name)
}

// mixed runs policies on the embedded engine and the team's own functions, which
// need one, on real interpreters; it looks for those only when it meets a call.
type mixed struct {
	embedded embedded.Engine
	flags    *engineFlags
	once     sync.Once
	real     *interp.Engine
	err      error
}

// Ingest runs one path.
func (e *mixed) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	if in.Call == nil {
		return e.embedded.Ingest(ctx, in)
	}
	real, err := e.interpreters(ctx)
	if err != nil {
		return nil, &ingest.HarnessError{Code: "no-interpreter", Path: in.Settings.Python.Path(),
			Msg: "call " + in.Call.Function + ": " + err.Error(), Hint: "feedparity doctor lists the interpreters that are found"}
	}
	return real.Ingest(ctx, in)
}

func (e *mixed) interpreters(ctx context.Context) (*interp.Engine, error) {
	e.once.Do(func() { e.real, e.err = e.flags.interpreters(ctx) })
	return e.real, e.err
}

func (e *mixed) close() {
	if e.real != nil {
		e.real.Close()
	}
}

// interpreters opens the engine of real CPythons, which must exist.
func (f *engineFlags) interpreters(ctx context.Context) (*interp.Engine, error) {
	found := interp.Find(ctx, f.pythons...)
	if len(found) == 0 {
		return nil, usageError("install one, or name it with --with-python; feedparity doctor lists what is found", "find interpreters: there is no Python on this machine")
	}
	return interp.NewEngine(interp.Options{Interpreters: found}), nil
}

// must stops a program whose own command tree is wrong.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// cause drops the operation and path that an *fs.PathError repeats.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// baseName is the supplier's name of a local file.
func baseName(name string) string {
	if name == "-" {
		return "stdin.csv"
	}
	return filepath.Base(name)
}

// checkCells words better than an engine which steps and types there are.
func checkCells(s ingest.Settings) error {
	path := s.Python.Path()
	if err := ingest.CheckSteps(path, s.Clean); err != nil {
		return usageError(fmt.Sprintf("one of %v", ingest.StepNames), "read --clean: %v", err)
	}
	for _, t := range s.Types {
		if err := ingest.CheckType(path, t.Type); err != nil {
			return usageError(fmt.Sprintf("one of %v, or several with | between them", ingest.TypeNames), "read --type: %v", err)
		}
	}
	return nil
}
