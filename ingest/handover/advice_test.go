package handover

import (
	"testing"

	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// TestAdviseConfirm: what a team is told to set, on rows with all that a feed has.
func TestAdviseConfirm(t *testing.T) {
	py2 := `[{"bytes":"636166c3a9"},{"decimal":"1.10"}]`
	py3 := `["café",{"decimal":"1.10"}]`
	dates2 := `[{"bytes":"636166c3a9"},{"date":"2012-01-02"}]`
	dates3 := `["café",{"date":"2012-01-02"}]`
	tests := []struct {
		name, py2, py3 string
		direction      Direction
		family         string
		safe           bool
		setting        string
	}{
		{"utf-8 is the encoding of the cells", py2, py3, Forward, "pickle", false, `pickle.loads(data, encoding="utf-8")`},
		// a date wants latin1 and the cell utf-8
		{"no encoding alone loads both", dates2, dates3, Forward, "pickle", false, `pickle.loads(data, encoding="latin1"), then .encode("latin1").decode("utf-8") of each str`},
		{"2.7's JSON is UTF-8", `[{"bytes":"636166c3a9"}]`, `["café"]`, Forward, "json", true, ""},
		{"the default protocol is too new", `["café"]`, `["café"]`, Rollback, "pickle", false, "pickle.dumps(row, protocol=2)"},
		{"unicode where 2.7 has bytes, whatever the protocol", py2, py3, Rollback, "pickle", false, `pickle.dumps(row, protocol=2), each str in it .encode("utf-8") before`},
		{"unicode and bytes side by side", `[{"bytes":"636166c3a9"},"café"]`, `["café","café"]`, Rollback, "pickle", false, ""},
		{"text alone", `["café"]`, `["café"]`, Forward, "pickle", true, ""},
	}
	interptest.Pairs(t, func(t *testing.T, pair [2]*interp.Process) {
		for _, tt := range tests {
			found := false
			for _, a := range check(t, pair, tt.py2, tt.py3).Advise(tt.direction) {
				if a.Family != tt.family {
					continue
				}
				found = true
				if none := !a.Safe && a.Setting == ""; none != (a.Why != "") {
					t.Errorf("%s: setting %q, why %q", tt.name, a.Setting, a.Why)
				}
				if a.Safe != tt.safe || a.Setting != tt.setting {
					t.Errorf("%s: safe %v, setting %q; want %v, %q", tt.name, a.Safe, a.Setting, tt.safe, tt.setting)
				}
			}
			if !found {
				t.Errorf("%s: no advice on %s", tt.name, tt.family)
			}
		}
	})
}
