package config

import (
	"reflect"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// TestTake reads what makes a file a delivery.
func TestTake(t *testing.T) {
	c := read(t, "min_free: 5GB\nservers: 50\nfeeds:\n  far: {source: ftp://h/x}\n  near: {source: x}\n  all:\n    source: ftp://h/x\n    zone: Europe/Berlin\n"+
		"    match: [a.csv, sub/*.csv]\n    exclude: old/*\n    unfinished: \"*.upl\"\n    ignore_case: true\n    depth: 2\n    names: latin-1\n    done: \"{stem}.ok\"\n"+
		"    settle: 1m\n    min_age: 0s\n    allow_empty: true\n    refetch: 48h\n    unpack: {size: 1GB, ratio: 9, members: 2, exclude: readme.*}\n    avoid: [02:30-03:30, 23:00-01:00]\n    backfill: 2026-10-01\n  every: {source: x, backfill: all}\n")
	far, near, all := c.Feeds[0], c.Feeds[1], c.Feeds[2]
	if c.MinFree != 5<<30 || c.Servers != 50 {
		t.Errorf("min_free %d, servers %d", c.MinFree, c.Servers)
	}
	if far.Take.Settle != 30*time.Second || far.Take.MinAge != 2*time.Minute || near.Take.Settle != 0 || near.Take.MinAge != 0 || far.Take.AllowEmpty {
		t.Errorf("defaults %+v and %+v", far.Take, near.Take)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if all.Take.Names == nil || all.Take.Names.Name() != "iso8859-1" {
		t.Errorf("names %v", all.Take.Names)
	}
	all.Take.Names = nil
	want := Take{Exclude: []string{"old/*"}, Unfinished: []string{"*.upl"}, Done: []string{"{stem}.ok"}, IgnoreCase: true, Depth: 2,
		Settle: time.Minute, Refetch: 48 * time.Hour, AllowEmpty: true, Unpack: Unpack{1 << 30, 9, 2, []string{"readme.*"}},
		Avoid: []Window{{150 * time.Minute, 210 * time.Minute, berlin}, {23 * time.Hour, time.Hour, berlin}}}
	if !reflect.DeepEqual(all.Take, want) {
		t.Errorf("%+v, want %+v", all.Take, want)
	}
	if since := time.Date(2026, 10, 1, 0, 0, 0, 0, berlin); !all.Since.Equal(since) || all.Backfill != 0 || c.Feeds[3].Backfill != ingest.BackfillAll {
		t.Errorf("backfill since %v, %d", all.Since, c.Feeds[3].Backfill)
	}
}

// TestWindow: a window ends when it says, past midnight too.
func TestWindow(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		out, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	early, late := Window{150 * time.Minute, 210 * time.Minute, berlin}, Window{23 * time.Hour, time.Hour, berlin}
	for _, c := range []struct {
		w         Window
		now, want string
	}{
		{early, "2026-11-26 02:29", ""}, {early, "2026-11-26 02:30", "2026-11-26 03:30"}, {early, "2026-11-26 03:29", "2026-11-26 03:30"}, {early, "2026-11-26 03:30", ""},
		{late, "2026-11-26 22:59", ""}, {late, "2026-11-26 23:00", "2026-11-27 01:00"}, {late, "2026-11-27 00:59", "2026-11-27 01:00"}, {late, "2026-11-27 01:00", ""},
		{Window{0, 24 * time.Hour, berlin}, "2026-11-26 12:00", "2026-11-27 00:00"},
		{early, "2026-10-25 03:00", "2026-10-25 03:30"}, // the clock went back at three
	} {
		var want time.Time
		if c.want != "" {
			want = at(c.want)
		}
		if got := c.w.Until(at(c.now).UTC()); !got.Equal(want) {
			t.Errorf("%v at %s: until %v, want %v", c.w, c.now, got, want)
		}
	}
}

func TestWindowNext(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		got, err := time.ParseInLocation("2006-01-02 15:04", s, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	early, late := Window{150 * time.Minute, 210 * time.Minute, berlin}, Window{23 * time.Hour, time.Hour, berlin}
	for _, c := range []struct {
		w         Window
		now, want string
	}{
		{early, "2026-11-26 02:29", "2026-11-26 02:30"}, {early, "2026-11-26 02:30", "2026-11-27 02:30"}, {early, "2026-11-26 12:00", "2026-11-27 02:30"},
		{late, "2026-11-26 00:30", "2026-11-26 23:00"}, {late, "2026-11-30 23:30", "2026-12-01 23:00"},
		{early, "2026-03-28 12:00", "2026-03-29 03:30"}, // there is no half past two: time.Date takes the hour after
	} {
		if got, want := c.w.Next(at(c.now).UTC()), at(c.want); !got.Equal(want) {
			t.Errorf("%v at %s: next %v, want %v", c.w, c.now, got, want)
		}
	}
}
