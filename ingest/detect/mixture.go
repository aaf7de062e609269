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
	group int      // candidates of one group read the spans alike
	text  uint64   // sum of what was decoded, of a charset of several bytes to a character
	same  bool     // the input is the same text in the best
	next  *mixture // of its group
	like  *mixture // the first of its group that is meant for the same languages, if that is another: it learns for both
	score float64
	last  float64 // what the last span cost
	noticed
	*learned // nil until a span has letters
}

// noticed is what else than languages a mixture found.
type noticed struct {
	broken  int  // spans that were UTF-8 before somebody read them as cp1252
	mixed   int  // spans that are UTF-8
	gain    cost // what they would cost more otherwise
	letters int  // spans with letters of another script than Latin
}

// learned is what the spans have taught a mixture.
type learned struct {
	expected *expectation
	counts   [allLanguages]float32 // of spans by language, shared out
	total    float32
}

// expectation weighs the languages of an input for the charsets that are meant for
// the same ones, as many spans as it is worth.
type expectation struct {
	*nativeWeights
	weights [allLanguages]float32
}

// allLanguages is the most languages of all scripts.
const allLanguages = 64

// start starts a score.
func (x *mixture) start(c *candidate, score cost) {
	*x = mixture{candidate: c, score: float64(score)}
}

// expect works out an expectation from the weights of languages by an input's ASCII
// words, of which only those of Latin letters weigh other than 1.
func (e *expectation) expect(native *nativeWeights, languages []float32) {
	e.nativeWeights = native
	norm := inertia / (native.strange + dot(native.native[:native.latins], languages))
	scale(e.weights[:], native.native, languages, norm)
}

// expect returns the expectation for what a charset is meant for.
func (k *ranking) expect(native *nativeWeights) *expectation {
	for i := range k.expected {
		if k.expected[i].nativeWeights == native {
			return &k.expected[i]
		}
	}
	k.expected = k.expected[:len(k.expected)+1]
	e := &k.expected[len(k.expected)-1]
	e.expect(native, k.languages)
	return e
}

// learn starts to learn.
func (k *ranking) learn(native *nativeWeights) *learned {
	k.learned = k.learned[:len(k.learned)+1]
	l := &k.learned[len(k.learned)-1]
	*l = learned{expected: k.expect(native)}
	return l
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
func (x *mixture) see(r *reading, k *ranking, weight float64) {
	c := r.least
	if r.script != signsOnly {
		if x.learned == nil {
			x.learned = k.learn(x.nativeWeights)
		}
		c = x.mix(r, k.m)
		if r.script != 0 {
			x.letters++
		}
	}
	x.last = weight * float64(c)
	x.score += x.last
}

// mix returns the cost of a reading over all languages, and shifts their weights
// towards those that predicted it. It is never less than the least cost.
func (x *mixture) mix(r *reading, m *model) cost {
	first := m.firstLanguage(r.script)
	costs := r.costs[:r.languages]
	var rows [maxLanguages]float32
	m.likelihoods(&rows, costs, r.least)
	p := rows[:(len(costs)+3)&^3] // beyond the languages there is nothing to add
	counts := x.counts[first:][:len(p)]
	sum := weigh(p, x.expected.weights[first:], counts)
	count(counts, p, 1/sum)
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

// seeEither adds the better of a reading and of what it was before it was broken, and
// counts such accidents.
func (x *mixture) seeEither(r, other *reading, k *ranking, weight float64) {
	if extra := accident(x.broken); other.least+extra < r.least {
		x.broken++
		changed := *other
		changed.add(extra)
		r = &changed
	}
	x.see(r, k, weight)
}

// accident is what one costs after n others.
func accident(n int) cost {
	if n > 0 {
		return accidentNext
	}
	return accidentFirst
}

// seeUTF8 adds a span that is UTF-8, if that is likelier than what it would be in x. It
// then costs the same in all charsets, as it tells nothing of them.
func (x *mixture) seeUTF8(r, utf8 *reading, k *ranking, weight float64) {
	if gain := r.least - utf8.least - accident(x.mixed); gain > 0 {
		x.gain += gain
		x.takeUTF8(utf8, weight)
		return
	}
	x.see(r, k, weight)
}

func (x *mixture) takeUTF8(utf8 *reading, weight float64) {
	x.last = weight * float64(utf8.least+accident(x.mixed))
	x.score += x.last
	x.mixed++
}
