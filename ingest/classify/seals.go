package classify

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// Of two digests nobody can tell why they differ. seals is what a run told in which each
// is one of nothing: how the paths differ then, and what they would have been made of.
type seals struct {
	res   diff.Result
	parts [2][][]byte
	frame ingest.Frame // where the code makes the first of them
}

// sealed accuses what makes the contents of digests differ, if the divergence goes through
// digests: it is gone when all are of nothing.
func (c *code) sealed(b *bench, e evidence, n int) bool {
	if b == nil || e.fault() {
		return false
	}
	s := c.unseal(b)
	if s == nil || c.left(s.res, e) > 0 || broke(s.res, b.before, e) || !readEnough(b.t, s.res, b.before) {
		return false
	}
	causes := c.seen.hidden(s.parts[ingest.Py2], s.parts[ingest.Py3])
	for _, cause := range causes {
		f := c.found(cause, e, n, true, s.frame)
		f.share(share{key: e.key()})
		c.add(f)
	}
	return len(causes) > 0
}

// unseal makes the run, or remembers it. It returns nil where the code makes no digests
// or the run failed.
func (c *code) unseal(b *bench) *seals {
	if b.unsealed {
		return b.seals
	}
	b.unsealed = true
	t := b.t
	t.neutral = []ingest.Neutral{ingest.NeutralDigests}
	res, recs, ok := c.observe(t)
	if !ok || recs[0] == nil || recs[1] == nil {
		return nil
	}
	s := &seals{res: res}
	for p, rec := range recs {
		for _, u := range rec.Used {
			if u.Sealed != nil {
				s.parts[p] = append(s.parts[p], u.Sealed)
			} else if u.Frame != (ingest.Frame{}) && u.Neutral == ingest.NeutralDigests {
				s.frame = u.Frame // py3's, where both name one
			}
		}
	}
	if len(s.parts[0]) > 0 && len(s.parts[1]) > 0 {
		b.seals = s
	}
	return b.seals
}

// hidden returns the causes that the contents of digests prove. What both paths have made
// one of proves nothing; the rest is taken in order.
func (k known) hidden(py2, py3 [][]byte) []Cause {
	without := func(list, other [][]byte) [][]byte {
		return slices.DeleteFunc(slices.Clone(list), func(part []byte) bool {
			return slices.ContainsFunc(other, func(o []byte) bool { return bytes.Equal(part, o) })
		})
	}
	py2, py3 = without(py2, py3), without(py3, py2)
	var out []Cause
	for i := range min(len(py2), len(py3), maxPairs) {
		for _, cause := range k.remedied(contents(py2[i], py3[i])) {
			if !slices.Contains(out, cause) {
				out = append(out, cause)
			}
		}
	}
	return out
}

// contents reads what two digests were made of as texts.
func contents(py2, py3 []byte) (a, b ingest.Value) {
	read := ingest.Latin1Text[string]
	if utf8.Valid(py2) && utf8.Valid(py3) {
		read = func(s string) string { return s }
	}
	return ingest.Text(read(string(py2))), ingest.Text(read(string(py3)))
}
