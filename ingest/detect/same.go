package detect

import (
	"hash/maphash"

	"github.com/feedparity/feedparity/ingest/pycodec"
)

// compare notes in which of the ranked charsets the input is the same text as in the
// best. Groups do not tell: charsets that write tones by marks of their own, or
// characters of several bytes, are in none with another.
func (k *ranking) compare(ranked []*mixture) {
	for _, x := range ranked {
		x.same = k.same(ranked[0], x)
	}
}

// same reports whether the input is the same text in two charsets. Where some of it is
// UTF-8, the rest of it is what counts.
func (k *ranking) same(best, x *mixture) bool {
	if best.table == nil || x.table == nil {
		return best == x || best.table == nil && x.table == nil && best.text == x.text
	}
	bytes := k.present
	if best.mixed > 0 {
		bytes = k.own
	}
	for _, b := range bytes {
		if best.table[b] != x.table[b] {
			return false
		}
	}
	return true
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// textSeed begins the sums of all texts, of which only those of one input are compared.
var textSeed = maphash.MakeSeed()

// decodes reports whether a charset of several bytes to a character decodes the whole
// input, except for what is UTF-8 if some of that is, and sums up the text.
func (x *mixture) decodes(src source, marked bool) (bool, error) {
	var h maphash.Hash
	h.SetSeed(textSeed)
	sum := func(text []byte) { h.Write(text) }
	ok, err := false, error(nil)
	if x.mixed == 0 && !marked {
		ok, err = decodes(src, x.name, sum)
	} else {
		a := around{codec: x.multi(), sum: sum, ok: true}
		err = src.each(a.add)
		a.end()
		ok = a.ok
	}
	x.text = h.Sum64()
	return ok, err
}

// around decodes what is not UTF-8 of an input, run by run.
type around struct {
	codec *pycodec.Codec
	sum   func([]byte)
	run   []byte
	ok    bool
}

// maxRun is the longest run that is looked at.
const maxRun = 64 << 10

func (a *around) add(p []byte) {
	for _, c := range p {
		if delimits(c) {
			a.end()
		} else if len(a.run) < maxRun {
			a.run = append(a.run, c)
		} else {
			a.ok = false
		}
	}
}

func (a *around) end() {
	if a.ok && nextHigh(a.run) >= 0 && !isUTF8(a.run, false) {
		text, bad := a.codec.Decode(nil, a.run, "strict")
		if a.ok = bad == nil; a.ok {
			a.sum(append(text, '\n'))
		}
	}
	a.run = a.run[:0]
}
