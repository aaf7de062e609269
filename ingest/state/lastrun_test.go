package state

import (
	"fmt"
	"testing"
	"time"
)

func TestLastRun(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		if run, ok, err := d.LastRun(ctx); ok || err != nil {
			t.Errorf("of none: %+v, %v", run, err)
		}
		first, err := d.Begin(ctx, "r", "e", t0)
		if err != nil {
			t.Fatal(err)
		}
		if run, ok, err := d.LastRun(ctx); !ok || err != nil || run.ID != first || !run.Began.Equal(t0) || !run.Ended.IsZero() || run.Status != "running" {
			t.Errorf("under way: %+v, %v, %v", run, ok, err)
		}
		second, err := d.Begin(ctx, "r", "e", t0.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.End(ctx, second, "interrupted", t0.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if run, ok, err := d.LastRun(ctx); !ok || err != nil || run.ID != second || !run.Ended.Equal(t0.Add(2*time.Hour)) || run.Status != "interrupted" {
			t.Errorf("ended: %+v, %v, %v", run, ok, err)
		}
		part, err := d.BeginPart(ctx, "r", "e", t0.Add(3*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if run, ok, err := d.LastRun(ctx); !ok || err != nil || run.ID != second {
			t.Errorf("after one of some feeds: %+v, %v, %v", run, ok, err)
		}
		for _, run := range []int64{second, part} {
			if err := d.SaveReport(ctx, run, []byte(fmt.Sprint(run))); err != nil {
				t.Fatal(err)
			}
		}
		if whole, err := d.LastReport(ctx); err != nil || string(whole) != fmt.Sprint(second) {
			t.Errorf("report of the last of all feeds: %s, %v", whole, err)
		}
		if last, err := d.Report(ctx, 0); err != nil || string(last) != fmt.Sprint(part) {
			t.Errorf("report of the last: %s, %v", last, err)
		}
		for run, want := range map[int64]bool{first: false, second: true, second + 1: false} {
			if cut, err := d.CutShort(ctx, run); err != nil || cut != want {
				t.Errorf("the one before run %d was cut short: %v, %v", run, cut, err)
			}
		}
	})
}
