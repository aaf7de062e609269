package state

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestFetches(t *testing.T) { onFresh(t, testFetches) }

func testFetches(t *testing.T, d *DB) {
	at := time.Unix(5000, 0).UTC()
	e := Entry{Path: "caf\xe9.csv", Size: 3, MTime: time.Unix(4000, 0).UTC(), Precision: PrecisionSecond}
	for i, sum := range []string{"aa", "bb"} { // one name, two nights
		if err := d.Fetched(ctx, "acme", e, sum, 3, at.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := d.Unlisted(ctx, at)
	if err != nil || fmt.Sprint(got) != fmt.Sprint([]Fetch{{"acme", "caf\xe9.csv", "aa", 3, e.MTime, at}}) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := d.Listed(ctx, 1, at); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Unlisted(ctx, at.Add(time.Hour)); err != nil || len(got) != 1 || got[0].SHA256 != "bb" {
		t.Errorf("what the first manifest has not: %+v, %v", got, err)
	}
	undated := Entry{Path: "undated.csv", Precision: PrecisionNone}
	for _, sum := range []string{"aa", "bb"} { // fetched again as it is, and another
		if err := d.Fetched(ctx, "acme", map[string]Entry{"aa": e, "bb": undated}[sum], sum, 3, at.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	for since, want := range map[time.Time]string{e.MTime: "aa bb bb", e.MTime.Add(1): "bb", at.Add(3 * time.Hour): ""} {
		got, err := d.Fetches(ctx, "acme", since)
		var sums []string
		for _, f := range got {
			sums = append(sums, f.SHA256)
		}
		if s := strings.Join(sums, " "); err != nil || s != want {
			t.Errorf("since %s: %s, %v, want %s", since, s, err, want)
		}
	}
}

func TestNeeded(t *testing.T) { onFresh(t, testNeeded) }

func testNeeded(t *testing.T, d *DB) {
	at := time.Unix(5000, 0)
	for _, feed := range []string{"acme", "beta"} {
		for i := range 4 {
			e := Entry{Path: fmt.Sprint(i, ".csv"), MTime: time.Unix(int64(1000*i), 0), Precision: PrecisionSecond}
			sum := fmt.Sprint(feed, i)
			if err := d.Fetched(ctx, feed, e, sum, 3, at); err != nil {
				t.Fatal(err)
			}
			if feed == "beta" && i == 0 { // is not run
				continue
			}
			if err := d.Done(ctx, feed, e.Path, sum, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := d.FirstSight(ctx, "acme", at, Entry{Path: "skipped", MTime: time.Unix(9000, 0), Precision: PrecisionSecond}); err != nil {
		t.Fatal(err)
	}
	got, err := d.Needed(ctx, 2)
	want := map[string]bool{"acme2": true, "acme3": true, "beta0": true, "beta2": true, "beta3": true}
	if err != nil || len(got) != len(want) {
		t.Errorf("%q, %v", got, err)
	}
	for _, sum := range got {
		if !want[sum] {
			t.Errorf("%s is needed", sum)
		}
	}
}

func TestHolding(t *testing.T) { onFresh(t, testHolding) }

func testHolding(t *testing.T, d *DB) {
	for _, whole := range []string{"zip2", "zip1", "zip1"} {
		if err := d.AddMember(ctx, "acme", "m", whole); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := d.Holding(ctx, "m"); err != nil || fmt.Sprint(got) != "[zip1 zip2]" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := d.Holding(ctx, "x"); err != nil || got != nil {
		t.Errorf("%q, %v", got, err)
	}
}
