package secret

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// patience is how long a command may take: it may ask a server, never a person.
const patience = 30 * time.Second

// Words joins a program and its arguments for Ref.Command.
func Words(words ...string) string { return strings.Join(words, "\x00") }

// run takes a secret from a command's first line. What the command writes on stderr is
// not shown, nor in an error: it may be the secret, or half of it.
func (r Ref) run(ctx context.Context) (Secret, error) {
	words := strings.Split(r.Command, "\x00")
	ctx, late := context.WithTimeout(ctx, patience)
	defer late()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = r.Dir
	cmd.WaitDelay = time.Second // for a child of its own that keeps the pipe
	out := limited{stop: stop}
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return Secret{}, fmt.Errorf("read password: run %q: %w; what it says about it is not shown: run it by hand", words[0], err)
	}
	line, _, _ := strings.Cut(out.buf.String(), "\n")
	return notEmpty(strings.TrimSuffix(line, "\r"), fmt.Sprintf("first line of %q", words[0]))
}

// limited holds as much as a secret can be.
type limited struct {
	buf  bytes.Buffer // not embedded: its ReadFrom knows no limit
	stop context.CancelCauseFunc
}

func (l *limited) Write(p []byte) (int, error) {
	if l.buf.Len()+len(p) > maxFile {
		err := errors.New("it prints too much")
		l.stop(err)
		return 0, err
	}
	return l.buf.Write(p)
}
