package sweep

import (
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
)

// euro differs in one value of Latin-1 and Windows-1252, that of the second column.
const euro = "sku,note\na,c\nb,\x80\n"

// approvals is what the state remembers of rules, without the words that the rules have.
func (w *world) approvals() map[string]state.Approval {
	w.t.Helper()
	all, err := w.db.Approvals(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	out := map[string]state.Approval{}
	for _, a := range all {
		name := a.Reason
		if a.Owner != "ops" || a.Origin != "configuration" && name != "case" {
			w.t.Errorf("%+v", a)
		}
		a.Rule, a.FirstSeen, a.LastSeen = state.Rule{}, time.Time{}, time.Time{}
		out[name] = a
	}
	return out
}

// TestApprovals walks rules through nights: a whole one, narrow ones of which one means
// what is found, one that a whole rule keeps from being looked at, and one that is over.
func TestApprovals(t *testing.T) { onBoth(t, testApprovals) }

func testApprovals(t *testing.T, world func(*testing.T, ...config.Feed) *world) {
	d, e, g := newDrop(t), newDrop(t), newDrop(t)
	acme, slim, both := feed(t, "acme", d.dir), feed(t, "slim", e.dir), feed(t, "both", g.dir)
	pair, err := ingest.BuiltinPair("latin1-cp1252")
	if err != nil {
		t.Fatal(err)
	}
	acme.Pair, slim.Pair = pair, pair
	both.Pair.Py2.Types = []ingest.ColumnType{{Column: "qty", Type: "float|round:0"}}
	both.Pair.Py3.Types = both.Pair.Py2.Types
	w := world(t, acme, slim, both)
	rule := func(reason, feed, column string) config.Accept {
		return config.Accept{Cause: "mojibake", Feed: feed, Owner: "ops", Reason: reason, Narrow: ingest.Narrow{Column: column}}
	}
	over := rule("over", "*", "")
	over.Expires = night
	covered := rule("case", "acme", "7")
	covered.Cause, covered.Signature, covered.Whole = "", "mojibake:iso8859-1/cp1252:bytes-decode/text", true
	w.accept = []config.Accept{rule("whole", "acme", ""), covered, rule("means it", "slim", "note"), rule("means another", "slim", "7"), over, rule("means it", "slim", "note"),
		rule("means both views", "both", "qty"), rule("means none", "both", "7")}
	for i := range w.accept {
		if w.accept[i].Feed == "both" {
			w.accept[i].Cause = "float-rounding"
		}
	}

	now := night
	w.now = func() time.Time { return now }
	check := func(what string, want map[string]state.Approval) {
		t.Helper()
		now = now.AddDate(0, 0, 1)
		w.clean()
		got := w.approvals()
		for name, a := range want {
			if a.FirstRun = 1; got[name] != a {
				t.Errorf("%s: %s: %+v\nwant %+v", what, name, got[name], a)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %+v", what, got)
		}
	}
	first, fourth := night.AddDate(0, 0, 1), night.AddDate(0, 0, 4)
	d.put("a.csv", euro, 9)
	e.put("a.csv", euro, 9)
	g.put("a.csv", "sku,qty\na,0.5\nb,1\n", 9) // which normalizing leaves as it is
	check("a first match", map[string]state.Approval{
		"whole": {MatchRun: 1, Matched: first, Deliveries: 1}, "case": {MatchRun: 1, Matched: first, Deliveries: 1},
		"means it": {MatchRun: 1, Matched: first, Deliveries: 1}, "means another": {Idle: 1}, "over": {Idle: 1},
		"means both views": {MatchRun: 1, Matched: first, Deliveries: 1}, "means none": {Idle: 1}})
	d.put("b.csv", plain, 8)
	e.put("b.csv", plain, 8)
	second := map[string]state.Approval{
		"whole": {MatchRun: 1, Matched: first, Deliveries: 1, Idle: 1}, "case": {MatchRun: 1, Matched: first, Deliveries: 1, Idle: 1},
		"means it": {MatchRun: 1, Matched: first, Deliveries: 1, Idle: 1}, "means another": {Idle: 2}, "over": {Idle: 2},
		"means both views": {MatchRun: 1, Matched: first, Deliveries: 1}, "means none": {Idle: 1}}
	check("no match", second)
	check("nothing new", second)
	d.put("c.csv", euro+"c,d\n", 7)
	check("another match", map[string]state.Approval{
		"whole": {MatchRun: 4, Matched: fourth, Deliveries: 2}, "case": {MatchRun: 4, Matched: fourth, Deliveries: 2},
		"means it": second["means it"], "means another": second["means another"], "over": {Idle: 3},
		"means both views": second["means both views"], "means none": second["means none"]})

	// A state of before the table: what matched is known by its signature.
	_, newest, err := w.db.Versions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []int{7, newest} {
		if err := w.db.Migrate(t.Context(), version); err != nil {
			t.Fatal(err)
		}
	}
	now = now.AddDate(0, 0, 1)
	w.clean()
	for name, want := range map[string]time.Time{"whole": fourth, "case": fourth, "means it": first, "means another": first, "over": {}} {
		if a := w.approvals()[name]; !a.Matched.Equal(want) || a.MatchRun != 0 || a.Deliveries != 0 || a.Idle != 0 {
			t.Errorf("upgraded: %s: %+v, want a match on %s", name, a, want)
		}
	}
	w.accept = nil
	before := w.approvals()
	w.clean()
	if after := w.approvals(); len(after) != len(before) || after["whole"] != before["whole"] {
		t.Errorf("a sweep without rules wrote %+v, before %+v", after, before)
	}
}

// TestApprovalsKilled: a sweep that is killed as it ends has told nothing of rules; the
// next one knows what it met.
func TestApprovalsKilled(t *testing.T) { onBoth(t, testApprovalsKilled) }

func testApprovalsKilled(t *testing.T, world func(*testing.T, ...config.Feed) *world) {
	d := newDrop(t)
	w := world(t, plenty(t, "acme", d.dir))
	w.accept = []config.Accept{
		{Cause: "undecodable-bytes", Owner: "ops", Reason: "whole"},
		{Cause: "undecodable-bytes", Owner: "ops", Reason: "narrow", Narrow: ingest.Narrow{Column: "7"}},
	}
	w.now = func() time.Time { return night.AddDate(0, 0, -1) }
	d.put("a.csv", plain, 9)
	w.clean()
	before := w.approvals()
	w.db.Close()
	d.put("b.csv", broken, 8)
	if err := w.start("sweep", "end:0").Wait(); err == nil {
		t.Error("it went on to its end")
	}
	w.open()
	if got := w.approvals(); len(got) != 2 || got["whole"] != before["whole"] || got["narrow"] != before["narrow"] || w.hits("acme") != 1 {
		t.Errorf("killed: %+v, %d hits; before %+v", got, w.hits("acme"), before)
	}
	w.now = func() time.Time { return night.AddDate(0, 0, 1) }
	w.clean()
	for name, a := range w.approvals() {
		if want := (state.Approval{FirstRun: 1, Matched: night}); a != want {
			t.Errorf("%s: %+v, want %+v", name, a, want)
		}
	}
}
