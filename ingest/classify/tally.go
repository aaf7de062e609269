package classify

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// Hits says how often an input shows a finding, and where.
type Hits struct {
	Count       int // divergences
	Rows        int // that show it; rows of which a path has none, and an exception, count as one each
	Cells       int // that differ, or keys of dicts; 0 where only whole rows do
	First, Last Position
}

// Position is a place in an outcome, py2's where both have it; 1-based. A column of 0 is
// the whole row.
type Position struct{ Row, Column int }

// maxTally is the largest input that is held in memory to tell hits of two causes
// apart that look alike.
const maxTally = 64 << 20

// share is a class of divergences that a finding has, or has some of: then fix is what
// makes its own go away, nil where that is not known.
type share struct {
	key string
	fix change
}

// Findings explains a result as Classify does, the worst first, and counts how often its
// input shows each cause. What only shows beyond the divergences that were kept is explained
// as well.
func Findings(ctx context.Context, eng ingest.Engine, in Case, res diff.Result) ([]Finding, error) {
	found, err := Classify(ctx, eng, in, res)
	if err != nil {
		return found, err
	}
	hits, unknown, err := Tally(ctx, eng, in, res, found, nil)
	if err == nil && len(unknown) > 0 {
		var more []Finding
		more, err = Classify(ctx, eng, in, diff.Result{Verdict: res.Verdict, Divergences: unknown, Count: len(unknown)})
		if found = Join(found, more); err == nil {
			hits, _, err = Tally(ctx, eng, in, res, found, nil)
		}
	}
	for i, h := range hits {
		if found[i].Hits = h; h.Count > 0 {
			found[i].Count = h.Count
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return int(a.Severity) - int(b.Severity) })
	return found, err
}

// Tally counts the hits of each finding of Classify. Where the result has not kept all
// divergences, both paths are run once more. Visit is told of each divergence, in the
// order in which they come, with the index of its finding; what it is given is only
// valid until it returns. Divergences of a class that no finding has are returned, one
// of each class: they were beyond those that the result has kept.
//
// Where several findings share a class, the one whose fix makes a divergence go away
// has it. Of large inputs, and of the team's own code where no fix is known, the first
// finding of the class has what does not show in the column of another.
func Tally(ctx context.Context, eng ingest.Engine, in Case, res diff.Result, findings []Finding, visit func(n int, d diff.Divergence)) ([]Hits, []diff.Divergence, error) {
	t := &tally{in: in, findings: findings, visit: visit, owners: map[string][]int{}, left: map[int]map[hit]bool{},
		strange: map[string]bool{}, hits: make([]Hits, len(findings)), at: make([]hit, len(findings))}
	for i, f := range findings {
		for _, s := range f.shares {
			t.owners[s.key] = append(t.owners[s.key], i)
		}
	}
	err := t.part(ctx, eng)
	switch {
	case err != nil:
	case res.Count == len(res.Divergences):
		for _, d := range res.Divergences {
			t.count(d)
		}
	default:
		err = in.each(ctx, eng, t.count)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("count divergences of %q: %w", in.Name, err)
	}
	for i, f := range findings {
		if f.Cause == DictOrder && res.Order != nil { // which are no divergences
			t.hits[i] = Hits{Count: res.Orders, Rows: res.Orders, First: Position{Row: res.Order.Py2Row}, Last: Position{Row: res.LastOrder}}
		}
	}
	return t.hits, t.unknown, nil
}

// hit is where a divergence is.
type hit struct{ py2, py3, column int }

func hitOf(d diff.Divergence) hit { return hit{d.Py2Row, d.Py3Row, d.Column} }

// tally is a count in the making.
type tally struct {
	in       Case
	findings []Finding
	visit    func(n int, d diff.Divergence)
	owners   map[string][]int     // by class, the findings that have it
	left     map[int]map[hit]bool // of a finding that shares its class: what is there without its cause
	hits     []Hits
	at       []hit // the row that each finding was met in last
	strange  map[string]bool
	unknown  []diff.Divergence
}

// part finds out what is left of shared classes without the cause of each finding but
// the last.
func (t *tally) part(ctx context.Context, eng ingest.Engine) error {
	var data []byte
	for key, owners := range t.owners {
		if len(owners) < 2 || t.in.Size > maxTally {
			continue
		}
		if data == nil {
			var err error
			if data, err = t.in.read(0, t.in.Size); err != nil {
				return err
			}
		}
		now := t.in.trial(data)
		for _, n := range owners[:len(owners)-1] {
			fix := t.findings[n].fixOf(key)
			if fix == nil {
				break
			}
			next, ok := fix(now)
			if !ok {
				break
			}
			now = next
			there := map[hit]bool{}
			err := now.whole().each(ctx, eng, func(d diff.Divergence) {
				if evidenceOf(d).key() == key {
					there[hitOf(d)] = true
				}
			})
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				break // a trial that cannot be made tells nothing
			}
			t.left[n] = there
		}
	}
	return nil
}

func (f *Finding) fixOf(key string) change {
	i := slices.IndexFunc(f.shares, func(s share) bool { return s.key == key })
	return f.shares[i].fix
}

// Join adds findings of the same input to those that are there already; of one signature
// they are one.
func Join(found, more []Finding) []Finding {
	for _, f := range more {
		i := slices.IndexFunc(found, func(o Finding) bool { return o.Signature == f.Signature })
		if i < 0 {
			found = append(found, f)
			continue
		}
		for _, s := range f.shares {
			found[i].share(s)
		}
	}
	return found
}

// share notes a class of divergences that a finding has.
func (f *Finding) share(s share) {
	if !slices.ContainsFunc(f.shares, func(o share) bool { return o.key == s.key }) {
		f.shares = append(f.shares, s)
	}
}

// each runs both paths over the whole input and hands on every divergence.
func (c Case) each(ctx context.Context, eng ingest.Engine, f func(diff.Divergence)) error {
	var streams [2]ingest.Rows
	for i, s := range []ingest.Settings{c.Py2, c.Py3} {
		rows, err := eng.Ingest(ctx, ingest.Input{Name: c.Name, Data: c.Data, Size: c.Size, Settings: s})
		if err != nil {
			return err
		}
		defer rows.Close()
		streams[i] = rows
	}
	_, err := diff.CompareEach(streams[0], streams[1], c.Compare, f)
	return err
}

// whole is a trial as a case of its own.
func (t trial) whole() Case {
	return Case{Name: t.name, Data: bytes.NewReader(t.data), Size: int64(len(t.data)), Py2: t.py2, Py3: t.py3, Compare: t.compare}
}

// owner returns the finding that a divergence belongs to, -1 if it is none's.
func (t *tally) owner(d diff.Divergence) int {
	key := evidenceOf(d).key()
	owners := t.owners[key]
	if len(owners) == 0 {
		if !t.strange[key] && len(t.strange) < maxGroups {
			t.strange[key] = true
			d.Py2, d.Py3 = d.Py2.Clone(), d.Py3.Clone()
			t.unknown = append(t.unknown, d)
		}
		return -1
	}
	for _, n := range owners[:len(owners)-1] {
		there := t.left[n]
		if there == nil {
			return t.byColumn(owners, d.Column)
		}
		if !there[hitOf(d)] {
			return n
		}
	}
	return owners[len(owners)-1]
}

func (t *tally) byColumn(owners []int, column int) int {
	for _, n := range owners {
		if t.findings[n].First.Column == column {
			return n
		}
	}
	return owners[0]
}

// count adds a divergence to what it belongs to.
func (t *tally) count(d diff.Divergence) {
	n := t.owner(d)
	if n < 0 {
		return
	}
	h, at := &t.hits[n], Position{d.Py2Row, d.Column}
	if at.Row == 0 {
		at.Row = d.Py3Row
	}
	row := hit{py2: d.Py2Row, py3: d.Py3Row}
	if h.Count == 0 || row != t.at[n] {
		h.Rows++
	}
	if d.Column > 0 {
		h.Cells++
	}
	if h.Count == 0 {
		h.First = at
	}
	h.Count, h.Last, t.at[n] = h.Count+1, at, row
	if t.visit != nil {
		t.visit(n, d)
	}
}
