package interp

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// distributionsScript prints the interpreter's version and the directories that pip
// and setuptools leave beside what they install. It asks no library: importing
// pkg_resources takes a second, and importlib.metadata is not in 2.7.
const distributionsScript = `import os, sys
sys.stdout.write('python ' + sys.version.split()[0] + '\n')
for d in sys.path:
    if os.path.isdir(d):
        for n in os.listdir(d):
            if n.endswith(('.dist-info', '.egg-info', '.egg-link')):
                sys.stdout.write(n + '\n')
`

// Distributions lists what is installed where a call runs, sorted: the interpreter
// with its version, and the names and versions of the distributions on its path, such
// as "Django-4.2.26.dist-info". It starts the interpreter once and imports nothing.
func (e *Engine) Distributions(ctx context.Context, c ingest.Call) ([]string, error) {
	python, err := e.callPython(c)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, python, "-B", "-c", distributionsScript)
	cmd.Env, cmd.Dir, cmd.WaitDelay = callEnv(c), dir, time.Second
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list distributions of %s: %w", python, describeExit(err))
	}
	lines := strings.Fields(strings.ReplaceAll(string(out), "python ", "python-"))
	slices.Sort(lines)
	return slices.Compact(lines), nil
}
