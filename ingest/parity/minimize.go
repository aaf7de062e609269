package parity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/shrink"
)

// Minimal is the smallest input found that still shows a finding.
type Minimal struct {
	Input    []byte
	Outcomes [2]ingest.Outcome // by ingest.Path
	Pythons  [2]string         // full versions of those that ran a call, by ingest.Path
	Result   diff.Result
	Settings [2]ingest.Settings // by path: the view's, at their defaults as far as the finding holds
	Finding  classify.Finding   // with the signature that was kept
	Stats    shrink.Stats
	Residue  []shrink.Span // what of Input is still the supplier's
	Needed   []shrink.Part // what of Input the finding needs
}

// The bounds of one minimisation. A policy runs in microseconds, the team's own
// code in milliseconds.
const (
	maxSteps      = 20_000
	maxTime       = 2 * time.Second
	maxTimeOfCall = 10 * time.Second
	timePerMB     = 4 * time.Second // more for each whole one
)

// Minimize shrinks a view's input while it keeps the finding's signature and
// severity, and replaces what it says by something that says nothing. The error is the
// context's, the engine's on the input itself, ErrNotDeterministic or ErrTooLarge.
func (l *Line) Minimize(ctx context.Context, d Delivery, v *View, f classify.Finding) (*Minimal, error) {
	m, err := l.minimize(ctx, d, v, f)
	if err != nil {
		return nil, fmt.Errorf("minimize %q: %w", d.Name, err)
	}
	return m, nil
}

func (l *Line) minimize(ctx context.Context, d Delivery, of *View, f classify.Finding) (*Minimal, error) {
	v := new(View) // with settings of its own
	*v = *of
	var failed error // of the latest candidate, the input itself first
	keep := func(candidate []byte) bool {
		m, err := l.try(ctx, d, v, candidate, f)
		failed = err
		// A harness that cannot compare some candidate, such as a row of the team's
		// function that is not serialisable, makes it one that is not kept, no more.
		return m != nil && err == nil
	}
	data, err := start(v.input, f.First, keep)
	if err != nil {
		return nil, err
	}
	small, stats := shrink.Minimize(ctx, data, l.shrinkOptions(d, v.Py3, len(data)), keep)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case stats.Failed && failed != nil:
		return nil, failed
	case stats.Failed:
		return nil, notDeterministic(f.Signature)
	}
	if !stats.GaveUp && l.plain(ctx, d, v, small, keep) { // then more of the input may go
		o := l.shrinkOptions(d, v.Py3, len(small))
		o.MaxTime = max(o.MaxTime-stats.Elapsed, time.Millisecond)
		var again shrink.Stats
		small, again = shrink.Minimize(ctx, small, o, keep)
		stats = joined(stats, again)
	}
	scrubbed, needed := l.scrub(ctx, d, v, small, !stats.GaveUp, keep)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	m, err := l.try(ctx, d, v, scrubbed.Input, f)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, notDeterministic(f.Signature)
	}
	m.Stats, m.Residue, m.Needed = stats, scrubbed.Residue, needed
	m.Settings = [2]ingest.Settings{v.Py2, v.Py3}
	return m, nil
}

// plain takes the settings of a view to their defaults as far as its finding holds, and
// reports whether any were. A case of the team's own code is replayed by its feed's call,
// which they do not describe.
func (l *Line) plain(ctx context.Context, d Delivery, v *View, small []byte, keep func([]byte) bool) bool {
	if d.Calls != [2]*ingest.Call{} {
		return false
	}
	was := policies{v.Py2, v.Py3}
	is := plainer(was, func(p policies) bool {
		v.Py2, v.Py3 = p[ingest.Py2], p[ingest.Py3]
		return ctx.Err() == nil && keep(small)
	})
	v.Py2, v.Py3 = is[ingest.Py2], is[ingest.Py3]
	return !is.same(was)
}

// joined are the stats of two searches, one after the other.
func joined(a, b shrink.Stats) shrink.Stats {
	return shrink.Stats{From: a.From, To: b.To, Steps: a.Steps + b.Steps, Accepted: a.Accepted + b.Accepted, Duplicates: a.Duplicates + b.Duplicates,
		Rounds: a.Rounds + b.Rounds, GaveUp: a.GaveUp || b.GaveUp, Elapsed: a.Elapsed + b.Elapsed}
}

// The reasons for which a finding has no minimal input, now or later.
var (
	ErrNotDeterministic = errors.New("the paths are not deterministic")
	ErrTooLarge         = errors.New("too large to be minimized")
)

func notDeterministic(signature string) error {
	return fmt.Errorf("%s does not show again on the same bytes: %w", signature, ErrNotDeterministic)
}

// try runs a view's paths on other bytes and returns the finding with that
// signature and severity, nil if the bytes do not show it.
func (l *Line) try(ctx context.Context, d Delivery, v *View, data []byte, want classify.Finding) (*Minimal, error) {
	c := *v
	c.input = input{data: bytes.NewReader(data), size: int64(len(data))}
	m := &Minimal{Input: data}
	run := l.engine(d)
	for _, path := range ingest.Paths {
		rows, err := run.Ingest(ctx, c.inputOf(d, path))
		if err != nil {
			return nil, err
		}
		if m.Outcomes[path], err = ingest.Collect(rows); err != nil {
			return nil, err
		}
		if rec := ingest.RecordingOf(rows); rec != nil {
			m.Pythons[path] = rec.Python
		}
	}
	var err error
	m.Result, err = diff.Compare(m.Outcomes[ingest.Py2].Stream(), m.Outcomes[ingest.Py3].Stream(), v.Compare)
	if err != nil || m.Result.Verdict != ingest.Diverge && !m.Result.OrderDiffers {
		return nil, err
	}
	findings, err := classify.Classify(ctx, run, c.caseOf(d), m.Result)
	for _, f := range findings {
		if f.Signature == want.Signature && f.Severity == want.Severity {
			m.Finding = f
			return m, err
		}
	}
	return nil, err
}

// shrinkOptions tell the shrinker how the delivery is laid out.
func (l *Line) shrinkOptions(d Delivery, s ingest.Settings, size int) shrink.Options {
	o := shrink.Options{MaxSteps: maxSteps, MaxTime: maxTime}
	if d.Calls != [2]*ingest.Call{} {
		o.MaxTime = maxTimeOfCall
	}
	o.MaxTime += time.Duration(size>>20) * timePerMB
	if l.MinimizeFor > 0 {
		o.MaxTime = l.MinimizeFor
	}
	for name, into := range map[string]*byte{"delimiter": &o.Delimiter, "quotechar": &o.Quote} {
		if v, ok := s.Dialect.Get(name); ok && len(v.Str) == 1 {
			*into = v.Str[0]
		}
	}
	// Without a suffix the byte order mark tells, which the shrinker reads itself.
	switch codec := strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(s.Codec)); codec {
	case "utf16le", "utf16be":
		o.Unit, o.BigEndian = 2, strings.HasSuffix(codec, "be")
	case "utf32le", "utf32be":
		o.Unit, o.BigEndian = 4, strings.HasSuffix(codec, "be")
	}
	return o
}
