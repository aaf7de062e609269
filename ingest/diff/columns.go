package diff

import (
	"slices"
	"strconv"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// rule is what the comparison asks of one column.
type rule struct {
	ignore   bool
	tolerant bool
	tol      float64
	name     string // as py3 names the column, else as py2 does
}

// columns finds the rule for a column. Rows that are lists take their names from
// the first row; dicts from their keys.
type columns struct {
	ignoreName map[string]bool
	tolName    map[string]float64
	ignoreAt   map[int]bool
	tolAt      map[int]float64
	noise      []ingest.Noise
	fields     bool   // some noise is a field of objects within cells
	rules      []rule // by index, filled as columns are met

	// header holds, for each path, the cells of the first row if it is a list, one
	// behind the other in text, since the row's memory is the stream's.
	header [2][]heading
	text   []byte
	// packed says that first holds the header of both paths instead.
	packed bool
	first  *ingest.Batch
}

// heading is a cell of the first row: its kind and where in the columns' text it
// begins and ends.
type heading struct {
	kind       ingest.Kind
	start, end int
}

// reset makes c what a comparison begins with, in the memory that it has.
func (c *columns) reset(cmp ingest.Comparison) {
	*c = columns{
		tolName: cmp.Tolerance, noise: cmp.Noise, rules: c.rules[:0], text: c.text[:0],
		header: [2][]heading{c.header[0][:0], c.header[1][:0]}, first: c.first,
	}
	c.fields = slices.ContainsFunc(cmp.Noise, func(n ingest.Noise) bool { return strings.HasPrefix(n.Column, ingest.FieldPrefix) })
	if len(cmp.Ignore) > 0 {
		c.ignoreName, c.ignoreAt = map[string]bool{}, map[int]bool{}
	}
	if len(cmp.Tolerance) > 0 {
		c.tolAt = map[int]float64{}
	}
	for _, s := range cmp.Ignore {
		c.ignoreName[s] = true
		if n := position(s); n > 0 {
			c.ignoreAt[n] = true
		}
	}
	for s, t := range cmp.Tolerance {
		if n := position(s); n > 0 {
			c.tolAt[n] = t
		}
	}
}

// position returns the 1-based column a number names, 0 for a name.
func position(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0
	}
	return n
}

// learn keeps the cells of the first rows. Both are kept because the paths may
// disagree about the header itself: a byte order mark hides "sku" from one.
func (c *columns) learn(path ingest.Path, v ingest.Value) {
	c.rules = c.rules[:0]
	if v.Kind != ingest.KindList {
		return
	}
	header, text := c.header[path][:0], c.text
	for i := range v.Items {
		cell, start := &v.Items[i], len(text)
		text = append(text, cell.Str...)
		header = append(header, heading{cell.Kind, start, len(text)})
	}
	c.header[path], c.text = header, text
}

// learnBoth is learn of a row that both paths have.
func (c *columns) learnBoth(v ingest.Value) {
	c.learn(ingest.Py2, v)
	c.header[ingest.Py3] = append(c.header[ingest.Py3][:0], c.header[ingest.Py2]...)
}

// learnPacked is learnBoth of the first row of a batch. Its cells are looked at only
// once a name is asked for.
func (c *columns) learnPacked(b *ingest.Batch) {
	if c.first == nil {
		c.first = new(ingest.Batch)
	}
	c.first.CopyFirst(b)
	c.packed, c.rules = true, c.rules[:0]
}

// headings are the cells of a path's header.
func (c *columns) headings(path ingest.Path) []heading {
	if c.packed {
		c.packed = false
		row, _ := c.first.Next(nil)
		c.learnBoth(row.Value)
	}
	return c.header[path]
}

// name is nameOf the i-th cell of a path's header.
func (c *columns) name(path ingest.Path, i int) string {
	h := c.headings(path)[i]
	return nameOf(ingest.Value{Kind: h.kind, Str: string(c.text[h.start:h.end])})
}

// Names returns the names of a row's columns: its cells if it is a header, its
// keys if it is a dict.
func Names(row ingest.Value) []string {
	cells := row.Items
	if row.Kind == ingest.KindDict {
		cells = keysOf(row.Items)
	}
	var out []string
	for _, c := range cells {
		out = append(out, strings.Clone(nameOf(c)))
	}
	return out
}

// nameOf returns a header cell or dict key as text a person would write in a
// configuration: bytes that are not UTF-8 as latin-1, no byte order mark.
func nameOf(v ingest.Value) string {
	s := v.Str
	switch v.Kind {
	case ingest.KindBytes:
		s = strings.TrimPrefix(s, "\xef\xbb\xbf")
		if strings.ToValidUTF8(s, "") != s {
			s = ingest.Latin1Text(s)
		}
	case ingest.KindText:
		s = strings.TrimPrefix(strings.TrimPrefix(s, "\ufeff"), "ï»¿")
	case ingest.KindNone:
		return "None"
	}
	return s
}

// at returns the rule for the i-th (0-based) cell of a list.
func (c *columns) at(i int) rule {
	for len(c.rules) <= i {
		n := len(c.rules)
		var names []string
		for _, path := range []ingest.Path{ingest.Py3, ingest.Py2} {
			if n < len(c.headings(path)) {
				names = append(names, c.name(path, n))
			}
		}
		r := c.find(n+1, names...)
		r.ignore = r.ignore || len(c.noise) > 0 && ingest.IsNoise(c.noise, strconv.Itoa(n+1))
		c.rules = append(c.rules, r)
	}
	return c.rules[i]
}

// key returns the rule for the key of a dict, the n-th of py3's or 0.
func (c *columns) key(n int, name string) rule {
	r := c.find(n, name)
	r.ignore = r.ignore || ingest.IsNoise(c.noise, name)
	return r
}

// find returns the rule for a column by its 1-based position or any of its names.
func (c *columns) find(n int, names ...string) rule {
	r := rule{ignore: c.ignoreAt[n]}
	r.tol, r.tolerant = c.tolAt[n]
	for _, name := range names {
		r.ignore = r.ignore || c.ignoreName[name]
		if t, ok := c.tolName[name]; ok {
			r.tol, r.tolerant = t, true
		}
	}
	if len(names) > 0 {
		r.name = names[0]
	}
	return r
}

func (r rule) equal(a, b ingest.Value, strict bool) bool {
	return r.ignore || equal(a, b, strict) || r.tolerant && withinTolerance(a, b, r.tol)
}
