package pycsv

import (
	"math/bits"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/feedparity/feedparity/ingest"
)

// quick is the faster twin of parseItem. It knows only what nearly all records
// are: fields that are quoted from end to end or not at all, newlines at the end
// of an item. A dialect or an item that is more than that it leaves to parseItem,
// which remains the specification; FuzzTwins compares the two.
type quick struct {
	on        bool // the dialect allows it
	delimiter byte
	quotechar byte
	quotes    bool // quotechar means something
	kind      ingest.Kind
	// last is the item whose bytes the fields of the row may share, "" if parseItem
	// read it: the text of the record's other items is in Reader.buf.
	last string
	high bool // parseMarked read the row and saw bytes that are not ASCII
	low  bool // it saw none

	delimiters, quotechars uint64 // the byte eight times over
	marked                 bool   // the sets are those of the item
	ofDelimiters, ofQuotes markSet
}

// A Liner is an iterator that knows its lines well enough to spare others a look.
type Liner interface {
	// QuickLine is Next and then Offset if the next item is an ordinary line: a native
	// string without NUL, with newline characters only as its end (LF or CRLF). If
	// it is not, or is not known to be, QuickLine answers false and has done nothing.
	QuickLine() (line string, offset int64, ok bool)
}

// quickLine takes the next item if it is known to be ordinary.
func (r *Reader) quickLine(first bool) (string, bool) {
	if r.liner == nil || r.trace.on {
		return "", false
	}
	s, offset, ok := r.liner.QuickLine()
	if !ok {
		return "", false
	}
	if first {
		r.rowOffset = offset
	}
	r.lineNum++
	return s, true
}

// newQuick decides what a dialect allows.
func newQuick(v *Version, d *Dialect) quick {
	ascii := func(c rune) bool { return c > 0 && c < utf8.RuneSelf && !isNewline(c) }
	q := quick{
		kind:   v.str("").Kind,
		quotes: d.quotechar != notSet && d.quoting != QuoteNone,
		on: d.escapechar == notSet && !d.skipinitialspace && ascii(d.delimiter) &&
			(d.quoting == QuoteMinimal || d.quoting == QuoteAll || d.quoting == QuoteNone),
	}
	if q.quotes {
		q.on = q.on && ascii(d.quotechar) && d.quotechar != d.delimiter
		q.quotechar = byte(d.quotechar)
	}
	q.delimiter = byte(d.delimiter)
	q.delimiters, q.quotechars = eightfold(q.delimiter), eightfold(q.quotechar)
	return q
}

// suits reports whether an item may be given to parseQuick in the current state.
func (r *Reader) suits(s string, ordinary bool) bool {
	if !r.quick.on || r.trace.on || r.state != startRecord && r.state != inQuotedField {
		return false
	}
	if int64(len(r.buf)-r.start+len(s)) > r.limit { // a field might be too large
		return false
	}
	if ordinary {
		return true
	}
	if r.v.NUL != "" && strings.IndexByte(s, 0) >= 0 {
		return false
	}
	body := s[:bodyLen(s)]
	return strings.IndexByte(body, '\r') < 0 && strings.IndexByte(body, '\n') < 0
}

// bodyLen is the length of an item without the newline at its end.
func bodyLen(s string) int {
	n := len(s)
	if n > 0 && s[n-1] == '\n' {
		n--
	}
	if n > 0 && s[n-1] == '\r' {
		n--
	}
	return n
}

// parseQuick does what parseItem does with an item that suits, or nothing at all
// and answers false. The fields share the item's memory, except for those with
// doubled quotes and those of records that go on in the next item.
func (r *Reader) parseQuick(s string) bool {
	q := &r.quick
	n, at := bodyLen(s), 0
	open := r.state == inQuotedField // s[at] is between quotes
	if !open && n == 0 {
		return true // an empty row
	}
	if q.marked = n >= markedMin && n < markedMax; q.marked {
		seen := mark(unsafe.StringData(s), n, q.delimiters, q.quotechars, &q.ofDelimiters[0], &q.ofQuotes[0])
		if !open && (seen&markedQuote == 0 || !q.quotes) {
			q.high = seen&markedHigh != 0
			q.low = !q.high
			r.parsePlain(s, n)
			return true
		}
	}
	fields, buffered, start := r.fields, len(r.buf), r.start
	for { // a field in each turn
		var field string
		if open || at < n && s[at] == q.quotechar && q.quotes {
			if !open {
				at++
			}
			if field, at = r.quotedField(s, at, n); at < 0 {
				if at == goesOn {
					r.spill(fields)
					return true
				}
				r.buf, r.start = r.buf[:buffered], start
				return false
			}
			open = false
		} else {
			end := q.nextDelimiter(s, at, n)
			field, at = s[at:end], end
		}
		fields = grown(fields)
		set(&fields[len(fields)-1], q.kind, field)
		if at >= n {
			break
		}
		at++ // the delimiter
	}
	r.fields, r.state, q.last = fields, startRecord, s
	return true
}

// parsePlain does what parseQuick does with a marked line without quotes.
func (r *Reader) parsePlain(s string, n int) {
	q := &r.quick
	fields, at := r.fields, 0
	for w := 0; w*64 < n; w++ {
		for m := q.ofDelimiters[w]; m != 0; m &= m - 1 {
			end := w*64 + bits.TrailingZeros64(m)
			fields = grown(fields)
			set(&fields[len(fields)-1], q.kind, s[at:end])
			at = end + 1
		}
	}
	fields = grown(fields)
	set(&fields[len(fields)-1], q.kind, s[at:n])
	r.fields, q.last = fields, s
}

// nextDelimiter and nextQuote return the first one in s[at:n], n if there is none.
func (q *quick) nextDelimiter(s string, at, n int) int {
	if q.marked {
		return q.ofDelimiters.next(at, n)
	}
	if i := strings.IndexByte(s[at:n], q.delimiter); i >= 0 {
		return at + i
	}
	return n
}

func (q *quick) nextQuote(s string, at, n int) int {
	if q.marked {
		return q.ofQuotes.next(at, n)
	}
	if i := strings.IndexByte(s[at:n], q.quotechar); i >= 0 {
		return at + i
	}
	return n
}

// set makes f a string. In place, because copying a value just made in pieces makes
// the processor wait, and with no pointer written that need not be.
func set(f *ingest.Value, kind ingest.Kind, s string) {
	f.Kind, f.Str = kind, s
	if f.Items != nil {
		f.Items = nil
	}
}

// grown is a row with one more field, which is to be set.
func grown(fields []ingest.Value) []ingest.Value {
	if len(fields) < cap(fields) {
		return fields[:len(fields)+1]
	}
	return append(fields, ingest.None)
}

// What quotedField may return for a place.
const (
	goesOn = -1 // the item ends between the quotes; what there is of the field is in buf
	tooOdd = -2 // text behind a closing quote
)

// quotedField returns the field whose text begins, or goes on, at s[at], and the
// place behind its closing quote: a delimiter or the end of the body, s[n].
func (r *Reader) quotedField(s string, at, n int) (field string, next int) {
	q := &r.quick
	for {
		end := q.nextQuote(s, at, n)
		if end == n { // no quote, nor is the newline behind n
			r.buf = append(r.buf, s[at:]...)
			return "", goesOn
		}
		switch next = end + 1; {
		case next >= n || s[next] == q.delimiter:
			if len(r.buf) == r.start {
				return s[at:end], next
			}
			r.buf = append(r.buf, s[at:end]...)
			field = view(r.buf[r.start:])
			r.start = len(r.buf)
			return field, next
		case s[next] == q.quotechar && r.d.doublequote:
			r.buf = append(r.buf, s[at:next]...)
			at = next + 1
		default:
			return "", tooOdd
		}
	}
}

// spill ends an item in the middle of a field: it copies the fields that share
// the item's memory, which the next item may overwrite.
func (r *Reader) spill(fields []ingest.Value) {
	part := r.buf[r.start:]
	for i := len(r.fields); i < len(fields); i++ {
		from := len(r.buf)
		r.buf = append(r.buf, fields[i].Str...)
		fields[i].Str = view(r.buf[from:])
	}
	if len(fields) > len(r.fields) {
		r.start = len(r.buf)
		r.buf = append(r.buf, part...)
	}
	r.fields, r.state = fields, inQuotedField
	r.counted, r.countedTo = 0, r.start
}

// view is a string over bytes that are not written again before the next
// parseReset: growing buf moves later fields elsewhere and leaves these where
// they are.
func view(p []byte) string { return unsafe.String(unsafe.SliceData(p), len(p)) }

// ASCII reports whether all fields of the last row are known to be ASCII. False
// says nothing.
func (r *Reader) ASCII() bool {
	q := &r.quick
	return q.low || !q.high && q.last != "" && ingest.IsASCII(q.last) && ingest.IsASCII(r.buf)
}
