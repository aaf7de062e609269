package pycsv

import (
	"math/bits"
	"slices"
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

	delimiters, quotechars uint64  // the byte eight times over
	ofDelimiters, ofQuotes markSet // those of the item

	// kept is how many fields of the row are known to be in Reader.buf. Others may share
	// the memory of items, which is the reader's until it asks for one by Next.
	kept int
	// high says that an item of the row has bytes that are not ASCII, machine that
	// parseItem read one, of which that is not known.
	high, machine bool

	attempts attempts      // of Batch
	ends     []ingest.Ends // what it found in the lines
	marks    []marks
	short    [leastMarked]byte // lines that are fewer bytes
	packer   packer
}

// A Liner is an iterator that knows its lines well enough to spare others a look.
type Liner interface {
	// QuickLine is Next and then Offset if the next item is an ordinary line: a native
	// string without NUL, with newline characters only as its end (LF or CRLF). If
	// it is not, or is not known to be, QuickLine answers false and has done nothing.
	// It leaves all items as they are, as its line then is, until Next is called.
	QuickLine() (line string, offset int64, ok bool)
	// QuickLines is all that QuickLine would return, one line after the other, up to
	// about max bytes of them, the offset of the first and what tells how much of the
	// input made a part of the text, nil if unknown. A last line that has no end is among
	// them, with an LF that the input lacks: outside quotes it ends a record as the end of
	// the input does. It takes none; items before it are not left as they are.
	QuickLines(max int) (text string, offset int64, width func([]byte) int64)
	// Took goes on behind the first n bytes, which end with a line, of what QuickLines
	// returned last.
	Took(n int)
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
		q.packer.quotechar = q.quotechar
	}
	q.delimiter = byte(d.delimiter)
	q.attempts.size = mostAtOnce
	q.packer.doublequote = d.doublequote
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
// doubled quotes and those that go on in the next item.
func (r *Reader) parseQuick(s string) bool {
	q := &r.quick
	n := bodyLen(s)
	open := r.state == inQuotedField // s[0] is between quotes
	if !open && n == 0 {
		return true // an empty row
	}
	seen := q.mark(s, n)
	if open || seen&markedQuote != 0 && q.quotes {
		if !r.parseQuotes(s, n, open) {
			return false
		}
	} else {
		r.parsePlain(s, n)
	}
	if seen&markedHigh != 0 {
		q.high = true
	}
	return true
}

// parsePlain does what parseQuick does with a line without quotes.
func (r *Reader) parsePlain(s string, n int) {
	q := &r.quick
	room, count := r.fields[:cap(r.fields)], len(r.fields)
	kind, at := q.kind, 0
	for w, m := range q.ofDelimiters[:n/64+1] {
		for ; m != 0; m &= m - 1 {
			end := w*64 + bits.TrailingZeros64(m)
			if count >= len(room) {
				room = more(room)
			}
			set(&room[count], kind, s[at:end])
			count, at = count+1, end+1
		}
	}
	if count >= len(room) {
		room = more(room)
	}
	set(&room[count], kind, s[at:n])
	r.fields = room[:count+1]
}

// more is a row with room for more fields.
//
//go:noinline
func more(room []ingest.Value) []ingest.Value {
	room = slices.Grow(room, 8)
	clear(room[len(room):cap(room)])
	return room[:cap(room)]
}

// parseQuotes does what parseQuick does with a line that has quotes, or begins
// between two.
func (r *Reader) parseQuotes(s string, n int, open bool) bool {
	q := &r.quick
	quotes, delimiter, quotechar := q.ofQuotes, q.delimiter, q.quotechar
	room, count := r.fields[:cap(r.fields)], len(r.fields)
	buffered, start := len(r.buf), r.start
	at := 0
	for { // a field in each turn
		if count >= len(room) {
			room = more(room)
		}
		f := &room[count]
		if !open && at < n && s[at] == quotechar {
			// Nearly always the next quote ends the field.
			at++
			end := quotes.next(at, n)
			if next := end + 1; next == n || next < n && s[next] == delimiter {
				set(f, q.kind, s[at:end])
				at = next
			} else {
				open = true
			}
		} else if !open {
			end := q.ofDelimiters.next(at, n)
			set(f, q.kind, s[at:end])
			at = end
		}
		if open {
			var field string
			if field, at = r.quotedField(s, at, n); at < 0 {
				if at == goesOn {
					r.fields, r.state = room[:count], inQuotedField
					return true
				}
				r.buf, r.start = r.buf[:buffered], start
				return false
			}
			set(f, q.kind, field)
			open = false
		}
		count++
		if at >= n {
			break
		}
		at++ // the delimiter
	}
	r.fields, r.state = room[:count], startRecord
	return true
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
		end := q.ofQuotes.next(at, n)
		if end == n { // no quote, nor is the newline behind n
			r.buf = append(r.buf, s[at:]...)
			r.counted, r.countedTo = 0, r.start
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

// keep copies the fields that share the memory of items, which the next item may
// overwrite.
func (r *Reader) keep() {
	part := r.buf[r.start:]
	for i := r.quick.kept; i < len(r.fields); i++ {
		from := len(r.buf)
		r.buf = append(r.buf, r.fields[i].Str...)
		r.fields[i].Str = view(r.buf[from:])
	}
	if r.quick.kept < len(r.fields) {
		r.quick.kept, r.start = len(r.fields), len(r.buf)
		r.buf = append(r.buf, part...)
		r.counted, r.countedTo = 0, r.start
	}
}

// set makes f a string. In place, because copying a value just made in pieces makes
// the processor wait, and with no pointer written that need not be.
func set(f *ingest.Value, kind ingest.Kind, s string) {
	f.Kind, f.Str = kind, s
	if f.Items != nil {
		f.Items = nil
	}
}

// view is a string over bytes that are not written again before the next
// parseReset: growing buf moves later fields elsewhere and leaves these where
// they are.
func view(p []byte) string { return unsafe.String(unsafe.SliceData(p), len(p)) }

// ASCII reports whether all fields of the last row are known to be ASCII. False
// says nothing.
func (r *Reader) ASCII() bool { return !r.quick.high && !r.quick.machine }
