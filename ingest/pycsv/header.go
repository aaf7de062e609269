package pycsv

import (
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycell"
)

// headerRows is how many rows has_header looks at, the header left out.
const headerRows = 21

// HasHeader returns what csv.Sniffer().has_header(sample) says, or the exception it
// raises: the sniffer's own, that of csv.reader for the dialect found (3.13 refuses
// more of them), or that of reading the sample. The sample is Text, in 2.7 Text or
// Bytes. It is Sniffer.has_header of Lib/csv.py.
func HasHeader(v *Version, sample ingest.Value) (bool, *ingest.Fault) {
	lines := &sampleLines{kind: sample.Kind, rest: sample.Str}
	if !v.Text && sample.Kind == ingest.KindText { // cStringIO encodes, before sniff is called
		if _, fault, _ := pycell.Convert(v.Python, "str", sample); fault != nil {
			return false, fault
		}
		lines.kind = ingest.KindBytes
	}
	found, fault := Sniff(v, sample)
	if fault != nil {
		return false, fault
	}
	dialect, fault := NewDialect(v, found)
	if fault != nil {
		return false, fault
	}
	r := NewReader(v, dialect, ingest.DefaultFieldLimit, lines)
	first, ok := r.Next()
	if !ok {
		if r.Fault() != nil {
			return false, r.Fault()
		}
		return false, ingest.Faultf("StopIteration", "")
	}
	header := ingest.List(first...).Clone().Items
	columns, fault := columnsOf(v, r, len(header))
	if fault != nil {
		return false, fault
	}
	votes := 0
	for i, c := range columns {
		if c.removed {
			continue
		}
		if c.looksDifferent(v, header[i]) {
			votes++
		} else {
			votes--
		}
	}
	return votes > 0, nil
}

// column is what the rows after the first have in common: a type, or else the
// length of their strings.
type column struct {
	typ     string // "int", "float", "complex"; "length"; "" before the first row
	length  int
	removed bool // they have nothing in common
}

// columnsOf reads the rows of as many cells as the header has.
func columnsOf(v *Version, r *Reader, n int) ([]column, *ingest.Fault) {
	columns := make([]column, n)
	for range headerRows {
		row, ok := r.Next()
		if !ok {
			return columns, r.Fault()
		}
		if len(row) != n {
			continue
		}
		for i := range columns {
			c := &columns[i]
			this := v.typeOf(row[i])
			switch {
			case c.removed:
			case c.typ == "":
				*c = this
			default:
				c.removed = *c != this
			}
		}
	}
	return columns, readAhead(r)
}

// readAhead is the one row that the loop takes before it stops counting.
func readAhead(r *Reader) *ingest.Fault {
	if _, ok := r.Next(); ok {
		return nil
	}
	return r.Fault()
}

// typeOf is the first type of the version's ladder that takes a cell.
func (v *Version) typeOf(cell ingest.Value) column {
	for _, typ := range v.HeaderTypes {
		if pycell.Numeric(v.Python, typ, cell) {
			if typ == "long" {
				typ = "int"
			}
			return column{typ: typ}
		}
	}
	return column{typ: "length", length: cellLength(cell)}
}

func cellLength(v ingest.Value) int {
	if v.Kind == ingest.KindText {
		return ingest.RuneCount(v.Str)
	}
	return len(v.Str)
}

// looksDifferent says whether a column's header is not what its cells are. A column
// no row told anything of counts as different: None() raises TypeError there.
func (c column) looksDifferent(v *Version, header ingest.Value) bool {
	if c.typ == "length" {
		return cellLength(header) != c.length
	}
	return !pycell.Numeric(v.Python, c.typ, header)
}

// sampleLines are the lines of a StringIO: they end with LF alone.
type sampleLines struct {
	kind ingest.Kind
	rest string
}

func (l *sampleLines) Next() (ingest.Value, bool) {
	if l.rest == "" {
		return ingest.None, false
	}
	end := strings.IndexByte(l.rest, '\n') + 1
	if end == 0 {
		end = len(l.rest)
	}
	line := ingest.Value{Kind: l.kind, Str: l.rest[:end]}
	l.rest = l.rest[end:]
	return line, true
}

func (l *sampleLines) Fault() *ingest.Fault { return nil }

func (l *sampleLines) Offset() int64 { return -1 }
