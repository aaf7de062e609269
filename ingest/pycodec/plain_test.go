package pycodec

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/feedparity/feedparity/ingest"
)

// TestASCIILen: asciiLen stops at the byte that is not ASCII wherever it stands.
func TestASCIILen(t *testing.T) {
	for n := range 80 {
		src := make([]byte, n)
		if got := asciiLen(src); got != n {
			t.Fatalf("%d bytes of ASCII: %d", n, got)
		}
		for at := range n {
			src := make([]byte, n)
			src[at], src[n-1] = 0x80, 0xFF
			if got := asciiLen(src); got != at {
				t.Fatalf("byte %d of %d: %d", at, n, got)
			}
		}
	}
}

// TestPlain: the quick way of a kernel comes to what its run comes to, behind
// whatever dst holds already and with no byte of room or many.
func TestPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, py := range []ingest.Python{ingest.Python27, ingest.Python313} {
		for _, name := range []string{"utf-8", "gb18030", "gbk", "big5", "cp949", "johab", "euc_kr", "shift_jis", "cp932", "shift_jisx0213", "euc_jp"} {
			c, fault, err := Lookup(py, name)
			if err != nil || fault != nil || c.plain == nil {
				t.Fatalf("%s on %s: %v, %v, plain %v", name, py, fault, err, c.plain)
			}
			slow := *c
			slow.plain = nil
			for range 3000 {
				src := mixed(r)
				dst := append(make([]byte, 0, 3+r.IntN(60)), "abc"...)
				got, raised := c.Decode(slices.Clone(dst), src, "strict")
				want, expected := slow.Decode(dst, src, "strict")
				if string(got) != string(want) || (raised == nil) != (expected == nil) || raised != nil && raised.Message() != expected.Message() {
					t.Fatalf("%s on %s, % x: %q, %v; want %q, %v", name, py, src, got, raised, want, expected)
				}
			}
		}
	}
}

// mixed is mostly characters of two bytes and ASCII, now and then anything.
func mixed(r *rand.Rand) []byte {
	var out []byte
	for range r.IntN(12) {
		switch r.IntN(12) {
		case 0:
			out = append(out, byte(r.Uint32()))
		case 1:
			out = append(out, "\u00e9€😀"...)
		case 2, 3, 4:
			out = append(out, "a,~\\"[r.IntN(4)])
		default:
			out = append(out, byte(0xB0+r.IntN(0x20)), byte(0xA1+r.IntN(0x5E)))
		}
	}
	return out
}
