package diff

import (
	"slices"

	"github.com/feedparity/feedparity/ingest"
)

// A batcher is Rows of which many may come at once.
type batcher interface {
	// Batch returns the next rows, valid until the following call or Next, nil if the next
	// one is for Next.
	Batch() *ingest.Batch
}

// packed reports whether the next row is one of a batch.
func (s *side) packed() bool {
	if s.packs == nil || s.asked {
		return false
	}
	if s.batch == nil || s.at == s.batch.Len() {
		s.batch, s.at = s.packs.Batch(), 0
		s.asked = s.batch == nil
	}
	return !s.asked
}

// ready reports whether the row to be compared next is one of a batch.
func (s *side) ready() bool { return !s.live && len(s.held) == 0 && !s.ended && s.packed() }

// passPacked compares rows in pairs as long as both come in batches and are the same, so
// that nothing is to be said of them. What is not so plain it leaves.
func (c *comparer) passPacked() {
	for (c.res.Judged || c.judgesAll()) && c.py2.ready() && c.py3.ready() {
		if !c.passBatch(c.py2.batch, c.py3.batch) {
			return
		}
	}
}

// passBatch is passPacked up to the end of a batch; it answers false before a pair that
// is not the same.
func (c *comparer) passBatch(a, b *ingest.Batch) bool {
	if a.Kind != b.Kind || (c.py2.n == 0) != (c.py3.n == 0) {
		return false
	}
	n := ingest.SameRows(a, c.py2.at, b, c.py3.at)
	if n > 0 && c.py2.n == 0 {
		c.cols.learnPacked(a)
	}
	if !c.res.Judged {
		c.res.Judged = slices.ContainsFunc(a.Ends[c.py2.at:c.py2.at+n], func(row ingest.RowEnd) bool { return row.From < row.To })
	}
	for i := range c.sides {
		s := &c.sides[i]
		s.at += n
		s.n += n
	}
	c.res.Compared += n
	return c.py2.at == a.Len() || c.py3.at == b.Len()
}
