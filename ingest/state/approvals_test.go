package state

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

var ruled = Rule{RuleKey: RuleKey{"lone-cr of acme (ops)", "configuration"}, Feed: "acme", Cause: "lone-cr", Owner: "ops", Reason: "old machines", Expires: t0.AddDate(1, 0, 0)}

// after ends a run that long after t0.
func after(t *testing.T, d *DB, ago time.Duration, rules ...Applied) int64 {
	t.Helper()
	run := begin(t, d)
	if err := d.End(ctx, run, "ok", t0.Add(ago), rules...); err != nil {
		t.Fatal(err)
	}
	return run
}

// approval is the one row that there is.
func approval(t *testing.T, d *DB) Approval {
	t.Helper()
	all, err := d.Approvals(ctx)
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v; want one", all, err)
	}
	return all[0]
}

func TestApprovals(t *testing.T) { onFresh(t, testApprovals) }

func testApprovals(t *testing.T, d *DB) {
	after(t, d, 0)
	if all, err := d.Approvals(ctx); err != nil || len(all) > 0 {
		t.Fatalf("of no rules: %+v, %v", all, err)
	}
	want := Approval{Rule: ruled, FirstRun: 2, FirstSeen: t0.Add(time.Hour)}
	is := func(what string) {
		t.Helper()
		if got := approval(t, d); got != want {
			t.Errorf("%s: %+v\nwant %+v", what, got, want)
		}
	}
	after(t, d, time.Hour, Applied{Rule: ruled, Compared: true})
	want.LastSeen, want.Idle = t0.Add(time.Hour), 1
	is("matched nothing")
	after(t, d, 2*time.Hour, Applied{Rule: ruled, Compared: true, Deliveries: 3, Earlier: t0})
	want.LastSeen, want.Idle, want.Deliveries, want.MatchRun, want.Matched = t0.Add(2*time.Hour), 0, 3, 3, t0.Add(2*time.Hour)
	is("matched three")
	after(t, d, 3*time.Hour, Applied{Rule: ruled, Compared: true, Earlier: t0.Add(time.Hour)})
	want.LastSeen, want.Idle = t0.Add(3*time.Hour), 1
	is("matched none of what came")
	after(t, d, 4*time.Hour, Applied{Rule: ruled})
	want.LastSeen = t0.Add(4 * time.Hour)
	is("nothing came")
	reworded := Applied{Rule: ruled, Compared: true, Earlier: t0.Add(5 * time.Hour)}
	reworded.Reason, reworded.Expires = "older machines", time.Time{}
	after(t, d, 6*time.Hour, reworded)
	want.LastSeen, want.Matched, want.Reason, want.Expires = t0.Add(6*time.Hour), t0.Add(5*time.Hour), "older machines", time.Time{}
	is("matched in a run that was killed, and has another reason")
	run := after(t, d, 5*time.Hour, Applied{Rule: reworded.Rule, Deliveries: 1})
	want.Deliveries, want.MatchRun, want.Idle = 4, run, 0
	is("matched as the clock was set back")
	if err := d.End(ctx, run, "twice", t0.Add(9*time.Hour), Applied{Rule: ruled, Deliveries: 9}); err != nil {
		t.Fatal(err)
	}
	is("a run that ended before tells nothing more")
}

// TestApprovalsOfSeveral: processes that end runs at the same time, in any order, lose
// nothing of each other's.
func TestApprovalsOfSeveral(t *testing.T) {
	onBoth(t, func(t *testing.T, name func() string) {
		path := name()
		d := open(t, path)
		const each, processes = 5, 3
		var all sync.WaitGroup
		errs := make([]error, processes)
		for p := range processes {
			own := open(t, path)
			var runs []int64
			for range each {
				runs = append(runs, begin(t, own))
			}
			all.Go(func() {
				for i := range runs { // the latest first
					run := runs[len(runs)-1-i]
					errs[p] = errors.Join(errs[p], own.End(ctx, run, "ok", t0.Add(time.Duration(run)*time.Hour), Applied{Rule: ruled, Compared: true, Deliveries: 1}))
				}
			})
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		const n = each * processes
		if got := approval(t, d); got.Deliveries != n || got.MatchRun != n || !got.Matched.Equal(t0.Add(n*time.Hour)) || !got.LastSeen.Equal(got.Matched) {
			t.Errorf("%+v, want %d deliveries, the last in run %[2]d", got, n)
		}
	})
}

// TestEndIsOneTransaction: a run ends with what it tells of rules, or not at all.
func TestEndIsOneTransaction(t *testing.T) {
	onBoth(t, func(t *testing.T, name func() string) {
		path := name()
		d, err := OpenWith(ctx, path, Options{Step: func(step string) {
			if step == "end" {
				panic("killed")
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		run := begin(t, d)
		func() {
			defer func() { _ = recover() }()
			t.Error(d.End(ctx, run, "ok", t0, Applied{Rule: ruled, Deliveries: 1}))
		}()
		again := open(t, path)
		if got, ok, err := again.LastRun(ctx); err != nil || !ok || got.Status != "running" {
			t.Errorf("%+v, %v", got, err)
		}
		if all, err := again.Approvals(ctx); err != nil || len(all) > 0 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

// TestPruneApprovals: a rule that no run has had for long is forgotten.
func TestPruneApprovals(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		gone := ruled
		gone.Text = "nul-byte (ops)"
		after(t, d, 0, Applied{Rule: ruled}, Applied{Rule: gone, Deliveries: 1})
		after(t, d, time.Hour, Applied{Rule: ruled})
		if _, err := d.Prune(ctx, t0.Add(time.Minute), Needs{}); err != nil {
			t.Fatal(err)
		}
		if got := approval(t, d); got.RuleKey != ruled.RuleKey {
			t.Errorf("%+v is left", got)
		}
	})
}

// TestApprovalsUpgrade: what a state without the table holds is there after the upgrade.
func TestApprovalsUpgrade(t *testing.T) {
	d := filled(t, open(t, filepath.Join(t.TempDir(), "state.db")))
	if err := errors.Join(d.Migrate(ctx, 7), d.Migrate(ctx, 8)); err != nil {
		t.Fatal(err)
	}
	all, err := d.Approvals(ctx)
	known, kerr := d.Signatures(ctx)
	if err != nil || kerr != nil || len(all) > 0 || len(known) != 1 {
		t.Errorf("%+v, %v; %+v, %v", all, err, known, kerr)
	}
}
