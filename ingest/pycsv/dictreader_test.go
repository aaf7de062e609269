package pycsv

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// dictCases show rows as {key: value ...} in the dict's order.
var dictCases = []readerCase{
	{"plain", []string{"sku,name,qty,price,ean,brand\n", "1,2,3,4,5,6\n"}, "", 0, wants{
		{"2.7", `{sku: 1 name: 2 ean: 5 price: 4 qty: 3 brand: 6}`},
		{"3", `{sku: 1 name: 2 qty: 3 price: 4 ean: 5 brand: 6}`},
	}, "hash order in 2.7"},
	{"short", []string{"a,b,c\n", "1,2\n"}, "", 0, wants{
		{"2.7", `{a: 1 c: None b: 2}`}, {"3", `{a: 1 b: 2 c: None}`},
	}, "missing keys are None"},
	{"long", []string{"a,b\n", "1,2,3,4\n"}, "", 0, all(`{a: 1 b: 2 None: [3 4]}`), "extras under None"},
	{"duplicate", []string{"a,a,b\n", "1,2,3\n"}, "", 0, all(`{a: 2 b: 3}`), "the last wins"},
	{"duplicate, short", []string{"a,b,a\n", "1,2\n"}, "", 0, all(`{a: None b: 2}`), "also if it is missing"},
	{"blank rows", []string{"a,b\n", "\n", "1,2\n", "\r\n", "\n", "3,4\n", "\n"}, "", 0, all(`{a: 1 b: 2}; {a: 3 b: 4}`), "skipped"},
	{"no blank rows", []string{"a,b\n", " \n", "\"\"\n", ",\n"}, "", 0, all(`{a:   b: None}; {a:  b: None}; {a:  b: }`), "one empty field is no blank row"},
	{"blank header", []string{"\n", "a,b\n"}, "", 0, all(`{None: [a b]}`), "no names, so all are extras"},
	{"empty", nil, "", 0, all(``), ""},
	{"fault in the header", []string{"a\rb\n", "a,b\n", "1,2\n"}, "", 0, wants{
		{"3.13-3.14", unquotedNewline3 + `; {a: 1 b: 2}`}, {"", unquotedNewline2 + `; {a: 1 b: 2}`},
	}, "line_num of the DictReader is still 0, so the next row is the header"},
	{"quotechar None", []string{"a\n"}, "quotechar=None", 0, all(`TypeError: quotechar must be set if quoting enabled`), `DictReader names dialect "excel", whose quoting is given`},
	{"quotechar None, no dialect", []string{"a\n", "\"1\"\n"}, "quotechar=None dialect=None", 0, all(`{a: "1"}`), ""},
	{"number in the header", []string{"\"a\",1\n", "1,2\n"}, "quoting=2", 0, wants{
		{"2.7", `{a: 1.0 1.0: 2.0}`}, {"3", `{a: 1.0 1.0: 2.0}`},
	}, "floats are keys"},
}

// briefDict writes the lines of a run as dictCases have them.
func briefDict(lines []string) string {
	var out []string
	for _, l := range lines {
		kind, rest, _ := strings.Cut(l, " ")
		rest, _, _ = strings.Cut(rest, "@")
		switch kind {
		case "row":
			rest = strings.NewReplacer("n=", "None=", "=n,", "=None,", "=n}", "=None}").Replace(rest)
			for _, sep := range []string{"u:", "b:"} {
				parts := strings.Split(rest, sep)
				for i, p := range parts[1:] {
					n := strings.IndexAny(p, "=,]}")
					b, _ := hex.DecodeString(p[:n])
					parts[i+1] = string(b) + p[n:]
				}
				rest = strings.Join(parts, "")
			}
			out = append(out, strings.NewReplacer("=", ": ", ",", " ", "f:", "").Replace(rest))
		case "error", "refused":
			class, text, _ := strings.Cut(rest, "|")
			b, _ := hex.DecodeString(text)
			out = append(out, fmt.Sprintf("%s: %s", class, b))
		}
	}
	return strings.Join(out, "; ")
}

func (c readerCase) dictCall(t testing.TB, v *Version) call {
	out := c.call(t, v)
	out.Dict = true
	return out
}

func TestDictReader(t *testing.T) {
	for _, py := range Modelled() {
		v := version(t, py)
		for _, c := range dictCases {
			if got, want := briefDict(c.dictCall(t, v).run(v)), c.want.expect(py); got != want {
				t.Errorf("%s %s: got  %s\nwant %s (%s)", py, c.name, got, want, c.because)
			}
		}
	}
}

func TestDictReaderConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		v := version(t, p.Interpreter.Version)
		calls := make([]call, len(dictCases))
		for i, c := range dictCases {
			calls[i] = c.dictCall(t, v)
		}
		bad := 0
		for i, lines := range ask(t, p, calls) {
			c := dictCases[i]
			if got, want := briefDict(lines), c.want.expect(v.Python); got != want {
				bad++
				t.Errorf("%s: python does %s\nwant %s (%s)", c.name, got, want, c.because)
			}
		}
		interptest.Record(t, "dictreader", p, len(calls), bad)
	})
}

func byteStrings(words string) []ingest.Value {
	var out []ingest.Value
	for _, w := range strings.Fields(words) {
		out = append(out, ingest.Bytes(w))
	}
	return out
}

func TestPy2DictOrder(t *testing.T) {
	b, u := ingest.Bytes, ingest.Text
	for _, c := range []struct {
		name string
		keys []ingest.Value
		want []int
	}{
		{"none", nil, []int{}},
		{"strings", []ingest.Value{b("sku"), b("name"), b("qty"), b("price"), b("ean"), b("brand")}, []int{0, 1, 4, 3, 2, 5}},
		{"equal text and bytes", []ingest.Value{b("a"), u("a"), u("a")}, []int{0}},
		{"equal numbers", []ingest.Value{ingest.Float("1.0"), ingest.Int(1), ingest.Bool(true)}, []int{0}},
		{"zeros", []ingest.Value{ingest.Float("-0.0"), ingest.Float("0.0"), ingest.Int(0)}, []int{0}},
		{"nan is not nan", []ingest.Value{ingest.Float("nan"), ingest.Float("nan")}, []int{0, 1}},
		{"None last", []ingest.Value{ingest.None, b("b"), b("a"), ingest.None}, []int{2, 1, 0}},
		{"wide header", byteStrings("sku name description price currency qty stock ean upc mpn brand category colour size weight height width depth image url vat cost rrp updated created supplier material origin pack minimum"),
			[]int{27, 14, 18, 5, 4, 21, 13, 0, 16, 25, 22, 10, 20, 6, 11, 23, 2, 7, 9, 3, 26, 15, 1, 24, 19, 12, 8, 17, 29, 28}},
		{"the shifted bits decide", []ingest.Value{ingest.Int(32), ingest.Int(64), ingest.Int(96), ingest.Int(128), ingest.Int(160)}, []int{0, 1, 3, 4, 2}},
		{"small ints in order", []ingest.Value{ingest.Int(3), ingest.Int(1), ingest.Int(2)}, []int{1, 2, 0}},
	} {
		if got := Py2DictOrder(c.keys); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
