package detect

import (
	"math"
)

// mixture is a candidate's running score: the cost of all spans so far, each
// predicted by a mixture of languages whose weights the spans before it have
// shaped. It is the length of a code for the text, so that differences between
// candidates are honest odds.
type mixture struct {
	*candidate
	group     int      // candidates of one group read the spans alike
	next      *mixture // of its group
	score     float64
	languages []float32             // weights by the input's ASCII words
	norm      float32               // by which they and native are multiplied, 0 until it is known
	counts    [allLanguages]float32 // of spans by language, shared out
	total     float32
	broken    int // spans that were UTF-8 before somebody read them as cp1252
	mixed     int // spans that are UTF-8
	letters   int // spans with letters of another script than Latin
}

// allLanguages is the most languages of all scripts.
const allLanguages = 64

// start starts a score.
func (x *mixture) start(c *candidate, languages []float32, score cost) {
	*x = mixture{candidate: c, score: float64(score), languages: languages}
}

// normalize sets norm, which few candidates get to need. Only the languages of Latin
// letters weigh other than 1.
func (x *mixture) normalize() {
	x.norm = inertia / (x.strange + dot(x.native[:x.latins], x.languages))
}

// dot returns the sum of products, four at a time.
func dot(a, b []float32) float32 {
	var w, x, y, z float32
	for b = b[:len(a)]; len(a) >= 4; a, b = a[4:], b[4:len(b):len(b)] {
		w += a[0] * b[0]
		x += a[1] * b[1]
		y += a[2] * b[2]
		z += a[3] * b[3]
	}
	for i, v := range a {
		w += v * b[i]
	}
	return w + x + (y + z)
}

// inertia is how many spans the languages known beforehand are worth.
const inertia = 3

// An accident is a span that is UTF-8 in a text that is not, or that was UTF-8
// before somebody read it as cp1252. Further ones are likely after the first.
const (
	accidentFirst = 8 * nat
	accidentNext  = nat
)

// see adds a span's cost.
func (x *mixture) see(r *reading, m *model, weight float64) {
	c := r.least
	if r.script != signsOnly {
		c = x.mix(r, m)
		if r.script != 0 {
			x.letters++
		}
	}
	x.score += weight * float64(c)
}

// mix returns the cost of a reading over all languages, and shifts their weights
// towards those that predicted it. It is never less than the least cost.
func (x *mixture) mix(r *reading, m *model) cost {
	first := m.firstLanguage(r.script)
	costs := r.costs[:r.languages]
	var p [maxLanguages]float32
	var sum float32
	native, languages, counts := x.native[first:][:len(costs)], x.languages[first:][:len(costs)], x.counts[first:][:len(costs)]
	if x.norm == 0 {
		x.normalize()
	}
	norm, least := x.norm, r.least
	for i, c := range costs {
		p[i] = (native[i]*languages[i]*norm + counts[i]) * m.exponentials[min(uint32(c-least), 20*uint32(nat))]
	}
	for i := 0; i < len(p) && i < len(costs); i += 4 {
		sum += p[i] + p[i+1] + (p[i+2] + p[i+3])
	}
	part := 1 / sum
	for i := range counts {
		counts[i] += p[i] * part
	}
	sum /= inertia + x.total
	x.total++
	return r.least - cost(math.Round(float64(nat)*math.Log(float64(sum))))
}

func (m *model) firstLanguage(script int) int {
	if script == ideographSet {
		return m.ideographs.first
	}
	return m.scripts[script].first
}

// seeEither adds the better of a reading and another one, which is an accident of
// its own, and counts the accidents.
func (x *mixture) seeEither(r, other *reading, accidents *int, m *model, weight float64) {
	extra := accidentFirst
	if *accidents > 0 {
		extra = accidentNext
	}
	if other.least+extra < r.least {
		*accidents++
		changed := *other
		changed.add(extra)
		r = &changed
	}
	x.see(r, m, weight)
}
