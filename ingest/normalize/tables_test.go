package normalize

import (
	"encoding/hex"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// sharedTables are the codecs that sameTable answers with x/text's table.
var sharedTables = []string{
	"iso8859-1", "iso8859-9", "cp037", "cp437", "cp850", "cp852", "cp855", "cp858", "cp860", "cp862", "cp863", "cp865", "cp866", "cp1140",
	"koi8-r", "mac-roman", "mac-cyrillic", "cp874", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1256", "cp1257", "cp1258",
}

// TestTables compares x/text with Python's tables wherever x/text is used.
func TestTables(t *testing.T) {
	for _, name := range sharedTables {
		m := sameTable(name)
		c, fault, err := pycodec.Lookup(ingest.Python313, name)
		if m == nil || fault != nil || err != nil {
			t.Errorf("%s: table %v, %v, %v", name, m, fault, err)
			continue
		}
		if c.Name() != name {
			t.Errorf("%s: Python calls it %s", name, c.Name())
		}
		want, got := fromPython(c), fromCharmap(m)
		for i := range got.text {
			if string(got.text[i]) != string(want.text[i]) {
				t.Errorf("%s byte %#x: %q, in Python %q", name, i, got.text[i], want.text[i])
			}
		}
	}
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
