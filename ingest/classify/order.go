package classify

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// inOrder puts the rows of an outcome, and the items of the lists within them, in an
// order of their own, so that what is left of a difference is not one of order.
func inOrder(rows ingest.Rows) (ingest.Rows, error) {
	o, err := ingest.Collect(rows)
	if err != nil {
		return nil, err
	}
	for i := range o.Rows {
		for j := range o.Rows[i].Value.Items {
			sortLists(&o.Rows[i].Value.Items[j])
		}
	}
	slices.SortStableFunc(o.Rows, func(a, b ingest.Row) int { return strings.Compare(orderKey(a.Value), orderKey(b.Value)) })
	return o.Stream(), nil
}

func sortLists(v *ingest.Value) {
	for i := range v.Items {
		sortLists(&v.Items[i])
	}
	if v.Kind == ingest.KindList {
		slices.SortStableFunc(v.Items, func(a, b ingest.Value) int { return strings.Compare(orderKey(a), orderKey(b)) })
	}
}

// orderKey is the same for values that are equal across the Pythons, as far as
// strings go: the order need not be meaningful, only the same.
func orderKey(v ingest.Value) string {
	var b strings.Builder
	writeKey(&b, v)
	return b.String()
}

func writeKey(b *strings.Builder, v ingest.Value) {
	kind := v.Kind
	if kind == ingest.KindBytes {
		kind = ingest.KindText
	}
	b.WriteString(kind.String())
	b.WriteByte(0)
	b.WriteString(v.Str)
	b.WriteByte(0)
	items := v.Items
	if v.Kind == ingest.KindDict || v.Kind == ingest.KindSet {
		items = sortedItems(v)
	}
	for _, item := range items {
		writeKey(b, item)
	}
	b.WriteByte(1)
}

// sortedItems are a dict's keys and values, or a set's items, by their keys.
func sortedItems(v ingest.Value) []ingest.Value {
	step := 1
	if v.Kind == ingest.KindDict {
		step = 2
	}
	chunks := slices.Collect(slices.Chunk(v.Items, step))
	slices.SortStableFunc(chunks, func(a, b []ingest.Value) int { return strings.Compare(orderKey(a[0]), orderKey(b[0])) })
	return slices.Concat(chunks...)
}
