// Package classify finds out why two outcomes differ. A divergence is evidence:
// it suggests causes. A cause is accepted only if the divergence goes away when
// the one feature that the cause is about is neutralised, in the input, in the
// Settings or, of the team's own code, in Python, and both paths are run again (a
// counterfactual). What no cause explains is "unclassified", which is a finding too.
//
// # Signatures
//
// A signature names a cause and what is stable about it:
//
//	signature = cause *( ":" detail ) ":" mode "/" mode
//	cause     = one of Causes
//	detail    = pair / operation / class
//	pair      = name "/" name    ; py2's and py3's codec, exception class ("-" for none), errors= or type
//	operation = a step ("int" / "round" / "strip" / "upper" / ...) / "column" / "quoting" / "data"
//	class     = "nul" / "wide" / "crlf" / "cr" / "lf" / "control" / "nel" / "ls-ps" / "expanding" / "simple" / "sign"
//	mode      = an open mode
//
// and that of a divergence of the team's own code where in it and how it was seen to read:
//
//	signature = cause [ ":" what differs ] ":" file ":" function ":" codec "/" codec ":call/call"
//	codec     = Python's name / "-" for bytes / "locale" for open() without encoding=
//
// for example "unicode-digits:int:bytes-decode/text" or
// "undecodable-bytes:iso8859-1/utf-8:-/UnicodeDecodeError:bytes-decode/text". It
// holds no text of exceptions, no positions and nothing the supplier wrote, and
// it is the same for the raw and the normalized view and for the minimised input.
package classify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// The bounds of one classification.
const (
	maxRuns   = 160     // pairs of runs
	maxWhole  = 1 << 20 // bytes of an input that is run as a whole
	maxWindow = 1 << 20 // bytes around a divergence of a larger input
	maxGroups = 24      // classes of divergences that are looked at
	maxPeel   = 4       // causes looked for in one class
	maxKept   = 400     // divergences kept of a counterfactual run
)

// Case is one input, how both paths read it, and how their outcomes compare.
type Case struct {
	Name    string // the supplier's file name
	Data    io.ReaderAt
	Size    int64
	Py2     ingest.Settings
	Py3     ingest.Settings
	Compare ingest.Comparison
	Call    bool // the engine runs the team's own code, which the Settings do not describe
}

// Finding is one cause found in one input.
type Finding struct {
	Cause     Cause
	Signature string
	Severity  ingest.Severity
	First     diff.Divergence
	Count     int    // divergences of this cause among those kept in the Result
	Why       string // the Python rule and where CPython has it, two sentences
	Fix       string // a line of Python that restores parity
	Confirmed bool   // a counterfactual run or the evidence itself proves the cause
	// Place is where the team's own code shows the cause; zero for policies, and where
	// it is not known.
	Place ingest.Frame
	Hits  Hits // how often the input shows it, where Tally has counted them

	shares []share
}

// Classify explains the divergences of a result, one finding per signature, in
// the order in which they were met. The engine runs counterfactuals; the error
// is the context's or a failure to read the input. An engine that cannot run a
// counterfactual (a codec that is not modelled) only leaves it unconfirmed.
func Classify(ctx context.Context, eng ingest.Engine, in Case, res diff.Result) ([]Finding, error) {
	c := &classifier{ctx: ctx, eng: eng, in: in, rules: rules()}
	groups := grouped(res.Divergences)
	explain := c.groups
	if in.Call {
		explain = (&code{classifier: c}).groups
	}
	if err := explain(groups); err != nil {
		return c.out, fmt.Errorf("classify %q: %w", in.Name, err)
	}
	if res.OrderDiffers && !in.Compare.Strict && res.Order != nil {
		f := c.finding(verdict{cause: DictOrder, sure: true}, *res.Order, res.Orders)
		f.Severity = ingest.Info
		c.add(f)
	}
	if len(c.out) == 1 && len(groups) == 1 {
		c.out[0].Count = max(c.out[0].Count, res.Count)
	}
	return c.out, nil
}

func (c *classifier) groups(groups []group) error {
	for _, g := range groups {
		if len(c.out) > maxGroups {
			break
		}
		if err := c.group(g); err != nil {
			return err
		}
	}
	return nil
}

// Holds reports whether an input shows a divergence with the signature. It is the
// predicate that keeps a shrinker on its way.
func Holds(ctx context.Context, eng ingest.Engine, in Case, signature string) (bool, error) {
	data, err := in.read(0, in.Size)
	if err != nil {
		return false, err
	}
	res, err := in.trial(data).run(ctx, eng)
	if err != nil || res.Count == 0 && !res.OrderDiffers {
		return false, err
	}
	found, err := Classify(ctx, eng, in, res)
	for _, f := range found {
		if f.Signature == signature {
			return true, err
		}
	}
	return false, err
}

func (c Case) trial(data []byte) trial {
	return trial{name: c.Name, data: data, py2: c.Py2, py3: c.Py3, compare: c.Compare, taken: new(taken)}
}

func (c Case) read(from, to int64) ([]byte, error) {
	from, to = max(0, from), min(to, c.Size)
	b := make([]byte, max(0, to-from))
	if n, err := c.Data.ReadAt(b, from); n < len(b) {
		return nil, fmt.Errorf("read input at byte %d: %w", from, err)
	}
	return b, nil
}

// group is a class of divergences: those with the same key of evidence.
type group struct {
	key   string
	first evidence
	count int
	all   []evidence
}

func grouped(ds []diff.Divergence) []group {
	var out []group
	index := map[string]int{}
	for _, e := range evidences(ds) {
		key := e.key()
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key], out = i, append(out, group{key: key, first: e})
		}
		out[i].count++
		out[i].all = append(out[i].all, e)
	}
	return out
}

// count returns the number of kept divergences of a class.
func count(res diff.Result, key string) (n int, first *evidence) {
	for _, g := range grouped(res.Divergences) {
		if g.key == key {
			return g.count, &g.first
		}
	}
	return 0, nil
}

type classifier struct {
	ctx   context.Context
	eng   ingest.Engine
	in    Case
	rules []rule
	runs  int
	out   []Finding
	fixes []change // of the findings, as far as they have any
	// latest is the finding that the last divergence explained went to.
	latest int
}

// verdict is a cause with what its signature says.
type verdict struct {
	cause  Cause
	detail []string
	fix    change // what made the divergence go away, nil if nothing did
	sure   bool
	last   bool
}

// group explains one class of divergences. Where neutralising the cause of the
// first leaves others of the class, these have another cause: it is looked for in
// the input as changed so far.
func (c *classifier) group(g group) error {
	base, whole, err := c.base(g.first.d)
	if err != nil {
		return err
	}
	e, left := g.first, g.count
	for n := 0; left > 0 && n < maxPeel; n++ {
		v := c.explain(base, whole, e)
		if v.last && n == 0 && whole {
			v, base, e = c.besides(v, base, e)
		}
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
		if n > 0 && v.last { // not explained by itself: it stays with the cause before
			c.out[c.latest].Count += left
			return nil
		}
		if v.fix != nil {
			c.fixes = append(c.fixes, v.fix)
		}
		next, rest, again := c.peel(base, whole, v, e, left)
		f := c.finding(v, e.d, left-rest)
		f.share(share{e.key(), v.fix})
		c.add(f)
		if again == nil {
			return nil
		}
		base, left, e = next, rest, *again
	}
	return nil
}

// besides looks for a cause that shows only where those of the classes before are
// neutralised: an escaped newline, say, beside bytes that are no character. It
// returns the trial and the evidence that the verdict is about.
func (c *classifier) besides(v verdict, base trial, e evidence) (verdict, trial, evidence) {
	next, ok := sequence(c.fixes)(base)
	if !ok {
		return v, base, e
	}
	res, ok := c.run(next)
	if !ok {
		return v, base, e
	}
	if n, first := count(res, e.key()); n > 0 {
		if other := c.explain(next, true, *first); !other.last {
			return other, next, *first
		}
	}
	return v, base, e
}

// peel applies what made a divergence go away to the whole input and returns what
// is left of its class.
func (c *classifier) peel(base trial, whole bool, v verdict, e evidence, left int) (trial, int, *evidence) {
	if !whole || v.fix == nil || left <= 1 {
		return base, 0, nil
	}
	next, ok := v.fix(base)
	if !ok {
		return base, 0, nil
	}
	res, ok := c.run(next)
	if !ok {
		return base, 0, nil
	}
	n, again := count(res, e.key())
	return next, min(n, left-1), again
}

// base returns the input to experiment on: all of it, or of a large one the
// header and the surroundings of the divergence.
func (c *classifier) base(d diff.Divergence) (t trial, whole bool, err error) {
	if c.in.Size <= maxWhole {
		data, err := c.in.read(0, c.in.Size)
		return c.in.trial(data), true, err
	}
	at := max(d.Py2Offset, d.Py3Offset, 0)
	head, err := c.in.read(0, min(64<<10, at))
	if err != nil {
		return t, false, err
	}
	around, err := c.in.read(max(at-maxWindow/2, int64(len(head))), at+maxWindow/2)
	if i := strings.IndexByte(string(head), '\n'); i >= 0 {
		head = head[:i+1]
	}
	if i := strings.IndexByte(string(around), '\n'); i >= 0 && at > maxWindow/2 {
		around = around[i+1:]
	}
	return c.in.trial(append(head, around...)), false, err
}

// run makes a trial. It reports false if the trial could not be made.
func (c *classifier) run(t trial) (diff.Result, bool) {
	if c.runs >= maxRuns || c.ctx.Err() != nil {
		return diff.Result{}, false
	}
	c.runs++
	res, err := t.run(c.ctx, c.eng)
	return res, err == nil
}

// explain finds the cause of a divergence, in the few records around it if these
// show it by themselves, else in the whole trial.
func (c *classifier) explain(t trial, whole bool, e evidence) verdict {
	for around := int64(0); around < 2 && whole; around++ {
		small, ok := focus(t.data, e.d, around)
		if !ok {
			break
		}
		f := t
		f.data = small
		res, ok := c.run(f)
		if !ok {
			continue
		}
		if n, first := count(res, e.key()); n > 0 {
			if v := c.decide(f, *first, res); !v.last {
				return v
			}
		}
	}
	res, ok := c.run(t)
	if n, _ := count(res, e.key()); !ok || n == 0 {
		return c.judge(t, e) // the engine cannot show it again: the evidence must do
	}
	return c.decide(t, e, res)
}

// decide finds the cause of a divergence in a trial cut short after the step that
// brings it about, and if none is found there, in all of it.
func (c *classifier) decide(t trial, e evidence, before diff.Result) verdict {
	if short, ok := c.trace(t, e); ok {
		if v := c.test(short.trial, short.e, short.before); !v.last {
			return v
		}
	}
	return c.test(t, e, before)
}

// judge goes by evidence alone.
func (c *classifier) judge(t trial, e evidence) verdict {
	for _, r := range c.rules {
		applies := len(r.changes) == 0
		for _, ch := range r.changes {
			_, ok := ch(t)
			applies = applies || ok
		}
		if applies && r.match(e, c.in) {
			return verdict{cause: r.cause, detail: r.detail(e, t), last: r.last}
		}
	}
	return verdict{cause: Unclassified, detail: unclassified(e, t), last: true}
}

// focus cuts the first line and the line of a divergence, with as many around it,
// out of an input. Lines end with LF here: that suits every codec of bytes; where
// it does not, the cut does not show the divergence and more is looked at.
func focus(data []byte, d diff.Divergence, around int64) ([]byte, bool) {
	at := max(d.Py2Offset, d.Py3Offset)
	size := int64(len(data))
	if at < 0 || at >= size {
		return nil, false
	}
	head := int64(bytes.IndexByte(data, '\n')) + 1
	start, end := at, at
	for n := int64(0); n <= around; n++ {
		start = int64(bytes.LastIndexByte(data[:max(start-min(n, 1), 0)], '\n')) + 1
		if i := bytes.IndexByte(data[end:], '\n'); i >= 0 {
			end += int64(i) + 1
		} else {
			end = size
		}
	}
	start = max(start, head)
	if at < head {
		start, end = head, max(end, head)
	}
	if head+end-start >= size {
		return nil, false
	}
	return slices.Concat(data[:head], data[start:end]), true
}

func (c *classifier) finding(v verdict, d diff.Divergence, n int) Finding {
	parts := append([]string{string(v.cause)}, v.detail...)
	parts = append(parts, c.modes())
	f := Finding{
		Cause: v.cause, Signature: strings.Join(parts, ":"), First: d, Count: n,
		Confirmed: v.sure, Severity: severityOf(d),
	}
	f.Why, f.Fix = explain(v.cause, c.in)
	return f
}

func (c *classifier) modes() string {
	if c.in.Call || c.in.Py2.Open == "" {
		return "call/call"
	}
	return string(c.in.Py2.Open) + "/" + string(c.in.Py3.Open)
}

// severityOf ranks one divergence: a fault by the side that raised, all else is
// data that differ silently.
func severityOf(d diff.Divergence) ingest.Severity {
	switch {
	case d.Kind != diff.KindFault:
		return ingest.Silent
	case d.Py2Fault == nil:
		return ingest.Py3Fault
	case d.Py3Fault == nil:
		return ingest.Py2Fault
	}
	return ingest.BothFault
}

// add joins findings of one signature.
func (c *classifier) add(f Finding) {
	for i := range c.out {
		if c.out[i].Signature == f.Signature {
			c.out[i].Count += f.Count
			for _, s := range f.shares {
				c.out[i].share(s)
			}
			c.latest = i
			return
		}
	}
	c.latest = len(c.out)
	c.out = append(c.out, f)
}
