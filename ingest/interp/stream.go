package interp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// stream reads an outcome that arrives in pieces; it holds its process until it
// is closed. Memory is bounded by a piece and the longest row.
type stream struct {
	ctx     context.Context
	p       *Process
	release func() // of the guard on ctx
	done    func() // gives the process back

	pending  []byte // lines not yet read, the last perhaps incomplete
	rows     int
	ended    bool // no answer will follow
	complete bool // call mode: the rows ended as rows should
	fault    *ingest.Fault
	err      error

	// control reads a line "#...", end the payload of the last answer; they turn
	// what call mode says beside rows into a fault or an error.
	control func(s *stream, line []byte)
	end     func(s *stream, payload []byte)

	recording *ingest.Recording // call mode: what was seen
	rewrite   func(line []byte) []byte

	closeOnce sync.Once
}

// Recording implements ingest.Recorder.
func (s *stream) Recording() *ingest.Recording { return s.recording }

// open sends a request whose answer streams; child is childUnknown if the answer
// comes from a child, else 0.
func (p *Process) open(ctx context.Context, child int64, head any, blobs ...[]byte) (*stream, error) {
	p.mu.Lock()
	if p.dead != nil {
		p.mu.Unlock()
		return nil, p.dead
	}
	s := &stream{ctx: ctx, p: p, release: p.guard(ctx), done: func() {}}
	p.child.Store(child)
	if err := p.send(head, blobs...); err != nil {
		err = p.fail(ctx, err)
		s.release()
		p.mu.Unlock()
		return nil, err
	}
	return s, nil
}

// Next implements ingest.Rows.
func (s *stream) Next() (ingest.Row, bool) {
	for s.err == nil && s.fault == nil {
		if i := bytes.IndexByte(s.pending, '\n'); i >= 0 {
			line := s.pending[:i]
			s.pending = s.pending[i+1:]
			if row, ok := s.line(line); ok {
				return row, true
			}
			continue
		}
		if s.ended {
			break
		}
		s.read()
	}
	s.drain()
	return ingest.Row{}, false
}

// line takes one line; it is a row or changes how the stream ends.
func (s *stream) line(line []byte) (ingest.Row, bool) {
	if s.control != nil && len(line) > 0 && line[0] == '#' {
		s.control(s, line[1:])
		return ingest.Row{}, false
	}
	if s.rewrite != nil {
		line = s.rewrite(line)
	}
	v, fault, err := wire.ParseLine(line)
	switch {
	case err != nil:
		s.err = fmt.Errorf("read outcome of python %s: %w", s.p.Interpreter.Full, err)
	case fault != nil:
		s.fault = fault
	default:
		s.rows++
		return ingest.Row{Value: v, Offset: -1}, true
	}
	return ingest.Row{}, false
}

// drain reads to the end of the answer, which call mode needs to know how the
// child ended and the process needs before its next request.
func (s *stream) drain() {
	for !s.ended {
		s.pending = nil
		s.read()
	}
}

// read takes one answer from the process.
func (s *stream) read() {
	kind, payload, err := s.p.receive()
	switch {
	case err != nil:
		s.ended = true
		s.setErr(s.p.fail(s.ctx, err))
	case kind == answerChunk:
		s.pending = append(s.pending[:len(s.pending):len(s.pending)], payload...)
	case kind == answerStarted:
		s.p.setChild(string(payload))
	case kind == answerError:
		s.ended = true
		s.setErr(remoteError(payload))
	case kind == answerEnd:
		s.ended = true
		s.p.setChild("")
		if s.end != nil {
			s.end(s, payload)
		}
		if len(s.pending) > 0 && s.fault == nil {
			s.setErr(errGarbage)
		}
	default:
		s.ended = true
		s.setErr(s.p.fail(s.ctx, errGarbage))
	}
}

var errGarbage = errors.New("garbage on the protocol pipe")

// setErr keeps the first error.
func (s *stream) setErr(err error) {
	if s.err == nil {
		s.err = err
	}
}

// Fault implements ingest.Rows.
func (s *stream) Fault() (*ingest.Fault, error) {
	if errors.As(s.err, new(*deathError)) {
		return nil, harness(codeDied, s.p.Interpreter.Version, s.err.Error(), "")
	}
	if s.err != nil {
		return nil, s.err
	}
	return s.fault, nil
}

// Close implements ingest.Rows. A stream closed before its end costs the process.
func (s *stream) Close() error {
	s.closeOnce.Do(func() {
		if !s.ended {
			s.ended = true
			s.p.kill()
			<-s.p.exited
			s.p.dead = ErrClosed
			s.setErr(ErrClosed)
		}
		s.release()
		s.p.mu.Unlock()
		s.done()
	})
	return nil
}

// streamRequest asks for the outcome of one file of any size.
type streamRequest struct {
	Op       string          `json:"op"`
	Path     string          `json:"path"`
	Scratch  bool            `json:"scratch"` // the path is ours to remove
	Settings settingsRequest `json:"settings"`
}

// Stream runs reference mode over a file of any size. The process serves nothing
// else until the rows are closed.
func (p *Process) Stream(ctx context.Context, path string, set ingest.Settings) (ingest.Rows, error) {
	r, err := p.request(set)
	if err != nil {
		return nil, fmt.Errorf("run reference: %w", err)
	}
	s, err := p.open(ctx, 0, streamRequest{"stream", hexOf(path), path == p.scratch, r})
	if err != nil {
		return nil, fmt.Errorf("run reference: %w", err)
	}
	return s, nil
}
