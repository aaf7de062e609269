package pycell

import (
	"slices"
	"sync"

	"github.com/feedparity/feedparity/ingest"
)

// The arithmetic of Hangul syllables, of the Unicode standard, section 3.12.
const (
	hangulS, hangulL, hangulV, hangulT = 0xAC00, 0x1100, 0x1161, 0x11A7
	countL, countV, countT             = 19, 21, 28
	countS                             = countL * countV * countT
)

// normalizeFunction is unicodedata.normalize('NFC' or 'NFKC', cell). A byte string
// is refused by its type.
func normalizeFunction(compatible bool) cellFunc {
	return func(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		if v.Kind == ingest.KindBytes {
			return v, ingest.Faultf("TypeError", "normalize() argument 2 must be unicode, not str")
		}
		if !ingest.IsASCII(v.Str) {
			v.Str = ingest.TextOf(m.compose(m.decompose(v.Str, compatible))...)
		}
		return v, nil
	}
}

// decompose is nfd_nfkd: each character taken apart, marks in canonical order.
func (m *model) decompose(s string, compatible bool) []rune {
	var out []rune
	for _, r := range ingest.Runes(s) {
		if i := r - hangulS; i >= 0 && i < countS {
			out = append(out, hangulL+i/(countV*countT), hangulV+i%(countV*countT)/countT)
			if i%countT > 0 {
				out = append(out, hangulT+i%countT)
			}
			continue
		}
		mapped := canonical.table(m).appendMapped(nil, r)
		if compatible {
			if c := compatibility.table(m).appendMapped(nil, r); string(c) != string(ingest.AppendRune(nil, r)) {
				mapped = c
			}
		}
		out = append(out, ingest.Runes(string(mapped))...)
	}
	m.order(out)
	return out
}

// order sorts each run of marks by combining class, keeping the order of equals.
func (m *model) order(rs []rune) {
	for start := 0; start < len(rs); start++ {
		end := start
		for end < len(rs) && m.class(rs[end]) > 0 {
			end++
		}
		slices.SortStableFunc(rs[start:end], func(a, b rune) int { return m.class(a) - m.class(b) })
		start = end
	}
}

// class is unicodedata.combining.
func (m *model) class(r rune) int {
	d, _ := combining.table(m).find(r)
	return int(d)
}

// compose is the second half of nfc_nfkc: a character takes up the marks behind it
// that are not blocked by one of the same class or a higher.
func (m *model) compose(rs []rune) []rune {
	var out []rune
	taken := make([]bool, len(rs))
	for i, r := range rs {
		if taken[i] {
			continue
		}
		if !m.leads(r) { // as most marks: without this a long run of them would take long
			out = append(out, r)
			continue
		}
		blocking := 0
		for j := i + 1; j < len(rs); j++ {
			class := m.class(rs[j])
			if taken[j] {
				continue
			}
			if blocking > 0 && class == 0 {
				break
			}
			if blocking > 0 && blocking >= class {
				continue
			}
			if both, ok := m.pair(r, rs[j]); ok {
				r, taken[j] = both, true
				continue
			}
			if class == 0 {
				break
			}
			blocking = class
		}
		out = append(out, r)
	}
	return out
}

// pair returns the character that two compose to.
func (m *model) pair(a, b rune) (rune, bool) {
	l, v := a-hangulL, b-hangulV
	if l >= 0 && l < countL && v >= 0 && v < countV {
		return hangulS + (l*countV+v)*countT, true
	}
	if i, t := a-hangulS, b-hangulT; i >= 0 && i < countS && i%countT == 0 && t > 0 && t < countT {
		return a + t, true
	}
	r, ok := composites.of(m)[[2]rune{a, b}]
	return r, ok
}

// leads reports whether a character is the first of any pair.
func (m *model) leads(r rune) bool {
	if r >= hangulL && r < hangulL+countL || r >= hangulS && r < hangulS+countS {
		return true
	}
	composites.of(m)
	return composites.firsts[m.index][r]
}

// composites are the pairs of each version, drawn from the table on first use.
var composites pairs

type pairs struct {
	once   [len(versions)]sync.Once
	maps   [len(versions)]map[[2]rune]rune
	firsts [len(versions)]map[rune]bool
}

func (p *pairs) of(m *model) map[[2]rune]rune {
	p.once[m.index].Do(func() {
		all, firsts := map[[2]rune]rune{}, map[rune]bool{}
		for _, s := range primary.table(m).specials {
			two := ingest.Runes(s.text)
			all[[2]rune{two[0], two[1]}] = s.cp
			firsts[two[0]] = true
		}
		p.maps[m.index], p.firsts[m.index] = all, firsts
	})
	return p.maps[m.index]
}
