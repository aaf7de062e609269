package ingest

import (
	"math/bits"
	"unsafe"
)

// A Batch is some of a path's rows, one behind the other and packed: each is a list of
// strings of one kind. Nothing is made for a row or a cell: they are the parts of a text
// that bits tell from each other, and what is no such part is listed. An engine that can
// tells rows in this form, which package diff asks for.
type Batch struct {
	Kind Kind   // of every cell: KindBytes or KindText
	Text string // what the rows were read from, from end to end
	Rows int    // how many are left
	// Ends are where cells and rows end, 64 bytes of Text a word.
	Ends []Ends
	// Quote is the byte in which a cell of Text is that begins with it, 0 if there is none.
	Quote byte
	// Special are the cells, in order, that are not what Ends say or may need a look: all
	// those that are not ASCII, or begin or end with what is not printable, are among them.
	Special []Special
	Extra   []byte // the cells that are no part of Text, as where a quote was doubled
	// Last says that the path ends behind these rows, and raises nothing.
	Last bool

	Offset int64              // of Text in the input, -1 if that cannot be told
	Width  func([]byte) int64 // the bytes of the input that made a part of Text

	at       int       // where the next row begins
	special  int       // the first of Special that is not before it
	row      []Special // the cells of a row
	own      []byte    // Text of a copy
	measured int       // the part of Text whose width is known
	width    int64
}

// Ends are 64 bytes of text, a bit for each, the first lowest.
type Ends struct {
	Cells uint64 // the byte behind a cell
	Rows  uint64 // the LF behind a row, which is behind its last cell, too; a CR before it is no part of that
}

// A Special is a cell and where it ends in Text by the Ends.
type Special struct {
	End  int
	Cell Cell
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

// Part returns the cell that is so many bytes of another.
func (c Cell) Part(start, n int) Cell {
	start += c.Start()
	return InText(start, start+n) | c&inExtra
}

// Trim returns the cell without so many bytes at its ends.
func (c Cell) Trim(left, right int) Cell { return c + Cell(left) - Cell(right)<<32 }

// Begin makes a batch of a text and its ends, to which rows are to be given.
func (b *Batch) Begin(kind Kind, text string, ends []Ends) {
	b.Kind, b.Text, b.Rows, b.Ends, b.Quote, b.Special, b.Extra, b.Last = kind, text, 0, ends, 0, b.Special[:0], b.Extra[:0], false
	b.Offset, b.Width, b.at, b.special, b.measured, b.width = -1, nil, 0, 0, 0, 0
}

// Truncate leaves the first n rows. None has been passed yet.
func (b *Batch) Truncate(n int) {
	end := 0
	for range n {
		end = b.RowEnd(end)
	}
	b.TruncateAt(end)
}

// TruncateAt leaves the rows that are before a place in Text, where one ends.
func (b *Batch) TruncateAt(end int) {
	b.Rows, b.Text = b.rowsIn(0, end), b.Text[:end]
	k := len(b.Special)
	for k > 0 && b.Special[k-1].End >= end {
		k--
	}
	b.Special = b.Special[:k]
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

// RowEnd returns where the row ends, behind its LF, that begins at a place in Text.
func (b *Batch) RowEnd(at int) int {
	w := at / 64
	rows := b.Ends[w].Rows >> (at % 64) << (at % 64)
	for rows == 0 {
		w++
		rows = b.Ends[w].Rows
	}
	return w*64 + bits.TrailingZeros64(rows) + 1
}

// RowStart returns where the row begins that a place in Text is part of.
func (b *Batch) RowStart(at int) int {
	w := at / 64
	rows := b.Ends[w].Rows & (1<<(at%64) - 1)
	for rows == 0 {
		if w == 0 {
			return 0
		}
		w--
		rows = b.Ends[w].Rows
	}
	return w*64 + bits.Len64(rows)
}

// rowsIn returns how many rows end between two places in Text.
func (b *Batch) rowsIn(from, to int) (n int) {
	for at := from; at < to; at += 64 {
		rows := endsAt(b.Ends, at).Rows
		if to-at < 64 {
			rows &= 1<<(to-at) - 1
		}
		n += bits.OnesCount64(rows)
	}
	return n
}

// CellEnd returns where the cell ends that a place in Text is part of, or behind.
func (b *Batch) CellEnd(at int) int {
	w := at / 64
	ends := b.Ends[w].Cells >> (at % 64) << (at % 64)
	for ends == 0 {
		w++
		ends = b.Ends[w].Cells
	}
	return w*64 + bits.TrailingZeros64(ends)
}

// CellStart returns where the cell begins that ends at a place in Text.
func (b *Batch) CellStart(end int) int {
	w := end / 64
	ends := b.Ends[w].Cells & (1<<(end%64) - 1)
	for ends == 0 {
		if w == 0 {
			return 0
		}
		w--
		ends = b.Ends[w].Cells
	}
	return w*64 + bits.Len64(ends)
}

// CellAt returns the cell of Text between two ends, of which the second may be that of
// a row.
func (b *Batch) CellAt(start, end int) Cell {
	to := end
	if to > start && b.Text[to-1] == '\r' && b.Ends[end/64].Rows>>(end%64)&1 != 0 {
		to--
	}
	return b.unquoted(start, to)
}

// unquoted returns so much of Text without quotes around it.
func (b *Batch) unquoted(start, end int) Cell {
	if b.Quote != 0 && end > start && b.Text[start] == b.Quote {
		return InText(start+1, end-1)
	}
	return InText(start, end)
}

// A walk goes through the cells of rows.
type walk struct {
	b       *Batch
	w       int  // the word in which we are
	ends    Ends // what is left of it
	end     int  // where the last cell ends
	special int  // the first of Special that is not before the next cell
	inside  bool // the next cell is not a row's first
}

// walk begins with the next row.
func (b *Batch) walk() walk {
	w, shift := b.at/64, b.at%64
	return walk{b: b, end: b.at - 1, w: w, ends: Ends{b.Ends[w].Cells >> shift << shift, b.Ends[w].Rows}, special: b.special}
}

// noCell is what an empty row has in place of one.
const noCell = ^Cell(0)

// next returns the next cell and whether it is the row's last.
func (w *walk) next() (c Cell, last bool) {
	b := w.b
	for w.ends.Cells == 0 {
		w.w++
		w.ends = b.Ends[w.w]
	}
	bit := w.ends.Cells & -w.ends.Cells
	w.ends.Cells ^= bit
	last = w.ends.Rows&bit != 0
	start, first := w.end+1, !w.inside
	w.end, w.inside = w.w*64+bits.TrailingZeros64(bit), !last
	if i := w.special; i < len(b.Special) && b.Special[i].End == w.end {
		w.special++
		return b.Special[i].Cell, last
	}
	to := w.end
	if last {
		if to > start && b.Text[to-1] == '\r' {
			to--
		}
		if first && to == start {
			return noCell, true
		}
	}
	return b.unquoted(start, to), last
}

// Row appends the cells of the next row to room.
func (b *Batch) Row(room []Special) []Special {
	for w := b.walk(); ; {
		c, last := w.next()
		if c != noCell {
			room = append(room, Special{w.end, c})
		}
		if last {
			return room
		}
	}
}

// pass goes on behind so many bytes, which are so many rows.
func (b *Batch) pass(n, rows int) {
	b.at += n
	b.Rows -= rows
	for b.special < len(b.Special) && b.Special[b.special].End < b.at {
		b.special++
	}
}

// Next returns the next row as others are, with its cells in room. It is valid as long
// as the batch is.
func (b *Batch) Next(room []Value) (Row, []Value) {
	room = room[:0]
	b.row = b.Row(b.row[:0])
	for _, c := range b.row {
		room = append(room, Value{Kind: b.Kind, Str: b.Str(c.Cell)})
	}
	row := Row{Value{Kind: KindList, Items: room}, b.offset(b.at)}
	b.pass(b.RowEnd(b.at)-b.at, 1)
	return row, room
}

// CopyFirst makes b a copy of the first row of another batch.
func (b *Batch) CopyFirst(other *Batch) {
	end := other.RowEnd(0)
	b.Kind, b.Quote, b.Offset, b.Rows, b.at, b.special = other.Kind, other.Quote, -1, 1, 0, 0
	b.own = append(b.own[:0], other.Text[:end]...)
	b.Text = unsafe.String(unsafe.SliceData(b.own), len(b.own))
	b.Ends = append(b.Ends[:0], other.Ends[:(end+63)/64]...)
	b.Extra = append(b.Extra[:0], other.Extra...)
	b.Special = b.Special[:0]
	for _, s := range other.Special {
		if s.End >= end {
			break
		}
		b.Special = append(b.Special, s)
	}
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
