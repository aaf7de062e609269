package detect

// dotQuads adds products to sums, each fourth to the same.
//
//go:noescape
func dotQuads(sums *[4]float32, a, b *float32, quads int)

//go:noescape
func scaleQuads(out, a, b *float32, quads int, by float32)

//go:noescape
func shareQuads(sums, a, b *float32, quads int, part float32)

//go:noescape
func weighQuads(p, a, b *float32, quads int) float32

//go:noescape
func countQuads(counts, p *float32, quads int, part float32)

// spreadLanes puts so many times eight languages in order, adds fixed to the cost of
// each, and returns the least.
//
//go:noescape
func spreadLanes(l *lanes, out *cost, eights int, fixed cost) cost
