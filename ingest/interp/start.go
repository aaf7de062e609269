package interp

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

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
	return []string{"LC_ALL=C.UTF-8", "TZ=UTC", "PYTHONHASHSEED=0", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
}

// launch is how a process is started.
type launch struct {
	flags []string
	env   []string
	dir   string
	calls bool // call mode: the team's code is run
}

func start(ctx context.Context, i Interpreter, o Options, l launch) (*Process, error) {
	p := &Process{Interpreter: i, opts: o, patience: o.timeout(), tail: new(tail), exited: make(chan struct{})}
	if err := p.spawn(l); err != nil {
		return nil, fmt.Errorf("start %s: %w", i.Path, err)
	}
	ctx, cancel := context.WithTimeout(ctx, o.startTimeout())
	defer cancel()
	if err := p.hello(ctx, l.calls); err != nil {
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
	program, env := bootstrap, l.env
	if l.calls {
		program, env = callBootstrap, bindNow(l.env)
	}
	p.cmd = exec.Command(p.Interpreter.Path, append(l.flags[:len(l.flags):len(l.flags)], "-c", program)...)
	p.cmd.Env, p.cmd.Dir = env, l.dir
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
	if child := p.child.Load(); child > 0 {
		killGroup(int(child))
	}
	close(p.exited)
}

// hello sends the runner and reads what the interpreter says of itself.
func (p *Process) hello(ctx context.Context, calls bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.guard(ctx)()
	source := referenceSource()
	if calls {
		source = callSource()
	}
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
