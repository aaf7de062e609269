package ingest

import (
	"slices"
	"strings"
	"testing"
)

// A dialect option is what a string literal in the team's own source would be.
var dialectRows = []struct {
	path   Path
	option string
	want   Value
	prints string // as Settings show it, if not as given
}{
	{Py2, "delimiter=;", Bytes(";"), ""},
	{Py3, "delimiter=;", Text(";"), ""},
	{Py3, `delimiter=\t`, Text("\t"), ""},
	{Py3, `escapechar=\\`, Text(`\`), ""},
	{Py3, `escapechar=\`, Text(`\`), `escapechar=\\`},               // a lone backslash stands for itself
	{Py2, `delimiter=\xa3`, Bytes("\xa3"), ""},                      // one byte: what cp1252 code wrote
	{Py2, `delimiter=£`, Bytes("\xc2\xa3"), `delimiter=\xc2\xa3`},   // two: the source file is UTF-8
	{Py3, `delimiter=\xa3`, Text("£"), `delimiter=£`},               //
	{Py3, `delimiter=\ud800`, Text(TextOf(0xD800)), ""},             // a lone surrogate is a character too
	{Py2, `delimiter=\u00a3`, Bytes(`\u00a3`), `delimiter=\\u00a3`}, // no escape in a Python 2 str
	{Py3, `delimiter=\101`, Text("A"), `delimiter=A`},
	{Py3, "quotechar=", Text(""), ""},
	{Py3, "quotechar=None", None, ""},
	{Py3, `quotechar=\x4eone`, Text("None"), ""}, // the string, not the object
	{Py3, "strict=True", Bool(true), ""},
	{Py3, "quoting=3", Int(3), ""},
	{Py3, "quoting=QUOTE_NONE", Int(3), "quoting=3"},
	{Py3, "delimiter==", Text("="), ""}, // after the first =
	{Py3, "bogus=1", Text("1"), ""},     // refusing a name is Python's affair
}

func TestDialectOption(t *testing.T) {
	for _, r := range dialectRows {
		o, err := ParseDialectOption(r.path, r.option)
		if err != nil || !o.Value.Equal(r.want) {
			t.Errorf("%s %s: %+v, %v; want %+v", r.path, r.option, o.Value, err, r.want)
			continue
		}
		want := r.prints
		if want == "" {
			want = r.option
		}
		if o.String() != want {
			t.Errorf("%s %s prints as %s, want %s", r.path, r.option, o.String(), want)
		}
		if back, err := ParseDialectOption(r.path, o.String()); err != nil || !back.Value.Equal(o.Value) {
			t.Errorf("%s %s does not read back: %+v, %v", r.path, o.String(), back, err)
		}
	}
	for _, bad := range []string{"delimiter", "=x", "quoting=many", `delimiter=\x4`, `delimiter=\xzz`, `delimiter=\U00110000`} {
		if o, err := ParseDialectOption(Py3, bad); err == nil {
			t.Errorf("%q was read as %+v", bad, o)
		}
	}
}

func TestText(t *testing.T) {
	for _, rs := range [][]rune{{}, {'a', 0xE9, 0x20AC, 0x1F600}, {0xD800}, {0xD83D, 0xDE00}, {0xD7FF, 0xE000, 0x10FFFF}} {
		s := TextOf(rs...)
		if got := Runes(s); !slices.Equal(got, rs) {
			t.Errorf("%x came back as %x", rs, got)
		}
		if got := RuneCount(s); got != len(rs) {
			t.Errorf("RuneCount(%x) = %d, want %d", rs, got, len(rs))
		}
	}
	if got := Latin1Text("a\xe9"); got != "aé" {
		t.Errorf("Latin1Text = %q", got)
	}
}

// TestCounts: what looks at many bytes at once sees the one that differs wherever it
// stands.
func TestCounts(t *testing.T) {
	for n := range 80 {
		for at := range n {
			ascii := []byte(strings.Repeat("x", n))
			if !IsASCII(ascii) || RuneCount(ascii) != n {
				t.Fatalf("%d bytes of ASCII: %v, %d", n, IsASCII(ascii), RuneCount(ascii))
			}
			other := string(ascii[:at]) + "\u20ac" + string(ascii[at+1:])
			if IsASCII(other) || RuneCount(other) != n {
				t.Fatalf("%q: %v, %d; want false, %d", other, IsASCII(other), RuneCount(other), n)
			}
		}
	}
}

func TestSettingsPrintInFull(t *testing.T) {
	s := DefaultSettings(Python27)
	s.Dialect, _ = ParseDialect(Py2, "delimiter=;", "strict=True")
	s.Clean = []Step{"strip", "upper"}
	s.Types = []ColumnType{{Column: "unit price", Type: "decimal"}}
	want := `--as py2 --python 2.7 --open bytes-decode --codec utf-8 --errors strict --dialect 'delimiter=;' --dialect strict=True ` +
		`--field-limit 131072 --reader reader --clean strip --clean upper --type 'unit price=decimal'`
	if got := s.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	s.Open = OpenText
	if err := s.Validate(); err == nil {
		t.Error("python 2.7 has no open mode text")
	}
}

func TestResolve(t *testing.T) {
	p, err := BuiltinPair("latin1-utf8")
	if err != nil || p.Py2.Resolve("cp1252", nil).Codec != "latin-1" {
		t.Errorf("a named codec stays: %+v, %v", p.Py2, err)
	}
	semicolon := Dialect{{"delimiter", Text(";")}}
	got := Builtin()[0].Py2.Resolve("cp1252", semicolon.For(Py2))
	if v, _ := got.Dialect.Get("delimiter"); got.Codec != "cp1252" || !v.Equal(Bytes(";")) {
		t.Errorf("a detected policy reads as detected: %+v", got)
	}
	if _, err := BuiltinPair("nope"); err == nil {
		t.Error("an unknown pair must be refused")
	}
}
