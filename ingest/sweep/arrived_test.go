package sweep

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/report"
	"github.com/feedparity/feedparity/ingest/state"
)

// ftpNights are nights of a feed whose server offers files.
func ftpNights(t *testing.T, e config.Expect, o ftptest.Options) (*nights, *ftptest.Server) {
	srv := serve(t, o)
	f := feed(t, "acme", srv.URL())
	f.Expect = e
	n := &nights{world: newWorld(t, f)}
	n.tells = true
	n.now = func() time.Time { return night.AddDate(0, 0, n.day) }
	return n, srv
}

// offers is a file of an hour ago.
func offers(name, data string) ftptest.Options {
	return ftptest.Options{Files: map[string]ftptest.File{name: {Data: []byte(data), MTime: night.Add(-time.Hour)}}}
}

// TestOverwrittenAndTakenAway: a name that has a new file each night, which the importer
// takes away before it can be fetched, has come each time, and is gone once each time.
func TestOverwrittenAndTakenAway(t *testing.T) {
	n, srv := ftpNights(t, config.Expect{Every: 26 * time.Hour}, offers("stock.csv", plain))
	if f := n.next(); said(f) != "" {
		t.Errorf("the first night: %q", said(f))
	}
	n.watch = func(e Event) {
		if e.What == "fetching" {
			srv.Remove("stock.csv")
		}
	}
	for k := 1; k <= 3; k++ {
		srv.Put("stock.csv", ftptest.File{Data: []byte(plain + strings.Repeat("2,x\r\n", k)), MTime: n.now().Add(-time.Hour)})
		if f := n.next(); said(f) != "" || f.Gone != 1 || len(f.Lost) != 1 || !f.Newest.Equal(night.AddDate(0, 0, k).Add(-time.Hour)) {
			t.Errorf("night %d: %q, gone %d, lost %+v, newest %v", k, said(f), f.Gone, f.Lost, f.Newest)
		}
	}
	if f := n.next(); said(f) != "" || f.Gone != 0 {
		t.Errorf("a night later: %q, gone %d", said(f), f.Gone)
	}
	if f := n.next(); said(f) != "missing" {
		t.Errorf("when its deadline has passed: %q", said(f))
	}
}

// TestHeldAndTakenAway: a file that is offered and not finished is not missing; once it is
// taken away it came, and is missing when its own deadline has passed.
func TestHeldAndTakenAway(t *testing.T) {
	n, srv := ftpNights(t, config.Expect{Every: 26 * time.Hour}, offers("stock.csv", ""))
	f := n.next()
	if said(f) != "late" || f.Unstable != 1 || !strings.Contains(f.Alarms[0].Text, "1 offered that cannot be taken yet; none has ever come") {
		t.Errorf("an empty file: %q, unstable %d: %+v", said(f), f.Unstable, f.Alarms)
	}
	srv.Remove("stock.csv")
	want := report.Lost{Delivery: "stock.csv", Nights: 1, Why: whyEmpty}
	if f = n.next(); said(f) != "" || f.Gone != 1 || len(f.Lost) != 1 || f.Lost[0] != want {
		t.Errorf("taken away: %q, gone %d, %+v", said(f), f.Gone, f.Lost)
	}
	if f = n.next(); said(f) != "missing" || f.Gone != 0 || len(f.Lost) != 0 {
		t.Errorf("a night later: %q, gone %d, %+v", said(f), f.Gone, f.Lost)
	}
}

// TestSkippedIsOffered: what is older than a feed's backfill is offered all the same.
func TestSkippedIsOffered(t *testing.T) {
	n, _ := ftpNights(t, config.Expect{Every: time.Minute}, offers("stock.csv", plain))
	n.feeds[0].Since = night
	if f := n.next(); said(f) != "late" || f.Skipped != 1 {
		t.Errorf("%q, skipped %d", said(f), f.Skipped)
	}
}

// TestFailedAndTakenAway: a delivery that could not be fetched and is gone then is told to be
// lost, and not to be mended; one that could be at last is mended.
func TestFailedAndTakenAway(t *testing.T) {
	for _, goes := range []bool{true, false} {
		n, srv := ftpNights(t, config.Expect{}, offers("stock.csv", plain))
		srv.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.Short, After: 3})
		var was report.Standing
		told := func(want string) {
			t.Helper()
			res := n.sweep()
			f := n.tell(res)
			var lines []report.Delivery
			for _, d := range res.Feeds[0].Deliveries {
				if d.Err != nil {
					lines = append(lines, report.Delivery{Feed: "acme", Delivery: d.Name, Error: d.Err.Error()})
				}
			}
			var changes []report.Change
			changes, was = report.Changes(was, f, lines, n.now())
			var got []string
			for _, c := range changes {
				got = append(got, c.What+" "+c.Text)
			}
			if s := strings.Join(got, "; "); !strings.HasPrefix(s, want) || want == "" && s != "" || len(got) > 1 {
				t.Errorf("goes %v, night %d: told %q, want %q", goes, n.day-1, s, want)
			}
		}
		told("failed stock.csv: ")
		told("")
		known, err := n.db.Lost(t.Context(), n.now(), "acme")
		if err != nil || len(known) != 1 || known[0].Status != state.Failed || known[0].Attempts != 2 || !strings.Contains(known[0].LastError, "short transfer") {
			t.Errorf("remembered: %+v, %v", known, err)
		}
		srv.ClearFaults()
		if goes {
			srv.Remove("stock.csv")
			told("lost stock.csv: gone, never compared")
		} else {
			told("mended stock.csv")
		}
		told("")
	}
}

// TestGoneAcrossOutage: what was taken away while the server was down is gone on the night on
// which it is swept again.
func TestGoneAcrossOutage(t *testing.T) {
	for _, outages := range []int{0, 1, 2} {
		n, srv := ftpNights(t, config.Expect{}, offers("a.csv", plain))
		srv.Put("b.csv", ftptest.File{Data: []byte(broken), MTime: night.Add(-time.Hour)})
		n.next()
		srv.AddFault(ftptest.Fault{Command: "GREETING", Action: ftptest.KillControl})
		for range outages {
			if f := n.next(); f.Error == "" || f.Gone != 0 {
				t.Errorf("of a server that is down: %+v", f)
			}
		}
		srv.ClearFaults()
		srv.Remove("a.csv")
		for _, want := range []int{1, 0} {
			if f := n.next(); f.Gone != want || f.Seen != 1 {
				t.Errorf("after %d nights without it: gone %d, want %d", outages, f.Gone, want)
			}
		}
	}
}

// TestWrongClock: a file of the future came when it was seen first.
func TestWrongClock(t *testing.T) {
	future := ftptest.File{Data: []byte(plain), MTime: night.AddDate(30, 0, 0)}
	line := fmt.Sprintf("-rw-r--r-- 1 u g %d Mar  1  2054 wrong.csv\r\n", len(plain)) // its seconds are asked for
	for what, o := range map[string]ftptest.Options{
		"MLSD": {}, "LIST": {NoMLSD: true, Faults: []ftptest.Fault{{Command: "LIST", Action: ftptest.ListData, Data: []byte(line), Times: 2}}},
	} {
		o.Files = map[string]ftptest.File{"wrong.csv": future}
		n, srv := ftpNights(t, config.Expect{Every: 26 * time.Hour}, o)
		if f := n.next(); said(f) != "" || !f.Newest.Equal(night) || f.Compared != 1 {
			t.Errorf("%s: %q, newest %v", what, said(f), f.Newest)
		}
		srv.Remove("wrong.csv")
		srv.ClearFaults()
		if f := n.next(); said(f) != "" || f.Gone != 1 {
			t.Errorf("%s: a day later %q, gone %d", what, said(f), f.Gone)
		}
		if f := n.next(); said(f) != "missing" {
			t.Errorf("%s: two days later %q", what, said(f))
		}
	}
}

// TestUnparsedTold: of each kind of line that is not understood one is told, whatever numbers
// are in it.
func TestUnparsedTold(t *testing.T) {
	n, srv := ftpNights(t, config.Expect{}, offers("a.csv", plain))
	var was report.Standing
	for i, want := range []int{2, 0} {
		list := fmt.Sprintf("what is this %d?\r\nwhat is this %d?\r\n%s\r\n", i, i+7, strings.Repeat("x", 70_000))
		srv.ClearFaults()
		srv.AddFault(ftptest.Fault{Command: "MLSD", Action: ftptest.ListData, Data: []byte(list)})
		f := n.next()
		var changes []report.Change
		changes, was = report.Changes(was, f, nil, n.now())
		if len(changes) != want || f.Unparsed != 3 || len(f.Lines) != 2 || !strings.HasPrefix(f.Lines[0].Text, `line 1 "what is this `) || len(f.Lines[1].Text) > 300 {
			t.Errorf("night %d: %d lines, %+v: told %+v", i, f.Unparsed, f.Lines, changes)
		}
	}
}
