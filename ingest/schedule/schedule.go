// Package schedule says when the sweep is due, and waits for it: at the times of a
// cron expression in a time zone, spread by a jitter, and once for all the times
// that went by while nobody was there to keep them.
package schedule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Schedule is when the sweep runs. The zero value is none.
type Schedule struct {
	Cron   string         // as written
	Zone   *time.Location // in which its times are
	Jitter time.Duration  // each time is put off by less than this, at random
	// Skip leaves out the times that nobody was there to keep, so that the next sweep
	// is at the next one; else it is made up for at once.
	Skip bool

	times cron.Schedule
}

// Parse reads a cron expression: minute, hour, day of the month, month and day of
// the week as in crontab(5), or a word such as @daily. Sundays are 0 or 7; where both days
// are given, either will do.
func Parse(expression string, zone *time.Location) (Schedule, error) {
	// Its times are read as those of a clock on the wall, so a zone has no place in it.
	if strings.Contains(expression, "TZ=") {
		return Schedule{}, errors.New("a time zone is named beside it, not in it")
	}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	times, err := parser.Parse(sundays(expression))
	if err != nil {
		return Schedule{}, fmt.Errorf("read cron expression %q: %w", expression, err)
	}
	if times.Next(time.Unix(0, 0).UTC()).IsZero() {
		return Schedule{}, fmt.Errorf("read cron expression %q: no day is like this", expression)
	}
	if zone == nil {
		zone = time.UTC
	}
	return Schedule{Cron: expression, Zone: zone, times: times}, nil
}

// sundays makes a 0 of each 7 among an expression's days of the week: crontab(5) has both
// for Sunday, the parser one of them.
func sundays(expression string) string {
	fields := strings.Fields(expression)
	if len(fields) != 5 {
		return expression
	}
	days := strings.Split(fields[4], ",")
	for i, d := range days {
		days[i] = sunday(d)
	}
	fields[4] = strings.Join(days, ",")
	return strings.Join(fields, " ")
}

// sunday writes out days that end with a 7: "5-7" as "5,6,0". What is no such thing is for
// the parser to say.
func sunday(days string) string {
	span, every, stepped := strings.Cut(days, "/")
	first, last, ranged := strings.Cut(span, "-")
	if !ranged {
		last = first
	}
	from, err := strconv.Atoi(first)
	step, serr := 1, error(nil)
	if stepped {
		step, serr = strconv.Atoi(every)
	}
	if err != nil || serr != nil || last != "7" || from > 7 || step < 1 {
		return days
	}
	var out []string
	for d := from; d <= 7; d += step {
		out = append(out, strconv.Itoa(d%7))
	}
	return strings.Join(out, ",")
}

// IsZero reports whether there is no schedule.
func (s Schedule) IsZero() bool { return s.times == nil }

// same reports whether the times of two schedules are, and what is done at them.
func (s Schedule) same(o Schedule) bool {
	return s.Cron == o.Cron && s.Jitter == o.Jitter && s.Skip == o.Skip && s.IsZero() == o.IsZero() && (s.IsZero() || s.Zone.String() == o.Zone.String())
}

// Next returns the first of the schedule's times after one.
//
// Every time that the clock on the wall should show comes once, also on the two days
// of the year on which it is put forward or back: one that is skipped comes an hour
// early or late, of an hour that comes twice only one counts. A nightly sweep at
// 02:30 must neither fall out nor run twice.
func (s Schedule) Next(after time.Time) time.Time {
	for wall := onTheWall(after.In(s.Zone)); ; {
		wall = s.times.Next(wall)
		if wall.IsZero() {
			return wall
		}
		at := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, s.Zone)
		if at.After(after) {
			return at
		}
	}
}

// onTheWall is what the clock shows, as a time without a zone to go wrong in.
func onTheWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// Last is what is known of the last sweep; the zero value says that there was none.
type Last struct {
	Began time.Time
	Ended bool // else its process was killed, or told to stop
}

// Due returns when the sweep is due for somebody who has been there since a time:
// never before that, but for what there is to make up for.
func (s Schedule) Due(last Last, since time.Time) time.Time {
	switch {
	case last.Began.IsZero() || s.Skip && last.Began.Before(since):
		return s.Next(since)
	case !last.Ended:
		return last.Began // it goes on from where it was stopped
	}
	return s.Next(last.Began)
}
