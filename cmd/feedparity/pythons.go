package main

import (
	"context"
	"sync"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/handover"
	"github.com/feedparity/feedparity/ingest/interp"
)

// pythons are the running interpreters between which rows are handed over, one
// pair for all cases and feeds of the same two.
type pythons struct {
	find func() []interp.Interpreter // nil: those of this machine

	mu    sync.Mutex // feeds of several servers are swept at once
	pairs map[[2]string]handover.Pair
	run   *interp.Engine // of caches, nil until a folder is read
	read  *handover.Caches
}

// found are the interpreters, which are looked for when the first is needed.
func (p *pythons) found(ctx context.Context) []interp.Interpreter {
	if p.find == nil {
		all := interp.Find(ctx)
		p.find = func() []interp.Interpreter { return all }
	}
	return p.find()
}

// caches reads the folders that calls write in.
func (p *pythons) caches(ctx context.Context) (*handover.Caches, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.read != nil {
		return p.read, nil
	}
	p.run = interp.NewEngine(interp.Options{Interpreters: p.found(ctx)})
	var err error
	p.read, err = handover.OpenCaches(p.run)
	return p.read, err
}

// pair starts the interpreters of a feed's calls, or of its policies' versions.
func (p *pythons) pair(ctx context.Context, pair ingest.Pair, calls [2]*ingest.Call) (handover.Pair, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := p.found(ctx)
	var want [2]interp.Interpreter
	for _, path := range ingest.Paths {
		if call := calls[path]; call != nil {
			i, err := interp.NewEngine(interp.Options{Interpreters: found}).CallInterpreter(*call)
			if err != nil {
				return handover.Pair{}, err
			}
			want[path] = i
			continue
		}
		py := pair.Policy(path).Python
		for _, i := range found {
			if i.Version == py {
				want[path] = i // sorted: the newest patch level
			}
		}
		if want[path].Path == "" {
			return handover.Pair{}, &ingest.HarnessError{Code: "no-interpreter", Path: path, Msg: "python " + py.String() + " was not found",
				Hint: "pickles are written and read by real Pythons; feedparity doctor lists what is found"}
		}
	}
	key := [2]string{want[0].Path, want[1].Path}
	if running, ok := p.pairs[key]; ok && running.Alive() {
		return running, nil
	}
	started, err := handover.Start(ctx, want)
	if err != nil {
		return started, err
	}
	if p.pairs == nil {
		p.pairs = map[[2]string]handover.Pair{}
	}
	p.pairs[key] = started
	return started, nil
}

// ofCase is golden.ReplayOptions.Handover for cases of feeds with these calls.
func (p *pythons) ofCase(calls [2]*ingest.Call) func(context.Context, *golden.Case) (handover.Pair, error) {
	return func(ctx context.Context, c *golden.Case) (handover.Pair, error) {
		return p.pair(ctx, ingest.Pair{Py2: c.Py2, Py3: c.Py3}, calls)
	}
}

func (p *pythons) close() {
	for _, pair := range p.pairs {
		pair.Close()
	}
	if p.read != nil {
		p.read.Close()
	}
	if p.run != nil {
		p.run.Close()
	}
}
