package state

import (
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
		for run, want := range map[int64]bool{first: false, second: true, second + 1: false} {
			if cut, err := d.CutShort(ctx, run); err != nil || cut != want {
				t.Errorf("the one before run %d was cut short: %v, %v", run, cut, err)
			}
		}
	})
}
