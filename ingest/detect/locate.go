package detect

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// Cell is one cell that speaks for the charset and against the runner-up.
type Cell struct {
	Row, Column int64 // 1-based, in the detected dialect
	Offset      int64 // of Bytes in the input
	Bytes       []byte
	Text        string  // what Bytes are in the charset
	Other       string  // what they are in the runner-up
	Nats        float64 // how much likelier Text is; negative where the cell speaks for the runner-up
	Times       int     // how often it occurs in the sample
}

// maxCells is the most cells reported, cellBytes the most of one.
const (
	maxCells  = 5
	cellBytes = 80
)

// locate fills in Mixed and Cells: it goes through the input once more to count
// records and columns, if there is anything to locate.
func (r *Result) locate(src source, explain bool) error {
	if r.ranking == nil || !explain && r.mixedWith == nil {
		return nil
	}
	l := &locator{delimiter: r.Dialect.Delimiter, quote: r.Dialect.Quotechar, escape: r.Dialect.Escapechar, end: '\n', row: 1, column: 1}
	if r.Dialect.LineEnding == "cr" {
		l.end = '\r'
	}
	if explain && r.second != nil {
		l.cells = r.ranking.deciding(r.first, r.second)
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
	for i := range l.cells {
		if err := l.cells[i].fill(src, r); err != nil {
			return err
		}
	}
	slices.SortStableFunc(l.cells, func(a, b located) int { return cmp.Compare(b.weight, a.weight) })
	for _, c := range l.cells {
		r.Cells = append(r.Cells, c.Cell)
	}
	return nil
}

// located is a cell on its way to a row and a column.
type located struct {
	Cell
	span   *span
	weight float64
}

// deciding returns the spans that tell most between two candidates, by offset.
func (k *ranking) deciding(a, b *mixture) []located {
	first, second := k.costs(a.candidate), k.costs(b.candidate)
	var out []located
	for i := range k.spans {
		d := (second[i] - first[i]) / float64(nat)
		if d == 0 || k.spans[i].utf8 != nil {
			continue
		}
		s := &k.spans[i]
		out = append(out, located{Cell: Cell{Nats: d, Times: s.n, Offset: s.offset}, span: s, weight: max(d, -d)})
	}
	slices.SortStableFunc(out, func(a, b located) int { return cmp.Compare(b.weight, a.weight) })
	out = out[:min(len(out), maxCells)]
	slices.SortFunc(out, func(a, b located) int { return cmp.Compare(a.Offset, b.Offset) })
	return out
}

// fill reads the cell around a span and decodes it both ways.
func (c *located) fill(src source, r *Result) error {
	from := max(0, c.Offset-cellBytes)
	window := make([]byte, min(src.size-from, int64(2*cellBytes+len(c.span.raw))))
	if n, err := src.in.ReadAt(window, from); n < len(window) {
		return fmt.Errorf("read input: %w", err)
	}
	at := int(c.Offset - from)
	start, end := at, at+len(c.span.raw)
	edge := func(b byte) bool {
		return b < ' ' || b == r.Dialect.Delimiter || b == r.Dialect.Quotechar
	}
	for start > 0 && at-start < cellBytes/2 && window[start-1] < 0x80 && !edge(window[start-1]) {
		start--
	}
	for end < len(window) && end-at < cellBytes && window[end] < 0x80 && !edge(window[end]) {
		end++
	}
	c.Offset, c.Bytes = from+int64(start), window[start:end]
	c.Text, c.Other = decodeText(r.first.name, c.Bytes), decodeText(r.second.name, c.Bytes)
	return nil
}

// decodeText decodes a few bytes; what is malformed becomes U+FFFD.
func decodeText(charset string, p []byte) string {
	c, fault, err := pycodec.Lookup(ingest.Python313, charset)
	if err != nil || fault != nil {
		return ""
	}
	text, bad := c.Decode(nil, p, "replace")
	if bad != nil {
		return ""
	}
	return string(text)
}

// locator counts the records and columns of an input as it passes by.
type locator struct {
	delimiter, quote, escape byte // 0 for no escape character
	end                      byte // of a record
	offset                   int64
	row, column              int64
	quoted, begun, escaped   bool // inside quotes; inside a field; behind an escape character
	cells                    []located
	next                     int // of cells

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
			l.cells[l.next].Row, l.cells[l.next].Column = l.row, l.column
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
		l.column++
		l.begun = false
	case c == l.end:
		l.endRecord(l.offset + 1)
		l.row++
		l.column, l.begun = 1, false
	default:
		l.begun = true
	}
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
