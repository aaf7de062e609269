package interp

import (
	"context"
	"sync"
)

// pools keeps idle processes by what they were started for. It never makes a
// caller wait: two outcomes that are read side by side hold two processes, so a
// bound on all of them could deadlock. Only what lies idle is bounded.
type pools struct {
	mu     sync.Mutex
	idle   map[string][]*Process
	keep   int // idle processes kept per key
	closed bool
}

// get returns an idle process or starts one; fresh asks for a new one.
func (ps *pools) get(ctx context.Context, key string, fresh bool, start func(context.Context) (*Process, error)) (*Process, error) {
	for !fresh {
		p, err := ps.pop(key)
		if err != nil {
			return nil, err
		}
		if p == nil {
			break
		}
		if p.Alive() {
			return p, nil
		}
		p.Close()
	}
	return start(ctx)
}

func (ps *pools) pop(key string) (*Process, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.closed {
		return nil, ErrClosed
	}
	idle := ps.idle[key]
	if len(idle) == 0 {
		return nil, nil
	}
	ps.idle[key] = idle[:len(idle)-1]
	return idle[len(idle)-1], nil
}

// put gives a process back; a dead or superfluous one ends here.
func (ps *pools) put(key string, p *Process) {
	alive := p.Alive()
	ps.mu.Lock()
	keep := alive && !ps.closed && len(ps.idle[key]) < ps.keep
	if keep {
		if ps.idle == nil {
			ps.idle = map[string][]*Process{}
		}
		ps.idle[key] = append(ps.idle[key], p)
	}
	ps.mu.Unlock()
	if !keep {
		p.Close()
	}
}

// close ends all idle processes; those in use end when they are given back.
func (ps *pools) close() error {
	ps.mu.Lock()
	idle := ps.idle
	ps.idle, ps.closed = nil, true
	ps.mu.Unlock()
	var first error
	for _, list := range idle {
		for _, p := range list {
			if err := p.Close(); err != nil && first == nil {
				first = err
			}
		}
	}
	return first
}
