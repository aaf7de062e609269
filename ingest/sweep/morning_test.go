package sweep

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/report"
)

// nights walks one feed through its nights, a day apart.
type nights struct {
	*world
	drop drop
	day  int
}

func newNights(t *testing.T, e config.Expect) *nights {
	d := newDrop(t)
	f := feed(t, "acme", d.dir)
	f.Expect = e
	n := &nights{world: newWorld(t, f), drop: d}
	n.tells = true
	n.now = func() time.Time { return night.AddDate(0, 0, n.day) }
	return n
}

// put offers a delivery of today's.
func (n *nights) put(name, data string) { n.drop.put(name, data, -n.day) }

// next sweeps, looks back and tells, as of the next day.
func (n *nights) next() report.Feed {
	n.t.Helper()
	return n.tell(n.sweep())
}

func (n *nights) tell(res *Result) report.Feed {
	n.t.Helper()
	got, err := Morning(n.t.Context(), n.db, n.feeds, res, n.now())
	if err == nil {
		err = Told(n.t.Context(), n.db, res)
	}
	if err != nil {
		n.t.Fatal(err)
	}
	n.day++
	return got[0]
}

// said lists the alarms and what the signatures are: "late | first undecodable-bytes".
func said(f report.Feed) string {
	var out []string
	for _, a := range f.Alarms {
		out = append(out, strings.TrimSpace(string(a.Kind)+" "+a.Delivery))
	}
	for _, s := range f.Signatures {
		out = append(out, string(s.News)+" "+s.Cause)
	}
	return strings.Join(out, ", ")
}

// TestSignaturesComeAndGo: a signature is first, known, gone and there again; gone only
// where deliveries of the kind that showed it came, and all were compared.
func TestSignaturesComeAndGo(t *testing.T) {
	n := newNights(t, config.Expect{})
	for i, step := range []struct{ name, data, want string }{
		{"stock_1.csv", broken, "first undecodable-bytes"},
		{"", "", ""},
		{"stock_2.csv", broken + "3,x\r\n", "known undecodable-bytes"},
		{"prices_1.csv", plain, ""},  // of another kind
		{"stock_1b.csv", broken, ""}, // bytes that were run before
		{"stock_3.csv", "PK\x03\x04\x14\x00\x00\x00\x08\x00", ""},
		{"-stock_3.csv", "", ""},
		{"stock_4.csv", plain + "2,x\r\n", "gone undecodable-bytes"},
		{"stock_5.csv", plain + "2,y\r\n", ""},
		{"stock_6.csv", broken + "2,y\r\n", "again undecodable-bytes"},
	} {
		if name, gone := strings.CutPrefix(step.name, "-"); gone {
			n.drop.remove(name)
		} else if name != "" {
			n.put(step.name, step.data)
		}
		if got := said(n.next()); got != step.want {
			t.Errorf("night %d, %s: %q, want %q", i, step.name, got, step.want)
		}
	}
}

// TestAcceptedInPart: a signature of which a rule accepts what one delivery shows, and not
// what another does, is none that is accepted, whichever comes first.
func TestAcceptedInPart(t *testing.T) {
	finding := func(accepted bool) Delivery {
		return Delivery{Name: "a", Views: []View{{Findings: []Finding{{Signature: "m:x", Cause: "m", Accepted: accepted, New: !accepted, Case: map[bool]string{false: "c"}[accepted]}}}}}
	}
	for _, all := range [][]bool{{true}, {true, false}, {false, true}} {
		m := morning{night: &Feed{}, out: report.Feed{Severities: map[string]int{}, Causes: map[string]int{}}}
		for _, accepted := range all {
			m.night.Deliveries = append(m.night.Deliveries, finding(accepted))
		}
		m.signatures()
		want := report.Signature{News: report.First, Case: "c"}
		if len(all) == 1 {
			want = report.Signature{News: report.Known, Accepted: true}
		}
		if got := m.out.Signatures[0]; len(m.out.Signatures) != 1 || got.News != want.News || got.Accepted != want.Accepted || got.Case != want.Case {
			t.Errorf("%v: %+v", all, m.out.Signatures)
		}
	}
}

// TestReportThatWasNotMade: what a sweep recorded that nobody was told of is told by the
// next one, once, as if that had found it: for the exit status, against what is expected,
// and in the history of the next delivery, whether or not one shows it again.
func TestReportThatWasNotMade(t *testing.T) {
	for _, killed := range []int{1, 2} {
		for _, again := range []bool{false, true} {
			n := newNights(t, config.Expect{Deliveries: 1, MaxGrowth: 2})
			n.put("stock_1.csv", plain)
			n.next()
			n.put("stock_2.csv", broken+strings.Repeat("3,x\r\n", 20))
			for range killed {
				n.sweep() // and dies
				n.day++
			}
			if again {
				n.put("stock_3.csv", broken+strings.Repeat("3,y\r\n", 21)) // not grown: the history has stock_2.csv
			}
			res := n.sweep()
			if got := showing(res); !slices.Equal(got, []string{"stock_2.csv"}) || len(res.Earlier) != 1 {
				t.Errorf("killed %d times, again %v: new in %q of runs %d", killed, again, got, res.Earlier)
			}
			if got := said(n.tell(res)); got != "grown stock_2.csv, grown stock_2.csv, first undecodable-bytes" {
				t.Errorf("killed %d times, again %v: %q", killed, again, got)
			}
			n.put("stock_4.csv", broken+strings.Repeat("3,z\r\n", 19))
			res = n.sweep()
			if got := showing(res); len(got)+len(res.Earlier) > 0 {
				t.Errorf("told twice: new in %q, of runs %d", got, res.Earlier)
			}
			if f := n.tell(res); f.New != 1 || len(f.Signatures) != 1 || f.Signatures[0].News != report.Known {
				t.Errorf("the night after: %d new, %q", f.New, said(f))
			}
		}
	}
}

// showing are the deliveries of which something is new.
func showing(res *Result) []string {
	var out []string
	for _, f := range res.Feeds {
		for i := range f.Deliveries {
			if slices.ContainsFunc(findings(&f.Deliveries[i]), func(f Finding) bool { return f.New }) {
				out = append(out, f.Deliveries[i].Name)
			}
		}
	}
	return out
}

// TestStopped: the report of a sweep that was stopped tells what was recorded, alarms of
// nothing that it had no time for, and is not remembered: the next one tells all of it.
func TestStopped(t *testing.T) {
	n := newNights(t, config.Expect{Every: time.Hour, Deliveries: 2})
	srv := serve(t, ftptest.Options{Faults: []ftptest.Fault{{Command: "GREETING", Action: ftptest.Stall}}})
	all := []config.Feed{n.feeds[0], feed(t, "hangs", srv.URL())}
	for i, step := range []struct{ first, second, want string }{
		{broken, plain, "first undecodable-bytes"},
		{plain + "2,x\r\n", plain + "2,y\r\n", "gone undecodable-bytes"},
	} {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		n.feeds = all
		n.watch = func(e Event) {
			if e.Feed == "acme" && e.What == "done" && e.Delivery == "" {
				stop()
			}
		}
		n.put(fmt.Sprintf("stock_%d.csv", 2*i), step.first)
		res, err := n.try(ctx)
		if !errors.Is(err, context.Canceled) || !res.Cut {
			t.Fatal(err, res.Cut)
		}
		got, err := Morning(t.Context(), n.db, n.feeds, res, n.now())
		if err != nil || said(got[0]) != step.want || got[1].Error == "" {
			t.Errorf("%d: %q, %q, %v", i, said(got[0]), got[1].Error, err)
		}
		n.watch, n.feeds = nil, all[:1]
		n.put(fmt.Sprintf("stock_%d.csv", 2*i+1), step.second)
		if f := n.next(); said(f) != step.want || f.Compared != 2 {
			t.Errorf("%d: the next one: %q of %d", i, said(f), f.Compared)
		}
	}
}

// TestNotFinished: what a run counted of a delivery that it could not finish is new where it
// is shown first by the next one, though that finds it counted.
func TestNotFinished(t *testing.T) {
	view := func(news, accepted bool) []View {
		return []View{{Findings: []Finding{{Signature: "m:x", New: news, Accepted: accepted}}}, {Findings: []Finding{{Signature: "m:x", New: news, Accepted: accepted}}}}
	}
	undone := view(true, false)
	undone[1].Verdict = ingest.NotCompared
	for i, step := range []struct {
		now  []Delivery
		want string // where it is new
	}{
		{[]Delivery{{Path: "a", Views: view(false, false)}, {Path: "b", Views: view(false, false)}}, "a"},
		{[]Delivery{{Path: "b", Views: view(false, true)}, {Path: "c", Views: view(false, false)}}, "c"},
		{[]Delivery{{Path: "a", Err: errUndone}}, ""},
	} {
		u := untold{at: map[same]int{}, fresh: map[string]bool{}}
		if u.add([]Delivery{{Path: "a", Views: undone}}) {
			t.Error("it was taken up, and is to be run again")
		}
		f := Feed{Deliveries: step.now}
		u.into(&f)
		var got []string
		for i := range f.Deliveries {
			if all := findings(&f.Deliveries[i]); len(all) == 2 && all[0].New && all[1].New {
				got = append(got, f.Deliveries[i].Path)
			}
		}
		if strings.Join(got, " ") != step.want {
			t.Errorf("%d: new in %q, want %q", i, got, step.want)
		}
	}
}

func TestFigures(t *testing.T) {
	n := newNights(t, config.Expect{})
	n.put("a.csv", plain)
	n.put("b.csv", broken)
	n.next()
	n.drop.remove("a.csv")
	n.put("b.csv", plain+"2,x\r\n")
	n.put("c.csv", plain+"3,x\r\n")
	n.put("d.csv", "PK\x03\x04\x14\x00\x00\x00\x08\x00")
	got := n.next()
	want := report.Feed{Name: "acme", Listed: 3, New: 2, Changed: 1, Gone: 1, Failed: 1, Compared: 2, Parity: 2, Bytes: int64(2*len(plain) + 10), Rows: 6, Newest: night.AddDate(0, 0, 1)}
	if figures(got) != figures(want) {
		t.Errorf("\n%s\nwant\n%s", figures(got), figures(want))
	}
	if got := n.next(); figures(got) != figures(report.Feed{Name: "acme", Listed: 3, Seen: 2, Resumed: 1, Failed: 1, Newest: want.Newest}) {
		t.Errorf("a night later: %s", figures(got))
	}
}

func figures(f report.Feed) string {
	f.Severities, f.Causes, f.Signatures, f.Families, f.Alarms = nil, nil, nil, nil, nil
	return fmt.Sprintf("%+v", f)
}

func TestFreshness(t *testing.T) {
	n := newNights(t, config.Expect{Every: 26 * time.Hour})
	if f := n.next(); said(f) != "missing" || !strings.Contains(f.Alarms[0].Text, "none has ever come") {
		t.Errorf("of no delivery: %+v", f.Alarms)
	}
	n.put("a.csv", plain)
	for i, want := range []string{"", "", "late", "missing"} {
		if i == 3 {
			n.drop.remove("a.csv")
		}
		f := n.next()
		if said(f) != want {
			t.Errorf("%d days after: %q, want %q", i, said(f), want)
		}
		if want == "late" && f.Alarms[0].Text != "the newest is of 2024-03-02 02:00Z, 2d ago, expected every 1d2h" {
			t.Error(f.Alarms[0].Text)
		}
	}
	n.put("b.csv", plain+"2,x\r\n")
	if f := n.next(); said(f) != "" {
		t.Errorf("after it came: %q", said(f))
	}
	n.feeds[0].Source.URL = filepath.Join(n.root, "nowhere")
	n.day += 3
	if f := n.next(); said(f) != "late" || f.Error == "" {
		t.Errorf("a source that is not there is late, not missing: %q, %s", said(f), f.Error)
	}
}

// TestFreshnessInAnotherZone: a listing of New York's makes nothing late, since the server
// tells when one file was written in UTC.
func TestFreshnessInAnotherZone(t *testing.T) {
	wrote := time.Now().Add(-22 * time.Hour)
	line := fmt.Sprintf("-rw-r--r-- 1 u g %d %s a.csv\r\n", len(plain), wrote.UTC().Add(-5*time.Hour).Format("Jan _2 15:04"))
	for what, o := range map[string]ftptest.Options{"": {}, "late": {NoMDTM: true}} {
		o.Files, o.NoMLSD = map[string]ftptest.File{"a.csv": {Data: []byte(plain), MTime: wrote}}, true
		o.Faults = []ftptest.Fault{{Command: "LIST", Action: ftptest.ListData, Data: []byte(line)}}
		f := feed(t, "acme", serve(t, o).URL())
		f.Expect.Every = 24 * time.Hour
		w := newWorld(t, f)
		w.now = time.Now
		got, err := Morning(t.Context(), w.db, w.feeds, w.clean(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if s := said(got[0]); s != what {
			t.Errorf("%q, want %q: %+v", s, what, got[0].Alarms)
		}
	}
}

// TestTakenAway: a delivery that somebody took away came all the same.
func TestTakenAway(t *testing.T) {
	n := newNights(t, config.Expect{Every: 50 * time.Hour})
	n.put("a.csv", plain)
	n.next()
	n.drop.remove("a.csv")
	for i, want := range []string{"1 ", "0 ", "0 missing"} {
		if f := n.next(); fmt.Sprint(f.Gone, " ", said(f)) != want {
			t.Errorf("%d: gone %d, %q, want %q", i, f.Gone, said(f), want)
		}
	}
}

// TestFamiliesApart: what is of one country is not held against what is of another, nor gone
// with it.
func TestFamiliesApart(t *testing.T) {
	n := newNights(t, config.Expect{MaxShrink: 0.5})
	for _, step := range []struct{ name, data, want string }{
		{"prices-de-20261123.csv", broken + strings.Repeat("2,x\r\n", 200), "first undecodable-bytes"},
		{"prices-be-20261124.csv", plain, ""},
		{"prices-de-20261125.csv", plain + strings.Repeat("2,x\r\n", 201), "gone undecodable-bytes"},
	} {
		n.put(step.name, step.data)
		if got := said(n.next()); got != step.want {
			t.Errorf("%s: %q, want %q", step.name, got, step.want)
		}
	}
}

func TestAlarms(t *testing.T) {
	long := plain + strings.Repeat("2,caf\xe9 au lait\r\n", 20)
	n := newNights(t, config.Expect{Deliveries: 1, MinSize: 30, MinRows: 3, MaxShrink: 0.5, MaxGrowth: 2})
	for _, step := range []struct{ name, data, want string }{
		{"stock_1.csv", long, ""},
		{"stock_2.csv", long + "3,more\r\n", ""},
		{"", "", "too-few"},
		{"prices_1.csv", plain, "too-small prices_1.csv, too-few-rows prices_1.csv"}, // the first of its kind
		{"stock_3.csv", strings.ToUpper(plain), "too-small stock_3.csv, too-few-rows stock_3.csv, shrunk stock_3.csv, shrunk stock_3.csv"},
		{"stock_4.csv", strings.Repeat(long, 4), "grown stock_4.csv, grown stock_4.csv"},
		{"stock_5.csv", strings.ReplaceAll(long, ",", ";"), "dialect-drift stock_5.csv"},
		{"stock_6.csv", strings.ReplaceAll(long, ",", ";") + "3;m\r\n", ""}, // has been seen
		{"stock_7.csv", strings.ReplaceAll(long, "\xe9", "é"), "charset-drift stock_7.csv"},
		{"stock_8.csv", strings.ReplaceAll(long, "\xe9", "e"), ""}, // ASCII is any charset
	} {
		if step.name != "" {
			n.put(step.name, step.data)
		}
		f := n.next()
		f.Signatures = nil
		if said(f) != step.want {
			t.Errorf("%s: %q, want %q: %+v", step.name, said(f), step.want, f.Alarms)
		}
	}
}

// TestAlarmsAgain: what came before, under another name or under its own, is too small and has
// shrunk as much as then, every night; its charset and its dialect have been told.
func TestAlarmsAgain(t *testing.T) {
	long := plain + strings.Repeat("2,caf\xe9 au lait\r\n", 20)
	n := newNights(t, config.Expect{MinSize: 30, MinRows: 3, MaxShrink: 0.5})
	four := func(name string) string {
		return fmt.Sprintf("too-small %s, too-few-rows %[1]s, shrunk %[1]s, shrunk %[1]s", name)
	}
	for i, step := range []struct{ name, data, want string }{
		{"stock_1.csv", long, ""},
		{"stock_2.csv", plain, four("stock_2.csv")},
		{"stock_3.csv", plain, four("stock_3.csv")},
		{"stock_3.csv", plain, four("stock_3.csv")},
		{"other_1.csv", plain, "too-small other_1.csv, too-few-rows other_1.csv"}, // the first of its kind
		{"stock_5.csv", long, ""},
		{"stock_6.csv", strings.ReplaceAll(long, ",", ";"), "dialect-drift stock_6.csv"},
		{"stock_7.csv", strings.ReplaceAll(long, ",", ";"), ""},
	} {
		n.put(step.name, step.data)
		f := n.next()
		f.Signatures = nil
		if said(f) != step.want {
			t.Errorf("night %d, %s: %q, want %q: %+v", i, step.name, said(f), step.want, f.Alarms)
		}
	}
	n.put("a_1.csv", plain+"3,x\r\n")
	n.put("a_2.csv", plain+"3,x\r\n") // both in one night
	if got := said(n.next()); got != "too-small a_1.csv, too-small a_2.csv" {
		t.Errorf("two in a night: %q", got)
	}
}

// TestAgain: what came before has the verdict that it had then.
func TestAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, world func(*testing.T, ...config.Feed) *world) {
		d := newDrop(t)
		w := world(t, feed(t, "acme", d.dir))
		d.put("a.csv", broken, 0)
		d.put("b.csv", plain, 0)
		was := w.sweep().Feeds[0].Deliveries
		d.put("a2.csv", broken, 1)
		d.put("b2.csv", plain, 1)
		d.put("c.csv", plain+"3,x\r\n", 1)
		d.put("d.csv", plain+"3,x\r\n", 1) // known since a moment
		got := w.sweep().Feeds[0].Deliveries
		if len(got) != 4 || !got[0].Known || !got[1].Known || got[2].Known == got[3].Known {
			t.Fatalf("%+v", got)
		}
		was = append(was, got[2], got[2])
		if got[2].Known {
			was[2], was[3] = got[3], got[3]
		}
		for i, d := range got {
			if len(d.Views) != len(was[i].Views) || d.Charset != was[i].Charset || d.Pair != was[i].Pair {
				t.Fatalf("%s: %+v, was %+v", d.Name, d, was[i])
			}
			for n, v := range d.Views {
				if before := was[i].Views[n]; v.View != before.View || v.Verdict != before.Verdict || v.Severity != before.Severity || d.Known && len(v.Findings) > 0 {
					t.Errorf("%s: %+v, was %+v", d.Name, v, before)
				}
			}
		}
	})
}

// TestOwnHistory: a delivery that is looked at again, as after a report that was not made
// or a new revision of the code, is held against those before it and not against itself.
func TestOwnHistory(t *testing.T) {
	latin := plain + strings.Repeat("2,caf\xe9 au lait\r\n", 20)
	n := newNights(t, config.Expect{})
	n.put("stock_1.csv", latin)
	n.next()
	n.put("stock_2.csv", strings.ReplaceAll(latin, "\xe9", "é"))
	res := n.sweep()
	for range 2 {
		got, err := Morning(t.Context(), n.db, n.feeds, res, n.now())
		if err != nil {
			t.Fatal(err)
		}
		if got[0].Signatures = nil; said(got[0]) != "charset-drift stock_2.csv" {
			t.Errorf("%q", said(got[0]))
		}
	}
}

func TestFamily(t *testing.T) {
	for in, want := range map[string]string{
		"stock_20240301.csv": "stock_#.csv", "stock_2024-03-01.csv": "stock_#.csv", "feed.csv": "feed.csv", "cafe_1.csv": "cafe_#.csv",
		"caf\xe9 7.csv": `caf\xe9 #.csv`, "7": "#", "": "", "prix-été.csv": "prix-été.csv",
		// Two countries, two kinds: letters that are hexadecimal digits are letters.
		"prices-de-20261125.csv": "prices-de-#.csv", "prices-be-20261126.csv": "prices-be-#.csv", "stock_ab2.csv": "stock_ab#.csv", "stock_cd3.csv": "stock_cd#.csv",
		"feed20261125.csv": "feed#.csv", "20261125decade.csv": "#decade.csv", "de20261125be.csv": "de#be.csv", "night.zip/0af3-22.csv": "night.zip/#af#-#.csv",
		"de-20261125-be.csv": "de-#-be.csv", "stock-1-20261125.csv": "stock-#-#.csv", "stock-20261125.csv": "stock-#.csv", "Stand_01-03-2024.csv": "Stand_#.csv",
		"x2024-03-011.csv": "x#-#-#.csv", "stock_2026-11-25-031500.csv": "stock_#-#.csv",
		// What nobody chose is a number.
		"a_3f2a9c1e.csv": "a_#.csv", "a_0F2A9C1E77.csv": "a_#.csv", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.csv": "#.csv",
		"f81d4fae-7dec-11d0-a765-00a0c91e6bf6.csv": "#.csv", "x_deadbeef.csv": "x_deadbeef.csv", "xa3f2a9c1e.csv": "xa#f#a#c#e.csv", "f81d4fae-7dec-11d0.csv": "#-#dec-#d#.csv",
		// Directories are kept apart, but for what is a number in their names.
		"DE/stock_1.csv": "DE/stock_#.csv", "FR/stock_2.csv": "FR/stock_#.csv", "2026-11-25/stock.csv": "#/stock.csv",
	} {
		if got := family(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestAgo(t *testing.T) {
	for d, want := range map[time.Duration]string{26 * time.Hour: "1d2h", 48 * time.Hour: "2d", 90 * time.Minute: "1h30m", 5 * time.Hour: "5h0m"} {
		if got := ago(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// TestRegressed: a signature that was counted before is news again where the checkout says
// that it is fixed, every night until the checkout says otherwise.
func TestRegressed(t *testing.T) {
	n := newNights(t, config.Expect{})
	n.put("stock_1.csv", broken)
	f := n.next()
	c, err := golden.Load(f.Signatures[0].Case)
	if err != nil {
		t.Fatal(err)
	}
	checkout := golden.NewStore(n.dir("golden"))
	for i, step := range []struct {
		state golden.State
		want  string
	}{{golden.Open, "known"}, {golden.Fixed, "regressed"}, {golden.Fixed, "regressed"}, {golden.Regressed, "known"}, {golden.Obsolete, "known"}} {
		c.State = step.state
		if _, _, err := checkout.Write(c); err != nil {
			t.Fatal(err)
		}
		if err := checkout.Update(c); err != nil {
			t.Fatal(err)
		}
		n.put(fmt.Sprintf("stock_%d.csv", i+2), broken+strings.Repeat("2,x\r\n", i+1))
		res := n.sweep()
		if got := said(n.tell(res)); got != step.want+" undecodable-bytes" {
			t.Errorf("night %d, %s: %q, want %s", i, step.state, got, step.want)
		}
		back := step.want == "regressed"
		if found := res.Findings(); len(found) == 0 || found[0].New != back || back && found[0].Case != checkout.Path(c) {
			t.Errorf("night %d, %s: %+v", i, step.state, found)
		}
	}
}
