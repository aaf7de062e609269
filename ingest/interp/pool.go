package interp

import (
	"context"
	"slices"
	"sync"
)

// pools keeps idle processes by what they were started for. It never makes a
// caller wait: two outcomes that are read side by side hold two processes, so a
// bound on all of them could deadlock. Only what lies idle is bounded.
type pools struct {
	mu     sync.Mutex
	idle   []idleProcess // the one that was given back last at the end
	keep   int           // idle processes kept per key
	all    int           // and of all keys
	closed bool
}

type idleProcess struct {
	key string
	p   *Process
}

// mostIdle bounds what lies idle of all keys together: each repeat of a call under
// another hash seed has a process, and each has a team's modules in memory.
const mostIdle = 48

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

// pop takes the process of a key that was given back last, nil if none lies idle.
func (ps *pools) pop(key string) (*Process, error) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.closed {
		return nil, ErrClosed
	}
	for i, idle := range slices.Backward(ps.idle) {
		if idle.key == key {
			ps.idle = slices.Delete(ps.idle, i, i+1)
			return idle.p, nil
		}
	}
	return nil, nil
}

// put gives a process back; a dead or superfluous one ends here, and of all keys the
// one that was needed longest ago.
func (ps *pools) put(key string, p *Process) {
	alive := p.Alive()
	ps.mu.Lock()
	n := 0
	for _, idle := range ps.idle {
		if idle.key == key {
			n++
		}
	}
	end := p
	if alive && !ps.closed && n < ps.keep {
		end = nil
		ps.idle = append(ps.idle, idleProcess{key, p})
		if len(ps.idle) > ps.all {
			end = ps.idle[0].p
			ps.idle = slices.Delete(ps.idle, 0, 1)
		}
	}
	ps.mu.Unlock()
	if end != nil {
		end.Close()
	}
}

// close ends all idle processes; those in use end when they are given back.
func (ps *pools) close() error {
	ps.mu.Lock()
	idle := ps.idle
	ps.idle, ps.closed = nil, true
	ps.mu.Unlock()
	var first error
	for _, i := range idle {
		if err := i.p.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}
