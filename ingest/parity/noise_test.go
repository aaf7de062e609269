package parity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// team stands for interpreters that run a team's code: a value per column and path,
// made of the circumstances of the call and of how many were made before.
type team struct {
	calls   int
	repeats int
	columns map[string]func(path ingest.Path, r ingest.Repeat, n int) ingest.Value
	fault   func(path ingest.Path, r ingest.Repeat) *ingest.Fault
	broken  bool // cannot tell another time
}

func (e *team) Ingest(_ context.Context, in ingest.Input) (ingest.Rows, error) {
	path, r := in.Settings.Python.Path(), in.Call.Repeat
	e.calls++
	if r != (ingest.Repeat{}) {
		e.repeats++
		if e.broken {
			return nil, &ingest.HarnessError{Code: "import-error", Path: path, Msg: "no clock"}
		}
	}
	row := ingest.Value{Kind: ingest.KindDict}
	for _, name := range []string{"sku", "price", "keywords", "bucket", "imported", "token", "object"} {
		if make := e.columns[name]; make != nil {
			row.Items = append(row.Items, ingest.Text(name), make(path, r, e.calls))
		}
	}
	out := ingest.Outcome{Rows: []ingest.Row{{Value: row, Offset: -1}}}
	if e.fault != nil {
		if out.Fault = e.fault(path, r); out.Fault != nil {
			out.Rows = nil
		}
	}
	return out.Stream(), nil
}

type column = func(path ingest.Path, r ingest.Repeat, n int) ingest.Value

// The columns of a shop: two that mean something and four that vary.
var (
	sku   column = func(ingest.Path, ingest.Repeat, int) ingest.Value { return ingest.Text("A-1") }
	wrong column = func(p ingest.Path, _ ingest.Repeat, _ int) ingest.Value { return ingest.Text(p.String()) }
	// Only one of eleven seeds shows it.
	keywords column = func(p ingest.Path, r ingest.Repeat, _ int) ingest.Value {
		if p == ingest.Py2 || r.Seed == seeds {
			return ingest.List(ingest.Text("spade"), ingest.Text("hedge"))
		}
		return ingest.List(ingest.Text("hedge"), ingest.Text("spade"))
	}
	bucket column = func(p ingest.Path, r ingest.Repeat, _ int) ingest.Value {
		return ingest.Int(int64(100*int(p) + int(r.Seed)))
	}
	imported column = func(_ ingest.Path, r ingest.Repeat, n int) ingest.Value {
		if r.Clock.IsZero() {
			return ingest.Int(int64(n))
		}
		return ingest.Int(r.Clock.Unix())
	}
	object column = func(_ ingest.Path, _ ingest.Repeat, n int) ingest.Value {
		return ingest.Value{Kind: ingest.KindDict, Items: []ingest.Value{ingest.Text("price"), ingest.Text("2"), ingest.Text("token"), ingest.Int(int64(n))}}
	}
	token column = func(_ ingest.Path, _ ingest.Repeat, n int) ingest.Value { return ingest.Int(int64(n)) }
)

func (e *team) delivery(t *testing.T) (*Line, Delivery) {
	d := delivery("sku,price\r\nA-1,2\r\n", pair(t, "utf8"))
	d.Calls = [2]*ingest.Call{{Function: "shop:rows"}, {Function: "shop:rows"}}
	return &Line{Engine: embedded.New(), Calls: e}, d
}

func noiseOf(v View) string {
	var out []string
	for _, n := range v.Compare.Noise {
		out = append(out, n.String())
	}
	return strings.Join(out, ", ")
}

func TestNoise(t *testing.T) {
	type columns = map[string]column
	for _, tt := range []struct {
		name    string
		columns columns
		verdict ingest.Verdict
		noise   string
	}{
		{"none", columns{"sku": sku}, ingest.Parity, ""},
		{"hash-order", columns{"sku": sku, "keywords": keywords}, ingest.Parity, "keywords hash-order"},
		{"hash-value", columns{"sku": sku, "bucket": bucket}, ingest.Parity, "bucket hash-value"},
		{"clock", columns{"sku": sku, "imported": imported}, ingest.Parity, "imported clock"},
		{"state", columns{"sku": sku, "token": token}, ingest.Parity, "token state"},
		{"within an object", columns{"object": object}, ingest.Parity, "*.token state"},
		{"all at once", columns{"sku": sku, "keywords": keywords, "bucket": bucket, "imported": imported, "token": token}, ingest.Parity,
			"token state, imported clock, bucket hash-value, keywords hash-order"},
		{"beside a divergence", columns{"sku": sku, "price": wrong, "bucket": bucket}, ingest.Diverge, "bucket hash-value"},
		{"a divergence alone", columns{"sku": sku, "price": wrong}, ingest.Diverge, ""},
		{"nothing else", columns{"keywords": keywords, "token": token}, ingest.NotCompared, "token state, keywords hash-order"},
	} {
		e := &team{columns: tt.columns}
		l, d := e.delivery(t)
		for _, v := range check(t, l, d).Views {
			if v.Result.Verdict != tt.verdict || noiseOf(v) != tt.noise {
				t.Errorf("%s, %s: %s, noise %q; want %s, %q; %v", tt.name, v.View, v.Result.Verdict, noiseOf(v), tt.verdict, tt.noise, v.Err)
			}
			if v.Result.Verdict == ingest.Diverge && (len(v.Findings) == 0 || slices.ContainsFunc(v.Result.Columns, func(c diff.ColumnDiff) bool { return c.Column != "price" })) {
				t.Errorf("%s: findings %+v in %+v", tt.name, v.Findings, v.Result.Columns)
			}
			var h *ingest.HarnessError
			if tt.verdict == ingest.NotCompared && (!errors.As(v.Err, &h) || h.Code != "nothing-to-compare" || !strings.Contains(h.Msg, "keywords hash-order")) {
				t.Errorf("%s: %v", tt.name, v.Err)
			}
		}
	}
}

// TestNoiseIsAskedOnce: what agrees is not repeated, what is known is not looked for,
// and what was found stable in one view is not looked at in the other.
func TestNoiseIsAskedOnce(t *testing.T) {
	e := &team{columns: map[string]column{"sku": sku}}
	l, d := e.delivery(t)
	if check(t, l, d); e.repeats > 0 {
		t.Errorf("parity: %d repeats", e.repeats)
	}
	e = &team{columns: map[string]column{"sku": sku, "keywords": keywords}}
	l, d = e.delivery(t)
	d.Compare.Noise = []ingest.Noise{{Column: "keywords", Kind: ingest.NoiseHashOrder}}
	if r := check(t, l, d); e.repeats > 0 || r.Worst() != ingest.Parity || noiseOf(r.Views[1]) != "keywords hash-order" {
		t.Errorf("known noise: %d repeats, %s", e.repeats, r.Worst())
	}
	e = &team{columns: map[string]column{"sku": sku, "price": wrong}}
	l, d = e.delivery(t)
	if r := check(t, l, d); e.repeats != 2+2+2+seeds || r.Worst() != ingest.Diverge {
		t.Errorf("a divergence: %d repeats, %s", e.repeats, r.Worst())
	}
	e = &team{columns: map[string]column{"sku": sku, "keywords": keywords}}
	l, d = e.delivery(t)
	l.NoRepeats = true
	if r := check(t, l, d); e.repeats > 0 || r.Worst() != ingest.Diverge {
		t.Errorf("without repeats: %d repeats, %s", e.repeats, r.Worst())
	}
	// An exception hardly ever hangs on a hash.
	e = &team{columns: map[string]column{"sku": sku}, fault: func(p ingest.Path, _ ingest.Repeat) *ingest.Fault {
		if p == ingest.Py3 {
			return &ingest.Fault{Type: "ValueError", Row: 1}
		}
		return nil
	}}
	l, d = e.delivery(t)
	if r := check(t, l, d); e.repeats != 2+2+2+fewSeeds || r.Worst() != ingest.Diverge {
		t.Errorf("a fault: %d repeats, %s", e.repeats, r.Worst())
	}
}

// TestNoiseOfRows: where rows themselves come and go nothing is claimed, unless it is
// with the time of day alone, which both paths share.
func TestNoiseOfRows(t *testing.T) {
	fault := func(when bool) *ingest.Fault {
		if when {
			return &ingest.Fault{Type: "ValueError", Row: 1}
		}
		return nil
	}
	for _, tt := range []struct {
		kind    string
		verdict ingest.Verdict
		fault   func(p ingest.Path, r ingest.Repeat) *ingest.Fault
	}{
		{"hash-order", ingest.NotCompared, func(p ingest.Path, r ingest.Repeat) *ingest.Fault { return fault(p == ingest.Py3 && r.Seed == 0) }},
		{"state", ingest.NotCompared, func(p ingest.Path, r ingest.Repeat) *ingest.Fault { return fault(p == ingest.Py2 && r.Process != 1) }},
		{"", ingest.Diverge, func(p ingest.Path, r ingest.Repeat) *ingest.Fault {
			return fault(p == ingest.Py3 && r.Tick < 1000_000)
		}},
	} {
		e := &team{columns: map[string]column{"sku": sku}, fault: tt.fault}
		l, d := e.delivery(t)
		v := check(t, l, d).Views[0]
		var h *ingest.HarnessError
		if v.Result.Verdict != tt.verdict {
			t.Errorf("%s: %s, %v", tt.kind, v.Result.Verdict, v.Err)
		}
		if tt.verdict == ingest.NotCompared && (!errors.As(v.Err, &h) || h.Code != "noise" || !strings.Contains(h.Msg, tt.kind) || h.Hint == "") {
			t.Errorf("%s: %v", tt.kind, v.Err)
		}
	}
}

// TestNoiseNotLookedFor: repeats that cannot be made leave a divergence one, and say so.
func TestNoiseNotLookedFor(t *testing.T) {
	e := &team{columns: map[string]column{"sku": sku, "price": wrong}, broken: true}
	l, d := e.delivery(t)
	v := check(t, l, d).Views[0]
	if v.Result.Verdict != ingest.Diverge || len(v.Warnings) != 2 || !strings.Contains(fmt.Sprint(v.Warnings), "noise of py3 was not looked for in two processes: no clock (import-error)") {
		t.Errorf("%s, %q", v.Result.Verdict, v.Warnings)
	}
}
