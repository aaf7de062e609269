package parity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// What varies within one path is noise, whatever the other path does. It is looked
// for only where the paths of a call differ, by making the call twice in different
// circumstances: in two processes alike in everything, at two times, under two hash
// seeds. In each pair the clock is told, so that nothing but the one circumstance
// differs; the call that counts is never told one.

// seeds is how many hash seeds a call is repeated under. Two words in a set come in
// the same order under two seeds with chance 1/2, so that one set in 2**11 is taken
// for stable. (Of 100,000 pairs of words 53 were, in 3.11.)
const seeds = 11

// fewSeeds is how many are enough for a large delivery, which costs more and in which
// many sets are met, and where paths differ in an exception alone, which hardly ever
// hangs on the order of a set.
const (
	fewSeeds      = 3
	largeDelivery = 4 << 20 // bytes
	keptDelivery  = 1 << 20 // bytes up to which an outcome to compare with is kept
)

// anotherTime is how far apart the two clocks are: another day, hour, minute, second.
const anotherTime = 25*time.Hour + time.Minute + time.Second + 234567*time.Microsecond

// codeNoise is the code of the harness error where rows themselves vary.
const codeNoise = "noise"

// circumstance is a way in which a call is made twice.
type circumstance struct {
	path ingest.Path
	what string // for people
	kind ingest.NoiseKind
	with func(*ingest.Repeat)
}

// circumstances lists those in which a difference is looked at, the cheap ones first.
func circumstances(d Delivery, res diff.Result) []circumstance {
	var out []circumstance
	for _, path := range []ingest.Path{ingest.Py3, ingest.Py2} {
		if d.Calls[path] == nil {
			continue
		}
		out = append(out,
			circumstance{path, "in two processes", ingest.NoiseState, func(r *ingest.Repeat) { r.Process = 2 }},
			circumstance{path, "at two times", ingest.NoiseClock, func(r *ingest.Repeat) { r.Clock, r.Tick = r.Clock.Add(anotherTime), 1700*time.Microsecond }})
	}
	if d.Calls[ingest.Py3] == nil {
		return out
	}
	n := uint32(seeds)
	if d.Size > largeDelivery || res.Count == 1 && len(res.Divergences) == 1 && res.Divergences[0].Kind == diff.KindFault {
		n = fewSeeds
	}
	for seed := range n {
		out = append(out, circumstance{ingest.Py3, "under two hash seeds", ingest.NoiseHashValue, func(r *ingest.Repeat) { r.Seed = seed + 1 }})
	}
	return out
}

// stable is what was the same in all circumstances: columns, and rows as such. What is
// true of the delivery as sent is taken for true of its normalized form.
type stable struct {
	columns []string
	rows    bool
}

// maxRounds bounds how often a view is compared again without its noise: a column
// that agreed by chance may differ the next time.
const maxRounds = 4

// quiet compares the paths of a view again without what is noise, until all that
// differs was looked at in all circumstances. It adds what it finds to the view's
// comparison.
func (l *Line) quiet(ctx context.Context, run ingest.Engine, d Delivery, v *View, res diff.Result) (diff.Result, error) {
	v.stable = d.stable
	for range maxRounds {
		if d.Calls == [2]*ingest.Call{} || l.NoRepeats || res.Verdict != ingest.Diverge || v.explained(res) {
			return res, nil
		}
		known := len(v.Compare.Noise)
		if err := l.noise(ctx, d, v, res); err != nil || len(v.Compare.Noise) == known {
			return res, err
		}
		var err error
		if res, err = l.run(ctx, run, d, v); err != nil {
			return res, err
		}
	}
	return res, nil
}

// explained reports whether all that differs is known to be noise or to be stable.
func (v *View) explained(res diff.Result) bool {
	return (!res.RowsDiffer || v.stable.rows) && !slices.ContainsFunc(res.Columns, func(c diff.ColumnDiff) bool {
		return !ingest.IsNoise(v.Compare.Noise, c.Column) && !slices.Contains(v.stable.columns, c.Column)
	})
}

// noise looks for columns of a view that vary within one path and adds them to its
// comparison. It ends as soon as they are all that differs between the paths. The
// error is the context's, or says that a path yields other rows each time.
func (l *Line) noise(ctx context.Context, d Delivery, v *View, res diff.Result) error {
	var failed [2]bool
	r := repeater{line: l, d: d, v: v, start: time.Now().Truncate(time.Second)}
	for _, at := range circumstances(d, res) {
		if failed[at.path] {
			continue
		}
		got, err := r.twice(ctx, at)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed[at.path] = true
			v.warn(fmt.Sprintf("noise of %s was not looked for %s: %s", at.path, at.what, reason(err)))
			continue
		case got.RowsDiffer && at.kind != ingest.NoiseClock:
			return unstable(at, v.Compare)
		}
		for _, col := range got.Columns {
			v.Compare.Noise = append(slices.Clip(v.Compare.Noise), ingest.Noise{Column: col.Column, Kind: kindOf(at.kind, col)})
		}
		if v.explained(res) {
			return nil
		}
	}
	v.stable.rows = true
	for _, c := range res.Columns {
		if !ingest.IsNoise(v.Compare.Noise, c.Column) {
			v.stable.columns = append(slices.Clip(v.stable.columns), c.Column)
		}
	}
	return nil
}

func kindOf(kind ingest.NoiseKind, col diff.ColumnDiff) ingest.NoiseKind {
	if kind == ingest.NoiseHashValue && col.Reordered {
		return ingest.NoiseHashOrder
	}
	return kind
}

// unstable says that the number or order of rows, or how they end, varies within one
// path: nothing that is compared by rows means anything.
func unstable(at circumstance, c ingest.Comparison) error {
	kind, hint := at.kind, "let the call give the same rows for the same file, in the adapter if need be"
	if kind == ingest.NoiseHashValue {
		kind = ingest.NoiseHashOrder
		if len(c.Key) == 0 {
			hint = "name the columns by which rows find each other: key: [COLUMN], or sort the rows in the adapter"
		}
	}
	return &ingest.HarnessError{Code: codeNoise, Path: at.path, Hint: hint,
		Msg: fmt.Sprintf("the rows are not the same %s (%s)", at.what, kind)}
}

// repeater makes calls again.
type repeater struct {
	line  *Line
	d     Delivery
	v     *View
	start time.Time
	base  [2]*ingest.Outcome // of small deliveries, by path
}

// twice makes a path's call in two circumstances and compares the outcomes. Those of
// a larger delivery both stream, so that memory is bounded whatever its size.
func (r *repeater) twice(ctx context.Context, at circumstance) (diff.Result, error) {
	usual := ingest.Repeat{Process: 1, Clock: r.start, Tick: time.Microsecond}
	other := usual
	at.with(&other)
	a, err := r.usual(ctx, at.path, usual)
	if err != nil {
		return diff.Result{}, err
	}
	defer a.Close()
	b, err := r.call(ctx, at.path, other)
	if err != nil {
		return diff.Result{}, err
	}
	defer b.Close()
	return diff.CompareMax(a, b, r.v.Compare, 0)
}

// usual is the outcome that those of other circumstances are compared with.
func (r *repeater) usual(ctx context.Context, path ingest.Path, how ingest.Repeat) (ingest.Rows, error) {
	if r.base[path] != nil {
		return r.base[path].Stream(), nil
	}
	rows, err := r.call(ctx, path, how)
	if err != nil || r.d.Size > keptDelivery {
		return rows, err
	}
	o, err := ingest.Collect(rows)
	if err != nil {
		return nil, err
	}
	r.base[path] = &o
	return o.Stream(), nil
}

func (r *repeater) call(ctx context.Context, path ingest.Path, how ingest.Repeat) (ingest.Rows, error) {
	in, call := r.v.inputOf(r.d, path), *r.d.Calls[path]
	call.Repeat, in.Call = how, &call
	return r.line.Calls.Ingest(ctx, in)
}

// reason is an error without the names of the path and of the operation.
func reason(err error) string {
	var h *ingest.HarnessError
	if errors.As(err, &h) {
		return fmt.Sprintf("%s (%s)", h.Msg, h.Code)
	}
	return err.Error()
}

// nothingJudged says that every column of every row is ignored or noise. That the
// paths agree on nothing is no parity.
func nothingJudged(c ingest.Comparison) error {
	var names []string
	for _, n := range c.Noise {
		names = append(names, n.String())
	}
	msg := "every column is left out: ignore " + strings.Join(c.Ignore, ", ")
	if len(names) > 0 {
		msg = "nothing but noise is compared: " + strings.Join(names, ", ")
	}
	return &ingest.HarnessError{Code: "nothing-to-compare", Path: ingest.Py3, Msg: msg,
		Hint: "let the call give something that does not vary, or collect it"}
}
