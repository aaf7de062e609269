package diff

import (
	"strings"

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
		// No row of a batch has anything but its end if it has no cells, and else more.
		c.res.Judged = strings.Trim(text, "\r\n") != ""
	}
	c.py2.n += n
	c.py3.n += n
	c.res.Compared += n
	return a.Rows == 0 || b.Rows == 0
}
