package parity

import (
	"slices"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// A setting for a column that is not there is never passed over in silence.
func TestWarnings(t *testing.T) {
	typed := func(column string) func(*ingest.Pair) {
		return func(p *ingest.Pair) {
			p.Py2.Types = []ingest.ColumnType{{Column: column, Type: "int"}}
			p.Py3.Types = p.Py2.Types
		}
	}
	asDicts := func(p *ingest.Pair) { p.Py2.Reader, p.Py3.Reader = ingest.DictReader, ingest.DictReader }
	upper := func(p *ingest.Pair) { p.Py2.Clean, p.Py3.Clean = []ingest.Step{"upper"}, []ingest.Step{"upper"} }
	const two = "sku,qty\r\n1,2\r\n"
	for _, tt := range []struct {
		why     string
		input   string
		edits   []func(*ingest.Pair)
		compare ingest.Comparison
		want    []string
	}{
		{"a name that is there", two, []func(*ingest.Pair){typed("qty")}, ingest.Comparison{Ignore: []string{"sku"}, Tolerance: map[string]float64{"2": 1}}, nil},
		{"a misspelt type", two, []func(*ingest.Pair){typed("qyt")}, ingest.Comparison{}, []string{`no column "qyt" for types: the columns are "sku", "qty"`}},
		{"of dicts", two, []func(*ingest.Pair){typed("qyt"), asDicts}, ingest.Comparison{}, []string{`no column "qyt" for types: the columns are "sku", "qty"`}},
		{"dicts that have it", two, []func(*ingest.Pair){typed("qty"), asDicts}, ingest.Comparison{Ignore: []string{"1"}}, nil},
		{"a position beyond the header", two, []func(*ingest.Pair){typed("3")}, ingest.Comparison{}, []string{`no column "3" for types: the columns are "sku", "qty"`}},
		{"a header that cleaning changed", two, []func(*ingest.Pair){typed("qty"), upper}, ingest.Comparison{}, []string{`no column "qty" for types: the columns are "SKU", "QTY"`}},
		{"misspelt in the comparison", two, nil, ingest.Comparison{Ignore: []string{"updated"}, Tolerance: map[string]float64{"prize": 1}},
			[]string{`no column "updated" for ignore: the columns are "sku", "qty"`, `no column "prize" for tolerance: the columns are "sku", "qty"`}},
		{"a header that one path alone reads so", "\xef\xbb\xbfsku,qty\r\n1,2\r\n", []func(*ingest.Pair){typed("sku")}, ingest.Comparison{}, nil},
		{"no rows, no header", "", []func(*ingest.Pair){typed("qyt")}, ingest.Comparison{}, nil},
	} {
		d := delivery(tt.input, pair(t, "utf8", tt.edits...))
		d.Compare = tt.compare
		v := check(t, models(), d).Views[0]
		if !slices.Equal(v.Warnings, tt.want) {
			t.Errorf("%s: %q, want %q", tt.why, v.Warnings, tt.want)
		}
	}
}
