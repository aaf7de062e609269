package pycsv

import (
	"fmt"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycell"
)

// Writer is csv.writer.
type Writer struct {
	v *Version
	d *Dialect

	dst    []byte
	start  int // of the record in dst
	fields int // joined so far
	fault  *ingest.Fault

	buffer bool // 2.7: the record has had characters, so that there is a buffer for it
}

// NewWriter returns csv.writer(file, **options) of the dialect.
func NewWriter(v *Version, d *Dialect) *Writer { return &Writer{v: v, d: d} }

// WriteRow appends what writerow(row) hands to the file's write: bytes in 2.7, else
// generalized UTF-8. With a fault dst is returned as it was, as nothing is written
// then; the writer goes on with the next row. In 2.7 a writer that has had nothing to
// write yet, not even a lineterminator, hands over None, which a file opened with
// 'wb' refuses. The error says that a cell is a
// container, of whose str() there is no model.
func (w *Writer) WriteRow(dst []byte, row ingest.Value) ([]byte, *ingest.Fault, error) {
	cells, fault := w.v.cellsOf(row)
	if fault != nil {
		return dst, fault, nil
	}
	w.dst, w.start, w.fields, w.fault = dst, len(dst), 0, nil
	null := false
	for _, cell := range cells {
		if cell.Kind > ingest.KindDateTime {
			return dst, nil, fmt.Errorf("write row: str() of a %s is not modelled", cell.Kind)
		}
		null = cell.Kind == ingest.KindNone
		w.append(cell, len(cells) == 1)
		if w.fault != nil {
			return dst, w.fault, nil
		}
	}
	if w.v.Text && w.fields > 0 && len(w.dst) == w.start {
		if w.loneEmpty(null); w.fault != nil {
			return dst, w.fault, nil
		}
	}
	if w.buffer = w.buffer || len(w.d.lineterminator) > 0; !w.buffer && !w.v.Text {
		return dst, ingest.Faultf("TypeError", "argument 1 must be string or buffer, not None"), nil
	}
	return append(w.dst, w.d.lineterminator...), nil, nil
}

// cellsOf is what iterating over a row yields. Python 2 wants a sequence.
func (v *Version) cellsOf(row ingest.Value) ([]ingest.Value, *ingest.Fault) {
	switch {
	case row.Kind == ingest.KindList, row.Kind == ingest.KindSet && v.Text:
		return row.Items, nil
	case row.Kind == ingest.KindDict && v.Text:
		var keys []ingest.Value
		for i := 0; i < len(row.Items); i += 2 {
			keys = append(keys, row.Items[i])
		}
		return keys, nil
	case row.Kind == ingest.KindText, row.Kind == ingest.KindBytes:
		return v.charactersOf(row), nil
	case v.Text:
		return nil, ingest.Faultf("csv.Error", "iterable expected, not %s", typeName(v, row))
	}
	return nil, ingest.Faultf("csv.Error", "sequence expected")
}

// charactersOf are the items of a string that is mistaken for a row; of 3.x bytes
// they are ints.
func (v *Version) charactersOf(row ingest.Value) []ingest.Value {
	var out []ingest.Value
	for _, c := range characters(row) {
		switch {
		case row.Kind == ingest.KindText:
			out = append(out, ingest.Text(string(ingest.AppendRune(nil, c))))
		case v.Text:
			out = append(out, ingest.Int(int64(c)))
		default:
			out = append(out, ingest.Bytes(string([]byte{byte(c)})))
		}
	}
	return out
}

// append is the body of csv_writerow's loop.
func (w *Writer) append(cell ingest.Value, alone bool) {
	quoted := false
	switch w.d.quoting {
	case QuoteNonnumeric:
		quoted = !countsAsNumber(cell)
	case QuoteAll:
		quoted = true
	case QuoteStrings:
		quoted = cell.Kind == ingest.KindText
	case QuoteNotNull:
		quoted = cell.Kind != ingest.KindNone
	}
	text := cell
	switch {
	case cell.Kind == ingest.KindNone:
		text.Str = ""
	case cell.Kind == ingest.KindFloat: // repr() in 2.7, which str() is in 3.x
	default:
		if text, w.fault = pycell.Str(w.v.Python, cell); w.fault != nil {
			return
		}
	}
	if !w.v.Text { // the cell is a C string
		text.Str, _, _ = strings.Cut(text.Str, "\x00")
		if alone && text.Str == "" {
			if w.d.quoting == QuoteNone {
				w.fail("single empty field record must be quoted")
				return
			}
			quoted = true
		}
	}
	w.join(text.Str, quoted, cell.Kind == ingest.KindNone)
}

// countsAsNumber is PyNumber_Check.
func countsAsNumber(v ingest.Value) bool {
	switch v.Kind {
	case ingest.KindBool, ingest.KindInt, ingest.KindFloat, ingest.KindDecimal:
		return true
	}
	return false
}

func (w *Writer) fail(format string, args ...any) {
	w.fault = ingest.Faultf("csv.Error", format, args...)
}

// loneEmpty quotes a record that would be no character long.
func (w *Writer) loneEmpty(null bool) {
	q := w.d.quoting
	if q == QuoteNone || w.v.StrictWriter && null && (q == QuoteStrings || q == QuoteNotNull) {
		w.fail("single empty field record must be quoted")
		return
	}
	w.fields--
	w.join("", true, true)
}

// join is join_append with join_append_data: the delimiter, the field, and quotes
// around it if they are wanted or one of its characters needs them.
func (w *Writer) join(field string, quoted, null bool) {
	if w.fields > 0 {
		w.add(w.d.delimiter)
	}
	w.fields++
	if w.v.StrictWriter && field == "" && w.d.delimiter == ' ' && w.d.skipinitialspace {
		if w.d.quoting == QuoteNone || null && (w.d.quoting == QuoteStrings || w.d.quoting == QuoteNotNull) {
			w.fail("empty field must be quoted if delimiter is a space and skipinitialspace is true")
			return
		}
		quoted = true
	}
	at := len(w.dst)
	for i := 0; i < len(field) && w.fault == nil; {
		c, n := w.v.char(field[i:])
		quoted = w.character(c) || quoted
		w.dst = append(w.dst, field[i:i+n]...)
		i += n
	}
	if quoted {
		tail := string(w.dst[at:])
		w.dst = w.dst[:at]
		w.add(w.d.quotechar)
		w.dst = append(w.dst, tail...)
		w.add(w.d.quotechar)
	}
	w.buffer = w.buffer || w.fault == nil && len(w.dst) > w.start
}

// character writes what goes before a character and reports whether the field must
// be quoted for it.
func (w *Writer) character(c rune) (quote bool) {
	escape, quotechar := w.v.set(w.d.escapechar), w.v.set(w.d.quotechar)
	if c != w.d.delimiter && c != escape && c != quotechar && !w.inTerminator(c) {
		return false
	}
	wanted := w.d.quoting == QuoteNone
	if !wanted {
		switch {
		case c == quotechar && w.d.doublequote:
			w.add(quotechar)
		case c == quotechar, c == escape && w.v.EscapesEscape:
			wanted = true
		}
	}
	if !wanted {
		return true
	}
	if w.d.escapechar == notSet {
		w.fail("need to escape, but no escapechar set")
		return false
	}
	w.add(w.d.escapechar)
	return false
}

// set is how a version stores a character that may not be set: as NUL until 3.11,
// so that a NUL in the data equals it.
func (v *Version) set(c rune) rune {
	if c == notSet && !v.ExactlyOne {
		return 0
	}
	return c
}

func (w *Writer) inTerminator(c rune) bool {
	if w.v.StrictWriter && (c == '\n' || c == '\r') {
		return true
	}
	if !w.v.Text {
		terminator, _, _ := strings.Cut(w.d.lineterminator, "\x00")
		return strings.IndexByte(terminator, byte(c)) >= 0
	}
	return strings.Contains(w.d.lineterminator, string(ingest.AppendRune(nil, c)))
}

// add appends one character of the dialect.
func (w *Writer) add(c rune) {
	switch {
	case w.v.Text:
		w.dst = ingest.AppendRune(w.dst, w.v.set(c))
	default:
		w.dst = append(w.dst, byte(w.v.set(c)))
	}
}
