package parity

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/feedparity/feedparity/corpus/plant"
	"github.com/feedparity/feedparity/ingest"
)

// TestMinimizePlanted shrinks one divergence of each kind that was planted in a large
// delivery. The median result has at most 3 lines and 40 bytes, and so has every one but
// few; "make bench" measures the same on 1 MB and how long it takes.
func TestMinimizePlanted(t *testing.T) {
	planted, err := plant.Plant(7, 16, 300<<10)
	if err != nil {
		t.Fatal(err)
	}
	line := models()
	line.MinimizeFor = time.Minute // the machine may be busy: steps bound it
	var lines, sizes []int
	for _, p := range planted {
		d := Delivery{Feed: "planted", Name: "planted.csv", Data: bytes.NewReader(p.Data), Size: int64(len(p.Data)), Pair: p.Pair}
		v := line.View(t.Context(), d, ingest.Raw)
		if v.Err != nil || len(v.Findings) != 1 {
			t.Fatalf("%s: %v, findings %+v", p.Kind, v.Err, v.Findings)
		}
		m, err := line.Minimize(t.Context(), d, &v, v.Findings[0])
		v.Close()
		if err != nil {
			t.Fatalf("%s: %v", p.Kind, err)
		}
		t.Logf("%-45s %3d steps %q", p.Kind, m.Stats.Steps, m.Input)
		lines, sizes = append(lines, bytes.Count(bytes.TrimSuffix(m.Input, []byte("\n")), []byte("\n"))+1), append(sizes, len(m.Input))
		if m.Stats.GaveUp || m.Stats.Steps > 1500 {
			t.Errorf("%s: %+v", p.Kind, m.Stats)
		}
	}
	slices.Sort(lines)
	slices.Sort(sizes)
	if lines[len(lines)/2] > 3 || sizes[len(sizes)/2] > 40 || lines[len(lines)-1] > 4 || sizes[len(sizes)-1] > 60 {
		t.Errorf("lines %v, bytes %v", lines, sizes)
	}
}
