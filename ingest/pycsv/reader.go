// Package pycsv is CPython's csv module, version by version: csv.reader with its
// dialects and errors, csv.DictReader, csv.Sniffer and the order of Python 2.7's
// dicts.
//
// # Advice for hackers
//
// The reader is an executable specification of Modules/_csv.c. The functions
// keep its names (parseReset, parseSaveField, parseAddChar, parseProcessChar,
// the states) and its order of tests, because the order decides what happens when a
// dialect uses one character for two purposes. What differs between versions is
// data on Version; if you find yourself writing "if 3.12", add a field there.
// Things that are easy to get wrong, all of them covered by the table of tests:
//
//   - A record ends where an item of the input ends, never at a newline: an item may
//     hold any text, and after its last character the parser is fed an end of item.
//   - That end of item, after an escapechar, adds a newline and keeps the record
//     open. A real newline after an escapechar does so in 3.x only.
//   - In AFTER_ESCAPED_CRNL an ordinary character does not change the state.
//   - escapechar is tested before quotechar inside quotes, after it at a field's start.
//   - After an error the next call begins afresh with the next item.
//
// Speed: parseItem and parseProcessChar (machine.go) are the specification and stay
// readable. parseQuick (quick.go) is a twin that knows only ordinary records and
// leaves everything else to them, from the item's start; whatever is taught to one
// must be judged on both (TestTwins, FuzzTwins). Batch (batch.go, pack.go) does the same
// for as many ordinary records as are at hand at once, and is judged there as well. In the machine itself plainRun
// takes ordinary characters in one go. It must stop at every byte that could begin a
// character parseProcessChar treats specially, in the states it is used in, and
// nowhere need it be right about more than that.
package pycsv

import (
	"unsafe"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycell"
)

// Lines is the iterator csv.reader is given: package pytext makes them.
type Lines interface {
	// Next returns the next item, false at the end or when the iterator raised.
	// The item's Str is used only until the following call.
	Next() (ingest.Value, bool)
	// Fault returns what the iterator raised, nil if it ended normally.
	Fault() *ingest.Fault
	// Offset returns the byte in the input at which the last item begins, -1 if
	// that cannot be told.
	Offset() int64
}

// Reader is csv.reader.
type Reader struct {
	v     *Version
	d     *Dialect
	limit int64
	lines Lines

	fault     *ingest.Fault
	lineNum   int
	single    bool // Next has been called
	rowOffset int64

	state         state
	fields        []ingest.Value
	buf           []byte // the characters of all fields of this record, one after the other
	start         int    // where the current field begins in buf
	numericField  bool
	unquotedField bool
	counted       int64 // characters of the current field up to countedTo, see fieldLen
	countedTo     int

	trace tracer
	quick quick
	liner Liner // lines, if it is one
}

// NewReader returns csv.reader(lines, dialect) of a version under
// csv.field_size_limit(limit).
func NewReader(v *Version, d *Dialect, limit int64, lines Lines) *Reader {
	r := &Reader{v: v, d: d, limit: limit, lines: lines, fields: make([]ingest.Value, 0, 8), quick: newQuick(v, d)}
	r.liner, _ = lines.(Liner)
	r.quick.packer.limit = limit
	return r
}

// mostKept bounds the memory that waits for another input.
const mostKept = 1 << 18

// Restart makes r what NewReader returned, for lines that have been made to begin
// again. No row may be used after it.
func (r *Reader) Restart() {
	if r.single {
		clear(r.fields[:cap(r.fields)]) // they hold on to the last input's memory
	}
	r.fields, r.single = r.fields[:0], false
	if cap(r.buf) > mostKept {
		r.buf = nil
	}
	if len(r.quick.ofQuotes) > mostKept/64 {
		r.quick.ofDelimiters, r.quick.ofQuotes = nil, nil
	}
	r.fault, r.lineNum, r.rowOffset = nil, 0, 0
	r.quick.attempts = attempts{size: mostAtOnce}
}

// Next returns the next row: Bytes in 2.7, Text in 3.x, under QUOTE_NONNUMERIC
// also Float, in 3.13 under QUOTE_STRINGS and QUOTE_NOTNULL also None. It returns
// false at the end of the input and where csv.reader raises; after a fault it may
// be called again, and goes on with the following item as CPython does. The row
// and the strings in it may be overwritten by the following call.
//
// It is Reader_iternext.
func (r *Reader) Next() ([]ingest.Value, bool) {
	r.single = true
	r.parseReset()
	for first := true; ; first = false {
		s, ordinary := r.quickLine(first)
		if !ordinary {
			if !first {
				r.keep()
			}
			item, ok := r.lines.Next()
			if !ok {
				return r.endOfInput()
			}
			if first || r.trace.on {
				r.beginItem(first)
			}
			if s, ok = r.itemText(item); !ok {
				return nil, false
			}
		}
		if !r.suits(s, ordinary) || !r.parseQuick(s) {
			r.quick.machine = true
			if !r.parseItem(s) {
				return nil, false
			}
		}
		if r.state == startRecord {
			return r.fields, true
		}
	}
}

// Fault returns what the last Next raised, nil if it returned a row or
// StopIteration.
func (r *Reader) Fault() *ingest.Fault { return r.fault }

// LineNum returns reader.line_num: the number of items read, not of rows.
func (r *Reader) LineNum() int { return r.lineNum }

// RowOffset returns where in the input the last record begins: the Lines' Offset
// of its first item.
func (r *Reader) RowOffset() int64 { return r.rowOffset }

// fail notes a fault and returns false, the answer of every function here that
// was stopped by one.
func (r *Reader) fail(class, format string, args ...any) bool {
	r.fault = ingest.Faultf(class, format, args...)
	return false
}

func (r *Reader) beginItem(first bool) {
	offset := r.lines.Offset()
	if first {
		r.rowOffset = offset
	}
	r.trace.item(offset, first)
}

// endOfInput ends a record that the input leaves open. Fields saved before it are
// lost unless the field it stopped in has characters or an open quote.
func (r *Reader) endOfInput() ([]ingest.Value, bool) {
	if r.fault = r.lines.Fault(); r.fault != nil {
		return nil, false
	}
	if len(r.buf) == r.start && r.state != inQuotedField {
		return nil, false
	}
	if r.d.strict {
		return nil, r.fail("csv.Error", "unexpected end of data")
	}
	if !r.parseSaveField() {
		return nil, false
	}
	return r.fields, true
}

func (r *Reader) parseReset() {
	r.fault = nil
	r.fields = r.fields[:0]
	r.buf = r.buf[:0]
	r.start, r.counted, r.countedTo = 0, 0, 0
	r.state = startRecord
	r.numericField, r.unquotedField = false, false
	r.quick.kept, r.quick.high, r.quick.machine = 0, false, false
	r.trace.reset()
}

// parseSaveField ends the current field and adds it to the row.
func (r *Reader) parseSaveField() bool {
	field := r.buf[r.start:]
	r.start, r.counted, r.countedTo = len(r.buf), 0, len(r.buf)
	if r.trace.on {
		r.trace.save()
	}
	q := r.d.quoting
	numeric := r.numericField
	if r.v.UnquotedField {
		if r.unquotedField && len(field) == 0 && (q == QuoteStrings || q == QuoteNotNull) {
			r.fields = append(r.fields, ingest.None)
			return true
		}
		numeric = r.unquotedField && len(field) > 0 && (q == QuoteNonnumeric || q == QuoteStrings)
	}
	r.numericField = false
	value := ingest.Value{Kind: ingest.KindBytes, Str: view(field)}
	if r.v.Text {
		value.Kind = ingest.KindText
	}
	if numeric {
		repr, fault := pycell.ParseFloat(r.v.Python, value)
		if fault != nil {
			r.fault = fault
			return false
		}
		value = ingest.Float(repr)
	}
	r.fields = append(r.fields, value)
	return true
}

// parseAddChar adds characters to the current field: one, or a run of ordinary
// ones. A run that passes the limit fails as its first character beyond it would,
// since nothing of the record survives a fault.
func (r *Reader) parseAddChar(s string) bool {
	if int64(len(r.buf)-r.start+len(s)) > r.limit && r.fieldLen()+r.v.length(s) > r.limit {
		return r.fail("csv.Error", "field larger than field limit (%d)", r.limit)
	}
	r.buf = append(r.buf, s...)
	return true
}

// fieldLen returns the characters of the current field. It is asked only once the
// field has more bytes than the limit, and then counts each byte once.
func (r *Reader) fieldLen() int64 {
	r.counted += r.v.length(unsafe.String(unsafe.SliceData(r.buf[r.countedTo:]), len(r.buf)-r.countedTo))
	r.countedTo = len(r.buf)
	return r.counted
}

// length is len(s) in this version.
func (v *Version) length(s string) int64 {
	if v.Text {
		return int64(ingest.RuneCount(s))
	}
	return int64(len(s))
}
