package detect

import (
	"fmt"
)

// locate fills in Mixed and Cells: it goes through the input once more to count
// records and columns, if there is anything to locate.
func (r *Result) locate(src source, explain bool) error {
	if r.ranking == nil && explain {
		return r.prove(src)
	}
	if r.ranking == nil || !explain && r.mixedWith == nil {
		return nil
	}
	l := newLocator(r.Dialect)
	if explain && r.second != nil {
		l.cells, r.Against = r.ranking.deciding(r.first, r.second), r.second.name
	}
	if r.mixedWith != nil {
		l.judge = r.ranking.judgeOf(r.first.candidate, r.mixedWith)
		l.names = [2]string{r.Charset, r.mixedWith.name}
	}
	if err := src.each(l.add); err != nil {
		return err
	}
	l.finish()
	if r.Mixed, r.MoreMixed = l.ranges, l.full; len(r.Mixed) > 0 {
		r.Why += fmt.Sprintf("; but some records are in %s", r.mixedWith.name)
	}
	return r.fill(src, l.cells)
}

func newLocator(d Dialect) *locator {
	l := &locator{delimiter: d.Delimiter, quote: d.Quotechar, escape: d.Escapechar, skip: d.SkipInitialSpace, end: '\n', row: 1, column: 1}
	if d.LineEnding == "cr" {
		l.end = '\r'
	}
	return l
}

// locator counts the records and columns of an input as it passes by.
type locator struct {
	delimiter, quote, escape byte // 0 for no escape character
	end                      byte // of a record
	offset                   int64
	row, column              int64
	field                    int64 // where the field begins, quote and all
	skip                     bool  // blanks before it
	quoted, begun, escaped   bool  // inside quotes; inside a field; behind an escape character
	cells                    []located
	next, ended              int // of cells: to come, and to end

	judge  func(*span) int // which charset a span is in, -1 for either
	names  [2]string
	start  int64 // of the record
	votes  [2]int
	run    []byte // the span at hand
	prev   byte
	ranges []Range
	full   bool // there were more of them
}

func (l *locator) add(p []byte) {
	for _, c := range p {
		for l.next < len(l.cells) && l.cells[l.next].Offset <= l.offset {
			l.cells[l.next].Row, l.cells[l.next].Column, l.cells[l.next].from = l.row, l.column, l.field
			l.next++
		}
		if l.judge != nil {
			l.vote(c)
		}
		l.step(c)
		l.offset++
	}
}

func (l *locator) step(c byte) {
	switch {
	case l.escaped:
		l.escaped = false
	case l.escape != 0 && c == l.escape:
		l.escaped, l.begun = true, true
	case c == l.quote && (l.quoted || !l.begun):
		l.quoted, l.begun = !l.quoted, true
	case l.quoted:
	case c == l.delimiter:
		l.endField()
		l.column++
	case c == l.end:
		l.endField()
		l.endRecord(l.offset + 1)
		l.row++
		l.column = 1
	case l.skip && !l.begun && c == ' ':
		l.field = l.offset + 1
	default:
		l.begun = true
	}
}

// endField notes where the cells end that are in the field that ends here.
func (l *locator) endField() {
	for ; l.ended < l.next; l.ended++ {
		l.cells[l.ended].to = l.offset
	}
	l.begun, l.field = false, l.offset+1
}

// vote follows the spans and asks which charset each is in.
func (l *locator) vote(c byte) {
	if !delimits(c) {
		if len(l.run) < spanBytes {
			l.run = append(l.run, c)
		}
		return
	}
	l.endSpan(c)
}

func (l *locator) endSpan(c byte) {
	if nextHigh(l.run) >= 0 {
		if i := l.judge(&span{raw: l.run, prev: l.prev, next: c, n: 1, cut: len(l.run) == spanBytes}); i >= 0 {
			l.votes[i]++
		}
	}
	l.run, l.prev = l.run[:0], c
}

func (l *locator) endRecord(end int64) {
	if l.judge == nil {
		return
	}
	which := -1
	if l.votes != [2]int{} {
		which = 0
		if l.votes[1] > l.votes[0] {
			which = 1
		}
	}
	n := len(l.ranges)
	switch {
	case l.full:
	case n > 0 && (which < 0 || l.ranges[n-1].Charset == l.names[which]):
		l.ranges[n-1].End, l.ranges[n-1].LastRow = end, l.row
	case which >= 0 && n == maxRanges:
		l.full = true
	case which >= 0:
		l.ranges = append(l.ranges, Range{Charset: l.names[which], Start: l.start, End: end, FirstRow: l.row, LastRow: l.row})
	}
	l.start, l.votes = end, [2]int{}
}

// finish ends the last record. One range alone is no mixture.
func (l *locator) finish() {
	l.endField()
	if l.judge == nil {
		return
	}
	l.endSpan(0)
	if l.start < l.offset {
		l.endRecord(l.offset)
	}
	if len(l.ranges) < 2 {
		l.ranges = nil
	}
}

// judgeOf returns what tells which of two charsets a span is in: 0, 1, or -1 where
// both say much the same.
func (k *ranking) judgeOf(a, b *candidate) func(*span) int {
	x, y := a.impartial(), b.impartial()
	return func(s *span) int {
		if b.name == "utf-8" {
			if isUTF8(s.raw, s.cut) {
				return 1
			}
			return 0
		}
		first, second := k.costOf(x, s), k.costOf(y, s)
		switch {
		case second < first-float64(secondSpan):
			return 1
		case first < second-float64(secondSpan):
			return 0
		}
		return -1
	}
}
