package diff

import (
	"unsafe"

	"github.com/feedparity/feedparity/ingest"
)

// keep is memory for copies of values: text and items are taken from blocks, since a value
// by itself has an allocation for each of its cells. A block that is full is left to
// whoever holds its values.
type keep struct {
	text  []byte
	items []ingest.Value
	more  bool // than one usual block of each was needed
}

// The usual sizes of a block.
const (
	blockText  = 1 << 12 // bytes
	blockItems = 1 << 7
)

// clone is ingest.Value.Clone, of a copy that is valid until reset.
func (k *keep) clone(v ingest.Value) ingest.Value {
	if n := len(v.Str); n > 0 {
		if cap(k.text)-len(k.text) < n {
			k.more = k.more || k.text != nil || n > blockText
			k.text = make([]byte, 0, max(n, blockText))
		}
		from := len(k.text)
		k.text = append(k.text, v.Str...)
		v.Str = unsafe.String(&k.text[from], n)
	}
	if n := len(v.Items); v.Items != nil {
		if cap(k.items)-len(k.items) < n {
			k.more = k.more || k.items != nil || n > blockItems
			k.items = make([]ingest.Value, 0, max(n, blockItems))
		}
		from := len(k.items)
		items := k.items[from : from+n : from+n]
		k.items = k.items[:from+n]
		for i := range items {
			items[i] = k.clone(v.Items[i])
		}
		v.Items = items
	}
	return v
}

// reset makes room where nobody holds a copy. It keeps no more memory than a usual block
// of each, since items that are left behind may refer to all others.
func (k *keep) reset() {
	if k.more {
		*k = keep{}
	}
	k.text, k.items = k.text[:0], k.items[:0]
}

// table is a matrix in memory that is used again.
type table struct {
	cells []float64
	width int
}

// of is the table with so many rows and columns, whatever is in it.
func (t *table) of(rows, columns int) *table {
	if n := rows * columns; cap(t.cells) < n {
		t.cells = make([]float64, n)
	}
	t.cells, t.width = t.cells[:rows*columns], columns
	return t
}

func (t *table) at(i, j int) *float64 { return &t.cells[i*t.width+j] }
