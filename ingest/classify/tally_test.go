package classify

import (
	"bytes"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// TestTallyOfOneClass tells the hits of two causes apart that look alike: those that the
// first one's change makes go away are its own, in whatever number and order.
func TestTallyOfOneClass(t *testing.T) {
	data := []byte(strings.Repeat("\x80,a\n\x85,\x85\nplain,b\n", 400) + "\x80,end\n")
	in := Case{Name: "x.csv", Data: bytes.NewReader(data), Size: int64(len(data)), Py2: ingest.DefaultSettings(ingest.Python27), Py3: ingest.DefaultSettings(ingest.Python313)}
	in.Py2.Codec, in.Py3.Codec = "latin-1", "cp1252"
	var res diff.Result
	if err := in.each(t.Context(), embedded.New(), func(d diff.Divergence) {
		if res.Count++; len(res.Divergences) < 100 {
			d.Py2, d.Py3 = d.Py2.Clone(), d.Py3.Clone()
			res.Divergences = append(res.Divergences, d)
		}
	}); err != nil {
		t.Fatal(err)
	}
	key := evidenceOf(res.Divergences[0]).key()
	euro := func(tr trial) (trial, bool) {
		out := bytes.ReplaceAll(tr.data, []byte("\x80"), []byte("e"))
		changed := !bytes.Equal(out, tr.data)
		tr.data = out
		return tr, changed
	}
	found := []Finding{{Signature: "euro", shares: []share{{key, euro}}}, {Signature: "dots", shares: []share{{key: key}}}}
	visited := [2]int{}
	hits, unknown, err := Tally(t.Context(), embedded.New(), in, res, found, func(n int, _ diff.Divergence) { visited[n]++ })
	want := []Hits{
		{Count: 401, Rows: 401, Cells: 401, First: Position{1, 1}, Last: Position{1201, 1}},
		{Count: 800, Rows: 400, Cells: 800, First: Position{2, 1}, Last: Position{1199, 2}},
	}
	if err != nil || len(unknown) != 0 || res.Count != 1201 || hits[0] != want[0] || hits[1] != want[1] || visited != [2]int{401, 800} {
		t.Errorf("%+v, unknown %v, visited %v of %d, %v; want %+v", hits, unknown, visited, res.Count, err, want)
	}
	if _, unknown, err := Tally(t.Context(), embedded.New(), in, res, nil, nil); err != nil || len(unknown) != 1 || unknown[0].Py2Row != 1 {
		t.Errorf("of no finding: %v, %v", unknown, err)
	}
}
