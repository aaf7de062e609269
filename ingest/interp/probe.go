package interp

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// probeTimeout bounds the question to one executable: a shim may wait for a
// network, a broken one for ever.
const probeTimeout = 10 * time.Second

// probeScript prints implementation, version and executable. It must run on
// every Python that may be lying about, 2.6 included.
const probeScript = `import sys
i = getattr(sys, 'implementation', None)
n = i.name if i else sys.subversion[0].lower()
sys.stdout.write('\n'.join([n, '.'.join(map(str, sys.version_info[:2])), sys.version.split()[0], sys.executable or '']))`

type probeResult struct {
	cand  candidate
	found Interpreter
	err   error
}

// probed remembers answers for the life of this process, by real path.
var probed sync.Map

func probe(ctx context.Context, c candidate) probeResult {
	if r, ok := probed.Load(c.real); ok {
		return r.(probeResult)
	}
	r := probeResult{cand: c}
	r.found, r.err = ask(ctx, c)
	if ctx.Err() == nil {
		probed.Store(c.real, r)
	}
	return r
}

func ask(ctx context.Context, c candidate) (Interpreter, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.path, "-E", "-s", "-B", "-c", probeScript)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return Interpreter{}, fmt.Errorf("run %s: no answer in %v", c.path, probeTimeout)
	}
	if err != nil {
		return Interpreter{}, fmt.Errorf("run %s: %w", c.path, describeExit(err))
	}
	lines := strings.Split(string(out), "\n")
	if len(lines) != 4 {
		return Interpreter{}, fmt.Errorf("run %s: it did not answer as a python does", c.path)
	}
	return parseProbe(c, lines)
}

func parseProbe(c candidate, lines []string) (Interpreter, error) {
	version, err := ingest.ParsePython(lines[1])
	if err != nil {
		return Interpreter{}, fmt.Errorf("run %s: %w", c.path, err)
	}
	found := Interpreter{Path: c.real, Version: version, Full: lines[2], Source: c.source}
	if exe, err := filepath.EvalSymlinks(lines[3]); err == nil {
		found.Path = exe
	}
	if lines[0] != "cpython" {
		return found, fmt.Errorf("use %s: it is %s, not CPython", c.path, lines[0])
	}
	if version != ingest.Python27 && !version.AtLeast(3, 6) {
		return found, fmt.Errorf("use %s: python %s is neither 2.7 nor 3.6 or later", c.path, version)
	}
	return found, nil
}

// describeExit adds the last line of what a program printed before it failed.
func describeExit(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) || len(exit.Stderr) == 0 {
		return err
	}
	lines := strings.Split(strings.TrimSpace(string(exit.Stderr)), "\n")
	return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
}

// lookUp resolves a command name as a shell would; a path stays as it is.
func lookUp(name string) string {
	if strings.ContainsRune(name, filepath.Separator) {
		return name
	}
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	return name
}
