package fuzz

import (
	"strings"
	"testing"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// TestLineConfirm judges the whole embedded engine: generated deliveries under
// generated Settings must have, to the byte, the outcome they have in CPython.
func TestLineConfirm(t *testing.T) { confirmLayer(t, Layers[0], 25_000) }

// TestLayersConfirm does so with cases that are about single layers.
func TestLayersConfirm(t *testing.T) {
	for _, l := range Layers[1:] {
		if l.ask == nil {
			l.Name = "ingest" // those layers are judged closer by their own packages
		}
		confirmLayer(t, l, 2_500)
	}
}

func confirmLayer(t *testing.T, l Layer, cases int) {
	t.Helper()
	const batch = 400
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		total, done, bad := interptest.Cases(cases), 0, 0
		for done < total && bad <= 20 { // what is wrong is clear by then
			n := min(batch, total-done)
			found, err := l.Confirm(t.Context(), embedded.New(), p, p.Interpreter.Version, uint64(done), n)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range found {
				t.Error(m)
			}
			done, bad = done+n, bad+len(found)
		}
		interptest.Record(t, l.Name, p, done, bad)
	})
}

// TestConfirm: an engine is not confirmed by itself with a fault, and every layer
// is about what its name says.
func TestConfirm(t *testing.T) {
	for _, l := range Layers {
		for _, py := range []ingest.Python{ingest.Python27, ingest.Python313} {
			found, err := l.Confirm(t.Context(), embedded.New(), fuzztest.Models{}, py, 7, 200)
			if err != nil || len(found) > 0 {
				t.Errorf("%s %s: the models against themselves: %v, %v", l.Name, py, found, err)
			}
			found, err = l.Confirm(t.Context(), fuzztest.Faultless{Engine: embedded.New()}, fuzztest.Models{}, py, 7, 200)
			if err != nil || len(found) < 5 {
				t.Fatalf("%s %s: an engine without faults has %d mismatches, %v", l.Name, py, len(found), err)
			}
			said := found[0].Settings.String()
			if l.ask != nil {
				said = found[0].Question.String()
			}
			if s := found[0].String(); !strings.Contains(s, said) || !strings.Contains(s, "fault") {
				t.Errorf("a mismatch is shown as %s", s)
			}
			for _, m := range found {
				s := m.Settings
				if l.Name == "cell" && len(s.Clean)+len(s.Types) == 0 || l.Name == "dictreader" && s.Reader != ingest.DictReader || l.Name == "text" && len(s.Types) > 0 {
					t.Errorf("%s draws %s", l.Name, s)
				}
			}
		}
	}
}
