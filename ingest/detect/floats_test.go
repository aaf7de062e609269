package detect

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestFloats compares the loops in assembly with those in plain Go, bit by bit.
func TestFloats(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 26))
	list := func(n int) []float32 {
		out := make([]float32, n)
		for i := range out {
			out[i] = rng.Float32() * float32(math.Pow(2, float64(rng.IntN(40)-20)))
		}
		return out
	}
	for range 2_000 {
		quads, by := 1+rng.IntN(10), rng.Float32()
		a, b, c := list(quads*4), list(quads*4), list(quads*4)
		check := func(what string, quick, plain func(out []float32) float32) {
			x, y := slices.Clone(c), slices.Clone(c)
			if p, q := quick(x), plain(y); p != q || !slices.Equal(x, y) {
				t.Fatalf("%s of %v, %v and %v is %v, %v in assembly, %v, %v in plain Go", what, a, b, c, p, x, q, y)
			}
		}
		check("dot", func(out []float32) float32 { dotQuads((*[4]float32)(out), &a[0], &b[0], quads); return 0 },
			func(out []float32) float32 { dotQuadsPortable((*[4]float32)(out), &a[0], &b[0], quads); return 0 })
		check("scale", func(out []float32) float32 { scaleQuads(&out[0], &a[0], &b[0], quads, by); return 0 },
			func(out []float32) float32 { scaleQuadsPortable(&out[0], &a[0], &b[0], quads, by); return 0 })
		check("share", func(out []float32) float32 { shareQuads(&out[0], &a[0], &b[0], quads, by); return 0 },
			func(out []float32) float32 { shareQuadsPortable(&out[0], &a[0], &b[0], quads, by); return 0 })
		check("weigh", func(out []float32) float32 { return weighQuads(&out[0], &a[0], &b[0], quads) },
			func(out []float32) float32 { return weighQuadsPortable(&out[0], &a[0], &b[0], quads) })
		check("count", func(out []float32) float32 { countQuads(&out[0], &a[0], quads, by); return 0 },
			func(out []float32) float32 { countQuadsPortable(&out[0], &a[0], quads, by); return 0 })
	}
}

// TestTails compares sums over lists of any length with those of one number at a time.
func TestTails(t *testing.T) {
	for n := range 12 {
		a, b, scaled, shared := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
		want := float32(0)
		for i := range a {
			a[i], b[i], shared[i] = float32(i+1), float32(2*i+1), 1
			want += a[i] * b[i]
		}
		if got := dot(a, b); got != want {
			t.Errorf("dot of %d numbers is %v, want %v", n, got, want)
		}
		scale(scaled, a, b, 2)
		share(shared, a, b, 2)
		for i := range a {
			if scaled[i] != 2*a[i]*b[i] || shared[i] != 1+2*a[i]*b[i] {
				t.Errorf("number %d of %d: scaled %v, shared %v", i, n, scaled[i], shared[i])
			}
		}
	}
}

// TestSpreadLanes compares both ways to put languages in order with looking at each.
func TestSpreadLanes(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 26))
	for range 2_000 {
		var sum lanes
		want := make([]cost, 8*(1+rng.IntN(maxLanguages/8)))
		for range rng.IntN(257) {
			row := make([]byte, len(want))
			for i := range row {
				row[i] = byte(rng.IntN(256))
				want[i] += cost(row[i])
			}
			sum.add(row)
		}
		fixed := cost(rng.IntN(1000))
		for i := range want {
			want[i] += fixed
		}
		var quick, plain [maxLanguages]cost
		least := spreadLanes(&sum, &quick[0], len(want)/8, fixed)
		if also := spreadLanesPortable(&sum, &plain[0], len(want)/8, fixed); least != also || least != slices.Min(want) || quick != plain || !slices.Equal(quick[:len(want)], want) {
			t.Fatalf("%v, least %d, in assembly, %v, %d in plain Go, want %v", quick, least, plain, also, want)
		}
	}
}
