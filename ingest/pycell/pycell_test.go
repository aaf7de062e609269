package pycell

import (
	"math"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

var (
	py27  = ingest.Python27
	py36  = ingest.Python{Major: 3, Minor: 6}
	py37  = ingest.Python{Major: 3, Minor: 7}
	py39  = ingest.Python{Major: 3, Minor: 9}
	py311 = ingest.Python{Major: 3, Minor: 11}
	py313 = ingest.Python313
	py314 = ingest.Python{Major: 3, Minor: 14}
)

// convertTable: want is the result, or "Type: message". TestConvertConfirm puts
// every text to every interpreter as well.
var convertTable = []struct {
	text, typ string
	py        ingest.Python
	bytes     bool
	want      string
	why       string
}{
	{"10", "int", py27, true, "10", "plain"},
	{"- 1", "int", py27, true, "-1", "2.7's strtol skips spaces after the sign"},
	{"- 1", "int", py313, false, "ValueError: invalid literal for int() with base 10: '- 1'", "3.x does not"},
	{"99999999999999999999", "int", py27, true, "99999999999999999999", "a long is an int"},
	{"-000", "int", py313, false, "0", "no negative zero among ints"},
	{"1_0", "int", py313, false, "10", "PEP 515"},
	{"1_0", "int", py27, false, "ValueError: invalid literal for int() with base 10: '1_0'", "before PEP 515"},
	{"1\x00", "int", py27, true, "ValueError: null byte in argument for int()", "found only after the number parsed"},
	{"\x00", "int", py27, true, "ValueError: invalid literal for int() with base 10: ''", "C string"},
	{"\x1c1", "int", py27, false, "1", "1C is space to unicode"},
	{"\x1c1", "int", py313, false, `ValueError: invalid literal for int() with base 10: '\x1c1'`, "ASCII text is not folded"},
	{"−1", "int", py27, false, `UnicodeEncodeError: 'decimal' codec can't encode character u'\u2212' in position 0: invalid decimal Unicode string`, "U+2212"},
	{"1\x00\x00", "int", py27, false, `UnicodeEncodeError: 'decimal' codec can't encode characters in position 1-2: invalid decimal Unicode string`, "a run"},
	{"١٢", "int", py27, false, "12", "Arabic digits"},
	{"1é", "int", py27, false, `ValueError: invalid literal for int() with base 10: '1\xe9'`, "Latin-1 stays as bytes"},
	{"1\u200b", "int", py313, false, `ValueError: invalid literal for int() with base 10: '1\u200b'`, "not printable"},
	{strings.Repeat("x", 300), "int", py313, false, "ValueError: invalid literal for int() with base 10: '" + strings.Repeat("x", 199), "%.200R"},
	{strings.Repeat("1", 4301), "int", py36, false, strings.Repeat("1", 4301), "no limit"},
	{strings.Repeat("1", 4301) + "x", "int", py37, false, "ValueError: Exceeds the limit (4300) for integer string conversion: value has 4301 digits; use sys.set_int_max_str_digits() to increase the limit", "limit first"},
	{strings.Repeat("1", 4301), "int", py311, false, "ValueError: Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits; use sys.set_int_max_str_digits() to increase the limit", "3.11's words"},
	{"0.1", "float", py27, true, "0.1", "plain"},
	{" 1e16\n", "float", py313, false, "1e+16", "repr"},
	{"1e400", "float", py27, true, "inf", "no OverflowError"},
	{"-nan", "float", py313, false, "nan", "no sign shown"},
	{"0." + strings.Repeat("0", 100000) + "1e100001", "float", py313, false, "1.0", "an exponent strconv would cut short"},
	{"1_0", "float", py27, true, "ValueError: invalid literal for float(): 1_0", "a number, then more"},
	{"", "float", py27, true, "ValueError: could not convert string to float: ", "nothing"},
	{" ", "float", py37, false, "ValueError: could not convert string to float: ", "to 3.7"},
	{" ", "float", py39, false, "ValueError: could not convert string to float: ''", "3.8, 3.9"},
	{" ", "float", py313, false, "ValueError: could not convert string to float: ' '", "3.10+"},
	{"caf\xc3\xa9", "float", py27, true, "ValueError: could not convert string to float: caf\u00c3\u00a9", "bytes in a message show as U+00XX"},
	{"\xed\xa0\x80", "float", py36, false, `UnicodeEncodeError: 'utf-8' codec can't encode character '\ud800' in position 0: surrogates not allowed`, "3.6 encodes before it looks"},
	{"1.50", "decimal", py27, true, "1.50", "trailing zeros stay"},
	{"0.0000001", "decimal", py313, false, "1E-7", "scientific"},
	{"000.000", "decimal", py313, false, "0.000", "zero keeps its exponent"},
	{"1__0_", "decimal", py313, false, "10", "any underscore goes"},
	{"snan007", "decimal", py27, true, "sNaN7", "payload"},
	{"ſnan", "decimal", py27, false, "sNaN", "re.IGNORECASE knows the long s"},
	{"abc", "decimal", py27, false, "InvalidOperation: Invalid literal for Decimal: u'abc'", "repr of unicode"},
	{"abc", "decimal", py313, false, "InvalidOperation: [<class 'decimal.ConversionSyntax'>]", "libmpdec"},
	{"1e1000000000000000000", "decimal", py313, false, "InvalidOperation: [<class 'decimal.InvalidOperation'>]", "beyond MAX_EMAX"},
	{"1e1000000000000000000", "decimal", py27, true, "1E+1000000000000000000", "decimal.py has no limit"},
	{"1\x1f", "decimal", py313, false, "1", "strip() knows 1F"},
	{"é", "text", py313, false, "é", "as it is"},
}

func TestConvert(t *testing.T) {
	for _, c := range convertTable {
		v := ingest.Text(c.text)
		if c.bytes {
			v = ingest.Bytes(c.text)
		}
		out, fault, err := Convert(c.py, c.typ, v)
		if err != nil {
			t.Fatal(err)
		}
		got := out.Str
		if fault != nil {
			got = fault.Type + ": " + fault.Message
		}
		if got != c.want {
			t.Errorf("%s: %s(%.60q) on %s = %.150q, want %.150q", c.why, c.typ, c.text, c.py, got, c.want)
		}
	}
}

func TestConvertKinds(t *testing.T) {
	for typ, want := range map[string]ingest.Kind{"text": ingest.KindText, "int": ingest.KindInt, "float": ingest.KindFloat, "decimal": ingest.KindDecimal} {
		v, fault, err := Convert(py313, typ, ingest.Text("7"))
		if err != nil || fault != nil || v.Kind != want {
			t.Errorf("Convert %s gave a %s (%v, %v), want a %s", typ, v.Kind, fault, err, want)
		}
		if v, fault, err := Convert(py313, typ, ingest.None); err != nil || fault != nil || v.Kind != ingest.KindNone {
			t.Errorf("Convert %s of None gave a %s (%v, %v)", typ, v.Kind, fault, err)
		}
	}
}

func TestClean(t *testing.T) {
	for _, c := range []struct {
		step ingest.Step
		py   ingest.Python
		in   ingest.Value
		want string
		why  string
	}{
		{"strip", py27, ingest.Bytes(" \x1cx\xa0\n"), "\x1cx\xa0", "C locale"},
		{"strip", py27, ingest.Text("\u180e\u00a0x\x1c"), "x", "Unicode 5.2: U+180E is a space"},
		{"strip", py313, ingest.Text("\u180ex\u3000"), "\u180ex", "later it is not"},
		{"lower", py27, ingest.Bytes("CAF\xc9"), "caf\xc9", "ASCII only"},
		{"lower", py27, ingest.Text("ΣΑΣ İ"), "σασ i", "simple mappings"},
		{"lower", py313, ingest.Text("ΣΑΣ İ"), "σας i̇", "final sigma, full mappings"},
		{"upper", py27, ingest.Text("ß"), "ß", "simple"},
		{"upper", py313, ingest.Text("ßﬁ"), "SSFI", "full"},
		{"upper", py36, ingest.Text("ა"), "ა", "Unicode 9"},
		{"upper", py37, ingest.Text("ა"), "Ა", "Unicode 11"},
		{"lower", py313, ingest.Text("\u1c89"), "\u1c89", "Unicode 15.1"},
		{"lower", py314, ingest.Text("\u1c89"), "\u1c8a", "Unicode 16"},
		{"swapcase", py37, ingest.Text("ŃńǏǐŠš"), "ńŃǐǏšŠ", "the two cases alternate: runs of every second letter interleave"},
		{"capitalize", py37, ingest.Text("ﬁX"), "FIx", "upper case to 3.7"},
		{"capitalize", py39, ingest.Text("ﬁX"), "Fix", "title case from 3.8"},
		{"title", py27, ingest.Bytes("o'neil caf\xc3\xa9x"), "O'Neil Caf\xc3\xa9X", "any byte that is no letter ends a word"},
		{"title", py313, ingest.Text("ǆ o'neil"), "ǅ O'Neil", "title case"},
	} {
		got, fault, err := Clean(c.py, c.step, c.in)
		if err != nil || fault != nil || got.Str != c.want || got.Kind != c.in.Kind {
			t.Errorf("%s: %s(%+q) on %s = %+q (%v, %v), want %+q", c.why, c.step, c.in.Str, c.py, got.Str, fault, err, c.want)
		}
	}
}

func TestOwnErrors(t *testing.T) {
	if _, _, err := Clean(py313, "scrub", ingest.Text("")); err == nil || !strings.Contains(err.Error(), `"scrub"`) {
		t.Errorf("unknown step: %v", err)
	}
	if _, _, err := Convert(py313, "money", ingest.Text("")); err == nil || !strings.Contains(err.Error(), `"money"`) {
		t.Errorf("unknown type: %v", err)
	}
	for version, near := range map[ingest.Python]string{{Major: 3, Minor: 15}: "3.14", {Major: 3, Minor: 2}: "3.6", {Major: 2, Minor: 6}: "2.7", {Major: 1, Minor: 5}: "2.7"} {
		if _, _, err := Convert(version, "int", ingest.Text("1")); err == nil || !strings.HasSuffix(err.Error(), "nearest is "+near) {
			t.Errorf("python %s: %v, want the nearest, %s", version, err, near)
		}
	}
}

func TestFloatRepr(t *testing.T) {
	for f, want := range map[float64]string{
		0.1: "0.1", 1: "1.0", 1e16: "1e+16", 1e15: "1000000000000000.0", 123456789012345680: "1.2345678901234568e+17",
		1e-4: "0.0001", 1e-5: "1e-05", 5e-324: "5e-324", math.Inf(1): "inf", math.Inf(-1): "-inf", -0.5: "-0.5",
	} {
		if got := FloatRepr(f); got != want {
			t.Errorf("FloatRepr(%g) = %q, want %q", f, got, want)
		}
	}
	if got := FloatRepr(math.Copysign(0, -1)) + FloatRepr(math.NaN()); got != "-0.0nan" {
		t.Errorf("negative zero and nan: %q", got)
	}
}
