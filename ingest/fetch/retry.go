package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"
)

// policy is how often and after which pauses something is tried again at a server.
type policy struct {
	retries int
	backoff time.Duration
	resume  int64 // of Options.ResumeAbove
	spare   int64 // of Options.Spare
	log     *slog.Logger
	host    *host
	account *account
	patience
}

// newPolicy takes a negative number of retries for none; the options have their defaults.
func newPolicy(o Options, h *host, a *account) policy {
	return policy{max(o.Retries, 0), o.Backoff, o.ResumeAbove, o.Spare, o.Logger, h, a, o.patience()}
}

// do calls f until it succeeds, fails for good, or the retries are used up: its own
// or the server's. The pauses double up to a minute and vary by 30 %, so that forty
// feeds of one host do not come back in step. The context of f ends with the time
// that the server has left. A file that changed is tried once more, for it may have been
// replaced; one that grew is not, nor one that changes again: somebody is writing it.
func (p policy) do(ctx context.Context, what string, f func(context.Context) error) error {
	pause, changed := p.backoff, 0
	for attempt := 0; ; attempt++ {
		err := p.once(ctx, f)
		if err == nil || ctx.Err() != nil {
			return err
		}
		if errors.Is(err, ErrChanged) {
			changed++
		}
		if attempt >= p.retries || !Transient(err) || changed > 1 || errors.Is(err, errGrown) {
			p.host.despair(p.account, p.patience, err)
			return err
		}
		if !p.host.mayRetry() {
			p.host.despair(p.account, p.patience, err)
			return fmt.Errorf("%w (not tried again: the server has used up its %d retries)", err, hostRetries)
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

// once makes one attempt within the time that the server has left.
func (p policy) once(ctx context.Context, f func(context.Context) error) error {
	ctx, done, err := p.host.spend(ctx)
	if err != nil {
		return err
	}
	defer done()
	return f(ctx)
}

// retrying is a Source that tries again. Download looks through it, so that one
// failing transfer is not retried at two levels.
type retrying struct {
	Source
	policy
}

// List implements Files.
func (r *retrying) List(ctx context.Context, dir string) (entries []Entry, unparsed []Unparsed, err error) {
	err = r.do(ctx, "list", func(ctx context.Context) error {
		entries, unparsed, err = r.Source.List(ctx, dir)
		return err
	})
	return entries, unparsed, err
}

// Stat implements Files.
func (r *retrying) Stat(ctx context.Context, p string) (e Entry, err error) {
	err = r.do(ctx, "stat", func(ctx context.Context) error {
		e, err = r.Source.Stat(ctx, p)
		return err
	})
	return e, err
}

// Open implements Files. Only opening is tried again: what was read is the
// caller's, and so is the time that takes.
func (r *retrying) Open(ctx context.Context, p string, off int64) (rc io.ReadCloser, err error) {
	err = r.do(ctx, "open", func(context.Context) error {
		rc, err = r.Source.Open(ctx, p, off)
		return err
	})
	if err != nil {
		return nil, err
	}
	return r.host.slow(ctx, rc), nil
}
