package state

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/state/pgtest"
)

// filled is a state with something in each table.
func filled(t *testing.T, d *DB) *DB {
	t.Helper()
	run := begin(t, d)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.Fetched(ctx, "acme", Entry{Path: "a\xff\x00.csv", Size: -1, ETag: "m\xe9"}, "sha", 1, t0))
	o := Outcome{Key: key("sha"), Verdict: ingest.Diverge, Findings: []Finding{{Signature: "lone-cr"}}, Noise: []ingest.Noise{{Column: "at", Kind: ingest.NoiseClock}}}
	_, err := d.Record(ctx, run, "a\xff\x00.csv", []Outcome{o}, t0)
	must(err)
	must(addProfile(d, Profile{Feed: "acme", SHA256: "sha", Family: "a"}, t0))
	must(d.Refused(ctx, t0, Offer{Feed: "acme", Entry: Entry{Path: "b\xff.csv"}, Status: Failed, LastError: "short"}))
	must(d.Transact(ctx, func(tx Tx) error {
		return tx.Put(ctx, Task{Run: run, Feed: "acme", Number: 1, Body: []byte("{}"), Result: []byte("[]")}, Task{Run: run, Feed: "acme", Number: 1, Member: "m\xe9", Body: []byte("{}")})
	}))
	must(d.SaveReport(ctx, run, []byte(`{"text":"é\u0000"}`)))
	must(d.SetStanding(ctx, "mail", map[string][]byte{"acme": []byte("x")}))
	must(d.AddMember(ctx, "acme", "member", "sha"))
	must(d.End(ctx, run, "ok", t0, Applied{Rule: Rule{RuleKey: RuleKey{"lone-cr (ops)", "configuration"}, Cause: "lone-cr", Expires: t0}}))
	return d
}

// TestExport: what is exported of either database and imported into either is the
// same, and goes on from there.
func TestExport(t *testing.T) {
	onBoth(t, func(t *testing.T, name func() string) {
		from := filled(t, open(t, name()))
		var first bytes.Buffer
		n, err := from.Export(ctx, &first, t0)
		if err != nil || n != 14 || strings.Count(first.String(), "\n") != n+2 {
			t.Fatalf("%d rows, %v:\n%s", n, err, first.String())
		}
		for _, to := range []string{filepath.Join(t.TempDir(), "other.db"), pgtest.URL(t)} {
			d := open(t, to)
			if got, err := d.Import(ctx, bytes.NewReader(first.Bytes())); err != nil || got != n {
				t.Fatalf("import into %s: %d rows, %v", to, got, err)
			}
			var second bytes.Buffer
			if _, err := d.Export(ctx, &second, t0); err != nil {
				t.Fatal(err)
			}
			// PostgreSQL's texts are UTF-8: a server's mark that is not is kept as near as can be.
			was := strings.ReplaceAll(first.String(), `{"text":"bek="}`, "\"m\uFFFD\"")
			if got := strings.ReplaceAll(second.String(), `{"text":"bek="}`, "\"m\uFFFD\""); got != was {
				t.Errorf("exported again:\n%s\nwant\n%s", got, was)
			}
			if run := begin(t, d); run != 2 {
				t.Errorf("the next run is %d", run)
			}
			if _, err := d.Import(ctx, bytes.NewReader(first.Bytes())); !errors.Is(err, ErrNotEmpty) {
				t.Errorf("imported twice: %v", err)
			}
		}
	})
}

// TestExportIsWhole: no table was forgotten.
func TestExportIsWhole(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "state.db"))
	all, err := rows(ctx, d.q(), func(scan func(...any) error) (string, error) {
		var s string
		err := scan(&s)
		return s, err
	}, "SELECT name FROM sqlite_schema WHERE type = 'table'")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range all {
		if !slices.Contains(exported, table) {
			t.Errorf("table %s is not exported", table)
		}
	}
}

// TestImportRefuses: what is not a whole export leaves nothing behind.
func TestImportRefuses(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		var whole bytes.Buffer
		if _, err := filled(t, open(t, filepath.Join(t.TempDir(), "x.db"))).Export(ctx, &whole, t0); err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(whole.String(), "\n")
		last := len(lines) - 2
		for _, tt := range []struct{ name, text, want string }{
			{"nothing", "", "no whole export"},
			{"another file", "sku,qty\n", "no whole export"},
			{"no head", strings.Join(lines[1:], ""), "does not begin as one"},
			{"cut off", strings.Join(lines[:last], ""), "no whole export"},
			{"cut off in a line", whole.String()[:whole.Len()/2], "no whole export"},
			{"a row lost", strings.Join(append(slices.Clone(lines[:3]), lines[4:]...), ""), "no whole export"},
			{"two", whole.String() + whole.String(), "no whole export"},
			{"another version", strings.Replace(whole.String(), fmt.Sprintf(`"feedparity_state":%d`, len(migrations)), `"feedparity_state":1`, 1), "of version 1"},
			{"a table of its own", strings.Replace(whole.String(), `"table":"noise"`, `"table":"nose"`, 1), `no table "nose"`},
			{"SQL", strings.Replace(whole.String(), `"revision":`, `"revision) --":`, 1), "no column"},
		} {
			if _, err := d.Import(ctx, strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
			}
		}
		var left bytes.Buffer
		if n, err := d.Export(ctx, &left, t0); n != 0 || err != nil {
			t.Errorf("%d rows are left, %v", n, err)
		}
	})
}

// TestPrune: what is old goes, but for what is needed still.
func TestPrune(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		day := func(n int) time.Time { return t0.AddDate(0, 0, n) }
		deliver := func(n int, listed time.Time) {
			run := begin(t, d)
			e := Entry{Path: fmt.Sprintf("%02d.csv", n), Size: 1, MTime: day(n), Precision: PrecisionSecond}
			if err := d.Fetched(ctx, "acme", e, fmt.Sprint(n), 1, listed); err != nil {
				t.Fatal(err)
			}
			o := Outcome{Key: key(fmt.Sprint(n)), Verdict: ingest.Diverge, Findings: []Finding{{Signature: "lone-cr"}}}
			_, err := d.Record(ctx, run, e.Path, []Outcome{o}, day(n))
			err = errors.Join(err, addProfile(d, Profile{Feed: "acme", SHA256: fmt.Sprint(n), Family: "f"}, day(n)), d.SaveReport(ctx, run, []byte("{}")), d.End(ctx, run, "ok", day(n)))
			if err != nil {
				t.Fatal(err)
			}
		}
		for n := range 20 {
			deliver(n, map[bool]time.Time{false: day(n), true: day(500)}[n == 3]) // the fourth is listed still
		}
		for _, once := range []string{"gone", "19"} { // of kinds of which no other came: one has an outcome left
			if err := addProfile(d, Profile{Feed: "acme", SHA256: once, Family: "once " + once}, day(0)); err != nil {
				t.Fatal(err)
			}
		}
		waiting := Entry{Path: "00-waiting.csv", MTime: day(-1), Precision: PrecisionSecond}
		if err := d.Fetched(ctx, "acme", waiting, "w", 1, day(-1)); err != nil {
			t.Fatal(err)
		}
		got, err := d.Prune(context.Background(), day(400), Needs{Open: []string{"5"}})
		// 20 less the 10 latest, the case's and, of the deliveries, the one that is listed; all
		// runs were begun at t0, and those of the outcomes left and the last report stay.
		if want := (Pruned{Deliveries: 8, Outcomes: 9, Profiles: 11, Reports: 19, Runs: 9}); err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
		latest, err := d.Latest(ctx, "acme", 100)
		if err != nil || len(latest) != 13 || latest[12].Path != waiting.Path || latest[11].Path != "03.csv" || latest[10].Path != "05.csv" {
			t.Errorf("%v, %v", latest, err)
		}
		if has, err := d.Has(ctx, key("5")); !has || err != nil {
			t.Errorf("the case's outcome: %v, %v", has, err)
		}
		if c, ok, err := d.Signature(ctx, "acme", "lone-cr"); !ok || c.Hits != 20 || err != nil {
			t.Errorf("the counter: %+v, %v", c, err)
		}
		if again, err := d.Prune(ctx, day(400), Needs{Open: []string{"5"}}); err != nil || again != (Pruned{}) {
			t.Errorf("once more: %+v, %v", again, err)
		}
		if err := d.Compact(ctx); err != nil {
			t.Error(err)
		}
	})
}

// TestPruneOrphans: what refers to nothing any more goes with what it referred to: the
// members of packed deliveries, the noise of outcomes, how a feed stood that is no more.
func TestPruneOrphans(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		run, later := begin(t, d), t0.AddDate(2, 0, 0)
		for n := range keepLatest + 3 { // the first three are old enough to go
			e := Entry{Path: fmt.Sprintf("%02d.zip", n), Size: 1, MTime: t0.AddDate(0, 0, n), Precision: PrecisionSecond}
			whole, member := fmt.Sprintf("whole%d", n), fmt.Sprintf("member%d", n)
			o := Outcome{Key: key(member), Verdict: ingest.Parity, Noise: []ingest.Noise{{Column: member, Kind: ingest.NoiseClock}}}
			o.Settings = member // so that each has noise of its own
			_, err := d.Record(ctx, run, e.Path, []Outcome{o}, t0)
			if err = errors.Join(err, d.Fetched(ctx, "acme", e, whole, 1, t0), d.AddMember(ctx, "acme", member, whole)); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Record(ctx, run, e.Path, []Outcome{{Key: key(whole), Verdict: ingest.Parity}}, t0); err != nil { // processed
				t.Fatal(err)
			}
		}
		told := map[string][]byte{"acme": nil, "fresh": []byte("x"), "lapsed": []byte("x"), "listed": []byte("x")}
		err := errors.Join(d.SetStanding(ctx, "mail", told), d.Fetched(ctx, "listed", Entry{Path: "a"}, "a", 1, later))
		if err != nil {
			t.Fatal(err)
		}
		// One member is named by a case, if an obsolete one; of the feeds "fresh" is there and
		// has had no delivery yet.
		got, err := d.Prune(ctx, t0.AddDate(1, 0, 0), Needs{Cases: []string{"member1"}, Feeds: []string{"acme", "fresh"}})
		if want := int64(2 + 3 + 1); err != nil || got.Deliveries != 3 || got.Orphans != want { // members, noise, standings
			t.Errorf("%+v, %v; want 3 deliveries and %d orphans", got, err, want)
		}
		for n := range keepLatest + 3 {
			member := fmt.Sprintf("member%d", n)
			wholes, err := d.Holding(ctx, member)
			noise, nerr := d.Noise(ctx, "acme", member, "r")
			if left := n == 1 || n >= 3; err != nil || nerr != nil || (len(wholes) == 1) != left || (len(noise) == 1) != (n >= 3) {
				t.Errorf("%s: in %q, noise %v, %v, %v", member, wholes, noise, err, nerr)
			}
		}
		if left, err := d.Standings(ctx, "mail"); err != nil || len(left) != 3 || left["fresh"] == nil || left["listed"] == nil {
			t.Errorf("standings %q, %v", left, err)
		}
	})
}
