package sweep

import (
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// TestLocalTimes: some servers tell the time of one file by the clock on their wall, as their
// listings do, and not in UTC (vsftpd's use_localtime). Where the feed names their zone, how
// old a file is comes out right all the same.
func TestLocalTimes(t *testing.T) {
	for name, tt := range map[string]struct {
		zone string
		old  time.Duration
		want string // what is said of it
	}{
		"west, in time":   {"America/New_York", 25 * time.Hour, ""},
		"west, late":      {"America/New_York", 27 * time.Hour, "late"},
		"east, in time":   {"Asia/Kolkata", 25 * time.Hour, ""},
		"east, late":      {"Asia/Kolkata", 28 * time.Hour, "late"},
		"west, too young": {"America/New_York", 10 * time.Minute, "it was written only 1"},
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		real := time.Now().Add(-tt.old).In(zone)
		srv := serve(t, ftptest.Options{NoMLSD: true, Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain), MTime: wall(real)}}})
		w := newWorld(t, feed(t, "acme", srv.URL()))
		w.now = time.Now
		f := &w.feeds[0]
		f.Source.Zone, f.Expect.Every = zone, 26*time.Hour
		if tt.old < time.Hour {
			f.Take.MinAge, f.Expect.Every = 30*time.Minute, 0
		}
		res := w.clean()
		got, err := Morning(t.Context(), w.db, w.feeds, res, w.now())
		if err != nil {
			t.Fatal(err)
		}
		all := said(got[0])
		for _, h := range res.Feeds[0].Held {
			all += h.Why
		}
		if tt.want == "" && all != "" || !strings.Contains(all, tt.want) {
			t.Errorf("%s: said %q, want %q", name, all, tt.want)
		}
	}
}

// wall is what a clock shows, as a time of UTC.
func wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// TestTold: a time that a server tells of one file is UTC, unless the listing has the same by
// the clock on the wall of the zone that is configured.
func TestTold(t *testing.T) {
	kolkata, err := time.LoadLocation("Asia/Kolkata") // 5:30 ahead
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 27, 14, 50, 25, 0, time.UTC)
	for name, tt := range map[string]struct {
		listed time.Time
		zone   *time.Location
		want   string
	}{
		"by the clock on the wall":  {time.Date(2026, 11, 27, 9, 20, 0, 0, time.UTC), kolkata, "09:20:25"},
		"UTC":                       {time.Date(2026, 11, 27, 14, 50, 0, 0, time.UTC), kolkata, "14:50:25"},
		"neither":                   {time.Date(2026, 11, 27, 9, 21, 0, 0, time.UTC), kolkata, "14:50:25"},
		"no zone":                   {time.Date(2026, 11, 27, 9, 20, 0, 0, time.UTC), nil, "14:50:25"},
		"a zone that is UTC itself": {time.Date(2026, 11, 27, 14, 50, 0, 0, time.UTC), time.UTC, "14:50:25"},
	} {
		if got := told(at, tt.listed, tt.zone).Format(time.TimeOnly); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
