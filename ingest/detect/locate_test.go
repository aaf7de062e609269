package detect

import "testing"

// TestLocator: rows and columns are those of csv.reader, behind doubled quotes too.
func TestLocator(t *testing.T) {
	d := Dialect{Delimiter: ',', Quotechar: '"', DoubleQuote: true}
	for _, c := range []struct {
		why, text   string
		row, column int64
	}{
		{"plain", "a,b\nc,", 2, 2},
		{"a delimiter in quotes", `"a,b",`, 1, 2},
		{"and behind a doubled quote", `"say ""hi, there"" now",`, 1, 2},
		{"a line end behind one", "\"a \"\"b\nc\"\" d\",y\n", 2, 1},
		{"a quote within a cell opens nothing", "a\"b,\n", 2, 1},
		{"an empty quoted cell", `"",`, 1, 2},
	} {
		l := newLocator(d)
		l.add([]byte(c.text))
		if l.row != c.row || l.column != c.column {
			t.Errorf("%s: row %d, column %d behind %q; want %d, %d", c.why, l.row, l.column, c.text, c.row, c.column)
		}
	}
}
