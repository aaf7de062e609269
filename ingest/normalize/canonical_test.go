package normalize

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// kinds is a table of three columns, of which the second holds numbers.
func kinds(column int, cell string) bool {
	_, err := strconv.ParseFloat(cell, 64)
	return (err == nil) == (column == 1)
}

// canonical are records as they come, and as the canonical dialect has them.
var canonical = []struct {
	name string
	o    Options
	in   string
	want string
	kind string // of the edits, each once
}{
	{"nothing to do", Options{}, "a,b\n\"x,y\",\"5\"\"\"\n", "a,b\n\"x,y\",\"5\"\"\"\n", ""},
	{"delimiter", Options{Delimiter: ';'}, "a;b\n1,5;c\n", "a,b\n\"1,5\",c\n", "delimiter quote"},
	{"tab in UTF-16", Options{Delimiter: '\t', Charset: "utf-16-le"}, "a\x00\t\x00b\x00\r\x00\n\x00", "a,b\n", "transcode delimiter newline"},
	{"other quotes", Options{Quotechar: '\''}, "'a,b','it''s',\"c\n", "\"a,b\",it's,\"\"\"c\"\n", "quote"},
	{"escapes", Options{Escapechar: '\\'}, "a\\,b,\"c\\\"d\",e\\\\\n", "\"a,b\",\"c\"\"d\",e\\\n", "quote escape"},
	{"an escape at the end", Options{Escapechar: '\\'}, "a\\", "a\\\n", "newline"},
	{"a last record that may have been cut", Options{Delimiter: ';', Unfinished: true}, "a;b\nTotal", "a,b\nTotal", "delimiter"},
	{"quotes around another delimiter", Options{}, "\"a;b\",\"c|d\",e;f,\"g:h\"\n", "\"a;b\",\"c|d\",e;f,g:h\n", "quote"},
	{"another delimiter of old", Options{Delimiter: '|'}, "a;b|c\n", "\"a;b\",c\n", "quote delimiter"},
	{"quotes in a table of one column", Options{}, "\"note: x\"\n\"note\"\nnote: y\n", "\"note: x\"\nnote\nnote: y\n", "quote"},
	{"quotes that need not be", Options{}, "\"a\",\"\",\"b c\"\n", "a,,b c\n", "quote"},
	{"an empty cell by itself", Options{}, "\"\"\n\"\"", "\"\"\n\"\"\n", "newline"},
	{"blanks after delimiters", Options{SkipInitialSpace: true}, "a, \"b,c\",  d\n", "a,\"b,c\",d\n", "space"},
	{"empty lines", Options{}, "a\n\n\r\nb\n", "a\nb\n", "blank-line"},
	{"an empty line in a table of one column", Options{Columns: 1}, "a\n\r\nb\n", "a\n\nb\n", "newline"},
	{"line breaks in quotes", Options{}, "\"a\r\nb\",\"c\rd\"\r\ne,f", "\"a\r\nb\",\"c\rd\"\ne,f\n", "newline"},
	{"crcrlf", Options{}, "a\r\r\nb\r\rc", "a\nb\nc\n", "newline blank-line"},
	{"a mark in quotes", Options{}, "\n\"\ufeffa\",b\n", "\"\ufeffa\",b\n", "blank-line"},

	{"csv.reader's reading where nothing better is known", Options{}, "\"a\"b,5\" c\n", "ab,\"5\"\" c\"\n", "quote"},
	{"a quote in a cell", Options{Columns: 2}, "5\" pipe,3\n", "\"5\"\" pipe\",3\n", "quote"},
	{"not doubled", Options{Columns: 3}, "\"5\" pipe, black\",3,x\n", "\"5\"\" pipe, black\",3,x\n", "repair"},
	{"the closing quote is missing", Options{Columns: 3}, "\"abc,1,x\nd,2,y\n", "abc,1,x\nd,2,y\n", "repair"},
	{"the same, and there are more quotes", Options{Columns: 3}, "\"abc,1,x\nd,2,\"y,z\"\n", "abc,1,x\nd,2,\"y,z\"\n", "repair"},
	{"the closing quote is missing and a delimiter was quoted", Options{Columns: 3, Fits: kinds}, "\"a,bc,1,x\n", "\"a,bc\",1,x\n", "repair"},
	{"the opening quote is missing and a delimiter was quoted", Options{Columns: 3}, "ab, c\",1,x\n", "\"ab, c\",1,x\n", "repair"},
	{"the opening quote is missing where all is quoted", Options{Columns: 3, QuoteAll: true}, "abc\",\"1\",\"x\"\n", "abc,1,x\n", "repair"},
	{"doubled outer quotes", Options{Columns: 3}, "\"\"ab, c\"\",1,x\n", "\"ab, c\",1,x\n", "repair"},
	{"blanks around quotes", Options{Columns: 3}, "\"ab, c\" , \"1\",x\n", "\"ab, c\",1,x\n", "repair"},
	{"a malformed record of two lines", Options{Columns: 3}, "\"a,\"b, c\nd\",1\ne,f,2\n", "a,\"b, c\nd\",1\ne,f,2\n", "repair"},
	{"a malformed line and one that is none of its own", Options{Columns: 3}, "\"a\"x,1\ne,f,2\n", "\"a\"\"x\",1\ne,f,2\n", "repair"},
	{"the same at the end", Options{Columns: 3}, "\"a\"x,1\ne", "\"a\"\"x\",1\ne\n", "repair newline"},
	{"a line break in quotes is one", Options{Columns: 2}, "\"a\nb\",1\nc,2\n", "\"a\nb\",1\nc,2\n", ""},
	{"a quote that closes nowhere", Options{Columns: 2}, "a,1\nb,\"2\nc,3", "a,1\nb,2\nc,3\n", "repair newline"},
	{"delimiters at the end", Options{Columns: 2}, "a,1,\nb,2,,\n", "a,1\nb,2\n", "repair"},
	{"a doubled delimiter", Options{Columns: 3, Fits: kinds}, "a,,1,x\n", "a,1,x\n", "repair"},
	{"a doubled delimiter and an empty cell", Options{Columns: 3, Fits: kinds}, "a,,1,\n,,1,x\n", "a,1,\n,1,x\n", "repair"},
	{"two ways to leave a cell out", Options{Columns: 3}, "a,,b,\n", "a,,b\n", "repair"},
	{"two ways, neither at the end", Options{Columns: 4}, "a,,b,,c\n", "a,,b,,c\n", ""},
	{"more cells, none empty", Options{Columns: 2}, "a,b,c\n", "a,b,c\n", ""},
	{"fewer cells", Options{Columns: 3}, "a,b\n", "a,b\n", ""},
}

func TestCanonical(t *testing.T) {
	for _, c := range canonical {
		t.Run(c.name, func(t *testing.T) {
			c.o.Canonical = true
			got, edits := normalized(t, c.in, c.o)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			var kinds []string
			for _, e := range edits {
				if !slices.Contains(kinds, string(e.Kind)) {
					kinds = append(kinds, string(e.Kind))
				}
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

// options are what is asked for beside the canonical bytes.
var options = []struct {
	name  string
	o     Options
	in    string
	want  string
	edits string
	notes string // their kinds and offsets
}{
	{"nfc", Options{NFC: true}, "cafe\u0301,\u212b\n", "caf\u00e9,\u00c5\n", "byte 0x3 nfc: 65 cc 81 -> c3 a9;byte 0x7 nfc: e2 84 ab -> c3 85", ""},
	{"nfc over a NUL", Options{NFC: true}, "e\x00\u0301", "\u00e9", "byte 0x0 nfc: 65 00 cc 81 -> c3 a9", ""},
	{"nfc makes no delimiter", Options{NFC: true, Delimiter: ';'}, "a\u037eb;c", "a\u037eb;c", "", "uncomposed 1"},
	{"nfc makes one that is none", Options{NFC: true}, "a\u037eb;c", "a;b;c", "byte 0x1 nfc: cd be -> 3b", ""},
	{"a quote does not combine", Options{NFC: true, Quotechar: 'e'}, "e\u0301,e", "e\u0301,e", "", ""},
	{"too many marks", Options{NFC: true}, "e" + strings.Repeat("\u0301", 40) + ",e\u0301", "e" + strings.Repeat("\u0301", 40) + ",\u00e9", "byte 0x52 nfc: 65 cc 81 -> c3 a9", "uncomposed 0"},
	{"double encoding", Options{FixMojibake: true}, "caf\u00c3\u00a9,\u00e2\u201a\u00ac5\n", "caf\u00e9,\u20ac5\n",
		"byte 0x3 double-encoded: c3 83 c2 a9 -> c3 a9;byte 0x8 double-encoded: c3 a2 e2 80 9a c2 ac -> e2 82 ac", ""},
	{"encoded three times", Options{FixMojibake: true}, "\u00c3\u0192\u00c2\u00a9", "\u00e9", "byte 0x0 double-encoded: c3 83 c6 92 c3 82 c2 a9 -> c3 a9", ""},
	{"in a legacy charset", Options{FixMojibake: true, Charset: "mac-roman"}, "\x89\xdb\xd2", "\u2013", "byte 0x0 double-encoded: 89 db d2 -> e2 80 93", ""},
	{"a mark encoded twice", Options{FixMojibake: true}, "\u00ef\u00bb\u00bfa", "a", "byte 0x0 bom: c3 af c2 bb c2 bf -> ", ""},
	{"not double-encoded", Options{FixMojibake: true}, "\u00c3,\u00a9 na\u00efve", "\u00c3,\u00a9 na\u00efve", "", ""},
	{"capitals and signs", Options{FixMojibake: true}, brands, brands, "", ""},
	{"of another script", Options{FixMojibake: true}, "\u00d0\u00b2\u00d0\u00be\u00d0\u00b4\u00d0\u00b0 \u00d0\u00b8 \u00d0\u00bc\u00d1\u2039\u00d0\u00bb\u00d0\u00be", "вода и мыло",
		"byte 0x0 double-encoded: c3 90 c2 b2 c3 90 c2 be c3 90 c2 b4 c3 90 c2 b0 -> d0 b2 d0 be d0 b4 d0 b0;byte 0x11 double-encoded: c3 90 c2 b8 -> d0 b8;byte 0x16 double-encoded: c3 90 c2 bc c3 91 e2 80 b9 c3 90 c2 bb c3 90 c2 be -> d0 bc d1 8b d0 bb d0 be", ""},
	{"of Polish", Options{FixMojibake: true}, "si\u00c4\u2122 \u00c5\u00bb\u00c3\u201c\u00c5\u0081TA S\u00c4\u201e", "się ŻÓŁTA SĄ",
		"byte 0x2 double-encoded: c3 84 e2 84 a2 -> c4 99;byte 0x8 double-encoded: c3 85 c2 bb c3 83 e2 80 9c c3 85 c2 81 -> c5 bb c3 93 c5 81;byte 0x19 double-encoded: c3 84 e2 80 9e -> c4 84", ""},
	{"preamble and footer", Options{TableFrom: 6, TableTo: 14}, "Title\na,b\n1,2\ntotal 1\n", "a,b\n1,2\n",
		"byte 0x0 preamble: 54 69 74 6c 65 0a -> ;byte 0xe footer: 74 6f 74 61 6c 20 31 0a -> ", ""},
	{"a mark above a preamble", Options{TableFrom: 7, TableTo: 11}, "\ufeffT\u00e9\na,b\nx", "a,b\n", "byte 0x0 bom: ef bb bf -> ;byte 0x3 preamble: 54 c3 a9 0a -> ;byte 0xb footer: 78 -> ", ""},
	{"a row in another charset", Options{Ranges: []Range{{From: 4, To: 7, Charset: "cp1252"}}}, "\u00e9,\n\x80,\n\u20ac\n", "\u00e9,\n\u20ac,\n\u20ac\n", "byte 0x4 transcode: 80 -> e2 82 ac", ""},
	{"a mark where UTF-16 is joined on", Options{Ranges: []Range{{From: 2, To: 10, Charset: "utf-16"}}}, "a\n\xff\xfeb\x00\xff\xfe\n\x00c", "a\nb\ufeff\nc",
		"byte 0x2 bom: ff fe -> ;byte 0x4 transcode: 62 00 ff fe 0a 00 -> 62 ef bb bf 0a", ""},
	{"words in either of two charsets", Options{Ranges: []Range{{From: 0, To: 40, Charset: "utf-8", Or: "cp1252"}}}, "\u00e9,\x80;\xe9\u00e9 \u00e9,a\x80b,\u20ac\n", "\u00e9,\u20ac;\u00e9\u00c3\u00a9 \u00e9,a\u20acb,\u20ac\n",
		"byte 0x3 transcode: 80 -> e2 82 ac;byte 0x5 transcode: e9 c3 a9 -> c3 a9 c3 83 c2 a9;byte 0xd transcode: 80 -> e2 82 ac", ""},
	{"kept going", Options{KeepGoing: true}, "a,\xe9\nb,\u00e9\xff\n", "a,\ufffd\nb,\u00e9\ufffd\n", "byte 0x2 undecodable: e9 -> ef bf bd;byte 0x8 undecodable: ff -> ef bf bd", "undecodable 2 undecodable 8"},
	{"line breaks in quotes are noted", Options{}, "\"a\r\nb\nc\"\n", "\"a\r\nb\nc\"\n", "", "quoted-newline 2 quoted-newline 5"},
	{"so are they in the canonical dialect", Options{Canonical: true, Columns: 1}, "\"a\r\nb\nc\"\nd,e\n", "\"a\r\nb\nc\"\nd,e\n", "", "quoted-newline 2 quoted-newline 5 ragged-row 9"},
	{"notes come in order", Options{Canonical: true, Columns: 2, KeepGoing: true}, "a,b\n\"c\nd\",\xff\n\xff\n\"e\r\nf\",1\n", "a,b\n\"c\nd\",\ufffd\n\ufffd\n\"e\r\nf\",1\n",
		"byte 0xa undecodable: ff -> ef bf bd;byte 0xc undecodable: ff -> ef bf bd", "quoted-newline 6 undecodable 10 undecodable 12 ragged-row 12 quoted-newline 16"},
	{"iso2022_jp", Options{Charset: "iso2022_jp"}, "a\x1b$B$\"\x1b(B,b\x1b(B", "a\u3042,b", "byte 0x1 transcode: 1b 24 42 24 22 1b 28 42 2c -> e3 81 82 2c;byte 0xb transcode: 1b 28 42 -> ", ""},
	{"utf-7 to the end", Options{Charset: "utf-7"}, "a+AOk", "a\u00e9", "byte 0x1 transcode: 2b 41 4f 6b -> c3 a9", ""},
	{"utf-7", Options{Charset: "utf-7"}, "+AOkALA-b", "\u00e9,b", "byte 0x0 transcode: 2b 41 4f 6b 41 4c 41 2d -> c3 a9 2c", ""},
	{"cp949 is x/text's", Options{Charset: "cp949"}, "\xb0\xa1,\x81\x41", "\uac00,\uac02", "byte 0x0 transcode: b0 a1 -> ea b0 80;byte 0x3 transcode: 81 41 -> ea b0 82", ""},
}

func TestOptions(t *testing.T) {
	for _, c := range options {
		t.Run(c.name, func(t *testing.T) {
			var notes []string
			c.o.Note = func(n Note) error {
				notes = append(notes, string(n.Kind)+" "+strconv.FormatInt(n.Offset, 10))
				return nil
			}
			got, edits := normalized(t, c.in, c.o)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			var shown []string
			for _, e := range edits {
				shown = append(shown, e.String())
			}
			if s := strings.Join(shown, ";"); s != c.edits {
				t.Errorf("edits %s, want %s", s, c.edits)
			}
			if s := strings.Join(notes, " "); s != c.notes {
				t.Errorf("notes %s, want %s", s, c.notes)
			}
			c.o.Note = nil
			checkEdits(t, c.in, got, edits)
			checkAgain(t, got, c.o)
			checkChunks(t, c.in, got, c.o)
		})
	}
}

// TestLongWords of one charset or the other are longer than what is looked at of them.
func TestLongWords(t *testing.T) {
	euro := strings.Repeat("\u20ac", maxWord)
	for _, c := range []struct{ or, in, want string }{
		{"cp1252", "a" + euro + ",b\n" + "\x80" + strings.Repeat("\x80", maxWord) + ",\u20ac", "a" + euro + ",b\n\u20ac" + euro + ",\u20ac"},
		{"cp932", strings.Repeat("\x82\xa0", maxWord) + ",\u3042\n", strings.Repeat("\u3042", maxWord) + ",\u3042\n"},
		{"cp932", "a" + strings.Repeat("\x82\xa0", maxWord) + ",\u3042", "a" + strings.Repeat("\u3042", maxWord) + ",\u3042"},
		{"cp1252", euro[:maxWord-1], euro[:maxWord-1]},
	} {
		o := Options{Ranges: []Range{{From: 0, To: 1 << 40, Charset: "utf-8", Or: c.or}}}
		got, edits := normalized(t, c.in, o)
		if got != c.want {
			t.Errorf("%s: %.40q...", c.or, got)
		}
		checkEdits(t, c.in, got, edits)
		checkChunks(t, c.in, got, o)
	}
}

// TestRanges refuses ranges that cannot be.
func TestRanges(t *testing.T) {
	for _, r := range [][]Range{{{4, 4, "cp1252", ""}}, {{4, 8, "cp1252", ""}, {6, 9, "cp1252", ""}}, {{0, 4, "klingon", ""}}, {{0, 4, "utf-8", "klingon"}}, {{0, 4, "utf-8", "utf-16"}}, {{0, 4, "cp1252", "cp1250"}}} {
		if err := normErr(&bytes.Buffer{}, strings.NewReader("abc"), Options{Ranges: r}); err == nil {
			t.Errorf("%v: no error", r)
		}
	}
}

// parts are what random inputs are made of.
var parts = []string{"a", "b", "1", "2.5", " ", ",", ",", ",", ";", "\"", "\"", "\"\"", "'", "\n", "\n", "\r\n", "\r", "\\", "\x00", "\x1a", "\ufeff", "\u00c3\u00a9", "\u0301", "\xff"}

// TestRandom holds inputs that look like tables to the promises of FuzzNormalize; in
// the canonical dialect encoding/csv must read the output, strict as it is.
func TestRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for range 6_000 {
		var in strings.Builder
		for range rng.IntN(30) {
			in.WriteString(parts[rng.IntN(len(parts))])
		}
		o := Options{Delimiter: []rune{0, ';'}[rng.IntN(2)], Escapechar: []rune{0, 0, '\\'}[rng.IntN(3)], Quotechar: []rune{0, 0, '\''}[rng.IntN(3)]}
		o = fuzzFlags(o, uint16(rng.Uint32())|1<<6, []byte(in.String()))
		got, edits := normalized(t, in.String(), o)
		checkEdits(t, in.String(), got, edits)
		checkAgain(t, got, o)
		if o.Canonical && !strings.Contains(got, "\r") { // encoding/csv takes CR for part of a line break
			r := csv.NewReader(strings.NewReader(got))
			r.FieldsPerRecord = -1
			if _, err := r.ReadAll(); err != nil {
				t.Fatalf("%q: %q: %v", in.String(), got, err)
			}
		}
		if t.Failed() {
			t.Fatalf("%q %+v", in.String(), o)
		}
	}
}

// TestLookAhead would not end, or run out of memory, if a quote that closes nowhere
// were looked for again with each line.
func TestLookAhead(t *testing.T) {
	for name, in := range map[string]string{
		"odd quotes":  strings.Repeat("\"a,b\n", 20_000),
		"even quotes": "\"a\n" + strings.Repeat("a,\"\"b\"\"\n", 20_000),
		"one quote":   "\"a,b\n" + strings.Repeat("a,b\n", 40_000),
		"delimiters":  strings.Repeat(strings.Repeat(",\"", 2000)+"\n", 20),
	} {
		got, edits := normalized(t, in, Options{Canonical: true, Columns: 2})
		checkEdits(t, in, got, edits)
		if n := strings.Count(in, "\n"); strings.Count(got, "\n") != n {
			t.Errorf("%s: %d lines, want %d", name, strings.Count(got, "\n"), n)
		}
	}
}

// TestLongRecords: one that is too long to be held is never taken apart, unless its
// quotes are out of order.
func TestLongRecords(t *testing.T) {
	prose := strings.Repeat("x\r\n", maxTokens)
	for name, c := range map[string]struct {
		in, want string // "" for an error
		columns  int
		noted    int64 // where a long record is, -1 for none
	}{
		"a cell of many lines":      {"a,b\r\n1,\"" + prose + "\"\r\n2,\"c\"\r\n", "a,b\n1,\"" + prose + "\"\n2,c\n", 2, 5},
		"one in a table unknown":    {"a,b\n1,\"" + prose + "\"\n2,\"c\"\n", "a,b\n1,\"" + prose + "\"\n2,c\n", 0, 4},
		"a long cell":               {"a,b\n1,\"" + prose[:1000] + strings.Repeat("y", maxRecord) + "\"\n2,\"c\"\n", "a,b\n1,\"" + prose[:1000] + strings.Repeat("y", maxRecord) + "\"\n2,c\n", 2, 4},
		"no end":                    {"a,b\n" + strings.Repeat("x\",", maxTokens), "a,b\n" + strings.Repeat("x\",", maxTokens), 2, 4},
		"a quote that is malformed": {"a,b\n\"1,2\n" + strings.Repeat("1,2\n", maxTokens), "a,b\n1,2\n" + strings.Repeat("1,2\n", maxTokens), 2, -1},
	} {
		for _, keep := range []bool{false, true} {
			at := int64(-1)
			o := Options{Canonical: true, Columns: c.columns, KeepGoing: keep, Note: func(n Note) error {
				if n.Kind == LongRecord {
					at = n.Offset
				}
				return nil
			}}
			var out bytes.Buffer
			edits, err := Normalize(&out, strings.NewReader(c.in), o)
			var long *RecordError
			if c.noted >= 0 && !keep {
				if !errors.As(err, &long) || long.Offset != c.noted {
					t.Errorf("%s: %v, want an error at %d", name, err, c.noted)
				}
				continue
			}
			if err != nil || out.String() != c.want || at != c.noted {
				t.Errorf("%s: %v, noted at %d, want %d; the same: %v", name, err, at, c.noted, out.String() == c.want)
				continue
			}
			checkEdits(t, c.in, out.String(), edits)
			checkAgain(t, out.String(), o)
		}
	}
}

// brands are words with a capital at their end and a sign behind it, each of which would
// be one character of UTF-8.
const brands = "NESTLÉ®;CAFÉ™;„MENÜ“;CITÉ»;«É»;POKÉ£5;É°;BLÅ®;ÖL“;MANHÃ®;está»…\n"
