package pycsv

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// The generated comparisons: the same calls on the model and on every real
// CPython found, of which none may differ.

func confirmGenerated(t *testing.T, layer string, cases int, make func(*generator) call) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		v, err := VersionOf(p.Interpreter.Version)
		if err != nil {
			t.Skip(err)
		}
		total, bad := interptest.Cases(cases), 0
		for done, seed := 0, uint64(1); done < total; seed++ {
			g := newGenerator(v, seed)
			calls := []call{}
			for range min(2000, total-done) {
				calls = append(calls, make(g))
			}
			bad += differences(t, p, calls)
			done += len(calls)
		}
		interptest.Record(t, layer, p, total, bad)
	})
}

func TestReaderGeneratedConfirm(t *testing.T) {
	confirmGenerated(t, "reader", 50000, (*generator).readerCall)
}

func TestDictReaderGeneratedConfirm(t *testing.T) {
	confirmGenerated(t, "dictreader", 20000, (*generator).dictCall)
}

func TestDialectGeneratedConfirm(t *testing.T) {
	confirmGenerated(t, "dialect", 50000, (*generator).anyCall)
}

func (g *generator) anyCall() call { return g.dialectCall() }

// TestDictOrderConfirm compares Py2DictOrder with dicts of a real 2.7, keys of
// all kinds in one dict.
func TestDictOrderConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if p.Interpreter.Version != ingest.Python27 {
			t.Skip("the order of a dict is the order of insertion in 3.x")
		}
		if err := p.Load(t.Context(), "confirm", confirmSource); err != nil {
			t.Fatal(err)
		}
		g := newGenerator(version(t, ingest.Python27), 7)
		lists := make([][][]any, interptest.Cases(5000))
		want := make([][]int, len(lists))
		for i := range lists {
			keys := g.keys()
			for _, k := range keys {
				lists[i] = append(lists[i], wireValue(k))
			}
			want[i] = Py2DictOrder(keys)
		}
		answer, err := p.Call(t.Context(), "confirm.order", lists)
		if err != nil {
			t.Fatal(err)
		}
		var got [][]int
		if err := json.Unmarshal(answer, &got); err != nil {
			t.Fatal(err)
		}
		bad := 0
		for i := range got {
			if !slices.Equal(got[i], want[i]) {
				if bad++; bad < 4 {
					t.Errorf("keys %s\n model  %v\n python %v", fmt.Sprint(lists[i]), want[i], got[i])
				}
			}
		}
		interptest.Record(t, "dictorder", p, len(lists), bad)
	})
}

func (g *generator) keys() []ingest.Value {
	keys := make([]ingest.Value, 1+g.IntN(pick(g, 5, 10, 40, 300)))
	for i := range keys {
		switch g.IntN(5) {
		case 0:
			keys[i] = pick(g, ingest.Int(g.Int64N(100)-50), ingest.Int(g.Int64()), ingest.BigInt("-1180591620717411303424"), ingest.BigInt("18446744073709551615"), ingest.Bool(true), ingest.Bool(false))
		case 1:
			f := pick(g, "1.0", "0.0", "-0.0", "inf", "-inf", "1e+20", "0.1", "-2.5", "1e-310", "1.5e+300", "-1.0", "9.223372036854776e+18", "4611686018427387904.0", "1.8446744073709552e+19")
			keys[i] = ingest.Float(f)
		case 2:
			keys[i] = ingest.Text(g.name())
		default:
			keys[i] = ingest.Bytes(g.name())
		}
	}
	return keys
}
