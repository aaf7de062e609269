package normalize

import (
	"bytes"
	"errors"
	"testing"
	"unicode/utf8"
)

var fuzzCharsets = []string{"utf-8", "cp1252", "utf-16-le", "utf-16", "shift_jis", "koi8-r", "gb18030"}

// FuzzNormalize holds every input to the package's promises: the output is valid
// UTF-8, a second pass changes nothing, and the edits lead there and back.
func FuzzNormalize(f *testing.F) {
	for _, c := range cases {
		for i, charset := range fuzzCharsets {
			if charset == c.o.Charset || c.o.Charset == "" && i == 0 {
				f.Add([]byte(c.in), uint8(i), uint8(c.o.Delimiter), uint8(c.o.Quotechar), uint8(c.o.Escapechar), c.o.NoQuotes, c.o.SkipInitialSpace)
			}
		}
	}
	f.Fuzz(func(t *testing.T, in []byte, charset, delimiter, quote, escape uint8, noQuotes, skip bool) {
		o := Options{Charset: fuzzCharsets[int(charset)%len(fuzzCharsets)], Delimiter: rune(delimiter), Quotechar: rune(quote),
			Escapechar: rune(escape), NoQuotes: noQuotes, SkipInitialSpace: skip}
		var out bytes.Buffer
		edits, err := Normalize(&out, bytes.NewReader(in), o)
		if err != nil {
			var bad *DecodeError
			if !errors.As(err, &bad) && !errors.Is(err, errRuns) {
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
