package interp

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

const (
	importTimeoutHint = "importing the module and its setup must not wait for anything"
	importCrashHint   = "importing the module and its setup must not end the process"
)

// callWatch reads what a child says beside its rows and judges how it ended.
type callWatch struct {
	call    ingest.Call
	work    *workspace
	timeout time.Duration

	rec   ingest.Recording
	order []*int // the counts of what rec holds, in the order in which it was told
	stage string // "import", "prepared", "call", "collect"
	// record is where the fault was raised, if there was one; see ingest.Fault.
	record int
	alone  bool // nothing that the call has started is left
}

// control reads a line "#word {json}".
func (c *callWatch) control(s *stream, line []byte) {
	word, rest, _ := strings.Cut(string(line), " ")
	var err error
	switch word {
	case "prepared", "call", "collect":
		c.stage = word
	case "end":
		s.complete = true
	case "open":
		err = c.open(s.p, rest)
	case "csv":
		err = c.csv(s.p, rest)
	case "used":
		err = c.used(rest)
	case "seen":
		err = c.seen(rest)
	case "harness":
		var h remoteHarness
		if err = json.Unmarshal([]byte(rest), &h); err == nil && h.Code != "" {
			s.setErr(h.error(s.p.Interpreter.Version))
		}
	default:
		err = errGarbage
	}
	if err != nil {
		s.setErr(harness(codeGarbage, s.p.Interpreter.Version, fmt.Sprintf("read rows: garbage %.40q in the answer", line), ""))
	}
}

// frame is ingest.Frame as the runner writes it, null for none.
type frame struct {
	File     string
	Line     int
	Function string
}

func (f *frame) frame() ingest.Frame {
	if f == nil {
		return ingest.Frame{}
	}
	return ingest.Frame(*f)
}

// remembered parses a line, unless the process has said the same before: most calls of
// it do. The line is short, and few are kept.
func remembered[T any](p *Process, line string, parse func(string) (T, error)) (T, error) {
	if v, ok := p.said[line].(T); ok {
		return v, nil
	}
	v, err := parse(line)
	if err == nil {
		if p.said == nil || len(p.said) >= 64 {
			p.said = map[string]any{}
		}
		p.said[line] = v
	}
	return v, err
}

func (c *callWatch) open(p *Process, line string) error {
	o, err := remembered(p, line, parseOpened)
	if err != nil {
		return err
	}
	c.rec.Opens, c.order = append(c.rec.Opens, &o), append(c.order, &o.Count)
	return nil
}

func parseOpened(line string) (opened ingest.Opened, err error) {
	var o struct {
		Function, Path, Mode      string
		Input                     bool
		Encoding, Errors, Newline *string
		Frame                     *frame
	}
	err = json.Unmarshal([]byte(line), &o)
	return ingest.Opened{
		Function: o.Function, Path: o.Path, Input: o.Input, Mode: o.Mode,
		Encoding: o.Encoding, Errors: o.Errors, Newline: o.Newline, Frame: o.Frame.frame(), Count: 1,
	}, err
}

func (c *callWatch) csv(p *Process, line string) error {
	use, err := remembered(p, line, parseCSVUse)
	if err != nil {
		return err
	}
	c.rec.CSV, c.order = append(c.rec.CSV, &use), append(c.order, &use.Count)
	return nil
}

func parseCSVUse(line string) (use ingest.CSVUse, err error) {
	var u struct {
		Function, Source, Encoding, Errors string
		Dialect                            [][2]string
		Limit                              int64
		Frame                              *frame
	}
	if err := json.Unmarshal([]byte(line), &u); err != nil {
		return use, err
	}
	use = ingest.CSVUse{
		Function: u.Function, FieldLimit: u.Limit, Source: u.Source, Encoding: u.Encoding, Errors: u.Errors,
		Frame: u.Frame.frame(), Count: 1,
	}
	for _, o := range u.Dialect {
		v, err := wire.ParseValue([]byte(o[1]))
		if err != nil {
			return use, err
		}
		use.Dialect = append(use.Dialect, ingest.DialectOption{Name: o[0], Value: v})
	}
	return use, nil
}

func (c *callWatch) used(line string) error {
	var u struct {
		Neutral  ingest.Neutral
		Function string
		Frame    *frame
		Sealed   *string // hex
	}
	if err := json.Unmarshal([]byte(line), &u); err != nil {
		return err
	}
	used := &ingest.Used{Neutral: u.Neutral, Function: u.Function, Frame: u.Frame.frame(), Count: 1}
	if u.Sealed != nil {
		var err error
		if used.Sealed, err = hex.DecodeString(*u.Sealed); err != nil {
			return err
		}
	}
	c.rec.Used, c.order = append(c.rec.Used, used), append(c.order, &used.Count)
	return nil
}

func (c *callWatch) seen(line string) error {
	var seen struct {
		Records, Record int
		Counts          []int
		Frame           *frame
	}
	if err := json.Unmarshal([]byte(line), &seen); err != nil {
		return err
	}
	c.rec.Records, c.rec.Frame, c.record = seen.Records, seen.Frame.frame(), seen.Record
	for i, n := range seen.Counts {
		if i < len(c.order) {
			*c.order[i] = n
		}
	}
	return nil
}

// end judges how a child ended that did not say so itself.
func (c *callWatch) end(s *stream, payload []byte) {
	var e struct {
		Status  int
		Stopped string // "timeout" or "processes"
		Alone   bool
	}
	py := s.p.Interpreter.Version
	if err := json.Unmarshal(payload, &e); err != nil {
		s.setErr(harness(codeGarbage, py, err.Error(), ""))
	}
	c.alone = e.Alone
	if c.violation(s) {
		return
	}
	if s.fault != nil {
		s.fault.Record, s.fault.Where = c.record, c.rec.Frame
	}
	if s.complete || s.fault != nil || s.err != nil {
		return
	}
	s.pending = nil // the beginning of a row that never became one
	switch {
	case e.Status == childFailed && e.Stopped == "":
		s.setErr(harness(codeGarbage, py, "run the call: "+s.p.tail.lastLine(), "this is a defect of feedparity"))
	case e.Status == pipeClosed && e.Stopped == "":
		s.setErr(harness(codePipe, py, "read rows: the code closed file descriptors that it did not open", ""))
	default:
		class, msg := c.death(e.Status, e.Stopped)
		c.stopped(s, class, msg)
	}
}

// death words how a process ended before it was done.
func (c *callWatch) death(status int, stopped string) (class, msg string) {
	switch {
	case stopped == "timeout":
		return ingest.FaultTimeout, fmt.Sprintf("stopped after %v", c.timeout)
	case stopped == "processes":
		return ingest.FaultProcesses, "made too many processes"
	case status < 0:
		return ingest.FaultCrash, fmt.Sprintf("killed by signal %d (%v)", -status, syscall.Signal(-status))
	}
	return ingest.FaultCrash, fmt.Sprintf("exited with status %d", status)
}

// stopped makes a process's death the outcome of the call, or a harness error where
// it was not the call that was under way.
func (c *callWatch) stopped(s *stream, class, msg string) {
	py := s.p.Interpreter.Version
	switch {
	case class == ingest.FaultTimeout && len(c.rec.Threads) > 0:
		s.setErr(harness(codeThreads, py, fmt.Sprintf("call %s: %s; importing it has started threads that a call does not have: %s", c.call.Function, msg, strings.Join(c.rec.Threads, ", ")),
			"isolation: process imports the module anew for each delivery, with its threads"))
	case c.stage == "call":
		s.fault = &ingest.Fault{Type: class, Message: msg, Row: s.rows + 1}
	case c.stage == "collect":
		s.setErr(harness(codeCollect, py, fmt.Sprintf("collect %s: %s", c.call.Collect, msg), "collect must only read what the call has left"))
	case c.stage == "prepared":
		s.setErr(harness(codeFactory, py, fmt.Sprintf("make the object of %s: %s", c.call.Function, msg), "factory must only make the object"))
	case class == ingest.FaultTimeout:
		s.setErr(harness(codeImportTimeout, py, fmt.Sprintf("import %s: %s", firstModule(c.call), msg), importTimeoutHint))
	default:
		s.setErr(harness(codeImportCrash, py, fmt.Sprintf("import %s: %s", firstModule(c.call), msg), importCrashHint))
	}
}

// firstModule is the module that is imported first.
func firstModule(c ingest.Call) string {
	function := c.Function
	if c.Factory != "" {
		function = c.Factory
	}
	module, _, _ := strings.Cut(function, ":")
	return module
}

// effectHints say what to do about something that a call must not do.
var effectHints = map[string]string{
	"effect-write":      "let it write below tempfile.gettempdir(), or name the directory: effects: {sandbox: [DIR]}",
	"effect-connection": "replace the connection in the adapter, or permit it: effects: {allow: [HOST:PORT]}",
	"effect-program":    "replace the program in the adapter, or permit it: effects: {allow: [subprocess]}",
	"effect-signal":     "let it signal its own processes alone",
	"effect-commit":     "let the code not end transactions by itself, or have the database's file restored: effects: {sandbox: [DIR]}",
	"effect-database":   "name a test database: effects: {rollback: NAME}",
}

// violation reports whether the call did what it must not, whatever else it did. One
// that made too many processes was stopped, which is an outcome.
func (c *callWatch) violation(s *stream) bool {
	data, err := os.ReadFile(filepath.Join(c.work.root, "violation"))
	if errors.Is(err, os.ErrNotExist) {
		return false
	}
	var v struct {
		Code, What string
		Frame      *frame
	}
	if err != nil || json.Unmarshal(data, &v) != nil {
		s.err = harness(codeGarbage, s.p.Interpreter.Version, "read what the call did: its folder was changed", "")
		return true
	}
	s.pending, c.rec.Frame = nil, v.Frame.frame()
	if v.Code == ingest.FaultProcesses {
		s.fault = &ingest.Fault{Type: ingest.FaultProcesses, Message: v.What, Row: s.rows + 1, Where: c.rec.Frame}
		s.err = nil
		return true
	}
	msg := fmt.Sprintf("call %s: it %s", c.call.Function, v.What)
	if v.Frame != nil {
		msg += fmt.Sprintf(" (%s)", c.rec.Frame)
	}
	s.fault, s.err = nil, harness(v.Code, s.p.Interpreter.Version, msg, effectHints[v.Code])
	return true
}
