package state

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestProfiles(t *testing.T) { onFresh(t, testProfiles) }

func testProfiles(t *testing.T, d *DB) {
	at := time.Unix(1000, 0)
	for i, family := range []string{"stock_#.csv", "price_#.csv", "stock_#.csv", "stock_#.csv"} {
		p := Profile{Feed: "acme", SHA256: fmt.Sprint(i), Family: family, Bytes: int64(i), Rows: 7, Charset: "cp1252", Dialect: "d"}
		for range 2 { // the second time it is known
			if err := addProfile(d, p, at.Add(time.Duration(i)*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := profiles(d, "acme", 2)
	if err != nil || len(got) != 2 || got[0] != (Profile{"acme", "3", "stock_#.csv", 3, 7, "cp1252", "d"}) || got[1].SHA256 != "2" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := profiles(d, "other", 2); err != nil || got != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func addProfile(d *DB, p Profile, at time.Time) error {
	return d.Transact(ctx, func(tx Tx) error { return tx.AddProfiles(ctx, at, p) })
}

func profiles(d *DB, feed string, n int) (out []Profile, err error) {
	err = d.Transact(ctx, func(tx Tx) error {
		out, err = tx.Profiles(ctx, feed, "stock_#.csv", n)
		return err
	})
	return out, err
}

// TestReadInOrder: what is read for every delivery is read off an index, in its order
// and no further than the limit, however many deliveries the feed has.
func TestReadInOrder(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "state.db"))
	for index, query := range map[string]string{"outcomes_charset": lastCharset, "profiles_latest": latestProfiles, "profiles_sha256": profilesOf + "(?)"} {
		args := []any{"acme", "b", 1}[:strings.Count(query, "?")]
		plan, err := rows(ctx, d.q(), func(scan func(...any) error) (step string, err error) {
			var id, parent, unused int
			err = scan(&id, &parent, &unused, &step)
			return step, err
		}, "EXPLAIN QUERY PLAN "+query, args...)
		steps := 1
		if index == "outcomes_charset" && len(plan) > 1 && plan[1] == "USE TEMP B-TREE FOR LAST 2 TERMS OF ORDER BY" {
			steps = 2 // of what was recorded together
		}
		if err != nil || len(plan) != steps || !strings.Contains(plan[0], " USING INDEX "+index+" ") {
			t.Errorf("%q, %v: want one step along %s", plan, err, index)
		}
	}
}

func TestNewestAndVanished(t *testing.T) { onFresh(t, testNewestAndVanished) }

func testNewestAndVanished(t *testing.T, d *DB) {
	if at, err := d.Newest(ctx, t0, "acme"); err != nil || len(at) > 0 {
		t.Errorf("of no delivery: %v, %v", at, err)
	}
	first, second := time.Unix(5000, 0).UTC(), time.Unix(9000, 0).UTC()
	old := Entry{Path: "a.csv", Size: 1, MTime: time.Unix(4000, 0).UTC(), Precision: PrecisionSecond}
	timeless := Entry{Path: "b.csv", Size: 1}
	for _, e := range []Entry{old, timeless} {
		if err := d.Fetched(ctx, "acme", e, "aa", 1, first); err != nil {
			t.Fatal(err)
		}
	}
	if at, err := d.Newest(ctx, t0, "acme", "beta"); err != nil || !at["acme"].At.Equal(first) || at["acme"].ETag != "" {
		t.Errorf("newest %v, %v: want the time at which the one without a time was fetched", at, err)
	}
	asked := Entry{Path: "c.csv", Size: 1, MTime: time.Unix(7000, 0).UTC(), Precision: PrecisionMinute, ETag: "asked"}
	if err := d.Fetched(ctx, "gamma", asked, "bb", 1, second); err != nil {
		t.Fatal(err)
	}
	future := Entry{Path: "f.csv", Size: 1, MTime: t0.AddDate(30, 0, 0), Precision: PrecisionSecond, ETag: "f"}
	if err := d.Fetched(ctx, "delta", future, "cc", 1, first); err != nil {
		t.Fatal(err)
	}
	if at, err := d.Newest(ctx, t0, "delta"); err != nil || at["delta"] != (Newest{first, "f", first}) {
		t.Errorf("newest %v, %v: nothing comes from the future", at, err)
	}
	if at, err := d.Newest(ctx, t0, "acme", "gamma"); err != nil || len(at) != 2 || at["gamma"] != (Newest{asked.MTime, "asked", second}) {
		t.Errorf("newest %v, %v: want the mark as well", at, err)
	}
	if err := d.Touch(ctx, second, Listed{"acme", []Entry{old}}); err != nil {
		t.Fatal(err)
	}
	if n, err := d.Vanished(ctx, first, second, "acme", "beta"); err != nil || n["acme"] != 1 || n["beta"] != 0 {
		t.Errorf("%v vanished, %v", n, err)
	}
	if n, err := d.Vanished(ctx, second, second.Add(time.Hour), "acme"); err != nil || n["acme"] != 1 {
		t.Errorf("%v vanished, %v: a.csv alone was listed in the second night", n, err)
	}
}

func TestReports(t *testing.T) { onFresh(t, testReports) }

func testReports(t *testing.T, d *DB) {
	if _, err := d.Report(ctx, 0); !errors.Is(err, ErrNoReport) {
		t.Errorf("of nothing: %v", err)
	}
	for run, doc := range map[int64]string{1: "one", 2: "two"} {
		for _, s := range []string{"draft", doc} {
			if err := d.SaveReport(ctx, run, []byte(s)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for run, want := range map[int64]string{0: "two", 1: "one", 2: "two"} {
		if got, err := d.Report(ctx, run); err != nil || string(got) != want {
			t.Errorf("run %d: %s, %v", run, got, err)
		}
	}
	if _, err := d.Report(ctx, 3); !errors.Is(err, ErrNoReport) {
		t.Errorf("of a run that is not there: %v", err)
	}
}

func TestStandings(t *testing.T) { onFresh(t, testStandings) }

func testStandings(t *testing.T, d *DB) {
	if got, err := d.Standing(ctx, "webhook", "acme"); err != nil || got != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, body := range []string{"1", "2"} {
		if err := d.SetStanding(ctx, "webhook", map[string][]byte{"acme": []byte(body), "beta": []byte("b")}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := d.Standing(ctx, "webhook", "acme"); err != nil || string(got) != "2" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := d.Standings(ctx, "webhook"); err != nil || string(got["acme"]) != "2" || string(got["beta"]) != "b" || len(got) != 2 {
		t.Errorf("all of them: %q, %v", got, err)
	}
	if got, err := d.Standing(ctx, "mail", "acme"); err != nil || got != nil {
		t.Errorf("another channel's: %q, %v", got, err)
	}
}
