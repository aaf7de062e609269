package detect

import "math"

// wordWeights is how likely each language made each of some words, with the
// likeliest at 1.
type wordWeights [][maxLanguages]float32

// languagesOf weighs the languages by the ASCII words of an input: half of the
// weight is for all alike, for feeds name things in any language.
func (k *ranking) languagesOf(words [][]byte) {
	m := k.m
	k.languages = k.languages[:0]
	for range m.languages {
		k.languages = append(k.languages, 1)
	}
	if len(words) == 0 {
		return
	}
	latin := m.script(0)
	if cap(k.words) < len(words) {
		k.words = make(wordWeights, asciiWords)
	}
	k.words = k.words[:len(words)]
	for i, w := range words {
		var sum lanes
		before := byte(0)
		for _, c := range w {
			letter := m.glyphs[c].letter
			sum.add(latin.pair(before, letter))
			before = letter
		}
		sum.add(latin.pair(before, 0))
		least := sum.spread(latin, &k.byLanguage, 0)
		m.likelihoods(&k.words[i], k.byLanguage[:len(latin.languages)], least)
	}
	weights := k.languages[:len(latin.languages)]
	for range 2 {
		k.words.share(weights)
	}
	for i := range weights {
		weights[i] = 0.3 + 0.7*weights[i]
	}
}

// likelihoods turns costs into how likely each is beside the least.
func (m *model) likelihoods(out *[maxLanguages]float32, costs []cost, least cost) {
	likely := out[:len(costs)]
	for i, c := range costs[:len(likely)] {
		likely[i] = m.exponentials[min(uint32(c-least), 20*uint32(nat))]
	}
}

// share is a round of expectation maximization: each word is shared out to the
// languages by how well they predict it.
func (w wordWeights) share(weights []float32) {
	var sums [maxLanguages]float32
	for i := range w {
		likely := w[i][:len(weights)]
		share(sums[:], weights, likely, 1/dot(weights, likely))
	}
	n := float32(len(weights)) / float32(len(w)+4)
	for l := range weights {
		weights[l] = (sums[l] + 4/float32(len(weights))) * n
	}
}

// asciiCost is what the ASCII letters of a span cost where nothing else in it
// tells its language.
func (k *ranking) asciiCost(s *span) cost {
	if s.ascii > 0 {
		return s.ascii
	}
	latin := k.m.script(0)
	w := letters{script: latin, near: 3}
	for _, c := range s.raw {
		if c < 0x80 && k.m.ascii[c].script > 0 {
			w.letter(&k.m.ascii[c])
		} else {
			w.end()
		}
	}
	w.end()
	least := w.sum.spread(latin, &k.byLanguage, 0)
	costs := k.byLanguage[:len(latin.languages)]
	var sum, total float32
	for i, c := range costs {
		sum += k.languages[i] * k.m.exponentials[min(c-least, 20*nat)]
		total += k.languages[i]
	}
	s.ascii = max(1, least-cost(math.Round(float64(nat)*math.Log(float64(sum/total)))))
	return s.ascii
}
