package diff

import (
	"slices"
	"strings"
	"unicode"

	"github.com/feedparity/feedparity/ingest"
)

// maxColumns bounds how many differing columns are listed. A mapping that is one row
// has a column per key.
const maxColumns = 1000

// compared counts a pair of rows, and whether there was anything in it to compare.
func (c *comparer) compared(a, b *line) {
	c.res.Compared++
	c.res.Judged = c.res.Judged || c.judges(a.row.Value) || c.judges(b.row.Value)
}

// judges reports whether a row has something that is compared: a column, or itself
// where it has no columns. Of an empty one and of None nothing was.
func (c *comparer) judges(row ingest.Value) bool {
	switch row.Kind {
	case ingest.KindList:
		if c.judgesAll() {
			return len(row.Items) > 0
		}
		for i := range row.Items {
			if !c.cols.at(i).ignore {
				return true
			}
		}
		return false
	case ingest.KindDict:
		for i := 0; i+1 < len(row.Items); i += 2 {
			name := nameOf(row.Items[i])
			if name != "__class__" && !c.cols.key(i/2+1, name).ignore {
				return true
			}
		}
		return false
	case ingest.KindNone:
		return false
	case ingest.KindSet:
		if len(row.Items) == 0 {
			return false
		}
	}
	return !ingest.IsNoise(c.cols.noise, ingest.WholeRow)
}

// judgesAll reports whether every column is compared, whatever it is called.
func (c *comparer) judgesAll() bool { return len(c.c.Ignore)+len(c.c.Noise) == 0 }

// Compared returns an outcome without what a comparison leaves out, for comparing it
// with another of the same path: ignored columns and noise are None.
func Compared(o ingest.Outcome, c ingest.Comparison) ingest.Outcome {
	if len(c.Ignore)+len(c.Noise) == 0 {
		return o
	}
	cols := new(columns)
	cols.reset(c)
	out := ingest.Outcome{Fault: o.Fault}
	for i, r := range o.Rows {
		if i == 0 {
			cols.learn(ingest.Py3, r.Value)
		}
		out.Rows = append(out.Rows, ingest.Row{Value: cols.kept(r.Value), Offset: r.Offset})
	}
	return out
}

func (c *columns) kept(row ingest.Value) ingest.Value {
	out := row.Clone()
	switch row.Kind {
	case ingest.KindList:
		for i := range out.Items {
			if out.Items[i] = c.without(out.Items[i]); c.at(i).ignore {
				out.Items[i] = ingest.None
			}
		}
	case ingest.KindDict:
		for i := 0; i+1 < len(out.Items); i += 2 {
			if out.Items[i+1] = c.without(out.Items[i+1]); c.key(i/2+1, nameOf(out.Items[i])).ignore {
				out.Items[i+1] = ingest.None
			}
		}
	default:
		if ingest.IsNoise(c.noise, ingest.WholeRow) {
			return ingest.None
		}
	}
	return out
}

// note lists the column of a divergence.
func (r *Result) note(d Divergence) {
	if d.Kind == KindCell {
		if fields := fieldsOf(d.Py2, d.Py3); len(fields) > 0 {
			for _, f := range fields {
				r.column(f.Column, func() bool { return f.Reordered })
			}
			return
		}
	}
	within := d.Kind == KindCell || d.Kind == KindKey || d.Kind == KindKeyMissing || d.Kind == KindKeyExtra
	if !within {
		r.RowsDiffer = true
		return
	}
	r.column(d.Key, func() bool { return d.Kind == KindCell && sameItems(d.Py2, d.Py3) })
}

func (r *Result) column(name string, reordered func() bool) {
	at := slices.IndexFunc(r.Columns, func(c ColumnDiff) bool { return c.Column == name })
	switch {
	case at >= 0:
		r.Columns[at].Reordered = r.Columns[at].Reordered && reordered()
	case len(r.Columns) < maxColumns:
		r.Columns = append(r.Columns, ColumnDiff{strings.Clone(name), reordered()})
	default:
		r.RowsDiffer = true
	}
}

// fieldsOf returns the fields in which the objects within two cells differ, such as
// "*.imported", where that is all they differ in: a mapping that is one row has a cell
// per key, and it is not the keys that vary. None where anything else differs.
func fieldsOf(a, b ingest.Value) []ColumnDiff {
	if len(a.Items) == 0 || len(b.Items) == 0 {
		return nil
	}
	var out []ColumnDiff
	var walk func(a, b ingest.Value, field string) bool
	walk = func(a, b ingest.Value, field string) bool {
		if equal(a, b, false) {
			return true
		}
		names := a.Kind == ingest.KindDict && b.Kind == ingest.KindDict
		if (names || a.Kind == ingest.KindList && b.Kind == ingest.KindList && holdsDict(a)) && len(a.Items) == len(b.Items) {
			for i := range a.Items {
				switch {
				case !names && walk(a.Items[i], b.Items[i], field):
				case names && i%2 == 0 && equal(a.Items[i], b.Items[i], false):
				case names && i%2 == 1 && walk(a.Items[i], b.Items[i], nameOf(a.Items[i-1])):
				default:
					return false
				}
			}
			return true
		}
		if field == "" {
			return false
		}
		out = append(out, ColumnDiff{ingest.FieldPrefix + field, sameItems(a, b)})
		return true
	}
	if !walk(a, b, "") {
		return nil
	}
	return out
}

func holdsDict(v ingest.Value) bool {
	return slices.ContainsFunc(v.Items, func(it ingest.Value) bool { return it.Kind == ingest.KindDict || holdsDict(it) })
}

// without makes the fields of objects within a cell None that are noise.
func (c *columns) without(v ingest.Value) ingest.Value {
	out := v
	out.Items = slices.Clone(v.Items)
	for i, it := range out.Items {
		switch {
		case v.Kind != ingest.KindDict:
			out.Items[i] = c.without(it)
		case i%2 == 1 && ingest.IsNoise(c.noise, ingest.FieldPrefix+nameOf(out.Items[i-1])):
			out.Items[i] = ingest.None
		case i%2 == 1:
			out.Items[i] = c.without(it)
		}
	}
	return out
}

// equal compares two cells by the rule of their column.
func (c *comparer) equal(r rule, a, b ingest.Value) bool {
	return r.equal(a, b, c.c.Strict) || c.cols.fields && len(a.Items) > 0 && len(b.Items) > 0 && r.equal(c.cols.without(a), c.cols.without(b), c.c.Strict)
}

// sameItems reports whether two values hold the same items in any order: lists at
// any depth, the words of strings, and dicts, whose order is none.
func sameItems(a, b ingest.Value) bool {
	if len(a.Items)+len(b.Items) == 0 && letters(a.Str) != letters(b.Str) { // nearly always
		return false
	}
	return equal(unordered(a), unordered(b), false)
}

// letters is the same for strings of the same letters and digits.
func letters(s string) (sum uint64) {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			sum += 1<<32 | uint64(r)*uint64(r)
		}
	}
	return sum
}

// unordered sorts what may come in another order.
func unordered(v ingest.Value) ingest.Value {
	out := v
	switch v.Kind {
	case ingest.KindText, ingest.KindBytes:
		words := strings.FieldsFunc(v.Str, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		slices.Sort(words)
		out.Str = strings.Join(words, " ")
		return out
	}
	out.Items = make([]ingest.Value, len(v.Items))
	for i, it := range v.Items {
		out.Items[i] = unordered(it)
	}
	if v.Kind == ingest.KindList {
		slices.SortStableFunc(out.Items, func(x, y ingest.Value) int { return strings.Compare(spell(x), spell(y)) })
	}
	return out
}

// spell writes a value so that equal ones sort beside each other; bytes and text of
// the same characters are.
func spell(v ingest.Value) string {
	s := v.Str
	for _, it := range v.Items {
		s += "\x00" + spell(it)
	}
	return s
}
