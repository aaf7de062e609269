package pycsv

import (
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// looking is one call of csv.Sniffer().has_header.
type looking struct{ sample ingest.Value }

func (l looking) operation() string         { return "has_header" }
func (l looking) marshal(dst []byte) []byte { return interptest.AppendMarshal(dst, l.sample) }
func (l looking) String() string {
	return "csv.Sniffer().has_header of " + shownValues(l.sample)
}
func (l looking) run(v *Version) []string { return []string{header(v, l.sample)} }

// header writes what HasHeader found as confirm.py does.
func header(v *Version, sample ingest.Value) string {
	has, fault := HasHeader(v, sample)
	switch {
	case fault != nil:
		return "error " + showFault(fault)
	case has:
		return "True"
	}
	return "False"
}

var headerCases = []struct {
	name, sample string
	want         wants
	because      string
}{
	{"numbers below words", "name,qty\nfoo,1\nbar,2\nbaz,3\n", all("True"), ""},
	{"numbers alone", "1,2\n3,4\n5,6\n", all("False"), ""},
	{"underscores", "name,qty\nfoo,1_0\nbar,2_0\n", wants{{"2.7", "False"}, {"", "True"}}, "PEP 515"},
	{"a long", "a,qq\nfoo,1L\nbar,2L\n", wants{{"2.7", "True"}, {"", "False"}}, "long() of 2.7 reads it, elsewhere it is a text of two characters"},
	{"complex", "name,q\nx,1+2j\ny,2+3j\n", all("True"), ""},
	{"complex numbers of two lengths", "name,q\nfoo,1+2j\nba,10+3j\n", all("True"), "texts of two lengths would say nothing"},
	{"int and float", "n,q\nabc,1\nde,2.5\n", wants{{"2.7", "False"}, {"3.6", "False"}, {"3.7", "False"}, {"3.8", "False"}, {"3.9", "False"}, {"", "True"}}, "one type from 3.10 on"},
	{"one column", "\"a\"\n\"b\"\n", wants{{"3.13", "ValueError: bad delimiter or quotechar value"}, {"3.14", "ValueError: bad delimiter or quotechar value"}, {"", "False"}}, "3.13 refuses the dialect that was sniffed"},
	{"empty", "", all("csv.Error: Could not determine delimiter"), ""},
	{"no row like it", "\"a\",\"b\",\"c\"\n\"1\",\"2\"\n", all("True"), "a column of which nothing is known counts for a header"},
	{"only the first 21 rows", "abc,de\n" + strings.Repeat("1,2\n", 21) + "x,y\n", all("True"), ""},
	{"the 21st row counts", "abc,de\n" + strings.Repeat("1,2\n", 20) + "x,y\n", all("False"), ""},
}

func TestHasHeader(t *testing.T) {
	for _, py := range Modelled() {
		v := version(t, py)
		for _, c := range headerCases {
			got := header(v, v.str(c.sample))
			if strings.HasPrefix(got, "error ") {
				got = brief([]string{got})
			}
			if want := c.want.expect(py); got != want {
				t.Errorf("%s %s: got %s, want %s (%s)", py, c.name, got, want, c.because)
			}
		}
	}
}

func TestHasHeaderConfirm(t *testing.T) {
	confirmTable(t, "has_header", func(v *Version) (all []looking) {
		for _, c := range headerCases {
			all = append(all, looking{v.str(c.sample)})
		}
		return all
	})
	confirmGenerated(t, "has_header", 22_000, func(g *generator) looking { return looking{g.HeaderSample()} })
}
