package classify

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/diff"
)

// The team's own code is run as it is: nobody says how it reads, so that there are
// no Settings to trace or to change. What there is instead: a Recording of its
// opens and its uses of csv (recorded.go); the two values, one of which may be
// turned into the other by what the Pythons do differently (pair.go); and runs
// again, in which one suspect is neutralised, be it a class of bytes of the
// delivery or something that the Pythons do differently (suspects.go). A class of
// divergences that no suspect accounts for alone may have several causes: then all
// are neutralised, and those without which it comes back are its causes.

// The bounds of what is run again.
const (
	maxCodeRuns = 40      // pairs of runs for one class of divergences
	maxCodeData = 1 << 16 // bytes of a delivery that is run as a whole if less will not do
)

// code classifies the divergences of the team's own code.
type code struct {
	*classifier
	suspects []suspect
	whole    *bench // nil where the delivery is too large or does not show them again
	seen     known
	limit    int // runs that may have been made when the class in hand is done
}

// bench is what is experimented on: an input, how the paths differ on it, and what
// is known of experiments by the names of the suspects neutralised.
type bench struct {
	t        trial
	before   diff.Result
	done     map[string]*diff.Result
	seals    *seals // nil where there are none
	unsealed bool   // they were looked for
}

// groups explains each class of divergences.
func (c *code) groups(groups []group) error {
	c.suspects = suspects()
	if err := c.look(); err != nil {
		return err
	}
	if c.whole != nil {
		groups = grouped(c.whole.before.Divergences)
	}
	for _, g := range groups {
		if len(c.out) > maxGroups {
			break
		}
		c.limit = c.runs + maxCodeRuns
		c.group(g)
		if c.ctx.Err() != nil {
			return c.ctx.Err()
		}
	}
	return nil
}

// look runs the delivery again, as it is and with everything left out that can be,
// to see what the code does. Of more than maxWhole bytes the beginning must do for
// that.
func (c *code) look() error {
	data, err := c.in.read(0, min(c.in.Size, maxWhole))
	if err != nil {
		return err
	}
	t := c.in.trial(data)
	res, recs, ok := c.observe(t)
	if ok && res.Count > 0 && c.in.Size <= maxWhole {
		c.whole = &bench{t: t, before: res, done: map[string]*diff.Result{}}
	}
	c.seen = knownOf(recs, c.in, res)
	if !ok {
		for p := range c.seen {
			c.seen[p].codec, c.seen[p].named = codecNone, codecNone
		}
	}
	t.neutral = ingest.Neutrals()
	res, recs, ok = c.observe(t)
	if ok {
		c.seen.use(recs)
	} else {
		c.seen.useAll() // they may get in each other's way
	}
	if c.whole != nil {
		c.whole.t.py2, c.whole.t.py3 = c.seen[ingest.Py2].settings, c.seen[ingest.Py3].settings
		if ok {
			c.whole.done[experimentName(pythonOnly(c.suspects))] = &res
		}
	}
	return c.ctx.Err()
}

// experimentName names what is done when suspects are neutralised.
func experimentName(some []suspect) string {
	var names []string
	for _, s := range some {
		names = append(names, s.name)
	}
	return strings.Join(names, " ")
}

// pythonOnly are the suspects that are no matter of the input.
func pythonOnly(list []suspect) []suspect {
	return slices.DeleteFunc(slices.Clone(list), func(s suspect) bool { return s.neutral == "" })
}

func (c *code) observe(t trial) (diff.Result, [2]*ingest.Recording, bool) {
	c.runs++
	res, recs, err := t.observe(c.ctx, c.eng)
	return res, recs, err == nil
}

// benchFor returns the least of the delivery that shows a class of divergences, nil
// if there is nothing to experiment on.
func (c *code) benchFor(e evidence) *bench {
	if c.whole != nil && len(c.whole.t.data) <= maxCodeData {
		return c.whole
	}
	if data, err := c.around(e.d); err == nil {
		t := c.in.trial(data)
		t.py2, t.py3 = c.seen[ingest.Py2].settings, c.seen[ingest.Py3].settings
		if res, ok := c.run(t); ok {
			if n, _ := count(res, e.key()); n > 0 {
				return &bench{t: t, before: res, done: map[string]*diff.Result{}}
			}
		}
	}
	return c.whole
}

// around cuts out the first line and those about the row of a divergence. Code may
// make what it likes of lines: then the cut does not show the divergence.
func (c *code) around(d diff.Divergence) ([]byte, error) {
	const lines = 3
	row := max(d.Py2Row, d.Py3Row)
	for _, f := range []*ingest.Fault{d.Py2Fault, d.Py3Fault} {
		if f != nil {
			row = max(row, f.Record)
		}
	}
	var out []byte
	line := 0
	for at := int64(0); at < c.in.Size && line <= row+lines; {
		chunk, err := c.in.read(at, at+maxCodeData)
		if err != nil {
			return nil, err
		}
		at += int64(len(chunk))
		for _, part := range strings.SplitAfter(string(chunk), "\n") {
			if line == 0 || line >= row-lines && line <= row+lines {
				out = append(out, part...)
			}
			if strings.HasSuffix(part, "\n") {
				line++
			}
		}
	}
	return out, nil
}

// group explains one class of divergences, the surest means first.
func (c *code) group(g group) {
	e := g.first
	if cause := told(e); cause != "" {
		c.report(cause, e, g.count, true)
		return
	}
	b := c.benchFor(e)
	if c.alone(b, e, g.count, stageFirst) {
		return
	}
	rest := c.pairs(b, g.all)
	if len(rest) == 0 {
		return
	}
	e = rest[0]
	if c.sealed(b, e, len(rest)) || c.alone(b, e, len(rest), stageInput) || c.together(b, e, len(rest), stageInput) ||
		c.alone(b, e, len(rest), stageGeneral) || c.together(b, e, len(rest), stageGeneral) {
		return
	}
	if left := c.partly(b, e, len(rest)); left > 0 {
		cause, sure := c.lastly(e)
		c.report(cause, e, left, sure)
	}
}

// alone looks for a suspect that accounts for a class of divergences by itself.
func (c *code) alone(b *bench, e evidence, n int, at stage) bool {
	python := at != stageFirst || c.python(b, e)
	for _, s := range c.suspects {
		if s.stage != at || !s.match(e, c.seen) || s.neutral != "" && !python {
			continue
		}
		if s.change == nil || c.gone(b, e, s) {
			c.accuse(b, s, e, n)
			return true
		}
	}
	return false
}

// besideMark counts what is left of a class of divergences when a letter stands where the
// byte order mark is. To leave the mark out may make a quote behind it one that opens, or
// give a column its name, by which the same shows in another class: then it is no mark that
// the paths differ about.
func (c *code) besideMark(b *bench, e evidence, some ...suspect) int {
	lettered := slices.Clone(some)
	for i, s := range lettered {
		if isMark(s) {
			lettered[i] = suspect{name: "bom-letter", change: markToLetter}
		}
	}
	res := c.try(b, lettered...)
	if res == nil {
		return 0
	}
	n := c.left(*res, e)
	for _, other := range evidences(res.Divergences) {
		if e.feature == featBOM && other.d.Kind == e.d.Kind && other.begins(markLetter) {
			n++ // the same text in another class, for no mark is in it
		}
	}
	return n
}

// decoded reports whether py2 decodes what surrogates stand in: if it does not, it takes
// any bytes there, and surrogates are no more to it than others. What it raises with
// surrogates as well says nothing about that.
func (c *code) decoded(b *bench) bool {
	res := c.try(b, suspect{name: "surrogates-bad", change: surrogatesToBad})
	return res == nil || res.Py3Fault == nil || res.Py2Fault != nil && faultClass(res.Py2Fault) != faultClass(b.before.Py2Fault)
}

// python reports whether any of what the Pythons do differently, whatever is sent,
// may account for a class of divergences: one run tells for all of it, unless the
// experiments get in each other's way.
func (c *code) python(b *bench, e evidence) bool {
	all := pythonOnly(c.suspects)
	res := c.try(b, all...)
	return res == nil || c.left(*res, e) == 0 || broke(*res, b.before, e)
}

// together neutralises all suspects up to a stage. If the divergences are gone then,
// those are the causes without which they come back.
func (c *code) together(b *bench, e evidence, n int, last stage) bool {
	var all []suspect
	for _, s := range c.suspects {
		if s.stage <= last && s.change != nil && s.match(e, c.seen) && b.has(s) {
			all = append(all, s)
		}
	}
	if asTheyCome := slices.DeleteFunc(slices.Clone(all), isOrder); c.gone(b, e, asTheyCome...) {
		all = asTheyCome
	} else if !c.gone(b, e, all...) {
		return false
	}
	for i := len(all) - 1; i >= 0; i-- { // the more general ones are last
		if fewer := slices.Delete(slices.Clone(all), i, i+1); c.gone(b, e, fewer...) {
			all = fewer
		}
	}
	for _, s := range all {
		c.accuse(b, s, e, n)
	}
	return true
}

// partly looks for the suspects that account for some of a class, and returns how
// many are left.
func (c *code) partly(b *bench, e evidence, n int) int {
	if b == nil {
		return n
	}
	var so []suspect
	for range maxPeel {
		best := suspect{}
		left := n
		for _, s := range c.suspects {
			if s.change == nil || isOrder(s) || !s.match(e, c.seen) {
				continue
			}
			if res := c.try(b, append(slices.Clone(so), s)...); res != nil && !broke(*res, b.before, e) && readEnough(b.t, *res, b.before) {
				m := c.left(*res, e)
				if m < left && isMark(s) {
					m = max(m, c.besideMark(b, e, append(slices.Clone(so), s)...))
				}
				if m < left {
					best, left = s, m
				}
			}
		}
		if best.change == nil {
			break
		}
		c.accuse(b, best, e, n-left)
		so, n = append(so, best), left
	}
	return n
}

// has reports whether a suspect has anything to neutralise in the input.
func (b *bench) has(s suspect) bool {
	if b == nil {
		return false
	}
	_, ok := s.change(b.t)
	return ok
}

// gone reports whether a class of divergences is not there any more when suspects
// are neutralised.
func (c *code) gone(b *bench, e evidence, some ...suspect) bool {
	res := c.try(b, some...)
	if res == nil || c.left(*res, e) > 0 || broke(*res, b.before, e) {
		return false
	}
	if slices.ContainsFunc(some, isMark) && (res.Count >= b.before.Count || c.besideMark(b, e, some...) > 0) { // without it the same is told of the same rows
		return false
	}
	if res.Count > 0 && (slices.ContainsFunc(some, isOrder) || slices.ContainsFunc(some, movesRows) && realigned(e, b.before, *res)) { // other rows are beside each other now
		return false
	}
	empty := min(b.before.Py2Rows, b.before.Py3Rows) == 0 && res.Verdict == ingest.AgreeEmpty
	return empty || readEnough(b.t, *res, b.before) || e.fault() && agreed(*res, e)
}

// movesRows: what stands for it may end a row, or end none any more.
func movesRows(s suspect) bool {
	return s.cause == UnicodeLineSeparator || s.cause == LoneCR || s.cause == CRCRLFBlankRows
}

// realigned reports whether a row that one path lacks, before or now, may be one that they
// read differently: as many are extra as are missing.
func realigned(e evidence, before, now diff.Result) bool {
	lacks := func(d diff.Divergence) bool { return d.Kind == diff.KindRowExtra || d.Kind == diff.KindRowMissing }
	return before.Py2Rows == before.Py3Rows && (lacks(e.d) || slices.ContainsFunc(now.Divergences, lacks))
}

func isOrder(s suspect) bool { return s.cause == SortOrder }
func isMark(s suspect) bool  { return s.cause == BOMInHeader }

// try runs an experiment, or remembers it. It returns nil where it cannot be made.
func (c *code) try(b *bench, some ...suspect) *diff.Result {
	if b == nil {
		return nil
	}
	t, done := b.t, []suspect{}
	for _, s := range some {
		if next, ok := s.change(t); ok {
			t, done = next, append(done, s)
		}
	}
	if len(done) == 0 {
		return nil
	}
	key := experimentName(done)
	if res, ok := b.done[key]; ok {
		return res
	}
	if c.runs >= c.limit {
		return nil
	}
	b.done[key] = nil
	if res, ok := c.run(t); ok {
		b.done[key] = &res
	}
	return b.done[key]
}

// left counts the divergences of a class; beside one that its values do not explain
// only those of which this is so too.
func (c *code) left(res diff.Result, e evidence) int {
	all, n := c.seen.pair(e) != nil, 0
	for _, other := range evidences(res.Divergences) {
		if other.key() == e.key() && (all || c.seen.pair(other) == nil) {
			n++
		}
	}
	return n
}

// broke reports whether an experiment made a path raise what it had not raised, so
// that nothing can be said of what it would have read. Of an exception it suffices
// that the path that raised it went further.
func broke(res, before diff.Result, e evidence) bool {
	further := func(was, is *ingest.Fault, rowsWere, rowsAre int) bool {
		return was == nil && is == nil || was != nil && (is == nil || rowsAre > rowsWere || is.Record > was.Record)
	}
	other := func(was, is *ingest.Fault) bool { return is != nil && faultClass(is) != faultClass(was) }
	if !e.fault() {
		return other(before.Py2Fault, res.Py2Fault) || other(before.Py3Fault, res.Py3Fault)
	}
	if res.Verdict != ingest.Diverge {
		return false
	}
	return !further(before.Py2Fault, res.Py2Fault, before.Py2Rows, res.Py2Rows) && !further(before.Py3Fault, res.Py3Fault, before.Py3Rows, res.Py3Rows)
}

// pairs reports what the values themselves explain and returns the rest. White space at
// which a path may have ended a line explains nothing by itself.
func (c *code) pairs(b *bench, all []evidence) []evidence {
	var rest []evidence
	for _, e := range all {
		causes := c.seen.pair(e)
		if slices.Contains(causes, UnicodeWhitespace) && splitting(e, c.seen) && c.gone(b, e, noBreakSuspect) {
			causes = nil
		}
		if causes == nil {
			rest = append(rest, e)
		}
		for _, cause := range causes {
			c.report(cause, e, 1, true)
		}
	}
	return rest
}

func (c *code) accuse(b *bench, s suspect, e evidence, n int) {
	cause := s.cause
	if cause == CESUSurrogate && !c.decoded(b) {
		cause = UndecodableBytes
	}
	if s.neutral == ingest.NeutralRounding && sameNumber(e.py2, e.py3) {
		cause = ValueType // an int is no float
	}
	f := c.found(cause, e, n, true, c.seen.usedAt(s.neutral))
	one := share{key: e.key()}
	if s.neutral == "" { // what is left out of Python is no matter of the input
		one.fix = s.change
	}
	f.share(one)
	c.add(f)
}

func (c *code) report(cause Cause, e evidence, n int, sure bool) {
	f := c.found(cause, e, n, sure, ingest.Frame{})
	f.share(share{key: e.key()})
	c.add(f)
}

// found makes a finding. Its signature names the function of the team's code that
// shows the cause and the codecs of both paths.
func (c *code) found(cause Cause, e evidence, n int, sure bool, at ingest.Frame) Finding {
	if at == (ingest.Frame{}) {
		at = c.seen.place(e)
	}
	codecs := c.seen[ingest.Py2].named + "/" + c.seen[ingest.Py3].named
	parts := []string{string(cause), fileName(at.File), or(at.Function), codecs, c.modes()}
	if cause == Unclassified {
		parts = slices.Insert(parts, 1, unclassified(e, trial{})...)
	}
	f := Finding{Cause: cause, Signature: strings.Join(parts, ":"), First: e.d, Count: n, Confirmed: sure, Severity: severityOf(e.d), Place: at}
	f.Why, f.Fix = explain(cause, c.seen.described(c.in, e))
	if cause == Unclassified {
		f.Why, _ = ExplainSignature(f.Signature, c.in.Py2, c.in.Py3)
	}
	return f
}

// fileName is a file of the team's as it is called everywhere: what lies outside the
// project's directory goes by the end of its path.
func fileName(file string) string {
	parts := strings.Split(file, "/")
	if strings.HasPrefix(file, "/") && len(parts) > 2 {
		file = strings.Join(parts[len(parts)-2:], "/")
	}
	return or(strings.ReplaceAll(file, ":", "_"))
}

func or(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
