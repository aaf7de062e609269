package pycodec

import (
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

func py(s string) ingest.Python {
	p, err := ingest.ParsePython(s)
	if err != nil {
		panic(err)
	}
	return p
}

// A decodeRow is one decoding and what CPython 2.7 and 3.13 make of it; versions
// between that differ from 3.13 stand in other. A want starting with "!" is an
// exception.
type decodeRow struct {
	why           string
	codec, errors string
	in            string
	py2, py3      string
	other         map[string]string
}

const same = "as py2" // in py3

var decodeTable = []decodeRow{
	{"empty input", "utf-8", "strict", "", "", same, nil},
	{"ascii stays", "ascii", "strict", "a,b\r\n", "a,b\r\n", same, nil},
	{"not ascii", "ascii", "strict", "caf\xe9", "!UnicodeDecodeError: 'ascii' codec can't decode byte 0xe9 in position 3: ordinal not in range(128)", same, nil},
	{"latin-1 maps all", "latin-1", "strict", "\x80\xa3\xff", "\u0080£ÿ", same, nil},
	{"windows quotes", "cp1252", "strict", "\x93\x80\x94", "“€”", same, nil},
	{"a hole in cp1252", "cp1252", "strict", "ab\x81", "!UnicodeDecodeError: 'charmap' codec can't decode byte 0x81 in position 2: character maps to <undefined>", same, nil},
	{"the hole replaced", "cp1252", "replace", "ab\x81c", "ab\ufffdc", same, nil},
	{"the hole ignored", "cp1252", "ignore", "ab\x81c", "abc", same, nil},
	{"iso8859 keeps C1, as WHATWG does not", "iso8859-2", "strict", "\x80\xb1", "\u0080ą", same, nil},
	{"EBCDIC has no ASCII half", "cp037", "strict", "\xc1\x40\x81", "A a", same, nil},
	{"palmos until 3.14 lacks a quotation mark", "palmos", "strict", "\x9b", "\u009b", same, map[string]string{"3.14": "›"}},
	{"koi8_u as Python maps it", "koi8_u", "strict", "\xae\xbe", "╝╬", "╝╬", nil},

	{"utf-8", "utf-8", "strict", "é€😀", "é€😀", same, nil},
	{"a latin-1 byte inside", "utf-8", "strict", "caf\xe9,1", "!UnicodeDecodeError: 'utf8' codec can't decode byte 0xe9 in position 3: invalid continuation byte",
		"!UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe9 in position 3: invalid continuation byte", nil},
	{"one at the end: 2.7 looks at the length first", "utf-8", "strict", "\xe0\x00", "!UnicodeDecodeError: 'utf8' codec can't decode byte 0xe0 in position 0: unexpected end of data",
		"!UnicodeDecodeError: 'utf-8' codec can't decode byte 0xe0 in position 0: invalid continuation byte", nil},
	{"a range of two bytes", "utf-8", "strict", "ab\xe2\x82", "!UnicodeDecodeError: 'utf8' codec can't decode bytes in position 2-3: unexpected end of data",
		"!UnicodeDecodeError: 'utf-8' codec can't decode bytes in position 2-3: unexpected end of data", nil},
	{"surrogates pass 2.7", "utf-8", "strict", "\xed\xa0\xbd\xed\xb8\x80", "\xed\xa0\xbd\xed\xb8\x80",
		"!UnicodeDecodeError: 'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte", nil},
	{"CESU-8 replaced", "utf-8", "replace", "\xed\xa0\xbd\xed\xb8\x80", "\xed\xa0\xbd\xed\xb8\x80", strings.Repeat("\ufffd", 6), nil},
	{"overlong replaced", "utf-8", "replace", "\xe0\x80\x80", "\ufffd\ufffd", "\ufffd\ufffd\ufffd", nil},
	{"beyond Unicode replaced", "utf-8", "replace", "\xf4\x90\x80\x80", "\ufffd\ufffd", strings.Repeat("\ufffd", 4), nil},
	{"beyond Unicode, as lead byte", "utf-8", "replace", "\xf8\x88A", "\ufffd\ufffdA", same, nil},
	{"surrogatepass", "utf-8", "surrogatepass", "a\xed\xa0\x80", "a\xed\xa0\x80", same, nil},
	{"surrogatepass of something else", "utf-8", "surrogatepass", "\xff", "!LookupError: unknown error handler name 'surrogatepass'",
		"!UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte", nil},
	{"surrogateescape", "utf-8", "surrogateescape", "\xe9,", "!LookupError: unknown error handler name 'surrogateescape'", "\xed\xb3\xa9,", nil},
	{"surrogateescape refuses ASCII", "utf-16-le", "surrogateescape", "\x41", "!LookupError: unknown error handler name 'surrogateescape'",
		"!UnicodeDecodeError: 'utf-16-le' codec can't decode byte 0x41 in position 0: truncated data", nil},
	{"backslashreplace decodes since 3.5", "utf-8", "backslashreplace", "\xe9,", "!TypeError: don't know how to handle UnicodeDecodeError in error callback", `\xe9,`, nil},
	{"a handler of encoders", "utf-8", "xmlcharrefreplace", "\xe9,", "!TypeError: don't know how to handle UnicodeDecodeError in error callback", same, nil},
	{"an unknown handler is not missed", "utf-8", "nope", "ok", "ok", same, nil},
	{"an unknown handler", "utf-8", "nope", "\xff", "!LookupError: unknown error handler name 'nope'", same, nil},
	{"3.6 to 3.11 wrap it outside the short cuts", "windows-1252", "nope", "\x81", "!LookupError: unknown error handler name 'nope'", same, map[string]string{
		"3.6":  "!LookupError: decoding with 'windows-1252' codec failed (LookupError: unknown error handler name 'nope')",
		"3.11": "!LookupError: decoding with 'windows-1252' codec failed (LookupError: unknown error handler name 'nope')"}},

	{"BOM kept", "utf-8", "strict", "\xef\xbb\xbfsku", "\ufeffsku", same, nil},
	{"BOM dropped", "utf-8-sig", "strict", "\xef\xbb\xbfsku", "sku", same, nil},
	{"only one", "utf-8-sig", "strict", "\xef\xbb\xbf\xef\xbb\xbfsku", "\ufeffsku", same, nil},
	{"positions count from after it", "utf-8-sig", "strict", "\xef\xbb\xbfab\xff", "!UnicodeDecodeError: 'utf8' codec can't decode byte 0xff in position 2: invalid start byte",
		"!UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 2: invalid start byte", nil},

	{"BOM gives the order", "utf-16", "strict", "\xfe\xff\x00a", "a", same, nil},
	{"no BOM: little endian", "utf-16", "strict", "a\x00", "a", same, nil},
	{"BOM is a character where the order is given", "utf-16-le", "strict", "\xff\xfea\x00", "\ufeffa", same, nil},
	{"astral", "utf-16-be", "strict", "\xd8\x3d\xde\x00", "😀", same, nil},
	{"odd byte", "utf-16-le", "strict", "a\x00b", "!UnicodeDecodeError: 'utf16' codec can't decode byte 0x62 in position 2: truncated data",
		"!UnicodeDecodeError: 'utf-16-le' codec can't decode byte 0x62 in position 2: truncated data", nil},
	{"lone low surrogate at the end", "utf-16-le", "strict", "\x00\xdca", "!UnicodeDecodeError: 'utf16' codec can't decode bytes in position 0-2: unexpected end of data",
		"!UnicodeDecodeError: 'utf-16-le' codec can't decode bytes in position 0-1: illegal encoding", map[string]string{
			"3.6": "!UnicodeDecodeError: 'utf-16-le' codec can't decode bytes in position 0-2: unexpected end of data"}},
	{"high surrogate alone", "utf-16-le", "strict", "\x00\xd8a\x00", "!UnicodeDecodeError: 'utf16' codec can't decode bytes in position 0-1: illegal UTF-16 surrogate",
		"!UnicodeDecodeError: 'utf-16-le' codec can't decode bytes in position 0-1: illegal UTF-16 surrogate", nil},
	{"after a big-endian BOM", "utf-16", "strict", "\xfe\xff\xd8\x00", "!UnicodeDecodeError: 'utf16' codec can't decode bytes in position 2-3: unexpected end of data",
		"!UnicodeDecodeError: 'utf-16-be' codec can't decode bytes in position 2-3: unexpected end of data", nil},

	{"utf-32 with BOM", "utf-32", "strict", "\x00\x00\xfe\xff\x00\x01\xf6\x00", "😀", same, nil},
	{"utf-32 surrogate", "utf-32-le", "strict", "\x00\xd8\x00\x00", "\xed\xa0\x80",
		"!UnicodeDecodeError: 'utf-32-le' codec can't decode bytes in position 0-3: code point in surrogate code point range(0xd800, 0xe000)", nil},
	{"a comma after a lead byte is lost in 2.7", "big5", "replace", "a\x80,b", "a\ufffdb", "a\ufffd,b", nil},
	{"so is a line end", "gbk", "ignore", "a\xb0\nb", "ab", "a\nb", nil},
	{"the whole sequence is bad in 2.7", "gb18030", "strict", "\x81\x30\x81,", "!UnicodeDecodeError: 'gb18030' codec can't decode bytes in position 0-3: illegal multibyte sequence",
		"!UnicodeDecodeError: 'gb18030' codec can't decode byte 0x81 in position 0: illegal multibyte sequence", nil},
	{"gb18030 in one, two and four bytes", "gb18030", "strict", "a\xb0\xa1\x81\x30\x81\x30\x90\x30\x81\x30", "a啊\u0080\U00010000", same, nil},
	{"cut short", "gb18030", "strict", "\x81\x30\x81", "!UnicodeDecodeError: 'gb18030' codec can't decode bytes in position 0-2: incomplete multibyte sequence", same, nil},
	{"an end past the input", "shift_jis", "strict", "\x80", "!UnicodeDecodeError: 'shift_jis' codec can't decode bytes in position 0-1: illegal multibyte sequence",
		"!UnicodeDecodeError: 'shift_jis' codec can't decode byte 0x80 in position 0: illegal multibyte sequence", nil},
	{"cp932 is not shift_jis", "cp932", "strict", "\x81\x60\x80\xa0", "～\u0080\uf8f0", same, nil},
	{"shift_jis is not cp932", "shift_jis", "strict", "\x81\x60", "〜", same, nil},
	{"two code points for one character", "big5hkscs", "strict", "\x88\x62", "Ê\u0304", same, nil},
	{"a syllable in eight bytes", "euc_kr", "strict", "\xa4\xd4\xa4\xb6\xa4\xd0\xa4\xd4", "쓔", same, nil},
	{"no third byte is FF", "gb18030", "strict", "\x81\x30\xff\x30", "!UnicodeDecodeError: 'gb18030' codec can't decode bytes in position 0-3: illegal multibyte sequence",
		"!UnicodeDecodeError: 'gb18030' codec can't decode byte 0x81 in position 0: illegal multibyte sequence", nil},
	{"no vowel, no syllable", "euc_kr", "strict", "\xa4\xd4\xa4\xa1\xa4\xd4\xa4\xd4", "!UnicodeDecodeError: 'euc_kr' codec can't decode bytes in position 0-7: illegal multibyte sequence",
		"!UnicodeDecodeError: 'euc_kr' codec can't decode byte 0xa4 in position 0: illegal multibyte sequence", nil},
	{"a line end shifts in", "iso2022_kr", "strict", "\x1b$)C\x0e0!\n0!", "가\n0!", same, nil},
	{"Greek without a drachma", "iso2022_jp_2", "strict", "\x1b.F\x1bN*", "!UnicodeDecodeError: 'iso2022_jp_2' codec can't decode bytes in position 3-5: illegal multibyte sequence", same, nil},
	{"a yen for a backslash", "shift_jis_2004", "strict", "\\~", "¥‾", same, nil},
	{"withdrawn from JIS X 0213:2000: two bytes in error", "euc_jisx0213", "strict", "\xae\xa1", "!UnicodeDecodeError: 'euc_jisx0213' codec can't decode bytes in position 0-1: illegal multibyte sequence", same, nil},
	{"escapes", "iso2022_jp_2", "strict", "a\x1b$B0!\x1b.A\x1bNa\x1b(J\\", "a亜á¥", same, nil},
	{"a set G2 cannot hold", "iso2022_jp_2", "strict", "\x1b.J\x1bNa", "!RuntimeError: internal codec error", same, map[string]string{
		"3.6": "!RuntimeError: decoding with 'iso2022_jp_2' codec failed (RuntimeError: internal codec error)"}},
	{"hz", "hz", "strict", "~{VP~}~~~\na", "中~a", same, nil},
	{"hz: escapes of the other mode", "hz", "replace", "~{~~~}", "\ufffd", "\ufffd\ufffd", nil},

	{"utf-7", "utf-7", "strict", "a+AOk-+-+2D3eAA-", "aé+😀", same, nil},
	{"a plus sign alone vanished until 3.7", "utf-7", "strict", "a + b", "a  b", "!UnicodeDecodeError: 'utf7' codec can't decode bytes in position 2-3: ill-formed sequence", map[string]string{"3.7": "a  b"}},
	{"not closed", "utf-7", "replace", "a+AOk", "aé", same, nil},
	{"not closed within a character", "utf-7", "strict", "+AO", "!UnicodeDecodeError: 'utf7' codec can't decode bytes in position 0-2: unterminated shift sequence", same, nil},
	{"bits left over", "utf-7", "strict", "+AOl-", "!UnicodeDecodeError: 'utf7' codec can't decode bytes in position 0-4: non-zero padding bits in shift sequence", same, nil},
	{"escapes of Python", "unicode_escape", "strict", `\x41\u00e9\U0001F600\101\n\q`, "Aé😀A\n\\q", same, nil},
	{"an escape cut short", "unicode_escape", "strict", `ab\u12`, `!UnicodeDecodeError: 'unicodeescape' codec can't decode bytes in position 2-5: truncated \uXXXX escape`, same, nil},
	{"an even number of backslashes", "raw_unicode_escape", "strict", `\\u0041\u0041\n`, `\\u0041A\n`, same, nil},
	{"2.7 starts at the first backslash", "raw_unicode_escape", "strict", `\\\u12`, `!UnicodeDecodeError: 'rawunicodeescape' codec can't decode bytes in position 0-5: truncated \uXXXX`,
		`!UnicodeDecodeError: 'rawunicodeescape' codec can't decode bytes in position 2-5: truncated \uXXXX escape`, nil},
	{"utf-32 beyond Unicode", "utf-32-le", "strict", "\x00\x00\x11\x00", "!UnicodeDecodeError: 'utf32' codec can't decode bytes in position 0-3: code point not in range(0x110000)",
		"!UnicodeDecodeError: 'utf-32-le' codec can't decode bytes in position 0-3: code point not in range(0x110000)", nil},
}

// want returns what a row says of a version.
func (r decodeRow) want(version string) string {
	if w, ok := r.other[version]; ok {
		return w
	}
	if version == "2.7" || r.py3 == same {
		return r.py2
	}
	return r.py3
}

func render(text []byte, err *Error) string {
	if err != nil {
		return "!" + err.Error()
	}
	return string(text)
}

func TestDecode(t *testing.T) {
	for _, r := range slices.Concat(decodeTable, wholeTable, namesTable) {
		for _, version := range append([]string{"2.7", "3.13"}, sortedKeys(r.other)...) {
			c, fault, err := Lookup(py(version), r.codec)
			if fault != nil || err != nil {
				t.Fatalf("look up %s for %s: %v %v", r.codec, version, fault, err)
			}
			prefix := []byte("kept ")
			if got := render(c.Decode(prefix[5:5:5], []byte(r.in), r.errors)); got != r.want(version) {
				t.Errorf("%s, %s: %q.decode(%s, %s) = %q, want %q", version, r.why, r.in, r.codec, r.errors, got, r.want(version))
			}
			if got, err := c.Decode(prefix, []byte(r.in), r.errors); string(got[:5]) != "kept " || err != nil && len(got) != 5 {
				t.Errorf("%s, %s: what dst held became %q", version, r.why, got)
			}
		}
	}
}

func sortedKeys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// TestDecodeConfirm asks the interpreters about the same table.
func TestDecodeConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		version := j.py.String()
		for _, r := range slices.Concat(decodeTable, wholeTable, namesTable) {
			j.decode(r.codec, r.errors, [][]byte{[]byte(r.in)})
			listed := version == "2.7" || version == "3.13" || r.other[version] != ""
			if got := render(j.codec(r.codec).Decode(nil, []byte(r.in), r.errors)); listed && got != r.want(version) {
				j.differ("%s: got %q, the table says %q", r.why, got, r.want(version))
			}
		}
	})
}

func TestLookup(t *testing.T) {
	for _, r := range []struct {
		why, version, name string
		want               string // canonical name, "!" and a fault, or nothing with an error
		err                error
	}{
		{"canonical", "3.13", "utf-8", "utf-8", nil},
		{"case, underscore", "2.7", "Latin_1", "iso8859-1", nil},
		{"IANA name", "3.13", "windows-1252", "cp1252", nil},
		{"spaces are punctuation", "2.7", " UTF 8 ", "utf-8", nil},
		{"all letters fold", "3.13", "KZ-1048", "kz1048", nil},
		{"a dot is not", "3.13", "utf.8", "!LookupError: unknown encoding: utf.8", nil},
		{"dots in an alias are", "3.13", "iso.8859.1", "iso8859-1", nil},
		{"new in 3.x", "3.6", "koi8-t", "koi8-t", nil},
		{"new in 3.x", "2.7", "koi8-t", "!LookupError: unknown encoding: koi8-t", nil},
		{"alias since 3.x", "2.7", "macintosh", "!LookupError: unknown encoding: macintosh", nil},
		{"alias since 3.14", "3.14", "windows-874", "cp874", nil},
		{"alias since 3.14", "3.13", "windows-874", "!LookupError: unknown encoding: windows-874", nil},
		{"a module of its own until 3.8", "3.8", "mac_centeuro", "mac-centeuro", nil},
		{"then an alias", "3.9", "mac_centeuro", "mac-latin2", nil},
		{"Windows only, then utf-8", "3.7", "cp65001", "!LookupError: cp65001 encoding is only available on Windows", nil},
		{"Windows only, then utf-8", "3.8", "cp65001", "utf-8", nil},
		{"gone", "3.8", "unicode_internal", "!LookupError: unknown encoding: unicode_internal", nil},
		{"3.6 keeps letters in names", "3.6", "utf\u00e98", "!LookupError: unknown encoding: utf\u00e98", nil},
		{"what it does not know for one separates words", "3.6", "utf\u9feb8", "utf-8", nil},
		{"a letter since Unicode 11", "3.7", "utf\u9feb8", "!LookupError: unknown encoding: utf\u9feb8", nil},
		{"a letter since Unicode 14", "3.8", "utf\u9fff8", "utf-8", nil},
		{"NUL", "3.13", "utf-8\x00", "!ValueError: embedded null character", nil},
		{"no Python has it", "3.13", "nope", "!LookupError: unknown encoding: nope", nil},
		{"only on Windows", "3.13", "mbcs", "!LookupError: unknown encoding: mbcs", nil},
		{"nor under its other name", "2.7", "DBCS", "!LookupError: unknown encoding: DBCS", nil},
		{"bytes to bytes", "2.7", "hex", "", ErrNotText},
		{"text to text", "3.13", "rot13", "", ErrNotText},
		{"no model of the version", "3.99", "utf-8", "", ErrNotModelled},
	} {
		c, fault, err := Lookup(py(r.version), r.name)
		got := ""
		switch {
		case fault != nil:
			got = "!" + fault.Type + ": " + fault.Message
		case c != nil:
			got = c.Name()
		}
		if got != r.want || !errors.Is(err, r.err) {
			t.Errorf("%s: Lookup(%s, %q) = %q, %v; want %q, %v", r.why, r.version, r.name, got, err, r.want, r.err)
		}
	}
	if _, _, err := Lookup(py("3.99"), "utf-8"); err == nil || !strings.Contains(err.Error(), "the nearest is 3.14") {
		t.Errorf("an unmodelled version: %v, want its nearest named", err)
	}
}

// TestLookupBy: the functions that take a name of a codec refuse it in words of their own.
func TestLookupBy(t *testing.T) {
	const lookup, decode, open = ByLookup, ByDecode, ByOpen
	for _, r := range []struct {
		use           Use
		version, name string
		want          string
		err           error
	}{
		{decode, "3.6", "BASE-64", "LookupError: 'BASE-64' is not a text encoding; use codecs.decode() to handle arbitrary codecs", nil},
		{decode, "3.14", "hex", "LookupError: 'hex' is not a text encoding; use codecs.decode() to handle arbitrary codecs", nil},
		{open, "3.13", "rot13", "LookupError: 'rot13' is not a text encoding; use codecs.open() to handle arbitrary codecs", nil},
		{open, "3.14", "rot13", "LookupError: 'rot13' is not a text encoding", nil},
		{lookup, "3.13", "zip", "", ErrNotText},
		{decode, "2.7", "zip", "", ErrNotText},
		{open, "2.7", "zip", "", ErrNotText},
		{open, "2.7", "nope", "LookupError: unknown encoding: nope", nil},
		{lookup, "2.7", "a\x00", "TypeError: lookup() argument 1 must be string without null bytes, not str", nil},
		{decode, "2.7", "a\x00", "TypeError: decode() argument 1 must be string without null bytes, not str", nil},
		{open, "2.7", "a\x00", "TypeError: open() argument 4 must be string without null bytes or None, not str", nil},
		{lookup, "3.8", "utf\u00e98", "LookupError: unknown encoding: utf\u00e98", nil},
		{decode, "3.8", "utf\u00e98", "", nil}, // PyUnicode_Decode takes a short cut
		{open, "3.6", "a\x00", "ValueError: embedded null character", nil},
	} {
		_, fault, err := LookupBy(r.use, py(r.version), r.name)
		got := ""
		if fault != nil {
			got = fault.Type + ": " + fault.Message
		}
		if got != r.want || !errors.Is(err, r.err) {
			t.Errorf("LookupBy(%d, %s, %q) = %q, %v; want %q, %v", r.use, r.version, r.name, got, err, r.want, r.err)
		}
	}
}

func TestCheckName(t *testing.T) {
	for _, r := range []struct {
		version, name string
		want          error
	}{
		{"3.13", "nope", ErrUnknown}, {"2.7", "hex", ErrNotText}, {"3.13", "hex", ErrNotText}, {"2.7", "koi8-t", nil},
		{"3.13", "string_escape", nil}, {"3.13", "mbcs", nil}, {"3.13", "Latin 1", nil},
	} {
		if err := CheckName(py(r.version), r.name); !errors.Is(err, r.want) {
			t.Errorf("CheckName(%s, %q) = %v, want %v", r.version, r.name, err, r.want)
		}
	}
}

func TestKnownHandler(t *testing.T) {
	for _, r := range []struct {
		version, errors string
		want            bool
	}{
		{"2.7", "strict", true}, {"2.7", "surrogateescape", false}, {"3.6", "surrogateescape", true},
		{"2.7", "backslashreplace", true}, {"3.13", "nope", false}, {"3.99", "strict", false},
	} {
		if got := KnownHandler(py(r.version), r.errors); got != r.want {
			t.Errorf("KnownHandler(%s, %q) = %v", r.version, r.errors, got)
		}
	}
}

// TestFault checks the form in which an exception leaves the package.
func TestFault(t *testing.T) {
	c, _, _ := Lookup(py("3.13"), "utf-8")
	_, err := c.Decode(nil, []byte("ab\xff"), "strict")
	want := ingest.Fault{Type: "UnicodeDecodeError", Message: "'utf-8' codec can't decode byte 0xff in position 2: invalid start byte"}
	if got := *err.Fault(); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestTablesCoverTheList keeps the parts of tables.go together.
func TestTablesCoverTheList(t *testing.T) {
	n := 0
	for name, versions := range names().modules {
		for _, m := range versions {
			if m.kind == "table" {
				n++
				if k := single(m.table); k.table == nil || k.ascii != asciiHalf(k.table) {
					t.Errorf("%s: bad table", name)
				}
			}
		}
	}
	if n != len(singleTables) || n < 70 {
		t.Errorf("%d lines name a table, there are %d tables", n, len(singleTables))
	}
	if !slices.IsSortedFunc(singleTables[:], func(a, b struct{ name, chars string }) int { return strings.Compare(a.name, b.name) }) {
		t.Error("tables are not sorted by name")
	}
}

func asciiHalf(t *byteTable) bool {
	for i := range rune(128) {
		if t[i] != packRune(i) {
			return false
		}
	}
	return true
}

// TestTablesAreCurrent asks the interpreters again, where all are there.
func TestTablesAreCurrent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tables") // "go run" would take a .go for source
	if out, err := exec.Command("go", "run", "maketables.go", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	fresh, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("not every modelled python is here; \"make python314\" unpacks a 3.14")
	}
	current, err2 := os.ReadFile("tables.go")
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	if afterHeader(fresh) != afterHeader(current) {
		t.Error("tables.go differs from what the interpreters say: go generate ./ingest/pycodec")
	}
}

// afterHeader drops the first line, which names the patch levels.
func afterHeader(src []byte) string {
	_, rest, _ := strings.Cut(string(src), "\n")
	return rest
}

// TestNoAllocations keeps decoding free of garbage once buffers have grown.
func TestNoAllocations(t *testing.T) {
	in := []byte(strings.Repeat("naïve café, 1 €\r\n", 100))
	dst := make([]byte, 0, 4*len(in))
	for _, name := range []string{"utf-8", "utf-8-sig", "latin-1", "cp1252", "cp037", "utf-16", "gb18030", "shift_jis", "utf-7"} {
		c, _, _ := Lookup(py("3.13"), name)
		d := c.NewDecoder("replace")
		if n := testing.AllocsPerRun(20, func() {
			dst, _ = c.Decode(dst[:0], in, "replace")
			if name != "utf-16" { // its first chunk must be a BOM
				dst, _ = d.Decode(dst[:0], in[:len(in)-4], false)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations per run", name, n)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, r := range slices.Concat(decodeTable, wholeTable, namesTable) {
		f.Add(r.codec, r.errors, []byte(r.in), uint(len(r.in)/2))
	}
	f.Fuzz(func(t *testing.T, codec, errors string, in []byte, cut uint) {
		for _, version := range []string{"2.7", "3.6", "3.13"} {
			c, _, _ := Lookup(py(version), codec)
			if c == nil {
				continue
			}
			text, err := c.Decode(nil, in, errors)
			if err == nil && !generalized(text) {
				t.Errorf("%s %s: %x is no generalized UTF-8", version, codec, text)
			}
			if err == nil && errors == "strict" && waits(c) {
				splitAgrees(t, c, in, int(cut%uint(len(in)+1)), text)
			}
		}
	})
}

// waits reports whether valid input may be cut anywhere. Escapes did not wait until
// 3.9, and never do for more octal digits.
func waits(c *Codec) bool {
	switch c.kernel.(type) {
	case escapeKernel, internalKernel:
		return false
	}
	return c.shape != whole
}

func generalized(text []byte) bool {
	for i := 0; i < len(text); {
		r, n := ingest.DecodeRune(text[i:])
		if r == 0xFFFD && n == 1 {
			return false
		}
		i += n
	}
	return true
}

// splitAgrees decodes valid input in two chunks.
func splitAgrees(t *testing.T, c *Codec, in []byte, at int, want []byte) {
	d := c.NewDecoder("strict")
	got, err := d.Decode(nil, in[:at], false)
	if err == nil {
		got, err = d.Decode(got, in[at:], true)
	}
	if err != nil && strings.Contains(err.Message(), "not start with BOM") {
		return // the one thing decoders refuse that bytes.decode takes
	}
	if err != nil || string(got) != string(want) {
		t.Errorf("%s %s: %x cut at %d: %s, %v, in one %s", c.rules.python, c.name, in, at, hex.EncodeToString(got), err, hex.EncodeToString(want))
	}
}
