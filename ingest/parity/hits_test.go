package parity

import (
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/diff"
)

// TestHits counts ten thousand hits of two causes in one delivery, the second of which
// first shows long after the divergences that are kept.
func TestHits(t *testing.T) {
	p := pair(t, "latin1-cp1252")
	p.Py2.Clean, p.Py3.Clean = []ingest.Step{"upper"}, []ingest.Step{"upper"}
	data := "sku,name,note\n" + strings.Repeat("1,\x80,a\n", 6000) + strings.Repeat("2,b,stra\xdfe\n", 4000) + "3,\x80,\xdf\n"
	r := check(t, models(), delivery(data, p))
	want := map[classify.Cause]classify.Hits{
		classify.Mojibake:    {Count: 6001, Rows: 6001, Cells: 6001, First: classify.Position{Row: 2, Column: 2}, Last: classify.Position{Row: 10002, Column: 2}},
		classify.CaseMapping: {Count: 4001, Rows: 4001, Cells: 4001, First: classify.Position{Row: 6002, Column: 3}, Last: classify.Position{Row: 10002, Column: 3}},
	}
	found := r.Views[0].Findings
	if len(found) != len(want) {
		t.Fatalf("findings %+v", found)
	}
	for _, f := range found {
		if f.Hits != want[f.Cause] || f.Count != f.Hits.Count {
			t.Errorf("%s: %+v and %d, want %+v", f.Signature, f.Hits, f.Count, want[f.Cause])
		}
	}
}

// TestCovers asks whether a rule is about all hits of a finding: one elsewhere, however
// late, is none of its.
func TestCovers(t *testing.T) {
	inColumn := func(n int) func(diff.Divergence) bool { return func(d diff.Divergence) bool { return d.Column == n } }
	for _, tt := range []struct {
		end  string
		want bool
	}{{"1,\x80\n", true}, {"\x80,b\n", false}} {
		d := delivery("sku,name\n"+strings.Repeat("1,\x80\n", 500)+tt.end, pair(t, "latin1-cp1252"))
		line := models()
		r := check(t, line, d)
		v := &r.Views[0]
		if got, err := line.Covers(t.Context(), d, v, v.Findings[0].Signature, inColumn(2)); err != nil || got != tt.want {
			t.Errorf("%q: %v, %v", tt.end, got, err)
		}
	}
}
