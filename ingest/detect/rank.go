package detect

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
)

// Limits of the ranking.
var stages = []int{1, 2, 4, 8, 20, maxSpans * 4} // spans after which charsets are given up

const hopeless = 22 * nat // that far behind the best

// mixture is a candidate's running score: the cost of all spans so far, each
// predicted by a mixture of languages whose weights the spans before it have
// shaped. It is the length of a code for the text, so that differences between
// candidates are honest odds.
type mixture struct {
	*candidate
	group     int // candidates of one group read the spans alike
	score     float64
	languages []float32             // weights by the input's ASCII words
	norm      float32               // by which they and native are multiplied
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
	var sum float32
	for i, w := range languages {
		sum += w * c.native[i]
	}
	*x = mixture{candidate: c, score: float64(score), languages: languages, norm: inertia / sum}
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
	c := cost(0)
	if r.script == signsOnly {
		c = r.costs[0]
	} else {
		c = x.mix(r, m)
		if r.script != 0 {
			x.letters++
		}
	}
	x.score += weight * float64(c)
}

// mix returns the cost of a reading over all languages, and shifts their weights
// towards those that predicted it.
func (x *mixture) mix(r *reading, m *model) cost {
	first := m.firstLanguage(r.script)
	costs := r.costs[:r.languages]
	least := slices.Min(costs)
	table := exponentials()
	var p [maxLanguages]float32
	var sum float32
	native, languages, counts := x.native[first:][:len(costs)], x.languages[first:][:len(costs)], x.counts[first:][:len(costs)]
	for i, c := range costs {
		if d := c - least; d < cost(len(table)) {
			p[i] = (native[i]*languages[i]*x.norm + counts[i]) * table[d]
			sum += p[i]
		}
	}
	part := 1 / sum
	for i := range costs {
		counts[i] += p[i] * part
	}
	sum /= inertia + x.total
	x.total++
	return least - cost(math.Round(float64(nat)*math.Log(float64(sum))))
}

func (m *model) firstLanguage(script int) int {
	if script == ideographSet {
		return len(m.languages) - len(m.ideographs)
	}
	return m.scripts[script].first
}

// ranking ranks the candidates for one input.
type ranking struct {
	m       *model
	spans   []span
	present []byte       // bytes above 0x7F in the input
	groups  [][]*mixture // the candidates that read all spans alike
	all     *[]mixture   // where they are
	dropped [][]*mixture // those last given up, the best first

	languages []float32 // weights by the input's ASCII words
	letters   reading   // of the ASCII letters of a span
	text      []char
	fixed     []char
	raw       []byte
}

// newRanking prepares the candidates that define every byte of the input.
func newRanking(spans []span, count *[256]int64, words [][]byte, o Options) *ranking {
	k := &ranking{m: theModel(), spans: spans}
	languages := k.m.languagesOf(words)
	k.languages = languages
	for i := range spans {
		if isUTF8(spans[i].raw) {
			k.text, _ = readUTF8(k.text[:0], spans[i].raw, k.m)
			spans[i].utf8 = new(reading)
			k.judge(spans[i].utf8, k.text, &spans[i])
		}
	}
	var present []byte
	for c := 0x80; c < 0x100; c++ {
		if count[c] > 0 {
			present = append(present, byte(c))
		}
	}
	k.present = present
	list := candidatesFor(o)
	all := k.scratch(len(list))
	k.groups = make([][]*mixture, 0, len(list))
	hashes := make([]uint64, 0, len(list))
	for i, c := range list {
		h, ok := c.hash(present)
		if !ok {
			continue
		}
		x := &all[i]
		x.start(c, languages, c.prior-known(c.name, o))
		x.group = slices.Index(hashes, h)
		if x.group < 0 || !c.reads(present, k.groups[x.group][0].candidate) {
			x.group = len(k.groups)
			k.groups, hashes = append(k.groups, make([]*mixture, 0, 2)), append(hashes, h)
		}
		k.groups[x.group] = append(k.groups[x.group], x)
	}
	return k
}

// hash sums up what the bytes above ASCII mean in a charset; ok is false if one of
// them means nothing.
func (c *candidate) hash(present []byte) (h uint64, ok bool) {
	if c.table == nil {
		return uint64(c.prior), true
	}
	h = 14695981039346656037
	for _, b := range present {
		r := c.table[b]
		if r == undefined {
			return 0, false
		}
		h = (h ^ uint64(r)) * 1099511628211
	}
	return h, true
}

// pool keeps the candidates' scores, which are large beside a small input.
var pool = sync.Pool{New: func() any { return new([]mixture) }}

func (k *ranking) scratch(n int) []mixture {
	k.all = pool.Get().(*[]mixture)
	if len(*k.all) < n {
		*k.all = make([]mixture, n)
	}
	return (*k.all)[:n]
}

// release gives the scores back; none of them may be used after it.
func (k *ranking) release() { pool.Put(k.all) }

// reads reports whether the bytes above ASCII mean the same in another charset,
// both having a table.
func (c *candidate) reads(present []byte, other *candidate) bool {
	if c.table == nil || other.table == nil || c.name == "cp1258" || other.name == "cp1258" {
		return false
	}
	for _, b := range present {
		if c.table[b] != other.table[b] {
			return false
		}
	}
	return true
}

// known is what speaks for a charset beforehand.
func known(charset string, o Options) cost {
	c := cost(0)
	if charset == o.Declared {
		c += declaredNats * nat
	}
	if charset == o.History {
		c += historyNats * nat
	}
	return c
}

// rank runs the spans through the candidates.
func (k *ranking) rank() []*mixture {
	k.tellingFirst()
	limit, from := math.Inf(1), 0
	for _, to := range stages {
		to = min(to, len(k.spans))
		limit = min(k.run(from, to, limit)+float64(hopeless), math.MaxFloat64)
		from = to
	}
	var out []*mixture
	for _, g := range k.groups {
		if bestOf(g) > limit {
			k.dropped = append(k.dropped[:0], g)
			continue
		}
		for _, x := range g {
			if x.score <= limit {
				out = append(out, x)
			}
		}
	}
	for _, x := range out {
		x.score += float64(x.unspoken())
	}
	slices.SortFunc(out, func(a, b *mixture) int {
		return cmp.Or(cmp.Compare(a.score, b.score), strings.Compare(a.name, b.name))
	})
	return out
}

// tellingFirst moves the span with the most bytes above ASCII among the first to
// the front, after which most charsets can be given up.
func (k *ranking) tellingFirst() {
	best, most := 0, int64(0)
	for i := range k.spans[:min(len(k.spans), stages[4])] {
		n, _, _ := countHigh(k.spans[i].raw)
		if n > most && n <= 24 {
			best, most = i, n
		}
	}
	if len(k.spans) > 0 {
		k.spans[0], k.spans[best] = k.spans[best], k.spans[0]
	}
}

// unspoken is what a charset for other letters than Latin costs where no letter
// tells why anybody chose it.
func (x *mixture) unspoken() cost {
	switch {
	case x.letters > 0 || x.latin:
		return 0
	case strings.HasPrefix(x.name, "cp125"):
		return 3 * nat / 2
	}
	return 3 * nat
}

// run takes the spans from-to and returns the best score. Groups that are all
// behind limit are given up, and those that fall behind the best of this run.
func (k *ranking) run(from, to int, limit float64) float64 {
	slices.SortStableFunc(k.groups, func(a, b []*mixture) int { return cmp.Compare(bestOf(a), bestOf(b)) })
	best := math.Inf(1)
	for n, g := range k.groups {
		if bestOf(g) > limit {
			k.groups, k.dropped = k.groups[:n], append(k.dropped[:0], k.groups[n:]...)
			break
		}
		for i := from; i < to && bestOf(g) <= best+float64(hopeless); i++ {
			k.see(g, &k.spans[i])
		}
		best = min(best, bestOf(g))
	}
	return best
}

// bestOf returns the best score in a group, infinity if it does not decode.
func bestOf(g []*mixture) float64 {
	best := math.Inf(1)
	for _, x := range g {
		best = min(best, x.score)
	}
	return best
}

// see shows a span to the candidates of a group.
func (k *ranking) see(g []*mixture, s *span) {
	var ok bool
	if k.text, ok = g[0].read(k.text[:0], s, k.m); !ok {
		for _, x := range g {
			x.score = math.Inf(1)
		}
		return
	}
	weight := 1 + math.Log(float64(s.n))
	var r reading
	k.judge(&r, k.text, s)
	repaired := s.utf8
	if repaired == nil {
		repaired = k.repair(s)
	}
	for _, x := range g {
		switch {
		case repaired == nil:
			x.see(&r, k.m, weight)
		case s.utf8 != nil:
			x.seeEither(&r, repaired, &x.mixed, k.m, weight)
		default:
			x.seeEither(&r, repaired, &x.broken, k.m, weight)
		}
	}
}

// seeEither adds the better of a reading and another one, which is an accident of
// its own, and counts the accidents.
func (x *mixture) seeEither(r, other *reading, accidents *int, m *model, weight float64) {
	changed := *other
	extra := accidentFirst
	if *accidents > 0 {
		extra = accidentNext
	}
	for i := range changed.costs {
		changed.costs[i] += extra
	}
	if slices.Min(changed.costs[:changed.languages]) < slices.Min(r.costs[:r.languages]) {
		*accidents++
		r = &changed
	}
	x.see(r, m, weight)
}

// languagesOf weighs the languages by the ASCII words of an input: half of the
// weight is for all alike, for feeds name things in any language.
func (m *model) languagesOf(words [][]byte) []float32 {
	out := make([]float32, len(m.languages))
	for i := range out {
		out[i] = 1
	}
	if len(words) == 0 {
		return out
	}
	s := m.scripts[0]
	costs := make([]reading, len(words))
	for i, w := range words {
		var sum lanes
		before := byte(0)
		for _, c := range w {
			letter := m.glyphs[c].letter
			sum.add(s.pair(before, letter))
			before = letter
		}
		sum.add(s.pair(before, 0))
		for l := range s.languages {
			costs[i].costs[l] = sum.get(byte(l))
		}
	}
	for range 2 {
		share(out[:len(s.languages)], costs)
	}
	for i := range s.languages {
		out[i] = 0.4 + 0.6*out[i]
	}
	return out
}

// share is a round of expectation maximization: each word is shared out to the
// languages by how well they predict it.
func share(weights []float32, words []reading) {
	table := exponentials()
	sums := make([]float32, len(weights))
	for i := range words {
		word := words[i].costs[:len(weights)]
		least := slices.Min(word)
		var p [maxLanguages]float32
		var sum float32
		for l, c := range word {
			if d := c - least; d < cost(len(table)) {
				p[l] = weights[l] * table[d]
				sum += p[l]
			}
		}
		for l := range word {
			sums[l] += p[l] / sum
		}
	}
	n := float32(len(weights)) / float32(len(words)+4)
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
	latin := k.m.scripts[0]
	w := letters{script: latin, near: 3}
	for _, c := range s.raw {
		if g := k.m.glyphs[c&0x7F]; c < 0x80 && g.script > 0 {
			w.letter(char{rune(c), g})
		} else {
			w.end()
		}
	}
	w.end()
	costs := k.letters.costs[:len(latin.languages)]
	for l := range costs {
		costs[l] = w.sum.get(byte(l))
	}
	least := slices.Min(costs)
	var sum, total float32
	for i, c := range costs {
		if d := c - least; d < cost(len(exponentials())) {
			sum += k.languages[i] * exponentials()[d]
		}
		total += k.languages[i]
	}
	s.ascii = max(1, least-cost(math.Round(float64(nat)*math.Log(float64(sum/total)))))
	return s.ascii
}
