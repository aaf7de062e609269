package pycsv

import (
	"slices"

	"github.com/feedparity/feedparity/ingest"
)

// DictReader is csv.DictReader over a Reader whose Dialect NewDictDialect made.
type DictReader struct {
	v *Version
	r *Reader

	arguments  dictArguments
	lineNum    int            // DictReader.line_num, which decides whether the header was read
	fieldnames []ingest.Value // _fieldnames, nil for None
	plain      dictPlan       // how a row without extras becomes a dict
	extras     dictPlan       // and one with extras, whose key is None
	items      []ingest.Value
}

// dictPlan is the order of a dict's keys, which depends on the header alone: a
// short row sets the missing keys after the others, but in the same order.
type dictPlan struct {
	keys []ingest.Value // in the dict's order
	slot []int          // for each column the position of its key in keys
}

// NewDictReader returns csv.DictReader over r.
func NewDictReader(v *Version, r *Reader) *DictReader {
	d := &DictReader{v: v, r: r, arguments: r.d.dict}
	if d.fieldnames = d.arguments.fieldnames; d.fieldnames != nil {
		d.setPlans()
	}
	return d
}

// Fieldnames returns the header: nil before the first Next and for an empty
// input, empty if the first line is blank.
func (d *DictReader) Fieldnames() []ingest.Value { return d.fieldnames }

// Fault returns what the last Next raised, nil if it returned a row or
// StopIteration.
func (d *DictReader) Fault() *ingest.Fault { return d.r.Fault() }

// Reader returns the reader beneath, for line numbers and positions.
func (d *DictReader) Reader() *Reader { return d.r }

// Next returns the next row as a Dict. Like Reader.Next it may be called again
// after a fault: one in the header then makes the following row the header. The
// value may be overwritten by the following call. It is DictReader.next of 2.7 and
// DictReader.__next__ of 3.x, in Lib/csv.py.
func (d *DictReader) Next() (ingest.Value, bool) {
	if d.lineNum == 0 && !d.readHeader() {
		return ingest.None, false
	}
	row, ok := d.r.Next()
	if !ok {
		return ingest.None, false
	}
	d.lineNum = d.r.LineNum()
	for len(row) == 0 { // a row of one empty field is not blank
		if row, ok = d.r.Next(); !ok {
			return ingest.None, false
		}
	}
	if d.arguments.notIterable != "" {
		return ingest.None, d.r.fail("TypeError", "%s", d.arguments.notIterable)
	}
	if d.fieldnames == nil && !d.lateHeader(&row) {
		return ingest.None, false
	}
	return d.dict(row), true
}

// lateHeader reads the header after the first row, which happens where lines ended
// before it and then went on (a MultibyteStreamReader's do): zip() asks for the
// property fieldnames, still None, once more.
func (d *DictReader) lateHeader(row *[]ingest.Value) bool {
	*row = ingest.List(*row...).Clone().Items // the reader's memory is the header's now
	if !d.readHeader() {
		return false
	}
	if d.fieldnames == nil {
		return d.r.fail("TypeError", "%s", d.v.notIterable(ingest.None))
	}
	return true
}

// readHeader is the property fieldnames. Of an exhausted input it keeps None
// and says nothing; the next row then ends the iteration.
func (d *DictReader) readHeader() bool {
	if d.fieldnames == nil && d.arguments.fromFile() {
		row, ok := d.r.Next()
		if !ok && d.r.Fault() != nil {
			return false
		}
		if ok {
			d.fieldnames = ingest.List(row...).Clone().Items
			d.setPlans()
		}
	}
	d.lineNum = d.r.LineNum()
	return true
}

// dict is dict(zip(fieldnames, row)) with the extras under restkey and the missing
// keys set to restval. Of columns with the same name the last one counts, and that
// may be a missing one.
func (d *DictReader) dict(row []ingest.Value) ingest.Value {
	plan := &d.plain
	columns := len(d.fieldnames)
	if len(row) > columns {
		plan = &d.extras
	}
	d.items = slices.Grow(d.items[:0], 2*len(plan.keys))
	for _, k := range plan.keys {
		d.items = append(d.items, k, ingest.None)
	}
	for i := range columns {
		cell := d.arguments.restval
		if i < len(row) {
			cell = row[i]
		}
		d.items[2*plan.slot[i]+1] = cell
	}
	if len(row) > columns {
		d.items[2*plan.slot[columns]+1] = ingest.Value{Kind: ingest.KindList, Items: row[columns:]}
	}
	return ingest.Value{Kind: ingest.KindDict, Items: d.items}
}

// plan orders the keys of a dict into which names are inserted: by hash in 2.7,
// by first insertion in 3.x (OrderedDict in 3.6 and 3.7, dict from 3.8 on).
func (v *Version) plan(names []ingest.Value) dictPlan {
	first := v.firstEqual(names)
	order := make([]int, 0, len(names))
	if v.Text {
		for i, f := range first {
			if i == f {
				order = append(order, i)
			}
		}
	} else {
		order = Py2DictOrder(names)
	}
	p := dictPlan{slot: make([]int, len(names))}
	position := make(map[int]int, len(order))
	for n, i := range order {
		position[i] = n
		p.keys = append(p.keys, names[i])
	}
	for i, f := range first {
		p.slot[i] = position[f]
	}
	return p
}

// firstEqual returns for each key the index of the first one equal to it.
func (v *Version) firstEqual(names []ingest.Value) []int {
	seen := make(map[keyIdentity]int, len(names))
	first := make([]int, len(names))
	for i, n := range names {
		first[i] = i
		id, ok := v.identity(n)
		if !ok {
			continue
		}
		if f, ok := seen[id]; ok {
			first[i] = f
		} else {
			seen[id] = i
		}
	}
	return first
}

// keyIdentity is the same for keys that are equal in Python.
type keyIdentity struct {
	kind ingest.Kind
	text string
}

// identity is not ok for NaN, which equals nothing. Numbers of all types share a
// kind, as do the ASCII strings of both types in 2.7.
func (v *Version) identity(key ingest.Value) (keyIdentity, bool) {
	switch {
	case isNumber(key):
		text, ok := exactNumber(key)
		return keyIdentity{ingest.KindFloat, text}, ok
	case key.Kind == ingest.KindText && !v.Text && ingest.IsASCII(key.Str):
		return keyIdentity{ingest.KindBytes, key.Str}, true
	}
	return keyIdentity{key.Kind, key.Str}, true
}
