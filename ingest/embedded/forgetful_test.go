package embedded

import (
	"bytes"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// A forgetful engine does what one does that remembers, and nothing that it gives out is
// given out again.
func TestForgetful(t *testing.T) {
	forgetful, usual := Forgetful(), New()
	for range 3 {
		for i, data := range []string{"a,b\n1,\xff\n", "sku\n1\n", ""} {
			s := ingest.DefaultSettings(ingest.Python313)
			s.Sniff = i == 1
			var wires [2][]byte
			for k, e := range []*Engine{forgetful, usual} {
				rows, err := e.Ingest(t.Context(), ingest.Input{Name: "a.csv", Data: bytes.NewReader([]byte(data)), Size: int64(len(data)), Settings: s})
				if err != nil {
					t.Fatal(err)
				}
				out, err := ingest.Collect(rows)
				if err != nil {
					t.Fatal(err)
				}
				wires[k] = wire.AppendOutcome(nil, out)
			}
			if !bytes.Equal(wires[0], wires[1]) {
				t.Errorf("%q: %s, usually %s", data, wires[0], wires[1])
			}
		}
	}
	if forgetful.plans.made.Load() != 0 || usual.plans.made.Load() != 2 {
		t.Errorf("%d and %d plans are kept, want 0 and 2", forgetful.plans.made.Load(), usual.plans.made.Load())
	}
	s := ingest.DefaultSettings(ingest.Python313)
	p, err := forgetful.plan(&s)
	if again, _ := forgetful.plan(&s); err != nil || p == again {
		t.Errorf("a plan is remembered, %v", err)
	}
}
