package golden

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/pycsv"
	"github.com/feedparity/feedparity/ingest/wire"
)

// caseOf returns the catalogue's case of a cause.
func caseOf(t *testing.T, cause string) *Case {
	t.Helper()
	for _, c := range cases(t) {
		if c.Case.Cause == cause {
			return c.Case
		}
	}
	t.Fatalf("no case of cause %s", cause)
	return nil
}

func TestLadder(t *testing.T) {
	for _, tt := range []struct {
		cause string
		steps []string // the versions that do otherwise than the one before
		why   string
	}{
		{"mojibake", []string{"3.6"}, "another codec in another version"},
		{"nul-byte", []string{"3.11"}, "csv takes NULs since 3.11 (gh-56294)"},
		{"unicode-digits", []string{"3.6"}, "int() of text takes any digits, of bytes only ASCII's"},
		{"underscore-digits", []string{"3.6"}, "PEP 515"},
	} {
		rungs, err := Ladder(t.Context(), embedded.New(), Judge{}, caseOf(t, tt.cause), pycsv.Modelled())
		if err != nil {
			t.Fatal(err)
		}
		var steps []string
		for _, r := range rungs {
			if r.Err != nil {
				t.Errorf("%s: python %s: %v", tt.cause, r.Python, r.Err)
			}
			if r.Step != nil {
				steps = append(steps, r.Python.String())
			}
		}
		if !slices.Equal(steps, tt.steps) || len(rungs) != len(pycsv.Modelled()) {
			t.Errorf("%s: %d rungs with steps at %v, want %v: %s", tt.cause, len(rungs), steps, tt.steps, tt.why)
		}
	}
}

// TestLadderConfirm judges each rung of every case by the real version of it.
func TestLadderConfirm(t *testing.T) {
	all := cases(t)
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		real := engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
			got, err := p.Batch(ctx, []ingest.Input{in})
			if err != nil {
				return nil, err
			}
			return got[0].Stream(), nil
		})
		judge := Judge{Engine: real, Full: func(ingest.Python) string { return p.Interpreter.Full }}
		for _, c := range all {
			if c.Case.Calls != [2]string{} {
				continue
			}
			rungs, err := Ladder(t.Context(), embedded.New(), judge, c.Case, []ingest.Python{p.Interpreter.Version})
			if err != nil || rungs[0].Err != nil || rungs[0].Real == "" {
				t.Fatalf("%s: %+v, %v", c.Dir, rungs, err)
			}
			if rungs[0].Wrong {
				t.Errorf("mismatch: %s: the model does\n%s", c.Dir, wire.AppendOutcome(nil, rungs[0].Outcome))
			}
		}
	})
}

// A real interpreter that does otherwise than the model is told of.
func TestLadderTellsOfAWrongModel(t *testing.T) {
	lies := engineFunc(func(context.Context, ingest.Input) (ingest.Rows, error) { return outcome(t, `["no"]`).Stream(), nil })
	judge := Judge{Engine: lies, Full: func(ingest.Python) string { return "3.13.99" }}
	rungs, err := Ladder(t.Context(), embedded.New(), judge, caseOf(t, "mojibake"), []ingest.Python{ingest.Python313})
	if err != nil || !rungs[0].Wrong || rungs[0].Real != "3.13.99" {
		t.Errorf("%+v, %v", rungs, err)
	}
}

type engineFunc func(context.Context, ingest.Input) (ingest.Rows, error)

func (f engineFunc) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	return f(ctx, in)
}

func TestMatrix(t *testing.T) {
	latin := caseOf(t, "mojibake") // py2 latin-1, py3 cp1252
	passing := [][]byte{[]byte("a,b\n1,2\n"), []byte("plain\n"), []byte("caf\xe9\n"), []byte("bad \x81\n")}
	tries, err := Matrix(t.Context(), embedded.New(), latin, casesOf(cases(t)), passing)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(tries, func(t Try) bool { return slices.Equal(t.Changes, []string{"encoding=latin-1"}) })
	if i < 0 {
		t.Fatalf("encoding=latin-1 is not among %+v", tries)
	}
	got := tries[i]
	if want := "csv.reader(open(path, encoding='latin-1', errors='strict', newline=''))"; got.Fix != want {
		t.Errorf("fix %s, want %s", got.Fix, want)
	}
	// The last input is one that cp1252 refuses: the paths differ on it already.
	if got.Verdict != ingest.Parity || got.Passing != 3 || got.Breaks != 0 || got.Others < 20 || got.Settles == 0 || got.Settles == got.Others {
		t.Errorf("%+v", got)
	}
	for _, tr := range tries {
		if len(tr.Changes) != 1 {
			t.Errorf("%v: two changes where one will do", tr.Changes)
		}
	}
}

func casesOf(all []Stored) []*Case {
	var out []*Case
	for _, c := range all {
		out = append(out, c.Case)
	}
	return out
}

// What no single change settles, two may; what a change breaks is counted.
func TestMatrixOfTwo(t *testing.T) {
	c := *caseOf(t, "mojibake")
	c.Input = []byte("\"caf\xe9\r\nnoir\"\n")
	c.Py2.Codec, c.Py3.Codec, c.Py3.Open = "latin-1", "cp437", ingest.OpenTextUniversal
	breaks := [][]byte{[]byte("x\xe0y\n")}
	tries, err := Matrix(t.Context(), embedded.New(), &c, nil, breaks)
	if err != nil || len(tries) == 0 {
		t.Fatalf("%+v, %v", tries, err)
	}
	if want := []string{"encoding=latin-1", "open mode text"}; !slices.ContainsFunc(tries, func(t Try) bool { return slices.Equal(t.Changes, want) }) {
		t.Errorf("%v is not among %+v", want, tries)
	}
	for _, tr := range tries {
		if len(tr.Changes) != 2 {
			t.Errorf("%v settles it", tr.Changes)
		}
	}
	c.Py2.Codec, c.Py3.Codec, c.Input = "cp1252", "cp1252", []byte("a\r") // py2 refuses it, py3 reads it
	c.Py3.Open = ingest.OpenText
	tries, err = Matrix(t.Context(), embedded.New(), &c, nil, [][]byte{[]byte("caf\xe9\n"), []byte("\"a\r\nb\"\n")})
	if err != nil {
		t.Fatal(err)
	}
	broken := 0
	for _, tr := range tries {
		if tr.Passing != 2 {
			t.Errorf("%+v", tr)
		}
		broken += tr.Breaks
	}
	if broken == 0 && len(tries) > 1 {
		t.Errorf("none of %d ways breaks anything: %+v", len(tries), tries)
	}
}

// The team's own code has no policy to change, and its own Pythons.
func TestNoLadderForCalls(t *testing.T) {
	c := calledCase(t)
	if _, err := Ladder(t.Context(), embedded.New(), Judge{}, c, pycsv.Modelled()); err == nil || !strings.Contains(err.Error(), "own Pythons") {
		t.Errorf("Ladder = %v", err)
	}
	if _, err := Matrix(t.Context(), embedded.New(), c, nil, nil); err == nil || !strings.Contains(err.Error(), "no policy to change") {
		t.Errorf("Matrix = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Ladder(ctx, embedded.New(), Judge{}, caseOf(t, "mojibake"), pycsv.Modelled()); !errors.Is(err, context.Canceled) {
		t.Errorf("Ladder with a context that ended = %v", err)
	}
}

func TestNormalizedCase(t *testing.T) {
	c := caseOf(t, "mojibake")
	n, codec, edits, err := c.Normalized()
	if err != nil || codec != c.Py3.Codec || edits == 0 || n.View != ingest.Normalized || n.Py2.Codec != "utf-8" || bytes.Equal(n.Input, c.Input) {
		t.Errorf("%+v, %s, %d edits, %v", n, codec, edits, err)
	}
	if c.View != ingest.Raw || c.Py2.Codec == "utf-8" {
		t.Error("the case itself was changed")
	}
}
