package parity

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/normalize"
)

// TestNormalizeMixed transcodes rows and cells in different charsets each from its own,
// and gets the original back.
func TestNormalizeMixed(t *testing.T) {
	for in, want := range map[string]string{
		"sku,a,b\n1,caf\xc3\xa9,M\xfcller\n2,th\xc3\xa9,gr\xfcn\n":                              "sku,a,b\n1,café,Müller\n2,thé,grün\n",
		"\ufeffsku,name\n1,caf\xc3\xa9\n2,M\xfcller\n3,th\xc3\xa9\n":                            "sku,name\n1,café\n2,Müller\n3,thé\n",
		"\ufeffsku,name\n1,caf\xc3\xa9 cr\xc3\xa8me gr\xfcn\n2,Don\x92t\n":                      "sku,name\n1,café crème grün\n2,Don’t\n",
		"\xff\xfes\x00k\x00u\x00,\x00a\x00\n\x001\x00,\x00\xac\x20\n\x002,M\xfcller\n3,x\n":     "sku,a\n1,€\n2,Müller\n3,x\n",
		"sku,a\n1,Don\x92t\n\xfe\xff\x002\x00,\x20\xac\x00\n\x003\x00,\x00x\x00\n4,M\xfcller\n": "sku,a\n1,Don’t\n2,€\n3,x\n4,Müller\n",
		"sku,a\n1,Don\x92t\n2\x00,\x00\xac\x20\n\x003\x00,\x00x\x00":                            "sku,a\n1,Don’t\n2,€\n3,x",
	} {
		found, err := detect.Bytes([]byte(in), detect.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		edits, err := normalize.Normalize(&out, bytes.NewReader([]byte(in)), NormalizeOptions(found))
		if err != nil || out.String() != want {
			t.Errorf("%q: %q, %v; want %q", in, out.String(), err, want)
		}
		if err := normalize.Verify(bytes.NewReader([]byte(in)), bytes.NewReader(out.Bytes()), normalize.All(edits)); err != nil {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// TestNormalizeManyMixed goes on behind the last of the ranges that are told.
func TestNormalizeManyMixed(t *testing.T) {
	const n = 70_000
	in := "sku,name\n" + strings.Repeat("1,caf\xc3\xa9 cr\xc3\xa8me\n2,M\xfcller\n", n) + "3,\xe9\xc3\xa9 th\xc3\xa9\n"
	want := "sku,name\n" + strings.Repeat("1,café crème\n2,Müller\n", n) + "3,éÃ© thé\n"
	found, err := detect.Bytes([]byte(in), detect.Options{})
	if err != nil || !found.MoreMixed {
		t.Fatal(len(found.Mixed), err)
	}
	var out bytes.Buffer
	o := NormalizeOptions(found)
	edits, err := normalize.Normalize(&out, strings.NewReader(in), o)
	if err != nil || out.String() != want {
		t.Fatalf("%d bytes, %v; want %d: ...%q", out.Len(), err, len(want), out.Bytes()[max(0, out.Len()-20):])
	}
	if err := normalize.Verify(strings.NewReader(in), bytes.NewReader(out.Bytes()), normalize.All(edits)); err != nil {
		t.Error(err)
	}
	for i := range o.Ranges { // of three nobody knows which goes on
		if i%2 > 0 && i%4 > 1 {
			o.Ranges[i].Charset = "iso8859-15"
		}
	}
	if r := rest(o.Ranges[:len(o.Ranges)-1]); r.Charset != "ascii" || r.Or != "" {
		t.Errorf("of three charsets %+v goes on", r)
	}
}

// TestDoubledWarning says of a delivery that it is encoded twice, and how to repair it.
func TestDoubledWarning(t *testing.T) {
	for in, want := range map[string]string{
		"sku,name\n1,caf\u00c3\u00a9\n2,th\u00c3\u00a9\n":   "charset: encoded twice: 2 of 2 words with non-ASCII characters were UTF-8 that somebody read as cp1252; in Python, text.encode('cp1252').decode('utf-8') repairs all",
		"sku,name\n1,caf\u00c3\u00a9\n2,th\u00c3\u00a9,é\n": "charset: encoded twice: 2 of 3 words with non-ASCII characters were UTF-8 that somebody read as cp1252; feedparity normalize --fix-double-encoding repairs them",
		"sku,name\n1,café\n":                                "",
	} {
		r, err := models().Check(t.Context(), delivery(in, pair(t, "detected")))
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(r.Views[0].Warnings, want); got != (want != "") || want == "" && len(r.Views[0].Warnings) > 0 {
			t.Errorf("%q: %q, want %q", in, r.Views[0].Warnings, want)
		}
		r.Close()
	}
}
