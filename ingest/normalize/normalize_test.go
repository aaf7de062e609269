package normalize

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/feedparity/feedparity/corpus"
)

// cases show each rule of the package's description.
var cases = []struct {
	name string
	o    Options
	in   string
	want string
	kind string // the kinds of the edits in order
}{
	{"nothing to do", Options{}, "a,b\n1,é\n", "a,b\n1,é\n", ""},
	{"empty", Options{}, "", "", ""},
	{"crlf", Options{}, "a,b\r\nc,d\r\n", "a,b\nc,d\n", "newline newline"},
	{"cr", Options{}, "a\rb\r", "a\nb\n", "newline newline"},
	{"crcrlf is one line break", Options{}, "a\r\r\nb\r\r\n", "a\nb\n", "newline newline"},
	{"two crs are two line breaks", Options{}, "a\r\rb", "a\n\nb", "newline newline"},
	{"three crs and lf", Options{}, "a\r\r\r\nb", "a\n\nb", "newline newline"},
	{"line breaks in quotes are data", Options{}, "\"a\r\nb\",\"c\rd\"\r\n", "\"a\r\nb\",\"c\rd\"\n", "newline"},
	{"doubled quote", Options{}, "\"a\"\"\r\n\"\r\n", "\"a\"\"\r\n\"\n", "newline"},
	{"quote inside a field is none", Options{}, "5\" pipe\r\nx\r\n", "5\" pipe\nx\n", "newline newline"},
	{"quote opens after the dialect's delimiter", Options{Delimiter: ';'}, "a;\"b\r\nc\"\r\n", "a;\"b\r\nc\"\n", "newline"},
	{"quote does not open after another", Options{}, "a;\"b\r\nc\"\r\n", "a;\"b\nc\"\n", "newline newline"},
	{"other quote character", Options{Quotechar: '\''}, "'a\r\n'\r\n", "'a\r\n'\n", "newline"},
	{"no quotes", Options{NoQuotes: true}, "\"a\r\n\"\r\n", "\"a\n\"\n", "newline newline"},
	{"escaped quote", Options{Escapechar: '\\'}, "\"a\\\"\r\n\"\r\n", "\"a\\\"\r\n\"\n", "newline"},
	{"escaped letter", Options{Escapechar: '\\'}, "\\a,\"b\r\n\"\n", "\\a,\"b\r\n\"\n", ""},
	{"blank before a quote", Options{SkipInitialSpace: true}, "a, \"b\r\n\"\r\n", "a, \"b\r\n\"\n", "newline"},
	{"bom", Options{Charset: "utf-8-sig"}, "\ufeffa\n", "a\n", "bom"},
	{"bom in utf-8, twice", Options{}, "\ufeff\ufeffa\n", "a\n", "bom bom"},
	{"bom elsewhere is a character", Options{}, "a\ufeff\n", "a\ufeff\n", ""},
	{"nul", Options{}, "a\x00\x00,b\x00\n", "a,b\n", "nul nul"},
	{"nul before a quote", Options{}, ",\x00\"a\r\n\"\n", ",\"a\r\n\"\n", "nul"},
	{"ctrl-z at the end", Options{}, "a\n\x1a\x1a", "a\n", "ctrl-z"},
	{"ctrl-z and nul padding", Options{}, "a\n\x1a\x00\x00", "a\n", "ctrl-z nul"},
	{"ctrl-z elsewhere", Options{}, "a\x1ab\x1a\n", "a\x1ab\x1a\n", ""},
	{"cesu-8", Options{}, "\xed\xa0\xbd\xed\xb8\x80\n", "😀\n", "cesu-8"},
	{"latin-1", Options{Charset: "latin-1"}, "\xe9t\xe9\xe9\n", "été\u00e9\n", "transcode transcode"},
	{"cp1252", Options{Charset: "cp1252"}, "\x80\x92", "€’", "transcode"},
	{"cp1250", Options{Charset: "cp1250"}, "\xb9\x9c", "ąś", "transcode"},
	{"iso8859-2 keeps c1 controls", Options{Charset: "iso8859-2"}, "\xb1\x9c", "ą\u009c", "transcode"},
	{"utf-16", Options{Charset: "utf-16"}, "\xff\xfea\x00\r\x00\n\x00\x3d\xd8\x00\xde", "a\n😀", "bom transcode newline transcode"},
	{"utf-16-be", Options{Charset: "utf-16-be"}, "\x00a\x00\x00\x00\x1a", "a", "transcode nul ctrl-z"},
	{"utf-32-le", Options{Charset: "utf-32-le"}, "a\x00\x00\x00\x00\xf6\x01\x00", "a😀", "transcode"},
	{"shift_jis as python has it", Options{Charset: "shift_jis"}, "\x82\xa0\x81\x60\xb1,x", "あ〜ｱ,x", "transcode"},
	{"gb18030", Options{Charset: "gb18030"}, "\xb0\xa1\x81\x30\x81\x30\n", "啊\u0080\n", "transcode"},
}

func normalized(t *testing.T, in string, o Options) (string, []Edit) {
	t.Helper()
	var out bytes.Buffer
	edits, err := Normalize(&out, strings.NewReader(in), o)
	if err != nil {
		t.Fatalf("normalize %q: %v", in, err)
	}
	return out.String(), edits
}

func TestNormalize(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, edits := normalized(t, c.in, c.o)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			var kinds []string
			for _, e := range edits {
				kinds = append(kinds, string(e.Kind))
			}
			if k := strings.Join(kinds, " "); k != c.kind {
				t.Errorf("edits %q, want %q", k, c.kind)
			}
			checkEdits(t, c.in, got, edits)
			checkAgain(t, got, c.o)
			checkChunks(t, c.in, got, c.o)
		})
	}
}

// checkEdits replays the edits in both directions.
func checkEdits(t *testing.T, in, out string, edits []Edit) {
	t.Helper()
	var got bytes.Buffer
	if err := Apply(&got, strings.NewReader(in), All(edits)); err != nil || got.String() != out {
		t.Errorf("Apply: %q, %v; want %q", got.String(), err, out)
	}
	got.Reset()
	if err := Revert(&got, strings.NewReader(out), All(edits)); err != nil || got.String() != in {
		t.Errorf("Revert: %q, %v; want %q", got.String(), err, in)
	}
	if err := Verify(strings.NewReader(in), strings.NewReader(out), All(edits)); err != nil {
		t.Errorf("Verify: %v", err)
	}
}

// checkAgain normalizes a second time, which must change nothing.
func checkAgain(t *testing.T, once string, o Options) {
	t.Helper()
	o.Charset, o.Ranges, o.TableFrom, o.TableTo = "utf-8", nil, 0, 0
	if o.Canonical {
		o.Delimiter, o.Quotechar, o.Escapechar, o.NoQuotes, o.SkipInitialSpace = 0, 0, 0, false, false
	}
	if again, edits := normalized(t, once, o); again != once || len(edits) > 0 {
		t.Errorf("a second pass gives %q (%v), want %q", again, edits, once)
	}
}

func checkChunks(t *testing.T, in, want string, o Options) {
	t.Helper()
	var out bytes.Buffer
	if _, err := Normalize(&out, iotest.OneByteReader(strings.NewReader(in)), o); err != nil || out.String() != want {
		t.Errorf("byte by byte: %q, %v; want %q", out.String(), err, want)
	}
}

// TestUndecodable holds the promise that no byte is dropped silently.
func TestUndecodable(t *testing.T) {
	for _, c := range []struct {
		charset, in string
		offset      int64
		bytes       string
		reason      string
	}{
		{"utf-8", "ab\xe9,c\n", 2, "\xe9", "invalid continuation byte"},
		{"utf-8", "ab\x80", 2, "\x80", "invalid start byte"},
		{"utf-8", "ab\xe2\x82", 2, "\xe2\x82", "unexpected end of data"},
		{"utf-8", "ab\xed", 2, "\xed", "unexpected end of data"},
		{"utf-8", "ab\xed\xa0\x80cd\n", 2, "\xed\xa0\x80", "lone surrogate"},
		{"ascii", "a\xe9", 1, "\xe9", "character maps to <undefined>"},
		{"cp1252", "a\x81", 1, "\x81", "character maps to <undefined>"},
		{"cp1255", "a\xca", 1, "\xca", "character maps to <undefined>"},
		{"utf-16", "a\x00", 0, "a\x00", "there is no byte order mark"},
		{"utf-16-le", "a\x00b", 2, "b", "truncated data"},
		{"utf-16-le", "a\x00\x00\xdc", 2, "\x00\xdc", "illegal encoding"},
		{"utf-16-le", "\x00\xd8a\x00", 0, "\x00\xd8", "illegal UTF-16 surrogate"},
		{"utf-16-le", "a\x00\x00\xd8", 2, "\x00\xd8", "unexpected end of data"},
		{"utf-32-le", "\x00\xd8\x00\x00", 0, "\x00\xd8\x00\x00", "code point not in range(0x110000) or a surrogate"},
		{"shift_jis", "a\x82", 1, "\x82", "incomplete multibyte sequence"},
		{"gb18030", "a\xff\xff", 1, "\xff", "illegal multibyte sequence"},
		{"iso2022_jp", "a\x1b$B$", 1, "\x1b$B$", "incomplete multibyte sequence"},
		{"hz", "a~{!", 1, "~{!", "incomplete multibyte sequence"},
		{"utf-7", "a+AG", 1, "+AG", "unterminated shift sequence"},
	} {
		_, err := Normalize(io.Discard, strings.NewReader(c.in), Options{Charset: c.charset})
		var bad *DecodeError
		if !errors.As(err, &bad) {
			t.Errorf("%s %q: error %v, want a DecodeError", c.charset, c.in, err)
			continue
		}
		if bad.Offset != c.offset || string(bad.Bytes) != c.bytes || bad.Reason != c.reason {
			t.Errorf("%s %q: %v; want byte %#x % x %s", c.charset, c.in, bad, c.offset, c.bytes, c.reason)
		}
	}
}

func TestCharsetNames(t *testing.T) {
	for charset, want := range map[string]string{
		"utf-9": "unknown encoding", "hex": "not a text encoding", "iso2022_jp": "", "hz": "", "utf-7": "", "unicode_escape": "not modelled", "idna": "not modelled", "punycode": "not modelled", "undefined": "not modelled", "mbcs": "unknown encoding", "big5": "", "EUC-JP": "", "Latin-1": "", "UTF_16_LE": "", "utf8": "",
	} {
		_, err := Normalize(io.Discard, strings.NewReader(""), Options{Charset: charset})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v, want %q", charset, err, want)
		}
	}
}

// TestCorpus normalizes what the demo's suppliers send.
func TestCorpus(t *testing.T) {
	for _, d := range corpus.Feeds() {
		seed, err := corpus.Open(d.Seed)
		if err != nil {
			t.Fatal(err)
		}
		o := Options{Charset: d.Charset}
		if len(d.Dialect) > 0 {
			o.Delimiter = map[string]rune{"delimiter=;": ';', `delimiter=\t`: '\t'}[d.Dialect[0]]
		}
		got, edits := normalized(t, string(seed.Data), o)
		checkEdits(t, string(seed.Data), got, edits)
		checkAgain(t, got, o)
		outside := strings.ReplaceAll(got, "Unit 5\r\nWharf Road\r\n", "")
		if i := strings.IndexAny(outside, "\x00\x1a\ufeff"); i >= 0 || strings.Contains(outside, "\r") && !strings.Contains(d.Seed, "selby") {
			t.Errorf("%s: something is left in %q", d.Seed, got)
		}
	}
}

// TestLongRuns are longer than the read buffer and than one edit.
func TestLongRuns(t *testing.T) {
	in := strings.Repeat("é\r\n", 50_000) + "\"" + strings.Repeat("\r\n", 50_000) + "\"" + strings.Repeat("\x00", 100_000) + strings.Repeat("\x1a", 100_000)
	want := strings.Repeat("é\n", 50_000) + "\"" + strings.Repeat("\r\n", 50_000) + "\""
	got, edits := normalized(t, in, Options{})
	if got != want {
		t.Error("long runs come out wrong")
	}
	checkEdits(t, in, got, edits)
	for _, e := range edits {
		if len(e.Before) > maxEdit {
			t.Fatalf("an edit of %d bytes", len(e.Before))
		}
	}
	if _, err := Normalize(io.Discard, strings.NewReader(strings.Repeat("\x1a\x00", maxRuns)), Options{}); !errors.Is(err, errRuns) {
		t.Errorf("alternating runs: error %v", err)
	}
}

// TestBrokenIO injects faults into everything Normalize and Apply talk to.
func TestBrokenIO(t *testing.T) {
	broken := errors.New("broken")
	sink := Options{Record: func(Edit) error { return broken }}
	for name, err := range map[string]error{
		"read":   normErr(io.Discard, io.MultiReader(strings.NewReader("a\r\n"), iotest.ErrReader(broken)), Options{}),
		"write":  normErr(failing{broken}, strings.NewReader("a\r\n"), Options{}),
		"record": normErr(io.Discard, strings.NewReader("a\r\n"), sink),
		"apply":  Apply(failing{broken}, strings.NewReader("abc"), All([]Edit{{NUL, 1, []byte("b"), nil}})),
	} {
		if !errors.Is(err, broken) {
			t.Errorf("%s: error %v, want %v", name, err, broken)
		}
	}
	if err := normErr(io.Discard, stuck{}, Options{}); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a reader that returns nothing: error %v", err)
	}
	for name, edits := range map[string][]Edit{
		"other bytes": {{NUL, 1, []byte("x"), nil}}, "past the end": {{NUL, 9, []byte("x"), nil}},
		"out of order": {{NUL, 2, []byte("c"), nil}, {NUL, 1, []byte("b"), nil}},
	} {
		if err := Apply(io.Discard, strings.NewReader("abc"), All(edits)); err == nil {
			t.Errorf("Apply with %s succeeds", name)
		}
		if err := Revert(io.Discard, strings.NewReader("ab"), All(edits)); err == nil && name != "other bytes" {
			t.Errorf("Revert with %s succeeds", name)
		}
	}
}

// TestLocate finds the record and the cell of what does not decode.
func TestLocate(t *testing.T) {
	for _, c := range []struct {
		in          string
		o           Options
		row, column int64
	}{
		{"\xff", Options{}, 1, 1}, {"a,b\nc,\xff\n", Options{}, 2, 2}, {"a,b\r\n\r\nc,d,\xff\n", Options{}, 3, 3}, {"a\rb\rc\xff", Options{}, 3, 1},
		{"\"a\n,b\",\xff\n", Options{}, 1, 2}, {"'a;\n';\xff", Options{Delimiter: ';', Quotechar: '\''}, 1, 2}, {"a\\,b,\xff", Options{Escapechar: '\\'}, 1, 2},
		{"Title\na,b\nc,\xff\n", Options{TableFrom: 6, Canonical: true}, 3, 2}, {"a\x00,\x00\x00\xd8\n\x00", Options{Charset: "utf-16-le"}, 1, 2}, {"a, \"\n\",\xff", Options{SkipInitialSpace: true}, 1, 3},
		{strings.Repeat("a,b\r\n", 50_000) + "c,\xff\n", Options{}, 50_001, 2},
	} {
		var bad *DecodeError
		if err := normErr(io.Discard, strings.NewReader(c.in), c.o); !errors.As(err, &bad) {
			t.Fatalf("%.40q: %v", c.in, err)
		}
		before := bad.Error()
		if err := bad.Locate(strings.NewReader(c.in), c.o); err != nil || bad.Row != c.row || bad.Column != c.column {
			t.Errorf("%.40q: row %d, column %d, %v; want %d, %d", c.in, bad.Row, bad.Column, err, c.row, c.column)
		}
		if want := fmt.Sprintf("%s (row %d, column %d)", before, c.row, c.column); bad.Error() != want {
			t.Errorf("%.40q: %v, want %s", c.in, bad, want)
		}
	}
}

// TestShown cuts what is long.
func TestShown(t *testing.T) {
	long := bytes.Repeat([]byte{0xe9}, 4096)
	for _, s := range []string{Edit{Transcode, 0, long, long}.String(), Note{Ragged, 0, long, "x"}.String()} {
		if len(s) > 300 || !strings.Contains(s, "e9 ... (4096 bytes)") {
			t.Errorf("%q", s)
		}
	}
}

func normErr(w io.Writer, r io.Reader, o Options) error {
	_, err := Normalize(w, r, o)
	return err
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func ExampleNormalize() {
	var out bytes.Buffer
	edits, err := Normalize(&out, strings.NewReader("name\r\ncaf\xe9\r\n"), Options{Charset: "cp1252"})
	fmt.Printf("%q %v\n", out.String(), err)
	for _, e := range edits {
		fmt.Println(e)
	}
	// Output:
	// "name\ncafé\n" <nil>
	// byte 0x4 newline: 0d 0a -> 0a
	// byte 0x9 transcode: e9 -> c3 a9
	// byte 0xa newline: 0d 0a -> 0a
}

// What characters are in a run decides nothing: a table that ends where the input does
// has them taken one by one.
func TestNormalizeRuns(t *testing.T) {
	for _, in := range []string{
		"a é,ü\r\nß,x\xc3\xa9", "a\ufeffb\x1aé\x1a", "\"é\nb\"\"é\r\n\",é\r\r\né", "x, é", "é\x00a\x00é\rü\n", "a\xc3", "aé\xe2\x82", "aé\xed\xa0\xbd\xed\xb8\x80é",
	} {
		var runs, single bytes.Buffer
		a, errA := Normalize(&runs, strings.NewReader(in), Options{KeepGoing: true})
		b, errB := Normalize(&single, strings.NewReader(in), Options{KeepGoing: true, TableTo: int64(len(in))})
		if runs.String() != single.String() || !reflect.DeepEqual(a, b) || (errA == nil) != (errB == nil) {
			t.Errorf("%q: %q %v %v, one by one %q %v %v", in, runs.String(), a, errA, single.String(), b, errB)
		}
	}
}

// TestCutsDecideNothing: an input that comes byte by byte has no runs, and is to become the
// same, with the same edits and notes.
func TestCutsDecideNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"a", "a", " ", ",", ";", "\"", "\"\"", "\r\n", "\r\n", "\r\n\r\n", "\r", "\n", "\\", "\x00", "\x1a", "é", "\ufeff"}
	for range 20_000 {
		var in strings.Builder
		for range 1 + r.IntN(14) {
			in.WriteString(pieces[r.IntN(len(pieces))])
		}
		o := Options{SkipInitialSpace: r.IntN(2) == 0, NoQuotes: r.IntN(4) == 0, Charset: []string{"utf-8", "cp1252"}[r.IntN(2)]}
		o.Delimiter, o.Escapechar = []rune{0, ';', ' '}[r.IntN(3)], []rune{0, '\\'}[r.IntN(2)]
		said := func(src io.Reader) string {
			var out bytes.Buffer
			var notes []Note
			o := o
			o.Note = func(n Note) error { notes = append(notes, n); return nil }
			edits, err := Normalize(&out, src, o)
			return fmt.Sprintf("%q %q %q %v", out.String(), edits, notes, err)
		}
		if whole, cut := said(strings.NewReader(in.String())), said(iotest.OneByteReader(strings.NewReader(in.String()))); whole != cut {
			t.Fatalf("%q with %+v\nat once       %s\nbyte by byte  %s", in.String(), o, whole, cut)
		}
	}
}
