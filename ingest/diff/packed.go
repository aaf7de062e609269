package diff

import "github.com/feedparity/feedparity/ingest"

// A batcher is Rows of which many may come at once.
type batcher interface {
	// Batch returns the next rows, valid until the following call or Next, nil if the next
	// one is for Next.
	Batch() *ingest.Batch
}

// firstBatch returns the first rows if they come in batches and are at hand.
func firstBatch(rows ingest.Rows) *ingest.Batch {
	if packs, ok := rows.(batcher); ok {
		return packs.Batch()
	}
	return nil
}

// sameWhole returns how many rows two paths have that are no more than a batch each, if
// they are all the same and there is no more to be said of them, else 0.
func sameWhole(a, b *ingest.Batch, c *ingest.Comparison) int {
	if a == nil || b == nil || !a.Last || !b.Last || a.Kind != b.Kind || len(c.Ignore)+len(c.Noise)+len(c.Key) > 0 || !ingest.SameRows(a, b) || !hasCells(a.Text) {
		return 0
	}
	return a.Rows
}

// hasCells reports whether in rows of this text, which are those of a batch, there is a
// cell: without any there is nothing but their ends.
func hasCells(text string) bool {
	for i := range len(text) {
		if text[i] != '\n' && text[i] != '\r' {
			return true
		}
	}
	return false
}

// begin is given the first batch, nil if it has none to begin with.
func (s *side) begin(rows ingest.Rows, first *ingest.Batch) {
	s.rows, s.batch = rows, first
	s.packs, _ = rows.(batcher)
	s.asked = first == nil
}

// packed reports whether the next row is one of a batch.
func (s *side) packed() bool {
	if s.packs == nil || s.asked {
		return false
	}
	if s.batch == nil || s.batch.Rows == 0 {
		s.batch = s.packs.Batch()
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
	n, text := ingest.PassSame(a, b)
	if n > 0 && c.py2.n == 0 {
		c.cols.learnPacked(a)
	}
	if !c.res.Judged {
		c.res.Judged = hasCells(text)
	}
	c.py2.n += n
	c.py3.n += n
	c.res.Compared += n
	return a.Rows == 0 || b.Rows == 0
}
