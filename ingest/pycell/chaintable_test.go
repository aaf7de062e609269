package pycell

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/wire"
)

// chainTable: want is the wire form of the result, or "Type: message".
// TestChainConfirm puts every row to every interpreter as well.
var chainTable = []struct {
	text, typ string
	py        ingest.Python
	bytes     bool
	want      string
	why       string
}{
	{"a  b", "split", py313, false, `["a","b"]`, "at runs of whitespace"},
	{"a,b,", "split:,", py27, true, `[{"bytes":"61"},{"bytes":"62"},{"bytes":""}]`, "at each separator"},
	{"12;x", "split:;|isdigit", py313, false, `[true,false]`, "what follows split is done to each part"},
	{"7", "int|div:2", py27, true, `{"int":"3"}`, "floors"},
	{"7", "int|div:2", py313, false, `{"float":"3.5"}`, "true division"},
	{"0", "int|div:-5", py313, false, `{"float":"-0.0"}`, "long_true_divide keeps the sign"},
	{"2.5", "float|round", py27, true, `{"float":"3.0"}`, "a float, away from zero"},
	{"2.5", "float|round", py313, false, `{"int":"2"}`, "an int, to even"},
	{"0.125", "float|round:2", py27, true, `{"float":"0.13"}`, "halves away from zero"},
	{"0.125", "float|round:2", py313, false, `{"float":"0.12"}`, "halves to even"},
	{"1998.9999999999998", "float|str", py27, true, `{"bytes":"313939392e30"}`, "12 digits"},
	{"1998.9999999999998", "float|str", py313, false, `"1998.9999999999998"`, "repr"},
	{"123456789012.5", "float|str", py27, true, `{"bytes":"312e3233343536373839303132652b3131"}`, "from 1e11 on with exponent: 1.23456789012e+11"},
	{"2.675", "decimal|round:2", py27, true, `{"float":"2.67"}`, "by way of float"},
	{"2.675", "decimal|round:2", py313, false, `{"decimal":"2.68"}`, "quantize"},
	{"1e27", "decimal|round:1", py313, false, "InvalidOperation: [<class 'decimal.InvalidOperation'>]", "29 digits"},
	{"snan", "decimal|format:%f", py27, true, "TypeError: float argument required, not Decimal", "any exception of __float__"},
	{"nan", "float|format:%d", py27, true, "TypeError: %d format: a number is required, not float", "2.7's formatint"},
	{"nan", "float|format:%d", py313, false, "ValueError: cannot convert float NaN to integer", "__int__"},
	{"é", "str", py27, false, `UnicodeEncodeError: 'ascii' codec can't encode character u'\xe9' in position 0: ordinal not in range(128)`, "implicit ASCII"},
	{"caf\xc3\xa9", "concat:x", py27, true, "UnicodeDecodeError: 'ascii' codec can't decode byte 0xc3 in position 3: ordinal not in range(128)", "bytes + unicode"},
	{"x", `append:\xc3\xa9`, py27, false, "UnicodeDecodeError: 'ascii' codec can't decode byte 0xc3 in position 0: ordinal not in range(128)", "unicode + bytes"},
	{"x", "nfc", py27, true, "TypeError: normalize() argument 2 must be unicode, not str", "no bytes"},
	{"e\u0301ﬁ", "nfkc", py313, false, `"éfi"`, ""},
	{"e\u0743\u0301", "nfc", py313, false, "\"e\u0743\u0301\"", "both of class 230: the first blocks the second"},
	{"02\u00a0Jan\u00a02012", "date:%d %b %Y", py313, false, `{"date":"2012-01-02"}`, "NBSP is whitespace"},
	{"02\xc2\xa0Jan 2012", "date:%d %b %Y", py27, true, `ValueError: time data '02\xc2\xa0Jan 2012' does not match format '%d %b %Y'`, "bytes have none"},
	{"1", `date:%d\x00`, py27, true, "TypeError: strptime() argument 2 must be string without null bytes, not str", "a C string"},
	{"1\x00", `date:%d\x00`, py27, false, "TypeError: strptime() argument 1 must be string without null bytes, not unicode", "the first argument first"},
	{"1\x00", `date:%d\x00`, py313, false, `{"date":"1900-01-01"}`, ""},
	{"\u0662012", "date:%Y", py313, false, `{"date":"2012-01-01"}`, "any decimal digit"},
	{"29/02", "date:%d/%m", py313, false, "ValueError: day is out of range for month", "1900 in the end"},
	{"29/02", "date:%d/%m", py314, false, "ValueError: day 29 must be in range 1..28 for month 2 in year 1900", "3.14 shows what it takes"},
	{"0000", "date:%Y", py313, false, "ValueError: year 0 is out of range", ""},
	{"0000", "date:%Y", py314, false, "ValueError: year must be in 1..9999, not 0", ""},
	{"61", "datetime:%S", py313, false, "ValueError: second must be in 0..59", "strptime knows leap seconds, datetime does not"},
	{"61", "datetime:%S", py314, false, "ValueError: second must be in 0..59, not 61", ""},
	{"\u017fat", "date:%a", py313, false, "ValueError: '\u017fat' is not in list", "re.IGNORECASE knows the long s, lower() does not"},
	{"\u017fat", "date:%a", py314, false, "ValueError: list.index(x): x not in list", ""},
	{" 9:05", "datetime:%H:%M", py313, false, "ValueError: time data ' 9:05' does not match format '%H:%M'", "a blank for a zero"},
	{" 9:05", "datetime:%H:%M", py314, false, `{"datetime":"1900-01-01T09:05:00"}`, ""},
	{" 0:05", "datetime:%H:%M", py314, false, `{"datetime":"1900-01-01T00:05:00"}`, ""},
	{" 0:05 am", "datetime:%I:%M %p", py314, false, "ValueError: time data ' 0:05 am' does not match format '%I:%M %p'", "no hour of twelve"},
	{" 9:05 pm", "datetime:%I:%M %p", py313, false, "ValueError: time data ' 9:05 pm' does not match format '%I:%M %p'", ""},
	{" 9:05 pm", "datetime:%I:%M %p", py314, false, `{"datetime":"1900-01-01T21:05:00"}`, ""},
	{"it\u02bcs 2012", "date:it's %Y", py313, false, "ValueError: time data 'it\u02bcs 2012' does not match format \"it's %Y\"", "Breton spells it so"},
	{"it\u02bcs 2012", "date:it's %Y", py314, false, `{"date":"2012-01-01"}`, ""},
	{"10:00z", "datetime:%H:%M%z", py37, false, "IndexError: string index out of range", "3.7 and 3.8 match z"},
	{"10:00+99:59", "datetime:%H:%M%z", py37, false, "ValueError: offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not datetime.timedelta(days=4, seconds=14340).", ""},
	{"10:00+99:59", "datetime:%H:%M%z", py314, false, "ValueError: offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not datetime.timedelta(days=4, seconds=14340)", "no full stop"},
	{"10:00", "datetime:%H:%M%z", py27, true, "ValueError: 'z' is a bad directive in format '%H:%M%z'", ""},
	{"2021 53 1", "date:%G %V %u", py27, false, "ValueError: 'G' is a bad directive in format '%G %V %u'", "new in 3.6"},
	{"2021 53 1", "date:%G %V %u", py37, false, `{"date":"2022-01-03"}`, "no week is too many"},
	{"2021 53 1", "date:%G %V %u", py313, false, "ValueError: Invalid week: 53", "date.fromisocalendar since 3.12"},
	{"2020 53 7", "date:%G %V %u", py313, false, `{"date":"2021-01-03"}`, "a leap year that begins on Wednesday"},
	{"0000 1 1", "date:%G %V %u", py313, false, "ValueError: Year is out of range: 0", ""},
	{"0000 1 1", "date:%G %V %u", py314, false, "ValueError: year must be in 1..9999, not 0", ""},
	{"0001 0 1", "date:%G %V %u", py37, false, "ValueError: year 0 is out of range", "a week before the first year"},
	{"2020 1 1 2021", "date:%G %V %u %Y", py37, false, "ValueError: " + weekYear, ""},
	{"2020 1 1 2021", "date:%G %V %u %Y", py313, false, `{"date":"2019-12-30"}`, "the ISO year wins since 3.13"},
	{"1 1", "date:%V %u", py37, false, "ValueError: " + weekYear, ""},
	{"1 1", "date:%V %u", py313, false, "ValueError: " + weekOnly, ""},
	{"2020 10", "date:%G %j", py37, false, "ValueError: " + isoAlone, "looked for in another order"},
	{"2020 10", "date:%G %j", py313, false, "ValueError: " + isoDay, ""},
	{"2020 00 0", "date:%Y %U %w", py27, true, `{"date":"2019-12-29"}`, "week 0 begins in the year before"},
	{"9999 53 6", "date:%Y %W %w", py313, false, "ValueError: year 10000 is out of range", ""},
	{"Mon Jan  3 04:05:06 2022", "datetime:%c", py27, true, `{"datetime":"2022-01-03T04:05:06"}`, "of the C locale"},
	{"3/4/22", "date:%-m/%-d/%y", py313, false, "ValueError: '-' is a bad directive in format '%-m/%-d/%y'", "a flag of strftime"},
	{"3/4/22", "date:%-m/%-d/%y", py314, false, `{"date":"2022-03-04"}`, "passed over since 3.14"},
	{"1:02:03", "datetime:%T", py313, false, "ValueError: 'T' is a bad directive in format '%T'", ""},
	{"1:02:03", "datetime:%T", py314, false, `{"datetime":"1900-01-01T01:02:03"}`, ""},
	{"3", "date:%Od", py314, false, "ValueError: unconverted data remains: 3", "no alternative digits in the C locale"},
	{"", "bool", py313, false, "false", "empty"},
	{"0", "bool", py313, false, "true", "not empty"},
}

func TestChain(t *testing.T) {
	for _, c := range chainTable {
		v := ingest.Text(c.text)
		if c.bytes {
			v = ingest.Bytes(c.text)
		}
		out, fault, err := Convert(c.py, c.typ, v)
		if err != nil {
			t.Fatal(err)
		}
		got := string(wire.AppendValue(nil, out))
		if fault != nil {
			got = fault.Type + ": " + fault.Message
		}
		if got != c.want {
			t.Errorf("%s: %s of %q on %s = %s, want %s", c.why, c.typ, c.text, c.py, got, c.want)
		}
	}
}

// TestLongCells holds that no step takes more than moments for a cell of a hundred
// thousand characters.
func TestLongCells(t *testing.T) {
	for _, c := range [][2]string{
		{"nfc", "\u0301"}, {"nfc", "e\u0301"}, {"nfkc", "ﷺ"}, {"date: %d\\t %m", " "}, {"date: %d\\t %m", " 1"}, {"datetime:%S.%f", "1"},
		{"int", "7"}, {"float|format:%d", "7"}, {"decimal|str", "7"}, {"split|strip|isdigit", "7 "}, {"replace::-", "x"}, {"lower", "Σ"}, {"title", "\u0301Σ"}, {"swapcase", "\u0301Σ"}, {"float|round:2", "1"},
	} {
		for _, py := range []ingest.Python{py27, py313} {
			start := time.Now()
			if _, _, err := Convert(py, c[0], ingest.Text(strings.Repeat(c[1], 100_000/len(c[1])))); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("%s of many %q on %s took %s", c[0], c[1], py, took)
			} else if testing.Verbose() {
				t.Logf("%s of many %q on %s took %s", c[0], c[1], py, took)
			}
		}
	}
}

// TestEveryStep holds the names of package ingest and the functions here together.
func TestEveryStep(t *testing.T) {
	arguments := map[string]string{"replace": ":a:b", "append": ":a", "concat": ":a", "date": ":%Y", "datetime": ":%Y", "div": ":2", "format": ":%s"}
	after := map[string]string{"round": "int|", "div": "int|"}
	for _, name := range slices.Concat(ingest.StepNames, ingest.TypeNames) {
		typ := after[name] + name + arguments[name]
		if _, _, err := Convert(py313, typ, ingest.Text("2012")); err != nil {
			t.Errorf("%s: %v", typ, err)
		}
		_, _, err := Clean(py313, ingest.Step(name+arguments[name]), ingest.Text("1"))
		if (err == nil) != slices.Contains(ingest.StepNames, name) {
			t.Errorf("%s as a cleaning step: %v", name, err)
		}
	}
}
