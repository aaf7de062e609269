package golden

import (
	"context"
	"errors"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// TestRepeat: a model is held against the interpreter to the end of both, and what they
// disagree about is the first line at which they do.
func TestRepeat(t *testing.T) {
	text := func(s string) ingest.Row { return ingest.Row{Value: ingest.List(ingest.Text(s))} }
	raised := ingest.Faultf("ValueError", "no")
	two := ingest.Outcome{Rows: []ingest.Row{text("a"), text("b")}}
	died := &ingest.HarnessError{Code: "interpreter-died"}
	for _, c := range []struct {
		name        string
		model, real ingest.Outcome
		got, want   string
	}{
		{"the same", two, two, "", ""},
		{"nothing", ingest.Outcome{}, ingest.Outcome{}, "", ""},
		{"the same fault", ingest.Outcome{Fault: raised}, ingest.Outcome{Fault: raised}, "", ""},
		{"the last row", two, ingest.Outcome{Rows: []ingest.Row{text("a"), text("c")}}, "[\"b\"]\n", "[\"c\"]\n"},
		{"a row less", ingest.Outcome{Rows: two.Rows[:1]}, two, "", "[\"b\"]\n"},
		{"a row more", two, ingest.Outcome{Rows: two.Rows[:1]}, "[\"b\"]\n", ""},
		{"a fault", two, ingest.Outcome{Rows: two.Rows, Fault: raised}, "", "{\"fault\":{\"type\":\"ValueError\",\"message\":\"no\",\"row\":0}}\n"},
	} {
		j := Judge{Engine: gives{c.real, nil}, Full: func(ingest.Python) string { return "3.13.0" }}
		full, err := j.Repeat(t.Context(), gives{c.model, nil}, ingest.Input{})
		var model *ModelError
		if wrong := errors.As(err, &model); full != "3.13.0" || wrong != (c.got != c.want) || wrong && (model.Model != c.got || model.Real != c.want || model.Python != full) || !wrong && err != nil {
			t.Errorf("%s: on %q, %v, %+v", c.name, full, err, model)
		}
	}
	for name, j := range map[string]Judge{"no engine": {}, "none of the version": {Engine: gives{err: died}, Full: func(ingest.Python) string { return "" }}} {
		if full, err := j.Repeat(t.Context(), gives{err: died}, ingest.Input{}); full != "" || err != nil {
			t.Errorf("%s: %q, %v", name, full, err)
		}
	}
	j := Judge{Engine: gives{err: died}, Full: func(ingest.Python) string { return "3.13.0" }}
	if _, err := j.Repeat(t.Context(), gives{}, ingest.Input{}); !errors.Is(err, died) || errors.As(err, new(*ModelError)) {
		t.Errorf("an interpreter that dies: %v", err)
	}
}

// gives is an engine of which the outcome is known.
type gives struct {
	out ingest.Outcome
	err error
}

func (g gives) Ingest(context.Context, ingest.Input) (ingest.Rows, error) {
	return g.out.Stream(), g.err
}
