package interp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Options say how interpreters are run. The zero value is good.
type Options struct {
	// Interpreters are the ones to use; nil finds those of this machine when the first is
	// needed.
	Interpreters []Interpreter
	// Extra are executables that are found besides (Find).
	Extra []string
	// Timeout bounds one request; 0 means a minute. In call mode a function that
	// runs longer has the fault FaultTimeout.
	Timeout time.Duration
	// StartTimeout bounds the start of an interpreter and the import of the team's
	// module; 0 means a minute.
	StartTimeout time.Duration
	// Processes bounds how many processes run at once per interpreter; 0 means
	// one per processor.
	Processes int
}

// DefaultTimeout is how long an input or call may take where nothing else is said.
const DefaultTimeout = time.Minute

func (o Options) timeout() time.Duration { return orDefault(o.Timeout) }

func (o Options) startTimeout() time.Duration { return orDefault(o.StartTimeout) }

func orDefault(d time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return DefaultTimeout
}

// Process is a running interpreter that answers requests one at a time. Its
// methods are safe for concurrent use.
type Process struct {
	Interpreter Interpreter

	opts   Options
	cmd    *exec.Cmd
	in     *os.File // requests, descriptor 3 of the process
	out    *os.File // answers, its descriptor 4
	answer *bufio.Reader
	tail   *tail // what it printed

	mu     sync.Mutex    // held during a request
	exited chan struct{} // closed when the process has been waited for
	dead   error         // why it answers no more

	patience time.Duration // how long an answer may take
	child    atomic.Int64  // process group of the team's code under way, 0 if none

	scratchOnce sync.Once
	scratch     string // path of the temporary file, "" until one is needed
	scratchErr  error

	threads []string // that the import has started, by name

	said map[string]any // see remembered; guarded by mu
	work *workspace     // of the last call, where it is as good as new; guarded by mu

	turns int // of a child that answers several calls; for the one that has the process
}

// guard kills the process when the context ends before release is called, so
// that no read waits for ever. The caller holds mu for all that time.
func (p *Process) guard(ctx context.Context) (release func()) {
	stop := context.AfterFunc(ctx, p.kill)
	return func() {
		if !stop() && p.dead == nil {
			p.dead = context.Cause(ctx)
		}
	}
}

// kill ends the process. While the team's code runs, the closed pipes make the
// process end that code and all it started first; it has a moment for it.
func (p *Process) kill() {
	p.in.Close()
	p.out.Close()
	if p.child.Load() != 0 {
		select {
		case <-p.exited:
		case <-time.After(killGrace):
		}
	}
	select {
	case <-p.exited: // its number may belong to another by now
	default:
		killGroup(p.cmd.Process.Pid)
	}
}

const killGrace = 5 * time.Second // a loaded machine takes its time to end a tree of processes

// childUnknown stands for a group of which only the start was asked for.
const childUnknown = -1

// setChild notes the group that runs the team's code, "" for none.
func (p *Process) setChild(pid string) {
	n, _ := strconv.ParseInt(pid, 10, 64) // 0, no group, where it is no number
	p.child.Store(n)
}

// fail marks the process as dead and says why in one line.
func (p *Process) fail(ctx context.Context, err error) error {
	p.kill()
	<-p.exited
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = fmt.Errorf("%w of %v", errNoAnswer, p.patience)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, os.ErrClosed), errors.Is(err, syscall.EPIPE):
		err = fmt.Errorf("python %s died (%v)", p.Interpreter.Full, p.cmd.ProcessState)
	}
	if last := p.tail.lastLine(); last != "" {
		err = fmt.Errorf("%w; it printed %q", err, last)
	}
	p.dead = &deathError{err}
	if ctx.Err() != nil {
		p.dead = err
	}
	return p.dead
}

var errNoAnswer = errors.New("no answer within its time")

// deathError says that the process died or stopped answering, and why.
type deathError struct{ err error }

func (e *deathError) Error() string { return e.err.Error() }
func (e *deathError) Unwrap() error { return e.err }

// Alive reports whether the process still answers.
func (p *Process) Alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead == nil
}

// ErrClosed is the error of requests to a process that was closed.
var ErrClosed = errors.New("interpreter process is closed")

// Close ends the process and waits for it. It may be called at any time, also
// twice, and interrupts a request under way.
func (p *Process) Close() error {
	p.kill()
	<-p.exited
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead == nil {
		p.dead = ErrClosed
	}
	if p.work != nil {
		p.work.remove()
		p.work = nil
	}
	p.scratchOnce.Do(func() { p.scratchErr = ErrClosed }) // none is made any more
	if p.scratch == "" {
		return nil
	}
	err := os.Remove(p.scratch)
	p.scratch = ""
	if errors.Is(err, os.ErrNotExist) {
		return nil // the process removed it when its pipe was closed
	}
	return err
}

// send writes a request; a process that does not read it in time is hung.
func (p *Process) send(head any, blobs ...[]byte) error {
	p.in.SetWriteDeadline(time.Now().Add(p.patience))
	return writeRequest(p.in, head, blobs...)
}

// receive reads one answer. In call mode the process itself keeps the time of
// the team's code, so what is waited for here is longer.
func (p *Process) receive() (kind byte, payload []byte, err error) {
	p.out.SetReadDeadline(time.Now().Add(p.patience))
	return readAnswer(p.answer)
}

// exchange sends one request and reads its one answer.
func (p *Process) exchange(ctx context.Context, head any, blobs ...[]byte) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead != nil {
		return nil, p.dead
	}
	defer p.guard(ctx)()
	if err := p.send(head, blobs...); err != nil {
		return nil, p.fail(ctx, err)
	}
	kind, payload, err := p.receive()
	switch {
	case err != nil:
		return nil, p.fail(ctx, err)
	case kind == answerError:
		return nil, remoteError(payload)
	case kind != answerResult:
		return nil, p.fail(ctx, errGarbage)
	}
	return payload, nil
}
