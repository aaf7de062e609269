package detect

import "unsafe"

// The loops over what languages weigh, four at a time. Every result is rounded as in
// plain Go, in the same order, so that answers are the same on every machine.

// dot returns the sum of products.
func dot(a, b []float32) float32 {
	b = b[:len(a)]
	var sums [4]float32
	quads := len(a) / 4
	dotQuads(&sums, unsafe.SliceData(a), unsafe.SliceData(b), quads)
	for i := quads * 4; i < len(a); i++ {
		sums[0] += a[i] * b[i]
	}
	return sums[0] + sums[1] + (sums[2] + sums[3])
}

// scale makes out the product of two lists and a number.
func scale(out, a, b []float32, by float32) {
	out, b = out[:len(a)], b[:len(a)]
	quads := len(a) / 4
	scaleQuads(unsafe.SliceData(out), unsafe.SliceData(a), unsafe.SliceData(b), quads, by)
	for i := quads * 4; i < len(a); i++ {
		out[i] = a[i] * b[i] * by
	}
}

// share adds the product of two lists and a number to sums.
func share(sums, a, b []float32, part float32) {
	sums, b = sums[:len(a)], b[:len(a)]
	quads := len(a) / 4
	shareQuads(unsafe.SliceData(sums), unsafe.SliceData(a), unsafe.SliceData(b), quads, part)
	for i := quads * 4; i < len(a); i++ {
		sums[i] += a[i] * b[i] * part
	}
}

// weigh multiplies p by the sum of two lists, and returns its sum. All are as long, a
// multiple of four.
func weigh(p, a, b []float32) float32 {
	a, b = a[:len(p)], b[:len(p)]
	return weighQuads(unsafe.SliceData(p), unsafe.SliceData(a), unsafe.SliceData(b), len(p)/4)
}

// count adds a part of p to counts. Both are as long, a multiple of four.
func count(counts, p []float32, part float32) {
	countQuads(unsafe.SliceData(counts[:len(p)]), unsafe.SliceData(p), len(p)/4, part)
}

// What follows is in plain Go, for other processors and as the judge of the assembly.

func dotQuadsPortable(sums *[4]float32, a, b *float32, quads int) {
	p, q := unsafe.Slice(a, quads*4), unsafe.Slice(b, quads*4)
	for i := range p {
		sums[i%4] += p[i] * q[i]
	}
}

func scaleQuadsPortable(out, a, b *float32, quads int, by float32) {
	o, p, q := unsafe.Slice(out, quads*4), unsafe.Slice(a, quads*4), unsafe.Slice(b, quads*4)
	for i := range o {
		o[i] = p[i] * q[i] * by
	}
}

func shareQuadsPortable(sums, a, b *float32, quads int, part float32) {
	s, p, q := unsafe.Slice(sums, quads*4), unsafe.Slice(a, quads*4), unsafe.Slice(b, quads*4)
	for i := range s {
		s[i] += p[i] * q[i] * part
	}
}

func weighQuadsPortable(p, a, b *float32, quads int) (sum float32) {
	r, s, t := unsafe.Slice(p, quads*4), unsafe.Slice(a, quads*4), unsafe.Slice(b, quads*4)
	for i := range r {
		r[i] *= s[i] + t[i]
	}
	for ; len(r) > 0; r = r[4:] {
		sum += r[0] + r[1] + (r[2] + r[3])
	}
	return sum
}

func countQuadsPortable(counts, p *float32, quads int, part float32) {
	s, q := unsafe.Slice(counts, quads*4), unsafe.Slice(p, quads*4)
	for i := range s {
		s[i] += q[i] * part
	}
}
