package detect

import (
	"fmt"
	"math"
	"slices"
)

// Range is a part of an input that mixes charsets: records, or cells where one record
// holds several, that are in one of them. What is pure ASCII belongs to the range before.
type Range struct {
	Charset           string
	Start, End        int64 // bytes, from the start of the first record or cell to the end of the last
	FirstRow, LastRow int64 // 1-based
	// FirstColumn is where in its first record it starts, and LastColumn where in its
	// last one it ends, 1-based; 0 where it has the record from its start, or to its
	// end. Two ranges have the same column where one cell holds two charsets.
	FirstColumn, LastColumn int64
}

// maxRanges is the most ranges reported, 5 MB of them: what comes after them is in none,
// which Result.MoreMixed says.
const maxRanges = 1 << 16

// Where says which rows of the input it has, and which columns of the first and the last
// if it has not all of them.
func (r Range) Where() string {
	from, to := whereOf(r.FirstRow, r.FirstColumn), whereOf(r.LastRow, r.LastColumn)
	switch {
	case r.FirstColumn == 0 && r.LastColumn == 0:
		return fmt.Sprintf("rows %d-%d", r.FirstRow, r.LastRow)
	case r.FirstRow == r.LastRow && r.FirstColumn > 0 && r.LastColumn > 0:
		return fmt.Sprintf("row %d, columns %d-%d", r.FirstRow, r.FirstColumn, r.LastColumn)
	}
	return from + " to " + to
}

func whereOf(row, column int64) string {
	if column == 0 {
		return fmt.Sprintf("row %d", row)
	}
	return fmt.Sprintf("row %d, column %d", row, column)
}

// What tells that a record is not in one charset, in nats: a span that is UTF-8 does.
const (
	sureSpan  = 1000
	sureCell  = 12
	leastVote = 4
	maxPieces = 1 << 12 // of a record
)

// ranger tells which charsets an input is in, record by record.
type ranger struct {
	judge   func(*span) (which int, nats float64) // which charset a span is in, -1 for any but UTF-8
	names   []string
	utf8    int   // which of them is UTF-8, 0 if none is
	start   int64 // of the record
	column  int64 // of the cell
	spanEnd int64 // end of the last span that told
	pieces  []piece
	ranges  []Range
	full    bool // there were more of them
}

// piece is a stretch of a record in one charset.
type piece struct {
	which        int
	nats         float64
	start        int64
	column, last int64 // last column of what is before it
}

// span takes a span of a cell that begins at one byte, which ends at another.
func (g *ranger) span(s *span, cell, end int64) {
	which, nats := g.judge(s)
	if which < 0 && g.utf8 == 0 {
		return
	}
	n := len(g.pieces)
	switch {
	case n > 0 && g.pieces[n-1].joins(which, g.utf8):
		g.pieces[n-1].which = max(which, g.pieces[n-1].which)
		g.pieces[n-1].nats += nats
	case n == maxPieces:
		g.full = true // for what it goes on in is not known
	default:
		p := piece{which, nats, cell, g.column, g.column - 1}
		if cell < g.spanEnd { // in the middle of a cell
			p.start, p.last = s.offset, g.column
		}
		g.pieces = append(g.pieces, p)
	}
	g.spanEnd = end
}

// joins reports whether a span in one charset goes on with a piece. One that may be in any
// but UTF-8 does with all but that.
func (p *piece) joins(which, utf8 int) bool {
	return p.which == which || utf8 > 0 && p.which != utf8 && which != utf8 && (p.which < 0 || which < 0)
}

// endRecord adds a record that ends at a byte to the ranges, piece by piece if it holds
// several charsets for sure.
func (g *ranger) endRecord(end, row int64) {
	sure := g.sure()
	if len(sure) == 0 {
		g.extend(-1, end, row, Range{})
	}
	for i, p := range sure {
		r := Range{Start: g.start, End: end, FirstRow: row, LastRow: row}
		if i > 0 {
			r.Start, r.FirstColumn = p.start, p.column
		}
		if i+1 < len(sure) {
			r.End, r.LastColumn = sure[i+1].start, sure[i+1].last
		}
		g.extend(p.which, r.End, row, r)
	}
	g.start, g.pieces = end, g.pieces[:0]
}

// sure returns the pieces of the record that are in different charsets for sure, one if
// it is in one charset, and none if it is in any. What is no UTF-8 is for sure in another.
func (g *ranger) sure() []piece {
	var out []piece
	for from := 0; from < len(g.pieces); {
		to := from + 1
		if g.pieces[from].which != g.utf8 || g.utf8 == 0 {
			for to < len(g.pieces) && (g.pieces[to].which != g.utf8 || g.utf8 == 0) {
				to++
			}
		}
		out = append(out, g.sureOf(g.pieces[from:to])...)
		from = to
	}
	return out
}

// sureOf is sure for pieces that are all UTF-8 or all in other charsets.
func (g *ranger) sureOf(pieces []piece) []piece {
	sure := slices.DeleteFunc(slices.Clone(pieces), func(p piece) bool { return p.nats < sureCell })
	if i := slices.IndexFunc(sure, func(p piece) bool { return p.which != sure[0].which }); i < 0 {
		sure = g.likeliest(pieces)
	}
	if len(sure) > 0 {
		sure[0].start, sure[0].column, sure[0].last = pieces[0].start, pieces[0].column, pieces[0].last
	}
	return sure
}

// likeliest returns one piece in the charset that most of some are in, none if they are in
// any. If that leaves them beside UTF-8, they are in the first.
func (g *ranger) likeliest(pieces []piece) []piece {
	sums := make([]float64, len(g.names))
	for _, p := range pieces {
		if p.which >= 0 {
			sums[p.which] += p.nats
		}
	}
	best := 0
	for i, sum := range sums {
		if sum > sums[best] {
			best = i
		}
	}
	n := len(g.ranges)
	if alone := len(pieces) == len(g.pieces); sums[best] == 0 && alone && (g.utf8 == 0 || n > 0 && g.ranges[n-1].Charset != "utf-8") {
		return nil
	}
	return []piece{{which: best}}
}

// extend adds a range, to the one before it if that is in the same charset.
func (g *ranger) extend(which int, end, row int64, r Range) {
	n := len(g.ranges)
	switch {
	case g.full:
	case n > 0 && (which < 0 || g.ranges[n-1].Charset == g.names[which]):
		g.ranges[n-1].End, g.ranges[n-1].LastRow, g.ranges[n-1].LastColumn = end, row, r.LastColumn
	case which >= 0 && n == maxRanges:
		g.full = true
	case which >= 0:
		r.Charset = g.names[which]
		g.ranges = append(g.ranges, r)
	}
}

// judgeOf returns what tells which of some charsets a span is in.
func (k *ranking) judgeOf(first *candidate, others []*candidate) func(*span) (int, float64) {
	utf8 := slices.IndexFunc(others, func(c *candidate) bool { return c.name == "utf-8" })
	var legacy []*mixture
	var number []int
	for i, c := range append([]*candidate{first}, others...) {
		if i != utf8+1 || utf8 < 0 {
			legacy, number = append(legacy, c.impartial()), append(number, i)
		}
	}
	if len(legacy) > 1 {
		k.teach(legacy)
	}
	return func(s *span) (int, float64) {
		switch {
		case utf8 >= 0 && isUTF8(s.raw, s.cut) && !s.broken:
			return utf8 + 1, sureSpan
		case len(legacy) == 1:
			return 0, sureSpan
		}
		best, ahead := k.likelier(legacy, s)
		if ahead < leastVote {
			return -1, 0
		}
		return number[best], ahead
	}
}

// teach has charsets learn the languages of the spans that are likelier in each of them
// than in the others.
func (k *ranking) teach(list []*mixture) {
	for i := range k.spans {
		s := &k.spans[i]
		if best, ahead := k.likelier(list, s); !s.mixed && ahead > float64(secondSpan)/float64(nat) {
			k.costOf(list[best], s)
		}
	}
}

// likelier returns in which of some charsets a span is likeliest, and by how many nats.
// None of them learns from it.
func (k *ranking) likelier(list []*mixture, s *span) (best int, ahead float64) {
	least, next := math.Inf(1), math.Inf(1)
	for i, x := range list {
		taught := *x.learned
		switch c := k.costOf(x, s); {
		case c < least:
			best, least, next = i, c, least
		case c < next:
			next = c
		}
		*x.learned = taught
	}
	if math.IsInf(least, 1) {
		return 0, 0
	}
	return best, min((next-least)/float64(nat), sureSpan)
}
