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
	header     [2][]string // names per path, of the first row if it is a list
	rules      []rule      // by index, filled as columns are met
}

func newColumns(c ingest.Comparison) *columns {
	cols := &columns{tolName: c.Tolerance}
	if len(c.Ignore) > 0 {
		cols.ignoreName, cols.ignoreAt = map[string]bool{}, map[int]bool{}
	}
	if len(c.Tolerance) > 0 {
		cols.tolAt = map[int]float64{}
	}
	for _, s := range c.Ignore {
		cols.ignoreName[s] = true
		if n := position(s); n > 0 {
			cols.ignoreAt[n] = true
		}
	}
	for s, t := range c.Tolerance {
		if n := position(s); n > 0 {
			cols.tolAt[n] = t
		}
	}
	return cols
}

// position returns the 1-based column a number names, 0 for a name.
func position(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0
	}
	return n
}

// learn takes the names from the first rows. Both are kept because the paths may
// disagree about the header itself: a byte order mark hides "sku" from one.
func (c *columns) learn(path ingest.Path, v ingest.Value) {
	if v.Kind != ingest.KindList {
		return
	}
	if path == ingest.Py3 && sameNames(c.header[ingest.Py2], v.Items) {
		c.header[path] = c.header[ingest.Py2]
		return
	}
	// One copy of all names: the row's memory is the stream's.
	all, names := make([]byte, 0, 256), make([]string, len(v.Items))
	for i, cell := range v.Items {
		names[i] = nameOf(cell)
		all = append(all, names[i]...)
	}
	kept := string(all)
	for i, name := range names {
		names[i], kept = kept[:len(name)], kept[len(name):]
	}
	c.header[path] = names
}

func sameNames(names []string, cells []ingest.Value) bool {
	return slices.EqualFunc(names, cells, func(name string, cell ingest.Value) bool { return name == nameOf(cell) })
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
			if n < len(c.header[path]) {
				names = append(names, c.header[path][n])
			}
		}
		c.rules = append(c.rules, c.find(n+1, names...))
	}
	return c.rules[i]
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
