package diff

import (
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// sameRow compares two rows without saying where they differ. It allocates
// nothing for rows that are lists of strings or dicts of the usual columns.
func (c *comparer) sameRow(a, b *line) bool {
	return c.compareRow(a, b, nil)
}

// reportRow adds a divergence for every difference between two rows.
func (c *comparer) reportRow(a, b *line) {
	if !c.compareRow(a, b, c.add) {
		return
	}
	c.noteOrder(a, b)
}

// compareRow reports whether two rows are equal; with emit it names every
// difference, without it stops at the first.
func (c *comparer) compareRow(a, b *line, emit func(Divergence)) bool {
	x, y := a.row.Value, b.row.Value
	switch {
	case x.Kind == ingest.KindList && y.Kind == ingest.KindList:
		return c.compareLists(a, b, emit)
	case x.Kind == ingest.KindDict && y.Kind == ingest.KindDict:
		return c.compareDicts(a, b, emit)
	case equal(x, y, c.c.Strict), ingest.IsNoise(c.cols.noise, ingest.WholeRow) && plain(x) && plain(y):
		return true
	}
	if emit != nil {
		emit(between(a, b, Divergence{Kind: KindCell, Py2: x, Py3: y, Key: ingest.WholeRow}))
	}
	return false
}

// plain reports whether a row has no columns.
func plain(row ingest.Value) bool { return row.Kind != ingest.KindList && row.Kind != ingest.KindDict }

// between fills in where the two rows of a divergence are.
func between(a, b *line, d Divergence) Divergence {
	d.Py2Row, d.Py3Row = a.n, b.n
	d.Py2Offset, d.Py3Offset = a.row.Offset, b.row.Offset
	return d
}

func (c *comparer) compareLists(a, b *line, emit func(Divergence)) bool {
	x, y := a.row.Value.Items, b.row.Value.Items
	same := len(x) == len(y)
	if !same {
		if emit == nil {
			return false
		}
		emit(between(a, b, Divergence{Kind: KindRowLength, Py2: ingest.Int(int64(len(x))), Py3: ingest.Int(int64(len(y)))}))
	}
	for i := range min(len(x), len(y)) {
		if sameString(&x[i], &y[i]) {
			continue
		}
		r := c.cols.at(i)
		if c.equal(r, x[i], y[i]) {
			continue
		}
		same = false
		if emit == nil {
			return false
		}
		emit(between(a, b, Divergence{Kind: KindCell, Column: i + 1, Name: r.name, Key: strconv.Itoa(i + 1), Py2: x[i], Py3: y[i]}))
	}
	return same
}

// sameString reports whether both are the same string of the same type, as nearly
// all cells are, and which no rule can make differ.
func sameString(a, b *ingest.Value) bool {
	return a.Kind == b.Kind && (a.Kind == ingest.KindText || a.Kind == ingest.KindBytes) && a.Str == b.Str
}

// sameStrings reports whether both are lists of the same strings.
func sameStrings(a, b ingest.Value) bool {
	if a.Kind != ingest.KindList || b.Kind != ingest.KindList || len(a.Items) != len(b.Items) {
		return false
	}
	for i := range a.Items {
		if !sameString(&a.Items[i], &b.Items[i]) {
			return false
		}
	}
	return true
}

// dictMatch remembers how the keys of the last pair of dicts matched. The rows of
// one feed have the same keys, so that matching them is done once.
type dictMatch struct {
	py2, py3 []ingest.Value // the keys it was made for
	from     []int          // for each key of py3 the index of its key in py2, -1 if none
	lost     []int          // indexes of keys of py2 that py3 lacks
	rules    []rule         // by key of py3
	ordered  bool           // the order of the keys is the same
}

func sameKeys(keys, items []ingest.Value) bool {
	if len(keys)*2 != len(items) {
		return false
	}
	for i, k := range keys {
		if k.Kind != items[2*i].Kind || k.Str != items[2*i].Str || !equalLists(k.Items, items[2*i].Items, true) {
			return false
		}
	}
	return true
}

func keysOf(items []ingest.Value) []ingest.Value {
	keys := make([]ingest.Value, 0, len(items)/2)
	for i := 0; i+1 < len(items); i += 2 {
		keys = append(keys, items[i].Clone())
	}
	return keys
}

func (c *comparer) matchKeys(x, y []ingest.Value) *dictMatch {
	m := &c.perm
	if m.from != nil && sameKeys(m.py2, x) && sameKeys(m.py3, y) {
		return m
	}
	*m = dictMatch{py2: keysOf(x), py3: keysOf(y), ordered: true, from: []int{}}
	index := make(map[uint64][]int, len(m.py2))
	for i, k := range m.py2 {
		h := hashOf(k)
		index[h] = append(index[h], i)
	}
	used := make([]bool, len(m.py2))
	for i, k := range m.py3 {
		at := -1
		for _, j := range index[hashOf(k)] {
			if !used[j] && equal(m.py2[j], k, c.c.Strict) {
				at, used[j] = j, true
				break
			}
		}
		m.from = append(m.from, at)
		m.ordered = m.ordered && at == i
		m.rules = append(m.rules, c.cols.key(i+1, nameOf(k)))
	}
	for i, u := range used {
		if !u {
			m.lost = append(m.lost, i)
		}
	}
	return m
}

// compareDicts compares by key, in py3's order of the keys.
func (c *comparer) compareDicts(a, b *line, emit func(Divergence)) bool {
	x, y := a.row.Value.Items, b.row.Value.Items
	m := c.matchKeys(x, y)
	same := true
	lost := m.lost
	for i, j := range m.from {
		v := y[2*i+1]
		d := Divergence{Kind: KindCell, Column: i + 1, Name: m.rules[i].name, Key: m.rules[i].name, Py3: v}
		switch {
		case j >= 0:
			if sameString(&x[2*j+1], &y[2*i+1]) || c.equal(m.rules[i], x[2*j+1], v) {
				continue
			}
			d.Py2 = x[2*j+1]
		case m.rules[i].ignore:
			continue
		case len(lost) > 0: // the same column by another name: first come, first paired
			d.Kind, d.Py2, d.Py3 = KindKey, x[2*lost[0]], y[2*i]
			lost = lost[1:]
		default:
			d.Kind, d.Py3 = KindKeyExtra, y[2*i]
		}
		same = false
		if emit == nil {
			return false
		}
		emit(between(a, b, d))
	}
	return c.lostKeys(a, b, lost, emit) && same && (!c.c.Strict || c.strictOrder(a, b, m, emit))
}

func (c *comparer) lostKeys(a, b *line, lost []int, emit func(Divergence)) bool {
	same := true
	for _, j := range lost {
		key := a.row.Value.Items[2*j]
		name := strings.Clone(nameOf(key)) // the row is the stream's
		if c.cols.key(0, name).ignore {
			continue
		}
		same = false
		if emit != nil {
			emit(between(a, b, Divergence{Kind: KindKeyMissing, Name: name, Key: name, Py2: key}))
		}
	}
	return same
}

func (c *comparer) strictOrder(a, b *line, m *dictMatch, emit func(Divergence)) bool {
	if m.ordered {
		return true
	}
	if emit != nil {
		emit(orderDivergence(a, b))
	}
	return false
}

func orderDivergence(a, b *line) Divergence {
	return between(a, b, Divergence{Kind: KindOrder, Py2: ingest.List(keysOf(a.row.Value.Items)...), Py3: ingest.List(keysOf(b.row.Value.Items)...)})
}

// noteOrder counts the pairs of dicts whose keys come in another order, and remembers
// the first.
func (c *comparer) noteOrder(a, b *line) {
	if a.row.Value.Kind != ingest.KindDict || b.row.Value.Kind != ingest.KindDict {
		return
	}
	if m := c.matchKeys(a.row.Value.Items, b.row.Value.Items); !m.ordered && len(m.lost) == 0 {
		if c.res.Order == nil {
			d := orderDivergence(a, b)
			c.res.OrderDiffers, c.res.Order = true, &d
		}
		c.res.Orders, c.res.LastOrder = c.res.Orders+1, a.n
	}
}

// alignHash is the hash by which rows are found again further on; columns that
// are not compared do not take part.
func (c *comparer) alignHash(v ingest.Value) uint64 {
	if len(c.c.Ignore)+len(c.c.Tolerance)+len(c.c.Noise) == 0 {
		return hashOf(v)
	}
	if c.cols.fields {
		v = c.cols.without(v)
	}
	switch v.Kind {
	case ingest.KindList:
		kept := make([]ingest.Value, len(v.Items))
		for i, it := range v.Items {
			if r := c.cols.at(i); !r.ignore && !r.tolerant {
				kept[i] = it
			}
		}
		return hashOf(ingest.List(kept...))
	case ingest.KindDict:
		kept := ingest.Value{Kind: ingest.KindDict}
		for i, r := range c.dictRules(v.Items) {
			if !r.ignore && !r.tolerant {
				kept.Items = append(kept.Items, v.Items[2*i], v.Items[2*i+1])
			}
		}
		return hashOf(kept)
	}
	return hashOf(v)
}

// dictRules returns the rules for the keys of a dict of either path. Where a column is
// named by its position that is py3's, which the last pair of dicts tells.
func (c *comparer) dictRules(items []ingest.Value) []rule {
	m := &c.perm
	if sameKeys(m.py3, items) {
		return m.rules
	}
	rules := make([]rule, len(items)/2)
	for i := range rules {
		rules[i] = c.cols.key(0, nameOf(items[2*i]))
	}
	if sameKeys(m.py2, items) {
		for i, j := range m.from {
			if j >= 0 {
				rules[j] = m.rules[i]
			}
		}
	}
	return rules
}

// distance tells how unlike two rows are, 0 the same to 1 nothing in common; rows
// of different lengths are further apart than that.
func (c *comparer) distance(a, b *line) float64 {
	if a.hash == b.hash {
		return 0
	}
	x, y := a.row.Value.Items, b.row.Value.Items
	n := max(len(x), len(y))
	if a.row.Value.Kind != b.row.Value.Kind || n == 0 {
		return 1
	}
	same := 0
	if a.row.Value.Kind == ingest.KindDict {
		n /= 2
		for i, j := range c.matchKeys(x, y).from {
			if j >= 0 && equal(x[2*j+1], y[2*i+1], false) {
				same++
			}
		}
		return 1 - float64(same)/float64(n)
	}
	for i := range min(len(x), len(y)) {
		if x[i].Str == y[i].Str && len(x[i].Items) == len(y[i].Items) {
			same++
		}
	}
	d := 1 - float64(same)/float64(n)
	if len(x) != len(y) {
		d += 0.5
	}
	return d
}
