package pycsv

// Mark is a place in the input: a byte of an item.
type Mark struct {
	Offset int64 // Lines.Offset of the item, -1 if that cannot be told
	At     int   // index of a byte in the item's Str
}

// Span is where the raw text of a field lies, quotes and escapes included,
// skipped initial spaces not. Its ends are in two items if the field spans several.
type Span struct{ Start, End Mark }

// Trace turns the noting of Spans on or off, from the next row on.
func (r *Reader) Trace(on bool) { r.trace.on = on }

// Spans returns, while tracing, the span of each field of the last row. It may be
// overwritten by the following Next.
func (r *Reader) Spans() []Span { return r.trace.spans }

// tracer notes spans. Its positions are kept up to date in any case, which costs
// two stores for a character that is not ordinary.
type tracer struct {
	on       bool
	spans    []Span
	offset   int64 // of the current item
	at, next int   // of the current character in it, and behind that
	start    Mark  // of the current field
}

func (t *tracer) reset() { t.spans = t.spans[:0] }

func (t *tracer) item(offset int64, first bool) {
	t.offset = offset
	if first {
		t.start = Mark{offset, 0}
	}
}

// save ends the current field before the current character, which is a delimiter,
// a newline or the end of the item; the next field begins behind it.
func (t *tracer) save() {
	t.spans = append(t.spans, Span{t.start, Mark{t.offset, t.at}})
	t.start = Mark{t.offset, t.next}
}

// skip moves the beginning of the current field behind the current character.
func (t *tracer) skip() { t.start = Mark{t.offset, t.next} }
