package classify

import (
	"slices"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// TestApart: what is remembered apart is that of the same bytes in the same alphabet, and
// a change that finds nothing changes nothing.
func TestApart(t *testing.T) {
	known := new(taken)
	runes := func(chars []char) (out []rune) {
		for _, c := range chars {
			out = append(out, c.r)
		}
		return out
	}
	utf8 := alphabetOf(ingest.Python313, "utf-8", nil)
	data := []byte("\u00e9,x\r\n")
	for range 20 {
		for _, a := range []alphabet{utf8, alphabetOf(ingest.Python313, "latin-1", nil), {width: 1}, {width: 2}} {
			for _, part := range [][]byte{data, data[2:], data[:3], nil} {
				if got, want := runes(known.apart(a, part)), runes(a.split(part)); !slices.Equal(got, want) {
					t.Fatalf("%q: %q, want %q", part, got, want)
				}
			}
		}
	}
	chars := utf8.split(data)
	if out, ok := utf8.replaced(chars, func([]char, int) int { return keep }); ok {
		t.Errorf("%q", out)
	}
	if out, ok := utf8.replaced(chars, func([]char, int) int { return drop }); !ok || len(out) > 0 {
		t.Errorf("%q, %v", out, ok)
	}
	out, ok := utf8.replaced(chars, func(c []char, i int) int {
		if c[i].r == 'x' {
			return '\n'
		}
		return keep
	})
	if !ok || string(out) != "\u00e9,\n\r\n" {
		t.Errorf("%q, %v", out, ok)
	}
}
