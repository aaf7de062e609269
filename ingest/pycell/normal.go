package pycell

import (
	"sync"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pynorm"
)

// normalizeFunction is unicodedata.normalize('NFC' or 'NFKC', cell). A byte string
// is refused by its type.
func normalizeFunction(compatible bool) cellFunc {
	return func(m *model, v ingest.Value) (ingest.Value, *ingest.Fault) {
		if v.Kind == ingest.KindBytes {
			return v, ingest.Faultf("TypeError", "normalize() argument 2 must be unicode, not str")
		}
		if !ingest.IsASCII(v.Str) {
			d := m.norm(compatible)
			v.Str = ingest.TextOf(pynorm.Compose(pynorm.Decompose(ingest.Runes(v.Str), &d), &d)...)
		}
		return v, nil
	}
}

// norm is what the version's Unicode data say about normal forms.
func (m *model) norm(compatible bool) pynorm.Data {
	pairs := composites.of(m)
	return pynorm.Data{
		Decompose: func(dst []rune, c rune) []rune { return m.decompose(dst, c, compatible) },
		Class:     func(c rune) int { class, _ := combining.table(m).find(c); return int(class) },
		Pair:      func(a, b rune) (rune, bool) { c, ok := pairs[[2]rune{a, b}]; return c, ok },
		Leads:     func(c rune) bool { return composites.firsts[m.index][c] },
	}
}

// decompose appends what NFD makes of a character, or NFKD.
func (m *model) decompose(dst []rune, c rune, compatible bool) []rune {
	mapped := canonical.table(m).appendMapped(nil, c)
	if compatible {
		if k := compatibility.table(m).appendMapped(nil, c); string(k) != string(ingest.AppendRune(nil, c)) {
			mapped = k
		}
	}
	return append(dst, ingest.Runes(string(mapped))...)
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
