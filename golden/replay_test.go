package golden

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// fakeEngine gives each path the outcome it is told to.
type fakeEngine struct {
	outcomes [2]ingest.Outcome
	err      error
	calls    [2]string // what it was asked to call
}

func (e *fakeEngine) Ingest(_ context.Context, in ingest.Input) (ingest.Rows, error) {
	p := in.Settings.Python.Path()
	if in.Call != nil {
		e.calls[p] = in.Call.Python + " " + in.Call.Function
	}
	return e.outcomes[p].Stream(), e.err
}

func TestReplayStatus(t *testing.T) {
	a, b, third := outcome(t, `["a"]`), outcome(t, `["b"]`), outcome(t, `["c"]`)
	fault := outcome(t, `{"fault":{"type":"ValueError","message":"x","row":1}}`)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name     string
		state    State
		expires  string
		now      [2]ingest.Outcome // recorded: a and b
		want     Status
		ok, okIn bool // passes; passes in a strict replay
	}{
		{"open and diverges", Open, "", [2]ingest.Outcome{a, b}, OK, true, true},
		{"open and agrees", Open, "", [2]ingest.Outcome{a, a}, NowAgrees, true, false},
		{"open, py3 does something else", Open, "", [2]ingest.Outcome{a, third}, Changed, false, false},
		{"open, py2 raises", Open, "", [2]ingest.Outcome{fault, b}, Changed, false, false},
		{"accepted and diverges", Accepted, "2026-11-23", [2]ingest.Outcome{a, b}, OK, true, true},
		{"accepted and agrees", Accepted, "", [2]ingest.Outcome{b, b}, NowAgrees, true, false},
		{"accepted too long", Accepted, "2026-11-21", [2]ingest.Outcome{a, b}, Expired, false, false},
		{"fixed and agrees", Fixed, "", [2]ingest.Outcome{third, third}, OK, true, true},
		{"fixed and diverges", Fixed, "", [2]ingest.Outcome{a, b}, DoesRegress, false, false},
		{"fixed and both raise the same", Fixed, "", [2]ingest.Outcome{fault, fault}, OK, true, true},
		{"regressed and diverges", Regressed, "", [2]ingest.Outcome{a, b}, OK, true, true},
		{"regressed and agrees", Regressed, "", [2]ingest.Outcome{a, a}, NowAgrees, true, false},
		{"obsolete", Obsolete, "", [2]ingest.Outcome{a, a}, NotRun, true, true},
	}
	for _, tt := range tests {
		c := fullCase(t)
		c.Compare = ingest.Comparison{}
		c.State, c.Expires, c.Accepts, c.Outcomes = tt.state, tt.expires, ingest.Narrow{}, [2]ingest.Outcome{a, b}
		got := Replay(context.Background(), &fakeEngine{outcomes: tt.now}, c, ReplayOptions{Now: now})
		if got.Status != tt.want || got.Err != nil {
			t.Errorf("%s: %q (%s), %v; want %q", tt.name, got.Status, got.Detail, got.Err, tt.want)
		}
		if got.Status.Failed(false) == tt.ok || got.Status.Failed(true) == tt.okIn {
			t.Errorf("%s: status %q fails a replay otherwise than it should", tt.name, got.Status)
		}
	}
}

func TestReplayDictOrder(t *testing.T) {
	c := fullCase(t)
	c.Compare, c.State, c.Cause = ingest.Comparison{}, Open, "dict-order"
	c.Outcomes = [2]ingest.Outcome{outcome(t, `{"dict":[["b","1"],["a","2"]]}`), outcome(t, `{"dict":[["a","2"],["b","1"]]}`)}
	if got := Replay(context.Background(), &fakeEngine{outcomes: c.Outcomes}, c, ReplayOptions{}); got.Status != OK || !got.Compared.Diverges {
		t.Errorf("%+v", got)
	}
}

func TestReplayHarness(t *testing.T) {
	c := fullCase(t)
	broken := &ingest.HarnessError{Code: "no-interpreter", Msg: "no python 3.10"}
	got := Replay(context.Background(), &fakeEngine{err: broken}, c, ReplayOptions{})
	if got.Status != NotCompared || !errors.Is(got.Err, broken) || !got.Status.Failed(false) {
		t.Errorf("%+v", got)
	}
}

func TestReplayCalls(t *testing.T) {
	c := fullCase(t)
	c.Calls = [2]string{"adapters:acme", "adapters:acme3"}
	eng := &fakeEngine{outcomes: c.Outcomes}
	if got := Replay(context.Background(), eng, c, ReplayOptions{}); got.Status != NotCompared {
		t.Errorf("without the feed's calls: %+v", got)
	}
	o := ReplayOptions{Calls: [2]*ingest.Call{{Python: "p2", Function: "x:y"}, {Python: "p3"}}}
	if got := Replay(context.Background(), eng, c, o); got.Status == NotCompared || eng.calls != [2]string{"p2 adapters:acme", "p3 adapters:acme3"} {
		t.Errorf("%+v called %v", got, eng.calls)
	}
	if o.Calls[0].Function != "x:y" {
		t.Error("the feed's call was changed")
	}
}

func TestFirstDifference(t *testing.T) {
	tests := []struct {
		name     string
		py2, py3 []string
		want     Difference
	}{
		{"a cell", []string{`["h"]`, `["a","b"]`}, []string{`["h"]`, `["a","c"]`}, Difference{2, 2}},
		{"py3 raises", []string{`["h"]`, `["a"]`}, []string{`["h"]`, `{"fault":{"type":"E","message":"","row":2}}`}, Difference{2, 0}},
		{"both raise", []string{`["h"]`, `{"fault":{"type":"E","message":"","row":2}}`}, []string{`{"fault":{"type":"E","message":"","row":1}}`}, Difference{1, 0}},
		{"a row more", []string{`["h"]`}, []string{`["h"]`, `["x"]`}, Difference{2, 0}},
		{"a row less", []string{`["h"]`, `["x"]`}, []string{`["h"]`}, Difference{2, 0}},
		{"none", []string{`["h"]`}, []string{`["h"]`}, Difference{}},
	}
	for _, tt := range tests {
		c := &Case{}
		got, err := c.compare([2]ingest.Outcome{outcome(t, tt.py2...), outcome(t, tt.py3...)})
		if err != nil || got.First != tt.want {
			t.Errorf("%s: %+v, %v; want %+v", tt.name, got.First, err, tt.want)
		}
	}
}
