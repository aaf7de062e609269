package interp

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/feedparity/feedparity/ingest"
)

// CallInterpreter returns the interpreter that a call is run by: as named, or the
// newest of its version where it is only a name.
func (e *Engine) CallInterpreter(c ingest.Call) (Interpreter, error) {
	path, err := e.callPython(c)
	return Interpreter{Path: path, Version: c.Version}, err
}

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
		if path := e.newest("", c.Version); path != "" {
			return path, nil
		}
		return "", e.none(c.Version.Path(), "a python of version "+c.Version.String())
	}
	if path := onPath(name); path != "" {
		return path, nil
	}
	if m := pythonCommand().FindStringSubmatch(name); m != nil {
		if path := e.newest(m[1], c.Version); path != "" {
			return path, nil
		}
	}
	return "", e.none(c.Version.Path(), name)
}

var pythonCommand = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:python)?([23](?:\.\d+)?)?$`)
})

// newest returns the newest interpreter whose version begins as asked and is one
// that the call accepts, "" if there is none.
func (e *Engine) newest(prefix string, want ingest.Python) string {
	if prefix == "" && want.Major == 0 {
		return "" // not even Python 2 or 3 is said
	}
	found := e.found()
	for n := len(found) - 1; n >= 0; n-- {
		v := found[n].Version
		if accepts(want, v) && (prefix == "" || strings.HasPrefix(v.String()+".", prefix+".")) {
			return found[n].Path
		}
	}
	return ""
}

// accepts reports whether a version is the one a call expects: the zero version
// expects nothing, and a zero minor (there was no 3.0 worth the name) any of 3.x.
func accepts(want, have ingest.Python) bool {
	switch {
	case want == ingest.Python{}:
		return true
	case want.Minor == 0:
		return have.Major == want.Major
	}
	return have == want
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
