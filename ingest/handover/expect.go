package handover

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/wire"
)

// expected returns, for each row of the writer, what the reader should have: its
// own row where the two differ at most in bytes against text, which is what a
// hand-over is about; else the writer's row, since that the paths diverge by
// themselves is another finding.
func expected(writer, reader []ingest.Value, path ingest.Path) []ingest.Value {
	out := make([]ingest.Value, len(writer))
	for i, w := range writer {
		out[i] = textual(w, path)
		if i < len(reader) && alike(w, reader[i]) {
			out[i] = reader[i]
		}
	}
	return out
}

// alike reports whether two values are the same but for strings being bytes on one
// side and text on the other.
func alike(a, b ingest.Value) bool {
	if isString(a) && isString(b) {
		return a.Kind != b.Kind || a.Str == b.Str
	}
	if a.Kind != b.Kind || len(a.Items) != len(b.Items) {
		return false
	}
	switch a.Kind {
	case ingest.KindList:
		return !slices.ContainsFunc(pairs(a.Items, b.Items), func(p [2]ingest.Value) bool { return !alike(p[0], p[1]) })
	case ingest.KindDict:
		for i := 0; i < len(a.Items); i += 2 {
			j := keyOf(b, a.Items[i])
			if j < 0 || !alike(a.Items[i+1], b.Items[j+1]) {
				return false
			}
		}
		return true
	}
	return diff.Equal(a, b) || diff.Equal(b, a)
}

func pairs(a, b []ingest.Value) [][2]ingest.Value {
	out := make([][2]ingest.Value, len(a))
	for i := range a {
		out[i] = [2]ingest.Value{a[i], b[i]}
	}
	return out
}

func isString(v ingest.Value) bool { return v.Kind == ingest.KindBytes || v.Kind == ingest.KindText }

// keyOf returns the place of a key in a dict, -1 if it has none: keys are compared
// as alike compares, ASCII ones by their characters.
func keyOf(dict, key ingest.Value) int {
	for i := 0; i < len(dict.Items); i += 2 {
		if k := dict.Items[i]; k.Str == key.Str && (k.Kind == key.Kind || isString(k) && isString(key)) {
			return i
		}
	}
	return -1
}

// textual is a value of the other path as this one would hold it: in Python 3 an
// ASCII byte string of Python 2 is text.
func textual(v ingest.Value, path ingest.Path) ingest.Value {
	if path == ingest.Py3 && v.Kind == ingest.KindBytes && ingest.IsASCII(v.Str) {
		return ingest.Text(v.Str)
	}
	if len(v.Items) > 0 && v.Kind != ingest.KindOther {
		items := make([]ingest.Value, len(v.Items))
		for i, it := range v.Items {
			items[i] = textual(it, path)
		}
		v.Items = items
	}
	return v
}

// lossOf says where a row that was read is not the row wanted, nil if it is.
func lossOf(got, want ingest.Value, path ingest.Path) *Loss {
	g, w := canonical(got, path), canonical(want, path)
	if g.Equal(w) {
		return nil
	}
	loss := &Loss{Want: want, Got: got, Kind: kindOf(got, want, path)}
	for i, p := range cells(got, want, path) {
		if canonical(p[0], path).Equal(canonical(p[1], path)) {
			continue
		}
		return &Loss{Column: i + 1, Field: fieldOf(want, i), Want: p[1], Got: p[0], Kind: kindOf(p[0], p[1], path)}
	}
	return loss
}

// cells pairs the cells of two rows of the same shape, in the order of the row
// wanted; nil if they have another. Where a reader does not hold two keys equal, they
// are what differs.
func cells(got, want ingest.Value, path ingest.Path) [][2]ingest.Value {
	if got.Kind != want.Kind || len(got.Items) != len(want.Items) {
		return nil
	}
	switch want.Kind {
	case ingest.KindList:
		return pairs(got.Items, want.Items)
	case ingest.KindDict:
		var out [][2]ingest.Value
		for i := 0; i < len(want.Items); i += 2 {
			j := keyOf(got, want.Items[i])
			switch {
			case j < 0:
				return nil
			case !canonical(got.Items[j], path).Equal(canonical(want.Items[i], path)):
				out = append(out, [2]ingest.Value{got.Items[j], want.Items[i]}) // row['sku'] is a KeyError
			default:
				out = append(out, [2]ingest.Value{got.Items[j+1], want.Items[i+1]})
			}
		}
		return out
	}
	return nil
}

// fieldOf is the key of a dict's cell, "" of a list's.
func fieldOf(row ingest.Value, i int) string {
	if row.Kind != ingest.KindDict || !isString(row.Items[2*i]) {
		return ""
	}
	return row.Items[2*i].Str
}

func kindOf(got, want ingest.Value, path ingest.Path) LossKind {
	switch {
	case got.Kind == ingest.KindBytes && want.Kind == ingest.KindText:
		return LossBytes
	case got.Kind == ingest.KindText && want.Kind == ingest.KindBytes && path == ingest.Py2:
		return LossUnicode
	case isString(got) && isString(want):
		return LossText
	}
	return LossValue
}

// canonical makes values equal that Python holds equal: dicts and sets without an
// order, and in Python 2 ASCII bytes and text.
func canonical(v ingest.Value, path ingest.Path) ingest.Value {
	if path == ingest.Py2 && v.Kind == ingest.KindBytes && ingest.IsASCII(v.Str) {
		return ingest.Text(v.Str)
	}
	if len(v.Items) == 0 || v.Kind == ingest.KindOther {
		return v
	}
	items := make([]ingest.Value, len(v.Items))
	for i, it := range v.Items {
		items[i] = canonical(it, path)
	}
	step := map[ingest.Kind]int{ingest.KindDict: 2, ingest.KindSet: 1}[v.Kind]
	if step > 0 {
		groups := slices.Collect(slices.Chunk(items, step))
		slices.SortFunc(groups, func(a, b []ingest.Value) int { return strings.Compare(text(a), text(b)) })
		items = slices.Concat(groups...)
	}
	return ingest.Value{Kind: v.Kind, Str: v.Str, Items: items}
}

func text(items []ingest.Value) string { return string(wire.AppendValue(nil, ingest.List(items...))) }
