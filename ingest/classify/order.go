package classify

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// inOrder puts the rows of an outcome, and the items of the lists within them, in an
// order of their own, and the cells of the rows too if that is asked for, so that what is
// left of a difference is not one of order.
func inOrder(rows ingest.Rows, cells bool) (ingest.Rows, error) {
	o, err := ingest.Collect(rows)
	if err != nil {
		return nil, err
	}
	for i := range o.Rows {
		for j := range o.Rows[i].Value.Items {
			sortLists(&o.Rows[i].Value.Items[j])
		}
		if cells {
			sortLists(&o.Rows[i].Value)
		}
	}
	sortByKey(o.Rows, func(r ingest.Row) ingest.Value { return r.Value })
	return o.Stream(), nil
}

func sortLists(v *ingest.Value) {
	for i := range v.Items {
		sortLists(&v.Items[i])
	}
	if v.Kind == ingest.KindList {
		sortByKey(v.Items, func(item ingest.Value) ingest.Value { return item })
	}
}

// sortByKey sorts by the keys of the values that items have, each made once.
func sortByKey[T any](items []T, value func(T) ingest.Value) {
	type keyed struct {
		key  string
		item T
	}
	list := make([]keyed, len(items))
	for i, item := range items {
		list[i] = keyed{orderKey(value(item)), item}
	}
	slices.SortStableFunc(list, func(a, b keyed) int { return strings.Compare(a.key, b.key) })
	for i, k := range list {
		items[i] = k.item
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
	sortByKey(chunks, func(chunk []ingest.Value) ingest.Value { return chunk[0] })
	return slices.Concat(chunks...)
}
