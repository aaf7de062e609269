package normalize

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// xtext are the encodings of golang.org/x/text by the names of Python's codecs that
// could be the same.
var xtext = map[string]encoding.Encoding{
	"cp037": charmap.CodePage037, "cp437": charmap.CodePage437, "cp850": charmap.CodePage850, "cp852": charmap.CodePage852, "cp855": charmap.CodePage855,
	"cp858": charmap.CodePage858, "cp860": charmap.CodePage860, "cp862": charmap.CodePage862, "cp863": charmap.CodePage863, "cp865": charmap.CodePage865,
	"cp866": charmap.CodePage866, "cp1140": charmap.CodePage1140, "iso8859-1": charmap.ISO8859_1, "iso8859-2": charmap.ISO8859_2, "iso8859-3": charmap.ISO8859_3,
	"iso8859-4": charmap.ISO8859_4, "iso8859-5": charmap.ISO8859_5, "iso8859-6": charmap.ISO8859_6, "iso8859-7": charmap.ISO8859_7, "iso8859-8": charmap.ISO8859_8,
	"iso8859-9": charmap.ISO8859_9, "iso8859-10": charmap.ISO8859_10, "iso8859-11": charmap.Windows874, "iso8859-13": charmap.ISO8859_13,
	"iso8859-14": charmap.ISO8859_14, "iso8859-15": charmap.ISO8859_15, "iso8859-16": charmap.ISO8859_16, "koi8-r": charmap.KOI8R, "koi8-u": charmap.KOI8U,
	"mac-roman": charmap.Macintosh, "mac-cyrillic": charmap.MacintoshCyrillic, "tis-620": charmap.Windows874, "cp874": charmap.Windows874,
	"cp1250": charmap.Windows1250, "cp1251": charmap.Windows1251, "cp1252": charmap.Windows1252, "cp1253": charmap.Windows1253, "cp1254": charmap.Windows1254,
	"cp1255": charmap.Windows1255, "cp1256": charmap.Windows1256, "cp1257": charmap.Windows1257, "cp1258": charmap.Windows1258,
	"big5": traditionalchinese.Big5, "cp950": traditionalchinese.Big5, "big5hkscs": traditionalchinese.Big5, "gbk": simplifiedchinese.GBK, "gb2312": simplifiedchinese.GBK,
	"gb18030": simplifiedchinese.GB18030, "euc_kr": korean.EUCKR, "cp949": korean.EUCKR, "shift_jis": japanese.ShiftJIS, "cp932": japanese.ShiftJIS, "euc_jp": japanese.EUCJP,
}

// own are the encodings of golang.org/x/text whose codecs have decoders of ours or
// pycodec's, with an input that says why: x/text makes another text of it, or one of
// which it does not tell whether it was malformed.
var own = map[string]struct {
	e       encoding.Encoding
	witness string
}{
	"hz": {simplifiedchinese.HZGB2312, "~{!$~}"}, "iso2022_jp": {japanese.ISO2022JP, "\x1b(J\\"},
	"utf-8": {unicode.UTF8, "\ufffd"}, "utf-8-sig": {unicode.UTF8BOM, "\ufeff\ufffd"},
	"utf-16": {unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "\xff\xfe\xfd\xff"}, "utf-16-le": {unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "\xfd\xff"},
	"utf-16-be": {unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "\xff\xfd"},
	"utf-32":    {utf32.UTF32(utf32.LittleEndian, utf32.UseBOM), "\xff\xfe\x00\x00\xfd\xff\x00\x00"}, "utf-32-le": {utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM), "\xfd\xff\x00\x00"},
	"utf-32-be": {utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM), "\x00\x00\xff\xfd"},
}

// TestOwnDecoders compares what is not in xtext: the reason for a decoder of ours holds,
// and of every character that x/text encodes both make the same, but for where Python's
// tables are others.
func TestOwnDecoders(t *testing.T) {
	for name, c := range own {
		codec, fault, err := pycodec.Lookup(ingest.Python313, name)
		if fault != nil || err != nil {
			t.Fatal(name, fault, err)
		}
		if sameText(codec, c.e.NewDecoder(), []byte(c.witness)) {
			t.Errorf("%s: x/text has the same text for %q", name, c.witness)
		}
		compared, differ := compareCharacters(t, name, c.e)
		if want := map[string]int{"hz": 37, "iso2022_jp": 517}[name]; differ != want || compared < 7000 {
			t.Errorf("%s: %d of %d characters differ, want %d", name, differ, compared, want)
		}
	}
}

// compareCharacters gives every character, as x/text encodes it, to the normalizer: many
// at once, and one by one where they are not the same.
func compareCharacters(t *testing.T, name string, e encoding.Encoding) (compared, differ int) {
	t.Helper()
	enc := e.NewEncoder()
	same := func(want string) bool {
		in, err := enc.Bytes([]byte(want))
		if err != nil {
			t.Fatal(name, err)
		}
		var out bytes.Buffer
		_, err = Normalize(&out, bytes.NewReader(in), Options{Charset: name})
		return err == nil && out.String() == want
	}
	var all []string
	for r := rune(1); r <= utf8.MaxRune; r++ {
		if _, err := enc.Bytes([]byte(string(r))); err == nil && utf8.ValidRune(r) && r != '\ufeff' && r != ctrlZ && r != '\r' {
			all = append(all, string(r))
		}
	}
	for some := range slices.Chunk(all, 512) {
		if same(strings.Join(some, "")) {
			continue
		}
		for _, one := range some {
			if !same(one) {
				differ++
			}
		}
	}
	return len(all), differ
}

// TestAllCompared holds that no encoding that x/text has for a codec of Python's is left
// out of the two.
func TestAllCompared(t *testing.T) {
	for _, name := range pycodec.Names() {
		c, fault, err := pycodec.Lookup(ingest.Python313, name)
		if fault != nil || err != nil || name == "ascii" { // which is cp1252 to the WHATWG
			continue
		}
		e, err := ianaindex.IANA.Encoding(name)
		if err != nil || e == nil {
			e, err = htmlindex.Get(name)
		}
		if _, ours := own[c.Name()]; err == nil && e != nil && !ours && xtext[c.Name()] == nil && e != encoding.Replacement {
			t.Errorf("%s (%s) is %v in x/text, and compared with nothing", name, c.Name(), e)
		}
	}
}

// TestTables compares Python's codecs that have a table with x/text's encoding over
// each input of one and two bytes: x/text must be used where the two are the same, and
// only there. TestOwnDecoders compares the others.
func TestTables(t *testing.T) {
	seen, same := 0, 0
	for _, name := range pycodec.Names() {
		c, fault, err := pycodec.Lookup(ingest.Python313, name)
		if fault != nil || err != nil {
			continue // of Python 2 only
		}
		e := xtext[c.Name()]
		if e == nil {
			if sameTable(c.Name()) != nil || sameMultiByte(c.Name()) != nil {
				t.Errorf("%s: x/text is used and not compared", name)
			}
			continue
		}
		seen++
		equal := sameAs(c, e)
		if used := sameTable(c.Name()) != nil || sameMultiByte(c.Name()) != nil; used != equal {
			t.Errorf("%s: x/text is the same: %v, and used: %v", name, equal, used)
		}
		if equal {
			same++
		}
	}
	if seen < len(xtext) || same != 27 {
		t.Errorf("%d codecs compared, %d the same; want %d, 27", seen, same, len(xtext))
	}
}

func sameAs(c *pycodec.Codec, e encoding.Encoding) bool {
	d := e.NewDecoder()
	for i := range 256 {
		if !sameText(c, d, []byte{byte(i)}) {
			return false
		}
	}
	for i := 0; i < 1<<16 && !c.SingleByte(); i++ {
		if !sameText(c, d, []byte{byte(i >> 8), byte(i)}) {
			return false
		}
	}
	return true
}

// sameText decodes an input both ways. What does not decode is U+FFFD to x/text.
func sameText(c *pycodec.Codec, d *encoding.Decoder, in []byte) bool {
	want, bad := c.Decode(nil, in, "strict")
	got, err := d.Bytes(in)
	if bad != nil || err != nil || bytes.ContainsRune(got, utf8.RuneError) {
		return bad != nil && (err != nil || bytes.ContainsRune(got, utf8.RuneError))
	}
	return bytes.Equal(got, want)
}

const multiByteTable = `
def table(codec):
    out = {}
    for a in range(128, 256):
        for s in [bytearray([a])] + [bytearray([a, b]) for b in range(256)]:
            try:
                t = bytes(s).decode(codec)
            except UnicodeDecodeError:
                continue
            if len(s) == 1 or bytes(s[:1]) not in out:
                out[bytes(s)] = t
    return [['%02x' * len(k) % tuple(bytearray(k)), v] for k, v in sorted(out.items())]
`

// TestMultiByteConfirm compares every one- and two-byte sequence of the charsets of
// East Asia that Python accepts: it must give Python's text.
func TestMultiByteConfirm(t *testing.T) {
	interptest.Each(t, func(t *testing.T, p *interp.Process) {
		if err := p.Load(t.Context(), "mb", multiByteTable); err != nil {
			t.Fatal(err)
		}
		cases, bad := 0, 0
		for _, name := range []string{"cp932", "cp949", "gbk", "shift_jis", "gb18030", "big5", "cp950", "big5hkscs", "euc_kr", "johab", "gb2312", "euc_jp", "shift_jis_2004"} {
			c, b := compareTable(t, p, name)
			cases, bad = cases+c, bad+b
		}
		interptest.Record(t, "normalize", p, cases, bad)
	})
}

func compareTable(t *testing.T, p *interp.Process, name string) (cases, bad int) {
	t.Helper()
	var want [][2]string
	if err := call(t, p, &want, "mb.table", name); err != nil {
		t.Fatal(err)
	}
	d, err := newDecoder(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range want {
		src, err := hex.DecodeString(w[0])
		if err != nil || !utf8.ValidString(w[1]) {
			t.Fatalf("%s: bad answer %q", name, w)
		}
		text, size, reason := d.next(src, true)
		cases++
		if reason != "" || string(text) != w[1] || size != len(src) {
			bad++
			t.Errorf("%s %s: %q, in Python %q", name, w[0], text, w[1])
		}
	}
	return cases, bad
}

func call(t *testing.T, p *interp.Process, out any, function string, args any) error {
	t.Helper()
	raw, err := p.Call(t.Context(), function, args)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, out)
}
