package interp_test

import (
	"errors"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// TestPrepareConfirm: whatever can go wrong before the first input has its code, and
// what is well says which interpreter it is.
func TestPrepareConfirm(t *testing.T) {
	dir := team(t, map[string]string{
		"good.py": "def rows(path): return []\ndef up(): raise ValueError('x')\n",
		"bad.py":  "import nowhere_to_be_found\n",
	})
	process := func(c *ingest.Call) { c.Isolation = ingest.IsolationProcess }
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if v := p.Interpreter.Version; v != ingest.Python27 && v != ingest.Python313 {
			return // what differs between them is told by other tests
		}
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		for _, tt := range []struct {
			why, function string
			edit          func(*ingest.Call)
			code          string
		}{
			{"well", "good:rows", nil, ""},
			{"a process each", "good:rows", process, ""},
			{"no module", "bad:rows", nil, "import-error"},
			{"no module, a process each", "bad:rows", process, "import-error"},
			{"setup raises", "good:rows", func(c *ingest.Call) { c.Setup = "good:up" }, "setup-failed"},
			{"no interpreter", "good:rows", func(c *ingest.Call) { c.Python = "/nowhere/python" }, "no-interpreter"},
		} {
			c := *callInput(p, dir, tt.function).Call
			if tt.edit != nil {
				tt.edit(&c)
			}
			got, err := e.Prepare(t.Context(), c)
			var h *ingest.HarnessError
			switch {
			case tt.code == "" && (err != nil || got.Full != p.Interpreter.Full):
				t.Errorf("%s: %+v, %v", tt.why, got, err)
			case tt.code != "" && (!errors.As(err, &h) || h.Code != tt.code):
				t.Errorf("%s: %v, want %s", tt.why, err, tt.code)
			}
		}
	})
}
