package normalize

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

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

// TestTables compares Python's codecs, every one of them, with x/text's encoding over
// each input of one and two bytes: x/text must be used where the two are the same, and
// only there.
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
