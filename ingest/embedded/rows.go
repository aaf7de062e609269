package embedded

import (
	"context"
	"unicode/utf8"
	"unsafe"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycsv"
	"github.com/feedparity/feedparity/ingest/pytext"
)

// rows is the outcome of one path while it is being made.
type rows struct {
	plan    *plan
	ctx     context.Context
	dialect *pycsv.Dialect // the plan's, or what csv.Sniffer found
	lines   *pytext.Lines
	items   pycsv.Lines // lines, or what csv.Sniffer left of them and them again
	reader  *pycsv.Reader
	dict    *pycsv.DictReader // nil for csv.reader
	cells   *cellDecoder      // the plan's, for this input: nil in modes whose cells come decoded, or stay bytes
	types   [][]string        // csv.reader: the conversions of each column, known after the header

	cleans bool // there are cleaning steps
	strips bool // and they do what plan.strip does
	packs  bool // rows may come in batches
	once   bool // no other input is given to them
	batch  ingest.Batch

	handles []handle // that have not been given out

	produced int
	fault    *ingest.Fault
	err      error
	done     bool
}

// checkEvery is how many rows go by between two looks at the context.
const checkEvery = 1024

// failed is a path that raised before its first row.
func (r *rows) failed(f *ingest.Fault) *rows {
	if f != nil {
		r.raise(f)
	}
	return r
}

func (r *rows) raise(f *ingest.Fault) {
	located := *f
	located.Row = r.produced + 1
	r.fault, r.done = &located, true
}

// Next produces a row: it is done when its last cell is.
func (r *rows) Next() (ingest.Row, bool) {
	if r == nil || r.done { // nil once the handle is closed
		return ingest.Row{}, false
	}
	if r.produced%checkEvery == 0 && r.ctx.Err() != nil {
		r.err, r.done = r.ctx.Err(), true
		return ingest.Row{}, false
	}
	if r.dict != nil {
		return r.produce(r.nextDict())
	}
	if r.packs && r.lines.Over() { // which reader.Next would find out at greater length
		r.done = true
		return ingest.Row{}, false
	}
	cells, ok := r.reader.Next()
	if !ok {
		return r.produce(ingest.None, r.readerFault(r.reader.Fault()), false)
	}
	if fault := r.finish(cells); fault != nil || r.err != nil {
		return r.produce(ingest.None, fault, false)
	}
	r.produced++
	return ingest.Row{Value: ingest.Value{Kind: ingest.KindList, Items: cells}, Offset: r.reader.RowOffset()}, true
}

// produce ends the outcome if there is no row.
func (r *rows) produce(v ingest.Value, fault *ingest.Fault, ok bool) (ingest.Row, bool) {
	switch {
	case fault != nil:
		r.raise(fault)
		return ingest.Row{}, false
	case !ok || r.err != nil:
		r.done = true
		return ingest.Row{}, false
	}
	r.produced++
	return ingest.Row{Value: v, Offset: r.reader.RowOffset()}, true
}

// finish decodes csv.reader's row and then cleans each cell and converts it, before
// the next is looked at.
func (r *rows) finish(cells []ingest.Value) *ingest.Fault {
	if r.cells != nil {
		if fault := r.cells.decodeRow(r.reader, cells); fault != nil {
			return fault
		}
	}
	header := r.produced == 0
	var fault *ingest.Fault
	switch types := r.types; {
	case header || len(types) == 0:
		fault = r.cleanRow(cells)
	default:
		fault = r.convertRow(cells, types)
	}
	if header && fault == nil && len(r.plan.settings.Types) > 0 {
		r.types = columnTypes(r.plan.settings, cells)
	}
	return fault
}

// cleanRow cleans the cells.
func (r *rows) cleanRow(cells []ingest.Value) *ingest.Fault {
	switch {
	case !r.cleans:
		return nil
	case r.strips:
		return r.stripRow(cells)
	}
	for i := range cells {
		cleaned, fault := r.clean(cells[i])
		if fault != nil {
			return fault
		}
		cells[i] = cleaned
	}
	return nil
}

// stripRow is cleanRow where cleaning is no more than to strip: most cells need
// no more than a look at their ends.
func (r *rows) stripRow(cells []ingest.Value) *ingest.Fault {
	for i := range cells {
		if asciiEnds(cells[i].Str) {
			continue
		}
		if fault := r.stripCell(&cells[i]); fault != nil {
			return fault
		}
	}
	return nil
}

func (r *rows) stripCell(v *ingest.Value) *ingest.Fault {
	if r.plan.strip.strip(v) {
		return nil
	}
	cleaned, fault := r.clean(*v)
	if fault == nil {
		*v = cleaned
	}
	return fault
}

// convertRow cleans and converts the cells, each before the next.
func (r *rows) convertRow(cells []ingest.Value, types [][]string) *ingest.Fault {
	for i := range cells {
		if fault := r.cleanRow(cells[i : i+1]); fault != nil {
			return fault
		}
		if i >= len(types) || len(types[i]) == 0 {
			continue
		}
		v, fault := r.convert(cells[i], types[i])
		if fault != nil {
			return fault
		}
		cells[i] = v
	}
	return nil
}

// A stripper does strip, lstrip and rstrip where no tables are needed.
type stripper struct{ left, right bool }

// stripperOf returns what the cleaning steps come to, both false if they do more
// than strip. Ends are stripped in any order.
func stripperOf(steps []ingest.Step) (s stripper) {
	for _, step := range steps {
		switch step {
		case "strip":
			s.left, s.right = true, true
		case "lstrip":
			s.left = true
		case "rstrip":
			s.right = true
		default:
			return stripper{}
		}
	}
	return s
}

// asciiEnds reports whether a string begins and ends with ASCII characters above the
// space.
func asciiEnds(s string) bool {
	const after = ' ' + 1
	return len(s) > 0 && s[0]-after < utf8.RuneSelf-after && s[len(s)-1]-after < utf8.RuneSelf-after
}

// plainFirst is true of bytes that begin no space of any version. The wide ones are
// C2 85, C2 A0, E1 9A 80, E1 A0 8E, E2 80 with 80 to 8A, A8, A9 or AF, E2 81 9F and E3 80 80
// (in a byte string of Python 2 no byte above ASCII is a space).
func plainFirst(c byte) bool {
	return c > ' ' && c < utf8.RuneSelf || c > 0xC2 && (c < 0xE1 || c > 0xE3)
}

// wideTails has the lowest six bits of the last bytes of the wide spaces.
const wideTails uint64 = 1<<0x0B - 1 | 1<<0x0E | 1<<0x1F | 1<<0x20 | 1<<0x28 | 1<<0x29 | 1<<0x2F

// plainLast is true of a string whose last character is known to be no space.
func plainLast(s string) bool {
	n, last := len(s), s[len(s)-1]
	switch {
	case last < utf8.RuneSelf:
		return last > ' '
	case wideTails>>(last&0x3F)&1 == 0:
		return true
	}
	return n >= 2 && s[n-2] > 0xC2 || n >= 3 && s[n-3] > 0xE3 || n >= 4 && s[n-4] > 0xE3
}

// strip takes the spaces from the ends of a string and reports whether that is
// all there is to do.
func (s stripper) strip(v *ingest.Value) bool {
	if v.Kind != ingest.KindBytes && v.Kind != ingest.KindText {
		return false
	}
	start, end, all := s.spaces(v.Str)
	if end-start < len(v.Str) {
		v.Str = v.Str[start:end]
	}
	return all
}

// spaces returns what is left of a string without the spaces at its ends, and whether
// that is all there is to do.
func (s stripper) spaces(str string) (start, end int, all bool) {
	end = len(str)
	if s.left {
		for start < end && str[start] == ' ' {
			start++
		}
	}
	if s.right {
		for start < end && str[end-1] == ' ' {
			end--
		}
	}
	rest := str[start:end]
	return start, end, rest == "" || asciiEnds(rest) || plainFirst(rest[0]) && plainLast(rest)
}

// nextDict produces a DictReader's row. Its keys are neither cleaned nor
// converted; its first row is data already.
func (r *rows) nextDict() (ingest.Value, *ingest.Fault, bool) {
	row, ok := r.dict.Next()
	if !ok {
		return ingest.None, r.readerFault(r.dict.Fault()), false
	}
	if r.cells != nil {
		var fault *ingest.Fault
		if row, fault = r.cells.decodeDict(row); fault != nil {
			return ingest.None, fault, false
		}
	}
	if len(r.plan.settings.Clean) == 0 && len(r.plan.settings.Types) == 0 {
		return row, nil, true
	}
	for i := 0; i+1 < len(row.Items); i += 2 {
		v, fault := r.clean(row.Items[i+1])
		if fault == nil {
			v, fault = r.convert(v, r.dictTypes(row.Items[i]))
		}
		if fault != nil {
			return ingest.None, fault, false
		}
		row.Items[i+1] = v
	}
	return row, nil, true
}

// readerFault keeps our own read error apart from Python's exceptions.
func (r *rows) readerFault(f *ingest.Fault) *ingest.Fault {
	if r.lines != nil && r.lines.Err() != nil {
		r.err = r.lines.Err()
		return nil
	}
	return f
}

// clean applies the cleaning steps to a cell; only strings have them.
func (r *rows) clean(v ingest.Value) (ingest.Value, *ingest.Fault) {
	if !r.cleans {
		return v, nil
	}
	switch v.Kind {
	case ingest.KindList:
		for i := range v.Items {
			item, fault := r.clean(v.Items[i])
			if fault != nil {
				return v, fault
			}
			v.Items[i] = item
		}
	case ingest.KindBytes, ingest.KindText:
		return r.plan.program.Apply(v)
	}
	return v, nil
}

// convert applies a column's types to a cell; only strings are converted.
func (r *rows) convert(v ingest.Value, types []string) (ingest.Value, *ingest.Fault) {
	for _, typ := range types {
		if v.Kind != ingest.KindBytes && v.Kind != ingest.KindText {
			return v, nil
		}
		converted, fault := r.plan.conversions[typ].Apply(v)
		if fault != nil {
			return v, fault
		}
		v = converted
	}
	return v, nil
}

// Fault returns what the path raised.
func (r *rows) Fault() (*ingest.Fault, error) { return r.fault, r.err }

// view is a string over bytes that the next row overwrites.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// raw is the bytes of a string that nobody writes to.
func raw(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
