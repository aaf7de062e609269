package sweep

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
)

// rowsOfCode is the team's own code: it yields one row, of what it makes of the path.
func rowsOfCode(text func(ingest.Path) string) engineFunc {
	return func(_ context.Context, in ingest.Input) (ingest.Rows, error) {
		row := ingest.Row{Value: ingest.List(ingest.Text(text(in.Settings.Python.Path()))), Offset: -1}
		return ingest.Outcome{Rows: []ingest.Row{row}}.Stream(), nil
	}
}

// TestRevisionChanges: a feed's latest deliveries are run again by the code that has
// changed, out of the archive and once, and its cases with them.
func TestRevisionChanges(t *testing.T) {
	onBoth(t, func(t *testing.T, world func(*testing.T, ...config.Feed) *world) {
		d := newDrop(t)
		for i := range 8 {
			d.put(fmt.Sprintf("%d.csv", i), plain+fmt.Sprint(i), 9-i)
		}
		code, policy := plenty(t, "code", d.dir), plenty(t, "policy", d.dir)
		code.Calls = [2]*ingest.Call{{Function: "a:b"}, {Function: "a:b"}}
		code.Recheck, policy.Recheck = 5, 5
		w := world(t, code, policy)
		w.revision = "one"
		w.line.Calls = rowsOfCode(func(ingest.Path) string { return "same" })
		w.clean()
		if res := w.clean(); len(res.Feeds[0].Deliveries) != 0 {
			t.Fatalf("nothing has changed: %s", show(res))
		}
		d.remove("7.csv") // the supplier need not offer it any more
		w.revision = "two"
		w.line.Calls = rowsOfCode(func(p ingest.Path) string { return "not the same in " + p.String() })
		res := w.sweep()
		if got := names(res.Feeds[0]); got != "3.csv 4.csv 5.csv 6.csv 7.csv" || len(res.Feeds[1].Deliveries) != 0 || res.Feeds[0].Seen != 7 {
			t.Errorf("%q, %d of the policies': %s", got, len(res.Feeds[1].Deliveries), show(res))
		}
		if res.Feeds[0].Deliveries[0].Views[0].Verdict != ingest.Diverge {
			t.Errorf("%s", show(res))
		}
		if res := w.sweep(); len(res.Feeds[0].Deliveries) != 0 {
			t.Errorf("run again, and again: %s", show(res))
		}
		w.revision = "one" // what it did is known
		if res := w.sweep(); len(res.Feeds[0].Deliveries) != 0 {
			t.Errorf("back again: %s", show(res))
		}
	})
}

// TestRecheckedHistory: what is run again is held against nothing that came after it.
func TestRecheckedHistory(t *testing.T) {
	latin := "sku,name\r\n" + strings.Repeat("2,caf\xe9 au lait\r\n", 20)
	n := newNights(t, config.Expect{MaxShrink: 0.5})
	n.feeds[0].Calls, n.feeds[0].Recheck = [2]*ingest.Call{{Function: "a:b"}, {Function: "a:b"}}, 5
	n.line.Calls = rowsOfCode(func(ingest.Path) string { return "same" })
	n.put("stock_1.csv", latin)
	n.next()
	for i := range 3 {
		n.put(fmt.Sprintf("stock_%d.csv", i+2), strings.Repeat(strings.ReplaceAll(latin, "\xe9", "é"), 3+i))
		n.next()
	}
	n.revision = "two"
	res := n.sweep()
	got, err := Morning(t.Context(), n.db, n.feeds, res, n.now())
	if err != nil {
		t.Fatal(err)
	}
	if all := names(res.Feeds[0]); all != "stock_1.csv stock_2.csv stock_3.csv stock_4.csv" || said(got[0]) != "" {
		t.Errorf("%s: %q", all, said(got[0]))
	}
	for _, d := range res.Feeds[0].Deliveries {
		if len(d.Views[0].Warnings) > 0 {
			t.Errorf("%s: %q", d.Name, d.Views[0].Warnings)
		}
	}
	n.day++
	n.put("stock_5.csv", strings.Repeat(latin, 3))
	if f := n.next(); said(f) != "" && !strings.HasPrefix(said(f), "charset-drift") {
		t.Errorf("the next one: %q", said(f))
	}
}

// TestCasesRunAgain: a case that is fixed regresses when the code does, is said once per
// revision, and one that cannot be run is tried again.
func TestCasesRunAgain(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", broken, 1)
	f := plenty(t, "acme", d.dir)
	w := newWorld(t, f)
	found := w.clean().Feeds[0].Deliveries[0].Views[0].Findings[0]
	c, err := golden.Load(found.Case)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := golden.NewStore(w.dir("golden")).Write(c); err != nil {
		t.Fatal(err)
	}
	w.feeds[0].Calls = [2]*ingest.Call{{Function: "a:b"}, {Function: "a:b"}}
	works := true
	w.line.Calls = engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
		if !works {
			return nil, &ingest.HarnessError{Code: "import-error", Msg: "no module named a"}
		}
		return rowsOfCode(func(ingest.Path) string { return "same" })(ctx, in)
	})
	said := func(revision string) string {
		w.revision = revision
		var out []string
		for _, c := range w.sweep().Feeds[0].Cases {
			out = append(out, c.Status.With(c.Detail))
		}
		return strings.Join(out, "\n")
	}
	if got := said("one"); !strings.HasPrefix(got, string(golden.NowAgrees)) {
		t.Errorf("%q", got)
	}
	if got := said("one"); got != "" {
		t.Errorf("the same code: %q", got)
	}
	works = false
	for range 2 {
		if got := said("two"); !strings.HasPrefix(got, string(golden.NotCompared)) {
			t.Errorf("%q", got)
		}
	}
	works = true
	if got := said("two"); !strings.HasPrefix(got, string(golden.NowAgrees)) {
		t.Errorf("%q", got)
	}
}

// TestInboxRunsAgain: so are the cases that nobody has pulled yet, but for those that this
// code has shown itself and those that the checkout has, too.
func TestInboxRunsAgain(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", broken, 1)
	f := plenty(t, "acme", d.dir)
	f.Calls = [2]*ingest.Call{{Function: "a:b"}, {Function: "a:b"}}
	f.Recheck = 0
	w := newWorld(t, f)
	same := false
	w.line.Calls = engineFunc(func(ctx context.Context, in ingest.Input) (ingest.Rows, error) {
		return rowsOfCode(func(p ingest.Path) string {
			if same {
				return "same"
			}
			return p.String()
		})(ctx, in)
	})
	said := func(revision string) string {
		w.revision = revision
		var out []string
		for _, c := range w.sweep().Feeds[0].Cases {
			rel, err := filepath.Rel(w.root, c.Dir)
			if err != nil {
				t.Fatal(err)
			}
			where, _, _ := strings.Cut(rel, string(filepath.Separator))
			out = append(out, where+" "+string(c.Status))
		}
		return strings.Join(slices.Compact(out), "\n")
	}
	if got := said("one"); got != "" || len(w.cases()) == 0 {
		t.Fatalf("what was found this night: %q, cases %v", got, w.cases())
	}
	same = true
	if got := said("two"); got != "inbox "+string(golden.NowAgrees) {
		t.Errorf("other code: %q", got)
	}
	if got := said("two"); got != "" {
		t.Errorf("the same code: %q", got)
	}
	if _, err := golden.Pull(golden.NewStore(w.dir("inbox")), golden.NewStore(w.dir("golden"))); err != nil {
		t.Fatal(err)
	}
	if got := said("three"); got != "golden "+string(golden.NowAgrees) {
		t.Errorf("when it is pulled: %q", got)
	}
}

// TestCasesTold: a case that regresses is told of, by the next sweep if that one dies before,
// and is counted until it is run again.
func TestCasesTold(t *testing.T) {
	n := newNights(t, config.Expect{})
	n.put("stock_1.csv", broken)
	c, err := golden.Load(n.next().Signatures[0].Case)
	if err == nil {
		c.State = golden.Fixed
		_, _, err = golden.NewStore(n.dir("golden")).Write(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	n.feeds[0].Calls = [2]*ingest.Call{{Function: "a:b"}, {Function: "a:b"}}
	n.line.Calls = rowsOfCode(func(p ingest.Path) string { return p.String() })
	n.revision = "one"
	n.sweep() // and dies
	for i, want := range []string{"1 map[regressed:1]", "0 map[regressed:1]"} {
		if f := n.next(); fmt.Sprint(f.Replayed, f.CaseStates) != want {
			t.Errorf("night %d: %d run again, %v", i, f.Replayed, f.CaseStates)
		}
	}
	n.revision = "two"
	n.line.Calls = rowsOfCode(func(ingest.Path) string { return "same" })
	if f := n.next(); f.Replayed != 1 || len(f.CaseStates) != 0 {
		t.Errorf("when it is mended: %+v, %v", f.Cases, f.CaseStates)
	}
}
