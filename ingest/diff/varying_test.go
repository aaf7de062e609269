package diff

import (
	"fmt"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

func outcomeOf(t *testing.T, lines ...string) (out ingest.Outcome) {
	t.Helper()
	for _, l := range lines {
		v, fault, err := wire.ParseLine([]byte(l))
		if err != nil {
			t.Fatal(err)
		}
		if out.Fault = fault; fault == nil {
			out.Rows = append(out.Rows, ingest.Row{Value: v.Clone(), Offset: -1})
		}
	}
	return out
}

// TestColumns: which columns differ, whether they do in their order alone, and what
// noise leaves to judge.
func TestColumns(t *testing.T) {
	for _, tt := range []struct {
		name     string
		py2, py3 []string
		noise    []ingest.Noise
		want     string // columns, whether rows differ, verdict, whether anything was judged
	}{
		{"cells of lists", []string{`["a","b"]`}, []string{`["a","c"]`}, nil, "[{2 false}] false diverge true"},
		{"beyond what is kept", []string{`["a","b"]`, `["a","b"]`, `["x","b"]`}, []string{`["a","c"]`, `["a","c"]`, `["y","b"]`}, nil, "[{2 false} {1 false}] false diverge true"},
		{"cells of dicts", []string{`{"dict":[["k",["x","y"]]]}`}, []string{`{"dict":[["k",["y","x"]]]}`}, nil, "[{k true}] false diverge true"},
		{"words", []string{`{"dict":[["k","old, new"]]}`}, []string{`{"dict":[["k","new, old"]]}`}, nil, "[{k true}] false diverge true"},
		{"digits are no words", []string{`{"dict":[["k",{"int":"12"}]]}`}, []string{`{"dict":[["k",{"int":"21"}]]}`}, nil, "[{k false}] false diverge true"},
		{"once reordered, once not", []string{`{"dict":[["k","a b"]]}`, `{"dict":[["k","a b"]]}`}, []string{`{"dict":[["k","b a"]]}`, `{"dict":[["k","b c"]]}`}, nil, "[{k false}] false diverge true"},
		{"a key more", []string{`{"dict":[["k","a"]]}`}, []string{`{"dict":[["k","a"],["l","b"]]}`}, nil, "[{l false}] false diverge true"},
		{"a plain row", []string{`"a"`}, []string{`"b"`}, nil, "[{row false}] false diverge true"},
		{"a row more", []string{`["a"]`}, []string{`["a"]`, `["b"]`}, nil, "[] true diverge true"},
		{"a fault", []string{`["a"]`}, []string{`{"fault":{"type":"E","message":"","row":1}}`}, nil, "[] true diverge false"},
		{"empty mappings", []string{`{"dict":[]}`}, []string{`{"dict":[]}`}, nil, "[] false agree-empty false"},
		{"empty rows", []string{`[]`, `[]`}, []string{`[]`, `[]`}, nil, "[] false agree-empty false"},
		{"an empty set", []string{`{"set":[]}`}, []string{`{"set":[]}`}, nil, "[] false agree-empty false"},
		{"nothing but None", []string{`null`}, []string{`null`}, nil, "[] false agree-empty false"},
		{"an empty row before another", []string{`[]`, `["a"]`}, []string{`[]`, `["a"]`}, nil, "[] false parity true"},
		{"a row for nothing", []string{`[]`}, []string{`["a"]`}, nil, "[] true diverge true"},

		{"fields within cells", []string{`{"dict":[["a",{"dict":[["x","1"],["t","5"]]}],["b",[{"dict":[["x","2"],["t","6"]]}]]]}`},
			[]string{`{"dict":[["a",{"dict":[["x","1"],["t","7"]]}],["b",[{"dict":[["x","2"],["t","8"]]}]]]}`}, nil, "[{*.t false}] false diverge true"},
		{"fields within a list's cells", []string{`[{"dict":[["t",["p","q"]]]}]`}, []string{`[{"dict":[["t",["q","p"]]]}]`}, nil, "[{*.t true}] false diverge true"},
		{"more than fields", []string{`{"dict":[["a",{"dict":[["t","5"]]}]]}`}, []string{`{"dict":[["a",{"dict":[["t","5"],["u","6"]]}]]}`}, nil, "[{a false}] false diverge true"},
		{"a plain list is a cell", []string{`[["p","q"]]`}, []string{`[["q","p"]]`}, nil, "[{1 true}] false diverge true"},
		{"noise within cells", []string{`{"dict":[["a",{"dict":[["x","1"],["t","5"]]}]]}`}, []string{`{"dict":[["a",{"dict":[["x","1"],["t","7"]]}]]}`}, []ingest.Noise{{Column: "*.t"}}, "[] false parity true"},
		{"beside noise within cells", []string{`{"dict":[["a",{"dict":[["x","1"],["t","5"]]}]]}`}, []string{`{"dict":[["a",{"dict":[["x","2"],["t","7"]]}]]}`}, []ingest.Noise{{Column: "*.t"}}, "[{*.x false} {*.t false}] false diverge true"},
		{"a field is no column", []string{`{"dict":[["t","5"]]}`}, []string{`{"dict":[["t","7"]]}`}, []ingest.Noise{{Column: "*.t"}}, "[{t false}] false diverge true"},

		{"noise in a list", []string{`["a","b"]`}, []string{`["a","c"]`}, []ingest.Noise{{Column: "2"}}, "[] false parity true"},
		{"a name is no position", []string{`["2","b"]`}, []string{`["3","b"]`}, []ingest.Noise{{Column: "2"}}, "[{1 false}] false diverge true"},
		{"a position is no key", []string{`{"dict":[["a","x"],["b","y"]]}`}, []string{`{"dict":[["a","x"],["b","z"]]}`}, []ingest.Noise{{Column: "2"}}, "[{b false}] false diverge true"},
		{"noise in a dict", []string{`{"dict":[["a","x"],["b","y"]]}`}, []string{`{"dict":[["a","x"],["b","z"]]}`}, []ingest.Noise{{Column: "b"}}, "[] false parity true"},
		{"a noisy key is missing", []string{`{"dict":[["a","x"],["b","y"]]}`}, []string{`{"dict":[["a","x"]]}`}, []ingest.Noise{{Column: "b"}}, "[] false parity true"},
		{"nothing but noise", []string{`{"dict":[["__class__","P"],["b","y"]]}`}, []string{`{"dict":[["__class__","P"],["b","z"]]}`}, []ingest.Noise{{Column: "b"}}, "[] false parity false"},
		{"a noisy row", []string{`"a"`}, []string{`"b"`}, []ingest.Noise{{Column: "row"}}, "[] false parity false"},
		{"rows beside noise", []string{`{"dict":[["k","1"],["n","p"]]}`, `{"dict":[["k","2"],["n","q"]]}`, `{"dict":[["k","3"],["n","r"]]}`},
			[]string{`{"dict":[["k","2"],["n","s"]]}`, `{"dict":[["k","3"],["n","t"]]}`}, []ingest.Noise{{Column: "n"}}, "[] true diverge true"},
	} {
		res, err := CompareMax(outcomeOf(t, tt.py2...).Stream(), outcomeOf(t, tt.py3...).Stream(), ingest.Comparison{Noise: tt.noise}, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%v %v %v %v", res.Columns, res.RowsDiffer, res.Verdict, res.Judged); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
		if tt.name == "rows beside noise" && res.Count != 1 {
			t.Errorf("%s: %d divergences", tt.name, res.Count)
		}
	}
}

func TestIgnoredAll(t *testing.T) {
	py2, py3 := outcomeOf(t, `["h"]`, `["a"]`), outcomeOf(t, `["h"]`, `["b"]`)
	res, err := Compare(py2.Stream(), py3.Stream(), ingest.Comparison{Ignore: []string{"h"}})
	if err != nil || res.Verdict != ingest.Parity || res.Judged {
		t.Errorf("%+v, %v", res, err)
	}
}

// A position is that of py3's key, also where rows are found again: Python 2's dicts
// have another order.
func TestAlignmentIgnoresByPosition(t *testing.T) {
	var rows [2][]string
	for i := range 40 {
		rows[0] = append(rows[0], fmt.Sprintf(`{"dict":[["k","%d"],["n","x"]]}`, i))
		if i >= 30 {
			rows[1] = append(rows[1], fmt.Sprintf(`{"dict":[["n","y%d"],["k","%d"]]}`, i, i))
		}
	}
	res, err := Compare(outcomeOf(t, rows[0]...).Stream(), outcomeOf(t, rows[1]...).Stream(), ingest.Comparison{Ignore: []string{"1"}})
	if err != nil || res.Count != 30 || res.Py2Rows-res.Py3Rows != 30 {
		t.Errorf("%d divergences, %v", res.Count, err)
	}
}

func TestCompared(t *testing.T) {
	c := ingest.Comparison{Ignore: []string{"price"}, Noise: []ingest.Noise{{Column: "1"}, {Column: "k"}}}
	for _, tt := range []struct{ in, want []string }{
		{[]string{`["sku","price","n"]`, `["a","2","3"]`}, []string{`[null,null,"n"]`, `[null,null,"3"]`}},
		{[]string{`{"dict":[["k","v"],["2","w"]]}`}, []string{`{"dict":[["k",null],["2","w"]]}`}},
		{[]string{`"row"`}, []string{`"row"`}},
	} {
		got, want := wire.AppendOutcome(nil, Compared(outcomeOf(t, tt.in...), c)), wire.AppendOutcome(nil, outcomeOf(t, tt.want...))
		if string(got) != string(want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
