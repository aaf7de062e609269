package generator

import "testing"

// TestDraw: a seed's choices are the same whatever was drawn before, end after so many, and
// are spread evenly.
func TestDraw(t *testing.T) {
	var c, d Choices
	count := make([]int, 8)
	for seed := range uint64(2000) {
		n := int(seed % 30)
		c.Draw(seed, n)
		d.Draw(seed, n)
		for i := range n {
			if c.Empty() {
				t.Fatalf("seed %d: %d choices, want %d", seed, i, n)
			}
			got := c.N(256)
			if d.N(256) != got {
				t.Fatalf("seed %d: two streams", seed)
			}
			count[got/32]++
		}
		if !c.Empty() || c.N(256) != 0 || !c.Empty() {
			t.Fatalf("seed %d: more than %d choices", seed, n)
		}
		d.Draw(seed, n)
	}
	for i, n := range count { // of 28,970: each an eighth, give or take a twentieth
		if n < 3440 || n > 3800 {
			t.Errorf("%d choices are from %d on", n, i*32)
		}
	}
	same := 0
	c.Draw(1, 100)
	d.Draw(2, 100)
	for !c.Empty() {
		if c.N(256) == d.N(256) {
			same++
		}
	}
	if same > 5 {
		t.Errorf("%d of 100 choices of two seeds are the same", same)
	}
}
