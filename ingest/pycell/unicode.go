package pycell

//go:generate go run maketables.go

import (
	"slices"
	"sync"

	"github.com/feedparity/feedparity/ingest"
)

// A run says for the code points lo, lo+stride, ..., hi what the versions in mask
// (a bit each, in the order of versions) do: add delta, or have the property.
type run struct {
	lo, hi rune
	stride uint8
	delta  int32
	mask   uint16
}

// A special is a mapping of one code point to several.
type special struct {
	cp   rune
	mask uint16
	text string
}

// A property is what one version's Unicode data say about one matter. Tables.go
// holds all versions in one list; each version's share is drawn on first use.
type property struct {
	runs     []run
	specials []special

	once [len(versions)]sync.Once
	of   [len(versions)]table
}

type table struct {
	every    []run    // of stride 1: the runs of a slice do not overlap
	second   [2][]run // of stride 2, by the parity of their code points: a letter's two cases alternate
	specials []special
}

// What is asked of the tables. Cased and ignorable, which Python does not show, were
// read off what title() and lower() do with what follows (maketables.py).
var (
	lowerCase   = property{runs: lowerRuns, specials: lowerSpecials}
	upperCase   = property{runs: upperRuns, specials: upperSpecials}
	titleCase   = property{runs: titleRuns, specials: titleSpecials}
	space       = property{runs: spaceRuns}
	decimal     = property{runs: decimalRuns}
	cased       = property{runs: casedRuns}
	ignorable   = property{runs: ignorableRuns}
	unprintable = property{runs: unprintableRuns}

	swapCase      = property{runs: swapRuns, specials: swapSpecials}
	alpha         = property{runs: alphaRuns}
	digit         = property{runs: digitRuns}
	combining     = property{runs: combiningRuns}
	canonical     = property{runs: canonicalRuns, specials: canonicalSpecials}   // what NFD makes
	compatibility = property{runs: compatibleRuns, specials: compatibleSpecials} // what NFKD makes, if it is not that
	primary       = property{specials: pairSpecials}                             // what NFC puts together
)

// table returns the version's share, drawn from the common list on first use.
func (p *property) table(m *model) *table {
	t := &p.of[m.index]
	p.once[m.index].Do(func() {
		bit := uint16(1) << m.index
		for _, r := range p.runs {
			switch {
			case r.mask&bit == 0:
			case r.stride == 1:
				t.every = append(t.every, r)
			default:
				t.second[r.lo&1] = append(t.second[r.lo&1], r)
			}
		}
		for _, s := range p.specials {
			if s.mask&bit != 0 {
				t.specials = append(t.specials, s)
			}
		}
	})
	return t
}

// find returns the delta of r and whether the table lists it.
func (t *table) find(r rune) (int32, bool) {
	if d, ok := findRun(t.every, r); ok {
		return d, true
	}
	return findRun(t.second[r&1], r)
}

// findRun looks up r among runs that do not overlap.
func findRun(runs []run, r rune) (int32, bool) {
	i, ok := slices.BinarySearchFunc(runs, r, func(x run, r rune) int {
		switch {
		case r < x.lo:
			return 1
		case r > x.hi:
			return -1
		}
		return 0
	})
	if !ok || (r-runs[i].lo)%rune(runs[i].stride) != 0 {
		return 0, false
	}
	return runs[i].delta, true
}

// has reports whether the version gives r the property.
func (p *property) has(m *model, r rune) bool {
	_, ok := p.table(m).find(r)
	return ok
}

// appendMapped appends what r maps to, r itself if the table is silent.
func (t *table) appendMapped(dst []byte, r rune) []byte {
	i, ok := slices.BinarySearchFunc(t.specials, r, func(s special, r rune) int { return int(s.cp - r) })
	if ok {
		return append(dst, t.specials[i].text...)
	}
	d, _ := t.find(r)
	return ingest.AppendRune(dst, r+d)
}
