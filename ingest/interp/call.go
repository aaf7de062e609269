package interp

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// Stable codes of the harness errors of this package; the parts of the runner use
// those of the last group as well. docs/config.md lists them.
const (
	codeNoInterpreter = "no-interpreter" // none of that version or name
	codeDied          = "interpreter-died"
	codeStart         = "interpreter-failed" // it did not start
	codeVersion       = "wrong-version"
	codeSetup         = "call-setup"     // the input could not be offered
	codeSandbox       = "sandbox-failed" // a directory could not be kept or restored
	codeImportTimeout = "import-timeout" // or crash, while importing or in setup
	codeImportCrash   = "import-crash"
	codeFactory       = "factory-failed"
	codeCollect       = "collect-failed"
	codePipe          = "result-pipe-closed"
	codeGarbage       = "bad-answer"
	codeThreads       = "threads-at-import" // without which a call did not end

	// import-error, setup-failed, no-function, not-callable, wrong-signature,
	// call-failed, nothing-to-compare, unserialisable-value, serializer-failed,
	// rollback-failed, effect-write, effect-connection, effect-program,
	// effect-signal, effect-database, effect-commit
)

// childFailed and pipeClosed are exit statuses that runner/call.py defines.
const (
	childFailed = 119
	pipeClosed  = 120
)

// callGrace is how much longer than the team's code its keeper may take.
const callGrace = 15 * time.Second

// call runs the team's own function in a fresh child of a process that has its
// modules imported. What it may change that others see as well, it has for itself
// until all its rows are there.
func (e *Engine) call(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	if len(in.Call.Effects.Sandbox)+len(in.Call.Effects.Rollback) == 0 {
		return e.callAgain(ctx, in, 1)
	}
	return e.callKeeping(ctx, in, func() error { return nil })
}

// callKeeping runs a call that has something for itself, and keep before that is given
// back.
func (e *Engine) callKeeping(ctx context.Context, in ingest.Input, keep func() error) (ingest.Rows, error) {
	c := *in.Call
	release, err := e.claim(ctx, c.Effects)
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, harness(codeSandbox, c.Version, err.Error(), "effects: {sandbox: ...} names directories that can be read and written here")
	}
	rows, err := e.callAgain(ctx, in, 1)
	if err == nil {
		rows, err = spool(rows)
	}
	if err == nil {
		if err = keep(); err != nil {
			rows.Close()
			err = harness(codeSandbox, c.Version, err.Error(), "what the call wrote could not be kept")
		}
	}
	if rerr := release(); err == nil && rerr != nil {
		rows.Close()
		err = harness(codeSandbox, c.Version, rerr.Error(), "the directory is not as it was before the call: look at it")
	}
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// callAgain tries once more where the process may have been dead before it was asked.
func (e *Engine) callAgain(ctx context.Context, in ingest.Input, together int) (ingest.Rows, error) {
	rows, err := e.callOnce(ctx, in, together, false)
	if ctx.Err() == nil && diedIdle(err) {
		rows, err = e.callOnce(ctx, in, together, true)
	}
	if errors.As(err, new(*deathError)) {
		return nil, harness(codeDied, in.Call.Version, err.Error(), "")
	}
	return rows, err
}

func (e *Engine) callOnce(ctx context.Context, in ingest.Input, together int, fresh bool) (_ ingest.Rows, err error) {
	c := *in.Call
	key := callKey(c)
	if together > 1 {
		key += "\x00together" // a child that stays there would answer what is to be alone
	}
	p, err := e.pools.get(ctx, key, fresh, func(ctx context.Context) (*Process, error) { return e.startCall(ctx, c) })
	if err != nil {
		return nil, err
	}
	w, err := p.workspace(in)
	if err != nil {
		e.pools.put(key, p)
		return nil, harness(codeSetup, p.Interpreter.Version, err.Error(), "")
	}
	r := e.runRequest(c, w, in.Neutral)
	p.patience = e.callTimeout(c) + e.opts.startTimeout() + callGrace
	turn := p.turn(&r, together)
	s, err := p.open(ctx, childUnknown, r, turn)
	if err != nil {
		w.remove()
		e.pools.put(key, p)
		return nil, err
	}
	seen := &callWatch{call: c, work: w, timeout: e.callTimeout(c), stage: firstStage(c)}
	seen.rec.Python, seen.rec.Threads = p.Interpreter.Full, p.threads
	s.recording, s.control, s.end, s.rewrite = &seen.rec, seen.control, seen.end, w.anonymous()
	s.done = func() {
		p.giveBack(w, seen.alone)
		e.pools.put(key, p)
	}
	return s, nil
}

// firstStage is what a child does first; where nothing but our own code comes before
// the call, it does not say that this begins.
func firstStage(c ingest.Call) string {
	switch {
	case c.Isolation == ingest.IsolationProcess:
		return "import"
	case c.Factory != "" || len(c.Effects.Rollback) > 0:
		return "prepared"
	}
	return "call"
}

func (e *Engine) callTimeout(c ingest.Call) time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return e.opts.timeout()
}

// prepareRequest says what is done once per process, or, in isolation "process",
// once per request. Names and paths are hex.
type prepareRequest struct {
	Modules     []string `json:"modules"` // the call's, or its factory's, first
	Setup       string   `json:"setup"`
	Serializers string   `json:"serializers"`
	Clocked     bool     `json:"clocked"` // the clock can be set
}

type importRequest struct {
	Op string `json:"op"`
	prepareRequest
}

type callRequest struct {
	importRequest
	Fresh    bool     `json:"fresh"`
	Function string   `json:"function"`
	Factory  string   `json:"factory"`
	Collect  string   `json:"collect"`
	Args     string   `json:"args"`
	Path     string   `json:"path"`
	Tmp      string   `json:"tmp"`
	Root     string   `json:"root"`
	Timeout  float64  `json:"timeout"` // seconds
	Start    float64  `json:"start"`   // seconds more where fresh
	Memory   int64    `json:"memory"`
	Rows     int64    `json:"rows"` // 0 for any number
	Sandbox  []string `json:"sandbox"`
	Rollback []string `json:"rollback"`
	Allow    []string `json:"allow"`
	Clock    int64    `json:"clock"` // nanoseconds since 1970, 0 for the real one
	Tick     int64    `json:"tick"`  // nanoseconds

	Neutral []ingest.Neutral `json:"neutral,omitempty"`
}

func prepareOf(c ingest.Call) prepareRequest {
	r := prepareRequest{Setup: hexOf(c.Setup), Serializers: hexOf(c.Serializers), Clocked: !c.Repeat.Clock.IsZero()}
	for _, f := range []string{c.Factory, c.Function, c.Collect, c.Setup, c.Serializers} {
		if module, _, ok := strings.Cut(f, ":"); ok && !slices.Contains(r.Modules, hexOf(module)) {
			r.Modules = append(r.Modules, hexOf(module))
		}
	}
	return r
}

func (e *Engine) runRequest(c ingest.Call, w *workspace, neutral []ingest.Neutral) callRequest {
	hexes := func(list []string) []string {
		out := []string{}
		for _, s := range list {
			out = append(out, hexOf(s))
		}
		return out
	}
	r := callRequest{
		importRequest: importRequest{"run", prepareOf(c)}, Fresh: c.Isolation == ingest.IsolationProcess,
		Function: hexOf(c.Function), Factory: hexOf(c.Factory), Collect: hexOf(c.Collect),
		Args: cmp.Or(string(c.Args), string(ingest.ArgsPath)),
		Path: hexOf(w.input), Tmp: hexOf(w.tmp), Root: hexOf(w.root),
		Timeout: e.callTimeout(c).Seconds(), Start: e.opts.startTimeout().Seconds(), Memory: cmp.Or(c.MaxMemory, ingest.DefaultMaxMemory), Rows: c.MaxRows,
		Sandbox: hexes(c.Effects.Sandbox), Rollback: hexes(c.Effects.Rollback), Allow: hexes(c.Effects.Allow),
		Neutral: neutral,
	}
	if !c.Repeat.Clock.IsZero() {
		r.Clock, r.Tick = c.Repeat.Clock.UnixNano(), int64(c.Repeat.Tick)
	}
	return r
}

// callKey tells apart what must not share a process: another module's import or
// setup may change anything in it. Functions of one module do, since no call runs
// in it.
func callKey(c ingest.Call) string {
	r := prepareOf(c)
	parts := append([]string{strconv.Itoa(c.Repeat.Process), c.Python, c.Version.String(), c.Dir, string(c.Isolation), r.Setup, r.Serializers, strconv.FormatBool(r.Clocked)}, r.Modules...)
	return strings.Join(append(parts, callEnv(c)...), "\x00") // which is in none of them
}

// CallEnv is the complete environment in which a call's process runs. Without one of
// its own a minimal one is inherited, with a locale so that nothing depends on the
// caller's.
func CallEnv(c ingest.Call) map[string]string {
	env := map[string]string{}
	if c.Env == nil {
		for _, name := range []string{"PATH", "HOME", "TZ"} {
			if v, ok := os.LookupEnv(name); ok {
				env[name] = v
			}
		}
		env["LC_ALL"] = "C.UTF-8"
	}
	maps.Copy(env, c.Env)
	// Python 2 runs in production without hash randomization; in Python 3 a run
	// that can be repeated is worth more than a random one.
	switch _, set := env["PYTHONHASHSEED"]; {
	case c.Version.Major == 3 && c.Repeat.Seed != 0:
		env["PYTHONHASHSEED"] = strconv.FormatUint(uint64(c.Repeat.Seed), 10)
	case !set || c.Version.Major == 2:
		env["PYTHONHASHSEED"] = "0"
	}
	return env
}

// callEnv is the same as exec takes it, sorted.
func callEnv(c ingest.Call) []string {
	var out []string
	for name, v := range CallEnv(c) {
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
		launch{flags: []string{"-B", "-W", "ignore"}, env: callEnv(c), dir: dir, calls: true})
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
	if c.Isolation == ingest.IsolationProcess {
		return p, nil
	}
	p.patience = e.opts.startTimeout()
	if err := p.prepare(ctx, c); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// prepare imports the team's modules and runs its setup. Whatever goes wrong in it
// is the harness's: no input has been touched yet.
func (p *Process) prepare(ctx context.Context, c ingest.Call) error {
	answer, err := p.exchange(ctx, importRequest{"import", prepareOf(c)})
	py := p.Interpreter.Version
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case errors.Is(err, errNoAnswer):
		return harness(codeImportTimeout, py, fmt.Sprintf("import %s: %v", firstModule(c), err), importTimeoutHint)
	case err != nil:
		return harness(codeImportCrash, py, fmt.Sprintf("import %s: %v", firstModule(c), err), importCrashHint)
	}
	var h struct {
		remoteHarness
		Threads []string
	}
	if err := json.Unmarshal(answer, &h); err != nil {
		return harness(codeGarbage, py, err.Error(), "")
	}
	p.threads = h.Threads
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
