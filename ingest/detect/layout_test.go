package detect

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/feedparity/feedparity/corpus/pollute"
)

// layouts are texts and what is found beside delimiter and quotes.
var layouts = []struct {
	name, in         string
	want             string // Dialect.String
	columns          int
	preamble, footer int
	table            string // what TableFrom and TableTo enclose
	tables           int
}{
	{"nothing around", "a,b\n1,2\n", "-", 2, 0, 0, "a,b\n1,2\n", 1},
	{"titles, a rule and a total", "Stock\n\nsku;qty\nA1;1\nA2;2\nA3;3\n------\nTotal: 3\n", "delimiter=;", 2, 2, 2, "sku;qty\nA1;1\nA2;2\nA3;3\n", 1},
	{"comments", "# by stock\nsku,qty,price\nA1,1,2.5\nA2,2,3.5\n", "-", 3, 1, 0, "sku,qty,price\nA1,1,2.5\nA2,2,3.5\n", 1},
	{"as a spreadsheet writes it", "Stock,,,\n,,,\nsku,qty,x,y\nA1,1,2,3\nA2,2,2,4\nSource: us,,,\n", "-", 4, 2, 1, "sku,qty,x,y\nA1,1,2,3\nA2,2,2,4\n", 1},
	{"a record that was cut is no footer", "sku,qty,x\nA1,1,2\nA2,2,3\nA3", "-", 3, 0, 0, "sku,qty,x\nA1,1,2\nA2,2,3\nA3", 1},
	{"empty lines are no footer", "sku,qty\nA1,1\n\n\n", "-", 2, 0, 0, "sku,qty\nA1,1\n\n\n", 1},
	{"a word that only begins like a remark", "id,name,price\nx1,a,2\nx2,b,2\nSUMMER-12,,\n", "-", 3, 0, 0, "id,name,price\nx1,a,2\nx2,b,2\nSUMMER-12,,\n", 1},
	{"codes that begin like one", "id,name,price\n1,a,2\n2,b,2\nPAGE-4711,,\nnote-17,,\n", "-", 3, 0, 0, "id,name,price\n1,a,2\n2,b,2\nPAGE-4711,,\nnote-17,,\n", 1},
	{"a negative number", "sku,name,price\n1,a,2\n2,b,2\n-12,,\n", "-", 3, 0, 0, "sku,name,price\n1,a,2\n2,b,2\n-12,,\n", 1},
	{"a word in parentheses", "sku,name,price\n1,a,2\n2,b,2\n(old) item,,\n", "-", 3, 0, 0, "sku,name,price\n1,a,2\n2,b,2\n(old) item,,\n", 1},
	{"a number behind a sign", "text,a,b\nhello,1,2\n#5 screws,,\n", "-", 3, 0, 0, "text,a,b\nhello,1,2\n#5 screws,,\n", 1},
	{"a name that begins like a remark", "name,qty,x\nred nut,1,2\nnut,1,2\nTotal Care shampoo,,\n", "-", 3, 0, 0, "name,qty,x\nred nut,1,2\nnut,1,2\nTotal Care shampoo,,\n", 1},
	{"a total among names", "name,qty,x\nred nut,1,2\nnut,1,2\nTotal,,\n", "-", 3, 0, 1, "name,qty,x\nred nut,1,2\nnut,1,2\n", 1},
	{"remarks that are rows", "name,qty,x\nNote 1,1,2\nNote 2,1,2\nNote 3,,\n", "-", 3, 0, 0, "name,qty,x\nNote 1,1,2\nNote 2,1,2\nNote 3,,\n", 1},
	{"two cells of a record", "sku,a,b,c,d,e\nA1,a,1,1,x,y\nA2,b,1,1,x,y\nA3,blue widget\n", "-", 6, 0, 0, "sku,a,b,c,d,e\nA1,a,1,1,x,y\nA2,b,1,1,x,y\nA3,blue widget\n", 1},
	{"the same below an empty line", "sku,a,b,c,d,e\nA1,a,1,1,x,y\nA2,b,1,1,x,y\n\nA3,blue widget\n", "-", 6, 0, 0, "sku,a,b,c,d,e\nA1,a,1,1,x,y\nA2,b,1,1,x,y\n\nA3,blue widget\n", 1},
	{"a code and a word", "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\nA3 plus\n", "-", 4, 0, 0, "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\nA3 plus\n", 1},
	{"a code and a colon, above a total", "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\nA4: blue\nTotal: 3\n", "-", 4, 0, 1, "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\nA4: blue\n", 1},
	{"a line that nothing says is none", "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\nBig table\n", "-", 4, 0, 0, "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\nBig table\n", 1},
	{"the same above an empty line and a note", "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\nBig table\n\nPrinted today\n", "-", 4, 0, 2, "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\nBig table\n", 1},
	{"a line below an empty one", "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\n\nBig table\n", "-", 4, 0, 2, "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\n", 1},
	{"a footer without a line end may be a row that was cut", "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\nTotal: 3\nTotal Ca", "-", 4, 0, 0, "sku,a,b,c\nA1,a,1,1\nA2,b,1,1\nTotal: 3\nTotal Ca", 1},
	{"a sparse first row is no title", "1,,,\n2,nut,1.5,3\n3,saw,2.5,4\n4,tap,1,1\n", "-", 4, 0, 0, "1,,,\n2,nut,1.5,3\n3,saw,2.5,4\n4,tap,1,1\n", 1},
	{"nor is one of a code", "A0,,,\nA1,bolt,1,2\nA2,nut,3,4\nA3,saw,5,6\n", "-", 4, 0, 0, "A0,,,\nA1,bolt,1,2\nA2,nut,3,4\nA3,saw,5,6\n", 1},
	{"nor of that alone", "A0\nA1,bolt,1,2\nA2,nut,3,4\nA3,saw,5,6\n", "-", 4, 0, 0, "A0\nA1,bolt,1,2\nA2,nut,3,4\nA3,saw,5,6\n", 1},
	{"below a title it is none either", "Stock\nA0,,,\nA1,bolt,1,2\nA2,nut,3,4\nA3,saw,5,6\n", "-", 4, 1, 0, "A0,,,\nA1,bolt,1,2\nA2,nut,3,4\nA3,saw,5,6\n", 1},
	{"nor is one of a name", "Saw,,,\nBolt,steel,1,2\nNut,brass,3,4\nTap,,5,6\n", "-", 4, 0, 0, "Saw,,,\nBolt,steel,1,2\nNut,brass,3,4\nTap,,5,6\n", 1},
	{"a code above the header is a title", "A7\nsku,name,qty\nA1,bolt,2\nA2,nut,4\n", "-", 3, 1, 0, "sku,name,qty\nA1,bolt,2\nA2,nut,4\n", 1},
	{"lines inside quotes that were cut", "sku,text\nA1,x\nA2,\"y\n\nTotal: 3\nand more\n\nPrinted on 1.1.\n", "-", 2, 0, 0, "sku,text\nA1,x\nA2,\"y\n\nTotal: 3\nand more\n\nPrinted on 1.1.\n", 1},
	{"lines behind a stray quote", "sku,text\nA1,x\nA2,\"y\nA3,z\nTotal: 3\n", "-", 2, 0, 1, "sku,text\nA1,x\nA2,\"y\nA3,z\n", 1},
	{"sparse records are none", "sku,qty,x,y\nA1,,,\nA2,,,\nA3,,,\n", "-", 4, 0, 0, "sku,qty,x,y\nA1,,,\nA2,,,\nA3,,,\n", 1},
	{"two tables", "sku,qty,x\nA1,1,2\nA2,2,3\nA3,2,4\n\ntown,van\nHull,1\nYork,2\n", "-", 3, 0, 0, "sku,qty,x\nA1,1,2\nA2,2,3\nA3,2,4\n\ntown,van\nHull,1\nYork,2\n", 2},
	{"a delimiter at each end", "sku;qty;x;\nA1;1;2;\nA2;2;3;\n", "delimiter=;", 3, 0, 0, "sku;qty;x;\nA1;1;2;\nA2;2;3;\n", 1},
	{"two at each end are columns", "sku;qty;x;;\nA1;1;2;;\nA2;2;3;;\n", "delimiter=;", 5, 0, 0, "sku;qty;x;;\nA1;1;2;;\nA2;2;3;;\n", 1},
	{"escaped quotes", "a,b\n\"x \\\"y\\\"\",1\n\"z\",2\n", `escapechar=\\ doublequote=False`, 2, 0, 0, "a,b\n\"x \\\"y\\\"\",1\n\"z\",2\n", 1},
	{"escaped delimiters", "a,b\nx\\, y,1\nz\\, w,2\nz,3\n", `escapechar=\\ doublequote=False`, 2, 0, 0, "a,b\nx\\, y,1\nz\\, w,2\nz,3\n", 1},
	{"a path is not escaped", "a,b\n\"C:\\\",1\n\"D:\\x\",2\n", "-", 2, 0, 0, "a,b\n\"C:\\\",1\n\"D:\\x\",2\n", 1},
	{"a quote that closes nowhere", "a,b\n\"x,1\ny,2\nz,3\n\"v\",4\n", "-", 2, 0, 0, "a,b\n\"x,1\ny,2\nz,3\n\"v\",4\n", 1},
}

func TestLayout(t *testing.T) {
	for _, c := range layouts {
		r, err := Bytes([]byte(c.in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		d := r.Dialect
		if d.String() != c.want || d.Columns != c.columns || d.Preamble != c.preamble || d.Footer != c.footer || d.Tables != c.tables {
			t.Errorf("%s: %s %+v", c.name, d, d)
		}
		if d.Unfinished == strings.HasSuffix(c.in, "\n") {
			t.Errorf("%s: unfinished %v", c.name, d.Unfinished)
		}
		if got := c.in[d.TableFrom:d.TableTo]; got != c.table {
			t.Errorf("%s: the table is %q", c.name, got)
		}
	}
}

// TestPlaces finds the table's bytes in every kind of charset.
func TestPlaces(t *testing.T) {
	const above, table, below = "Été\r\n\r\n", "sku;né\r\nA1;1\r\nA2;2\r\nA3;3\r\n", "Total: trois\r\n"
	wide := func(s string) string {
		var out []byte
		for _, u := range utf16.Encode([]rune(s)) {
			out = binary.BigEndian.AppendUint16(out, u)
		}
		return string(out)
	}
	latin := strings.NewReplacer("É", "\xc9", "é", "\xe9").Replace
	for name, enc := range map[string]struct {
		mark string
		f    func(string) string
	}{
		"utf-8": {"", strings.Clone}, "utf-8-sig": {"\ufeff", strings.Clone}, "utf-16": {"\xfe\xff", wide}, "utf-16-be": {"", wide}, "latin": {"", latin},
	} {
		in := enc.mark + enc.f(above) + enc.f(table) + enc.f(below)
		r, err := Bytes([]byte(in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := in[r.Dialect.TableFrom:r.Dialect.TableTo]; got != enc.f(table) {
			t.Errorf("%s (%s): %q, %+v", name, r.Charset, got, r.Dialect)
		}
	}
	// No character of another charset has a line break among its bytes.
	kana := "\x82\xa0\r\n\x82\xa2,\x83\x7c\r\n"
	if at := place("cp932", []byte(kana), []byte("あ\r\nい,ポ\r\n"), int64(len("あ\r\n"))); at != 4 {
		t.Errorf("cp932: %d", at)
	}
	open := "\x82\xa0\r\n\x82\xa2,\x83\x7c" // its last line has no end
	if at := place("cp932", []byte(open), []byte("あ\r\nい,ポ"), int64(len("あ\r\nい,ポ"))); at != int64(len(open)) {
		t.Errorf("cp932 without a last line end: %d of %d", at, len(open))
	}
}

// inCharset encodes a text in what TestFooterOfLong reads.
func inCharset(charset, text string) string {
	var out []byte
	switch charset {
	case "utf-8":
		return text
	case "utf-16", "utf-16-le":
		if charset == "utf-16" {
			text = "\ufeff" + text
		}
		for _, u := range utf16.Encode([]rune(text)) {
			if charset == "utf-16" {
				out = binary.BigEndian.AppendUint16(out, u)
			} else {
				out = binary.LittleEndian.AppendUint16(out, u)
			}
		}
		return string(out)
	}
	of := map[rune]byte{}
	for b, r := range tableOf(charset) {
		of[r] = byte(b)
	}
	for _, r := range text {
		out = append(out, of[r])
	}
	return string(out)
}

// TestFooterOfLong finds what is below a table too long to be read as a whole.
func TestFooterOfLong(t *testing.T) {
	for _, charset := range []string{"utf-8", "cp1252", "utf-16", "utf-16-le", "cp037"} {
		table := inCharset(charset, "sku,n\u00e9,a,b,c,price\n"+strings.Repeat("A1,\u00e9,1,2,3,1.50\n", 20_000))
		quoted := inCharset(charset, "sku,n\u00e9,a,b,c,price\n"+strings.Repeat("A1,\u00e9,1,2,3,1.50\n", 20_000)+"A2,1,2,3,\"x"+strings.Repeat("\nmore", 5000)+"\n")
		for _, footer := range []string{"", "Total: 1\n", "\n-- end of it --\n"} {
			in := table + strings.TrimPrefix(inCharset(charset, footer), "\xfe\xff")
			r, err := Bytes([]byte(in), Options{Charset: charset})
			if err != nil {
				t.Fatal(err)
			}
			if d := r.Dialect; d.TableTo != int64(len(table)) || d.Footer != strings.Count(footer, "\n") {
				t.Errorf("%s, %q: table to %d of %d, %d lines below", charset, footer, d.TableTo, len(table), d.Footer)
			}
			in = quoted + strings.TrimPrefix(inCharset(charset, footer+"the end of it\",1.50\n"), "\xfe\xff")
			if r, err = Bytes([]byte(in), Options{Charset: charset}); err != nil || r.Dialect.Footer != 0 || r.Dialect.TableTo != r.Size {
				t.Errorf("%s, %q in quotes: table to %d of %d, %d lines below, %v", charset, footer, r.Dialect.TableTo, r.Size, r.Dialect.Footer, err)
			}
		}
	}
}

// TestFooterInQuotes holds that none begins inside a quoted cell that is longer than
// what is looked at of the end.
func TestFooterInQuotes(t *testing.T) {
	rows := "sku,a,b,c,d,text,price\n" + strings.Repeat("A1,1,2,3,\x83\x7c,\x83\x7c|,1.50\n", 8_000)
	prose := strings.Repeat("some words, with commas, many\n", 1000) + "\nTotal: 3\n\nand a line of it"
	for name, c := range map[string]struct {
		last   string
		quoted bool
	}{
		"a quoted cell": {"A9,1,2,3,x,\"" + prose + "\",1.50\n", true}, "one in quotes": {"A9,1,2,3,x,\"" + prose + "\"\"a\"\" \",1.50\n", true},
		"one that was cut": {"A9,1,2,3,x,\"" + prose + "\n\nTotal: 3\n", true}, "none": {"A9,1,2,3,x,1.50\n" + "\nTotal: 3\n", false}, "one before it": {"A9,1,2,3,\"x\"\"\",\"y\",1.50\nTotal: 3\n", false},
	} {
		for charset, rows := range map[string]string{"cp932": rows, "utf-8": strings.ReplaceAll(rows, "\x83\x7c", "\u00e9")} {
			r, err := Bytes([]byte(rows+c.last), Options{Declared: charset})
			if err != nil || r.Charset != charset {
				t.Fatal(r.Charset, err)
			}
			if d := r.Dialect; (d.Footer == 0) != c.quoted || c.quoted && d.TableTo != r.Size {
				t.Errorf("%s in %s: %d lines below, table to %d of %d", name, charset, d.Footer, d.TableTo, r.Size)
			}
		}
	}
}

// TestGiven looks for what is not known in what is.
func TestGiven(t *testing.T) {
	char := func(b byte) *byte { return &b }
	yes := true
	for _, c := range []struct {
		in   string
		g    Given
		want string
		cols int
	}{
		{"a|b;c\n1|2;3\n4|5;6\n", Given{Delimiter: char(';')}, "delimiter=;", 2},
		{"a|b;c\n1|2;3\n4|5;6\n", Given{Delimiter: char('|')}, "delimiter=|", 2},
		{"a|b;c\n1|2;3\n4|5;6\n", Given{Delimiter: char('\t')}, `delimiter=\t`, 1},
		{"a,b\n'1','2'\n", Given{Quotechar: char('"')}, "-", 2},
		{"a,b\n\"1\",\"2\"\n", Given{Quotechar: char(0)}, "quoting=3", 2},
		{"a,b\n1^,2,3\n4,5\n", Given{Escapechar: char('^')}, "escapechar=^ doublequote=False", 2},
		{"a,b\n1, 2\n", Given{SkipInitialSpace: &yes}, "skipinitialspace=True", 2},
	} {
		r, err := Bytes([]byte(c.in), Options{Given: c.g})
		if err != nil || r.Dialect.String() != c.want || r.Dialect.Columns != c.cols {
			t.Errorf("%q: %s, %d columns, %v; want %s, %d", c.in, r.Dialect, r.Dialect.Columns, err, c.want, c.cols)
		}
	}
}

// TestCharsetSaid takes what an input is in from who knows.
func TestCharsetSaid(t *testing.T) {
	for _, c := range []struct{ in, charset, found, want, binary string }{
		{"\x0d\x54\xf0\x79\x3b\x00\xcf\x63\x0a\x00\x24\x95\x50\x5b\x3b\x00\x18\x4f\x0a\x00", "UTF-16LE", "utf-16-le", "delimiter=;", ""},
		{"a\x00\x00\x00,\x01\x02\x03\x04\x05\x06\x0e\x0f\x10\x11\x12\x13", "latin-1", "iso8859-1", "-", ""},
		{"\x81\x6b\x82\x25\xf1\x6b\xf2\x25", "cp037", "cp037", "-", ""},
		{"PK\x03\x04\x14\x00", "utf-8", "", "", "zip"},
	} {
		r, err := Bytes([]byte(c.in), Options{Charset: c.charset})
		if err != nil || r.Charset != c.found || r.Binary != c.binary || c.binary == "" && r.Dialect.String() != c.want {
			t.Errorf("%q in %s: %+v, %v", c.in, c.charset, r, err)
		}
		if c.binary == "" && (r.Dialect.TableFrom != 0 || r.Size != int64(len(c.in))) {
			t.Errorf("%q in %s: %+v", c.in, c.charset, r.Dialect)
		}
	}
	if _, err := Bytes([]byte("a"), Options{Charset: "klingon"}); err == nil {
		t.Error("a charset that nobody knows is no error")
	}
}

func TestCellTypes(t *testing.T) {
	for want, cells := range map[CellType][]string{
		Empty: {"", " ", "NA", "null", "-"}, Integer: {"1", "-12", "1 234", "1,234,567", "12%"}, DecimalPoint: {"1.5", "1,234.50", "$ 5.00", "1e-05", "£5.20"},
		DecimalComma: {"1,5", "1.234,50", "0,125"}, Date: {"2026-11-22", "22.11.26", "22/11/2026", "22 Nov 2026", "3-Jan-2024"}, Time: {"10:30", "2026-11-22 10:30:00", "2026-11-22T10:30:00Z", "9:05 PM"},
		Word: {"bolt", "Größe"}, Code: {"A-12", "a_b", "12-34", "10/25"}, Text: {"two words", "a, b", "see: this"}, Mess: {"a;b c", "x,y", "\"a", "1;2", "'a, b'"},
	} {
		for _, c := range cells {
			if got := typeOf([]byte(c)); got != want {
				t.Errorf("%q: type %d, want %d", c, got, want)
			}
		}
	}
}

// TestSpoiled holds a sample of the spoiled files to what is in them; cmd/detecteval
// measures all of them.
func TestSpoiled(t *testing.T) {
	files := pollute.Files(11, 1)
	if again := pollute.Files(11, 1); !reflect.DeepEqual(files, again) {
		t.Fatal("the same seed gives other files")
	}
	right, header, n := 0, 0, 0
	for i := 0; i < len(files); i += 2 {
		f := files[i]
		r, err := Bytes(f.Data, Options{})
		if err != nil {
			t.Fatal(err)
		}
		n++
		if d := r.Dialect; d.Delimiter == f.Delimiter && d.Quotechar == f.Quotechar {
			right++
		}
		if r.Dialect.Header == f.Header {
			header++
		}
	}
	if n < 350 || right*100 < n*98 || header*100 < n*95 {
		t.Errorf("of %d files the dialect of %d and the header of %d are right", n, right, header)
	}
}
