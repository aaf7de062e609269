package fetch

import (
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"
)

// policy is how often and after which pauses something is tried again.
type policy struct {
	retries int
	backoff time.Duration
	log     *slog.Logger
}

func newPolicy(o Options) policy {
	o = o.withDefaults()
	return policy{max(o.Retries, 0), o.Backoff, o.Logger}
}

// do calls f until it succeeds, fails for good, or the retries are used up. The
// pauses double up to a minute and vary by 30 %, so that forty feeds of one host
// do not come back in step.
func (p policy) do(ctx context.Context, what string, f func() error) error {
	pause := p.backoff
	for attempt := 0; ; attempt++ {
		err := f()
		if err == nil || attempt >= p.retries || ctx.Err() != nil || !Transient(err) {
			return err
		}
		wait := time.Duration(float64(pause) * (0.7 + 0.6*rand.Float64()))
		p.log.Warn("fetch: trying again", "what", what, "attempt", attempt+1, "pause", wait, "cause", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return err
		}
		pause = min(2*pause, time.Minute)
	}
}

// retrying is a Source that tries again. Download looks through it, so that one
// failing transfer is not retried at two levels.
type retrying struct {
	Source
	policy
}

// List implements Files.
func (r *retrying) List(ctx context.Context, dir string) (entries []Entry, unparsed []Unparsed, err error) {
	err = r.do(ctx, "list", func() error {
		entries, unparsed, err = r.Source.List(ctx, dir)
		return err
	})
	return entries, unparsed, err
}

// Stat implements Files.
func (r *retrying) Stat(ctx context.Context, p string) (e Entry, err error) {
	err = r.do(ctx, "stat", func() error {
		e, err = r.Source.Stat(ctx, p)
		return err
	})
	return e, err
}

// Open implements Files. Only opening is tried again: what was read is the
// caller's.
func (r *retrying) Open(ctx context.Context, p string, off int64) (rc io.ReadCloser, err error) {
	err = r.do(ctx, "open", func() error {
		rc, err = r.Source.Open(ctx, p, off)
		return err
	})
	return rc, err
}
