package interp

import (
	"strings"
	"testing"

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
		for _, p := range e.pools.idle[i.Path] {
			killGroup(p.cmd.Process.Pid)
		}
	}
}
