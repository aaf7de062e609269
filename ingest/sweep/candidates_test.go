package sweep

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/state"
)

// heldBack words what a feed did not take yet.
func heldBack(f Feed) string {
	var out []string
	for _, h := range f.Held {
		out = append(out, h.Entry.Path+": "+h.Why)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// onListing calls do when a feed's first look is done.
func (w *world) onListing(feed string, do func()) {
	w.watch = func(e Event) {
		if e.Feed == feed && e.What == "listing" {
			time.AfterFunc(60*time.Millisecond, do)
		}
	}
}

// TestSettle: a file that changes between two looks is held, for this night; one that
// holds still is taken, and nothing waits where nothing is new.
func TestSettle(t *testing.T) {
	files := map[string]ftptest.File{"in/still.csv": {Data: []byte(plain)}, "in/grows.csv": {Data: []byte("sku")}, "in/touched.csv": {Data: []byte(plain)}}
	for _, list := range []string{"MLSD", "LIST"} {
		t.Run(list, func(t *testing.T) {
			srv := serve(t, ftptest.Options{Files: files, NoMLSD: list == "LIST"})
			f := feed(t, "acme", srv.URL()+"/in")
			f.Backfill, f.Take.Settle = 10, 200*time.Millisecond
			other := feed(t, "other", srv.URL()+"/in")
			w := newWorld(t, f, other)
			w.onListing("acme", func() {
				srv.Put("in/grows.csv", ftptest.File{Data: []byte(plain)})
				srv.Put("in/touched.csv", ftptest.File{Data: []byte(plain), MTime: time.Date(2024, 2, 2, 0, 0, 0, 0, time.UTC)})
			})
			res := w.sweep() // the other feed may find what grows changed while it is read
			if got := res.Feeds[0]; got.Err != nil || names(got) != "still.csv" || !strings.HasPrefix(heldBack(got), "grows.csv: it changed while it was watched: 3 bytes, then 19, touched.csv: its time changed while it was watched: 2024-01-02 0") {
				t.Errorf("first night: %s; held %s", names(got), heldBack(got))
			}
			w.watch = nil
			if got := w.clean().Feeds[0]; names(got) != "grows.csv touched.csv" || got.Held != nil || got.Seen != 1 {
				t.Errorf("second night: %s; held %s", names(got), heldBack(got))
			}
			lists := srv.Count(list)
			w.clean()
			if n := srv.Count(list) - lists; n != 2 {
				t.Errorf("a night with nothing new listed %d times for two feeds", n)
			}
		})
	}
}

// TestSettleOnce: the feeds of a server wait together.
func TestSettleOnce(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"in/a.csv": {Data: []byte(plain)}}})
	var feeds []config.Feed
	for i := range 5 {
		f := feed(t, fmt.Sprint("f", i), srv.URL()+"/in")
		f.Take.Settle = 400 * time.Millisecond
		feeds = append(feeds, f)
	}
	w := newWorld(t, feeds...)
	start := time.Now()
	w.clean()
	if took := time.Since(start); took < 400*time.Millisecond || took > 2*time.Second {
		t.Errorf("five feeds that settle for 400ms took %v", took)
	}
	if n := srv.Connections(); n != 1 {
		t.Errorf("%d logins for five feeds of one account", n)
	}
}

// TestSettleAside: while the new files of a server are watched it is another server's turn, and
// no more are spoken to at once than may be.
func TestSettleAside(t *testing.T) {
	var feeds []config.Feed
	for i := range 3 {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"in/a.csv": {Data: []byte(plain)}},
			Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Delay, Delay: 100 * time.Millisecond}}})
		f := feed(t, fmt.Sprint("f", i), srv.URL()+"/in")
		f.Take.Settle = 600 * time.Millisecond
		feeds = append(feeds, f)
	}
	w := newWorld(t, feeds...)
	var events []string
	w.watch = func(e Event) {
		if e.What == "listing" || e.What == "fetching" || e.What == "fetched" {
			events = append(events, e.What)
		}
	}
	o := w.options()
	o.Hosts = 1
	if res, err := Run(t.Context(), o); err != nil || res.Failed() > 0 {
		t.Fatalf("%v, %s", err, show(res))
	}
	if got, want := strings.Join(events, " "), "listing listing listing"+strings.Repeat(" fetching fetched", 3); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	q := &queue{turns: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	q.inTurn(ctx, func() {
		cancel()
		done := false
		if q.inTurn(ctx, func() { done = true }); !done {
			t.Error("who is told to stop does not find out")
		}
	})
}

// TestMinAge: what was written just now waits until it is older, or until tomorrow.
func TestMinAge(t *testing.T) {
	for _, list := range []string{"MLSD", "LIST"} {
		srv := serve(t, ftptest.Options{NoMLSD: list == "LIST", Files: map[string]ftptest.File{
			"old.csv": {Data: []byte(plain), MTime: night.Add(-3 * time.Minute)}, "young.csv": {Data: []byte(plain), MTime: night.Add(-90 * time.Second)},
			"ahead.csv": {Data: []byte(plain), MTime: night.Add(time.Hour)}}})
		f := feed(t, "acme", srv.URL())
		f.Take.MinAge, f.Backfill = 90*time.Second+50*time.Millisecond, 10
		w := newWorld(t, f)
		if got := w.clean().Feeds[0]; len(got.Deliveries) != 2 || !strings.Contains(names(got), "ahead.csv") || !strings.Contains(names(got), "old.csv") || heldBack(got) != "young.csv: it was written only 1m30s ago" {
			t.Errorf("%s: %s; held %s", list, names(got), heldBack(got))
		}
		w.now = func() time.Time { return night.Add(time.Minute) }
		if got := w.clean().Feeds[0]; names(got) != "young.csv" {
			t.Errorf("%s, a minute later: %s; held %s", list, names(got), heldBack(got))
		}
	}
}

// TestMinAgeByServersClock: how old a file is tells the clock that told when it was written.
func TestMinAgeByServersClock(t *testing.T) {
	for name, tt := range map[string]struct {
		ahead, age time.Duration
		silent     bool // it tells no Date
		cached     time.Duration
		held       bool
	}{
		"behind":             {-time.Hour, 90 * time.Second, false, 0, true},
		"ahead":              {time.Hour, 90 * time.Second, false, 0, true},
		"behind, and old":    {-time.Hour, 95 * time.Second, false, 0, false},
		"ahead, and old":     {time.Hour, 95 * time.Second, false, 0, false},
		"out of a cache":     {-time.Hour, 90 * time.Second, false, 10 * time.Minute, true},
		"that tells no time": {-time.Hour, 90 * time.Second, true, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Date", time.Now().Add(tt.ahead-tt.cached).UTC().Format(http.TimeFormat))
				if tt.cached > 0 {
					w.Header().Set("Age", fmt.Sprint(int(tt.cached.Seconds())))
				}
				if tt.silent {
					w.Header()["Date"] = nil
				}
				http.ServeContent(w, r, "x", night.Add(tt.ahead-tt.age), strings.NewReader(plain))
			}))
			defer srv.Close()
			f := feed(t, "acme", srv.URL+"/a.csv")
			f.Take.MinAge = 92 * time.Second
			got := newWorld(t, f).clean().Feeds[0]
			if held := strings.HasPrefix(heldBack(got), "a.csv: it was written only 1m"); held != tt.held || (names(got) == "a.csv") == tt.held {
				t.Errorf("%s; held %s", names(got), heldBack(got))
			}
		})
	}
}

// TestEmptyFile: it is held, unless such files are wanted.
func TestEmptyFile(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", "", 1)
	w := newWorld(t, feed(t, "acme", d.dir))
	if got := w.clean().Feeds[0]; len(got.Deliveries) != 0 || heldBack(got) != "a.csv: it is empty, and allow_empty is not set" {
		t.Errorf("%s; held %s", names(got), heldBack(got))
	}
	w.feeds[0].Take.AllowEmpty = true
	if got := w.clean().Feeds[0]; names(got) != "a.csv" || got.Deliveries[0].Views[0].Verdict != ingest.AgreeEmpty {
		t.Errorf("%s; held %s", names(got), heldBack(got))
	}
}

// TestDone: a delivery waits for its mark, and is held to the checksum in it.
func TestDone(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", plain, 2)
	d.put("b.csv", plain+"x", 2)
	d.put("b.csv.md5", "00000000000000000000000000000000", 2)
	f := feed(t, "acme", d.dir)
	f.Take.Done = []string{"{name}.md5"}
	w := newWorld(t, f)
	res := w.sweep()
	if got := res.Feeds[0]; names(got) != "b.csv" || !errors.Is(got.Deliveries[0].Err, fetch.ErrChecksum) || heldBack(got) != "a.csv: no a.csv.md5 says that it is whole" {
		t.Errorf("%s; held %s", show(res), heldBack(got))
	}
	d.put("b.csv.md5", fmt.Sprintf("%x  b.csv\n", md5.Sum([]byte(plain+"x"))), 1)
	d.put("a.ok", "", 1)
	w.feeds[0].Take.Done = []string{"{name}.md5", "{stem}.ok"}
	if got := w.clean().Feeds[0]; names(got) != "a.csv b.csv" || heldBack(got) != "" {
		t.Errorf("with their marks: %s; held %s", names(got), heldBack(got))
	}
}

// testGone: what the production importer moves away between listing and fetching did
// arrive; it is no failure, and is taken if it comes back. What is denied is a failure.
func testGone(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"in/a.csv": {Data: []byte(plain)}, "in/b.csv": {Data: []byte(plain)}}})
	w := newWorld(t, feed(t, "acme", srv.URL()+"/in"))
	taken := false
	w.watch = func(e Event) {
		if e.What == "fetching" && e.Delivery == "a.csv" && !taken {
			taken = true
			srv.Remove("in/a.csv")
		}
	}
	res := w.clean()
	got := res.Feeds[0]
	if names(got) != "a.csv b.csv" || !got.Deliveries[0].Gone || got.Deliveries[1].Gone {
		t.Errorf("%s", show(res))
	}
	d, err := w.db.Delivery(t.Context(), "acme", "a.csv")
	if err != nil || d.Status != state.Gone || d.SHA256 != "" {
		t.Errorf("remembered as %+v, %v", d, err)
	}
	srv.Put("in/a.csv", ftptest.File{Data: []byte(plain)})
	if got := w.clean().Feeds[0]; names(got) != "a.csv" || got.Deliveries[0].Gone {
		t.Errorf("back again: %s", names(got))
	}
	srv.Put("in/c.csv", ftptest.File{Data: []byte(plain)})
	srv.AddFault(ftptest.Fault{Command: "RETR", Path: "c.csv", Action: ftptest.Reply, Reply: "550 permission denied"})
	if res := w.sweep(); res.Failed() != 1 || res.Feeds[0].Deliveries[0].Gone {
		t.Errorf("denied: %s", show(res))
	}
}

// TestRefetch: where the listing shows no seconds, a file that was replaced by one of
// its size within the minute is found by fetching it again.
func TestRefetch(t *testing.T) {
	day := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	srv := serve(t, ftptest.Options{NoMLSD: true, Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain), MTime: day}, "old.csv": {Data: []byte(plain), MTime: day.AddDate(0, 0, -9)}}})
	w := newWorld(t, feed(t, "acme", srv.URL()))
	w.feeds[0].Take.Refetch = 48 * time.Hour
	w.clean()
	retrs := srv.Count("RETR")
	if got := w.clean().Feeds[0]; len(got.Deliveries) != 0 || got.Seen != 2 || srv.Count("RETR") != retrs+1 {
		t.Errorf("unchanged: %s, %d seen, %d fetched", names(got), got.Seen, srv.Count("RETR")-retrs)
	}
	srv.Put("a.csv", ftptest.File{Data: []byte(strings.ToUpper(plain)), MTime: day})
	if got := w.clean().Feeds[0]; names(got) != "a.csv" || got.Deliveries[0].Known || got.Seen != 1 {
		t.Errorf("replaced: %s, %d seen", names(got), got.Seen)
	}
}

// TestReplacedWithinTheMinute: where the listing shows minutes, the server is asked for
// the seconds of what is young, and of nothing else.
func TestReplacedWithinTheMinute(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Minute).Add(-2 * time.Hour) // LIST shows minutes of this half year only
	srv := serve(t, ftptest.Options{NoMLSD: true, Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain), MTime: now.Add(5 * time.Second)}, "old.csv": {Data: []byte(plain + "x"), MTime: now.AddDate(0, 0, -9)}}})
	w := newWorld(t, feed(t, "acme", srv.URL()))
	w.feeds[0].Source.Zone = time.UTC // or else the server is asked for that, too
	w.now = time.Now
	w.clean()
	retrs, asked := srv.Count("RETR"), srv.Count("MDTM")
	if got := w.clean().Feeds[0]; len(got.Deliveries) != 0 || got.Seen != 2 || srv.Count("RETR") != retrs || srv.Count("MDTM") != asked+1 {
		t.Errorf("unchanged: %s, %d seen, asked %d times", names(got), got.Seen, srv.Count("MDTM")-asked)
	}
	srv.Put("a.csv", ftptest.File{Data: []byte(strings.ToUpper(plain)), MTime: now.Add(50 * time.Second)})
	if got := w.clean().Feeds[0]; names(got) != "a.csv" || got.Deliveries[0].Known || got.Deliveries[0].News != state.Changed {
		t.Errorf("replaced: %s, %d seen", names(got), got.Seen)
	}
	if got := w.clean().Feeds[0]; len(got.Deliveries) != 0 || got.Seen != 2 {
		t.Errorf("and then: %s", names(got))
	}
}

// TestSince: a backfill from a date on.
func TestSince(t *testing.T) {
	d := newDrop(t)
	for i := range 5 {
		d.put(fmt.Sprintf("d%d.csv", i), plain+fmt.Sprint(i), i)
	}
	f := feed(t, "acme", d.dir)
	f.Since = night.AddDate(0, 0, -3)
	w := newWorld(t, f)
	if got := w.clean().Feeds[0]; names(got) != "d3.csv d2.csv d1.csv d0.csv" || got.Skipped != 1 {
		t.Errorf("%s, %d skipped", names(got), got.Skipped)
	}
	if got := w.clean().Feeds[0]; len(got.Deliveries) != 0 || got.Seen != 5 {
		t.Errorf("second night: %s", names(got))
	}
}

// TestBelow: directories below the source, names in a codec of their own.
func TestBelow(t *testing.T) {
	d := newDrop(t)
	if err := os.MkdirAll(filepath.Join(d.dir, "2024", "old"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"top.csv", "2024/caf\xe9.CSV", "2024/b.txt", "2024/old/c.csv"} {
		d.put(name, fmt.Sprint(plain, i), i)
	}
	f := feed(t, "acme", d.dir)
	latin, _, err := pycodec.Lookup(ingest.Python313, "latin-1")
	if err != nil {
		t.Fatal(err)
	}
	f.Backfill, f.Match = 10, []string{"2024/café.*", "t*.csv"}
	f.Take = config.Take{Depth: 1, IgnoreCase: true, Names: latin}
	w := newWorld(t, f)
	got := w.clean().Feeds[0]
	if names(got) != "café.CSV top.csv" || got.Deliveries[0].Path != "2024/caf\xe9.CSV" {
		t.Errorf("%q", names(got))
	}
	if d, err := w.db.Delivery(t.Context(), "acme", "2024/caf\xe9.CSV"); err != nil || d.Status != state.Processed {
		t.Errorf("by its bytes: %+v, %v", d, err)
	}
	w.inside()
}

// TestAvoid: a source is left alone while it is to be, and the sweep goes on after.
func TestAvoid(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", plain, 1)
	f := feed(t, "acme", d.dir)
	f.Take.Avoid = []config.Window{{From: 2 * time.Hour, To: 2*time.Hour + time.Minute, Zone: time.UTC}}
	w := newWorld(t, f)
	waited := ""
	var since atomic.Pointer[time.Time] // it began to wait: until then the clock stands
	w.now = func() time.Time {
		now := night.Add(59*time.Second + 700*time.Millisecond)
		if at := since.Load(); at != nil {
			now = now.Add(time.Since(*at))
		}
		return now
	}
	w.watch = func(e Event) {
		if strings.HasPrefix(e.What, "waiting") {
			waited = e.What
			since.Store(new(time.Now()))
		}
	}
	if got := w.clean().Feeds[0]; names(got) != "a.csv" || waited != "waiting until 02:01" {
		t.Errorf("%s, %q", names(got), waited)
	}
	w.now = func() time.Time { return night }
	if p := Look(t.Context(), w.options()); p[0].Err == nil || p[0].Listed > 0 || !strings.Contains(p[0].Err.Error(), "left alone until 02:01") {
		t.Errorf("looked at: %+v", p[0])
	}
	ctx, cancel := context.WithCancel(t.Context())
	w.watch = func(e Event) {
		if strings.HasPrefix(e.What, "waiting") {
			cancel()
		}
	}
	defer cancel()
	if res, _ := w.try(ctx); !errors.Is(res.Feeds[0].Err, context.Canceled) {
		t.Errorf("interrupted: %v", res.Feeds[0].Err)
	}
	w.feeds[0].Take.Avoid[0].To = 5 * time.Hour
	if res := w.sweep(); res.Feeds[0].Err == nil || !strings.Contains(res.Feeds[0].Err.Error(), "left alone until 05:00") {
		t.Errorf("for three hours: %v", res.Feeds[0].Err)
	}
}

// TestAvoidSettled: nor is it listed a second time while it is to be left alone.
func TestAvoidSettled(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", plain, 1)
	f := feed(t, "acme", d.dir)
	f.Take.Settle = time.Millisecond
	f.Take.Avoid = []config.Window{{From: 2 * time.Hour, To: 5 * time.Hour, Zone: time.UTC}}
	w := newWorld(t, f)
	listed := false
	w.watch = func(e Event) { listed = listed || e.What == "listing" }
	w.now = func() time.Time { // the window begins once it was listed
		if listed {
			return night
		}
		return night.Add(-time.Minute)
	}
	if res := w.sweep(); res.Feeds[0].Err == nil || !strings.Contains(res.Feeds[0].Err.Error(), "left alone until 05:00") || len(res.Feeds[0].Deliveries) > 0 {
		t.Errorf("%v, %s", res.Feeds[0].Err, show(res))
	}
}

// TestAvoidUnderWay: a transfer or listing that is under way when its source is to be left
// alone ends there, and is gone on with afterwards; none of it counts as a failure.
func TestAvoidUnderWay(t *testing.T) {
	data := "sku,name\r\n" + strings.Repeat("1,a name of some length\r\n", 10_000)
	for _, tt := range []struct {
		at        string // the event with which the clock begins to run
		fault     ftptest.Fault
		to        time.Duration // when the window ends
		rests     int           // -1 for any: how much comes by then the machine decides
		bandwidth int64
		err       string
	}{
		{at: "fetching", to: 2*time.Hour + 2*time.Minute, rests: 1, fault: ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: 200_000, Times: 1}},
		{at: "fetching", to: 2*time.Hour + 2*time.Minute, rests: -1, bandwidth: 100_000},
		{at: "listing", to: 2*time.Hour + 2*time.Minute, fault: ftptest.Fault{Command: "MLSD", Action: ftptest.Hang, Times: 1}},
		{at: "fetching", to: 5 * time.Hour, err: "left alone until 05:00", fault: ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: 200_000}},
	} {
		t.Run(fmt.Sprint(tt.at, tt.bandwidth, tt.err), func(t *testing.T) {
			srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: []byte(data)}}, Faults: []ftptest.Fault{tt.fault}})
			f := feed(t, "acme", srv.URL())
			f.Take.Avoid = []config.Window{{From: 2*time.Hour + time.Minute, To: tt.to, Zone: time.UTC}}
			f.Source.Bandwidth, f.Source.Timeouts.Idle = tt.bandwidth, 20*slack // 100 kB/s is more than two seconds for the file
			w := newWorld(t, f)
			w.resume = 1000
			var began atomic.Pointer[time.Time]
			w.now = func() time.Time { // a second and a half before the window, of which the minute is a fifth of one
				now := night.Add(58*time.Second + 500*time.Millisecond)
				if at := began.Load(); at != nil {
					now = now.Add(time.Since(*at))
				}
				if !now.Before(night.Add(time.Minute)) {
					now = now.Add(59*time.Second + 800*time.Millisecond)
				}
				return now
			}
			waited, standing := "", 0
			w.watch = func(e Event) {
				switch {
				case e.What == tt.at && began.Load() == nil:
					began.Store(new(time.Now()))
				case strings.HasPrefix(e.What, "waiting"):
					waited, standing = e.What, srv.Standing()
					for end := time.Now().Add(slack); standing > 0 && time.Now().Before(end); standing = srv.Standing() {
						time.Sleep(time.Millisecond)
					}
				}
			}
			if tt.err != "" {
				res := w.sweep()
				if got := res.Feeds[0]; got.Err == nil || !strings.Contains(got.Err.Error(), tt.err) || len(got.Deliveries) > 0 {
					t.Errorf("%v, %s", got.Err, show(res))
				}
				if left, _ := filepath.Glob(w.dir("archive/acme/incoming/*")); len(left) != 2 {
					t.Errorf("left for the next night: %q", left)
				}
				return
			}
			got := w.clean().Feeds[0]
			if names(got) != "a.csv" || got.Deliveries[0].Bytes != int64(len(data)) || waited != "waiting until 02:02" || tt.rests >= 0 && srv.Count("REST") != tt.rests {
				t.Errorf("%s, %q, log:\n%s", names(got), waited, srv)
			}
			if standing > 0 {
				t.Errorf("%d connections while it was to be left alone", standing)
			}
		})
	}
}

// TestGoOn: a file that one night did not get to its end, the next night goes on with.
func TestGoOn(t *testing.T) {
	data := "sku,name\r\n" + strings.Repeat("1,a name of some length\r\n", 10_000)
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: []byte(data)}},
		Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.CutBoth, After: 200_000, Times: 1}}})
	w := newWorld(t, feed(t, "acme", srv.URL()))
	w.resume = 1000
	if res := w.sweep(); res.Failed() != 1 {
		t.Errorf("first night: %s", show(res))
	}
	if left, _ := filepath.Glob(w.dir("archive/acme/incoming/*")); len(left) != 2 {
		t.Errorf("left for the next night: %q", left)
	}
	if got := w.clean().Feeds[0]; names(got) != "a.csv" || got.Deliveries[0].Bytes != int64(len(data)) || srv.Count("REST") != 1 {
		t.Errorf("second night: %s, %d REST", names(got), srv.Count("REST"))
	}
	w.inside()
}

// testDiskFull: where there is no room, nothing is fetched, by no feed, and the next
// sweep takes what this one could not.
func testDiskFull(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", plain, 2)
	d.put("b.csv", plain+"x", 1)
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"c.csv": {Data: []byte(plain)}}})
	w := newWorld(t, feed(t, "one", d.dir), feed(t, "two", d.dir), feed(t, "far", srv.URL()))
	w.spare = 1 << 60
	res := w.sweep()
	for _, f := range res.Feeds {
		if !errors.Is(f.Err, fetch.ErrDiskFull) || len(f.Deliveries) > 1 {
			t.Errorf("%s", show(res))
		}
	}
	if n := srv.Count("RETR"); n != 0 {
		t.Errorf("%d files were fetched", n)
	}
	w.inside()
	w.spare = 0
	if res := w.clean(); names(res.Feeds[0]) != "a.csv b.csv" || names(res.Feeds[2]) != "c.csv" {
		t.Errorf("with room: %s", show(res))
	}
}

// TestSecondLoginRefused: a server that lets an account in once and calls the second login
// wrong costs no delivery: the rest is fetched by the session there is.
func TestSecondLoginRefused(t *testing.T) {
	files := map[string]ftptest.File{}
	for i := range 12 {
		files[fmt.Sprintf("%02d.csv", i)] = ftptest.File{Data: fmt.Appendf(nil, "sku,name\r\n%d,x\r\n", i)}
	}
	srv := serve(t, ftptest.Options{Files: files, Faults: []ftptest.Fault{
		{Command: "PASS", Skip: 1, Action: ftptest.Reply, Reply: "530 Login incorrect"}, {Command: "RETR", Action: ftptest.Delay, Delay: 5 * time.Millisecond}}})
	w := newWorld(t, plenty(t, "acme", srv.URL()))
	if got := w.clean().Feeds[0]; len(got.Deliveries) != 12 || srv.Count("PASS") != 2 || srv.Connections() != 2 {
		t.Errorf("%d deliveries, %d logins", len(got.Deliveries), srv.Count("PASS"))
	}
}

// TestFirstSight: a feed is seen for the first time once, also where nothing was there, or
// nothing was finished: what comes later is new, however much it is. What could not be listed
// was not seen.
func TestFirstSight(t *testing.T) {
	onBoth(t, func(t *testing.T, world func(*testing.T, ...config.Feed) *world) {
		empty, held, missing := newDrop(t), newDrop(t), drop{t, filepath.Join(t.TempDir(), "not yet")}
		held.put("a.csv", "", 9)
		w := world(t, feed(t, "empty", empty.dir), feed(t, "held", held.dir), feed(t, "missing", missing.dir))
		if res := w.sweep(); res.Feeds[0].Err != nil || res.Feeds[1].Err != nil || res.Feeds[2].Err == nil || len(res.Feeds[1].Held) != 1 {
			t.Fatal(show(res))
		}
		if err := os.Mkdir(missing.dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			for _, d := range []drop{empty, held, missing} {
				d.put(fmt.Sprint(i, ".csv"), fmt.Sprint(plain, i, "\n"), 5-i)
			}
		}
		res := w.clean()
		for i, want := range []string{"0.csv 1.csv 2.csv 3.csv 4.csv", "0.csv 1.csv 2.csv 3.csv 4.csv", "2.csv 3.csv 4.csv"} {
			if got := names(res.Feeds[i]); got != want {
				t.Errorf("%s: %s, want %s", res.Feeds[i].Name, got, want)
			}
		}
		w.feeds = append(w.feeds, w.feeds[0])
		if res, err := w.try(t.Context()); err == nil || !strings.Contains(err.Error(), `feed "empty" is there twice`) || res.Run != 0 {
			t.Errorf("a feed twice: run %d, %v", res.Run, err)
		}
	})
}
