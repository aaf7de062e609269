package detect

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/corpus"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// TestCorpus holds detection to what the demo's suppliers really sent.
func TestCorpus(t *testing.T) {
	for _, d := range corpus.Feeds() {
		seed, err := corpus.Open(d.Seed)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Bytes(seed.Data, Options{})
		if err != nil {
			t.Errorf("%s: %v", d.Seed, err)
			continue
		}
		dialect := "-"
		if len(d.Dialect) > 0 {
			dialect = d.Dialect[0]
		}
		if r.Charset != d.Charset || r.Dialect.String() != dialect {
			t.Errorf("%s: %s %q, want %s %q (%s; %s)", d.Seed, r.Charset, r.Dialect, d.Charset, dialect, r.Why, r.Dialect.Why)
		}
		if r.Dialect.Columns < 3 || !r.Dialect.Header {
			t.Errorf("%s: %d columns, header %v", d.Seed, r.Dialect.Columns, r.Dialect.Header)
		}
	}
}

func repeat(s string, n int) string { return strings.Repeat(s, n) }

func utf16le(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteByte(byte(r))
		b.WriteByte(byte(r >> 8))
	}
	return b.String()
}

func swap(s string) string {
	b := []byte(s)
	for i := 0; i+1 < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return string(b)
}

func utf32le(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.Write([]byte{byte(r), byte(r >> 8), byte(r >> 16), 0})
	}
	return b.String()
}

const stock = "sku,name,qty\r\nA1,bolt,5\r\nA2,nut,7\r\n"

// charsets are inputs and what they are, with the words that must explain it.
var inputs = []struct {
	name, in, charset, why string
	lowest                 float64 // confidence
}{
	{"empty", "", "ascii", "is empty", 1},
	{"one byte", "a", "ascii", "only ASCII", 1},
	{"ascii", stock, "ascii", "only ASCII", 1},
	{"utf-8", "name\ncafé\n", "utf-8", "valid UTF-8", 0.95},
	{"utf-8-sig", "\ufeff" + stock, "utf-8-sig", "byte order mark", 1},
	{"utf-8-sig, only the mark", "\ufeff", "utf-8-sig", "byte order mark", 1},
	{"a mark before other bytes", "\ufeffname\ncaf\xe9\n", "utf-8-sig", "byte 0xb is no UTF-8", 0.5},
	{"utf-16 le", "\xff\xfe" + utf16le(stock), "utf-16", "little endian", 1},
	{"utf-16 be", "\xfe\xff" + swap(utf16le(stock)), "utf-16", "big endian", 1},
	{"utf-16, odd size", "\xff\xfe" + utf16le(stock) + "x", "utf-16", "middle of a character", 0.9},
	{"utf-16, bad surrogate", "\xff\xfea\x00\x00\xdc", "utf-16", "byte 0x4 is invalid", 0.5},
	{"utf-16-le", utf16le(stock), "utf-16-le", "no byte order mark", 0.95},
	{"utf-16-be", swap(utf16le(stock)), "utf-16-be", "no byte order mark", 0.95},
	{"utf-16-le, Cyrillic", utf16le("код;имя;цена\r\n1;Молоток;5\r\n2;Гвозди;7\r\n"), "utf-16-le", "no byte order mark", 0.95},
	{"utf-32", "\xff\xfe\x00\x00" + utf32le(stock), "utf-32", "UTF-32", 1},
	{"utf-32, odd size", "\xff\xfe\x00\x00" + utf32le(stock) + "x", "utf-32", "middle of a character", 0.9},
	{"utf-32 be, odd size", "\x00\x00\xfe\xff\x00\x00\x00a\x00", "utf-32", "middle of a character", 0.9},
	{"utf-16 of a NUL", "\xff\xfe\x00\x00" + utf16le("ab,c\n"), "utf-16", "little endian", 1},
	{"utf-32-le", utf32le(stock), "utf-32-le", "no byte order mark", 0.95},
	{"a few NULs are no UTF-16", "sku,name,qty\nA1,bolt\x00\x00\x00,5\nA2,nut\x00,7\n", "ascii", "4 NUL bytes", 0.95},
	{"NULs at odd places only are no UTF-16", "abcd,\x00\n" + repeat("efgh,ab\n", 20), "ascii", "NUL", 0.95},
	{"a block of NULs at the end", stock + repeat("\x00", 512), "ascii", "NUL", 0.95},
	{"cesu-8", "title\nsmile \xed\xa0\xbd\xed\xb8\x80\n", "utf-8", "CESU-8", 0.9},
	{"utf-8, cut", "name\ncafé\nth\xc3", "utf-8", "middle of a character", 0.9},
	{"cp1252 by its euro", "sku,price\nA,\x80 5\nB,\xa3 6\n", "cp1252", "signs", 0.5},
	{"latin-1", "name\ncaf\xe9\nm\xfcnchen\nsm\xf8rrebr\xf8d\n", "iso8859-1", "reads as", 0.5},
	{"cp1250", "nazwa\nksi\xb9\xbfka\n\x9crubokr\xeat\n\x9fr\xf3d\xb3o\n", "cp1250", "Polish", 0.5},
	{"iso8859-2", "nazwa\nksi\xb1\xbfka\n\xb6rubokr\xeat\n\xbcr\xf3d\xb3o\n", "iso8859-2", "Polish", 0.3},
	{"Czech cp1250", "n\xe1zev\nk\xf9\xf2 p\xf8\xedli\x9a \x9elu\x9dou\xe8k\xfd\n\xfap\xecl \xef\xe1belsk\xe9 \xf3dy\n", "cp1250", "Czech", 0.5},
	{"mac-roman", "name\ncaf\x8e au lait\nm\x9fnchen\ng\x89teau, cr\x8fme\n", "mac-roman", "French", 0.4},
	{"cp1251", "\xcd\xe0\xe7\xe2\xe0\xed\xe8\xe5;\xd6\xe5\xed\xe0\n\xcc\xee\xeb\xee\xf2\xee\xea;5\n", "cp1251", "Russian", 0.3},
	{"koi8-r", "\xee\xc1\xda\xd7\xc1\xce\xc9\xc5;\xe3\xc5\xce\xc1\n\xed\xcf\xcc\xcf\xd4\xcf\xcb;5\n", "koi8-r", "Russian", 0.5},
	{"cp932", "\x8f\xa4\x95\x69,\x90\x94\x97\xca\n\x83\x6e\x83\x93\x83\x7d\x81\x5b,5\n", "cp932", "Japanese", 0.3},
	{"gb18030", "\xc3\xfb\xb3\xc6,\xca\xfd\xc1\xbf\n\xb4\xb8\xd7\xd3\xa3\xac\xc2\xdd\xcb\xbf,5\n\xb9\xa4\xbe\xdf\xcf\xe4\n\xb5\xe7\xb6\xaf\xb9\xa4\xbe\xdf\n", "gb18030", "Chinese", 0.9},
	{"iso2022_jp", "a,b\n\x1b$B$\"$$$&$(\x1b(B,1\n", "iso2022_jp", "ISO-2022", 0.9},
	{"one stray ESC", "sku,name\n1,a\x1bb\n", "ascii", "escape", 0.5},
	{"escapes of a terminal", "a,\x1b(0b\n", "ascii", "escape", 0.5},
	{"EBCDIC", "\xe2\xd2\xe4\x6b\xd5\xc1\xd4\xc5\x6b\xd7\xd9\xc9\xc3\xc5\x0d\xf1\x6b\xc8\x81\x94\x94\x85\x99\x40\x81\x95\x84\x40\x95\x81\x89\x93\xa2\x6b\xf5\x0d", "cp037", "EBCDIC", 0.9},
	{"EBCDIC with euros", "\xe2\xd2\xe4\x6b\xd5\xc1\xd4\xc5\x6b\xd7\xd9\xc9\xc3\xc5\x0d\xf1\x6b\xc8\x81\x94\x94\x85\x99\x6b\xf5\x40\x9f\x0d", "cp1140", "EBCDIC", 0.9},
	{"EBCDIC with bars", "\xe2\xd2\xe4\xbb\xd5\xc1\xd4\xc5\xbb\xd7\xd9\xc9\xc3\xc5\x0d\xf1\xbb\xc8\x81\x94\x94\x85\x99\x40\x81\x95\x84\x40\x95\x81\x89\x93\xa2\x4f\xbb\xf5\x0d", "cp500", "EBCDIC", 0.9},
	{"hz", "a,b\n~{B]K?~},1\n", "hz", "HZ", 0.9},
	{"tildes", "a,~{b}\n", "ascii", "only ASCII", 1},
	{"iso2022_kr", "\x1b\x24\x29\x43\x0e\x40\x4c\x38\x27\x0f\x2c\x0e\x38\x41\x44\x21\x0f\x0a", "iso2022_kr", "ISO-2022", 0.9},
	{"a letter over and over", "sku,text\n1," + repeat("\xe9", 70_000) + "\n", "iso8859-1", "reads as", 0.1},
	{"johab", "\xb7\xa1\x9f\x71\x2c\xa0\x77\xc3\xa1\x0a\xb8\xe5\x95\xb7\x20\x97\x61\x9f\xa9\x2c\xa1\xb5\x0a\x90\x61\xac\x61\xa1\xb5\x2c\xad\xa5\xb8\xe5\x97\x77\x0a", "johab", "Korean", 0.5},
	{"Vietnamese", "\x74\xea\x6e\x2c\x67\x69\xe1\x0a\x62\xfa\x61\x20\xf0\xf3\x6e\x67\x20\xf0\x69\x6e\x68\x0a\x6d\xe1\x79\x20\x6b\x68\x6f\x61\x6e\x20\xf0\x69\xea\xf2\x6e\x0a", "cp1258", "Vietnamese", 0.9},
	{"Thai", "\xaa\xd7\xe8\xcd\x2c\xc3\xd2\xa4\xd2\x0a\xa4\xe9\xcd\xb9\x2c\x35\x0a\xca\xc7\xe8\xd2\xb9\xe4\xbf\xbf\xe9\xd2\x0a", "cp874", "Thai", 0.9},
	{"encoded twice, and no UTF-8", "\ufeffname\ncafÃ©\nthÃ©\n\xff\n", "utf-8-sig", "is no UTF-8", 0.5},
	{"anything at all", string([]byte{0x81, 0x8d, 0x8f, 0x90, 0x9d, 0xff, 0x80, 0xa0}) + "\n", "", "", 0},
}

func TestCharset(t *testing.T) {
	for _, c := range inputs {
		r, err := Bytes([]byte(c.in), Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if c.charset != "" && r.Charset != c.charset || r.Confidence < c.lowest || r.Confidence > 1 || !strings.Contains(r.Why, c.why) {
			t.Errorf("%s: %s %.2f %q, want %s >= %.2f %q; %+v", c.name, r.Charset, r.Confidence, r.Why, c.charset, c.lowest, c.why, r.Candidates)
		}
		if len(r.Candidates) == 0 || r.Candidates[0].Charset != r.Charset || r.Candidates[0].Confidence != r.Confidence {
			t.Errorf("%s: the first of %+v is not %s %.2f", c.name, r.Candidates, r.Charset, r.Confidence)
		}
		if int(r.Size) != len(c.in) || r.FirstHigh != int64(strings.IndexFunc(toLatin1(c.in), func(r rune) bool { return r > 0x7F })) {
			t.Errorf("%s: size %d, first high byte %d", c.name, r.Size, r.FirstHigh)
		}
	}
}

// toLatin1 turns each byte into a character of one column, to count offsets by.
func toLatin1(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] >= 0x80 {
			return string(b[:i]) + "é"
		}
	}
	return s
}

// TestChunks demands the same answer whatever the size of the reads, and every time.
func TestChunks(t *testing.T) {
	for _, c := range inputs {
		want, err := Bytes([]byte(c.in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 2, 3, 7, 64 << 10} {
			if got, err := Bytes([]byte(c.in), Options{chunk: chunksOf(n)}); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s in chunks of %d: %+v, %v; want %+v", c.name, n, got, err, want)
			}
		}
	}
}

func TestDeclared(t *testing.T) {
	for _, c := range []struct{ in, declared, charset, why string }{
		{"caf\xe9\n", "windows-1250", "cp1250", "reads as"},
		{"caf\xe9\n", "utf-8", "iso8859-1", "declares utf-8, which does not decode"},
		{"café\n", "latin-1", "utf-8", "declares iso8859-1"},
		{"cafe\n", "cp1252", "ascii", "only ASCII"},
		{"\x80 5\n", "latin-1", "cp1252", "declares iso8859-1"},
	} {
		r, err := Bytes([]byte(c.in), Options{Declared: c.declared})
		if err != nil || r.Charset != c.charset || !strings.Contains(r.Why, c.why) {
			t.Errorf("%q declared %s: %s %q, %v; want %s %q", c.in, c.declared, r.Charset, r.Why, err, c.charset, c.why)
		}
	}
	if _, err := Bytes(nil, Options{Declared: "utf-9"}); err == nil || !strings.Contains(err.Error(), "utf-9") {
		t.Errorf("unknown charset declared: error %v", err)
	}
}

// TestTwice checks that no character that was encoded twice is passed over, however
// the input is read.
func TestTwice(t *testing.T) {
	table := tableOf("cp1252")
	for r := rune(0x80); r < 0x20000; r += 1 + r/61 {
		var again []rune
		for _, c := range []byte(string(r)) {
			if again = append(again, table[c]); table[c] == undefined {
				again[len(again)-1] = rune(c)
			}
		}
		for chunk := range 5 {
			in, st := "a"+string(again)+"b\n", newStats(nil)
			if err := (source{in: Mem(in), size: int64(len(in)), chunk: chunksOf(chunk)}).each(st.add); err != nil || !st.double {
				t.Fatalf("%q in reads of %d is not looked at, %v", in, chunk, err)
			}
		}
	}
	if twice([]byte("ação, snášet, créée")) {
		t.Error("ordinary text looks as if it was encoded twice")
	}
}

func TestDoubleEncoded(t *testing.T) {
	for in, want := range map[string]bool{
		"name\ncafÃ©\nDonâ€™t\n": true, "\ufeffname\ncafÃ©\n": true, "name\ncafé\nDon’t\n": false, "name\ncafÃ©\nthé\nmûr\n": false,
		"name\n日本\n": false, "cafe\n": false, "caf\xe9\n": false,
	} {
		if r, err := Bytes([]byte(in), Options{}); err != nil || (r.Doubled.Layers > 0) != want {
			t.Errorf("%q: double encoded %v, %v; want %v", in, r.Doubled.Layers > 0, err, want)
		}
	}
}

func TestBinary(t *testing.T) {
	for in, want := range map[string]string{
		"PK\x03\x04\x14\x00": "zip", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "ole", "%PDF-1.7\n": "pdf", "\x89PNG\r\n\x1a\n": "png",
		"\xff\xd8\xff\xe0": "jpeg", "\x1f\x8b\x08\x00": "gzip", "PK,a\n": "", "%PDF": "",
	} {
		r, err := Bytes([]byte(in), Options{})
		if err != nil || r.Binary != want || (want != "") != (r.Charset == "") || r.Why == "" {
			t.Errorf("%q: %+v, %v; want %q", in, r, err, want)
		}
	}
}

// TestLateEvidence has its only telling byte far behind saintfish's 8 KB.
func TestLateEvidence(t *testing.T) {
	in := repeat("caf\xe9,1\n", 50_000) + "\x80 5\n"
	r, err := Bytes([]byte(in), Options{})
	if err != nil || r.Charset != "cp1252" {
		t.Errorf("%s %q, %v; want cp1252", r.Charset, r.Why, err)
	}
	in = repeat("name,1\n", 50_000) + repeat("ksi\xb9\xbfka \x9cruba\n", 3)
	if r, err = Bytes([]byte(in), Options{}); err != nil || r.Charset != "cp1250" {
		t.Errorf("%s %q, %v; want cp1250", r.Charset, r.Why, err)
	}
}

// TestSample bounds the sample, spreads it, and keeps rare evidence.
func TestSample(t *testing.T) {
	s := newSpanSampler()
	for i := range 20_000 {
		s.add(fmt.Appendf(nil, "plain,caf\xe9 n\xe9%c%c%c%c,\"na\xefve\"\n", 'a'+i/1000, 'a'+i/100%10, 'a'+i/10%10, 'a'+i%10))
		if i == 17_777 {
			s.add([]byte("\x80 5,"))
		}
	}
	s.add([]byte(repeat("\xe9", 100_000) + " tail\xe9 \n"))
	s.finish()
	if len(s.spans) > maxSpans+2*rareSpans || len(s.spans) < maxSpans/4 {
		t.Errorf("sample of %d spans", len(s.spans))
	}
	var quarters [4]int
	rare := false
	for _, sp := range s.spans {
		if strings.HasPrefix(string(sp.raw), "n\xe9") {
			quarters[(int(sp.raw[2])-'a')/5]++
		}
		rare = rare || string(sp.raw) == "\x80"
	}
	for _, n := range quarters {
		if n < quarters[1]/2 || n > quarters[1]*2 {
			t.Errorf("spans by quarter of the input: %v, want them spread evenly", quarters)
			break
		}
	}
	if !rare || !s.present[legacySpan][0xE9] {
		t.Errorf("the only euro was kept: %v; there are bytes 0xE9: %v", rare, s.present[legacySpan][0xE9])
	}
}

type brokenAt struct{ at int64 }

var errBroken = errors.New("broken")

func (b brokenAt) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		if off+int64(i) >= b.at {
			return i, errBroken
		}
		p[i] = '\xe9'
	}
	return len(p), nil
}

// TestBrokenIO fails the read at several places.
func TestBrokenIO(t *testing.T) {
	for _, at := range []int64{0, 10, 300_000} {
		if _, err := Detect(brokenAt{at}, 1<<20, Options{}); !errors.Is(err, errBroken) {
			t.Errorf("broken at %d: error %v", at, err)
		}
	}
	if _, err := Detect(strings.NewReader("abc"), 1, Options{}); err != nil {
		t.Errorf("only the first byte is asked for: %v", err)
	}
	var _ io.ReaderAt = brokenAt{}
}

const canonicalNames = `
import codecs
def name(n):
    return codecs.lookup(n).name
def decodes(args):
    try:
        bytearray.fromhex(args[1]).decode(args[0])
    except UnicodeDecodeError:
        return False
    return True
`

// TestCharsetConfirm asks every Python whether it knows the charsets by these names
// and whether the answers decode their input.
func TestCharsetConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if err := p.Load(t.Context(), "det", canonicalNames); err != nil {
			t.Fatal(err)
		}
		cases, bad := 0, 0
		ask := func(want, function string, args any) {
			cases++
			raw, err := p.Call(t.Context(), function, args)
			if err != nil || string(raw) != want {
				bad++
				t.Errorf("%s(%q): %s, %v; want %s", function, args, raw, err, want)
			}
		}
		for _, n := range answers() {
			if p.Interpreter.Version.Path() == ingest.Py2 && (n == "cp1125" || n == "kz1048") {
				continue // Python 2.7 has not got these: a finding of its own, LookupError
			}
			ask(fmt.Sprintf("%q", n), "det.name", n)
		}
		for _, c := range inputs {
			r, err := Bytes([]byte(c.in), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Confidence > 0.5 && !r.Truncated && (!r.CESU || p.Interpreter.Version.Path() == ingest.Py2) {
				ask("true", "det.decodes", []string{r.Charset, fmt.Sprintf("%x", c.in)})
			}
		}
		interptest.Record(t, "detect", p, cases, bad)
	})
}

// answers are all charsets that can be answered without being declared.
func answers() []string {
	names := []string{"ascii", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"}
	for _, s := range charsets {
		names = append(names, s.name)
	}
	for _, e := range escaping {
		names = append(names, e.charset)
	}
	return append(names, ebcdics...)
}
