package detect

import (
	"math/rand/v2"
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
		for n := rng.IntN(4); n > 0 && len(p) > 0; n-- {
			p[rng.IntN(len(p))] = []byte{0, 1, 0x1A, 0x1B, 0x1C, '~', 0x7F, 0x80, 0x9B, 0xFE, 0xFF}[rng.IntN(11)]
		}
		var want [4]bool
		for _, c := range p {
			want = [4]bool{want[0] || c >= 0x80, want[1] || c == 0, want[2] || c == 0x1B, want[3] || c == '~'}
		}
		says := func(f found) [4]bool {
			return [4]bool{f&foundHigh != 0, f&foundNUL != 0, f&foundEscape != 0, f&foundTilde != 0}
		}
		if got := says(survey(p)); got != want {
			t.Fatalf("survey(%q) = %v, want %v", p, got, want)
		}
		if whole := p[:len(p)/64*64]; len(whole) > 0 {
			if got, want := says(surveyBlocksPortable(&whole[0], len(whole)/64)), says(surveyBlocks(&whole[0], len(whole)/64)); got != want {
				t.Fatalf("plain Go finds %v in %q, assembly %v", got, whole, want)
			}
		}
	}
}
