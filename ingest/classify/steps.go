package classify

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// What is done to cells is a chain: the cleaning steps, then those of the column's
// type. Where both paths agree up to one step and differ after it, that step is
// where to look, and what comes after it is of no account.

// stepColumn stands for the choice of the columns to convert, which precedes all
// conversions: u'größe' == 'größe' is False in Python 2.
const stepColumn = "column"

// traced is a trial cut short after the first step whose results differ.
type traced struct {
	trial  trial
	e      evidence // e.step names the step, "" if the cells differ as they are read
	before diff.Result
}

// trace finds the step that brings a divergence about. It reports false where the
// Settings have no steps or the divergence is not shown without the last of them.
func (c *classifier) trace(t trial, e evidence) (traced, bool) {
	n := max(depth(t.py2), depth(t.py3))
	if n == 0 {
		return traced{}, false
	}
	read := t.cut(0)
	base, ok := c.run(read)
	if !ok {
		return traced{}, false
	}
	if found, ok := shown(base, e); ok && found.fault() == e.fault() && (found.feature != featBytes || e.feature == featBytes) {
		return traced{read, found, base}, true
	}
	for k := 1; k <= n; k++ {
		cut := t.cut(k)
		res, ok := c.run(cut)
		if !ok {
			return traced{}, false
		}
		found, ok := shown(res, e)
		if !ok || e.fault() && !found.fault() && knew(base, found) {
			continue // it raises for another reason than that its row was read differently
		}
		if found.feature == featBytes && e.feature != featBytes {
			continue // what follows makes something else of bytes and of text
		}
		cut, found.step = c.single(t, cut, k, e)
		return traced{cut, found, res}, true
	}
	return traced{}, false
}

// single narrows a trial cut after k steps to the one column type that shows the
// divergence and returns its last step.
func (c *classifier) single(t, cut trial, k int, e evidence) (trial, string) {
	if k <= len(t.py3.Clean) {
		return cut, stepName(string(t.py3.Clean[k-1]))
	}
	if other, ok := nativeColumns(cut); ok {
		if res, ok := c.run(other); ok {
			if _, still := shown(res, e); !still {
				return cut, stepColumn
			}
		}
	}
	name := ""
	for i, typ := range cut.py3.Types {
		steps := strings.Split(typ.Type, "|")
		if len(t.py3.Clean)+len(steps) < k {
			continue // it ended before
		}
		if name == "" {
			name = stepName(steps[len(steps)-1])
		}
		one := cut
		one.py2.Types, one.py3.Types = only(t.cut(k-1).py2.Types, cut.py2.Types, i), only(t.cut(k-1).py3.Types, cut.py3.Types, i)
		if res, ok := c.run(one); ok {
			if _, still := shown(res, e); still {
				return one, stepName(steps[len(steps)-1])
			}
		}
	}
	return cut, name
}

// only returns the types as they were, but for one.
func only(before, after []ingest.ColumnType, i int) []ingest.ColumnType {
	out := slices.Clone(before)
	if i < len(out) && i < len(after) {
		out[i] = after[i]
	} else if i < len(after) {
		out = append(out, after[i])
	}
	return out
}

// nativeColumns leaves out of py3's types the columns whose names Python 2 cannot
// compare with a header of text.
func nativeColumns(t trial) (trial, bool) {
	foreign := func(typ ingest.ColumnType) bool { return !ingest.IsASCII(typ.Column) }
	if !slices.ContainsFunc(t.py3.Types, foreign) {
		return t, false
	}
	t.py3.Types = slices.DeleteFunc(slices.Clone(t.py3.Types), foreign)
	return t, true
}

func stepName(step string) string {
	name, _, _ := strings.Cut(step, ":")
	return name
}

// depth is the number of steps that a cell goes through at most.
func depth(s ingest.Settings) int {
	n := 0
	for _, t := range s.Types {
		n = max(n, strings.Count(t.Type, "|")+1)
	}
	return len(s.Clean) + n
}

// cut leaves the first k steps of both paths.
func (t trial) cut(k int) trial {
	for _, s := range []*ingest.Settings{&t.py2, &t.py3} {
		rest := max(0, k-len(s.Clean))
		s.Clean = s.Clean[:min(k, len(s.Clean))]
		types := s.Types
		s.Types = nil
		for _, typ := range types {
			if steps := strings.Split(typ.Type, "|"); rest > 0 {
				s.Types = append(s.Types, ingest.ColumnType{Column: typ.Column, Type: strings.Join(steps[:min(rest, len(steps))], "|")})
			}
		}
	}
	return t
}

// shown finds a divergence of a trial cut short that is where another was: in the
// same cell, or, of an exception, that exception or a cell of its row.
func shown(res diff.Result, e evidence) (found evidence, ok bool) {
	for _, f := range evidences(res.Divergences) {
		switch {
		case !sameRow(f.d, e.d) || f.fault() && !e.fault():
		case f.fault(), f.d.Kind == e.d.Kind && f.d.Column == e.d.Column:
			return f, true
		case !ok && !ofOtherCell(f.d, e.d):
			found, ok = f, true
		}
	}
	return found, ok
}

// ofOtherCell reports whether a divergence is about a column by itself, and not
// the one that another is about.
func ofOtherCell(f, e diff.Divergence) bool {
	switch f.Kind {
	case diff.KindCell:
		return e.Kind == diff.KindCell
	case diff.KindKey, diff.KindKeyMissing, diff.KindKeyExtra:
		return true
	}
	return false
}

// sameRow reports whether two divergences are of one row of a path.
func sameRow(a, b diff.Divergence) bool {
	return a.Py2Row != 0 && a.Py2Row == b.Py2Row || a.Py3Row != 0 && a.Py3Row == b.Py3Row
}

// knew reports whether a result has a divergence in the same place.
func knew(res diff.Result, e evidence) bool {
	return slices.ContainsFunc(res.Divergences, func(d diff.Divergence) bool {
		return d.Kind == e.d.Kind && sameRow(d, e.d) && d.Column == e.d.Column
	})
}
