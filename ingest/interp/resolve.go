package interp

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// callPython resolves Call.Python. A path is used as given: behind its symlink a
// virtual environment would be lost. A command is looked up on PATH, shims left
// out; failing that, "python2.7", "python3", "3.13" and the like name the newest
// such interpreter that Find knows, so that a configuration can be shared. Empty,
// the version of the call decides.
func (e *Engine) callPython(c ingest.Call) (string, error) {
	name := c.Python
	if strings.ContainsRune(name, filepath.Separator) {
		path, err := filepath.Abs(name)
		if err == nil {
			_, err = exec.LookPath(path)
		}
		if err != nil {
			return "", harness(codeNoInterpreter, c.Version, "find "+name+": "+reason(err), "python: is the path of an interpreter")
		}
		return path, nil
	}
	if name == "" {
		i, err := e.interpreter(c.Version)
		return i.Path, err
	}
	if path := onPath(name); path != "" {
		return path, nil
	}
	if m := pythonCommand.FindStringSubmatch(name); m != nil {
		if path := e.newest(m[1], c.Version); path != "" {
			return path, nil
		}
	}
	return "", e.none(c.Version.Path(), name)
}

var pythonCommand = regexp.MustCompile(`^(?:python)?([23](?:\.\d+)?)?$`)

// newest returns the newest interpreter whose version begins as asked and, if
// the call expects a version, is that one.
func (e *Engine) newest(prefix string, want ingest.Python) string {
	found := e.found()
	for n := len(found) - 1; n >= 0; n-- {
		v := found[n].Version
		if strings.HasPrefix(v.String()+".", prefix+".") && (want == ingest.Python{} || want == v) || prefix == "" && want == v {
			return found[n].Path
		}
	}
	return ""
}

// onPath is exec.LookPath without the shims of pyenv and asdf, which start what
// their own configuration says, or nothing.
func onPath(name string) string {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if dir == "" || filepath.Base(dir) == "shims" {
			continue
		}
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	return ""
}

// reason is the cause alone of what exec.LookPath reports.
func reason(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
