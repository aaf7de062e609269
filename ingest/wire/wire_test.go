package wire

import (
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// rows of the wire form, one per kind and corner: what is written must be this,
// and what is read back must be the value again.
var lines = []struct {
	name string
	v    ingest.Value
	want string
}{
	{"none", ingest.None, `null`},
	{"bool", ingest.Bool(true), `true`},
	{"text", ingest.Text("naïve \"q\" \\ \n\t\x01\x7f\u2028"), "\"naïve \\\"q\\\" \\\\ \\n\\t\\u0001\x7f\u2028\""},
	{"lone surrogate", ingest.Text(ingest.TextOf('a', 0xD800, 'b')), `"a\ud800b"`},
	{"hangul beside the surrogates", ingest.Text("\uD7FF힣"), "\"\uD7FF힣\""},
	{"low then high", ingest.Text(ingest.TextOf(0xDE00, 0xD83D)), `"\ude00\ud83d"`},
	{"surrogate pair", ingest.Text(ingest.TextOf(0x61, 0xD83D, 0xDE00)), `{"codepoints":"61 d83d de00"}`},
	{"astral", ingest.Text("😀"), `"😀"`},
	{"bytes", ingest.Bytes("na\xefve"), `{"bytes":"6e61ef7665"}`},
	{"int", ingest.BigInt("99999999999999999999"), `{"int":"99999999999999999999"}`},
	{"float", ingest.Float("1e+16"), `{"float":"1e+16"}`},
	{"decimal", ingest.Decimal("1.10"), `{"decimal":"1.10"}`},
	{"date", ingest.Date("2026-11-22"), `{"date":"2026-11-22"}`},
	{"datetime", ingest.DateTime("2026-11-22T01:02:03"), `{"datetime":"2026-11-22T01:02:03"}`},
	{"list", ingest.List(ingest.Text("a"), ingest.None, ingest.List()), `["a",null,[]]`},
	{"set is sorted", ingest.Set(ingest.Text("a"), ingest.Bytes("a"), ingest.Text("B")), `{"set":["B","a",{"bytes":"61"}]}`},
	{"dict", ingest.Dict(ingest.Text("k"), ingest.Int(1), ingest.None, ingest.List(ingest.Text("x"))), `{"dict":[["k",{"int":"1"}],[null,["x"]]]}`},
	{"other", ingest.Other("uuid.UUID", "UUID('1')"), `{"other":{"type":"uuid.UUID","repr":"UUID('1')"}}`},
}

func TestValueRoundTrip(t *testing.T) {
	for _, l := range lines {
		got := string(AppendValue(nil, l.v))
		if got != l.want {
			t.Errorf("%s: wrote %s, want %s", l.name, got, l.want)
		}
		back, err := ParseValue([]byte(got))
		if err != nil {
			t.Errorf("%s: %v", l.name, err)
			continue
		}
		if again := string(AppendValue(nil, back)); again != l.want || l.v.Kind != ingest.KindSet && !back.Equal(l.v) {
			t.Errorf("%s: read back %s", l.name, again)
		}
	}
}

func TestOutcomeRoundTrip(t *testing.T) {
	o := ingest.Outcome{
		Rows:  []ingest.Row{{Value: ingest.List(ingest.Text("a"))}, {Value: ingest.List()}},
		Fault: &ingest.Fault{Type: "csv.Error", Message: "line contains \u00e9 NUL", Row: 3, Record: 12},
	}
	text := string(AppendOutcome(nil, o))
	want := "[\"a\"]\n[]\n{\"fault\":{\"type\":\"csv.Error\",\"message\":\"line contains é NUL\",\"row\":3,\"record\":12}}\n"
	if text != want {
		t.Fatalf("wrote %q, want %q", text, want)
	}
	back, err := ReadOutcome(strings.NewReader("# a comment\n" + text + "\n"))
	if err != nil || len(back.Rows) != 2 || *back.Fault != *o.Fault {
		t.Fatalf("read back %+v, %v", back, err)
	}
	if got := AppendOutcome(nil, ingest.Outcome{}); len(got) != 0 {
		t.Errorf("an outcome without rows or fault is %q, want an empty file", got)
	}
}

func TestParseErrors(t *testing.T) {
	for _, bad := range []string{``, `[`, `"a`, `"\q"`, `"\u12"`, `{"bytes":"6"}`, `{"bytes":"zz"}`, `{"dict":[[1]]}`, `{"what":1}`, `1`, `[] []`, `{"fault":{"row":"x"}}`, strings.Repeat("[", 2000)} {
		if v, fault, err := ParseLine([]byte(bad)); err == nil {
			t.Errorf("ParseLine(%q) = %v, %v: want an error", bad, v, fault)
		}
	}
	_, err := ReadOutcome(strings.NewReader("[]\n[}\n"))
	if err == nil || !strings.HasPrefix(err.Error(), "wire line 2, byte 1:") {
		t.Errorf("error %v does not say where", err)
	}
}

func FuzzParseLine(f *testing.F) {
	for _, l := range lines {
		f.Add([]byte(l.want))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		v, fault, err := ParseLine(line)
		if err != nil || fault != nil {
			return
		}
		once := AppendValue(nil, v)
		again, err := ParseValue(once)
		if err != nil {
			t.Fatalf("%q was written as %q, which is refused: %v", line, once, err)
		}
		if twice := AppendValue(nil, again); string(twice) != string(once) {
			t.Fatalf("%q, %q, %q", line, once, twice)
		}
	})
}
