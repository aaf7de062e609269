package detect

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
)

// Limits of the ranking.
var stages = []int{1, 2, 4, 8, 20, maxSpans * 8} // spans after which charsets are given up

const (
	hopeless = 24 * nat // that far behind the best
	decided  = 20       // spans: one of stages after which a group that is left alone is only skimmed
)

// group are candidates that read all spans alike.
type group struct {
	first *mixture // the others follow by next
	last  *mixture
	best  float64 // score of its best, infinity if it does not decode
	seen  int     // spans
	floor bool    // best only is what its score is at least: the last span was not looked at closely
}

// ranking ranks the candidates for one input. It keeps its memory for the next, as
// what it needs is large beside a small input.
type ranking struct {
	m       *model
	sampler spanSampler
	spans   []span  // of sampler
	present []byte  // bytes above 0x7F in the input
	own     []byte  // of them in spans that are not UTF-8, which a charset must define
	groups  []group // those not given up, the best first
	dropped []group // those last given up
	all     []mixture
	hashes  []uint64
	index   [128]uint8 // open addressing by hash: 1 + number in groups
	sums    [64]uint64 // of the charsets of rankable, which are fewer

	languages  []float32     // weights by the input's ASCII words
	expected   []expectation // by what charsets are meant for
	learned    []learned
	words      wordWeights
	now        reading
	byLanguage [maxLanguages]cost
	memory     memory
	text       []char
	fixed      []char
	raw        []byte
}

var pool = sync.Pool{New: func() any { return new(ranking) }}

// newRanking starts with no spans; release ends it.
func newRanking() *ranking {
	k := pool.Get().(*ranking)
	k.m = theModel()
	k.sampler.reset()
	return k
}

// release lets others use the memory; nothing of it may be used after it.
func (k *ranking) release() { pool.Put(k) }

// prepare prepares the candidates that define every byte of the input, except for what
// is UTF-8, of which the sampler has taken the spans.
func (k *ranking) prepare(words [][]byte, o Options) {
	k.spans = k.sampler.spans
	k.languagesOf(words)
	k.present, k.own = k.present[:0], k.own[:0]
	for c := 0x80; c < 0x100; c++ {
		own := k.sampler.present[legacySpan][c]
		if own {
			k.own = append(k.own, byte(c))
		}
		if own || k.sampler.present[utf8Span][c] {
			k.present = append(k.present, byte(c))
		}
	}
	for i := range k.spans {
		k.prepareSpan(&k.spans[i])
	}
	list := candidatesFor(o)
	if cap(k.all) < len(list) {
		k.all, k.expected, k.learned = make([]mixture, len(list)), make([]expectation, len(list)), make([]learned, len(list))
	}
	k.expected, k.learned = k.expected[:0], k.learned[:0]
	k.all, k.groups, k.dropped, k.hashes = k.all[:0], k.groups[:0], k.dropped[:0], k.hashes[:0]
	k.index = [len(k.index)]uint8{}
	known := meanings()
	known.sum(&k.sums, k.present)
	undefined := known.undefined(k.own)
	for i, c := range list {
		switch {
		case i >= len(known.list): // what the supplier names
			if c.defines(k.own) {
				k.join(c, c.hash(k.present), o)
			}
		case undefined>>i&1 == 0:
			k.join(c, k.sums[i], o)
		}
	}
}

// prepareSpan fills in what all candidates need of a span.
func (k *ranking) prepareSpan(s *span) {
	s.weight = 1
	if s.n > 1 {
		s.weight += math.Log(float64(s.n))
	}
	if s.mixed {
		k.text, _ = k.m.readUTF8(k.text[:0], s.raw)
		s.utf8 = new(reading)
		k.judge(s.utf8, k.text, s)
	}
}

// join adds a candidate to the group that reads the input as it does, by a sum of what
// the bytes above ASCII mean in it.
func (k *ranking) join(c *candidate, sum uint64, o Options) {
	k.all = k.all[:len(k.all)+1]
	x := &k.all[len(k.all)-1]
	x.start(c, c.prior-known(c.name, o)+k.lonely(c))
	i, found := k.groupOf(sum)
	if !found || !c.reads(k.present, k.groups[i].first.candidate) {
		x.group = len(k.groups)
		k.groups, k.hashes = append(k.groups, group{first: x, last: x, best: x.score}), append(k.hashes, sum)
		return
	}
	g := &k.groups[i]
	x.group, g.best = i, min(g.best, x.score)
	for y := g.first; y != nil && x.like == nil; y = y.next {
		if y.nativeWeights == c.nativeWeights {
			x.like = y
		}
	}
	g.last.next, g.last = x, x
}

// groupOf returns the first group that has a sum, and notes that the next one will if
// there is none.
func (k *ranking) groupOf(sum uint64) (i int, found bool) {
	at := sum >> 32 % uint64(len(k.index))
	for ; k.index[at] > 0; at = (at + 1) % uint64(len(k.index)) {
		if i = int(k.index[at] - 1); k.hashes[i] == sum {
			return i, true
		}
	}
	k.index[at] = uint8(len(k.groups) + 1)
	return 0, false
}

// reads reports whether the bytes above ASCII mean the same in another charset,
// both having a table.
func (c *candidate) reads(present []byte, other *candidate) bool {
	if c.table == nil || other.table == nil || c.tones || other.tones {
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

// lonelyQuote is what it costs that quotes are opened and never closed, or closed and
// never opened.
const lonelyQuote = 40

// lonely says whether they would be in a charset, of what the whole input holds.
func (k *ranking) lonely(c *candidate) (sum cost) {
	has := func(i int) bool { return c.quotes[i] > 0 && k.sampler.present[legacySpan][c.quotes[i]] }
	if has(0) != has(1) {
		sum += lonelyQuote
	}
	if has(2) != has(3) && !has(4) { // which opens German quotes
		sum += lonelyQuote
	}
	return sum
}

// rank runs the spans through the candidates.
func (k *ranking) rank() []*mixture {
	k.tellingFirst()
	limit := math.Inf(1)
	for _, to := range stages {
		limit = min(k.run(min(to, len(k.spans)))+float64(hopeless), math.MaxFloat64)
		k.give(limit)
		if to >= len(k.spans) {
			break
		}
		if to == decided && len(k.groups) == 1 {
			limit = min(k.skim(&k.groups[0])+float64(hopeless), math.MaxFloat64)
			k.give(limit)
			break
		}
	}
	out := make([]*mixture, 0, len(k.all))
	for i := range k.groups {
		for x := k.groups[i].first; x != nil; x = x.next {
			if x.score <= limit {
				out = append(out, x)
			}
		}
	}
	for _, x := range out {
		if x.like != nil {
			x.learned, x.noticed = x.like.learned, x.like.noticed
		}
		if x.letters == 0 {
			x.score += float64(x.unspoken)
		}
	}
	slices.SortFunc(out, func(a, b *mixture) int {
		if a.score != b.score {
			return cmp.Compare(a.score, b.score)
		}
		return strings.Compare(a.name, b.name)
	})
	return out
}

// tellingFirst moves the span with the most bytes above ASCII among the first to
// the front, after which most charsets can be given up.
func (k *ranking) tellingFirst() {
	best, most := 0, int64(0)
	for i := range k.spans[:min(len(k.spans), stages[4])] {
		n := survey(k.spans[i].raw).high
		if n > most && n <= 24 {
			best, most = i, n
		}
	}
	if len(k.spans) > 0 {
		k.spans[0], k.spans[best] = k.spans[best], k.spans[0]
	}
}

// sortGroups puts the best first; most of them are in order already.
func sortGroups(groups []group) {
	for i, g := range groups {
		for ; i > 0 && g.best < groups[i-1].best; i-- {
			groups[i] = groups[i-1]
		}
		groups[i] = g
	}
}

// give gives up the groups that are behind limit, and sorts the others.
func (k *ranking) give(limit float64) {
	kept, first := k.groups[:0], true
	for _, g := range k.groups {
		switch {
		case g.best <= limit:
			kept = append(kept, g)
		case first:
			k.dropped, first = append(k.dropped[:0], g), false
		default:
			k.dropped = append(k.dropped, g)
		}
	}
	k.groups = kept
	sortGroups(k.groups)
}

// skim shows the only group left what else the input has to say of it: whether it
// decodes, and what was UTF-8. What its text is likely to be changes nothing any more.
// It returns the score.
func (k *ranking) skim(g *group) float64 {
	for g.seen < len(k.spans) {
		s := &k.spans[g.seen]
		switch doubtful, ok := k.doubtful(g.first.candidate, s); {
		case !ok:
			g.fail(len(k.spans))
		case doubtful:
			k.see(g, math.Inf(1))
		default:
			g.seen++
		}
	}
	return g.best
}

// doubtful reports whether a span was UTF-8 or might have been before somebody read
// it as cp1252; ok is false if the charset does not decode it.
func (k *ranking) doubtful(c *candidate, s *span) (_, ok bool) {
	switch {
	case s.utf8 != nil:
		return true, true
	case c.table != nil && !c.tones:
		return c.suspects(s.raw), true
	}
	if c.table == nil && c.multi != nil {
		if c.shape != nil && !c.shape.fits(s) {
			return false, false
		}
		if k.raw, ok = c.decode(k.raw[:0], s); !ok {
			return false, false
		}
		if bytes.IndexByte(k.raw, 0xC3) < 0 { // in UTF-8, what is suspicious begins so
			return false, true
		}
	}
	if k.text, ok = c.read(k.text[:0], s, k); !ok {
		return false, false
	}
	return suspicious(k.text), true
}

// run takes the spans up to one and returns the best score. Groups that fall behind
// the best of this run are left behind.
func (k *ranking) run(to int) float64 {
	best := math.Inf(1)
	k.memory.forget()
	for i := range k.groups {
		g := &k.groups[i]
		for g.seen < to && g.best <= best+float64(hopeless) {
			k.see(g, best+float64(hopeless))
		}
		best = min(best, g.best)
	}
	return best
}

// see shows a group its next span. Where that must bring it behind limit, what the
// span costs is not worked out.
func (k *ranking) see(g *group, limit float64) {
	s := &k.spans[g.seen]
	key := uint64(0)
	if len(k.spans) > 1 { // else all groups read it otherwise
		key = k.memory.key(g, s)
	}
	r := k.memory.recall(key)
	var repaired *reading
	if r == nil {
		var ok bool
		if k.text, ok = g.first.read(k.text[:0], s, k); !ok || s.mixed && !g.first.defines(s.raw) {
			g.pass(k, s)
			return
		}
		r = k.memory.next()
		alone := s.utf8 == nil && !suspicious(k.text)
		k.judgeSigns(r, k.text, s)
		if alone && g.behind(s, r.least, limit) {
			return
		}
		k.judgeWords(r, k.text, s)
		if alone {
			k.memory.keep(key)
		} else if repaired = k.repair(s); s.utf8 != nil && (repaired == nil || s.utf8.least <= repaired.least) {
			repaired = s.utf8
		}
	}
	if repaired == nil && g.behind(s, r.least, limit) {
		return
	}
	g.best, g.floor = math.Inf(1), false
	for x := g.first; x != nil; x = x.next {
		switch {
		case x.like != nil:
			x.score += x.like.last
		case repaired == nil:
			x.see(r, k, s.weight)
		case repaired == s.utf8:
			x.seeUTF8(r, s.utf8, k, s.weight)
		default:
			x.seeEither(r, repaired, k, s.weight)
		}
		g.best = min(g.best, x.score)
	}
	g.seen++
}

// behind reports whether a span that costs at least as much brings a group behind
// limit.
func (g *group) behind(s *span, least cost, limit float64) bool {
	floor := g.best + s.weight*float64(least)
	if floor <= limit {
		return false
	}
	g.best, g.floor = floor, true
	return true
}

// pass notes that a group does not decode a span, which it need not if that is UTF-8.
func (g *group) pass(k *ranking, s *span) {
	if s.utf8 == nil {
		g.fail(len(k.spans))
		return
	}
	g.best, g.floor = math.Inf(1), false
	for x := g.first; x != nil; x = x.next {
		if x.like != nil {
			x.score += x.like.last
		} else {
			x.gain += malformed
			x.takeUTF8(s.utf8, s.weight)
		}
		g.best = min(g.best, x.score)
	}
	g.seen++
}

// fail notes that a group does not decode the input.
func (g *group) fail(spans int) {
	g.best, g.floor, g.seen = math.Inf(1), false, spans
	for x := g.first; x != nil; x = x.next {
		x.score = g.best
	}
}

// runnerUp returns the likeliest of the charsets given up with another text than the
// best has, nil if there is none. Only one of single bytes is known to decode the whole
// input.
func (k *ranking) runnerUp(best *mixture) *mixture {
	k.dropped = slices.DeleteFunc(k.dropped, func(g group) bool {
		return g.first.table == nil || math.IsInf(g.best, 1) || k.same(best, g.first)
	})
	for len(k.dropped) > 0 {
		sortGroups(k.dropped)
		g := &k.dropped[0]
		if !g.floor {
			return g.first
		}
		g.best = math.Inf(1)
		for x := g.first; x != nil; x = x.next {
			g.best = min(g.best, x.score)
		}
		k.see(g, math.Inf(1))
	}
	return nil
}
