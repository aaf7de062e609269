package pycsv

import (
	"strconv"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// sniffing is one call of csv.Sniffer().sniff.
type sniffing struct{ sample ingest.Value }

func (s sniffing) operation() string         { return "sniff" }
func (s sniffing) marshal(dst []byte) []byte { return interptest.AppendMarshal(dst, s.sample) }
func (s sniffing) String() string {
	return "csv.Sniffer().sniff of " + shownValues(s.sample)
}
func (s sniffing) run(v *Version) []string { return []string{sniffed(v, s.sample)} }

// sniffed writes what Sniff found as confirm.py does.
func sniffed(v *Version, sample ingest.Value) string {
	d, fault := Sniff(v, sample)
	if fault != nil {
		return "error " + showFault(fault)
	}
	var out []string
	for _, name := range []string{"delimiter", "doublequote", "quotechar", "skipinitialspace"} {
		x, _ := d.Get(name)
		out = append(out, show(x))
	}
	return strings.Join(out, " ")
}

var sniffCases = []struct {
	name, sample string
	want         wants // delimiter, doublequote, quotechar, skipinitialspace
	because      string
}{
	{"commas", "a,b\n1,2\n", all(`"," False "\"" False`), ""},
	{"space after", "a; b\n1; 2\n", all(`";" False "\"" True`), ""},
	{"quoted", "'a';'b'\n'c';'d'\n", all(`";" False "'" False`), ""},
	{"doubled quote", "x,\"a \"\"b\"\" c\",y\n", all(`"," True "\"" False`), ""},
	{"single column", "\"a\"\n\"b\"\n", all(`"\"" False "\"" False`), "quotes and no delimiter: the commonest character is one"},
	{"empty", "", all(`csv.Error: Could not determine delimiter`), ""},
	{"half a character", "a-\n-;.\n\u00e9\"\"-\"", wants{
		{"2.7", `"\xa9" True "\"" False`}, {"3", `"-" False "\"" False`},
	}, "2.7 looks at bytes"},
	{"tie of quotes", "\"it's\"\tfoo\ta;b\nx@y.z\t\"\"\tfoo\n10:30\t'a;b'\t\"a;b\"\n", wants{
		{"2.7", `"\t" False "'" False`}, {"3", `"\t" False "\"" False`},
	}, "the last in the order of the dict, or the first seen"},
	{"one odd line of 23", "Q\n" + lettersWith("-", 22), wants{
		{"2.7", `csv.Error: Could not determine delimiter`}, {"3.6", `csv.Error: Could not determine delimiter`}, {"", `"-" False "\"" True`},
	}, "22 of 23 lines are enough, 22 of three chunks of ten are not; the first line has no delimiter, so all of them have a space"},
	{"letter of Unicode 11", aroundQuotes("\u9feb"), noLetterIn("3.6", "\u9feb"), "what is no letter yet may be a delimiter"},
	{"letters of Unicode 14", aroundQuotes("\u9fff"), noLetterIn("3.6-3.10", "\u9fff"), ""},
	{"an Indic one", aroundQuotes("\u0c5d"), noLetterIn("3.6-3.10", "\u0c5d"), ""},
	{"letters of Unicode 15", aroundQuotes("\U00031350"), noLetterIn("3.6-3.11", "\U00031350"), ""},
	{"one of another plane", aroundQuotes("\U0001e4d0"), noLetterIn("3.6-3.11", "\U0001e4d0"), ""},
	{"letter of Unicode 15.1", aroundQuotes("\U0002ebf0"), noLetterIn("3.6-3.12", "\U0002ebf0"), ""},
	{"letter of Unicode 16", aroundQuotes("\u1c89"), noLetterIn("3.6-3.13", "\u1c89"), ""},
	{"a number that is no digit", aroundQuotes("\u00bd"), all(aWord), ""},
}

// aWord is what aroundQuotes gives where the character is a letter, and of its bytes in 2.7.
const aWord = `"'" False "\"" False`

// noLetterIn is what aroundQuotes gives where only later versions know the letter.
func noLetterIn(versions, c string) wants {
	return wants{{versions, strconv.Quote(c) + ` False "'" False`}, {"", aWord}}
}

// aroundQuotes is a sample in which a character stands before and after each quote,
// as only a delimiter may.
func aroundQuotes(c string) string { return strings.ReplaceAll("a?'b'?c\nd?'e'?f\n", "?", c) }

// lettersWith is lines of one letter each, another one on each line, and what follows it.
func lettersWith(suffix string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(string(rune('a'+i)) + suffix + "\n")
	}
	return b.String()
}

// briefSniff writes what confirm.py writes as sniffCases have it.
func briefSniff(line string) string {
	if strings.HasPrefix(line, "error ") {
		return brief([]string{line})
	}
	fields := strings.Fields(line)
	for i, f := range fields {
		if text, isBool := strings.CutPrefix(f, "t:"); isBool {
			fields[i] = text
		} else {
			fields[i] = briefCell(f)
		}
	}
	return strings.Join(fields, " ")
}

func TestSniff(t *testing.T) {
	for _, py := range Modelled() {
		v := version(t, py)
		for _, c := range sniffCases {
			if got, want := briefSniff(sniffed(v, v.str(c.sample))), c.want.expect(py); got != want {
				t.Errorf("%s %s: got %s, want %s (%s)", py, c.name, got, want, c.because)
			}
		}
	}
}

// TestSniffIsQuick sniffs samples that would take a backtracking matcher minutes.
func TestSniffIsQuick(t *testing.T) {
	v := version(t, ingest.Python313)
	for _, s := range []string{strings.Repeat(`"`, 8000) + "a", `,"x",` + strings.Repeat(`"`, 8000) + "a", strings.Repeat(`,"`, 4096), strings.Repeat("\n", 8192)} {
		Sniff(v, ingest.Text(s))
	}
}

func TestSniffConfirm(t *testing.T) {
	confirmTable(t, "sniffer", func(v *Version) (all []sniffing) {
		for _, c := range sniffCases {
			all = append(all, sniffing{v.str(c.sample)})
		}
		return all
	})
	confirmGenerated(t, "sniffer", 22_000, func(g *generator) sniffing { return sniffing{g.Sample()} })
}

// TestSniffLinear would not end if a quote that closes nowhere were looked for again
// with each that opens.
func TestSniffLinear(t *testing.T) {
	v, err := VersionOf(ingest.Python313)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{",\"a", "\n\"a", ", 'b", "\"", "\"\"", "a\"b,", "\n"} {
		Sniff(v, ingest.Text(strings.Repeat(s, 1<<17)))
	}
}
