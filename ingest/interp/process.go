package interp

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// Options say how interpreters are run. The zero value is good.
type Options struct {
	// Interpreters are the ones to use; nil finds those of this machine.
	Interpreters []Interpreter
	// Timeout bounds one request; 0 means a minute. In call mode a function that
	// runs longer has the fault FaultTimeout.
	Timeout time.Duration
	// Processes bounds how many processes run at once per interpreter; 0 means
	// one per processor.
	Processes int
}

const defaultTimeout = time.Minute

// startTimeout bounds the start of an interpreter on a loaded machine.
const startTimeout = 30 * time.Second

func (o Options) timeout() time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	return defaultTimeout
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

	grace time.Duration // added to the time-out of an answer
	child atomic.Int64  // process group of the team's code under way, 0 if none

	scratchOnce sync.Once
	scratch     string // path of the temporary file, "" until one is needed
	scratchErr  error
}

// referenceFlags keep the environment and the user's site out: reference mode is
// the standard library and nothing else. Site costs half the start-up time.
var referenceFlags = []string{"-S", "-E", "-s", "-B", "-W", "ignore"}

// Start starts an interpreter for Load, Call, Batch and reference mode. The
// caller must Close it; the context bounds only the start.
func Start(ctx context.Context, i Interpreter, o Options) (*Process, error) {
	p, err := start(ctx, i, o, launch{flags: referenceFlags, env: referenceEnv()})
	if err == nil || ctx.Err() != nil {
		return p, err
	}
	// An old virtualenv holds only half of the standard library; its site module
	// adds the path to the other half.
	q, again := start(ctx, i, o, launch{flags: referenceFlags[1:], env: referenceEnv()})
	if again != nil {
		return nil, err
	}
	return q, nil
}

// referenceEnv is the same for everyone, whatever the caller's locale is.
func referenceEnv() []string {
	return []string{"LC_ALL=C.UTF-8", "PYTHONHASHSEED=0", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
}

// launch is how a process is started.
type launch struct {
	flags []string
	env   []string
	dir   string
}

func start(ctx context.Context, i Interpreter, o Options, l launch) (*Process, error) {
	p := &Process{Interpreter: i, opts: o, tail: new(tail), exited: make(chan struct{})}
	if err := p.spawn(l); err != nil {
		return nil, fmt.Errorf("start %s: %w", i.Path, err)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := p.hello(ctx); err != nil {
		p.Close()
		return nil, fmt.Errorf("start %s: %w", i.Path, err)
	}
	return p, nil
}

// spawn starts the process with a pipe of its own in either direction.
func (p *Process) spawn(l launch) error {
	theirIn, in, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirIn.Close()
	out, theirOut, err := os.Pipe()
	if err != nil {
		in.Close()
		return err
	}
	defer theirOut.Close()
	p.in, p.out, p.answer = in, out, bufio.NewReaderSize(out, 64<<10)
	p.cmd = exec.Command(p.Interpreter.Path, append(l.flags[:len(l.flags):len(l.flags)], "-c", bootstrap)...)
	p.cmd.Env, p.cmd.Dir = l.env, l.dir
	p.cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	p.cmd.Stdout, p.cmd.Stderr = p.tail, p.tail
	p.cmd.WaitDelay = time.Second // a grandchild may keep the descriptors open
	ownGroup(p.cmd)
	if err := p.cmd.Start(); err != nil {
		in.Close()
		out.Close()
		return err
	}
	go p.wait()
	return nil
}

// wait reaps the process and all that it left behind.
func (p *Process) wait() {
	p.cmd.Wait() // how it ended is told by its answers, or their end
	killGroup(p.cmd.Process.Pid)
	if child := p.child.Load(); child != 0 {
		killGroup(int(child))
	}
	close(p.exited)
}

// hello sends the runner and reads what the interpreter says of itself.
func (p *Process) hello(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.guard(ctx)()
	source := runnerSource()
	frame := append(binary.BigEndian.AppendUint32(nil, uint32(len(source))), source...)
	if _, err := p.in.Write(frame); err != nil {
		return p.fail(ctx, err)
	}
	kind, payload, err := readAnswer(p.answer)
	if err != nil {
		return p.fail(ctx, err)
	}
	var h struct {
		Full    string
		Version []int
	}
	if err := json.Unmarshal(payload, &h); kind != answerHello || err != nil || len(h.Version) < 2 {
		return p.fail(ctx, errGarbage)
	}
	p.Interpreter.Full = h.Full
	p.Interpreter.Version = ingest.Python{Major: h.Version[0], Minor: h.Version[1]}
	return nil
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

// kill ends the process. While the team's code runs, the closed pipe lets the
// process end that code and all it started first; it has a moment for it.
func (p *Process) kill() {
	p.in.Close()
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
	p.out.Close()
}

const killGrace = 2 * time.Second

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
		err = fmt.Errorf("no answer in %v", p.patience())
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
	p.in.SetWriteDeadline(time.Now().Add(p.patience()))
	return writeRequest(p.in, head, blobs...)
}

// receive reads one answer. In call mode the process itself keeps the time of
// the team's code, so what is waited for here is longer.
func (p *Process) receive() (kind byte, payload []byte, err error) {
	p.out.SetReadDeadline(time.Now().Add(p.patience()))
	return readAnswer(p.answer)
}

func (p *Process) patience() time.Duration { return p.opts.timeout() + p.grace }

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

// tail keeps the end of what a process printed.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 4 << 10

// Write keeps the last bytes and never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if len(t.buf) > 2*tailSize {
		t.buf = append(t.buf[:0], t.buf[len(t.buf)-tailSize:]...)
	}
	return len(b), nil
}

func (t *tail) lastLine() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(string(t.buf))
	return text[strings.LastIndexByte(text, '\n')+1:]
}
