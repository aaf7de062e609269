//go:build !amd64

package detect

// These are the portable ones where there is no assembly.

func dotQuads(sums *[4]float32, a, b *float32, quads int) { dotQuadsPortable(sums, a, b, quads) }

func scaleQuads(out, a, b *float32, quads int, by float32) {
	scaleQuadsPortable(out, a, b, quads, by)
}

func shareQuads(sums, a, b *float32, quads int, part float32) {
	shareQuadsPortable(sums, a, b, quads, part)
}

func weighQuads(p, a, b *float32, quads int) float32 { return weighQuadsPortable(p, a, b, quads) }

func countQuads(counts, p *float32, quads int, part float32) {
	countQuadsPortable(counts, p, quads, part)
}

func spreadLanes(l *lanes, out *cost, eights int, fixed cost) cost {
	return spreadLanesPortable(l, out, eights, fixed)
}
