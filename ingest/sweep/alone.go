package sweep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
)

// errAlone marks what ended, or did not begin, since a source is to be left alone.
var errAlone = errors.New("it is to be left alone")

// outside does something at a feed's source at times at which it is not to be left alone:
// what is under way when such a time begins is ended, and done again afterwards, a large
// file from where it was.
func (s *sweeper) outside(ctx context.Context, f config.Feed, do func(context.Context) error) error {
	for {
		if err := s.avoid(ctx, f); err != nil {
			return err
		}
		until, cancel := s.untilAlone(ctx, f)
		err := do(until)
		ended := errors.Is(context.Cause(until), errAlone)
		cancel()
		if err == nil || !ended || ctx.Err() != nil {
			return err
		}
	}
}

// untilAlone is ctx until the feed's source is to be left alone next.
func (s *sweeper) untilAlone(ctx context.Context, f config.Feed) (context.Context, context.CancelFunc) {
	now := s.Now()
	var next time.Time
	for _, w := range f.Take.Avoid {
		if at := w.Next(now); next.IsZero() || at.Before(next) {
			next = at
		}
	}
	if next.IsZero() {
		return ctx, func() {}
	}
	// No deadline, which what waits for its share of the bandwidth would fail with before.
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(next.Sub(now), func() { cancel(errAlone) })
	return ctx, func() { timer.Stop(); cancel(nil) }
}

// patientFor is the longest a sweep waits for a source that is to be left alone: longer
// is no night any more.
const patientFor = 2 * time.Hour

// alone says until when the feed's source is to be left alone, the zero time if it is not.
func (s *sweeper) alone(f config.Feed) (until time.Time, err error) {
	now := s.Now()
	for _, w := range f.Take.Avoid {
		if at := w.Until(now); at.After(until) {
			until = at
		}
	}
	if until.Sub(now) > patientFor && !until.IsZero() {
		return until, fmt.Errorf("%w until %s, and a sweep waits for %v at most", errAlone, until.Format("15:04"), patientFor)
	}
	if !until.IsZero() {
		s.observe(Event{Feed: f.Name, What: "waiting until " + until.Format("15:04")})
	}
	return until, nil
}

// avoid waits while the feed's source is to be left alone: since it was first looked at,
// for then it was not.
func (s *sweeper) avoid(ctx context.Context, f config.Feed) error {
	for {
		until, err := s.alone(f)
		if err != nil || until.IsZero() {
			return err
		}
		sleep(ctx, until.Sub(s.Now()))
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}
