package detect

import (
	"fmt"
	"strings"
	"testing"
)

// numbered repeats a line with its number in it.
func numbered(format string, n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, format, i, i)
	}
	return out.String()
}

const products = "sku,name,qty,price,unit\nA1,saw,3,1.50,pcs\nA2,drill,4,2.50,pcs\nA3,nail,6,3.50,kg\nA4,bolt,7,1.25,kg\n"

// above are tables with something above them, or their own first rows.
var above = []struct {
	name, in         string
	preamble, tables int
	header           bool
}{
	{"a narrower table", "code;city;stock\n" + numbered("W%d;Hull;%d\n", 20) + "\n" + strings.ReplaceAll(products, ",", ";") + numbered("B%d;tap;%d;1.75;pcs\n", 40), 0, 2, true},
	{"one of two columns and rows", "code,city\nW1,Hull\nW2,York\n\n" + products, 0, 2, true},
	{"one of 36 rows", "code,city,stock\n" + numbered("W%d,Hull,%d\n", 36) + "\n" + products + numbered("B%d,tap,%d,1.75,pcs\n", 40), 0, 2, true},
	{"one without an empty line between", "code,city\nW1,Hull\nW2,York\n" + products, 0, 2, true},
	{"one below a title", "Stock list of all houses\n\ncode,city\nW1,Hull\nW2,York\n\n" + products, 2, 2, true},
	{"a wider one", "a,b,c,d,e,f,g\n1,2,3,4,5,6,7\n2,3,4,5,6,7,8\n\n" + products[:24] + numbered("B%d,tap,%d,1.75,pcs\n", 40), 0, 2, true},
	{"rows with a cell less", "sku,name,qty,price\nA1,saw,3,1.50\nA2,drill,4,2.50\nA3,nail,6,3.50\n" + numbered("B%d,tap,%d,1.75,x\n", 40), 0, 1, true},
	{"a row with a cell less", "flag,place,flag2,place3\nno,Hull,yes,York\n" + numbered("yes,Hull,B%d,%d,x\n", 40), 0, 1, true},
	{"rows of one cell", "pipe,no\nBerlin,\n" + numbered("B%d,tap,%d,1.75,x\n", 40), 0, 2, true},
	{"rows with a cell more", "sku,name,qty,price,unit\nA1,saw,3,1.50,pcs\n" + numbered("B%d,tap,%d,1.75\n", 40), 0, 1, true},
	{"a sparse narrower table", "link,kind\nx,\n\n" + products, 0, 2, true},
	{"titles with a delimiter behind", "Stock,\nof Monday,\n" + products, 2, 1, true},
	{"titles as a spreadsheet writes them", "Stock,,,,\nof Monday,,,,\n" + products, 2, 1, true},
	{"the same table again", products + "\n" + products, 0, 2, true},
	{"lines of text", "# generated on Monday, by us\n# do not edit, please\n" + products, 2, 1, true},
	{"lines of text without a sign", "Prices of spring, in EUR\nDo not copy, please\n\n" + products, 3, 1, true},
	{"labels", "Supplier:,Acme\nDate:,2024-01-01\n\n" + products, 3, 1, true},
	{"labels as a spreadsheet writes them", "Supplier:,Acme,,,\nDate:,2024-01-01,,,\n,,,,\n" + products, 3, 1, true},
	{"labels and a title as it writes them", "Stock,,,,\nSupplier:,Acme,,,\n,,,,\n" + products, 3, 1, true},
	{"the same above no header are rows", "Supplier:,Acme,,,\nDate:,2024-01-01,,,\n,,,,\n" + products[24:], 0, 1, false},
	{"half-filled rows are none", "A0,Acme,,,\nA9,saw,,,\n,,,,\n" + products[24:], 0, 1, false},
	{"nor above an empty record and a header", "A0,Acme,,,\nA9,saw,,,\n,,,,\n" + products, 0, 1, false},
	{"a record of another kind", "ORDER,2024-01-01,ACME\n" + numbered("LINE,A%d,saw,%d,1.50\n", 5), 0, 1, false},
	{"a title with a comma above no header", "Stock of Monday, all houses\n" + products[24:], 1, 1, false},
	{"sparse rows", "no,\nyes,\nno,\n,\nyes,\nno,x\nyes,\nno,y\nyes,\nno,\n", 0, 1, false},
	{"sparse rows of words", "red;\nblue;\n;\ngreen;dark\nwhite;\nblack;matt\nbrown;\npink;\ngrey;\n", 0, 1, true},
	{"many sparse rows above words that columns have", "|\n|\ngreen|\ngreen|\nPage|\n|\n|\n|\nSource|\n|pipe\n|\n|\n|\n|lamp\nblue|\n|\nwood|Total\n|\n|\n|blue\n|Total\n|\n|\n|\n|\nblue|\n|\n|\n|\n|\n|\n|\n|\n" +
		"valve|\n|\n|screw\n|\ncable|\n|\n|\n|\nnail|\n|\n|screw\n|\nNote|\n|screw\n|valve\n|\n|\n|\nscrew|Page\n|\n|\n|\nSource|\nnail|\n|\n|bolt\n|\n|Source\n" +
		"|\n|\n|\n|\n|\n|\n|\n|\n|bolt\n|\n|\n|\n|\n|\nTotal|\nlamp|\n|\nPage|wood\n|\n", 0, 1, false},
	{"a row that reads like a footer", "kind,note,note2\nPage,,\n", 0, 1, true},
	{"empty records first", ",\n,\n,x\ndrill,xx\n,xxx\nend,\n,\nsaw,x\n", 0, 1, false},
	{"a title above two full columns", "Stock,\n,\nsku,qty\nA1,5\nA2,6\n", 2, 1, true},
	{"the delimiter", "sep=;\nA;B;C\n", 1, 1, false},
	{"the delimiter and a table", "sep=;\nsku;name;qty\nA1;saw;3\nA2;nail;4\n", 1, 1, true},
	{"the delimiter in quotes", "\"sep=;\"\r\nsku;name\r\nA1;saw\r\n", 1, 1, true},
	{"the delimiter of one column", "sep=;\nsku\nA1\nA2\n", 1, 1, true},
	{"a wrong delimiter", "sep=,\nsku;name;qty\nA1;saw;3\nA2;nail;4\n", 1, 1, true},
}

func TestAbove(t *testing.T) {
	for _, c := range above {
		r, err := Bytes([]byte(c.in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d := r.Dialect; d.Preamble != c.preamble || d.Tables != c.tables || d.Header != c.header || d.Footer > 0 {
			t.Errorf("%s: %d lines above, %d below, %d tables, header %v, %q", c.name, d.Preamble, d.Footer, d.Tables, d.Header, d.Reasons)
		}
	}
}
