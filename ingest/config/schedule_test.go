package config

import (
	"strings"
	"testing"
	"time"
)

func TestSchedule(t *testing.T) {
	const feeds = "\nfeeds: {a: {source: /in}}\n"
	c, err := Read("feedparity.yaml", []byte(`schedule: {cron: "15 3 * * *", zone: Europe/Berlin, jitter: 10m, catch_up: false}`+feeds))
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Schedule; s.IsZero() || s.Cron != "15 3 * * *" || s.Zone.String() != "Europe/Berlin" || s.Jitter != 10*time.Minute || !s.Skip {
		t.Errorf("%+v", s)
	}
	if c, err = Read("feedparity.yaml", []byte(`schedule: "@daily"`+feeds)); err != nil || c.Schedule.IsZero() || c.Schedule.Zone != time.UTC || c.Schedule.Skip {
		t.Errorf("alone: %+v, %v", c, err)
	}
	for _, none := range []string{"", "schedule:", "schedule: null"} {
		if c, err = Read("feedparity.yaml", []byte(none+feeds)); err != nil || !c.Schedule.IsZero() {
			t.Errorf("none (%q): %+v, %v", none, c, err)
		}
	}
	for in, want := range map[string]string{
		"schedule: every night":                     "feedparity.yaml:1:11: schedule: read cron expression",
		`schedule: "0 0 30 2 *"`:                    "no day is like this",
		"schedule: {}":                              "want a cron expression",
		`schedule: ""`:                              "want a cron expression",
		"schedule: {zone: Europe/Berlin}":           "want a cron expression",
		`schedule: {cron: "@daily", zone: Local}`:   "feedparity.yaml:1:34: schedule: want a time zone",
		`schedule: {cron: "@daily", zone: Berlin}`:  "want a time zone",
		`schedule: {cron: "@daily", jitter: soon}`:  "want a duration",
		`schedule: {cron: "TZ=UTC 15 3 * * *"}`:     "beside it, not in it",
		`schedule: {cron: "@daily", catchup: true}`: `unknown key "catchup"`,
		"schedule: [1]":                             "want a mapping, not a list",
	} {
		if _, err := Read("feedparity.yaml", []byte(in+feeds)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", in, err, want)
		}
	}
}
