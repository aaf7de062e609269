package normalize

import (
	"bytes"
	"errors"
	"fmt"
)

// marks takes out NULs, byte order marks at the beginning and Ctrl-Zs at the end.
// The stages after it see only what is kept: otherwise a second pass could see
// other quotes than the first.
type marks struct {
	next  stage
	wrote bool // a character was kept
	held  []run
}

// run is a number of equal characters held back: Ctrl-Zs, of which only the next
// kept character or the end of the input tells whether they are trailing, and NULs
// among them.
type run struct {
	piece
	count int64
}

// maxRuns bounds the memory of held. Only NULs and Ctrl-Zs by turns reach it.
const maxRuns = 4096

var errRuns = errors.New("more than 4096 alternating runs of NUL and Ctrl-Z: this is no text")

func (m *marks) put(p piece) error {
	switch {
	case len(p.text) == 0:
	case p.is(0):
		p = p.removed(NUL)
	case p.is(ctrlZ):
		return m.hold(p)
	case !m.wrote && len(m.held) == 0 && string(p.text) == bom:
		p = p.removed(BOM)
	default:
		m.wrote = true
		if err := m.release(); err != nil {
			return err
		}
	}
	if len(p.text) == 0 && len(m.held) > 0 {
		return m.hold(p)
	}
	return m.next.put(p)
}

func (m *marks) hold(p piece) error {
	if k := len(m.held); k > 0 && m.held[k-1].joins(p) {
		m.held[k-1].count++
		return nil
	}
	if len(m.held) == maxRuns {
		return fmt.Errorf("normalize byte 0x%x: %w", p.offset, errRuns)
	}
	m.held = append(m.held, run{p.clone(), 1})
	return nil
}

// joins reports whether p is the run's character once more.
func (r *run) joins(p piece) bool {
	return p.kind == r.kind && bytes.Equal(p.text, r.text) && bytes.Equal(p.src, r.src) && p.offset == r.offset+r.count*int64(len(r.src))
}

// release hands on what was held back, because something follows it.
func (m *marks) release() error {
	for _, r := range m.held {
		for i := range r.count {
			p := r.piece
			p.offset += i * int64(len(p.src))
			if err := m.next.put(p); err != nil {
				return err
			}
		}
	}
	m.held = m.held[:0]
	return nil
}

func (m *marks) end() error {
	for i, r := range m.held {
		if len(r.text) > 0 {
			m.held[i].piece = r.removed(CtrlZ)
		}
	}
	if err := m.release(); err != nil {
		return err
	}
	return m.next.end()
}
