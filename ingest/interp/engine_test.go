package interp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

func TestNoInterpreter(t *testing.T) {
	e := interp.NewEngine(interp.Options{Interpreters: []interp.Interpreter{{Path: "/x", Version: ingest.Python{Major: 3, Minor: 8}, Full: "3.8.18"}}})
	defer e.Close()
	_, err := run(t.Context(), e, input("a", ingest.DefaultSettings(ingest.Python27)))
	var h *ingest.HarnessError
	if !errors.As(err, &h) || h.Code != "no-interpreter" || h.Msg != "find python 2.7: found 3.8.18" || h.Hint == "" {
		t.Errorf("error %v", err)
	}
}

func TestSettingsNoPythonIsAsked(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		for want, change := range map[string]func(*ingest.Settings){
			"settings are for python 9.9": func(s *ingest.Settings) { s.Python = ingest.Python{Major: 9, Minor: 9} },
			"open mode":                   func(s *ingest.Settings) { s.Open = "nope" },
			"unknown step":                func(s *ingest.Settings) { s.Clean = []ingest.Step{"__class__"} },
			`column "a": convert cell`:    func(s *ingest.Settings) { s.Types = []ingest.ColumnType{{Column: "a", Type: "date"}} },
		} {
			s := ingest.DefaultSettings(p.Interpreter.Version)
			change(&s)
			if _, err := p.Batch(t.Context(), []ingest.Input{input("a", s)}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %s", err, want)
			}
		}
		if !p.Alive() {
			t.Error("bad settings cost the process")
		}
	})
}

// TestStreamConfirm reads more than the pipe carries at once: from memory, from
// a file, to the end and only in part.
func TestStreamConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{Interpreters: []interp.Interpreter{p.Interpreter}})
		defer e.Close()
		line := "sku-1,12.50,a description that goes on\n"
		in := input(strings.Repeat(line, 60000)+"\"open", ingest.DefaultSettings(p.Interpreter.Version))
		o, err := run(t.Context(), e, in)
		if err != nil || len(o.Rows) != 60001 || o.Fault != nil || len(o.Rows[59999].Value.Items) != 3 {
			t.Fatalf("%d rows, fault %v, %v", len(o.Rows), o.Fault, err)
		}
		in.File = filepath.Join(t.TempDir(), "x.csv")
		if err := os.WriteFile(in.File, []byte(strings.Repeat(line, 60000)), 0o600); err != nil {
			t.Fatal(err)
		}
		in.Data = nil
		rows, err := e.Ingest(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := rows.Next(); !ok {
			t.Error("no first row")
		}
		rows.Close()
		if o, err := run(t.Context(), e, in); err != nil || len(o.Rows) != 60000 {
			t.Errorf("after a stream that was closed early: %d rows, %v", len(o.Rows), err)
		}
	})
}

// importCases are modules that keep a call from being run at all.
var importCases = []struct{ module, source, code, message string }{
	{"missing", "", "import-error", "import missing: "},
	{"syntax", "def f(path:\n", "import-error", "import syntax: SyntaxError: invalid syntax"},
	{"raising", "raise ValueError('not\\nnow')\n", "import-error", "ValueError: not now ("},
	{"exiting", "import sys\nsys.exit(3)\n", "import-error", "SystemExit: 3"},
	{"crashing", "import os\nos._exit(3)\n", "import-crash", "died (exit status 3)"},
	{"garbage", "import os\nos.write(4, b'\\0\\0\\0\\0garbage')\n", "import-crash", "garbage on the protocol pipe"},
	{"unlucky", "import nowhere.to_be_found\n", "import-error", "import unlucky: "},
}

func TestImportConfirm(t *testing.T) {
	files := map[string]string{"noisy.py": "print('x' * 100000)\ndef f(path):\n    return [1]\n", "hanging.py": "while True:\n    pass\n"}
	for _, c := range importCases {
		if c.source != "" {
			files[c.module+".py"] = c.source
		}
	}
	dir := team(t, files)
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		for _, c := range importCases {
			_, err := run(t.Context(), e, callInput(p, dir, c.module+":f"))
			var h *ingest.HarnessError
			if !errors.As(err, &h) || h.Code != c.code || !strings.Contains(h.Msg, c.message) && c.module != "syntax" || h.Path != p.Interpreter.Version.Path() {
				t.Errorf("%s: error %v, want %s %s", c.module, err, c.code, c.message)
			}
		}
		if o, err := run(t.Context(), e, callInput(p, dir, "noisy:f")); err != nil || oneLine(o) != `{"int":"1"}` {
			t.Errorf("a module that prints: %v, %v", o, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if _, err := run(ctx, e, callInput(p, dir, "hanging:f")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a module that hangs, cancelled: %v", err)
		}
	})
}

func TestStartFaults(t *testing.T) {
	dir := team(t, map[string]string{"adapters.py": adapters})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		for code, change := range map[string]func(*ingest.Call){
			"wrong-version":      func(c *ingest.Call) { c.Version = ingest.Python{Major: 3, Minor: 99} },
			"no-interpreter":     func(c *ingest.Call) { c.Python = "/nowhere/python" },
			"interpreter-failed": func(c *ingest.Call) { c.Dir = "/nowhere" },
		} {
			in := callInput(p, dir, "adapters:rows")
			change(in.Call)
			_, err := run(t.Context(), e, in)
			if h := new(ingest.HarnessError); !errors.As(err, &h) || h.Code != code {
				t.Errorf("error %v, want %s", err, code)
			}
		}
	})
}

// leftover is a module that leaves a process behind in a session of its own, which
// tells its number at $PORT.
const leftover = `import os, socket, time
def leave(path):
    r, w = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            s = socket.create_connection(('127.0.0.1', int(os.environ['PORT'])))
            s.sendall(str(os.getpid()).encode() + b'\n')
            os.write(w, b'x')
            time.sleep(600)
        os._exit(0)
    os.read(r, 1)
    return [1]
def wait(path):
    yield leave(path)
    time.sleep(600)
`

// numbers receives what is left behind.
type numbers struct{ *net.TCPListener }

func listen(t *testing.T) numbers {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return numbers{l.(*net.TCPListener)}
}

func (n numbers) port() string { return fmt.Sprint(n.Addr().(*net.TCPAddr).Port) }

// next returns the number of the next process that was left, 0 if there is none in
// that time.
func (n numbers) next(d time.Duration) (pid int) {
	n.SetDeadline(time.Now().Add(d))
	c, err := n.Accept()
	if err != nil {
		return 0
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(d))
	fmt.Fscanln(c, &pid)
	return pid
}

func (n numbers) gone(t *testing.T) {
	t.Helper()
	pid := n.next(10 * time.Second)
	if pid == 0 {
		t.Fatal("no process was left")
	}
	ended(t, pid)
}

func ended(t *testing.T, pid int) {
	t.Helper()
	for range 100 {
		if syscall.Kill(pid, 0) == syscall.ESRCH || isZombie(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	syscall.Kill(pid, syscall.SIGKILL)
	t.Errorf("process %d outlived the call", pid)
}

// isZombie reports whether a process has ended and only its parent has not asked
// yet: an orphan's is process 1, which on some machines takes seconds.
func isZombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, state, ok := strings.Cut(string(stat), ") ") // the name before it may hold anything
	return err == nil && ok && strings.HasPrefix(state, "Z")
}

func TestNothingOutlivesACall(t *testing.T) {
	dir := team(t, map[string]string{"leftover.py": leftover})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{Timeout: 20 * time.Second})
		defer e.Close()
		in := callInput(p, dir, "leftover:leave")
		left := listen(t)
		in.Call.Env = map[string]string{"PORT": left.port()}
		in.Call.Effects.Allow = []string{"127.0.0.1:" + left.port()}
		if o, err := run(t.Context(), e, in); err != nil || oneLine(o) != `{"int":"1"}` {
			t.Fatalf("%v, %v", o, err)
		}
		left.gone(t)

		in.Call.Function = "leftover:wait"
		ctx, cancel := context.WithCancel(t.Context())
		rows, err := e.Ingest(ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := rows.Next(); !ok {
			t.Error("no first row")
		}
		start := time.Now()
		cancel()
		if _, ok := rows.Next(); ok {
			t.Error("a row after the cancel")
		}
		if _, err := rows.Fault(); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		rows.Close()
		if d := time.Since(start); d > 8*time.Second {
			t.Errorf("cancelling took %v", d)
		}
		left.gone(t)

		// Cancelled before anything was read: the call may not even have begun, or it
		// may have left its process in a session of its own already.
		for i := range 5 {
			ctx, cancel = context.WithCancel(t.Context())
			if rows, err = e.Ingest(ctx, in); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(i*10) * time.Millisecond)
			cancel()
			rows.Close()
			for pid := left.next(50 * time.Millisecond); pid != 0; pid = left.next(50 * time.Millisecond) {
				ended(t, pid)
			}
		}
	})
}

// TestEarlyClose stops reading an endless call that has filled the pipes.
func TestEarlyClose(t *testing.T) {
	dir := team(t, map[string]string{"endless.py": "def rows(path):\n    while True:\n        yield ['x' * 1000]\n"})
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		rows, err := e.Ingest(t.Context(), callInput(p, dir, "endless:rows"))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := rows.Next(); !ok {
			t.Error("no first row")
		}
		time.Sleep(100 * time.Millisecond)
		start := time.Now()
		rows.Close()
		if d := time.Since(start); d > 1900*time.Millisecond {
			t.Errorf("closing took %v", d)
		}
	})
}

// TestNoLeaks runs many requests at once and looks for what they left.
func TestNoLeaks(t *testing.T) {
	dir := team(t, map[string]string{"adapters.py": adapters})
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		before := countFiles(t, "/proc/self/fd")
		e := interp.NewEngine(interp.Options{Timeout: 20 * time.Second})
		var wg sync.WaitGroup
		for worker := range 4 {
			wg.Go(func() {
				for n := range 10 {
					in := callInput(p, dir, []string{"adapters:rows", "adapters:exits", "adapters:integer"}[n%3])
					if worker == 0 {
						in = input("a\n", ingest.DefaultSettings(p.Interpreter.Version))
					}
					run(t.Context(), e, in) // what comes of it others judge
				}
			})
		}
		wg.Wait()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if after := countFiles(t, "/proc/self/fd"); after > before {
			t.Errorf("%d descriptors before, %d after", before, after)
		}
		children, _ := filepath.Glob("/proc/self/task/*/children")
		for _, c := range children {
			if text, _ := os.ReadFile(c); len(bytes.Fields(text)) > 1 { // the judge's own process
				t.Errorf("children left: %s", text)
			}
		}
		if n := countFiles(t, tmp); n > 0 {
			t.Errorf("%d files left in the temporary directory", n)
		}
	})
}

func countFiles(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
