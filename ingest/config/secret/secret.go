// Package secret reads the values that do not belong in feedparity.yaml: a
// password out of the environment or a file, a code revision out of a command.
// A secret once read never prints itself; whoever needs it asks by name.
package secret

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Secret is a value that must not be seen. Every way of printing it that
// package fmt and encoding/json know gives "[secret]".
type Secret struct{ value string }

// New returns a secret of the given value.
func New(value string) Secret { return Secret{value} }

// Reveal returns the value itself, for the one call that needs it.
func (s Secret) Reveal() string { return s.value }

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.value == "" }

const redacted = "[secret]"

// String returns "[secret]".
func (s Secret) String() string { return redacted }

// GoString returns "[secret]".
func (s Secret) GoString() string { return redacted }

// Format writes "[secret]" whatever the verb: %x and %d reach inside a struct
// where String is not asked.
func (s Secret) Format(f fmt.State, verb rune) { io.WriteString(f, redacted) }

// MarshalJSON writes "[secret]".
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// MarshalText writes "[secret]", for encoders that ask for text.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Ref says where a secret is to be found; it holds no secret itself. The zero
// Ref stands for none, and Refs can be compared.
type Ref struct {
	Env  string // name of an environment variable
	File string // path of a file that holds it, one newline at its end not counted

	Netrc      string // path of a file in the form of ftp's .netrc
	Host, User string // whose password there; "" for any user

	Command string // Words of a program and its arguments, whose first line of output it is
	Dir     string // where it is run
}

// IsZero reports whether r refers to nothing.
func (r Ref) IsZero() bool { return r == Ref{} }

// maxFile is more than any password or token; a larger file is another one.
const maxFile = 64 << 10

// Read fetches the secret. The zero Ref gives the zero Secret; a variable that
// is not set, and an empty value, are errors.
func (r Ref) Read(ctx context.Context) (Secret, error) {
	switch {
	case r.Env != "":
		v, ok := os.LookupEnv(r.Env)
		if !ok {
			return Secret{}, fmt.Errorf("read password: environment variable %s is not set", r.Env)
		}
		return notEmpty(v, "environment variable "+r.Env)
	case r.File != "":
		v, err := readFile(r.File)
		if err != nil {
			return Secret{}, err
		}
		return notEmpty(strings.TrimSuffix(strings.TrimSuffix(v, "\n"), "\r"), "file "+r.File)
	case r.Netrc != "":
		login, err := r.login()
		if err != nil {
			return Secret{}, err
		}
		return notEmpty(login.password, "password of "+r.Host+" in "+r.Netrc)
	case r.Command != "":
		return r.run(ctx)
	}
	return Secret{}, nil
}

// Login returns the user that goes with the secret: the one that is known, or the one
// that a .netrc has for the host.
func (r Ref) Login() (string, error) {
	if r.User != "" || r.Netrc == "" {
		return r.User, nil
	}
	login, err := r.login()
	return login.user, err
}

func readFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	if len(b) > maxFile {
		return "", fmt.Errorf("read password: file %s is larger than %d bytes", name, maxFile)
	}
	return string(b), nil
}

func notEmpty(v, where string) (Secret, error) {
	switch {
	case v == "":
		return Secret{}, fmt.Errorf("read password: %s is empty", where)
	case strings.ContainsAny(v, "\r\n\x00"):
		// FTP commands are lines: a second one must never get onto the wire.
		return Secret{}, fmt.Errorf("read password: %s holds more than one line", where)
	}
	return Secret{v}, nil
}

// ErrNoOutput is a command that succeeded and printed nothing.
var ErrNoOutput = errors.New("printed nothing")

// longest is how long such a command may take: a sweep waits for it, and has the lock.
var longest = time.Minute

// Output runs a command line in dir without a shell (words are parted at spaces)
// and returns its first line, such as the revision "git rev-parse HEAD" prints. It has a
// minute.
func Output(ctx context.Context, dir, command string) (string, error) {
	words := strings.Fields(command)
	if len(words) == 0 {
		return "", errors.New("run command: it is empty")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, longest, fmt.Errorf("not done after %v", longest))
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir, cmd.WaitDelay = dir, time.Second // for a child of its own that keeps the pipe
	out, err := cmd.Output()
	switch {
	case errors.Is(err, exec.ErrWaitDelay):
	case ctx.Err() != nil:
		return "", fmt.Errorf("run %q: %w", command, context.Cause(ctx))
	case err != nil:
		return "", fmt.Errorf("run %q: %w", command, withStderr(err))
	}
	line, _, _ := strings.Cut(string(out), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return "", fmt.Errorf("run %q: %w", command, ErrNoOutput)
	}
	return line, nil
}

// withStderr adds the first line a failed command wrote about itself.
func withStderr(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) || len(exit.Stderr) == 0 {
		return err
	}
	line, _, _ := strings.Cut(string(exit.Stderr), "\n")
	return fmt.Errorf("%w: %s", err, line)
}
