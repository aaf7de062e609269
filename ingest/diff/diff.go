// Package diff compares the two outcomes of one input, row by row as they
// stream, and says where they differ. It knows what Python holds equal across
// the two versions (see Equal); why things differ is for package classify.
//
// # Alignment
//
// Rows are paired by position. Where they differ, both streams are read up to
// 64 rows ahead for the nearest place at which they agree again, so that a row
// only one path produced is one row-extra or row-missing divergence and not a
// cascade. With Comparison.Key, rows are paired by key instead, in whatever
// order they come; a path may then be at most maxPending rows or maxPendingBytes
// of cell text ahead of its partner, beyond which Compare gives up with
// ErrUnaligned and says nothing about parity.
//
// Memory is bounded by these windows and by the divergences kept.
//
// # Faults
//
// An exception is part of the outcome. The rows that one path produced after the
// point at which the other raised are its consequence: they are counted in
// Py2Rows and Py3Rows but are no divergences of their own.
package diff

import (
	"errors"
	"fmt"
	"sync"

	"github.com/feedparity/feedparity/ingest"
)

// DefaultMax is how many divergences Compare keeps; all are counted.
const DefaultMax = 100

// ErrUnaligned reports that rows could not be paired by key within bounds.
var ErrUnaligned = errors.New("too many rows without a partner of the same key")

// Kind says what differs.
type Kind string

// The kinds of divergences.
const (
	KindCell       Kind = "cell"        // a cell, or a row that is no list or dict
	KindRowLength  Kind = "row-length"  // the rows hold different numbers of cells
	KindRowMissing Kind = "row-missing" // py3 lacks a row of py2
	KindRowExtra   Kind = "row-extra"   // py3 has a row that py2 lacks
	KindKey        Kind = "key"         // the same column goes by another key in a dict
	KindKeyMissing Kind = "key-missing" // py3's dict lacks a key
	KindKeyExtra   Kind = "key-extra"   // py3's dict has a key that py2's lacks
	KindOrder      Kind = "order"       // the same keys in another order
	KindFault      Kind = "fault"       // one path raised, or both differently
)

// Divergence is one difference. Rows and columns count from 1.
type Divergence struct {
	Kind           Kind
	Py2Row, Py3Row int // 0 where the path has no such row; for a fault its Row
	Column         int // 0 where the divergence is of the whole row
	Name           string
	Key            string       // the column as ingest.Noise names it, "" where it is not a cell or key that differs
	Py2, Py3       ingest.Value // the cells, keys (KindKey...), rows (missing, extra, order) or lengths
	Py2Fault       *ingest.Fault
	Py3Fault       *ingest.Fault
	Py2Offset      int64 // byte at which the record begins, -1 if unknown; of a fault: see Py3Offset
	Py3Offset      int64 // where a path raised, the other's offset is that of the record it produced in the fault's place

}

// Result says how the outcomes of one input compare.
type Result struct {
	Verdict  ingest.Verdict
	Severity ingest.Severity // of the whole; Info unless Verdict is Diverge
	Compared int             // pairs of rows compared
	// Judged reports that some pair of rows had something to compare: a column that
	// is neither ignored nor noise.
	Judged      bool
	Divergences []Divergence // the first ones
	Count       int          // all of them
	Py2Rows     int
	Py3Rows     int
	Py2Fault    *ingest.Fault
	Py3Fault    *ingest.Fault
	// OrderDiffers reports that dicts had the same keys in another order; Order is
	// the first such pair. In a strict comparison each is a divergence as well.
	OrderDiffers bool
	Order        *Divergence
	Orders       int // how many pairs of rows it is
	LastOrder    int // py2's row of the last one
	// Columns are those in which rows differ, whatever the number of divergences
	// kept; RowsDiffer reports that not all differences are within columns.
	Columns    []ColumnDiff
	RowsDiffer bool
}

// ColumnDiff is a column in which two outcomes differ.
type ColumnDiff struct {
	Column    string // as ingest.Noise names it
	Reordered bool   // wherever it differs, the same items come in another order
}

// Compare reads both outcomes to their ends and compares them. It closes
// neither. The error is a broken harness or rows that could not be aligned.
func Compare(py2, py3 ingest.Rows, c ingest.Comparison) (res Result, err error) {
	err = compare(&res, py2, py3, &c, DefaultMax, nil)
	return res, err
}

// CompareMax is Compare keeping another number of divergences.
func CompareMax(py2, py3 ingest.Rows, c ingest.Comparison, max int) (res Result, err error) {
	err = compare(&res, py2, py3, &c, max, nil)
	return res, err
}

// CompareEach is Compare keeping none of the divergences but handing each to a function
// as it is met, the one of a fault last. Its values are only valid until that returns.
func CompareEach(py2, py3 ingest.Rows, c ingest.Comparison, each func(Divergence)) (res Result, err error) {
	err = compare(&res, py2, py3, &c, 0, each)
	return res, err
}

// compare writes the result where it stays: small inputs take no longer than some copies.
func compare(res *Result, py2, py3 ingest.Rows, c *ingest.Comparison, max int, each func(Divergence)) error {
	a, b := firstBatch(py2), firstBatch(py3)
	if rows := sameWhole(a, b, c); rows > 0 { // nearly always, where inputs are small
		res.Verdict, res.Severity, res.Judged = ingest.Parity, ingest.Info, true
		res.Compared, res.Py2Rows, res.Py3Rows = rows, rows, rows
		return nil
	}
	cmp := comparers.Get().(*comparer)
	cmp.c, cmp.max, cmp.each = *c, max, each
	cmp.cols.reset(*c)
	cmp.py2.begin(py2, a)
	cmp.py3.begin(py3, b)
	var err error
	if len(c.Key) > 0 {
		err = cmp.byKey()
	} else {
		cmp.byIndex()
	}
	if err == nil {
		err = errors.Join(cmp.py2.drain(), cmp.py3.drain())
	}
	if err != nil {
		res.Verdict, res.Severity = ingest.NotCompared, ingest.Info
		return fmt.Errorf("compare outcomes: %w", err)
	}
	cmp.faults()
	*res = cmp.finish()
	cmp.release()
	return nil
}

// comparers are those that are done, for the next comparison.
var comparers = sync.Pool{New: func() any {
	c := &comparer{cols: new(columns)}
	c.py2, c.py3 = &c.sides[0], &c.sides[1]
	return c
}}

// mostKept bounds the memory that waits for another comparison.
const mostKept = 1 << 18

// release leaves the comparer to another comparison. A result shares names with it, which
// nothing writes to.
func (c *comparer) release() {
	if cap(c.cols.text) > mostKept {
		c.cols = new(columns)
	}
	if c.perm.from != nil {
		c.perm = dictMatch{}
	}
	c.c, c.res, c.cols.noise, c.cols.tolName, c.each = ingest.Comparison{}, Result{}, nil, nil, nil
	c.py2.release()
	c.py3.release()
	c.leftover, c.leftover2, c.leftover3 = false, 0, 0
	comparers.Put(c)
}

// release leaves its memory to the next stream.
func (s *side) release() {
	s.stream = stream{}
	clear(s.cells[:s.most]) // they hold on to the rows' memory
	s.cells, s.most = s.cells[:0], 0
	if s.kept.more {
		s.room = nil // as do these
	}
	s.kept.reset()
}

type comparer struct {
	c        ingest.Comparison
	max      int
	each     func(Divergence) // nil where nobody wants to know
	cols     *columns
	sides    [2]side
	py2, py3 *side // of sides
	res      Result
	// leftover is set when one path raised while the other went on.
	leftover             bool
	leftover2, leftover3 int64 // offset of the record the other produced instead
	perm                 dictMatch
	cost                 table // of steps
}

func (c *comparer) add(d Divergence) {
	c.res.Count++
	c.res.note(d)
	if c.each != nil {
		c.each(d)
	}
	if len(c.res.Divergences) < c.max {
		d.Py2, d.Py3 = d.Py2.Clone(), d.Py3.Clone()
		c.res.Divergences = append(c.res.Divergences, d)
	}
}

// faults compares how the paths ended.
func (c *comparer) faults() {
	a, b := c.py2.fault, c.py3.fault
	c.res.Py2Fault, c.res.Py3Fault = a, b
	if a == nil && b == nil || sameFault(a, b) && !c.leftover {
		return
	}
	d := Divergence{Kind: KindFault, Py2Fault: a, Py3Fault: b, Py2Offset: -1, Py3Offset: -1}
	if c.leftover {
		d.Py2Offset, d.Py3Offset = c.leftover2, c.leftover3
	}
	if a != nil {
		d.Py2Row = a.Row
	}
	if b != nil {
		d.Py3Row = b.Row
	}
	// The fault ends the outcome, yet it is what people must see first: it is
	// kept even where the cells before it fill the list.
	if len(c.res.Divergences) == c.max && c.max > 0 {
		c.res.Divergences = c.res.Divergences[:c.max-1]
	}
	c.add(d)
}

func (c *comparer) finish() Result {
	r := &c.res
	r.Py2Rows, r.Py3Rows = c.py2.n, c.py3.n
	r.Severity = ingest.Info
	switch {
	case r.Count > 0:
		r.Verdict, r.Severity = ingest.Diverge, severity(r.Py2Fault, r.Py3Fault)
	case r.Py2Fault != nil:
		r.Verdict = ingest.AgreeFault
	case r.Py2Rows == 0 && r.Py3Rows == 0, !r.Judged && c.judgesAll():
		r.Verdict = ingest.AgreeEmpty
	default:
		r.Verdict = ingest.Parity
	}
	return *r
}

func severity(py2, py3 *ingest.Fault) ingest.Severity {
	switch {
	case py2 == nil && py3 == nil:
		return ingest.Silent
	case py2 == nil:
		return ingest.Py3Fault
	case py3 == nil:
		return ingest.Py2Fault
	}
	return ingest.BothFault
}
