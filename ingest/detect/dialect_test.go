package detect

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// dialects are texts and how they are laid out.
var dialects = []struct {
	name, in string
	want     string // Dialect.String
	ending   string
	columns  int
	header   bool
}{
	{"excel", stock, "-", "crlf", 3, true},
	{"semicolon with decimal commas", "sku;price;qty\nA1;1,50;5\nA2;2,75;7\n", "delimiter=;", "lf", 3, true},
	{"tab", "sku\tname\nA1\tbolt, long\nA2\tnut\n", `delimiter=\t`, "lf", 2, true},
	{"pipe", "sku|at\nA1|10:30:00\nA2|11:30:00\n", "delimiter=|", "lf", 2, true},
	{"blanks", "sku qty price\nA1 5 1.50\nB2 7 2.75\nC3 8 2.85\nC4 8 2.85\nC5 9 3.85\n", "delimiter= ", "lf", 3, true},
	{"blanks and decimal commas", "sku qty price\nA1 5 1,50\nB2 7 2,75\nC3 8 2,85\nC4 8 2,85\nC5 9 3,85\n", "delimiter= ", "lf", 3, true},
	{"blanks in a name of one column", "unit price\n1.50 EUR\n2.75 EUR\n", "-", "lf", 1, true},
	{"numbers in one column of names", "product name\nProduct 1\nProduct 2\nProduct 3\n", "-", "lf", 1, true},
	{"addresses divided by blanks", "street address city\n12 High Street\n7 Mill Lane\n9 Park Road\n", "-", "lf", 1, true},
	{"phrases below names", "address city country\nHigh Street Leeds\nMill Lane York\nPark Road Hull\n", "-", "lf", 1, true},
	{"a cell short", "sku qty price\nA1 5 1.50\nB2 7\nC3 8 2.85\nC4 8 2.85\nC5 9 3.85\n", "-", "lf", 1, true},
	{"Hive", "A1\x01bolt\x015\nA2\x01nut\x017\n", `delimiter=\x01`, "lf", 3, false},
	{"file separators", "sku\x1cname\x1cqty\nA1\x1cbolt\x1c5\nA2\x1cnut\x1c7\n", `delimiter=\x1c`, "lf", 3, true},
	{"group separators", "sku\x1dname\x1dqty\nA1\x1dbolt, long\x1d5\nA2\x1dnut, wide\x1d7\n", `delimiter=\x1d`, "lf", 3, true},
	{"record separators", "sku\x1ename\x1eqty\nA1\x1ebolt\x1e5\nA2\x1enut\x1e7\n", `delimiter=\x1e`, "lf", 3, true},
	{"units, not the records behind them", "sku\x1fqty\x1eA1\x1f5\x1eA2\x1f7\x1e", `delimiter=\x1f`, "none", 4, true},
	{"units with a separator at the line's end", "sku\x1fqty\x1e\nA1\x1f5\x1e\nA2\x1f7\x1e\n", `delimiter=\x1f`, "lf", 2, true},
	{"colon", "root:x:0\nbin:x:1\n", "delimiter=:", "lf", 3, false},
	{"times are no colon", "sku,at\nA1,10:30\nA2,11:30\n", "-", "lf", 2, true},
	{"lists in a column", "sku,range\nA1,1;2;3\nA2,4;5;6\nA3,7;8;9\n", "-", "lf", 2, true},
	{"lists of lists", "sku;range;x\nA1;1,2|3,4;5\nA2;4,5|6,7;8\n", "delimiter=;", "lf", 3, true},
	{"decimal commas are no lists", "sku;price\nA1;1,50\nA2;2,75\n", "delimiter=;", "lf", 2, true},
	{"one column", "sku\nA1\nA2\n", "-", "lf", 1, true},
	{"delimiter inside quotes", "sku;name\nA1;\"a,b,c\"\nA2;\"d,e,f\"\n", "delimiter=;", "lf", 2, true},
	{"line break inside quotes", "sku,name\r\nA1,\"a\r\nb\"\r\nA2,c\r\n", "-", "crlf", 2, true},
	{"single quotes", "sku,name\nA1,'a, b'\nA2,'c'\nA3,'d, e'\n", "quotechar='", "lf", 2, true},
	{"an apostrophe is no quote", "sku,name\nA1,'tis\nA2,dogs'\nA3,x\n", "-", "lf", 2, true},
	{"blank before quotes", "sku, name\nA1, \"a, b\"\nA2, \"c\"\n", "skipinitialspace=True", "lf", 2, true},
	{"cr", "sku,qty\rA1,5\r", "-", "cr", 2, true},
	{"crcrlf", "sku,qty\r\r\nA1,5\r\r\n", "-", "crcrlf", 2, true},
	{"mixed endings", "sku,qty\r\nA1,5\nA2,6\r\n", "-", "mixed", 2, true},
	{"no line break", "sku,qty", "-", "none", 2, true},
	{"a header and no row", "supplier ref;unit price;\n", "delimiter=;", "lf", 2, true},
	{"a row and no header", "bolt M8,steel works,in store\n", "-", "lf", 3, false},
	{"a header of two levels", "firm,staff,,,cost\n,full time,part time,agency,\na,5,6,7,1.5\nb,4,3,2,2.5\nc,1,2,3,3.5\n", "-", "lf", 5, true},
	{"a sparse first row is no header of two levels", "a,,,,x\nb,1,2,3,y\nc,5,6,7,x\nd,1,2,3,y\n", "-", "lf", 5, false},
	{"months below a name", "who,when\na b,Oct-14\nb c,Nov-14\nc d,12 Dec\n", "-", "lf", 2, true},
	{"months across", "line,Oct-14,Nov-14\nscrews,5,6\nnuts,7,8\n", "-", "lf", 3, true},

	{"years across", "country,2019,2020,2021\nUK,1,2,3\nDE,3,4,5\nFR,4,5,6\n", "-", "lf", 4, true},
	{"years behind two names", "country,code,2021,2020\nUnited Kingdom,UK,1,2\nGermany,DE,4,5\n", "-", "lf", 4, true},
	{"years and a sum", "country,2019,2020,2021,2022,sum\nUK,1,2,3,4,5\nDE,3,4,5,6,7\n", "-", "lf", 6, true},
	{"numbers across are no years", "UK,1,2,3\nDE,3,4,5\nFR,4,5,6\n", "-", "lf", 4, false},
	{"years in the rows", "UK,2019,2020,2021\nDE,2018,2019,2020\nFR,2018,2019,2020\n", "-", "lf", 4, false},
	{"addresses in one column", "url\nhttp://a.example/1?y=1;z=1\nhttp://a.example/2?y=1;z=2\nhttp://a.example/3?y=1;z=3\n", "-", "lf", 1, true},
	{"places in one column", "city\nBonn, Germany\nParis, France\nRome, Italy\n", "-", "lf", 1, true},
	{"places in one of several columns", "place;date;sku\nBonn, Germany;2024-06-19\nParis, France\nRome, Italy;2024-01-02;A002\nOslo, Norway;2024-01-02;A003\n", "delimiter=;", "lf", 3, true},
	{"names in one column", "name\nSmith, John\nDoe, Jane\nJones, Al\n", "-", "lf", 1, true},
	{"thousands in one column", "pop\n1,000\n2,001\n13,002\n", "-", "lf", 1, true},
	{"two columns below a title", "Stock\nsku, name\nA1, saw\nA2, nail\n", "-", "lf", 2, true},
	{"two columns of words and numbers below one", "Stock\nA1, 5\nA2, 6\nA3, 6\n", "-", "lf", 2, false},
	{"addresses and numbers below one", "Links\nhttp://a.example/1;5\nhttp://a.example/2;6\nhttp://a.example/3;6\n", "delimiter=;", "lf", 2, false},
	{"one above numbers", "note,price\n,53.94\n,43.70\n\"\"\n,1.86\n,65.44\n\"\"\n,19.81\nvalve,44.68\n", "-", "lf", 2, true},
	{"a second one that is", "qty,note\n384,\n396\n16,\n88,\n494\n60,\n58,\n134,\n5,x\n", "-", "lf", 2, true},
	{"a first column that is mostly empty", "1\t2024-06-01\n" + repeat("\t2024-06-02\n", 6), `delimiter=\t`, "lf", 2, false},

	{"empty", "", "-", "none", 0, false},
	{"no header", "1,bolt,5\n2,nut,7\n", "-", "lf", 3, false},
	{"twice the same name is no header", "a,a\nb,c\n", "-", "lf", 2, false},
	{"a title line above", "Stock list of today\nsku;name;qty\nA1;a;1\nA2;b;2\nA3;c;3\n", "delimiter=;", "lf", 3, true},
	{"blank lines", "\n\nsku;qty\n\nA1;5\n", "delimiter=;", "lf", 2, true},
	{"unclosed quote", "sku,name\nA1,\"a\nA2,b\n", "-", "lf", 2, true},
	{"utf-16", "\xff\xfe" + utf16le("sku\tname\r\nA1\tx\r\n"), `delimiter=\t`, "crlf", 2, true},
	{"utf-8 with a mark before a quote", "\ufeff\"sku;no\";qty\n\"A;1\";5\n", "delimiter=;", "lf", 2, true},
	{"a trail byte that looks like a pipe", "\x83\x7c\x83\x8a;\x90\x94\n\x83\x7c\x83\x58\x83\x67;5\n\x83\x7c\x83\x62\x83\x67;6\n", "delimiter=;", "lf", 2, true},
}

func TestDialect(t *testing.T) {
	for _, c := range dialects {
		r, err := Bytes([]byte(c.in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		d := r.Dialect
		if d.String() != c.want || d.LineEnding != c.ending || d.Columns != c.columns || d.Header != c.header || d.Why == "" {
			t.Errorf("%s: %s %+v; want %s %s, %d columns, header %v", c.name, d, d, c.want, c.ending, c.columns, c.header)
		}
	}
}

// TestDialectFor checks that the options are what a path's literals hold, and that
// ingest reads what String prints.
func TestDialectFor(t *testing.T) {
	d := Dialect{Delimiter: '\t', Quotechar: '\'', SkipInitialSpace: true}
	for _, p := range ingest.Paths {
		parsed, err := ingest.ParseDialect(p, strings.Fields(d.String())...)
		if err != nil || !reflect.DeepEqual(parsed, d.For(p)) {
			t.Errorf("%s: %v, %v; want %v", p, parsed, err, d.For(p))
		}
	}
	if got := (Dialect{Delimiter: ',', Quotechar: '"'}).For(ingest.Py2); got == nil || len(got) != 0 {
		t.Errorf("the excel dialect: %v", got)
	}
}

// awkward are what makes a reader look ahead again and again if it is careless.
var awkward = []string{"\"", ",", "a\"b,", "\"a,b\n", "\"\"a,b\n", "a,\"\"b\"\"\n", "\"a\" b,", "\" ", " ", "\\\"", "\"\\\",", "'\"", "\r", "\r\n", "\xe9", "\x1b$", "\"\n"}

// TestLinear counts what is looked at: four times the input is to take four times the
// work, of each way to read it and of the passes over it.
func TestLinear(t *testing.T) {
	const n = 24 << 10
	for _, unit := range awkward {
		for _, before := range []string{"", "\""} {
			small, large := before+repeat(unit, n/len(unit)), before+repeat(unit, 4*n/len(unit))
			for i, a := range (Given{}).candidates([]byte(small)) {
				b := (Given{}).candidates([]byte(large))[i]
				a.read([]byte(small))
				b.read([]byte(large))
				if s, l := a.reader.steps, b.reader.steps; l > 5*s || s > 8*n || l == 0 {
					t.Errorf("%q and %q by %q %q: %d steps for %d bytes, %d for %d", before, unit, a.delimiter, a.quote, s, n, l, 4*n)
				}
			}
			s, l := bytesRead(t, small), bytesRead(t, large)
			if l > 5*s {
				t.Errorf("%q and %q: %d bytes read of %d, %d of %d", before, unit, s, n, l, 4*n)
			}
		}
	}
}

// counting counts what is read.
type counting struct {
	in string
	n  int
}

func (c *counting) ReadAt(p []byte, at int64) (int, error) {
	n, err := strings.NewReader(c.in).ReadAt(p, at)
	c.n += n
	return n, err
}

func bytesRead(t *testing.T, in string) int {
	t.Helper()
	c := &counting{in: in}
	if _, err := Detect(c, int64(len(in)), Options{Explain: true}); err != nil {
		t.Fatal(err)
	}
	return c.n
}

// TestLong would not end if anything else took more than a pass for each megabyte.
func TestLong(t *testing.T) {
	for _, unit := range awkward {
		start := time.Now()
		if _, err := Bytes([]byte(repeat(unit, 4<<20/len(unit))), Options{}); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%q...: %v", unit, d)
		}
	}
}

// FuzzDetect holds every input to what callers rely on.
func FuzzDetect(f *testing.F) {
	for _, c := range inputs {
		f.Add([]byte(c.in))
	}
	for _, c := range dialects {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := Bytes(in, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Bytes(in, Options{chunk: chunksOf(3)}); err != nil || !reflect.DeepEqual(r, again) {
			t.Fatalf("%+v, in chunks %+v, %v", r, again, err)
		}
		if r.Why == "" || (r.Binary == "") == (r.Charset == "") {
			t.Fatalf("%+v", r)
		}
		if t := tableOf(r.Charset); t != nil {
			for _, c := range in {
				if t[c] == undefined {
					panic(r.Charset + " does not decode its input")
				}
			}
		}
		for _, said := range []string{"utf-16", "utf-32-be", "cp932", "cp037", "iso2022_jp"} {
			s, err := Bytes(in, Options{Charset: said})
			if d := s.Dialect; err != nil || s.Binary == "" && (d.TableFrom < 0 || d.TableTo > r.Size || d.TableTo < d.TableFrom) {
				t.Fatalf("in %s: %+v, %v", said, s, err)
			}
		}
		if _, err := ingest.ParseDialect(ingest.Py3, strings.Fields(r.Dialect.String())...); err != nil && r.Dialect.String() != "-" {
			t.Fatal(err)
		}
	})
}
