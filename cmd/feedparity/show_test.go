package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/feedparity/feedparity/ingest"
)

func TestVisible(t *testing.T) {
	for _, tt := range []struct{ in, want, why string }{
		{"plain", "plain", "ASCII stays"},
		{"é€😀", "é€😀", "printable characters stay"},
		{"\t\r\n", `\t\r\n`, "what everybody knows by a letter"},
		{"\x1b[31m\x00\x7f", `\x1b[31m\x00\x7f`, "a terminal would obey"},
		{"\u0085\u009b", `\u0085\u009b`, "C1 controls, which a terminal may obey"},
		{"a\u00a0b\u200bc", `a\u00a0b\u200bc`, "spaces that look like others"},
		{"\ufeff\u2028\u2029", `\ufeff\u2028\u2029`, "nothing to be seen"},
		{string(ingest.AppendRune(nil, 0xD800)), `\ud800`, "a lone surrogate"},
		{"\u202emoc.elpmaxe", `\u202emoc.elpmaxe`, "turns the line around"},
	} {
		if got := visible(tt.in); got != tt.want {
			t.Errorf("visible(%q) = %q, want %q: %s", tt.in, got, tt.want, tt.why)
		}
	}
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		in    string
		limit int
		want  string
	}{
		{"", 3, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "abc... (4 characters)"},
		{"éüöß", 3, "éüö... (4 characters)"},
		{"\U0001F600\U0001F600", 1, "\U0001F600... (2 characters)"},
	} {
		if got := cut(tt.in, tt.limit); got != tt.want {
			t.Errorf("cut(%q, %d) = %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}

func TestHexDump(t *testing.T) {
	data := []byte("0123456789abcdef\x00\xffz")
	want := "  000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n" +
		"  000010  00 ff 7a                                         ..z\n"
	if diff := cmp.Diff(want, hexDump(data, 256)); diff != "" {
		t.Error(diff)
	}
	want = "  000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n" +
		"  000010  00                                               .\n  ... 2 more bytes\n"
	if diff := cmp.Diff(want, hexDump(data, 17)); diff != "" {
		t.Error(diff)
	}
	if got := hexDump(nil, 16); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}

func TestDescribe(t *testing.T) {
	for _, tt := range []struct {
		v    ingest.Value
		want string
	}{
		{ingest.None, "None"},
		{ingest.Bool(true), "True  bool"},
		{ingest.Int(12), "12  int"},
		{ingest.Float("nan"), "nan  float"},
		{ingest.Decimal("1.10"), "1.10  decimal"},
		{ingest.Text(""), `""  text`},
		{ingest.Text("abc"), `"abc"  text`},
		{ingest.Text("é"), `"é"  text  U+00E9`},
		{ingest.Text("\n"), `"\n"  text  U+000A`},
		{ingest.Text(`\n"`), `"\\n\""  text`},
		{ingest.Text(strings.Repeat("é", 17)), `"` + strings.Repeat("é", 17) + `"  text  ` + strings.Repeat("U+00E9 ", 16) + "..."},
		{ingest.Bytes(""), "''  bytes"},
		{ingest.Bytes("1\xa0\t'"), `'1\xa0\t\''  bytes  31 a0 09 27`},
		{ingest.Bytes(strings.Repeat("a", 17)), "'aaaaaaaaaaaaaaaaa'  bytes  " + strings.Repeat("61 ", 16) + "..."},
		{ingest.List(ingest.Text("a"), ingest.Int(1)), `["a",{"int":"1"}]  list`},
	} {
		if got := describe(tt.v); got != tt.want {
			t.Errorf("describe(%v) = %q, want %q", tt.v, got, tt.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{"one two  three", []string{"one two", "three"}},
		{"éééé ééé", []string{"éééé ééé"}},
		{"a-very-long-word b", []string{"a-very-long-word", "b"}},
	} {
		if diff := cmp.Diff(tt.want, wrap(tt.in, 8)); diff != "" {
			t.Errorf("wrap(%q): %s", tt.in, diff)
		}
	}
}

func TestDiffCells(t *testing.T) {
	for _, tt := range []struct {
		a, b, want string
		why        string
	}{
		{"a b c", "a x c", "  a|- b|+ x|  c", "one cell differs"},
		{"a b", "a", "  a|- b", "py3 has fewer"},
		{"a", "a a", "  a|+ a", "the beginning wins where both could"},
		{"a", "b", "- a|+ b", "nothing in common"},
		{"1 2 3 4 b", "1 2 3 4 c", "  (2 cells equal)|  3|  4|- b|+ c", "equal cells before it are left out"},
		{"b 1 2 3", "c 1 2 3", "- b|+ c|  1|  2|  (1 cell equal)", "and those after it"},
		{"", strings.Repeat("x ", 14), strings.Repeat("+ x|", 12) + "+ (2 cells more)", "and what is too much"},
	} {
		got := strings.Join(diffCells(strings.Fields(tt.a), strings.Fields(tt.b)), "|")
		if got != tt.want {
			t.Errorf("%s: %q against %q\n got %s\nwant %s", tt.why, tt.a, tt.b, got, tt.want)
		}
	}
}
