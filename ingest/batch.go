package ingest

import "unsafe"

// A Batch is some of a path's rows, one behind the other and packed: each is a list of
// strings of one kind. Nothing is made for a row or a cell: they lie where they were
// read. An engine that can tells rows in this form, which package diff asks for.
type Batch struct {
	Kind  Kind     // of every cell: KindBytes or KindText
	Text  string   // what the rows were read from, from end to end
	Extra []byte   // the cells that are no part of Text, as where a quote was doubled
	Cells []Cell   // of all rows
	Ends  []RowEnd // of each row
	// Odd are the indexes of cells, in order, that begin or end with anything but
	// printable ASCII: no other is there anything to strip of.
	Odd []int

	Offset int64              // of Text in the input, -1 if that cannot be told
	Width  func([]byte) int64 // the bytes of the input that made a part of Text

	own      []byte // Text of a copy
	measured int    // the part of Text whose width is known
	width    int64
}

// A Cell is where a cell's string begins, in its lower half, and ends.
type Cell uint64

// inExtra is set in the Cell of a string in Extra.
const inExtra Cell = 1 << 31

// InText returns the cell that is so much of Text.
func InText(start, end int) Cell { return Cell(uint32(start)) | Cell(end)<<32 }

// Start returns where the string begins, in Text or Extra.
func (c Cell) Start() int { return int(uint32(c &^ inExtra)) }

// End returns where it ends.
func (c Cell) End() int { return int(c >> 32) }

// Len returns how many bytes the string has.
func (c Cell) Len() int { return c.End() - c.Start() }

// A RowEnd is where a row ends in Text, and its cells' indexes.
type RowEnd struct{ Text, From, To int }

// Reset empties the batch.
func (b *Batch) Reset() {
	*b = Batch{Extra: b.Extra[:0], Cells: b.Cells[:0], Ends: b.Ends[:0], Odd: b.Odd[:0], Offset: -1}
}

// Len returns the number of rows.
func (b *Batch) Len() int { return len(b.Ends) }

// Truncate leaves the first n rows.
func (b *Batch) Truncate(n int) {
	b.Ends = b.Ends[:n]
	b.Text = b.Text[:b.Start(n)]
}

// Start returns where the i-th row begins in Text.
func (b *Batch) Start(i int) int {
	if i == 0 {
		return 0
	}
	return b.Ends[i-1].Text
}

// Str returns a cell's string, which is valid as long as the batch is.
func (b *Batch) Str(c Cell) string {
	start, end := uint32(c), uint32(c>>32)
	if c&inExtra != 0 {
		part := b.Extra[start&^uint32(inExtra) : end]
		return unsafe.String(unsafe.SliceData(part), len(part))
	}
	return b.Text[start:end]
}

// ToExtra returns the cell that is all of Extra from some place on.
func (b *Batch) ToExtra(from int) Cell { return InText(from, len(b.Extra)) | inExtra }

// Part returns the cell that is so many bytes of another.
func (c Cell) Part(start, n int) Cell {
	start += c.Start()
	return InText(start, start+n) | c&inExtra
}

// Trim returns the cell without so many bytes at its ends.
func (c Cell) Trim(left, right int) Cell { return c + Cell(left) - Cell(right)<<32 }

// CopyFirst makes b a copy of the first row of another batch.
func (b *Batch) CopyFirst(other *Batch) {
	end := other.Ends[0]
	b.Kind, b.Offset = other.Kind, -1
	b.own = append(b.own[:0], other.Text[:end.Text]...)
	b.Text = unsafe.String(unsafe.SliceData(b.own), len(b.own))
	b.Extra = append(b.Extra[:0], other.Extra...)
	b.Cells = append(b.Cells[:0], other.Cells[:end.To]...)
	b.Ends = append(b.Ends[:0], end)
}

// Unpack returns the i-th row as others are, with its cells in room. It is valid as long
// as the batch is.
func (b *Batch) Unpack(i int, room []Value) (Row, []Value) {
	room = room[:0]
	for _, c := range b.Cells[b.Ends[i].From:b.Ends[i].To] {
		room = append(room, Value{Kind: b.Kind, Str: b.Str(c)})
	}
	return Row{Value{Kind: KindList, Items: room}, b.offset(b.Start(i))}, room
}

// offset returns the byte of the input that made the one at a place in Text. Places are
// asked about in order.
func (b *Batch) offset(at int) int64 {
	if b.Offset < 0 || b.Width == nil {
		return -1
	}
	if at < b.measured {
		b.measured, b.width = 0, 0
	}
	part := b.Text[b.measured:at]
	b.width += b.Width(unsafe.Slice(unsafe.StringData(part), len(part)))
	b.measured = at
	return b.Offset + b.width
}

// SameRows returns how many rows from the i-th of one batch on have the same strings for
// cells as those from the j-th of another.
func SameRows(a *Batch, i int, b *Batch, j int) int {
	n := min(a.Len()-i, b.Len()-j)
	if sameRows(a, i, b, j, n) { // nearly always, and seen at once
		return n
	}
	for k := range n {
		if !sameRows(a, i+k, b, j+k, 1) {
			return k
		}
	}
	return n
}

// sameRows reports whether n rows have the same strings for cells. It may be wrong to
// deny it of more than one.
func sameRows(a *Batch, i int, b *Batch, j, n int) bool {
	if n == 0 {
		return true
	}
	rows, others := a.Ends[i:i+n], b.Ends[j:j+n]
	x, y := a.Cells[rows[0].From:rows[n-1].To], b.Cells[others[0].From:others[n-1].To]
	if len(x) != len(y) {
		return false
	}
	from, to := a.Start(i), b.Start(j)
	if a.Text[from:rows[n-1].Text] != b.Text[to:others[n-1].Text] {
		return n == 1 && sameStrings(a, x, b, y)
	}
	cells := others[0].From - rows[0].From
	for k, row := range rows {
		if (RowEnd{row.Text + to - from, row.From + cells, row.To + cells}) != others[k] {
			return false
		}
	}
	// Nearly always the cells are the same parts of the same text, or of the same extra.
	moved := Cell(to-from)<<32 + Cell(to-from)
	var other, extra Cell
	for k, c := range x {
		other |= (y[k] - c) ^ moved
		extra |= c
	}
	alike := other == 0 && (extra&inExtra == 0 || moved == 0 && string(a.Extra) == string(b.Extra))
	return alike || sameStrings(a, x, b, y)
}

// sameStrings compares as many cells one by one.
func sameStrings(a *Batch, x []Cell, b *Batch, y []Cell) bool {
	for k := range x {
		if a.Str(x[k]) != b.Str(y[k]) {
			return false
		}
	}
	return true
}
