package classify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/diff"
)

// scripted is an engine whose paths are Go functions from bytes to an outcome.
type scripted struct {
	py2, py3 func([]byte) ingest.Outcome
	runs     int
	fail     int // from this run on it is broken, 0 for never
}

func (s *scripted) Ingest(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
	s.runs++
	if s.fail > 0 && s.runs >= s.fail {
		return nil, errors.New("worker died")
	}
	data, err := io.ReadAll(io.NewSectionReader(in.Data, 0, in.Size))
	if err != nil {
		return nil, err
	}
	if in.Settings.Python.Path() == ingest.Py2 {
		return s.py2(data).Stream(), ctx.Err()
	}
	return s.py3(data).Stream(), ctx.Err()
}

// cells makes a path that reads one cell a line through f.
func cells(f func(string) string) func([]byte) ingest.Outcome {
	return func(b []byte) ingest.Outcome {
		var o ingest.Outcome
		at := int64(0)
		for _, l := range bytes.SplitAfter(b, []byte("\n")) {
			if len(l) > 0 {
				o.Rows = append(o.Rows, ingest.Row{Value: ingest.List(ingest.Text(f(strings.TrimRight(string(l), "\r\n")))), Offset: at})
			}
			at += int64(len(l))
		}
		return o
	}
}

func same(s string) string { return s }

func fakeCase(input string) classify.Case {
	return classify.Case{Name: "feed.csv", Data: strings.NewReader(input), Size: int64(len(input)),
		Py2: ingest.DefaultSettings(ingest.Python27), Py3: ingest.DefaultSettings(ingest.Python313)}
}

// A feature beside a divergence is no cause of it: the file has a NUL and a BOM,
// and the paths differ in a word.
func TestFeatureWithoutEffectIsNoCause(t *testing.T) {
	eng := &scripted{py2: cells(same), py3: cells(func(s string) string { return strings.ReplaceAll(s, "colour", "color") })}
	c := fakeCase("\xef\xbb\xbfhead\x00er\r\r\nthe colour\n\u00a01_0\n")
	got, err := classify.Classify(t.Context(), eng, c, compare(t, eng, c))
	if err != nil || len(got) != 1 || got[0].Cause != classify.Unclassified || got[0].Confirmed {
		t.Errorf("got %q, %v", signatures(got), err)
	}
}

func TestCountsByCause(t *testing.T) {
	drop := func(c string) func(string) string {
		return func(s string) string { return strings.ReplaceAll(s, c, "") }
	}
	eng := &scripted{py2: cells(same), py3: cells(func(s string) string { return drop("_")(drop("１")(s)) })}
	// Both show as other text, one class of divergence: the second cause is found
	// once the first is neutralised. The strip step makes both worth testing.
	c := fakeCase("a1_0b\na１b\na2_0b\n")
	c.Py2.Clean, c.Py3.Clean = []ingest.Step{"strip"}, []ingest.Step{"strip"}
	got, err := classify.Classify(t.Context(), eng, c, compare(t, eng, c))
	if err != nil || len(got) != 2 {
		t.Fatalf("got %q, %v", signatures(got), err)
	}
	if got[0].Cause != classify.UnderscoreDigits || got[0].Count != 2 || got[1].Cause != classify.UnicodeDigits || got[1].Count != 1 {
		t.Errorf("got %s %d, %s %d", got[0].Cause, got[0].Count, got[1].Cause, got[1].Count)
	}
	if got[1].First.Py2Row != 2 {
		t.Errorf("the second cause is first met in row 2, not %d", got[1].First.Py2Row)
	}
}

// An engine that cannot run counterfactuals leaves causes unconfirmed.
func TestBrokenCounterfactuals(t *testing.T) {
	eng := &scripted{py2: cells(same), py3: cells(func(s string) string { return strings.ReplaceAll(s, "\x00", "") })}
	c := fakeCase("a\x00b\n")
	res := compare(t, eng, c)
	eng.fail = eng.runs + 1
	got, err := classify.Classify(t.Context(), eng, c, res)
	if err != nil || len(got) != 1 || got[0].Confirmed {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestRunsAreBounded(t *testing.T) {
	eng := &scripted{py2: cells(same), py3: cells(func(s string) string { return fmt.Sprintf("%s %d", s, len(s)) })}
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, "é_%d\x00\u00a0\u2028 %d\n", i, i*i)
	}
	c := fakeCase("\xef\xbb\xbf" + b.String())
	res := compare(t, eng, c)
	before := eng.runs
	if _, err := classify.Classify(t.Context(), eng, c, res); err != nil || eng.runs-before > 2*160 {
		t.Errorf("%d runs, %v", eng.runs-before, err)
	}
}

func TestClassifyErrors(t *testing.T) {
	eng := &scripted{py2: cells(same), py3: cells(strings.ToUpper)}
	c := fakeCase("abc\n")
	res := compare(t, eng, c)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := classify.Classify(ctx, eng, c, res); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: got %v", err)
	}
	c.Size = 100 // more than there is
	if _, err := classify.Classify(t.Context(), eng, c, res); !errors.Is(err, io.EOF) {
		t.Errorf("input cut short: got %v", err)
	}
}

func TestHolds(t *testing.T) {
	eng := &scripted{py2: cells(same), py3: cells(func(s string) string { return strings.ReplaceAll(s, "\x00", "") })}
	for input, want := range map[string]bool{"a\x00\n": true, "a\n": false, "": false} {
		got, err := classify.Holds(t.Context(), eng, fakeCase(input), "nul-byte:nul:data:bytes-decode/text")
		if got != want || err != nil {
			t.Errorf("%q: got %v, %v", input, got, err)
		}
	}
	eng.fail = 1
	if _, err := classify.Holds(t.Context(), eng, fakeCase("a\n"), "x"); err == nil {
		t.Error("a broken engine is an error of Holds: a shrinker must not go on with it")
	}
}

// Only the divergence's surroundings are looked at where the input is large.
func TestLargeInput(t *testing.T) {
	eng := &scripted{py2: cells(same), py3: cells(func(s string) string { return strings.ReplaceAll(s, "\x00", "") })}
	filler := strings.Repeat("nothing to see here\n", 100_000)
	c := fakeCase(filler + "a\x00b\n" + filler)
	got, err := classify.Classify(t.Context(), eng, c, compare(t, eng, c))
	if err != nil || len(got) != 1 || got[0].Cause != classify.NULByte || !got[0].Confirmed {
		t.Errorf("got %q, %v", signatures(got), err)
	}
	if got[0].First.Kind != diff.KindCell || got[0].First.Py2Row != 100_001 {
		t.Errorf("first %+v", got[0].First)
	}
}

// The order of dicts is no divergence, and counted all the same.
func TestTallyOfOrder(t *testing.T) {
	row := func(names ...string) ingest.Row {
		v := ingest.Value{Kind: ingest.KindDict}
		for _, n := range names {
			v.Items = append(v.Items, ingest.Text(n), ingest.Text("1"))
		}
		return ingest.Row{Value: v}
	}
	path := func(rows ...ingest.Row) func([]byte) ingest.Outcome {
		return func([]byte) ingest.Outcome { return ingest.Outcome{Rows: rows} }
	}
	eng := &scripted{py2: path(row("a", "b"), row("b", "a"), row("b", "a")), py3: path(row("a", "b"), row("a", "b"), row("a", "b"))}
	in := fakeCase("x\n")
	res := compare(t, eng, in)
	found, err := classify.Classify(t.Context(), eng, in, res)
	if err != nil || len(found) != 1 || found[0].Cause != classify.DictOrder || found[0].Count != 2 {
		t.Fatalf("%+v, %v", found, err)
	}
	hits, _, err := classify.Tally(t.Context(), eng, in, res, found, nil)
	want := classify.Hits{Count: 2, Rows: 2, First: classify.Position{Row: 2}, Last: classify.Position{Row: 3}}
	if err != nil || hits[0] != want {
		t.Errorf("%+v, %v", hits, err)
	}
}
