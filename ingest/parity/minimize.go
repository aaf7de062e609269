package parity

import (
	"bytes"
	"context"
	"fmt"
	"io"
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
	Result   diff.Result
	Finding  classify.Finding // with the signature that was kept
	Stats    shrink.Stats
}

// The bounds of one minimisation. A policy runs in microseconds, the team's own
// code in milliseconds.
const (
	maxSteps      = 20_000
	maxTime       = 2 * time.Second
	maxTimeOfCall = 20 * time.Second
	maxInput      = 64 << 20 // larger deliveries are cut to the rows around the finding
)

// Minimize shrinks a view's input while it keeps the finding's signature and
// severity: a divergence nobody would have noticed must not become one that raises.
func (l *Line) Minimize(ctx context.Context, d Delivery, v *View, f classify.Finding) (*Minimal, error) {
	if v.input.size > maxInput {
		return nil, fmt.Errorf("minimize %q: %d bytes are more than the %d that are held in memory", d.Name, v.input.size, maxInput)
	}
	data := make([]byte, v.input.size)
	if _, err := io.ReadFull(io.NewSectionReader(v.input.data, 0, v.input.size), data); err != nil {
		return nil, fmt.Errorf("minimize %q: %w", d.Name, err)
	}
	var failed error
	keep := func(candidate []byte) bool {
		m, err := l.try(ctx, d, v, candidate, f)
		if err != nil && failed == nil && ctx.Err() == nil {
			failed = err
		}
		return m != nil
	}
	small, stats := shrink.Minimize(ctx, data, shrinkOptions(d, v.Py3), keep)
	if failed != nil {
		return nil, fmt.Errorf("minimize %q: %w", d.Name, failed)
	}
	m, err := l.try(ctx, d, v, small, f)
	if err != nil {
		return nil, fmt.Errorf("minimize %q: %w", d.Name, err)
	}
	if m == nil {
		return nil, fmt.Errorf("minimize %q: %s does not show again: the paths are not deterministic", d.Name, f.Signature)
	}
	m.Stats = stats
	return m, nil
}

// Try runs a view's paths on other bytes and returns the finding with that
// signature and severity, nil if the bytes do not show it.
func (l *Line) try(ctx context.Context, d Delivery, v *View, data []byte, want classify.Finding) (*Minimal, error) {
	c := *v
	c.input = input{data: bytes.NewReader(data), size: int64(len(data))}
	m := &Minimal{Input: data}
	run := l.engine(d)
	for _, path := range ingest.Paths {
		in := ingest.Input{Name: d.Name, Data: c.input.data, Size: c.input.size, Settings: c.Py2}
		if path == ingest.Py3 {
			in.Settings = c.Py3
		}
		rows, err := run.Ingest(ctx, in)
		if err != nil {
			return nil, err
		}
		if m.Outcomes[path], err = ingest.Collect(rows); err != nil {
			return nil, err
		}
	}
	var err error
	m.Result, err = diff.Compare(m.Outcomes[ingest.Py2].Stream(), m.Outcomes[ingest.Py3].Stream(), d.Compare)
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
func shrinkOptions(d Delivery, s ingest.Settings) shrink.Options {
	o := shrink.Options{MaxSteps: maxSteps, MaxTime: maxTime}
	if d.Calls != [2]*ingest.Call{} {
		o.MaxTime = maxTimeOfCall
	}
	for name, into := range map[string]*byte{"delimiter": &o.Delimiter, "quotechar": &o.Quote} {
		if v, ok := s.Dialect.Get(name); ok && len(v.Str) == 1 {
			*into = v.Str[0]
		}
	}
	if codec := strings.ToLower(s.Codec); strings.HasPrefix(codec, "utf-16") || strings.HasPrefix(codec, "utf_16") {
		o.Unit, o.BigEndian = 2, strings.HasSuffix(codec, "be")
	}
	return o
}
