package parity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// Two faults at different records of the input are never the same. At which record a call
// raised, its recording knows only while csv hands records out: not where code loops over
// the file itself, nor once it has read all rows into a list. So an agreement about a fault
// is tried: both paths are given less of the delivery, whole lines from its beginning, and
// the least is looked for of which they raise that fault. Where one of them needs fewer
// lines for it than the other they do not agree, and those lines show it. Nothing of the
// code is looked into for that.

// maxPlacing bounds the search. A delivery of a million lines takes twenty pairs of calls.
const maxPlacing = 30 * time.Second

// placer searches for the line at which both paths raise a fault.
type placer struct {
	line *Line
	run  ingest.Engine
	d    Delivery
	v    *View
	want [2]*ingest.Fault // by path
	low  int64            // bytes of which neither raises it, -1 while none are known
	high int64            // bytes of which both do
}

// placed tries an agreement about a fault. Where it is none, the view becomes the part of
// the delivery that shows that.
func (l *Line) placed(ctx context.Context, run ingest.Engine, d Delivery, v *View, res diff.Result) (diff.Result, error) {
	if d.Calls == [2]*ingest.Call{} || res.Verdict != ingest.AgreeFault || l.NoRepeats {
		return res, nil
	}
	if stoppedByUs(res.Py2Fault) {
		v.warn(fmt.Sprintf("fault: %s on both paths (%s): what they would have done without that limit is not known", res.Py2Fault.Type, res.Py2Fault.Message))
		return res, nil
	}
	p := placer{line: l, run: run, d: d, v: v, want: [2]*ingest.Fault{res.Py2Fault, res.Py3Fault}, low: -1, high: v.input.size}
	part, err := p.search(ctx)
	if err == nil && part < 0 {
		v.FaultLine, err = p.lines(p.high)
		return res, err
	}
	if err == nil {
		return p.cut(ctx, part, res)
	}
	if ctx.Err() != nil || errors.As(err, new(readError)) {
		return res, err
	}
	v.warn(fmt.Sprintf("fault: whether both paths raise %s at the same record is not known: %s", res.Py3Fault.Type, reason(err)))
	return res, nil
}

// stoppedByUs reports whether a limit of ours ended the path, wherever it was then.
func stoppedByUs(f *ingest.Fault) bool {
	return slices.Contains([]string{ingest.FaultTimeout, ingest.FaultMemory, ingest.FaultProcesses, ingest.FaultRows}, f.Type)
}

// search returns how many bytes of the delivery one path alone raises the fault of, -1
// where both raise it at the same line.
func (p *placer) search(ctx context.Context) (int64, error) {
	guesses, err := p.guesses()
	for end := time.Now().Add(maxPlacing); err == nil; {
		var n int64
		if n, guesses, err = p.next(guesses); err != nil || n < 0 {
			break
		}
		if time.Now().After(end) {
			return -1, fmt.Errorf("it was not found in %v", maxPlacing)
		}
		var raised [2]bool
		raised, err = p.probe(ctx, n)
		switch {
		case err != nil:
		case raised[ingest.Py2] != raised[ingest.Py3]:
			return n, nil
		case raised[ingest.Py2]:
			p.high = n
		default:
			p.low = n
		}
	}
	return -1, err
}

// guesses are the ends of the record that csv had read when both raised and of the one
// before, as if each were a line, which most are.
func (p *placer) guesses() (out []int64, err error) {
	r := p.want[ingest.Py2].Record
	if r != p.want[ingest.Py3].Record {
		r = 0
	}
	n := 0
	for end := range p.ends(0, p.high, &err) {
		if n++; n > r {
			break
		}
		if n >= r-1 {
			out = append(out, end)
		}
	}
	return out, err
}

// next is the part of the delivery to try next: a guess that can still be right, the end
// of the line nearest to the middle of what is not known, and at last nothing at all. It
// is -1 when all is known.
func (p *placer) next(guesses []int64) (int64, []int64, error) {
	for len(guesses) > 0 {
		n := guesses[0]
		if guesses = guesses[1:]; p.low < n && n < p.high {
			return n, guesses, nil
		}
	}
	low := max(p.low, 0)
	middle := low + (p.high-low)/2
	n, err := p.lastEnd(low, middle)
	if err == nil && n < 0 {
		for end := range p.ends(middle, p.high, &err) {
			if end < p.high {
				n = end
			}
			break
		}
	}
	if n < 0 && p.low < 0 && p.high > 0 {
		n = 0
	}
	return n, nil, err
}

// lastEnd is the last end of a line beyond low that has its newline before middle, -1 if
// there is none.
func (p *placer) lastEnd(low, middle int64) (last int64, err error) {
	for to := middle; to > low && err == nil; {
		from := max(low, to-window)
		last = -1
		for end := range p.ends(from, to, &err) {
			if low < end && end < p.high {
				last = end
			}
		}
		if last > 0 {
			return last, err
		}
		to = from
	}
	return -1, err
}

const window = 1 << 16

// ends yields where the lines end of which the newline begins at a byte in [from, to). A
// newline of UTF-16 or UTF-32 has its zeros with it.
func (p *placer) ends(from, to int64, failed *error) func(yield func(int64) bool) {
	return func(yield func(int64) bool) {
		buf := make([]byte, window+4)
		for ; from < to; from += window {
			n, err := p.v.input.data.ReadAt(buf[:min(window+4, p.v.input.size-from)], from)
			if err != nil && (err != io.EOF || int64(n) < min(window, to-from)) {
				*failed = readError{err}
				return
			}
			for i, end := 0, 0; i < int(min(window, to-from)); i = end {
				at := bytes.IndexAny(buf[i:min(n, int(to-from), window)], "\r\n")
				if at < 0 {
					break
				}
				end = i + at + newline(buf[i+at:n])
				if !yield(from + int64(end)) {
					return
				}
			}
		}
	}
}

// newline is how long the newline is that b begins with.
func newline(b []byte) int {
	n := 1
	if b[0] == '\r' && len(b) > 1 && b[1] == '\n' {
		n = 2
	}
	for n < 4 && n < len(b) && b[n] == 0 {
		n++
	}
	return n
}

// readError says that the delivery could not be read.
type readError struct{ error }

func (e readError) Unwrap() error { return e.error }

// part is the view with the first n bytes of its input.
func (p *placer) part(n int64) View {
	v := *p.v
	v.input = input{data: io.NewSectionReader(v.input.data, 0, n), size: n, temp: v.input.temp}
	return v
}

// probe runs both paths on the first n bytes and tells which raise the fault: the same
// class at the same place of the code. Another fault in its place tells nothing.
func (p *placer) probe(ctx context.Context, n int64) (raised [2]bool, err error) {
	v := p.part(n)
	rows, err := open(ctx, p.run, p.d, &v)
	if err != nil {
		return raised, err
	}
	for _, r := range rows {
		defer r.Close()
	}
	res, err := diff.CompareMax(rows[ingest.Py2], rows[ingest.Py3], v.Compare, 0)
	for path, f := range []*ingest.Fault{res.Py2Fault, res.Py3Fault} {
		want := p.want[path]
		raised[path] = f != nil && diff.FaultClass(f.Type) == diff.FaultClass(want.Type) && f.Where == want.Where
	}
	if err == nil && raised[ingest.Py2] != raised[ingest.Py3] && res.Verdict != ingest.Diverge {
		err = errors.New("they raise it in several places")
	}
	return raised, err
}

// cut makes the view the part of the delivery on which one path alone raises the fault.
func (p *placer) cut(ctx context.Context, n int64, whole diff.Result) (diff.Result, error) {
	v := p.part(n)
	v.seen = [2]*ingest.Recording{}
	res, err := p.line.run(ctx, p.run, p.d, &v)
	if err == nil {
		res, err = p.line.quiet(ctx, p.run, p.d, &v, res)
	}
	if err != nil {
		return whole, err
	}
	if res.Verdict != ingest.Diverge {
		p.v.warn(fmt.Sprintf("fault: whether both paths raise %s at the same record is not known: they are not the same each time", whole.Py3Fault.Type))
		return whole, nil
	}
	lines, err := p.lines(n)
	first := ingest.Py2
	if res.Py2Fault == nil {
		first = ingest.Py3
	}
	v.warn(fmt.Sprintf("fault: both paths raise %s, but not at the same record: %s does within the first %d lines, on which they are compared", whole.Py3Fault.Type, first, lines))
	*p.v = v
	return res, err
}

// lines is how many lines the first n bytes are.
func (p *placer) lines(n int64) (count int, err error) {
	for end := range p.ends(0, n, &err) {
		if end < n {
			count++
		}
	}
	if n > 0 {
		count++
	}
	return count, err
}
