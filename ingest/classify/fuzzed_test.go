package classify_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// TestFuzzed has what FuzzParity found without a cause: inputs that no single
// change settles, so that the evidence has to say why.
func TestFuzzed(t *testing.T) {
	tests := []struct {
		why       string
		input     string
		py2, py3  string // open mode, codec, errors, dialect options
		edit      func(*ingest.Settings)
		signature string
	}{
		{"the character NUL, in UTF-16", "\x00\x00", "bytes-decode utf-16-le strict", "text utf-16-le strict", nil,
			"nul-byte:wide:csv.Error/-:bytes-decode/text"},
		{"one of the codecs cannot read a single letter", "s", "splitlines utf-16 strict", "stringio cp874 strict", nil,
			"undecodable-bytes:utf-16/cp874:UnicodeDecodeError/-:splitlines/stringio"},
		{"an undecodable byte is ignored before csv or after", "\"\"\xff\n", "bytes-decode utf-8 ignore strict=True", "text utf-8 ignore strict=True", nil,
			"undecodable-bytes:utf-8/utf-8:csv.Error/-:bytes-decode/text"},
		{"a byte that is no quote in EBCDIC", "\"", "bytes-decode latin-1 strict strict=True", "text cp037 strict strict=True", nil,
			"mojibake:iso8859-1/cp037:bytes-decode/text"},
		{"CR LF are no newline in EBCDIC", "\r\n", "bytes-decode cp037 strict", "iterdecode cp037 strict", nil,
			"mojibake:cp037/cp037:bytes-decode/iterdecode"},
		{"a quote in midst of a cell opens the next", "0\",\"\n", "bytes-decode cp437 strict", "splitlines cp437 strict", nil,
			"newline-in-quotes-translated:lf:data:bytes-decode/splitlines"},
		{"2.7's Sniffer answers in unicode, which its csv.reader refuses", "\"\",d", "codecs-open utf-8 strict quoting=2", "locale utf-8 strict quoting=2",
			func(s *ingest.Settings) { s.Sniff = true }, "sniffer:TypeError/-:codecs-open/locale"},
		{"U+FEFF in quotes is no mark", "\"\ufeff\"\n", "bytes utf-8 strict", "text utf-8 strict", nil, "bytes-vs-text:utf-8:bytes/text"},
		{"a mark that one path upper-cases as text", "\ufeff", "bytes latin-1 strict", "stringio latin-1 strict",
			func(s *ingest.Settings) { s.Clean = []ingest.Step{"upper"} }, "bytes-vs-text:iso8859-1:bytes/stringio"},
		{"after a separator a quote is a quote", "\f\"", "recode cp1252 strict strict=True skipinitialspace=True", "text cp1252 strict strict=True skipinitialspace=True", nil,
			"unicode-line-separator:control:csv.Error/-:recode/text"},
		{"a separator after a quote", "\"\"\x1c", "splitlines latin-1 strict strict=True", "splitlines latin-1 strict strict=True", nil,
			"unicode-line-separator:control:csv.Error/-:splitlines/splitlines"},
		{"a cell of another codec that also lost its newline", "'\xdf\xef\n", "splitlines iso8859-2 strict quotechar='", "codecs-open latin-1 strict quotechar='",
			func(s *ingest.Settings) { s.Clean = []ingest.Step{"upper"} }, "mojibake:iso8859-2/iso8859-1:splitlines/codecs-open"},
		{"the Sniffer found another dialect than the one it took the place of", ",\"\",,'\\',", "bytes-decode latin-1 strict quotechar=' skipinitialspace=True quoting=2",
			"text latin-1 strict quotechar=' skipinitialspace=True quoting=2", func(s *ingest.Settings) { s.Sniff = true }, "sniffer:data:bytes-decode/text"},
		{"two causes in two cells of one row", "\x99\x1f,\v", "bytes-decode cp949 ignore", "splitlines cp949 ignore", nil,
			"unicode-line-separator:control:data:bytes-decode/splitlines"},
		{"a newline for a delimiter", "\"0\"\n\"", "io-open cp860 replace delimiter=\\n escapechar=\\\\", "splitlines cp860 replace delimiter=\\n escapechar=\\\\",
			on(11, func(s *ingest.Settings) { s.Reader = ingest.DictReader }), "row-count:data:io-open/splitlines"},
		{"a handler for encoding meets what one codec cannot read", "\x81", "bytes cp1252 xmlcharrefreplace", "codecs-open utf-8 xmlcharrefreplace", nil,
			"undecodable-bytes:-/utf-8:-/TypeError:bytes/codecs-open"},
		{"a blank for the first digit of an hour", "at\n 9:05\n", "bytes-decode utf-8 strict", "text utf-8 strict",
			on(14, func(s *ingest.Settings) { s.Types = []ingest.ColumnType{{Column: "at", Type: "datetime:%H:%M"}} }), "date-parsing:datetime:ValueError/-:bytes-decode/text"},
		{"a sign that a codec has since 3.14", "\x9b\n", "bytes-decode palmos strict", "text palmos strict", on(14, nil),
			"mojibake:palmos/palmos:bytes-decode/text"},
		{"an alias of 3.14", "a\n", "bytes-decode windows-874 strict", "text windows-874 strict", on(14, nil),
			"codec-missing:windows-874/cp874:LookupError/-:bytes-decode/text"},
		{"an error handler that cannot decode", "a\n\x98\nb", "splitlines cp932 backslashreplace", "iterdecode cp932 ignore", nil,
			"undecodable-bytes:cp932/cp932:TypeError/-:splitlines/iterdecode"},
		{"one that 2.7 does not have", "\xe2\x82\n", "bytes-decode utf-8 surrogateescape", "text utf-8 surrogateescape", nil,
			"undecodable-bytes:utf-8/utf-8:LookupError/-:bytes-decode/text"},
		{"one that Python 3 asks before csv complains", "\"\xc4\xed\xb8\x80", "splitlines utf-8 namereplace strict=True", "text-universal utf-8 namereplace strict=True", nil,
			"undecodable-bytes:utf-8/utf-8:csv.Error/TypeError:splitlines/text-universal"},
		{"what utf-7 leaves out is no number", "\"+`-\",+\n", "io-open utf-7 ignore quoting=2", "text-universal utf-7 ignore quoting=2", nil,
			"replacement-count:utf-7/utf-7:ignore/ignore:io-open/text-universal"},
		{"a bad byte that takes a quote along in 2.7 alone", "\xfe\"", "splitlines euc_kr ignore strict=True", "stringio euc_kr ignore strict=True", nil,
			"undecodable-bytes:euc-kr/euc-kr:-/csv.Error:splitlines/stringio"},
		{"a mark before a quote, without which both raise", "\ufeff\"", "bytes-decode utf-8-sig strict strict=True", "text-universal utf-8-sig strict strict=True", nil,
			"bom-in-header:utf-8-sig/utf-8-sig:bytes-decode/text-universal"},
		{"bytes that are no character behind an escaped newline", "5\"\n\"p\n\xaf\xc4\"\"", "universal euc_jp ignore delimiter=\" escapechar=\"", "stringio euc_jp ignore delimiter=\" escapechar=\"",
			on(12, nil), "replacement-count:euc-jp/euc-jp:ignore/ignore:universal/stringio"},
		{"a wide space among what is more than the columns", "ź\n,\u2003", "bytes utf-8 strict", "text utf-8 strict",
			func(s *ingest.Settings) { s.Reader, s.Clean = ingest.DictReader, []ingest.Step{"split"} }, "unicode-whitespace:split:bytes/text"},
		{"a letter that has no case in bytes is still there to split at", "u", "bytes utf-8 strict", "text utf-8 strict",
			func(s *ingest.Settings) { s.Clean = []ingest.Step{"append:é", "swapcase", "split:é"} }, "bytes-vs-text:split:bytes/text"},
		{"bytes taken apart, and then to be normalized", "a", "bytes utf-8 strict", "text utf-8 strict",
			func(s *ingest.Settings) { s.Clean = []ingest.Step{"append:é", "replace::-", "split:é", "nfkc"} }, "bytes-vs-text:split:bytes/text"},
		{"a translated newline and bytes that are no character, in one cell", "\"\r\xe9\"\xca\xa1,\"inf\r\"a\n,", "universal euc_jp ignore", "stringio euc_jp ignore",
			on(9, func(s *ingest.Settings) { s.Reader = ingest.DictReader }), "replacement-count:euc-jp/euc-jp:ignore/ignore:universal/stringio"},
		{"the same where the cells are ASCII and the literal is not", "y", "codecs-open utf-8 strict", "stringio utf-8 strict",
			func(s *ingest.Settings) { s.Clean = []ingest.Step{"append:é", "upper", "split:é", "append:é"} }, "bytes-vs-text:split:codecs-open/stringio"},
		{"white space of 2.7 alone where a space is an escape character", "\u180e", "universal utf-8 strict strict=True", "text utf-8 strict strict=True", func(s *ingest.Settings) {
			s.Clean = []ingest.Step{"rstrip"}
			s.Dialect, _ = ingest.ParseDialect(s.Python.Path(), "escapechar= ")
		}, "unicode-whitespace:rstrip:universal/text"},
		{"a line that ends between quotes, which the escape character does not close", "\"\xa2\",\r,", "bytes big5 replace escapechar=\"", "splitlines big5 replace escapechar=\"",
			on(8, func(s *ingest.Settings) { s.Clean = []ingest.Step{"split"} }), "newline-in-quotes-translated:lf:data:bytes/splitlines"},
		{"a newline that is split at, between quotes that the escape character does not close, beside another codec", "\"\"b\n\xd4k\xa6\xdb\xa3", "splitlines euc_kr ignore escapechar=\" doublequote=False",
			"text gbk ignore escapechar=\" doublequote=False", on(6, func(s *ingest.Settings) { s.Clean = []ingest.Step{"split"} }), "newline-in-quotes-translated:lf:data:splitlines/text"},
	}
	for _, tt := range tests {
		p := ingest.Pair{Py2: policyOf(t, ingest.Python27, tt.py2), Py3: policyOf(t, ingest.Python313, tt.py3)}
		if tt.edit != nil {
			tt.edit(&p.Py2)
			tt.edit(&p.Py3)
		}
		c := classify.Case{Name: "fuzz.csv", Data: strings.NewReader(tt.input), Size: int64(len(tt.input)), Py2: p.Py2, Py3: p.Py3}
		if got := signatures(findings(t, embedded.New(), c)); !slices.Contains(got, tt.signature) {
			t.Errorf("%s: %q, want %q", tt.why, got, tt.signature)
		}
	}
}

// on makes the py3 path another version than 3.13.
func on(minor int, edit func(*ingest.Settings)) func(*ingest.Settings) {
	return func(s *ingest.Settings) {
		if s.Python.Major == 3 {
			s.Python.Minor = minor
		}
		if edit != nil {
			edit(s)
		}
	}
}

func policyOf(t *testing.T, py ingest.Python, words string) ingest.Settings {
	t.Helper()
	s := ingest.DefaultSettings(py)
	w := strings.Fields(words)
	s.Open, s.Codec, s.Errors = ingest.OpenMode(w[0]), w[1], w[2]
	var err error
	if s.Dialect, err = ingest.ParseDialect(py.Path(), w[3:]...); err != nil {
		t.Fatal(err)
	}
	return s
}
