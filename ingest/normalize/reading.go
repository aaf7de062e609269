package normalize

import "slices"

// machine tells where records end, as csv.reader does (Modules/_csv.c,
// parse_process_char).
type machine struct {
	state     state
	lines     int  // line ends inside quotes
	done      bool // the record is complete
	malformed bool // something follows a closing quote
	odd       bool // there is a quote in a cell that is not quoted
	spaced    bool // and one of them has only blanks before it
	blanks    bool // there are only blanks in the cell so far
}

func (m *machine) step(c class, skip bool) {
	if c == gone {
		return
	}
	switch m.state {
	case inQuoted:
		switch c {
		case quote:
			m.state = quoteInQuoted
		case lineEnd: // what is malformed ends with its line, to begin with
			if m.done = m.malformed; !m.done {
				m.lines++
			}
		}
		return
	case quoteInQuoted:
		if c == quote {
			m.state = inQuoted
			return
		}
		m.malformed = m.malformed || c == text || c == blank
	case fieldStart:
		if c == quote {
			m.state = inQuoted
			return
		}
	case inField:
		m.odd = m.odd || c == quote
		m.spaced = m.spaced || c == quote && m.blanks
	}
	m.blanks = c == blank && (m.blanks || m.state == fieldStart)
	switch {
	case c == lineEnd:
		m.done = true
	case c == delim, c == blank && skip && m.state == fieldStart:
		m.state = fieldStart
	default:
		m.state = inField
	}
}

// reading is what was made of a record; the roles are with its tokens.
type reading struct {
	cells    int
	repaired bool // it is not csv.reader's
}

// kind is that of the reading's edits, k where nothing was repaired.
func (rd reading) kind(k Kind) Kind {
	if rd.repaired {
		return Repair
	}
	return k
}

// read gives each token of a record its role. A record is read as csv.reader does if
// its quotes are well formed; if they are not, in the way that costs least among those
// that give as many cells as the table has columns.
func (r *rows) read(ts []token, m machine) reading {
	n, unclosed := r.asPython(ts)
	broken := m.malformed || unclosed
	if r.o.Columns > 0 && (broken && m.lines == 0 || !broken && m.odd && (n != r.o.Columns || r.o.QuoteAll || m.spaced)) {
		if k, _, ok := r.atLeastCost(ts); ok {
			return reading{cells: k, repaired: true}
		}
		r.asPython(ts)
	}
	excess := n - r.o.Columns
	if r.o.Columns > 0 && excess > 0 && r.cells == r.o.Columns && r.dropEmpty(ts, n, excess) {
		return reading{r.o.Columns, true}
	}
	return reading{n, unclosed}
}

// asPython gives the tokens the roles they have to csv.reader, and counts the cells.
// Quotes that do not close before the record does are reported.
func (r *rows) asPython(ts []token) (cells int, unclosed bool) {
	s, cells := fieldStart, 1
	last := -1 // a quote inside quotes, which closes them or is the first of two
	for i := range ts {
		t := &ts[i]
		if t.role = drop; t.class == gone {
			continue
		}
		if s == quoteInQuoted && t.class == quote {
			r.double(ts, last, i)
			s = inQuoted
			continue
		}
		switch {
		case s == inQuoted && t.class == quote:
			last, s = i, quoteInQuoted
		case s == inQuoted:
			t.role = content
		case t.class == lineEnd && i == len(ts)-1:
			t.role = recordEnd
		case t.class == delim:
			t.role, s, cells = separator, fieldStart, cells+1
		case s == fieldStart && t.class == quote:
			s = inQuoted
		case s == fieldStart && t.class == blank && r.o.SkipInitialSpace:
		default:
			t.role, s = content, inField
		}
	}
	if end := &ts[len(ts)-1]; s == inQuoted && end.class == lineEnd {
		end.role = recordEnd
	}
	return cells, s == inQuoted
}

// double makes two quotes one character of the cell.
func (r *rows) double(ts []token, a, b int) {
	if r.o.Quotechar == '"' {
		ts[a].role, ts[b].role = doubled, doubled
		return
	}
	ts[a].role, ts[b].role = content, drop
}

// choice is one way to leave empty cells out of a record.
type choice struct {
	misfits int
	out     []int // the cells left out
	tie     bool  // another way is as good and gives another record
}

// dropEmpty takes empty cells out of a record that has too many, so that what is left
// is in columns it fits. It does nothing if there are several ways to do so.
func (r *rows) dropEmpty(ts []token, n, excess int) bool {
	cells := cellsOf(ts)
	if len(cells) != n || excess > maxExcess {
		return false
	}
	best := make([]*choice, excess+1) // by how many of the cells seen are left out
	best[0] = &choice{}
	run := 0 // where the empty cells before this one begin
	for i, c := range cells {
		s := cell(c)
		if s != "" {
			run = i + 1
		}
		for e := excess; e >= 0; e-- {
			kept := best[e]
			if kept != nil && s != "" && r.o.Fits != nil && !r.o.Fits(i-e, s) {
				kept = &choice{kept.misfits + 1, kept.out, kept.tie}
			}
			if s == "" && e > 0 && best[e-1] != nil {
				kept = kept.or(best[e-1], i, run)
			}
			best[e] = kept
		}
	}
	out := best[excess]
	switch trailing := n - run; {
	case out == nil:
		return false
	case trailing >= excess && r.misfits(cells[:n-excess]) <= out.misfits: // by far the likeliest
		out = &choice{out: lastOf(n, excess)}
	case out.tie:
		return false
	}
	for _, i := range out.out {
		r.dropSeparator(ts, i)
	}
	return true
}

// misfits counts the cells that do not fit their columns.
func (r *rows) misfits(cells [][]token) (n int) {
	for i, c := range cells {
		if s := cell(c); s != "" && r.o.Fits != nil && !r.o.Fits(i, s) {
			n++
		}
	}
	return n
}

// lastOf are the last k of n numbers from 0.
func lastOf(n, k int) (out []int) {
	for i := n - k; i < n; i++ {
		out = append(out, i)
	}
	return out
}

// or is the better of two choices: c, and b with cell i left out too. Of several
// empty cells side by side it does not matter which is left out.
func (c *choice) or(b *choice, i, run int) *choice {
	d := &choice{b.misfits, append(slices.Clip(b.out), i), b.tie}
	switch {
	case c == nil || d.misfits < c.misfits:
		return d
	case d.misfits == c.misfits && c.out[len(c.out)-1] < run:
		return &choice{c.misfits, c.out, true}
	}
	return c
}

// cellsOf are the tokens of each cell.
func cellsOf(ts []token) (out [][]token) {
	from := 0
	for i, t := range ts {
		if t.role == separator || t.role == recordEnd {
			out = append(out, ts[from:i])
			from = i + 1
		}
	}
	if n := len(ts); ts[n-1].role != recordEnd {
		out = append(out, ts[from:])
	}
	return out
}

// dropSeparator joins an empty cell to the next one, the last one to what is before.
func (r *rows) dropSeparator(ts []token, i int) {
	seen, last := 0, -1
	for j := range ts {
		if ts[j].class != delim || ts[j].role != separator && ts[j].role != drop {
			continue
		}
		if ts[j].role == separator {
			last = j
		}
		if seen == i {
			last = j
			break
		}
		seen++
	}
	ts[last].role = drop
}
