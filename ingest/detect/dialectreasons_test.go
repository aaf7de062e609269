package detect

import (
	"slices"
	"strings"
	"testing"
)

// TestReasons holds the reasons to what is in the file and to what is found of it.
func TestReasons(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"sku,qty,x,\nA1,1,2,\nA2,2,3,\n", "delimiter: 3 of 3 records have 3 columns at ',', and one more behind them"},
		{"sku,qty,x\nA1,1,2\n", "delimiter: 2 of 2 records have 3 columns at ','"},
		{"sku,qty,x\n", "delimiter: 1 of 1 record has 3 columns at ','"},
		{"a;\"b\"\nc;d\n", "quotechar: 1 cell stands between \""},
		{"a;\"b\"\nc;\"d\"\n", "quotechar: 2 cells stand between \""},
		{"a;\"b\nc;d\n", "quotechar: 1 cell begins with one that does not end it"},
		{"sku;price\nA1;1,50\n", "decimal comma: 1 number has one, 0 a point"},
		{"sku;price\nA1;1,50\nA2;2,50\n", "decimal comma: 2 numbers have one, 0 a point"},
		{"a,b\nx\\, y,1\nz\\, w,2\nz,3\n", "escapechar: 2 characters behind \\, 0 doubled quotes"},
		{"sku, name\nA1, \"a, b\"\nA2, c\n", "skipinitialspace: 1 of 1 quoted cell has a blank before the quote"},
		{"1,bolt,5\n2,nut,7\n", "header: none, the first record holds numbers or dates"},
		{"a,a\nb,c\n", "header: none, two cells of the first record are alike"},
		{"red,Bob,UK\nblue,Bob,DE\nred,Al,UK\nred,Bob,UK\n", "header: none, as nothing tells the first record from those below it"},
		{"sep=;\nA;B;C\n", "preamble: the first line tells a spreadsheet the delimiter"},
		{"Stock of today\n\nsku,qty,x\nA1,1,2\nA2,1,2\n", "preamble: 2 lines above the table"},
		{products + "\n" + products, "tables: 2, one below the other"},
	} {
		r, err := Bytes([]byte(c.in), Options{})
		if err != nil || !slices.Contains(r.Dialect.Reasons, c.want) {
			t.Errorf("%q: %q, %v; want %q", c.in, r.Dialect.Reasons, err, c.want)
		}
	}
	r, err := Bytes([]byte("A;B;C\n"), Options{})
	if err != nil || strings.Contains(strings.Join(r.Dialect.Reasons, " "), "header") {
		t.Errorf("one record: %q, %v", r.Dialect.Reasons, err)
	}
}
