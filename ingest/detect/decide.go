package detect

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// What is known beforehand, in nats: how much likelier a charset is because the feed's
// earlier deliveries were in it, and because the supplier declares it. With 4, of freshly
// built files by twelve seeds (2026, 301 to 311) 99.72 to 99.88 % are right if the feed has
// not changed, and 98.34 to 98.80 if it has; with 5 it is 99.82 to 99.94 and 98.17 to 98.74.
const (
	historyNats  = 4
	declaredNats = 10
)

// maxCandidates is the most charsets reported.
const maxCandidates = 8

// byScore ranks the charsets that decode the whole input by how likely they make
// its text.
func byScore(src source, st *stats, o Options) (Result, error) {
	k := newRanking()
	ranked, err := k.ranked(src, st, o)
	if err != nil {
		return Result{}, err
	}
	if len(ranked) == 0 {
		defer k.release()
		if k.senseless(st, nil) {
			return data(senseless), nil
		}
		return withAlarms(src, result("iso8859-1", 0.1, "decodes any bytes, and nothing better fits"), o)
	}
	if k.senseless(st, ranked[0].candidate) {
		k.release()
		return data(senseless), nil
	}
	twice, err := k.doubled(src, ranked, o)
	if err != nil {
		return Result{}, err
	}
	r := k.result(ranked, twice, o)
	r.ranking, r.first, r.second = k, ranked[0], rival(ranked)
	if r.second == nil {
		if x := k.runnerUp(ranked[0]); x != nil {
			r.second = x
			r.Candidates = append(r.Candidates, Candidate{Charset: x.name, Why: farBehind + x.speaks(k.m)})
		}
	}
	return withAlarms(src, r, o)
}

// doubled looks for what was encoded twice where the ranking took some for that.
func (k *ranking) doubled(src source, ranked []*mixture, o Options) (Doubled, error) {
	if ranked[0].broken == 0 {
		return Doubled{}, nil
	}
	return doubled(src, k.nameOf(ranked, o).name)
}

// ranked ranks the charsets that decode the whole input.
func (k *ranking) ranked(src source, st *stats, o Options) ([]*mixture, error) {
	if err := src.each(k.sampler.add); err != nil {
		return nil, err
	}
	k.sampler.finish()
	k.prepare(wordsOf(st.head), o)
	ranked, err := k.decodable(src, k.rank())
	if err == nil {
		k.compare(ranked)
	}
	return ranked, err
}

// notAllUTF8 looks what is wrong with the rest of an input that has the mark of UTF-8.
func (r *Result) notAllUTF8(src source, st *stats, o Options) error {
	t, ok, err := byTorn(src)
	switch {
	case err != nil:
		return err
	case !ok:
		return r.beyondUTF8(src, st, o)
	}
	*r = result("utf-8-sig", t.Confidence, "starts with a UTF-8 byte order mark and "+t.Why)
	r.Torn = t.Torn
	return nil
}

// beyondUTF8 ranks what the rest of an input can be that has the mark of UTF-8 and is not
// UTF-8 throughout.
func (r *Result) beyondUTF8(src source, st *stats, o Options) error {
	k := newRanking()
	k.sampler.skip = len(utf8Mark)
	ranked, err := k.ranked(src, st, o)
	if err != nil || len(ranked) == 0 {
		k.release()
		return err
	}
	r.ranking, r.first, r.unmarked = k, ranked[0], k.nameOf(ranked, o).name
	return nil
}

// decodable drops the charsets that do not decode the whole input strictly. Those
// of single bytes were ranked by that; the others are tried while their rank
// matters.
func (k *ranking) decodable(src source, ranked []*mixture) ([]*mixture, error) {
	out := make([]*mixture, 0, min(len(ranked), 4*maxCandidates))
	for _, x := range ranked {
		if len(out) > 0 && x.score > out[0].score+float64(hopeless) || len(out) >= 4*maxCandidates {
			break
		}
		if x.multi != nil {
			ok, err := x.decodes(src, k.sampler.marked)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
		}
		out = append(out, x)
	}
	return out, nil
}

const farBehind = "more than 20 nats behind, "

// rival returns the best candidate whose text differs from the first's, nil if
// there is none.
func rival(ranked []*mixture) *mixture {
	for _, x := range ranked {
		if !x.same {
			return x
		}
	}
	return nil
}

// result words the ranking.
func (k *ranking) result(ranked []*mixture, twice Doubled, o Options) Result {
	best := k.nameOf(ranked, o)
	margin := 40.0 // nats
	if x := rival(ranked); x != nil {
		margin = (x.score - ranked[0].score) / float64(nat)
	}
	r := Result{Margin: margin, Charset: best.name, Confidence: confidence(margin), Why: k.why(ranked, twice), Doubled: twice}
	r.Candidates = append(make([]Candidate, 0, min(len(ranked), maxCandidates)+3), Candidate{best.name, r.Confidence, r.Why, true})
	odds := posterior(ranked)
	for i, x := range ranked {
		if x == best || i >= maxCandidates && x.name != o.Declared && x.name != o.History {
			continue
		}
		c := Candidate{Charset: x.name, Confidence: r.Confidence, Why: "gives the same text", Same: x.same}
		if !c.Same {
			c.Confidence = (1 - r.Confidence) * odds[i]
			c.Why = nats(x.score-ranked[0].score) + " nats behind, " + x.speaks(k.m)
		}
		r.Candidates = append(r.Candidates, c)
	}
	return r
}

// nameOf chooses among the names under which the input is the same text: what the
// supplier declares, what the feed had before, else the least rare one of those that
// decode what is UTF-8 too, Latin-1 standing for cp1252 where no byte tells them apart.
func (k *ranking) nameOf(ranked []*mixture, o Options) *mixture {
	same := slices.DeleteFunc(slices.Clone(ranked), func(x *mixture) bool { return !x.same })
	common := slices.MinFunc(same, func(a, b *mixture) int {
		return cmp.Or(-compareBools(a.defines(k.present), b.defines(k.present)), cmp.Compare(a.prior, b.prior))
	})
	if ranked[0].table == nil { // kana are the same in charsets of other languages
		common = ranked[0]
	}
	for _, name := range []string{o.Declared, o.History, map[string]string{"cp1252": "iso8859-1"}[common.name]} {
		for _, x := range same {
			if x.name == name {
				return x
			}
		}
	}
	return common
}

// why says in a sentence what speaks for the best.
func (k *ranking) why(ranked []*mixture, twice Doubled) string {
	x := ranked[0]
	words := strconv.Itoa(len(k.spans)) + " distinct words or signs hold non-ASCII bytes; " + x.speaks(k.m)
	if y := rival(ranked); y != nil {
		words += ", " + nats(y.score-x.score) + " nats likelier than as " + y.name
	}
	if x.broken > 0 && twice.Words > 0 {
		words += fmt.Sprintf("; %d of them were UTF-8 before somebody read them as cp1252", x.broken)
	}
	return words
}

// nats words a difference of scores.
func nats(d float64) string { return strconv.FormatFloat(d/float64(nat), 'f', 1, 64) }

// speaks names the languages a candidate found, such as "reads as Polish".
func (x *mixture) speaks(m *model) string {
	if x.learned == nil {
		return "reads as signs"
	}
	best := 0
	for i, n := range x.counts {
		if n > x.counts[best] {
			best = i
		}
	}
	if x.counts[best] < 0.2 {
		return "reads as signs"
	}
	return "reads as " + languageName(m.languages[best])
}
