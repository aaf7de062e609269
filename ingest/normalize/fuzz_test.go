package normalize

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// fuzzCharsets are all that are normalized, each once; the first are those of the corpus.
var fuzzCharsets = func() []string {
	out := []string{"utf-8", "cp1252", "utf-16-le", "utf-16", "shift_jis", "koi8-r", "gb18030", "cp949", "iso2022_jp", "hz", "utf-7", "cp037"}
	for _, name := range pycodec.Names() {
		c, fault, err := pycodec.Lookup(ingest.Python313, name)
		if err != nil || fault != nil || slices.Contains(out, c.Name()) {
			continue
		}
		if _, err := newDecoder(c.Name()); err == nil {
			out = append(out, c.Name())
		}
	}
	return out
}()

// fuzzFlags are what the bits of one argument ask for.
func fuzzFlags(o Options, flags uint16, in []byte) Options {
	has := func(bit int) bool { return flags&(1<<bit) != 0 }
	o.NoQuotes, o.SkipInitialSpace, o.Canonical, o.QuoteAll = has(0), has(1), has(2), has(3)
	o.NFC, o.FixMojibake, o.KeepGoing = has(4), has(5), has(6)
	o.Columns = int(flags >> 7 & 7)
	if has(10) {
		o.Fits = func(column int, cell string) bool { return (column+len(cell))%3 > 0 }
	}
	if n := int64(len(in)); has(11) && n > 3 {
		o.TableFrom, o.TableTo = n/4, n-n/4
	}
	if n := int64(len(in)) / 4 * 2; has(12) && n > 0 {
		o.Ranges = []Range{{From: n / 2, To: n, Charset: "cp1252"}, {From: n, To: n + 2, Charset: "utf-16-be"}}
	}
	if has(13) && len(in) > 0 {
		o.Ranges = []Range{{From: 0, To: int64(len(in)), Charset: "utf-8", Or: []string{"cp1252", "cp932"}[len(in)%2]}}
	}
	return o
}

// FuzzNormalize holds every input to the package's promises: the output is valid
// UTF-8, a second pass changes nothing, the edits lead there and back, and what is
// Unchanged is.
func FuzzNormalize(f *testing.F) {
	if n := len(fuzzCharsets); n < 100 || n > 256 {
		f.Fatalf("%d charsets", n)
	}
	for i := range fuzzCharsets {
		f.Add([]byte("a,\xe9\x84;\"b\x1b\r\n\"\r\n"), uint8(i), uint8(';'), uint8('"'), uint8(0), uint16(1<<2|3<<7|1<<6))
	}
	for _, c := range cases {
		for i, charset := range fuzzCharsets {
			if charset == c.o.Charset || c.o.Charset == "" && i == 0 {
				f.Add([]byte(c.in), uint8(i), uint8(c.o.Delimiter), uint8(c.o.Quotechar), uint8(c.o.Escapechar), uint16(0))
			}
		}
		for _, flags := range []uint16{1 << 2, 1<<2 | 3<<7, 1<<2 | 1<<3 | 2<<7 | 7<<4, 7<<4 | 3<<11, 1 << 13, 1<<13 | 1<<6} {
			f.Add([]byte(c.in), uint8(0), uint8(c.o.Delimiter), uint8(c.o.Quotechar), uint8(c.o.Escapechar), flags)
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, charset, delimiter, quote, escape uint8, flags uint16) {
		o := fuzzFlags(Options{Charset: fuzzCharsets[int(charset)%len(fuzzCharsets)], Delimiter: rune(delimiter), Quotechar: rune(quote),
			Escapechar: rune(escape)}, flags, in)
		unchangedHolds(t, in, o)
		var out bytes.Buffer
		edits, err := Normalize(&out, bytes.NewReader(in), o)
		if err != nil {
			var bad *DecodeError
			if !errors.As(err, &bad) && !errors.Is(err, errRuns) || bad != nil && o.KeepGoing {
				t.Fatal(err)
			}
			if bad != nil && !bytes.HasPrefix(in[bad.Offset:], bad.Bytes) {
				t.Fatalf("%v: not what is there", bad)
			}
			return
		}
		if !utf8.Valid(out.Bytes()) {
			t.Fatalf("%q is no UTF-8", out.Bytes())
		}
		checkEdits(t, string(in), out.String(), edits)
		checkAgain(t, out.String(), o)
	})
}
