package normalize

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// large is more than two of the blocks in which an input is looked through.
var large = strings.Repeat("sku,caf\u00e9\n", 20_000)

func TestUnchanged(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   string
		o    Options
		want bool
	}{
		{"empty", "", Options{}, true},
		{"ASCII", "sku,name\n1,\"a\nb\"\n", Options{Charset: "ascii"}, true},
		{"without a last line break", "sku", Options{}, true},
		{"UTF-8", "1,caf\u00e9 \u20ac \U0001f600\n", Options{}, true},
		{"a mark that is not at the beginning", "1,\ufeff\n", Options{}, true},
		{"large, characters cut by blocks", large, Options{}, true},
		{"large, one byte off", "s" + large, Options{}, true},
		{"a mark", "\ufeff1\n", Options{}, false},
		{"CR", "1\r\n", Options{}, false},
		{"CR far behind", large + "1\r\n", Options{}, false},
		{"NUL", "1\x00\n", Options{}, false},
		{"Ctrl-Z", "1\n\x1a", Options{}, false},
		{"not ASCII", "1,caf\u00e9\n", Options{Charset: "ascii"}, false},
		{"not UTF-8", "1,caf\xe9\n", Options{}, false},
		{"cut at its end", large + "\xc3", Options{}, false},
		{"surrogates", "\xed\xa0\xbd\xed\xb8\x80\n", Options{}, false},
		{"another charset", "1\n", Options{Charset: "utf-16"}, false},
		{"a range in another charset", "1\n", Options{Ranges: []Range{{From: 0, To: 1, Charset: "cp037"}}}, false},
		{"lines above the table", "a\n1\n", Options{TableFrom: 2}, false},
		{"one dialect is asked for", "1;2\n", Options{Canonical: true}, false},
		{"normal form C is asked for", "e\u0301\n", Options{NFC: true}, false},
		{"double encoding is repaired", "caf\u00c3\u00a9\n", Options{FixMojibake: true}, false},
	} {
		for _, r := range []io.Reader{strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in)), iotest.DataErrReader(strings.NewReader(tt.in))} {
			if got, err := Unchanged(r, tt.o); got != tt.want || err != nil {
				t.Errorf("%s: %t, %v; want %t", tt.name, got, err, tt.want)
			}
		}
		unchangedHolds(t, []byte(tt.in), tt.o)
	}
	if _, err := Unchanged(iotest.ErrReader(io.ErrClosedPipe), Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a read error: %v", err)
	}
}

// unchangedHolds has Normalize judge what Unchanged says.
func unchangedHolds(t *testing.T, in []byte, o Options) {
	t.Helper()
	same, err := Unchanged(bytes.NewReader(in), o)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	edits, err := Normalize(&out, bytes.NewReader(in), o)
	if same && (err != nil || len(edits) > 0 || !bytes.Equal(out.Bytes(), in)) {
		t.Fatalf("%.80q is said to be unchanged, and becomes %.80q with %d edits, %v", in, out.Bytes(), len(edits), err)
	}
}
