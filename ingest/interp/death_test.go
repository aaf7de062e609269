package interp

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// TestEngineReplacesTheDead kills an idle process behind the engine's back.
func TestEngineReplacesTheDead(t *testing.T) {
	found := Find(t.Context())
	if len(found) == 0 {
		t.Skip("no python found")
	}
	i := found[len(found)-1]
	e := NewEngine(Options{Interpreters: []Interpreter{i}})
	defer e.Close()
	in := ingest.Input{Name: "x.csv", Data: strings.NewReader("a"), Size: 1, Settings: ingest.DefaultSettings(i.Version)}
	for range 3 {
		rows, err := e.Ingest(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if o, err := ingest.Collect(rows); err != nil || len(o.Rows) != 1 {
			t.Fatalf("%v, %v", o, err)
		}
		for _, idle := range e.pools.idle {
			killGroup(idle.p.cmd.Process.Pid)
		}
	}
}

// TestStartWithoutHalfALibrary: an old virtualenv finds the standard library
// only with its site module, that is without -S.
func TestStartWithoutHalfALibrary(t *testing.T) {
	found := Find(t.Context())
	if len(found) == 0 {
		t.Skip("no python found")
	}
	i := found[0]
	wrapper := filepath.Join(t.TempDir(), "python")
	script(t, wrapper, `[ "$1" = -S ] && { echo "No module named json" >&2; exit 1; }
exec `+i.Path+` "$@"`)
	p, err := Start(t.Context(), Interpreter{Path: wrapper, Version: i.Version}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.Interpreter.Full != i.Full {
		t.Errorf("it is %s, not %s", p.Interpreter.Full, i.Full)
	}
	script(t, wrapper, "echo broken >&2; exit 3")
	if _, err := Start(t.Context(), Interpreter{Path: wrapper}, Options{}); err == nil || !strings.Contains(err.Error(), `exit status 3); it printed "broken"`) {
		t.Errorf("error %v", err)
	}
}

// TestImportTimeout: the module has as long as the start, whatever a call has.
func TestImportTimeout(t *testing.T) {
	found := Find(t.Context())
	if len(found) == 0 {
		t.Skip("no python found")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"hanging.py": "while True:\n    pass\n",
		"slow.py":    "import time\ntime.sleep(0.5)\ndef rows(path):\n    return [1]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := NewEngine(Options{Timeout: 200 * time.Millisecond, StartTimeout: 3 * time.Second})
	defer e.Close()
	in := ingest.Input{Name: "x.csv", Call: &ingest.Call{Function: "hanging:rows", Python: found[0].Path, Dir: dir}}
	_, err := e.Ingest(t.Context(), in)
	if h := new(ingest.HarnessError); !errors.As(err, &h) || h.Code != "import-timeout" {
		t.Errorf("a module that hangs: %v", err)
	}
	in.Call = &ingest.Call{Function: "slow:rows", Python: found[0].Path, Dir: dir}
	rows, err := e.Ingest(t.Context(), in)
	if err != nil {
		t.Fatalf("a module that is slow to import: %v", err)
	}
	rows.Close()
}
