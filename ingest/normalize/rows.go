package normalize

import (
	"fmt"
	"math"
	"slices"
)

// rows reads the records of a table and writes each as csv.writer does. It reads as
// csv.reader does as long as the quotes are well formed. A quote that is not never
// takes in what comes after its line: when it turns out to close nowhere, or amid a
// cell of another line, the first line is read by itself (reading.go) and the next
// line is looked at afresh; unless it has too few cells and one of them goes on there. Each look ahead ends at an odd number of quotes in a row,
// over which no other can reach, so the time stays in proportion to the input.
//
// A record that is too long to be held is one only if its quotes say so: where lines
// as wide as the table follow on a quote, it is a stray one. Otherwise nobody knows
// where the record ends: it is an error, or, under KeepGoing, written as it is.
type rows struct {
	o       *Options
	w       *writer
	next    stage
	tokens  []token
	arena   []byte // what the tokens' slices are of
	start   int    // of the record at hand
	pos     int    // of the next token for the machine
	machine machine
	crs     []piece
	joined  int     // lines taken in after a malformed one
	cost    float64 // of that one by itself
	literal bool    // the next character is escaped
	wrote   bool    // there is a record in the output
	through bool    // the record at hand is too long and written as it is
	cells   int     // of the record before, as it was written
}

// maxTokens and maxRecord bound what a record may hold in memory.
const (
	maxTokens = 1 << 18
	maxRecord = 4 << 20
)

// RecordError reports a record that is too long to be written anew.
type RecordError struct {
	Offset int64 // where it begins
}

// Error says where it is.
func (e *RecordError) Error() string {
	return fmt.Sprintf("read record at byte 0x%x: it has %s", e.Offset, tooLong)
}

const tooLong = "more than 4 MiB, or 262,144 parts"

// token is a piece, what it is by itself and what a reading makes of it.
type token struct {
	piece
	class class
	role  role
}

type class uint8

const (
	text    class = iota // characters of a cell
	gone                 // removed by a stage before
	blank                // one space
	delim                // the delimiter
	quote                // the quote character
	lineEnd              // CR, LF, CRLF or CRCRLF
)

type role uint8

const (
	drop      role = iota // no part of any cell
	content               // part of a cell
	doubled               // half of a doubled quote, which stands for one
	separator             // ends a cell
	recordEnd
)

func newRows(o *Options, w *writer, next stage) *rows {
	return &rows{o: o, w: w, next: next, cells: o.Columns}
}

func (r *rows) put(p piece) error {
	switch {
	case len(p.text) == 0:
		if err := r.lineEnds(); err != nil {
			return err
		}
		return r.add(p, gone)
	case r.literal:
		r.literal = false
		return r.add(p, text)
	case p.is('\r') && len(r.crs) < 2:
		r.crs = append(r.crs, p.clone())
		return nil
	case p.is('\n') && len(r.crs) > 0:
		whole := joined(append(r.crs, p))
		r.crs = r.crs[:0]
		return r.add(whole, lineEnd)
	case p.is('\r'):
		first := r.crs[0]
		r.crs = append(r.crs[:0], r.crs[1], p.clone())
		return r.add(first, lineEnd)
	}
	if err := r.lineEnds(); err != nil {
		return err
	}
	return r.add(r.classify(p))
}

// lineEnds adds the CRs that no LF followed.
func (r *rows) lineEnds() error {
	for _, p := range r.crs {
		if err := r.add(p, lineEnd); err != nil {
			return err
		}
	}
	r.crs = r.crs[:0]
	return nil
}

func (r *rows) classify(p piece) (piece, class) {
	switch c := p.char(); {
	case c == '\n':
		return p, lineEnd
	case c < 0:
		return p, text
	case c == r.o.Escapechar:
		r.literal = true
		return p, gone // put back by end, if nothing follows
	case c == r.o.Delimiter:
		return p, delim
	case c == r.o.Quotechar && !r.o.NoQuotes:
		return p, quote
	case c == ' ':
		return p, blank
	}
	return p, text
}

// add keeps a token until its record is complete.
func (r *rows) add(p piece, c class) error {
	if r.through {
		return r.passOn(p, c)
	}
	t := token{piece: p, class: c}
	t.src = r.keep(p.src)
	t.text = t.src
	if p.kind != "" || c == gone {
		t.text = r.keep(p.text)
	}
	r.tokens = append(r.tokens, t)
	full := len(r.tokens)-r.start > maxTokens || len(r.arena) > maxRecord
	if c == lineEnd || full {
		return r.advance(false, full)
	}
	return nil
}

func (r *rows) keep(b []byte) []byte {
	at := len(r.arena)
	r.arena = append(r.arena, b...)
	return slices.Clip(r.arena[at:])
}

// advance reads the tokens that the machine has not seen and emits each record that
// is complete; at the end of the input, or when there is no more room, also what is
// not.
func (r *rows) advance(final, full bool) error {
	for {
		for r.pos < len(r.tokens) {
			r.machine.step(r.tokens[r.pos].class, r.o.SkipInitialSpace)
			r.pos++
			var err error
			switch m := &r.machine; {
			case m.done && r.goesOn(m):
				r.joined++
				*m = machine{state: inField, malformed: true}
			case m.done && r.joined > 0 && !r.complete():
				err = r.firstLine()
			case m.done:
				err = r.emit(r.pos)
			case m.malformed && m.lines > 0:
				err = r.firstLine()
			}
			if err != nil {
				return err
			}
		}
		switch {
		case r.start == len(r.tokens):
			r.tokens, r.arena, r.start, r.pos = r.tokens[:0], r.arena[:0], 0, 0
			return nil
		case !final && !full:
			r.compact()
			return nil
		case r.joined > 0, r.machine.lines > 0 && r.machine.state == inQuoted && (final || r.stray()):
			full = false
			if err := r.firstLine(); err != nil {
				return err
			}
		case !final:
			return r.long()
		default:
			if err := r.emit(len(r.tokens)); err != nil {
				return err
			}
		}
	}
}

// stray reports that nearly all lines inside the quotes that are open have as many cells
// as the table.
func (r *rows) stray() bool {
	lines, wide, delims := 0, 0, 0
	for _, t := range r.tokens[r.start+r.lineLength():] {
		switch t.class {
		case delim:
			delims++
		case lineEnd:
			if lines++; delims+1 == r.o.Columns {
				wide++
			}
			delims = 0
		}
	}
	return r.o.Columns > 1 && wide*10 >= lines*9
}

// long deals with a record that is too long.
func (r *rows) long() error {
	ts := r.tokens[r.start:]
	if !r.o.KeepGoing {
		return &RecordError{ts[0].offset}
	}
	if err := r.w.noted(LongRecord, piece{offset: ts[0].offset, src: head(ts)}, "it has "+tooLong+", and is written as it is"); err != nil {
		return err
	}
	r.through, r.wrote = true, true
	for _, t := range ts {
		if err := r.putOn(t.piece, t.class); err != nil {
			return err
		}
	}
	r.tokens, r.arena, r.start, r.pos = r.tokens[:0], r.arena[:0], 0, 0
	return nil
}

// passOn hands on more of a record that is too long, to its end.
func (r *rows) passOn(p piece, c class) error {
	if r.machine.step(c, r.o.SkipInitialSpace); !r.machine.done {
		return r.putOn(p, c)
	}
	r.machine, r.through = machine{}, false
	return r.next.put(p.changed(Newline, []byte{'\n'}))
}

// putOn hands on a piece inside a record.
func (r *rows) putOn(p piece, c class) error {
	if c == lineEnd {
		if err := r.w.noted(QuotedNewline, p, "kept"); err != nil {
			return err
		}
	}
	return r.next.put(p)
}

// maxJoined bounds the lines that are taken in.
const maxJoined = 8

// goesOn reports that the tokens up to the machine's may be only the beginning of a
// malformed record: they have too few delimiters, or two things are wrong with them.
// What follows may then be the rest of a cell with a line break in it.
func (r *rows) goesOn(m *machine) bool {
	if !m.malformed || m.lines > 0 || r.o.Columns < 2 || r.joined == maxJoined {
		return false
	}
	n, cost, ok := r.atLeastCost(r.tokens[r.start:r.pos])
	if r.joined > 0 {
		return !r.better(n, cost, ok)
	}
	short := ok && n < r.o.Columns
	if r.cost = cost; short {
		r.cost = math.Inf(1)
	}
	return short || ok && cost >= costMissing+costLiteral
}

// complete reports that lines taken in make a record, and a better one than the first
// line does by itself.
func (r *rows) complete() bool { return r.better(r.atLeastCost(r.tokens[r.start:r.pos])) }

func (r *rows) better(cells int, cost float64, ok bool) bool {
	return ok && cells == r.o.Columns && cost < r.cost
}

// lineLength is how many tokens the first line has, up to the machine's.
func (r *rows) lineLength() int {
	return 1 + slices.IndexFunc(r.tokens[r.start:r.pos], func(t token) bool { return t.class == lineEnd })
}

// compact frees what emitted records held, if that is most of it.
func (r *rows) compact() {
	if r.start <= len(r.tokens)/2 {
		return
	}
	rest := append([]token(nil), r.tokens[r.start:]...)
	r.arena = nil
	for i, t := range rest {
		rest[i].src = r.keep(t.src)
		rest[i].text = rest[i].src
		if t.kind != "" || t.class == gone {
			rest[i].text = r.keep(t.text)
		}
	}
	r.tokens, r.start, r.pos = rest, 0, r.pos-r.start
}

// firstLine reads the first line of what no record can be made of.
func (r *rows) firstLine() error {
	r.machine = machine{malformed: true}
	return r.emit(r.start + r.lineLength())
}

// emit writes the record that ends before a token and goes on there.
func (r *rows) emit(to int) error {
	ts := r.tokens[r.start:to]
	m := r.machine
	r.machine, r.start, r.pos, r.joined = machine{}, to, to, 0
	if !slices.ContainsFunc(ts, func(t token) bool { return t.class != gone && t.class != lineEnd }) {
		return r.blankLine(ts)
	}
	rd := r.read(ts, m)
	if r.o.Columns > 0 && rd.cells != r.o.Columns {
		why := fmt.Sprintf("%d cells, the table has %d columns", rd.cells, r.o.Columns)
		if err := r.w.noted(Ragged, piece{offset: ts[0].offset, src: head(ts)}, why); err != nil {
			return err
		}
	}
	r.cells = rd.cells
	return r.write(ts, rd)
}

func (r *rows) end() error {
	if err := r.lineEnds(); err != nil {
		return err
	}
	if r.literal { // nothing follows the escape character: it is a character
		for i := len(r.tokens) - 1; i >= 0; i-- {
			if t := &r.tokens[i]; t.class == gone && len(t.text) > 0 {
				t.class = text
				break
			}
		}
	}
	if err := r.advance(true, false); err != nil {
		return err
	}
	return r.next.end()
}
