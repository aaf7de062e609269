package classify_test

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// callers is an engine that runs a function in the place of both policies.
type callers struct {
	ingest.Engine
	calls [2]ingest.Call
}

func (c callers) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	in.Call = &c.calls[in.Settings.Python.Path()]
	return c.Engine.Ingest(ctx, in)
}

func codeCase(e classify.CodeExample, py3 ingest.Python) classify.Case {
	return classify.Case{Name: "feed.csv", Data: strings.NewReader(e.Input), Size: int64(len(e.Input)), Call: true,
		Py2: ingest.DefaultSettings(ingest.Python27), Py3: ingest.DefaultSettings(py3)}
}

// TestCodeConfirm: on real CPythons every example has its findings, on 3.13 what
// both paths do is what the table says. Other versions of 3.x may agree with 2.7
// (a locale, say), but what differs has the same cause there.
func TestCodeConfirm(t *testing.T) {
	real := interp.NewEngine(interp.Options{})
	t.Cleanup(func() { real.Close() })
	var two *interp.Interpreter
	for _, i := range interp.Newest(interp.Find(t.Context())) {
		if i.Version == ingest.Python27 {
			two = &i
		}
	}
	dir := t.TempDir()
	module := "# -*- coding: utf-8 -*-\n"
	for _, e := range classify.CodeExamples() {
		module += e.Code
	}
	if err := os.WriteFile(filepath.Join(dir, "feed.py"), []byte(module), 0o600); err != nil {
		t.Fatal(err)
	}
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if p.Interpreter.Version.Major == 2 || two == nil {
			return // 2.7 is judged beside every 3.x
		}
		n, wrong := 0, 0
		for _, e := range classify.CodeExamples() {
			if p.Interpreter.Version != ingest.Python313 && !e.Cause().NeedsCode() {
				continue // the input's causes are judged on every Python by TestClassifyConfirm
			}
			n++
			if !confirmCode(t, real, e, dir, *two, p.Interpreter) {
				wrong++
			}
		}
		interptest.Record(t, "classify-code", p, n, wrong)
	})
}

var functions = regexp.MustCompile(`(?m)^def (\w+)\(path\):`)

// function returns the last function of an example, which is its call.
func function(e classify.CodeExample) string {
	all := functions.FindAllStringSubmatch(e.Code, -1)
	return "feed:" + all[len(all)-1][1]
}

func confirmCode(t *testing.T, real ingest.Engine, e classify.CodeExample, dir string, two, three interp.Interpreter) bool {
	t.Helper()
	eng := callers{Engine: real}
	for p, i := range []interp.Interpreter{two, three} {
		env := map[string]string{"LC_ALL": cmp.Or(e.Locale, "C.UTF-8")}
		eng.calls[p] = ingest.Call{Function: function(e), Python: i.Path, Version: i.Version, Dir: dir, Env: env}
	}
	c := codeCase(e, three.Version)
	ok := true
	if three.Version == ingest.Python313 {
		for p, s := range []ingest.Settings{c.Py2, c.Py3} {
			if got, want := outcomeOf(t, eng, c, s), []string{e.Py2, e.Py3}[p]; got != want {
				t.Errorf("%s: %s does\n%s\nwant\n%s", e.Why, ingest.Paths[p], got, want)
				ok = false
			}
		}
	}
	res := compare(t, eng, c)
	if res.Count == 0 && three.Version != ingest.Python313 {
		return ok
	}
	found, err := classify.Classify(t.Context(), eng, c, res)
	if err != nil {
		t.Fatal(err)
	}
	return checkSignatures(t, e.Why, found, append([]string{e.Signature}, e.Also...), res) && ok
}

func outcomeOf(t *testing.T, eng ingest.Engine, c classify.Case, s ingest.Settings) string {
	t.Helper()
	rows, err := eng.Ingest(t.Context(), ingest.Input{Name: c.Name, Data: c.Data, Size: c.Size, Settings: s})
	if err != nil {
		t.Fatal(err)
	}
	o, err := ingest.Collect(rows)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(wire.AppendOutcome(nil, o)), "\n")
}
