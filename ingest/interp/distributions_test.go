package interp_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// TestDistributionsConfirm: what is on the path of a call is listed, with the
// interpreter, and nothing else is.
func TestDistributionsConfirm(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"six-1.16.0.dist-info", "unicodecsv-0.14.1-py2.7.egg-info", "six"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		e := interp.NewEngine(interp.Options{})
		defer e.Close()
		got, err := e.Distributions(t.Context(), ingest.Call{Python: p.Interpreter.Path, Version: p.Interpreter.Version, Env: map[string]string{"PYTHONPATH": dir}})
		mismatches := 0
		for _, want := range []string{"python-" + p.Interpreter.Full, "six-1.16.0.dist-info", "unicodecsv-0.14.1-py2.7.egg-info"} {
			if !slices.Contains(got, want) {
				mismatches++
				t.Errorf("%q, %v: no %s", got, err, want)
			}
		}
		if slices.Contains(got, "six") || !slices.IsSorted(got) {
			t.Errorf("%q", got)
		}
		interptest.Record(t, "interp-distributions", p, 3, mismatches)
		if _, err := e.Distributions(t.Context(), ingest.Call{Python: filepath.Join(dir, "none")}); err == nil {
			t.Error("an interpreter that is not there is no error")
		}
	})
}
