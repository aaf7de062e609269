package classify_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// The second judge: on real CPythons every example of the table has the same
// findings as on the models, for every 3.x beside the table's own 3.13.
func TestClassifyConfirm(t *testing.T) {
	real := interp.NewEngine(interp.Options{})
	t.Cleanup(func() { real.Close() })
	found := interp.Find(t.Context())
	have27 := slices.ContainsFunc(found, func(i interp.Interpreter) bool { return i.Version == ingest.Python27 })
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		py := p.Interpreter.Version
		if py.Major == 2 || !have27 {
			return // 2.7 is judged beside every 3.x
		}
		n, wrong := 0, 0
		for _, e := range classify.Examples() {
			e.Pair.Py3.Python = py
			n++
			if !confirm(t, real, e) {
				wrong++
			}
		}
		interptest.Record(t, "classify", p, n, wrong)
	})
}

func confirm(t *testing.T, real ingest.Engine, e classify.Example) bool {
	t.Helper()
	if e.Pair.Py3.Python == ingest.Python313 {
		return check(t, real, e)
	}
	c := caseOf(e)
	model := classified(t, embedded.New(), c)
	judge := classified(t, real, c)
	if model != nil && !slices.Equal(model, judge) {
		t.Errorf("%s: %q on the model, %q on python %s", e.Why, model, judge, e.Pair.Py3.Python)
		return false
	}
	return true
}

// classified returns the signatures of a case, nil where the engine cannot run it.
func classified(t *testing.T, eng ingest.Engine, c classify.Case) []string {
	t.Helper()
	rows, err := eng.Ingest(context.Background(), ingest.Input{Name: c.Name, Data: c.Data, Size: c.Size, Settings: c.Py3})
	if errors.Is(err, embedded.ErrNotModelled) {
		return nil
	}
	if err == nil {
		rows.Close()
	}
	found, err := classify.Classify(t.Context(), eng, c, compare(t, eng, c))
	if err != nil {
		t.Fatal(err)
	}
	return signatures(found)
}
