package classify

import (
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// test tests the rules: first for one that accounts for all divergences of the
// class, then, since one row may have two causes in two cells, for one that
// accounts for the first of them. Of an exception that nothing accounts for it
// then takes for gone what both paths raise.
func (c *classifier) test(t trial, e evidence, before diff.Result) verdict {
	v := c.tryRules(t, e, before, c.gone)
	if n, _ := count(before, e.key()); v.last && (n > 1 || v.cause == Unclassified) {
		if first := c.tryRules(t, e, before, c.goneHere); !first.last {
			return first
		}
	}
	return v
}

// experiment reports whether a trial no longer shows a divergence.
type experiment func(t trial, e evidence, before diff.Result) bool

// tryRules tests the rules one by one; then, before it takes a last resort, those
// that change the input all together, since one cell may need two of them.
func (c *classifier) tryRules(t trial, e evidence, before diff.Result, gone experiment) verdict {
	combined := false
	for _, r := range c.rules {
		if (r.general || r.last) && !combined {
			combined = true
			if v, ok := c.together(t, e, before, gone); ok {
				return v
			}
		}
		if !r.match(e, c.in) {
			continue
		}
		if len(r.changes) == 0 {
			return verdict{cause: r.cause, detail: r.detail(e, t), sure: !r.last, last: r.last}
		}
		for _, ch := range r.changes {
			if next, ok := ch(t); ok && gone(next, e, before) {
				return verdict{cause: r.cause, detail: r.detail(e, t), fix: ch, sure: true}
			}
		}
	}
	return verdict{cause: Unclassified, detail: unclassified(e, t), last: true}
}

// together accumulates changes of the input until the divergence goes away; the
// cause is the one that was still missing.
func (c *classifier) together(t trial, e evidence, before diff.Result, gone experiment) (verdict, bool) {
	all := t
	applied := []change{}
	for _, r := range c.rules {
		if !r.input || !r.match(e, c.in) {
			continue
		}
		for _, ch := range r.changes {
			next, ok := ch(all)
			if !ok {
				continue
			}
			all, applied = next, append(applied, ch)
			if len(applied) > 1 && gone(all, e, before) {
				return verdict{cause: r.cause, detail: r.detail(e, t), fix: sequence(applied), sure: true}, true
			}
		}
	}
	return verdict{}, false
}

func sequence(changes []change) change {
	return func(t trial) (trial, bool) {
		changed := false
		for _, ch := range changes {
			next, ok := ch(t)
			if ok {
				t, changed = next, true
			}
		}
		return t, changed
	}
}

// gone reports whether a trial no longer shows the class of divergence. A trial
// that reads hardly anything any more shows nothing at all and proves nothing.
func (c *classifier) gone(t trial, e evidence, before diff.Result) bool {
	res, ok := c.run(t)
	if !ok {
		return false
	}
	if n, _ := count(res, e.key()); n > 0 {
		return false
	}
	return readEnough(t, res, before)
}

// goneHere reports whether a trial shows fewer divergences of the class and none
// where the first was. (Which key of a dict has become which is a guess, so that
// keys have no place.)
func (c *classifier) goneHere(t trial, e evidence, before diff.Result) bool {
	res, ok := c.run(t)
	if !ok {
		return false
	}
	was, _ := count(before, e.key())
	is, first := count(res, e.key())
	here := is > 0 && e.d.Kind != diff.KindKey && sameRow(first.d, e.d) && first.d.Column == e.d.Column
	if is >= was || here {
		return false
	}
	return readEnough(t, res, before) || e.fault() && agreed(res, e)
}

// agreed reports whether both paths raise what one of them raised before.
func agreed(res diff.Result, e evidence) bool {
	tag := tagOf(res.Py3Fault)
	return res.Verdict == ingest.AgreeFault && tag == tagOf(res.Py2Fault) &&
		(tag == e.tag2 && faultClass(res.Py2Fault) == faultClass(e.d.Py2Fault) || tag == e.tag3 && faultClass(res.Py3Fault) == faultClass(e.d.Py3Fault))
}

func readEnough(t trial, res, before diff.Result) bool {
	rows, least := max(res.Py2Rows, res.Py3Rows), min(before.Py2Rows, before.Py3Rows)
	if t.py3.Reader == ingest.DictReader {
		rows++ // it takes the header for itself
	}
	return rows >= max(least, 1) || 2*rows >= max(before.Py2Rows, before.Py3Rows)
}
