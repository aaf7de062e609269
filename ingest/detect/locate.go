package detect

import (
	"cmp"
	"slices"
	"strings"
)

// locate fills in Mixed and Cells: it goes through the input once more to count
// records and columns, if there is anything to locate.
func (r *Result) locate(src source, explain bool) error {
	if explain && (r.ranking == nil || r.unmarked != "") {
		if err := r.prove(src); err != nil {
			return err
		}
	}
	if r.Torn.Count > 0 {
		return r.locateTorn(src)
	}
	if r.ranking == nil || !explain && len(r.mixedWith) == 0 {
		return nil
	}
	l := newLocator(r.Dialect)
	if explain && r.second != nil {
		l.cells, r.Against = r.ranking.deciding(r.first, r.second), r.second.name
	}
	if len(r.mixedWith) > 0 {
		l.mix(r)
	}
	if err := src.each(l.add); err != nil {
		return err
	}
	l.finish()
	if r.Mixed, r.MoreMixed = l.ranges, l.full; len(r.Mixed) > 0 {
		r.Why += "; " + partsIn(r)
	}
	return r.fill(src, l.cells)
}

func newLocator(d Dialect) *locator {
	q := quotes{delimiter: d.Delimiter, quote: d.Quotechar, escape: d.Escapechar, skip: d.SkipInitialSpace}
	l := &locator{quotes: q, end: '\n', row: 1, ranger: ranger{column: 1}}
	if d.LineEnding == "cr" {
		l.end = '\r'
	}
	return l
}

// mix prepares to tell which charset each record is in. The mark in front is none's.
func (l *locator) mix(r *Result) {
	l.judge = r.ranking.judgeOf(r.first.candidate, r.mixedWith)
	l.names = []string{cmp.Or(r.unmarked, r.Charset)}
	l.divides = r.first.table != nil
	for i, c := range r.mixedWith {
		if l.names = append(l.names, c.name); c.name == "utf-8" {
			l.utf8 = i + 1
		}
		l.divides = l.divides && c.multi == nil
	}
	if r.unmarked != "" {
		l.marked = len(utf8Mark)
		l.start, l.field = int64(l.marked), int64(l.marked)
		l.ranges = append(l.ranges, Range{Charset: "utf-8", End: l.start, FirstRow: 1, LastRow: 1})
	}
}

// partsIn words that not all of an input is in its charset.
func partsIn(r *Result) string {
	what, in := "records", []string{}
	for _, m := range r.Mixed {
		if m.FirstColumn > 0 {
			what = "cells"
		}
		if m.Charset != r.Charset && !slices.Contains(in, m.Charset) && (r.unmarked == "" || m.Charset != "utf-8") {
			in = append(in, m.Charset)
		}
	}
	return "some " + what + " are in " + strings.Join(in, " or ")
}

// locator counts the records and columns of an input as it passes by.
type locator struct {
	quotes
	end         byte // of a record
	offset      int64
	row         int64
	field       int64 // where the field begins, quote and all
	cells       []located
	next, ended int // of cells: to come, and to end

	ranger            // its judge is nil if the input is in one charset
	run     []byte    // the span at hand
	longer  int64     // by which it is longer than a span
	check   utf8Check // of all of it, once it is
	prev    byte
	marked  int  // bytes of a mark in front
	divides bool // the delimiter ends spans though it may be part of a character in charsets that the input is not in
}

func (l *locator) add(p []byte) {
	for _, c := range p {
		for l.next < len(l.cells) && l.cells[l.next].Offset <= l.offset {
			l.cells[l.next].Row, l.cells[l.next].Column, l.cells[l.next].from = l.row, l.column, l.field
			l.next++
		}
		if l.judge != nil {
			l.follow(c)
		}
		l.step(c)
		l.offset++
	}
}

func (l *locator) step(c byte) {
	if l.state = l.after(c); l.state != cellStart {
		return
	}
	switch c {
	case l.delimiter:
		l.endField()
		l.column++
	case l.end:
		l.endField()
		if l.judge != nil {
			l.endRecord(l.offset+1, l.row)
		}
		l.row++
		l.column = 1
	case ' ': // skipped
		l.field = l.offset + 1
	}
}

// endField notes where the cells end that are in the field that ends here.
func (l *locator) endField() {
	for ; l.ended < l.next; l.ended++ {
		l.cells[l.ended].to = l.offset
	}
	l.field = l.offset + 1
}

// follow follows the spans and asks which charset each is in.
func (l *locator) follow(c byte) {
	switch {
	case l.offset < int64(l.marked):
	case delimits(c) || l.divides && c == l.delimiter:
		l.endSpan(c)
	case len(l.run) < spanBytes:
		l.run = append(l.run, c)
	default:
		if l.longer == 0 {
			l.check = utf8Check{}
			l.check.add(l.run, 0, false)
		}
		l.check.add([]byte{c}, 0, false)
		l.longer++
	}
}

func (l *locator) endSpan(c byte) {
	if nextHigh(l.run) >= 0 {
		l.span(&span{raw: l.run, prev: l.prev, next: c, n: 1, cut: l.longer > 0, broken: l.longer > 0 && !l.check.whole(), offset: l.offset - int64(len(l.run)) - l.longer}, l.field, l.offset)
	}
	l.run, l.prev, l.longer = l.run[:0], c, 0
}

// finish ends the last record. One range alone is no mixture.
func (l *locator) finish() {
	if l.judge != nil {
		l.endSpan(0)
	}
	l.endField()
	if l.judge == nil {
		return
	}
	if l.start < l.offset {
		l.endRecord(l.offset, l.row)
	}
	if len(l.ranges) < 2 {
		l.ranges = nil
	}
}
