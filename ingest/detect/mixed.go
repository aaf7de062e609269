package detect

import (
	"cmp"
	"math"
	"slices"
)

// What must speak for a second charset in an input, in nats: a word for each span,
// and all of them together.
const (
	secondSpan  = 5 * nat
	secondAll   = 20 * nat
	secondEach  = 5 * nat / 16 // and for each span that there is, as some are odd in any text
	secondSpans = 2
	keptSpans   = 3             // that the best is far likelier in
	secondTried = 3             // charsets
	secondOdd   = 12            // spans they are chosen by
	chanceAll   = 30 * nat      // what UTF-8 among characters of two bytes must gain
	malformed   = chanceAll + 1 // gain where the charset does not decode it
	oddSpan     = 8 * nat       // more than that for each byte above ASCII is no word
	wrongSpan   = 19 * nat / 4  // or one that is worth another look: in the wrong case, for one
)

// utf8Candidate reads what is UTF-8 in an input that is not UTF-8 throughout.
func utf8Candidate() *candidate {
	return &candidate{name: "utf-8", nativeWeights: theModel().weights("en de fr es it pt xx")}
}

// findMixture looks for other charsets that some spans are far likelier in than in the
// best. One span is enough where UTF-8 is, as it is hardly ever by chance, except that a
// rare character of two bytes often is.
func (k *ranking) findMixture(r *Result) {
	x := r.first
	if x.mixed > 0 && (x.table != nil || x.gain > chanceAll) || r.unmarked != "" {
		r.mixedWith = append(r.mixedWith, utf8Candidate())
	}
	if x.table == nil { // what decodes as characters of several bytes throughout is so by no chance
		return
	}
	if c := k.findSecond(x.candidate); c != nil {
		r.mixedWith = append(r.mixedWith, c)
	}
}

// findSecond returns the charset that some of what is not UTF-8 is in, nil if all of it
// can be in the best.
func (k *ranking) findSecond(first *candidate) *candidate {
	if len(k.spans) < secondSpans+keptSpans {
		return nil
	}
	best := k.costs(first)
	odd := k.odd(best, wrongSpan)
	if len(odd) < secondSpans {
		return nil
	}
	for _, c := range k.likeliest(odd, first) {
		if k.joins(best, k.costs(c)) {
			return c
		}
	}
	return nil
}

// odd returns the spans that cost more than text does: what a charset says of them
// is no word of any language, or signs where none stand.
func (k *ranking) odd(costs []float64, most cost) []int {
	var out []int
	for i := range k.spans {
		s := &k.spans[i]
		if !s.mixed && costs[i]-float64(k.asciiCost(s)) > float64(survey(s.raw).high)*float64(most) {
			out = append(out, i)
		}
	}
	return out
}

// likeliest returns the charsets in which some spans are likeliest.
func (k *ranking) likeliest(spans []int, but *candidate) []*candidate {
	part := &ranking{m: k.m, languages: k.languages}
	for _, i := range spans[:min(len(spans), secondOdd)] {
		part.spans = append(part.spans, k.spans[i])
		for _, b := range k.spans[i].raw {
			if b >= 0x80 && !slices.Contains(part.present, b) {
				part.present = append(part.present, b)
			}
		}
	}
	type guess struct {
		*candidate
		cost float64
	}
	var all []guess
	for _, c := range rankable() {
		commoner := func(o *candidate) bool { return o.prior < c.prior && o.reads(part.present, c) }
		if c.table == nil || c.reads(part.present, but) || !definesAll(c.table, part.present) || slices.ContainsFunc(rankable(), commoner) {
			continue
		}
		sum := float64(c.prior)
		for _, x := range part.costs(c) {
			sum += x
		}
		all = append(all, guess{c, sum})
	}
	slices.SortStableFunc(all, func(a, b guess) int { return cmp.Compare(a.cost, b.cost) })
	var out []*candidate
	for _, g := range all[:min(len(all), secondTried)] {
		out = append(out, g.candidate)
	}
	return out
}

// costs returns what each span costs in a charset, infinity where it does not
// decode.
func (k *ranking) costs(c *candidate) []float64 {
	x := c.impartial()
	out := make([]float64, len(k.spans))
	for i := range k.spans {
		out[i] = k.costOf(x, &k.spans[i])
	}
	return out
}

func (k *ranking) costOf(x *mixture, s *span) float64 {
	text, ok := x.read(k.text[:0], s, k)
	if k.text = text; !ok {
		return math.Inf(1)
	}
	k.judge(&k.now, text, s)
	before := x.score
	x.see(&k.now, k, 1)
	return x.score - before
}

// impartial starts a mixture that an input's ASCII words tell nothing.
func (c *candidate) impartial() *mixture {
	x := new(mixture)
	x.start(c, 0)
	x.learned = &learned{expected: new(expectation)}
	x.expected.expect(c.nativeWeights, slices.Repeat([]float32{1}, len(c.native)))
	return x
}

// joins reports whether two charsets together make the spans far likelier than the
// first alone.
func (k *ranking) joins(first, second []float64) bool {
	gain, spans, kept := 0.0, 0, 0
	for i := range first {
		switch d := first[i] - second[i]; {
		case k.spans[i].mixed:
		case d > float64(secondSpan):
			gain += d - float64(secondSpan)/2
			spans++
		case d < -float64(secondSpan):
			kept++
		}
	}
	return spans >= secondSpans && kept >= keptSpans && gain > float64(secondAll)+float64(len(first))*float64(secondEach)
}
