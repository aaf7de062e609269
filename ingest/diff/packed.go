package diff

import "github.com/feedparity/feedparity/ingest"

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
	for c.res.Judged && c.py2.ready() && c.py3.ready() {
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
	for c.py2.at < a.Len() && c.py3.at < b.Len() {
		if !ingest.SameRow(a, c.py2.at, b, c.py3.at) {
			return false
		}
		if c.py2.n == 0 {
			c.cols.learnPacked(a)
		}
		c.py2.at++
		c.py3.at++
		c.py2.n++
		c.py3.n++
		c.res.Compared++
	}
	return true
}
