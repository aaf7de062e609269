package schedule

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"
)

// Loop runs sweeps when they are due, one after the other.
type Loop struct {
	// Schedule is asked before each wait, so that it may change.
	Schedule func() Schedule
	// Last tells of the last sweep, whoever made it.
	Last func(context.Context) (Last, error)
	// Sweep makes one. An error says that there was none, or only a part.
	Sweep func(context.Context) error
	// Waiting is told what is waited for; it may be nil.
	Waiting func(next time.Time)
	Logger  *slog.Logger

	spread func(time.Duration) time.Duration // of the jitter; tests know it beforehand
}

const (
	// look is how often the clock is looked at: one that is put right, or a machine
	// that wakes up, must not have to wait the rest of a night.
	look = time.Minute
	// The pause after a sweep that was not made doubles from the one to the other: a
	// lock that is held, or a database that is down, is tried again the same night.
	firstPause, lastPause = time.Minute, 30 * time.Minute
)

// Run runs until ctx ends, and then returns nil.
func (l *Loop) Run(ctx context.Context) error {
	since := time.Now()
	pause := time.Duration(0)
	for {
		due, err := l.due(ctx, since)
		if err == nil {
			if pause == 0 {
				due = due.Add(l.jitter())
			}
			if !l.wait(ctx, later(due, time.Now().Add(pause))) {
				return nil
			}
			err = l.Sweep(ctx)
		} else if !l.wait(ctx, time.Now().Add(max(pause, firstPause))) {
			return nil
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			pause = 0
		default:
			pause = min(max(2*pause, firstPause), lastPause)
			l.Logger.Error("no sweep, or only a part", "cause", err, "pause", pause)
		}
	}
}

func (l *Loop) due(ctx context.Context, since time.Time) (time.Time, error) {
	s := l.Schedule()
	if s.IsZero() {
		return time.Time{}, errors.New("no schedule")
	}
	last, err := l.Last(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return s.Due(last, since), nil
}

func (l *Loop) jitter() time.Duration {
	limit := l.Schedule().Jitter
	switch {
	case limit <= 0:
		return 0
	case l.spread != nil:
		return l.spread(limit)
	}
	return rand.N(limit)
}

// wait waits for a time by the clock, and reports false if ctx ends before.
func (l *Loop) wait(ctx context.Context, until time.Time) bool {
	until = until.Round(0) // without the monotonic clock, which a suspended machine stops
	if l.Waiting != nil {
		l.Waiting(until)
	}
	for {
		left := time.Until(until)
		if left <= 0 {
			return ctx.Err() == nil
		}
		t := time.NewTimer(min(left, look))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return false
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
