package config

import (
	"errors"
	"time"

	"github.com/feedparity/feedparity/ingest/schedule"
)

// ScheduleEntry is when to sweep.
type ScheduleEntry struct {
	// Minute, hour, day of the month, month and day of the week as in crontab(5), or a
	// word such as @daily.
	Cron string `yaml:"cron"`
	// The time zone of these times, such as Europe/Berlin. Default UTC.
	Zone string `yaml:"zone"`
	// By up to how much each time is put off, at random, such as 10m. Default 0s.
	Jitter string `yaml:"jitter"`
	// Whether a time that went by while "feedparity serve" was not running is made up
	// for when it starts. Default true.
	CatchUp *bool `yaml:"catch_up"`

	node *Node // where it stands
}

// DecodeNode reads either form.
func (e *ScheduleEntry) DecodeNode(n *Node) error {
	e.node = n
	type plain ScheduleEntry
	return n.decodeOr(&e.Cron, (*plain)(e))
}

// schedule reads when to sweep.
func (r *resolver) schedule() (s schedule.Schedule, err error) {
	e := r.f.Schedule
	fail := func(key string, err error) (schedule.Schedule, error) {
		return schedule.Schedule{}, at(e.node, key).Errorf("schedule: %v", err)
	}
	if e.node == nil || e.node.Null {
		return s, nil
	}
	if e.Cron == "" {
		return fail("", errors.New(`want a cron expression, such as cron: "15 3 * * *"`))
	}
	zone := time.UTC
	if e.Zone != "" {
		if zone, err = time.LoadLocation(e.Zone); err != nil || e.Zone == "Local" {
			return fail("zone", errors.New("want a time zone such as Europe/Berlin"))
		}
	}
	if s, err = schedule.Parse(e.Cron, zone); err != nil {
		return fail("cron", err)
	}
	if e.Jitter != "" {
		if s.Jitter, err = durationOf(e.Jitter); err != nil {
			return fail("jitter", err)
		}
	}
	s.Skip = e.CatchUp != nil && !*e.CatchUp
	return s, nil
}
