package state

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"
)

// TestOffers: what is offered and cannot be taken is remembered until it is taken, or gone,
// and changes nothing of what its path is to a sweep.
func TestOffers(t *testing.T) { onFresh(t, testOffers) }

func testOffers(t *testing.T, d *DB) {
	day := func(n int) time.Time { return t0.AddDate(0, 0, n) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	lost := func(n int) string {
		t.Helper()
		all, err := d.Lost(ctx, day(n), "acme")
		must(err)
		var out string
		for _, o := range all {
			out += fmt.Sprintf("%s %s %d %q since %d, %d; ", o.Path, o.Status, o.Attempts, o.LastError, int(o.FirstSeen.Sub(t0).Hours()/24), int(o.StableSince.Sub(t0).Hours()/24))
		}
		return out
	}
	newest := func(n int) time.Time {
		t.Helper()
		at, err := d.Newest(ctx, day(n), "acme")
		must(err)
		return at["acme"].At
	}
	e := func(n int) Entry {
		return Entry{Path: "a\xff.csv", Size: int64(n), MTime: day(n), Precision: PrecisionSecond}
	}

	twice := Offer{Feed: "acme", Entry: e(1), Status: Unstable, LastError: "young"}
	must(d.Refused(ctx, day(1), twice, twice))
	must(d.Refused(ctx, day(2), Offer{Feed: "acme", Entry: e(2), Status: Failed, LastError: "short"}))
	must(d.Refused(ctx, day(3), Offer{Feed: "acme", Entry: e(2), Status: Failed, LastError: "short again"}))
	if got := lost(3); got != "" || !newest(3).IsZero() {
		t.Errorf("it is there: lost %s, came %v", got, newest(3))
	}
	if _, err := d.Delivery(ctx, "acme", e(1).Path); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("a delivery: %v", err)
	}
	if m, err := d.Recall(ctx, 10, Listed{"acme", []Entry{e(2)}}); err != nil || m["acme"].Known || m["acme"].Look(e(2))[0].News != New {
		t.Errorf("to a sweep: %+v, %v", m, err)
	}
	if got := lost(4); got != "a\xff.csv failed 3 \"short again\" since 1, 2; " || !newest(4).Equal(day(2)) {
		t.Errorf("it is gone: lost %s, came %v", got, newest(4))
	}
	must(d.ToldLost(ctx, day(4), "acme"))
	if got := lost(5); got != "" || !newest(5).Equal(day(2)) {
		t.Errorf("it was told: lost %s, came %v", got, newest(5))
	}
	must(d.Refused(ctx, day(6), Offer{Feed: "acme", Entry: e(2), Status: Failed, LastError: "back"}))
	if got := lost(7); got != "a\xff.csv failed 1 \"back\" since 6, 6; " {
		t.Errorf("it is back, and gone: lost %s", got)
	}
	must(d.Fetched(ctx, "acme", e(6), "sha", 1, day(7)))
	if got := lost(8); got != "" {
		t.Errorf("it was taken: lost %s", got)
	}
	must(d.ToldLost(ctx, day(8)))
	var left int
	must(d.q().row(ctx, "SELECT count(*) FROM offers").Scan(&left))
	if left != 0 {
		t.Errorf("%d offers left", left)
	}
	// Its next version cannot be taken, and then it is gone: that is told as one thing.
	must(d.Refused(ctx, day(9), Offer{Feed: "acme", Entry: e(9), Status: Failed}))
	if n, err := d.Vanished(ctx, day(6), day(9), "acme"); err != nil || n["acme"] != 0 {
		t.Errorf("%v vanished, %v: it is offered", n, err)
	}
	if n, err := d.Vanished(ctx, day(9), day(10), "acme"); err != nil || n["acme"] != 0 || lost(10) == "" {
		t.Errorf("%v vanished, %v, lost %s", n, err, lost(10))
	}
	must(d.Gone(ctx, "acme", e(11), day(12)))
	if n, err := d.Vanished(ctx, day(12), day(13), "acme"); err != nil || n["acme"] != 0 || lost(13) != "" || !newest(12).Equal(day(11)) {
		t.Errorf("taken away before it was fetched: %v vanished, %v, lost %s, came %v", n, err, lost(13), newest(12))
	}
	if _, err := d.Prune(ctx, day(13), Needs{}); err != nil {
		t.Fatal(err)
	}
	if at := newest(13); !at.Equal(day(6)) {
		t.Errorf("after it was pruned: %v", at)
	}
}
