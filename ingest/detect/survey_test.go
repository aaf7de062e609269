package detect

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSurvey compares both ways to survey a text with looking at each byte, wherever
// in a block what there is stands.
func TestSurvey(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	for range 20_000 {
		p := make([]byte, rng.IntN(200))
		for i := range p {
			p[i] = byte(' ' + rng.IntN('~'-' '))
		}
		for n := rng.IntN(4) * rng.IntN(8); n > 0 && len(p) > 0; n-- {
			p[rng.IntN(len(p))] = []byte{0, 1, 0x1A, 0x1B, 0x1C, '~', 0x7F, 0x80, 0x9B, 0xBF, 0xC0, 0xFE, 0xFF}[rng.IntN(13)]
		}
		type truth struct {
			high, nul, escape, tilde bool
			highs, leads             int64
			pairs                    bool
		}
		var want truth
		for block := range slices.Chunk(p, 64) {
			want.tilde = want.tilde || nextHigh(block) < 0 && bytes.ContainsAny(block, "~\x7f")
		}
		for i, c := range p {
			want.high, want.nul, want.escape = want.high || c >= 0x80, want.nul || c == 0, want.escape || c == 0x1B
			if c >= 0x80 {
				want.highs++
			}
			if c >= 0xC0 {
				want.leads++
				want.pairs = want.pairs || i > 1 && p[i-2] >= 0xC0
			}
		}
		says := func(c census) truth {
			return truth{c.found&foundHigh != 0, c.found&foundNUL != 0, c.found&foundEscape != 0, c.found&foundTilde != 0, c.high, c.leads, c.pairs != 0}
		}
		if got := says(survey(p)); got != want {
			t.Fatalf("survey(%q) = %v, want %v", p, got, want)
		}
		if whole := p[:len(p)/64*64]; len(whole) > 0 {
			var plain, quick census
			surveyBlocksPortable(&whole[0], len(whole)/64, &plain)
			surveyBlocks(&whole[0], len(whole)/64, &quick)
			if says(plain) != says(quick) || plain.near != quick.near {
				t.Fatalf("plain Go finds %+v in %q, assembly %+v", plain, whole, quick)
			}
		}
	}
}

// TestNextHigh demands the first byte above ASCII wherever it is, from both ways to
// find it, whatever is behind it.
func TestNextHigh(t *testing.T) {
	for n := range 150 {
		for at := range n + 1 {
			p := bytes.Repeat([]byte{0x7F}, n)
			want := -1
			if at < n {
				want, p[at], p[(n+at)/2] = at, 0x80, 0xFF
			}
			if got := nextHigh(p); got != want {
				t.Fatalf("of %d bytes %d is the first above ASCII, not %d", n, want, got)
			}
			if whole := n / 32 * 32; whole > 0 {
				if quick, plain := highInBlocks(&p[0], n/32), highInBlocksPortable(&p[0], n/32); quick != plain || quick != min(at, whole) {
					t.Fatalf("of %d bytes %d is the first above ASCII: %d in assembly, %d in plain Go", n, at, quick, plain)
				}
			}
		}
	}
}
