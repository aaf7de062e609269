package detect

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// pages makes a cell of several lines, of HTML or of plain words.
func pages(html bool, size int) string {
	line := "A nice, heavy hammer, 5 mm long.\nDo not use; see manual.\n"
	if html {
		line = "<p style=\"\"color: red; margin: 0\"\">A nice, heavy hammer, 5 mm; good.</p>\n"
	}
	return repeat(line, size/len(line)+1)
}

// TestLongCells reads tables with a page of text in each row, which the delimiters in it
// and where the sample is cut say nothing of.
func TestLongCells(t *testing.T) {
	for _, size := range []int{200, 500, 1000, 3000, 8000, 12_000, 20_000, 140_000} {
		for _, delimiter := range []string{",", ";", "|", "\t"} {
			for _, html := range []bool{false, true} {
				in := strings.Join([]string{"sku", "text", "price", "qty"}, delimiter) + "\n"
				for i := range min(60, 1<<20/size) {
					in += strings.Join([]string{fmt.Sprintf("A%d", i), `"` + pages(html, size) + `"`, fmt.Sprintf("%d.%02d", i, i), fmt.Sprint(i)}, delimiter) + "\n"
				}
				r, err := Bytes([]byte(in), Options{})
				if err != nil {
					t.Fatal(err)
				}
				if d := r.Dialect; string(d.Delimiter) != delimiter || d.Columns != 4 || !d.Header || d.Preamble+d.Footer > 0 || d.Consistency != 1 {
					t.Errorf("%d bytes of HTML %v at %q: %+v", size, html, delimiter, d)
				}
			}
		}
	}
}

// TestStrayQuoteInLong holds that a quote which closes nowhere ends no sample, and that
// one which the cut left open does.
func TestStrayQuoteInLong(t *testing.T) {
	rows := func(row string, n int) string { return repeat(row, n) }
	for name, c := range map[string]struct {
		in      string
		columns int
		records int // of those read
	}{
		"a stray quote":                        {"sku,name,qty\nA1,\"saw,2\n" + rows("A2,saw,5\n", 1000), 3, 1002},
		"a stray quote among two columns":      {"sku,name\nA1,\"saw\n" + rows("A2,saw\n", 1000), 2, 1002},
		"an open cell":                         {"sku,name,qty\nA0,saw,1\nA1,\"saw,2\n" + rows("a nice hammer, good\n", 1000), 3, 2},
		"an open cell with lines like records": {"sku,name\nA0,\"saw\n5 mm, nice\"\nA1,\"saw,2\n" + rows("a nice hammer, good\n", 1000), 2, 2},
		"an open cell at the very end":         {rows("A2,saw,5\n", 1000) + "A1,\"saw\n", 3, 1000},
	} {
		best, _ := bestLayout([]byte(c.in), true, Given{})
		if best.delimiter != ',' || best.columns != c.columns || len(best.records) != c.records {
			t.Errorf("%s: at %q %d columns in %d records", name, best.delimiter, best.columns, len(best.records))
		}
		n := 0
		for r := best.readerAt(0); r.next(); n++ {
		}
		if n != c.records {
			t.Errorf("%s: %d records are read again", name, n)
		}
	}
}

// TestOpenInCells holds that nothing is looked for behind the records that are left where
// the last one was cut, by any of the readings.
func TestOpenInCells(t *testing.T) {
	for _, first := range []string{"list", "list;of;names"} {
		in := first + "\n" + repeat("a, b\n", 10) + "\"b, " + repeat("a nice hammer\n", 1000)
		if d, _ := findDialect([]byte(in), true, Given{}); d.Columns != len(strings.Split(first, ";")) && d.Columns != 1 {
			t.Errorf("%q: %+v", first, d)
		}
	}
}

// TestWide reads tables whose records alone are longer than what is looked at of others.
func TestWide(t *testing.T) {
	for _, columns := range []int{20_000, 100_000} {
		var names, row strings.Builder
		for i := range columns {
			fmt.Fprintf(&names, "column%d,", i)
			fmt.Fprintf(&row, "%d,", i)
		}
		in := strings.TrimSuffix(names.String(), ",") + "\n" + repeat(strings.TrimSuffix(row.String(), ",")+"\n", 8)
		r, err := Bytes([]byte(in), Options{})
		if d := r.Dialect; err != nil || d.Columns != columns || !d.Header || d.Trailing || d.Consistency != 1 {
			t.Errorf("%d columns: %d, header %v, %q, %v", columns, d.Columns, d.Header, d.Reasons, err)
		}
	}
	var numbers strings.Builder // each column asks whether years are across
	for i := range 200_000 {
		fmt.Fprintf(&numbers, ",%d", 3*i+1)
	}
	start := time.Now()
	r, err := Bytes([]byte(numbers.String()+"\n"+repeat("A"+repeat(",7", 200_000)+"\n", 6)), Options{})
	if d := r.Dialect; err != nil || d.Columns != 200_001 || time.Since(start) > 10*time.Second {
		t.Errorf("numbers across: %d columns after %v, %v", d.Columns, time.Since(start), err)
	}
	for _, in := range []string{repeat("word;", 5<<20/5), repeat(";", 5<<20), repeat(repeat(";", 1<<20)+"\n", 4)} {
		r, err = Bytes([]byte(in), Options{})
		if d := r.Dialect; err != nil || d.Columns != 0 || d.Header || len(d.Types) != 0 || d.Delimiter != ';' || !strings.Contains(d.Reasons[0], "too long") || strings.Contains(strings.Join(d.Reasons, " "), "each record ends") {
			t.Errorf("a record that is too long: %+v, %v", d, err)
		}
	}
}
