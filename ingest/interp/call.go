package interp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// Stable codes of the harness errors of this package; runner/call.py and
// values.py use those of the second group as well.
const (
	codeNoInterpreter = "no-interpreter" // none of that version or name
	codeDied          = "interpreter-died"
	codeStart         = "interpreter-failed" // it did not start
	codeVersion       = "wrong-version"
	codeSetup         = "call-setup"     // the input could not be offered
	codeImportTimeout = "import-timeout" // or crash, while importing
	codeImportCrash   = "import-crash"
	codePipe          = "result-pipe-closed"
	codeGarbage       = "bad-answer"

	// import-error, no-function, not-callable, wrong-signature, call-failed,
	// not-iterable, unserialisable-value
)

// childFailed and pipeClosed are exit statuses that runner/call.py defines.
const (
	childFailed = 119
	pipeClosed  = 120
)

// callGrace is how much longer than the team's code its keeper may take.
const callGrace = 15 * time.Second

// call runs the team's own function in a fresh child of a process that has its
// module imported.
func (e *Engine) call(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	rows, err := e.callOnce(ctx, in, false)
	if ctx.Err() == nil && diedIdle(err) {
		rows, err = e.callOnce(ctx, in, true)
	}
	if errors.As(err, new(*deathError)) {
		return nil, harness(codeDied, in.Call.Version, err.Error(), "")
	}
	return rows, err
}

func (e *Engine) callOnce(ctx context.Context, in ingest.Input, fresh bool) (_ ingest.Rows, err error) {
	c := *in.Call
	if err := supported(c); err != nil {
		return nil, err
	}
	key := callKey(c)
	p, err := e.pools.get(ctx, key, fresh, func(ctx context.Context) (*Process, error) { return e.startCall(ctx, c) })
	if err != nil {
		return nil, err
	}
	w, err := newWorkspace(in)
	if err != nil {
		e.pools.put(key, p)
		return nil, harness(codeSetup, p.Interpreter.Version, err.Error(), "")
	}
	timeout := p.opts.timeout()
	s, err := p.open(ctx, childUnknown, callRequest{"run", hexOf(c.Function), hexOf(w.input), hexOf(w.tmp), timeout.Seconds()})
	if err != nil {
		e.pools.put(key, p)
		w.remove()
		return nil, err
	}
	s.control, s.end = callControl, func(s *stream, payload []byte) { callEnd(s, payload, timeout) }
	s.done = func() {
		e.pools.put(key, p)
		w.remove()
	}
	return s, nil
}

// supported refuses what a call asks for and is not done here yet.
func supported(c ingest.Call) error {
	asks := c.Factory + c.Setup + c.Collect + c.Serializers
	if asks != "" || c.Args != "" && c.Args != ingest.ArgsPath || c.Isolation == ingest.IsolationProcess || c.MaxMemory > 0 || c.Timeout > 0 {
		return harness("not-supported", c.Version, "call "+c.Function+": only call, args: path and effects: none are done yet", "")
	}
	return nil
}

type callRequest struct {
	Op       string  `json:"op"`
	Function string  `json:"function"`
	Path     string  `json:"path"`
	Tmp      string  `json:"tmp"`
	Timeout  float64 `json:"timeout"` // seconds
}

// callKey tells apart what must not share a process: another module's import
// may change anything in it. Functions of one module do, since no call runs in it.
func callKey(c ingest.Call) string {
	return fmt.Sprintf("%q", append([]string{c.Python, c.Version.String(), c.Dir, moduleOf(c.Function)}, callEnv(c)...))
}

func moduleOf(function string) string {
	module, _, _ := strings.Cut(function, ":")
	return module
}

// callEnv is the complete environment, sorted. Without one, a minimal one is
// inherited, with a locale of its own so that nothing depends on the caller's.
func callEnv(c ingest.Call) []string {
	env := map[string]string{}
	if c.Env == nil {
		for _, name := range []string{"PATH", "HOME", "TZ"} {
			if v, ok := os.LookupEnv(name); ok {
				env[name] = v
			}
		}
		env["LC_ALL"] = "C.UTF-8"
	}
	for name, v := range c.Env {
		env[name] = v
	}
	// Python 2 runs in production without hash randomization; in Python 3 a run
	// that can be repeated is worth more than a random one.
	if _, set := env["PYTHONHASHSEED"]; !set || c.Version.Major == 2 {
		env["PYTHONHASHSEED"] = "0"
	}
	var out []string
	for name, v := range env {
		out = append(out, name+"="+v)
	}
	slices.Sort(out)
	return out
}

// startCall starts the interpreter of a call and imports its module.
func (e *Engine) startCall(ctx context.Context, c ingest.Call) (*Process, error) {
	path, err := e.callPython(c)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(c.Dir) // "" is where we are
	if err != nil {
		return nil, harness(codeStart, c.Version, err.Error(), "")
	}
	p, err := start(ctx, Interpreter{Path: path, Version: c.Version}, e.opts,
		launch{flags: []string{"-B", "-W", "ignore"}, env: callEnv(c), dir: dir})
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, harness(codeStart, c.Version, err.Error(), "python: must name an interpreter that runs by hand, dir: a directory")
	}
	if have := p.Interpreter.Version; !accepts(c.Version, have) {
		p.Close()
		return nil, harness(codeVersion, c.Version, fmt.Sprintf("%s is python %s, not %s", path, have, c.Version),
			"let python: and the version of the path agree")
	}
	p.patience = e.opts.startTimeout()
	if err := p.importModule(ctx, moduleOf(c.Function)); err != nil {
		p.Close()
		return nil, err
	}
	p.patience = e.opts.timeout() + callGrace
	return p, nil
}

// importModule imports the team's module. Whatever goes wrong in it is the
// harness's: no input has been touched yet.
func (p *Process) importModule(ctx context.Context, module string) error {
	answer, err := p.exchange(ctx, map[string]string{"op": "import", "module": hexOf(module)})
	py := p.Interpreter.Version
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case errors.Is(err, errNoAnswer):
		return harness(codeImportTimeout, py, fmt.Sprintf("import %s: %v", module, err), "importing the module must not wait for anything")
	case err != nil:
		return harness(codeImportCrash, py, fmt.Sprintf("import %s: %v", module, err), "importing the module must not end the process")
	}
	var h remoteHarness
	if err := json.Unmarshal(answer, &h); err != nil {
		return harness(codeGarbage, py, err.Error(), "")
	}
	return h.error(py)
}

// remoteHarness is a Harness exception of runner/values.py.
type remoteHarness struct{ Code, Message, Hint string }

func (h remoteHarness) error(py ingest.Python) error {
	if h.Code == "" {
		return nil
	}
	return harness(h.Code, py, h.Message, h.Hint)
}

func harness(code string, py ingest.Python, msg, hint string) error {
	return &ingest.HarnessError{Code: code, Path: py.Path(), Msg: msg, Hint: hint}
}

// callControl reads what a child says beside rows and its fault.
func callControl(s *stream, line []byte) {
	var h remoteHarness
	word, err := parseControl(line, &h)
	switch {
	case err == nil && word == "end":
		s.complete = true
	case err == nil && word == "harness" && h.Code != "":
		s.setErr(h.error(s.p.Interpreter.Version))
	default:
		s.setErr(harness(codeGarbage, s.p.Interpreter.Version, fmt.Sprintf("read rows: garbage %.40q in the answer", line), ""))
	}
}

// callEnd judges how a child ended that did not say so itself.
func callEnd(s *stream, payload []byte, timeout time.Duration) {
	var e struct {
		Status  int
		Timeout bool
	}
	py := s.p.Interpreter.Version
	if err := json.Unmarshal(payload, &e); err != nil {
		s.setErr(harness(codeGarbage, py, err.Error(), ""))
	}
	if s.complete || s.fault != nil || s.err != nil {
		return
	}
	s.pending = nil // the beginning of a row that never became one
	row := s.rows + 1
	switch {
	case e.Timeout:
		s.fault = &ingest.Fault{Type: ingest.FaultTimeout, Message: fmt.Sprintf("stopped after %v", timeout), Row: row}
	case e.Status < 0:
		s.fault = &ingest.Fault{Type: ingest.FaultCrash, Message: "killed by " + signalName(-e.Status), Row: row}
	case e.Status == childFailed:
		s.setErr(harness(codeGarbage, py, "run the call: "+s.p.tail.lastLine(), "this is a defect of feedparity"))
	case e.Status == pipeClosed:
		s.setErr(harness(codePipe, py, "read rows: the code closed file descriptors that it did not open", ""))
	default:
		s.fault = &ingest.Fault{Type: ingest.FaultCrash, Message: fmt.Sprintf("exited with status %d", e.Status), Row: row}
	}
}

func signalName(n int) string {
	return fmt.Sprintf("signal %d (%v)", n, syscall.Signal(n))
}

// workspace is a request's own folder: the input under its own file name, and a
// directory for temporary files.
type workspace struct{ root, input, tmp string }

func newWorkspace(in ingest.Input) (w workspace, err error) {
	if w.root, err = os.MkdirTemp("", "feedparity-call-"); err != nil {
		return w, fmt.Errorf("create input folder: %w", err)
	}
	defer func() {
		if err != nil {
			w.remove()
		}
	}()
	name := filepath.Base(in.Name)
	if in.Name == "" || strings.ContainsAny(name, "/\x00") || name == "." || name == ".." {
		name = "input.csv"
	}
	w.input, w.tmp = filepath.Join(w.root, "input", name), filepath.Join(w.root, "tmp")
	for _, dir := range []string{filepath.Dir(w.input), w.tmp} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return w, fmt.Errorf("create input folder: %w", err)
		}
	}
	return w, copyInput(w.input, in)
}

// remove deletes the folder, also where the team's code took permissions away.
func (w workspace) remove() {
	if os.RemoveAll(w.root) == nil {
		return
	}
	filepath.WalkDir(w.root, func(path string, d os.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			os.Chmod(path, 0o700)
		}
		return nil
	})
	os.RemoveAll(w.root)
}
