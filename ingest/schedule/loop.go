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
	// Schedule is asked before each wait, and each minute of it: it may change.
	Schedule func() Schedule
	// Last tells of the last sweep, whoever made it.
	Last func(context.Context) (Last, error)
	// Sweep makes one. An error says that there was none, or only a part.
	Sweep func(context.Context) error
	// Waiting is told what is waited for; it may be nil.
	Waiting func(next time.Time)
	Logger  *slog.Logger

	spread func(time.Duration) time.Duration // of the jitter; tests know it beforehand
	now    func() time.Time                  // time.Now if nil
}

const (
	// look is how often the clock is looked at: one that is put right, or a machine
	// that wakes up, must not have to wait the rest of a night.
	look = time.Minute
	// The pause after a sweep that was not made doubles from the one to the other: a
	// lock that is held, or a database that is down, is tried again the same night.
	firstPause, lastPause = time.Minute, 30 * time.Minute
	// apart is by how much the clocks of two machines that share a state may differ. What is
	// farther in the future was written by a clock that has been put right since.
	apart = time.Hour
)

// course is what a loop knows besides the last sweep.
type course struct {
	since   time.Time     // it has been there
	changed time.Time     // that the schedule is what it is, the zero time if it was so when the last sweep began
	pause   time.Duration // since a sweep that was not made
}

// Run runs until ctx ends, and then returns nil.
func (l *Loop) Run(ctx context.Context) error {
	c := course{since: l.clock()}
	for {
		s := l.Schedule()
		until, err := l.until(ctx, s, c)
		switch l.wait(ctx, s, until) {
		case ended:
			return nil
		case putBack: // what was waited for may be years away
			c.since = earlier(c.since, l.clock())
			continue
		case otherSchedule:
			c.changed = l.clock()
			continue
		}
		if err == nil {
			c.changed = time.Time{}
			err = l.Sweep(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			c.pause = 0
		default:
			c.pause = min(max(2*c.pause, firstPause), lastPause)
			l.Logger.Error("no sweep, or only a part", "cause", err, "pause", c.pause)
		}
	}
}

// until is when something is to be done next: a sweep, or where that is not known, to ask again.
func (l *Loop) until(ctx context.Context, s Schedule, c course) (time.Time, error) {
	due, err := l.due(ctx, s, c)
	switch {
	case err != nil:
		return l.clock().Add(max(c.pause, firstPause)), err
	case c.pause > 0:
		return later(due, l.clock().Add(c.pause)), nil
	}
	return due.Add(l.jitter(s)), nil
}

func (l *Loop) due(ctx context.Context, s Schedule, c course) (time.Time, error) {
	if s.IsZero() {
		return time.Time{}, errors.New("no schedule")
	}
	last, err := l.Last(ctx)
	if err != nil {
		return time.Time{}, err
	}
	if now := l.clock(); last.Began.Sub(now) > apart {
		last.Began = now
	}
	if !c.changed.IsZero() && c.pause == 0 { // a time of the new one that has gone by was nobody's to keep
		return s.Next(c.changed), nil
	}
	return s.Due(last, c.since), nil
}

func (l *Loop) jitter(s Schedule) time.Duration {
	switch {
	case s.Jitter <= 0:
		return 0
	case l.spread != nil:
		return l.spread(s.Jitter)
	}
	return rand.N(s.Jitter)
}

// clock is the time without the monotonic clock, which a suspended machine stops.
func (l *Loop) clock() time.Time {
	if l.now != nil {
		return l.now()
	}
	return time.Now().Round(0)
}

// woken is why a wait is over.
type woken uint8

const (
	reached       woken = iota // it is time
	ended                      // the loop is to end
	putBack                    // the clock was put back
	otherSchedule              // the schedule is another
)

// wait waits for a time by the clock, while the schedule is what it is.
func (l *Loop) wait(ctx context.Context, s Schedule, until time.Time) woken {
	if l.Waiting != nil {
		l.Waiting(until)
	}
	for before := l.clock(); ; {
		now := l.clock()
		left := until.Sub(now)
		switch {
		case now.Before(before):
			return putBack
		case left <= 0 && ctx.Err() != nil:
			return ended
		case left <= 0:
			return reached
		case !l.Schedule().same(s):
			return otherSchedule
		}
		before = now
		t := time.NewTimer(min(left, look))
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ended
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
