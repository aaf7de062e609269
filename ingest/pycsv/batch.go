package pycsv

import (
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// The bytes of lines that are looked at in one go: as many as stay in the processor's
// nearest memory with what becomes of them, fewer where odd records make it in vain.
const (
	mostAtOnce  = 1 << 13
	leastAtOnce = 1 << 10
	// mostAlone is how many records are left to Next before another attempt, where many
	// attempts were in vain.
	mostAlone = 63
)

// attempts are what Batch remembers of how it fared.
type attempts struct {
	size   int // of the text that is looked at in one go
	alone  int // how many records are left to Next alone
	inVain int // and how many after the last attempt that was in vain
}

// next reports whether to try.
func (a *attempts) next() bool {
	if a.alone > 0 {
		a.alone--
		return false
	}
	return true
}

// odd notes that the record behind so many rows is one for Next.
func (a *attempts) odd(rows int) {
	a.size, a.alone = leastAtOnce, 1
	if rows == 0 {
		a.inVain = min(2*a.inVain+1, mostAlone)
		a.alone = a.inVain
	}
}

// well notes that nothing was odd: more may be looked at, as a record may be longer.
func (a *attempts) well() {
	a.size, a.inVain = min(2*a.size, mostAtOnce), 0
}

// Batch is parseQuick for many lines at once: it knows the same dialects and records,
// and what it does not know it leaves to Next. It reads the next records that Next would
// return, as far as they are ordinary and at hand, into b. Took then takes them; before
// that nothing has been done. If there are none it answers false, and Next knows more.
// The lines must be a Liner. TestTwins and FuzzTwins compare it with parseItem.
func (r *Reader) Batch(b *ingest.Batch) bool {
	q := &r.quick
	if r.liner == nil || !q.on || r.trace.on || !q.attempts.next() {
		return false
	}
	text, offset, width := r.liner.QuickLines(q.attempts.size)
	if text == "" {
		q.attempts.well()
		return false
	}
	quotes, high := q.markLines(text)
	q.high, q.machine = high, false
	b.Begin(q.kind, text, q.ends)
	b.Offset, b.Width = offset, width
	q.packer.pack(b, q.marks, q.quotes && quotes)
	if q.packer.odd {
		q.attempts.odd(b.Rows)
	} else {
		q.attempts.well()
	}
	return b.Rows > 0
}

// Untouched says that nothing will be done to the cells of a Batch, so that those need not
// be told of which are not ASCII or may be stripped.
func (r *Reader) Untouched() { r.quick.packer.untouched = true }

// Took goes on behind the rows of the last Batch, or as many as b has been truncated to,
// of which none has been passed.
func (r *Reader) Took(b *ingest.Batch) {
	if r.quick.packer.folded {
		r.lineNum += strings.Count(b.Text, "\n")
	} else {
		r.lineNum += b.Rows
	}
	r.liner.Took(len(b.Text))
}

// Odd says that the record behind so many rows of the last Batch is one for Next.
func (r *Reader) Odd(rows int) { r.quick.attempts.odd(rows) }
