package classify_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// caseOf makes the case of an example.
func caseOf(e classify.Example) classify.Case {
	return classify.Case{Name: "feed.csv", Data: strings.NewReader(e.Input), Size: int64(len(e.Input)), Py2: e.Pair.Py2, Py3: e.Pair.Py3, Compare: e.Compare}
}

func compare(t *testing.T, eng ingest.Engine, c classify.Case) diff.Result {
	t.Helper()
	var streams [2]ingest.Rows
	for i, s := range []ingest.Settings{c.Py2, c.Py3} {
		rows, err := eng.Ingest(context.Background(), ingest.Input{Name: c.Name, Data: c.Data, Size: c.Size, Settings: s})
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		streams[i] = rows
	}
	res, err := diff.Compare(streams[0], streams[1], c.Compare)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func signatures(fs []classify.Finding) []string {
	out := []string{}
	for _, f := range fs {
		out = append(out, f.Signature)
	}
	return out
}

// check classifies an example and reports whether it came out as the table says.
func check(t *testing.T, eng ingest.Engine, e classify.Example) bool {
	t.Helper()
	c := caseOf(e)
	res := compare(t, eng, c)
	found, err := classify.Classify(context.Background(), eng, c, res)
	if err != nil {
		t.Fatal(err)
	}
	return checkSignatures(t, e.Why, found, append([]string{e.Signature}, e.Also...), res)
}

// checkSignatures reports whether findings have the signatures that are wanted, in any
// order.
func checkSignatures(t *testing.T, why string, found []classify.Finding, want []string, res diff.Result) bool {
	t.Helper()
	got := signatures(found)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q\nfrom %s, %d divergences, first %+v", why, got, want, res.Verdict, res.Count, res.Divergences[:min(1, len(res.Divergences))])
		return false
	}
	return true
}

func TestClassify(t *testing.T) {
	for _, e := range classify.Examples() {
		t.Run(e.Why, func(t *testing.T) { check(t, embedded.New(), e) })
	}
}

func TestEveryCauseHasAnExample(t *testing.T) {
	seen := map[classify.Cause]bool{}
	for _, e := range classify.Examples() {
		cause, err := classify.ParseCause(e.Signature)
		if err != nil {
			t.Error(err)
		}
		seen[cause] = true
	}
	for _, e := range classify.CodeExamples() {
		seen[e.Cause()] = true
	}
	for _, c := range classify.Causes() {
		if !seen[c] {
			t.Errorf("no example of %s", c)
		}
		why, fix := classify.Explain(c, ingest.DefaultSettings(ingest.Python27), ingest.DefaultSettings(ingest.Python313))
		if why == "" || fix == "" && c != classify.Unclassified || strings.Contains(fix, "%!") {
			t.Errorf("%s: why %q, fix %q", c, why, fix)
		}
	}
}
