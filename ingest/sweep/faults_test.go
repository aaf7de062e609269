package sweep

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/state"
)

// TestFaults injects every fault of package faultrows that only a whole sweep shows.
func TestFaults(t *testing.T) {
	faultrows.Run(t, "ingest/sweep", map[string]func(*testing.T){
		"A/appended-each-night": testAppended,
		"A/gone":                testGone,
		"A/empty-night":         testEmpty,
		"H/disk-full-run":       testDiskFull,
		"C/job-limit":           testJobLimit,
		"C/left-alone":          testLeftAlone,
		"C/hanging-servers":     testHangingServers,
		"D/shrinking":           testShrinking,
		"D/year-flip":           testYearFlip,
		"D/unique":              testUnique,
		"D/zone-shift":          testZoneShift(nil),
		"D/zone-found":          testZoneShift(time.UTC),
		"H/clock-back":          testClockBack,
		"H/archive-full":        testArchiveFull,
		"H/archive-unwritable":  testArchiveCannotBeWritten,
		"H/killed-after-rename": func(t *testing.T) { testKilledAtSteps(t, newWorld) },
		"H/cut-off":             testCrashes,
		"I/command-log-sweep":   faultrows.CommandLog("USER", "PASS", "MLSD", "LIST", "CWD", "MDTM", "RETR"),
	})
}

// testAppended: a file that somebody writes whenever it is looked at is held each
// night, and taken when it is whole.
func testAppended(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain)}}})
	f := feed(t, "acme", srv.URL())
	w := newWorld(t, f)
	data := []byte(plain)
	w.watch = func(e Event) {
		if e.What == "fetching" {
			data = append(data, "9,more\r\n"...)
			srv.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.Delay, Delay: 100 * time.Millisecond, Times: 1})
			grown := ftptest.File{Data: data}
			time.AfterFunc(50*time.Millisecond, func() { srv.Put("a.csv", grown) })
		}
	}
	for range 2 {
		res := w.sweep()
		if d := res.Feeds[0].Deliveries; len(d) > 1 || len(d) == 1 && (d[0].Err == nil || d[0].SHA256 != "") || res.Run == 0 {
			t.Fatalf("taken: %s", show(res))
		}
		if known, err := w.db.Latest(t.Context(), "acme", 10); err != nil || len(known) > 0 {
			t.Errorf("recorded: %+v, %v", known, err)
		}
	}
	w.watch = nil
	if res := w.clean(); names(res.Feeds[0]) != "a.csv" {
		t.Errorf("when it is whole: %s", show(res))
	}
}

// testEmpty: a file without a byte is held until the feed says that it may be one.
func testEmpty(t *testing.T) {
	n := newNights(t, config.Expect{MinSize: 1})
	n.put("a.csv", "")
	if res := n.sweep(); len(res.Feeds[0].Held) != 1 || len(res.Feeds[0].Deliveries) > 0 {
		t.Errorf("held: %s", show(res))
	}
	n.feeds[0].Take.AllowEmpty = true
	if f := n.next(); f.New != 1 || said(f) != "too-small a.csv" {
		t.Errorf("%+v", f)
	}
	if d, err := n.db.Delivery(t.Context(), "acme", "a.csv"); err != nil || d.Status != state.Processed || d.Bytes != 0 {
		t.Errorf("recorded: %+v, %v", d, err)
	}
	if f := n.next(); f.Seen != 1 || said(f) != "" {
		t.Errorf("the next night: %+v", f)
	}
}

func testShrinking(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", plain, 3)
	d.put("b.csv", plain+"2,x\r\n", 2)
	d.put("c.csv", plain+"3,x\r\n", 1)
	w := newWorld(t, feed(t, "acme", d.dir))
	if res := w.clean(); len(res.Feeds[0].Deliveries) != 3 {
		t.Fatal(show(res))
	}
	d.remove("b.csv")
	d.remove("c.csv")
	if res := w.clean(); res.Feeds[0].Listed != 1 || len(res.Feeds[0].Deliveries) != 0 {
		t.Errorf("two are gone: %s", show(res))
	}
	d.put("b.csv", plain+"2,x\r\n", 2)
	if res := w.clean(); res.Feeds[0].Listed != 2 || len(res.Feeds[0].Deliveries) != 0 {
		t.Errorf("one is back: %s", show(res))
	}
}

// listed is a file of a server that knows LIST only, and shows its time so.
func listed(t *testing.T, mtime time.Time, shown ...string) (*ftptest.Server, *world) {
	t.Helper()
	srv := serve(t, ftptest.Options{NoMLSD: true, Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain), MTime: mtime}}})
	for i, when := range shown {
		line := fmt.Sprintf("-rw-r--r-- 1 ftp ftp %d %s a.csv\r\n", len(plain), when)
		times := 1
		if i == len(shown)-1 {
			times = 0
		}
		srv.AddFault(ftptest.Fault{Command: "LIST", Action: ftptest.ListData, Data: []byte(line), Times: times})
	}
	return srv, newWorld(t, feed(t, "acme", srv.URL()))
}

// testYearFlip: what LIST showed to the minute it shows to the day from now on.
func testYearFlip(t *testing.T) {
	mtime := time.Now().UTC().AddDate(0, 0, -182).Truncate(time.Second)
	srv, w := listed(t, mtime, mtime.Format("Jan _2 15:04"), mtime.Format("Jan _2  2006"))
	if res := w.clean(); names(res.Feeds[0]) != "a.csv" {
		t.Fatal(show(res))
	}
	taken := srv.Count("RETR")
	for range 2 {
		if res := w.clean(); res.Feeds[0].Seen != 1 || len(res.Feeds[0].Deliveries) != 0 || srv.Count("RETR") != taken {
			t.Errorf("%d RETR: %s", srv.Count("RETR")-taken, show(res))
		}
	}
}

// testZoneShift: every time in the listing is an hour on. The server tells of one file what
// zone that is, or that each of them is the same as it was.
func testZoneShift(zone *time.Location) func(*testing.T) {
	return func(t *testing.T) {
		mtime := time.Now().UTC().AddDate(0, 0, -20).Truncate(time.Hour).Add(5 * time.Minute)
		srv, w := listed(t, mtime, mtime.Format("Jan _2 15:04"), mtime.Add(time.Hour).Format("Jan _2 15:04"))
		w.feeds[0].Source.Zone = zone
		if res := w.clean(); names(res.Feeds[0]) != "a.csv" {
			t.Fatal(show(res))
		}
		before := w.snapshot()
		if p := Look(t.Context(), w.options()); p[0].Seen != 1 || len(p[0].Files) > 0 {
			t.Errorf("a sweep would take %+v", p[0])
		}
		for range 2 {
			if res := w.clean(); res.Feeds[0].Seen != 1 || len(res.Feeds[0].Deliveries) != 0 {
				t.Errorf("not as it was: %s", show(res))
			}
		}
		if after := w.snapshot(); after != before || srv.Count("RETR") != 1 {
			t.Errorf("%d RETR, and there is\n%s\nwas\n%s", srv.Count("RETR"), after, before)
		}
	}
}

// testLeftAlone: a server that is to be left alone is swept when it need not be any more,
// and keeps nobody else waiting, not even where one server is swept at a time.
func testLeftAlone(t *testing.T) {
	aside, other := newDrop(t), serve(t, ftptest.Options{Files: map[string]ftptest.File{"b.csv": {Data: []byte(plain)}}})
	aside.put("a.csv", plain, 1)
	w := newWorld(t, feed(t, "aside", aside.dir), feed(t, "beside", aside.dir), feed(t, "other", other.URL()))
	began := time.Now()
	w.now = func() time.Time { return night.Add(53*time.Second + time.Since(began)) }
	w.feeds[0].Take.Avoid = []config.Window{{From: 2 * time.Hour, To: 2*time.Hour + time.Minute, Zone: time.UTC}} // of which seven seconds are left
	var order []string
	w.watch = func(e Event) {
		if e.What == "listing" || strings.HasPrefix(e.What, "waiting") {
			order = append(order, e.Feed+" "+e.What)
		}
	}
	o := w.options()
	o.Hosts = 1
	res, err := Run(t.Context(), o)
	if err != nil || res.Failed() > 0 || names(res.Feeds[0]) != "a.csv" || names(res.Feeds[1]) != "a.csv" || names(res.Feeds[2]) != "b.csv" {
		t.Errorf("%v, %s", err, show(res))
	}
	slices.Sort(order[:max(0, len(order)-1)]) // which server has the first turn is nobody's business
	if got := strings.Join(order, ", "); got != "aside waiting until 02:01, beside listing, other listing, aside listing" || time.Since(began) < 7*time.Second {
		t.Errorf("after %v: %s", time.Since(began), got)
	}
}

// testHangingServers: servers that hang keep nobody else waiting.
func testHangingServers(t *testing.T) {
	w := newWorld(t)
	for i := range 12 {
		srv := serve(t, ftptest.Options{Faults: []ftptest.Fault{{Command: "GREETING", Action: ftptest.Hang}}})
		w.feeds = append(w.feeds, feed(t, fmt.Sprint("hangs-", i), srv.URL()))
	}
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain)}}})
	w.feeds = append(w.feeds, feed(t, "good", srv.URL()))
	over := ""
	w.watch = func(e Event) {
		if e.What == "fetched" {
			over += e.Feed[:4] + " "
		}
	}
	o := w.options()
	o.Fetch.IdleTimeout = 3 * time.Second // what the good one may take on a busy machine
	res, err := Run(t.Context(), o)
	if err != nil || !strings.HasPrefix(over, "good ") || names(res.Feeds[12]) != "a.csv" || res.Failed() != 12 {
		t.Errorf("%v, %s: %s", err, over, show(res))
	}
}

// testUnique: the same files with other "unique" facts, as after a remount at the supplier's.
func testUnique(t *testing.T) {
	at := night.AddDate(0, 0, -10)
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"0.csv": {Data: []byte(plain), MTime: at}, "1.csv": {Data: []byte(plain), MTime: at}}})
	w := newWorld(t, feed(t, "acme", srv.URL()))
	w.feeds[0].Backfill = 1
	for i, device := range []string{"fd00", "fd01", "fd02"} {
		var lines []byte
		for n := range 2 {
			lines = fmt.Appendf(lines, "type=file;size=%d;modify=%s;unique=%sg%d; %d.csv\r\n", len(plain), at.Format("20060102150405"), device, n, n)
		}
		srv.ClearFaults()
		srv.AddFault(ftptest.Fault{Command: "MLSD", Action: ftptest.ListData, Data: lines})
		res := w.clean()
		if got := res.Feeds[0]; srv.Count("RETR") != 1 || i == 0 && got.Skipped != 1 || i > 0 && (got.Seen != 2 || len(got.Deliveries) > 0) {
			t.Errorf("night %d: %d RETR, %s", i, srv.Count("RETR"), show(res))
		}
	}
}

// testArchiveFull: where the archive has no room, nothing more is fetched, by no feed.
func testArchiveFull(t *testing.T) {
	var puts atomic.Int64
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.Method == http.MethodPut {
			puts.Add(1)
			w.WriteHeader(http.StatusInsufficientStorage)
			_, _ = io.WriteString(w, "<Error><Code>XMinioStorageFull</Code></Error>")
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
	}))
	t.Cleanup(store.Close)
	const many = 3 * atOnce
	files := map[string]ftptest.File{}
	for i := range many {
		files[fmt.Sprintf("%03d.csv", i)] = ftptest.File{Data: fmt.Appendf(nil, "sku,name\r\n%d,x\r\n", i)}
	}
	srv := serve(t, ftptest.Options{Files: files})
	w := newWorld(t, plenty(t, "one", srv.URL()), plenty(t, "two", srv.URL()))
	w.shared = "s3://deliveries?endpoint=" + store.URL + "&region=us-east-1"
	res := w.sweep()
	for i, f := range res.Feeds {
		if !errors.Is(f.Err, fetch.ErrDiskFull) || i > 0 && len(f.Deliveries) > 0 {
			t.Errorf("%s: %d deliveries, %v", f.Name, len(f.Deliveries), f.Err)
		}
	}
	if n := srv.Count("RETR"); n >= many || puts.Load() > atOnce {
		t.Errorf("%d of %d files were fetched, and put %d times", n, 2*many, puts.Load())
	}
	w.shared = ""
	if res := w.clean(); len(res.Feeds[0].Deliveries) != many || len(res.Feeds[1].Deliveries) != many {
		t.Errorf("with room: %d and %d deliveries", len(res.Feeds[0].Deliveries), len(res.Feeds[1].Deliveries))
	}
}

// testClockBack: our own clock is a year behind all of a sudden.
func testClockBack(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", broken, 5)
	w := newWorld(t, feed(t, "acme", d.dir))
	w.clean()
	before := w.snapshot()
	w.now = func() time.Time { return night.AddDate(-1, 0, 0) }
	if res := w.clean(); len(res.Feeds[0].Deliveries) != 0 || w.snapshot() != before {
		t.Errorf("%s\n%s", show(res), w.snapshot())
	}
	d.put("b.csv", broken+"7,\xfc\r\n", 4)
	if res := w.clean(); names(res.Feeds[0]) != "b.csv" || w.hits("acme") != 2 {
		t.Errorf("what is new: %s", show(res))
	}
	w.now = func() time.Time { return night }
	if res := w.clean(); len(res.Feeds[0].Deliveries) != 0 || w.hits("acme") != 2 {
		t.Errorf("put right: %s", show(res))
	}
}
