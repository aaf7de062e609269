package sweep

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// exampleFindings is what docs/examples/migration says of its deliveries: the
// verdict on either view, and why.
var exampleFindings = map[string]struct {
	raw, normalized ingest.Verdict
	cause           classify.Cause
	severity        ingest.Severity
}{
	"stock_bonn.csv":  {ingest.Parity, ingest.Parity, "", ingest.Info},
	"stock_porto.csv": {ingest.Diverge, ingest.Parity, classify.UndecodableBytes, ingest.Py3Fault},
	"stock_lyon.csv":  {ingest.Diverge, ingest.Diverge, classify.UnicodeWhitespace, ingest.Py2Fault},
	"stock_graz.csv":  {ingest.Diverge, ingest.Diverge, classify.NewlineInQuotes, ingest.Silent},
}

// example is the feed of docs/examples/migration, its new code run by p.
func example(t *testing.T, p *interp.Process) config.Feed {
	t.Helper()
	c, err := config.Load(filepath.Join("..", "..", "docs", "examples", "migration", config.DefaultFile))
	if err != nil {
		t.Fatal(err)
	}
	f, err := c.Feed("stock")
	if err != nil {
		t.Fatal(err)
	}
	call := *f.Calls[ingest.Py3]
	call.Python, call.Version = p.Interpreter.Path, p.Interpreter.Version
	f.Calls[ingest.Py3] = &call
	return f
}

// onEachPython3 runs a test with the newest Python 3 that is found, with every one
// under "make confirm", if there is a 2.7 to compare with: the team's own code runs
// in milliseconds, and shrinking runs it a thousand times.
func onEachPython3(t *testing.T, f func(t *testing.T, p *interp.Process)) {
	found := interp.Find(t.Context())
	two := slices.ContainsFunc(found, func(i interp.Interpreter) bool { return i.Version == ingest.Python27 })
	if !two && !strings.Contains(os.Getenv("REQUIRE_PYTHON"), "2.7") {
		t.Skip("no python 2.7 found; REQUIRE_PYTHON=2.7,3.13 makes this a failure")
	}
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		v := p.Interpreter.Version
		if v.Path() == ingest.Py3 && (v == found[len(found)-1].Version || interptest.Cases(1000) >= 1000) {
			f(t, p)
		}
	})
}

// TestCallConfirm sweeps the team's own code of the example on real interpreters.
func TestCallConfirm(t *testing.T) {
	onEachPython3(t, func(t *testing.T, p *interp.Process) {
		w := newWorld(t, example(t, p))
		real := interp.NewEngine(interp.Options{})
		defer real.Close()
		w.line.Calls, w.line.MinimizeFor = real, time.Second
		res := w.clean()
		mismatches := 0
		for name, want := range exampleFindings {
			if err := w.shows(res.Feeds[0], name, want.raw, want.normalized, want.cause, want.severity); err != nil {
				t.Errorf("%s: %v\n%s", name, err, show(res))
				mismatches++
			}
		}
		interptest.Record(t, "sweep of the team's own code", p, len(exampleFindings), mismatches)
		before := w.snapshot()
		if res := w.clean(); len(res.Feeds[0].Deliveries) > 0 || w.snapshot() != before {
			t.Errorf("second night: %s", show(res))
		}
	})
}

// shows compares one delivery with what is expected of it.
func (w *world) shows(f Feed, name string, raw, normalized ingest.Verdict, cause classify.Cause, severity ingest.Severity) error {
	i := slices.IndexFunc(f.Deliveries, func(d Delivery) bool { return d.Name == name })
	if i < 0 {
		return errors.New("was not run")
	}
	v := f.Deliveries[i].Views
	if v[0].Verdict != raw || v[1].Verdict != normalized {
		return fmt.Errorf("verdicts %s, %s", v[0].Verdict, v[1].Verdict)
	}
	var found []Finding
	for _, one := range v[0].Findings {
		if one.Severity != ingest.Info { // the order of dicts
			found = append(found, one)
		}
	}
	switch {
	case cause == "" && len(found) == 0:
		return nil
	case len(found) != 1 || found[0].Cause != string(cause) || found[0].Severity != severity || !strings.HasSuffix(found[0].Signature, ":call/call"):
		return fmt.Errorf("findings %+v", found)
	}
	c, err := golden.Load(found[0].Case)
	if err != nil {
		return err
	}
	if c.Calls != [2]string{"stock:rows", "stock:rows"} || c.Filename != name || len(c.Input) > 134 {
		return fmt.Errorf("case %+v", c)
	}
	return nil
}

// TestCallHarnessConfirm: what keeps the team's code from being run or compared is
// no outcome: not-compared, and the sweep is not complete.
func TestCallHarnessConfirm(t *testing.T) {
	onEachPython3(t, func(t *testing.T, p *interp.Process) {
		for name, change := range map[string]func(*ingest.Call){
			"no such function":    func(c *ingest.Call) { c.Function = "stock:nosuch" },
			"no such module":      func(c *ingest.Call) { c.Function = "nosuch:rows" },
			"no such interpreter": func(c *ingest.Call) { c.Python = filepath.Join(t.TempDir(), "python") },
			"nothing to compare":  func(c *ingest.Call) { c.Function = "os.path:getsize" }, // returns a number
		} {
			f := example(t, p)
			f.Backfill = 1
			w := newWorld(t, f)
			change(f.Calls[ingest.Py3])
			real := interp.NewEngine(interp.Options{})
			w.line.Calls = real
			res := w.sweep()
			real.Close()
			if res.Failed() != 1 || len(w.cases()) != 0 {
				t.Errorf("%s: %s", name, show(res))
				continue
			}
			for _, v := range res.Feeds[0].Deliveries[0].Views {
				var harness *ingest.HarnessError
				if v.Verdict != ingest.NotCompared || !errors.As(v.Err, &harness) || harness.Path != ingest.Py3 || len(v.Findings) > 0 {
					t.Errorf("%s: %s %v (%d findings)", name, v.Verdict, v.Err, len(v.Findings))
				}
			}
		}
	})
}
