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
}

// A Liner is an iterator that knows its lines well enough to spare others a look.
type Liner interface {
	// QuickLine is Next and then Offset if the next item is an ordinary line: a native
	// string without NUL, with newline characters only as its end (LF or CRLF). If
	// it is not, or is not known to be, QuickLine answers false and has done nothing.
	// It leaves all items as they are, as its line then is, until Next is called.
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
// between two. It goes from quote to quote: m holds those of word w of the set that
// are yet to come.
func (r *Reader) parseQuotes(s string, n int, open bool) bool {
	q := &r.quick
	quotes := q.ofQuotes[:n/64+1]
	w, m := 0, quotes[0]
	fields, buffered, start := r.fields, len(r.buf), r.start
	for at := 0; ; at++ { // a field in each turn
		var field string
		if open || at < n && s[at] == q.quotechar {
			if !open {
				for m == 0 {
					w++
					m = quotes[w]
				}
				at, m = at+1, m&(m-1)
			}
			for open = true; open; {
				for m == 0 {
					if w++; w == len(quotes) {
						r.goOn(fields, s[at:])
						return true
					}
					m = quotes[w]
				}
				end := w*64 + bits.TrailingZeros64(m)
				m &= m - 1
				switch next := end + 1; {
				case next >= n || s[next] == q.delimiter:
					field, at, open = r.quotedField(s[at:end]), next, false
				case s[next] == q.quotechar && r.d.doublequote:
					r.buf = append(r.buf, s[at:next]...)
					at = next + 1
					for m == 0 {
						w++
						m = quotes[w]
					}
					m &= m - 1
				default: // text behind a closing quote
					r.buf, r.start = r.buf[:buffered], start
					return false
				}
			}
		} else {
			end := q.ofDelimiters.next(at, n)
			field, at = s[at:end], end
			w = end / 64
			m = quotes[w] &^ (1<<(end%64) - 1)
		}
		fields = grown(fields)
		set(&fields[len(fields)-1], q.kind, field)
		if at >= n {
			r.fields, r.state = fields, startRecord
			return true
		}
	}
}

// quotedField returns a field of which s is the end and what is in buf the
// beginning.
func (r *Reader) quotedField(s string) string {
	if len(r.buf) == r.start {
		return s
	}
	r.buf = append(r.buf, s...)
	field := view(r.buf[r.start:])
	r.start = len(r.buf)
	return field
}

// goOn ends an item in the middle of a field.
func (r *Reader) goOn(fields []ingest.Value, part string) {
	r.buf = append(r.buf, part...)
	r.fields, r.state = fields, inQuotedField
	r.counted, r.countedTo = 0, r.start
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

// grown is a row with one more field, which is to be set.
func grown(fields []ingest.Value) []ingest.Value {
	if len(fields) < cap(fields) {
		return fields[:len(fields)+1]
	}
	return append(fields, ingest.None)
}

// view is a string over bytes that are not written again before the next
// parseReset: growing buf moves later fields elsewhere and leaves these where
// they are.
func view(p []byte) string { return unsafe.String(unsafe.SliceData(p), len(p)) }

// ASCII reports whether all fields of the last row are known to be ASCII. False
// says nothing.
func (r *Reader) ASCII() bool { return !r.quick.high && !r.quick.machine }
