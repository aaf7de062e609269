package config

import (
	"errors"
	"time"

	"github.com/feedparity/feedparity/ingest/schedule"
)

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
