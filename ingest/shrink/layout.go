package shrink

// Record is one record of an input as its layout has it: the raw cells, quotes
// included, and the line end, as ranges of bytes.
type Record struct {
	Cells []Span
	End   Span // empty where the input ends without one
}

// Layout takes an input apart into records, as minimising does: the byte order mark, an
// empty span if there is none, and all that follows. The spans join to the whole input
// but for the delimiters between cells.
func Layout(input []byte, o Options) (mark Span, records []Record) {
	d := sniff(input, o).parse(input)
	width := d.form.width
	at := len(d.bom) * width
	mark = Span{0, at}
	for _, r := range d.rows {
		var rec Record
		for i, c := range r.cells {
			if i > 0 {
				at += width
			}
			n := len(d.form.bytes(c))
			rec.Cells = append(rec.Cells, Span{at, at + n})
			at += n
		}
		n := len(d.form.bytes(r.end))
		rec.End = Span{at, at + n}
		at += n
		records = append(records, rec)
	}
	return mark, records
}
