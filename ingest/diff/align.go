package diff

import "github.com/feedparity/feedparity/ingest"

const (
	window = 64 // rows read ahead on either side to find where the paths agree again
	near   = 12 // rows looked at when nothing ahead is exactly equal

	leftOver = 0.25 // the cost of a row whose partner is likely to come later
)

// line is one row with its number.
type line struct {
	row  ingest.Row
	n    int
	hash uint64 // set for lines held in a window
}

// side is one of the two streams. Rows are used in place as they stream and are
// copied only once the paths differ.
type side struct {
	stream
	memory
}

// stream is what is different from one outcome to the next.
type stream struct {
	rows  ingest.Rows
	packs batcher       // rows, if they may come in batches
	batch *ingest.Batch // the last one
	asked bool          // there is no batch at hand: the next row is for Next
	n     int           // rows read
	held  []line
	cur   line // the row in place, valid if live
	live  bool
	ended bool
	fault *ingest.Fault
	err   error
}

// memory is what the next comparison uses again.
type memory struct {
	cells []ingest.Value
	most  int    // of these that were in use
	room  []line // of the lines held
	kept  keep   // what they are made of
}

// read reads the next row into cur.
func (s *side) read() bool {
	if s.ended {
		return false
	}
	if !s.next() {
		s.ended = true
		s.fault, s.err = s.rows.Fault()
		return false
	}
	s.n++
	s.cur.n = s.n
	return true
}

// next is rows.Next, of a batch where there is one.
func (s *side) next() (ok bool) {
	if s.packed() {
		s.cur.row, s.cells = s.batch.Next(s.cells)
		s.most = max(s.most, len(s.cells))
		return true
	}
	s.asked = false
	s.cur.row, ok = s.rows.Next()
	return ok
}

// peek returns the next row, nil at the end.
func (s *side) peek() *line {
	if len(s.held) > 0 {
		return &s.held[0]
	}
	if s.live || s.read() {
		s.live = true
		return &s.cur
	}
	return nil
}

func (s *side) pop() {
	if len(s.held) > 0 {
		s.held = s.held[1:]
		return
	}
	s.live = false
}

// hold copies rows into the window until it has n or the stream ends.
func (s *side) hold(n int, hash func(ingest.Value) uint64) {
	if len(s.held) == 0 {
		s.kept.reset()
	}
	s.held = append(s.room[:0], s.held...) // to the front
	for len(s.held) < n && (s.live || s.read()) {
		s.live = false
		l := line{row: s.cur.row, n: s.cur.n}
		l.row.Value = s.kept.clone(l.row.Value)
		l.hash = hash(l.row.Value)
		s.held = append(s.held, l)
	}
	s.room = s.held[:0]
}

// drain reads what is left, for the count and for the fault at its end.
func (s *side) drain() error {
	s.held, s.live = nil, false
	for !s.ended {
		if s.packed() {
			s.n += s.batch.Rows
			s.batch.Rows = 0 // they are not looked at
			continue
		}
		s.read()
	}
	return s.err
}

// byIndex pairs rows by position.
func (c *comparer) byIndex() {
	for {
		c.passPacked()
		a, b := c.py2.peek(), c.py3.peek()
		if a == nil || b == nil {
			break
		}
		if c.learn(a, b) || c.sameRow(a, b) {
			c.compared(a, b)
			c.noteOrder(a, b)
			c.py2.pop()
			c.py3.pop()
			continue
		}
		c.resync()
	}
	c.rest()
}

// learn takes the names of columns from the first rows, and reports whether it has seen
// on the way that both are the same.
func (c *comparer) learn(a, b *line) (same bool) {
	if a.n != 1 && b.n != 1 {
		return false
	}
	if a.n == b.n && sameStrings(a.row.Value, b.row.Value) {
		c.cols.learnBoth(a.row.Value)
		return true
	}
	if a.n == 1 {
		c.cols.learn(ingest.Py2, a.row.Value)
	}
	if b.n == 1 {
		c.cols.learn(ingest.Py3, b.row.Value)
	}
	return false
}

// rest reports the rows one path has beyond the other's end, unless the other
// raised: then they are a consequence of that.
func (c *comparer) rest() {
	a, b := c.py2.peek(), c.py3.peek()
	switch {
	case a == nil && b == nil:
	case a == nil && c.py2.fault != nil:
		c.leftover, c.leftover2, c.leftover3 = true, -1, b.row.Offset
	case b == nil && c.py3.fault != nil:
		c.leftover, c.leftover2, c.leftover3 = true, a.row.Offset, -1
	case a == nil:
		for ; b != nil && c.py2.err == nil; b = c.py3.peek() {
			c.extra(b)
			c.py3.pop()
		}
	default:
		for ; a != nil && c.py3.err == nil; a = c.py2.peek() {
			c.missing(a)
			c.py2.pop()
		}
	}
}

func (c *comparer) missing(l *line) {
	c.add(Divergence{Kind: KindRowMissing, Py2Row: l.n, Py2: l.row.Value, Py2Offset: l.row.Offset, Py3Offset: -1})
}

func (c *comparer) extra(l *line) {
	c.add(Divergence{Kind: KindRowExtra, Py3Row: l.n, Py3: l.row.Value, Py2Offset: -1, Py3Offset: l.row.Offset})
}

// pair reports two rows as each other's counterpart.
func (c *comparer) pair() {
	a, b := c.py2.peek(), c.py3.peek()
	c.compared(a, b)
	c.reportRow(a, b)
	c.py2.pop()
	c.py3.pop()
}

// resync is called with two rows at the heads of the streams that differ. It
// finds the nearest place ahead where the streams agree, and explains the rows
// up to there; if there is none it explains the two rows.
func (c *comparer) resync() {
	c.py2.hold(window, c.alignHash)
	c.py3.hold(window, c.alignHash)
	i, j, ok := c.meeting()
	if !ok || i == 0 && j == 0 {
		i, j = min(near, len(c.py2.held)), min(near, len(c.py3.held))
		if c.headsAlike() {
			c.pair()
			return
		}
		c.explain(i, j, true)
		return
	}
	c.explain(i, j, false)
}

// headsAlike reports whether the two heads are plainly the same record, read
// differently.
func (c *comparer) headsAlike() bool {
	return c.distance(&c.py2.held[0], &c.py3.held[0]) <= 0.5
}

// meeting returns the smallest numbers of rows to pass on both sides so that the
// next two rows of both agree (or the last one of both). Equal numbers win over
// unequal ones of the same sum.
func (c *comparer) meeting() (int, int, bool) {
	a, b := c.py2.held, c.py3.held
	agree := func(i, j int) bool {
		if i >= len(a) || j >= len(b) || a[i].hash != b[j].hash {
			return false
		}
		if i+1 < len(a) && j+1 < len(b) {
			return a[i+1].hash == b[j+1].hash
		}
		return i+1 == len(a) && c.py2.ended && j+1 == len(b) && c.py3.ended
	}
	for sum := 0; sum <= len(a)+len(b); sum++ {
		if sum%2 == 0 && agree(sum/2, sum/2) {
			return sum / 2, sum / 2, true
		}
		for i := max(0, sum-len(b)); i <= min(sum, len(a)); i++ {
			if agree(i, sum-i) {
				return i, sum - i, true
			}
		}
	}
	return 0, 0, false
}

// explain aligns the first i rows of py2 with the first j of py3 at the least
// cost: a pair costs its distance, a row without a partner 1. With first the rows
// after are not known to agree: what is left over on one side is likely to find its
// partner there and costs little, and only the steps up to the first pair are taken.
func (c *comparer) explain(i, j int, first bool) {
	steps := c.steps(i, j, first)
	if first {
		n := 1
		for n < len(steps) && steps[n-1] != 'p' { // up to and including the first pair
			n++
		}
		steps = steps[:n]
	}
	for _, s := range steps {
		switch s {
		case 'p':
			c.pair()
		case 'm':
			c.missing(c.py2.peek())
			c.py2.pop()
		default:
			c.extra(c.py3.peek())
			c.py3.pop()
		}
	}
}

// steps is the classic edit distance over rows: 'p' pairs, 'm' and 'x' are rows
// that only py2 or only py3 has. Open makes rows cheap that are left over beside an
// end that is not the stream's.
func (c *comparer) steps(n, m int, open bool) []byte {
	a, b := c.py2.held, c.py3.held
	left2, left3 := 1.0, 1.0
	if open && !(c.py3.ended && m == len(b)) {
		left2 = leftOver
	}
	if open && !(c.py2.ended && n == len(a)) {
		left3 = leftOver
	}
	cost := c.cost.of(n+1, m+1) // at i, j: of aligning a[i:n] with b[j:m]
	for i := n; i >= 0; i-- {
		for j := m; j >= 0; j-- {
			if i == n || j == m {
				*cost.at(i, j) = float64(n-i)*left2 + float64(m-j)*left3
				continue
			}
			paired := *cost.at(i+1, j+1) + c.distance(&a[i], &b[j])
			*cost.at(i, j) = min(paired, *cost.at(i+1, j)+1, *cost.at(i, j+1)+1)
		}
	}
	var out []byte
	for i, j := 0, 0; i < n || j < m; {
		switch {
		case i < n && j < m && *cost.at(i, j) == *cost.at(i+1, j+1)+c.distance(&a[i], &b[j]):
			out, i, j = append(out, 'p'), i+1, j+1
		case j == m:
			out, i = append(out, 'm'), i+1
		case i == n:
			out, j = append(out, 'x'), j+1
		case i < n && *cost.at(i, j) == *cost.at(i+1, j)+1:
			out, i = append(out, 'm'), i+1
		default:
			out, j = append(out, 'x'), j+1
		}
	}
	return out
}
