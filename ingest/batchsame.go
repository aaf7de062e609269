package ingest

import "unsafe"

// SameRows reports whether all rows of two batches, of which none has been passed, are the
// same. It may be wrong to deny it.
func SameRows(a, b *Batch) bool { return len(a.Text) == len(b.Text) && samePart(a, b, len(a.Text)) }

// PassSame passes the next rows of two batches as far as they have the same strings for
// cells. It returns how many those were, and their text in the first of the batches.
func PassSame(a, b *Batch) (rows int, text string) {
	from := a.at
	if n := min(len(a.Text)-a.at, len(b.Text)-b.at); samePart(a, b, n) { // nearly always, and seen at once
		rows = min(a.Rows, b.Rows)
		a.pass(n, rows)
		b.pass(n, rows)
		return rows, a.Text[from:a.at]
	}
	for a.Rows > 0 && b.Rows > 0 {
		if n := a.RowStart(a.at+sameBytes(a.Text[a.at:], b.Text[b.at:])) - a.at; n > 0 && samePart(a, b, n) {
			same := a.rowsIn(a.at, a.at+n)
			a.pass(n, same)
			b.pass(n, same)
			rows += same
			continue
		}
		if !passRow(a, b) {
			break
		}
		rows++
	}
	return rows, a.Text[from:a.at]
}

// sameBytes returns how many bytes two texts have in common at least, but for the last of
// them and no more than a thousand, since rows may differ in other ways.
func sameBytes(a, b string) (n int) {
	most := min(len(a), len(b), 1<<10) - 1
	for n+8 <= most && eight(a[n:]) == eight(b[n:]) {
		n += 8
	}
	for n < most && a[n] == b[n] {
		n++
	}
	return n
}

// passRow passes the next row of both if it has the same strings for cells.
func passRow(a, b *Batch) bool {
	for x, y := a.walk(), b.walk(); ; {
		c, last := x.next()
		d, ends := y.next()
		if last != ends || (c == noCell) != (d == noCell) || c != noCell && a.Str(c) != b.Str(d) {
			return false
		}
		if last {
			x.pass()
			y.pass()
			return true
		}
	}
}

// pass goes on behind the row whose last cell was the last.
func (w *walk) pass() {
	w.b.at, w.b.special = w.end+1, w.special
	w.b.Rows--
}

// samePart reports whether the next n bytes, which are rows of one of the batches, are
// the same rows. It may be wrong to deny it.
func samePart(a, b *Batch, n int) bool {
	return a.Quote == b.Quote && a.Text[a.at:a.at+n] == b.Text[b.at:b.at+n] && sameEnds(a, b, n) && sameSpecial(a, b, n)
}

// sameEnds reports whether cells and rows end at the same of the next n bytes.
func sameEnds(a, b *Batch, n int) bool {
	if a.at%64 == 0 && b.at%64 == 0 {
		x, y, whole := a.Ends[a.at/64:], b.Ends[b.at/64:], n/64
		return string(endsBytes(x[:whole])) == string(endsBytes(y[:whole])) && (n%64 == 0 || x[whole].sameFirst(y[whole], n%64))
	}
	for k := 0; k < n; k += 64 {
		if !endsAt(a.Ends, a.at+k).sameFirst(endsAt(b.Ends, b.at+k), min(n-k, 64)) {
			return false
		}
	}
	return true
}

// endsBytes is the memory of words.
func endsBytes(e []Ends) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(e))), uintptr(len(e))*unsafe.Sizeof(Ends{}))
}

// endsAt returns the 64 bytes from any place on; those beyond the last word have no bits.
func endsAt(words []Ends, at int) Ends {
	w, shift := at/64, at%64
	e := Ends{words[w].Cells >> shift, words[w].Rows >> shift}
	if w+1 < len(words) {
		next := &words[w+1]
		e.Cells |= next.Cells << (64 - shift) // nothing, where shift is 0
		e.Rows |= next.Rows << (64 - shift)
	}
	return e
}

// sameFirst reports whether the first n bytes, at least one, are the same.
func (e Ends) sameFirst(f Ends, n int) bool { return ((e.Cells^f.Cells)|(e.Rows^f.Rows))<<(64-n) == 0 }

// sameSpecial reports whether the special cells of the next n bytes, which are otherwise
// the same, are.
func sameSpecial(a, b *Batch, n int) bool {
	x, y := a.Special[a.special:], b.Special[b.special:]
	moved := b.at - a.at
	k := 0
	for ; k < len(x) && x[k].End < a.at+n; k++ {
		if k == len(y) || y[k].End != x[k].End+moved || !sameCell(a, x[k].Cell, b, y[k].Cell, moved) {
			return false
		}
	}
	return k == len(y) || y[k].End >= b.at+n
}

// sameCell reports whether two cells are the same string, of texts that are.
func sameCell(a *Batch, x Cell, b *Batch, y Cell, moved int) bool {
	return x&inExtra == 0 && y == x+Cell(moved)<<32+Cell(moved) || a.Str(x) == b.Str(y)
}
