package normalize

import "math"

// What it costs to read a cell in another way than as it should be written. The
// costs only order the ways: a quote that should have been doubled is likelier than
// one that is missing, and that is likelier than one that is missing where there are
// delimiters to be quoted.
const (
	costSpace    = 0.5  // blanks around the quotes
	costMisfit   = 0.75 // not of its column's kind
	costLiteral  = 1    // a quote in a cell that is not quoted
	costInner    = 1    // a quote inside quotes that is not doubled
	costDoubled  = 1.5  // both outer quotes are doubled
	costMissing  = 2    // one of the outer quotes is missing
	costFarther  = 3    // and there are delimiters in the cell
	costAdjacent = 4    // a quote next to a delimiter inside quotes
)

// maxExcess bounds how many delimiters of a record may be taken for text.
const maxExcess = 16

// way is one way to read a stretch of tokens as a cell.
type way struct {
	cost        float64
	first, last int // of the cell's text, in the tokens
	loose       bool
	quotes      int // dropped on either side
}

// atLeastCost reads a record with malformed quotes: of all ways to take some of its
// delimiters for text so that the columns come out right, the one that costs least.
// It is false if there is none.
func (r *rows) atLeastCost(ts []token) (cells int, cost float64, ok bool) {
	stops := []int{-1}
	for i, t := range ts {
		if t.class == delim {
			stops = append(stops, i)
		}
	}
	end := len(ts)
	for end > 0 && (ts[end-1].class == lineEnd || ts[end-1].class == gone) {
		end--
	}
	stops = append(stops, end)
	atoms := len(stops) - 1
	n := min(r.o.Columns, atoms)
	excess := atoms - n
	if excess > maxExcess || n == 0 {
		return 0, 0, false
	}
	cuts, cost := r.cheapest(ts, stops, n, excess)
	if cuts == nil {
		return 0, 0, false
	}
	for i := range ts {
		ts[i].role = drop
	}
	if end < len(ts) && ts[len(ts)-1].class == lineEnd {
		ts[len(ts)-1].role = recordEnd
	}
	for k := range n {
		from, to := stops[cuts[k]]+1, stops[cuts[k+1]]
		r.assign(ts[from:to], r.wayOf(ts[from:to]))
		if k < n-1 {
			ts[to].role = separator
		}
	}
	return n, cost, true
}

// cheapest finds which stops are the ends of cells: cell k reaches from cuts[k] to
// cuts[k+1]. Of the atoms between stops, excess join one before them.
func (r *rows) cheapest(ts []token, stops []int, n, excess int) (cuts []int, least float64) {
	// cost[k][e] is that of the first k cells if they take in k+e atoms.
	cost := make([][]float64, n+1)
	from := make([][]int, n+1)
	for k := range cost {
		cost[k], from[k] = make([]float64, excess+1), make([]int, excess+1)
		for e := range cost[k] {
			cost[k][e] = math.Inf(1)
		}
	}
	cost[0][0] = 0
	for k := 1; k <= n; k++ {
		for e := 0; e <= excess; e++ {
			for before := 0; before <= e; before++ {
				if math.IsInf(cost[k-1][before], 1) {
					continue
				}
				c := cost[k-1][before] + r.costOf(ts[stops[k-1+before]+1:stops[k+e]], k-1)
				if c < cost[k][e] {
					cost[k][e], from[k][e] = c, before
				}
			}
		}
	}
	if math.IsInf(cost[n][excess], 1) {
		return nil, 0
	}
	cuts = make([]int, n+1)
	for k, e := n, excess; k >= 0; k-- {
		cuts[k] = k + e
		e = from[k][e]
	}
	return cuts, cost[n][excess]
}

func (r *rows) costOf(ts []token, column int) float64 {
	w := r.wayOf(ts)
	if r.o.Fits == nil || math.IsInf(w.cost, 1) {
		return w.cost
	}
	r.assign(ts, w)
	if s := cell(ts); s != "" && !r.o.Fits(column, s) {
		w.cost += costMisfit
	}
	return w.cost
}

// wayOf is the likeliest way to read tokens as one cell.
func (r *rows) wayOf(ts []token) way {
	first, last := 0, len(ts)
	for first < last && (ts[first].class == blank || ts[first].class == gone) {
		first++
	}
	for last > first && (ts[last-1].class == blank || ts[last-1].class == gone) {
		last--
	}
	opens := first < last && ts[first].class == quote
	shuts := last-first > 1 && ts[last-1].class == quote
	spaces := 0.0
	if last < len(ts) || first > 0 && !r.o.SkipInitialSpace {
		spaces = costSpace
	}
	in := r.inside(ts[first:last])
	switch {
	case opens && shuts:
		return r.quotedWay(ts, first, last, spaces)
	case in.lines > 0:
		return way{cost: math.Inf(1)}
	case opens && first > 0 && !r.o.SkipInitialSpace && in.delims == 0: // no quotes to csv.reader
		return way{cost: costLiteral, last: len(ts)}
	case opens:
		return way{cost: costMissing + in.farther() + spaces, first: first, last: last, quotes: 2}
	case shuts && (r.o.QuoteAll || in.delims > 0):
		return way{cost: costMissing + in.farther() + spaces, first: first, last: last, quotes: 2}
	case in.delims > 0:
		return way{cost: math.Inf(1)}
	case in.quotes > 0:
		return way{cost: costLiteral, last: len(ts)}
	}
	if r.o.SkipInitialSpace {
		return way{first: first, last: len(ts)}
	}
	return way{last: len(ts)}
}

// quotedWay is the way to read what stands between two quotes.
func (r *rows) quotedWay(ts []token, first, last int, spaces float64) way {
	w := way{cost: spaces, first: first, last: last, quotes: 1}
	in := r.inside(ts[first+1 : last-1])
	if in.single == 0 {
		return w
	}
	twice := last-first >= 5 && ts[first+1].class == quote && ts[last-2].class == quote && r.inside(ts[first+2:last-2]).quotes == 0
	if twice {
		return way{cost: spaces + costDoubled, first: first, last: last, quotes: 2}
	}
	w.cost += costInner*float64(in.single) + costAdjacent*float64(in.adjacent)
	w.loose = true
	return w
}

// insides counts what is between the quotes of a cell.
type insides struct{ delims, quotes, single, adjacent, lines int }

func (in insides) farther() float64 {
	c := costLiteral * float64(in.quotes-1)
	if in.delims > 0 {
		c += costFarther
	}
	return c
}

func (r *rows) inside(ts []token) (in insides) {
	run := 0
	for i, t := range ts {
		switch t.class {
		case delim:
			in.delims++
		case quote:
			in.quotes++
			run++
			if i > 0 && ts[i-1].class == delim || i+1 < len(ts) && ts[i+1].class == delim {
				in.adjacent++
			}
			continue
		case gone:
			continue
		case lineEnd:
			in.lines++
		}
		in.single += run % 2
		run = 0
	}
	in.single += run % 2
	return in
}

// assign gives the tokens of a cell the roles that a way to read them says.
func (r *rows) assign(ts []token, w way) {
	for i := range ts {
		ts[i].role = drop
	}
	first, last := w.first, w.last
	for k := 0; k < w.quotes && first < last && ts[first].class == quote; k++ {
		first++
	}
	for k := 0; k < w.quotes && first < last && ts[last-1].class == quote; k++ {
		last--
	}
	before := -1 // a quote that may be the first of two
	for i := first; i < last; i++ {
		switch {
		case ts[i].class == gone:
			continue
		case ts[i].class == quote && before >= 0 && w.quotes > 0:
			r.double(ts, before, i)
			before = -1
			continue
		case ts[i].class == quote:
			before = i
		default:
			before = -1
		}
		ts[i].role = content
	}
}
