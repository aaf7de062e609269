package schedule

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func parse(t *testing.T, expression, zone string) Schedule {
	t.Helper()
	z, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(expression, z)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestNext: two times each, the second after the first.
func TestNext(t *testing.T) {
	for _, c := range []struct{ cron, zone, after, first, second string }{
		{"15 3 * * *", "UTC", "2026-11-26T03:14:59Z", "2026-11-26T03:15:00Z", "2026-11-27T03:15:00Z"},
		{"15 3 * * *", "UTC", "2026-11-26T03:15:00Z", "2026-11-27T03:15:00Z", "2026-11-28T03:15:00Z"},
		{"15 3 * * *", "Europe/Berlin", "2026-07-01T12:00:00Z", "2026-07-02T01:15:00Z", "2026-07-03T01:15:00Z"},
		{"15 3 * * 1-5", "UTC", "2026-11-27T12:00:00Z", "2026-11-30T03:15:00Z", "2026-12-01T03:15:00Z"},
		{"@daily", "UTC", "2026-11-27T12:00:00Z", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z"},
		// Sunday is 7, too, as in crontab(5): November 29 is one.
		{"15 3 * * 7", "UTC", "2026-11-27T12:00:00Z", "2026-11-29T03:15:00Z", "2026-12-06T03:15:00Z"},
		{"15 3 * * 6-7", "UTC", "2026-11-27T12:00:00Z", "2026-11-28T03:15:00Z", "2026-11-29T03:15:00Z"},
		{"15 3 * * 2,5-7/2", "UTC", "2026-11-27T12:00:00Z", "2026-11-29T03:15:00Z", "2026-12-01T03:15:00Z"},
		{"15 3 * * 0-7", "UTC", "2026-11-27T12:00:00Z", "2026-11-28T03:15:00Z", "2026-11-29T03:15:00Z"},
		// On March 29 Berlin has no 02:30: an hour early or late, and then as always.
		{"30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"},
		// On October 25 it has two of them: one will do.
		{"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"},
		{"30 2 * * *", "Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z"},
	} {
		s := parse(t, c.cron, c.zone)
		first := s.Next(at(t, c.after))
		if second := s.Next(first); !first.Equal(at(t, c.first)) || !second.Equal(at(t, c.second)) {
			t.Errorf("%s in %s after %s: %v and %v, want %s and %s", c.cron, c.zone, c.after, first.UTC(), second.UTC(), c.first, c.second)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for expression, want := range map[string]string{
		"":                     "empty",
		"15 3 * *":             "expected exactly 5 fields",
		"15 25 * * *":          "above maximum",
		"CRON_TZ=UTC 15 3 * *": "beside it",
		"TZ=0":                 "beside it", // the parser panics here
		"0 0 30 2 *":           "no day is like this",
		"@nightly":             "unrecognized descriptor",
		"15 3 * * 8":           "above maximum",
		"15 3 * * 5-8":         "above maximum",
	} {
		if s, err := Parse(expression, nil); err == nil || !strings.Contains(err.Error(), want) || !s.IsZero() {
			t.Errorf("%q: %v, want %q", expression, err, want)
		}
	}
}

// night is a world of sweeps that take ten minutes each, by a clock that stands
// still while somebody works: 2000-01-01 00:00 UTC is when every bubble begins.
type night struct {
	loop   Loop
	last   Last
	began  []string // of each sweep
	fails  int      // so many sweeps are not made
	broken int      // so many times the last sweep cannot be found out
	start  time.Time
	turns  []turn
}

// turn is what happens a while after the start: the clock is put forward or back, or the
// schedule changed.
type turn struct {
	after, by time.Duration
	to        Schedule
}

// now is the time by a clock that may be put forward and back.
func (n *night) now() time.Time {
	at := time.Now()
	for _, t := range n.turns {
		if time.Since(n.start) >= t.after {
			at = at.Add(t.by)
		}
	}
	return at
}

func newNight(t *testing.T, s Schedule) *night {
	n := &night{start: time.Now()}
	n.loop = Loop{Schedule: func() Schedule { return n.schedule(s) }, Last: n.lastSweep, Sweep: n.sweep, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		spread: func(d time.Duration) time.Duration { return d / 2 }, now: n.now}
	return n
}

func (n *night) schedule(s Schedule) Schedule {
	for _, t := range n.turns {
		if !t.to.IsZero() && time.Since(n.start) >= t.after {
			s = t.to
		}
	}
	return s
}

func (n *night) lastSweep(context.Context) (Last, error) {
	if n.broken > 0 {
		n.broken--
		return Last{}, errors.New("the database is down")
	}
	return n.last, nil
}

func (n *night) sweep(ctx context.Context) error {
	n.began = append(n.began, n.now().UTC().Format("2 15:04"))
	if n.fails > 0 {
		n.fails--
		return errors.New("another sweep holds the lock")
	}
	n.last = Last{Began: n.now()}
	select {
	case <-time.After(10 * time.Minute):
		n.last.Ended = true
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// until runs the loop for a while of the bubble's time and then ends it.
func (n *night) until(t *testing.T, d time.Duration, want ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := n.loop.Run(ctx); err != nil {
		t.Errorf("the loop ends with %v", err)
	}
	if !slices.Equal(n.began, want) {
		t.Errorf("swept at %q, want %q", n.began, want)
	}
}

const day = 24 * time.Hour

func TestLoop(t *testing.T) {
	nightly := parse(t, "15 3 * * *", "UTC")
	for name, run := range map[string]func(*testing.T){
		"every night": func(t *testing.T) {
			newNight(t, nightly).until(t, 3*day, "1 03:15", "2 03:15", "3 03:15")
		},
		"spread": func(t *testing.T) {
			s := nightly
			s.Jitter = 20 * time.Minute
			newNight(t, s).until(t, 2*day, "1 03:25", "2 03:25")
		},
		"longer than the time between two": func(t *testing.T) {
			newNight(t, parse(t, "*/4 * * * *", "UTC")).until(t, 25*time.Minute, "1 00:04", "1 00:14", "1 00:24")
		},
		"the first start waits": func(t *testing.T) {
			newNight(t, nightly).until(t, 3*time.Hour)
		},
		"made up for after a downtime": func(t *testing.T) {
			n := newNight(t, nightly)
			n.last = Last{Began: time.Now().Add(-5 * day), Ended: true}
			n.until(t, day, "1 00:00", "1 03:15")
		},
		"left out after a downtime": func(t *testing.T) {
			s := nightly
			s.Skip = true
			n := newNight(t, s)
			n.last = Last{Began: time.Now().Add(-5 * day), Ended: true}
			n.until(t, day, "1 03:15")
		},
		"one that was killed goes on": func(t *testing.T) {
			n := newNight(t, nightly)
			n.last = Last{Began: time.Now().Add(-time.Hour)}
			n.until(t, day, "1 00:00", "1 03:15")
		},
		"swept by hand meanwhile": func(t *testing.T) {
			n := newNight(t, nightly)
			n.last = Last{Began: time.Now().Add(-time.Hour), Ended: true}
			n.until(t, 2*time.Hour)
		},
		"the lock is held": func(t *testing.T) {
			n := newNight(t, nightly)
			n.fails = 3
			n.until(t, day, "1 03:15", "1 03:16", "1 03:18", "1 03:22")
		},
		"the database is down": func(t *testing.T) {
			n := newNight(t, nightly)
			n.broken = 2
			n.until(t, day, "1 03:15")
		},
		"the last sweep was by a clock of the future": func(t *testing.T) {
			n := newNight(t, nightly)
			n.last = Last{Began: time.Now().Add(400 * day), Ended: true}
			n.until(t, 2*day, "1 03:15", "2 03:15")
		},
		"one that was killed was by a clock of the future": func(t *testing.T) {
			n := newNight(t, nightly)
			n.last = Last{Began: time.Now().Add(400 * day)}
			n.until(t, day, "1 00:00", "1 03:15")
		},
		"the clock is put back": func(t *testing.T) {
			n := newNight(t, nightly)
			n.turns = []turn{{after: 4 * time.Hour, by: -100 * day}} // to 1999-09-23 04:00
			n.until(t, 2*day, "1 03:15", "24 03:15")
		},
		"the clock was of the future for an hour": func(t *testing.T) {
			n := newNight(t, nightly)
			n.turns = []turn{{after: 0, by: 100 * day}, {after: 5 * time.Hour, by: -100 * day}}
			n.until(t, 2*day, "10 03:15", "2 03:15")
		},
		"the clock is put back while it waits to try again": func(t *testing.T) {
			n := newNight(t, nightly)
			n.fails, n.turns = 1, []turn{{after: 3*time.Hour + 15*time.Minute + 30*time.Second, by: -100 * day}}
			n.until(t, 2*day, "1 03:15", "24 03:15")
		},
		"the schedule is changed": func(t *testing.T) {
			n := newNight(t, parse(t, "15 3 1 2 *", "UTC"))
			n.turns = []turn{{after: 2 * time.Hour, to: nightly}}
			n.until(t, 2*day, "1 03:15", "2 03:15")
		},
		"it is changed to a time that has gone by": func(t *testing.T) {
			n := newNight(t, nightly)
			n.turns = []turn{{after: 4 * time.Hour, to: parse(t, "30 3 * * *", "UTC")}}
			n.until(t, 2*day, "1 03:15", "2 03:30")
		},
		"it is changed while one is to be tried again": func(t *testing.T) {
			n := newNight(t, nightly)
			n.fails, n.turns = 3, []turn{{after: 3*time.Hour + 20*time.Minute, to: parse(t, "0 5 * * *", "UTC")}}
			n.until(t, day, "1 03:15", "1 03:16", "1 03:18", "1 05:00")
		},
		"told to stop": func(t *testing.T) {
			n := newNight(t, nightly)
			n.until(t, 3*time.Hour+17*time.Minute, "1 03:15")
			if n.last.Ended {
				t.Error("the sweep was not interrupted")
			}
		},
	} {
		t.Run(name, func(t *testing.T) { synctest.Test(t, run) })
	}
}
