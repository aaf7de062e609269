package sweep

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/state"
)

// upper is plain as another version of its length.
var upper = strings.ToUpper(plain)

// TestUntimedHTTP: a file of which an HTTP server tells neither time nor mark may be another
// one each night: it is fetched, and nothing is recorded where it is the same.
func TestUntimedHTTP(t *testing.T) {
	for name, tt := range map[string]struct {
		header func(h http.Header, night int)
		other  bool // content is found to be another one
		gets   bool // a night with the same content fetches it
	}{
		"chunked":       {func(http.Header, int) {}, true, true},
		"a length":      {func(h http.Header, _ int) { h.Set("Content-Length", fmt.Sprint(len(plain))) }, true, true},
		"a mark":        {func(h http.Header, night int) { h.Set("ETag", fmt.Sprintf(`"%d"`, night/2)) }, true, false},
		"the same time": {func(h http.Header, _ int) { h.Set("Last-Modified", "Thu, 29 Feb 2024 12:00:00 GMT") }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			var day, gets atomic.Int32
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n := int(day.Load())
				tt.header(w.Header(), n)
				if r.Method == http.MethodHead {
					return
				}
				gets.Add(1)
				w.WriteHeader(http.StatusOK)
				w.(http.Flusher).Flush()
				fmt.Fprint(w, [...]string{plain, plain, upper, upper}[n])
			}))
			defer srv.Close()
			w := newWorld(t, feed(t, "acme", srv.URL+"/a.csv"))
			w.now = func() time.Time { return night.AddDate(0, 0, int(day.Load())) }
			if got := w.clean().Feeds[0]; names(got) != "a.csv" {
				t.Fatalf("first night: %s", names(got))
			}
			first := w.newest("acme")
			day.Store(1)
			was := gets.Load()
			if got := w.clean().Feeds[0]; len(got.Deliveries) != 0 || got.Seen != 1 || (gets.Load() > was) != tt.gets {
				t.Errorf("the same: %s, %d seen, fetched %d times", names(got), got.Seen, gets.Load()-was)
			}
			if now := w.newest("acme"); now != first {
				t.Errorf("what came is newest of %v, and then of %v", first, now)
			}
			day.Store(2)
			if got := w.clean().Feeds[0]; (names(got) == "a.csv") != tt.other {
				t.Errorf("another: %s, %d seen", names(got), got.Seen)
			}
			day.Store(3)
			if got := w.clean().Feeds[0]; len(got.Deliveries) != 0 || got.Seen != 1 {
				t.Errorf("and the same again: %s", names(got))
			}
		})
	}
}

// newest is when a feed's newest delivery came.
func (w *world) newest(feed string) time.Time {
	w.t.Helper()
	all, err := w.db.Newest(w.t.Context(), w.now(), feed)
	if err != nil {
		w.t.Fatal(err)
	}
	return all[feed].At
}

// untimed is an FTP server that tells no time: of its listing no line is understood.
func untimed(o ftptest.Options) ftptest.Options {
	o.NoMLSD, o.NoMDTM, o.NLST = true, true, true
	o.Faults = append(o.Faults, ftptest.Fault{Command: "LIST", Action: ftptest.ListData, Data: []byte("MIGRATED                                                A.CSV\r\n")})
	return o
}

// TestUntimedRefetch: where no time is told, refetch counts from when a version was fetched.
func TestUntimedRefetch(t *testing.T) {
	srv := serve(t, untimed(ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain)}}}))
	w := newWorld(t, feed(t, "acme", srv.URL()))
	day := 0
	w.now = func() time.Time { return night.AddDate(0, 0, day) }
	w.clean()
	sweep := func(why, want string, fetched bool) {
		t.Helper()
		day++
		retrs := srv.Count("RETR")
		if got := w.clean().Feeds[0]; names(got) != want || (srv.Count("RETR") > retrs) != fetched {
			t.Errorf("%s: %s, %d seen, fetched %d times", why, names(got), got.Seen, srv.Count("RETR")-retrs)
		}
	}
	sweep("without refetch", "", false)
	w.feeds[0].Take.Refetch = 60 * time.Hour
	sweep("two days after", "", true)
	sweep("three days after", "", false)
	w.feeds[0].Take.Refetch = 150 * time.Hour
	srv.Put("a.csv", ftptest.File{Data: []byte(upper)})
	sweep("replaced", "a.csv", true)
	w.feeds[0].Take.Refetch = 60 * time.Hour
	sweep("a day after that", "", true)
}

// TestNothingTold: of a file of which not even a size is told nothing can show a change.
func TestNothingTold(t *testing.T) {
	srv := serve(t, ftptest.Options{NoMDTM: true, NoSize: true, Faults: []ftptest.Fault{{Command: "MLSD", Action: ftptest.ListData, Data: []byte("type=file;unique=1; a.csv\r\n")}},
		Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain)}}})
	w := newWorld(t, feed(t, "acme", srv.URL()))
	w.clean()
	if got := w.clean().Feeds[0]; len(got.Deliveries) != 0 || got.Seen != 1 || srv.Count("RETR") != 4 {
		t.Errorf("the same: %s, %d seen, %d times fetched", names(got), got.Seen, srv.Count("RETR"))
	}
	srv.Put("a.csv", ftptest.File{Data: []byte(upper)})
	if got := w.clean().Feeds[0]; names(got) != "a.csv" || got.Deliveries[0].News != state.Changed {
		t.Errorf("replaced: %s", names(got))
	}
	// What cannot be fetched again is no delivery that nobody has compared.
	srv.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.Reply, Reply: "451 try later"})
	if res := w.sweep(); res.Failed() != 1 {
		t.Errorf("a night on which it cannot be had: %s", show(res))
	}
	if lost, err := w.db.Lost(t.Context(), night.AddDate(1, 0, 0), "acme"); err != nil || len(lost) > 0 {
		t.Errorf("lost: %+v, %v", lost, err)
	}
}

// TestOnlyAskedTime: a listing without times does not keep a server from being asked for one.
func TestOnlyAskedTime(t *testing.T) {
	at := night.AddDate(0, -6, 0)
	srv := serve(t, ftptest.Options{Faults: []ftptest.Fault{{Command: "MLSD", Action: ftptest.ListData, Data: fmt.Appendf(nil, "type=file;size=%d; a.csv\r\n", len(plain))}},
		Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain), MTime: at}}})
	w := newWorld(t, feed(t, "acme", srv.URL()))
	w.clean()
	retrs := srv.Count("RETR")
	if got := w.clean().Feeds[0]; got.Seen != 1 || srv.Count("RETR") != retrs {
		t.Errorf("the same: %s, fetched %d times", names(got), srv.Count("RETR")-retrs)
	}
	srv.Put("a.csv", ftptest.File{Data: []byte(upper), MTime: at.AddDate(0, 1, 0)})
	if got := w.clean().Feeds[0]; names(got) != "a.csv" {
		t.Errorf("replaced: %s, %d seen", names(got), got.Seen)
	}
}

// TestUnanswered: a file of which its server does not say what it is waits for the next night:
// it is no file of the time before the feed, none that was replaced and none that is gone.
func TestUnanswered(t *testing.T) {
	var bad, none atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<title>Index of /</title><a href=a.csv>a</a>`)
			if !none.Load() {
				fmt.Fprint(w, `<a href=b.csv>b</a>`)
			}
		case r.URL.Path == "/b.csv" && bad.Load():
			w.WriteHeader(http.StatusInternalServerError)
		default:
			http.ServeContent(w, r, "x", night.AddDate(0, 0, -1), strings.NewReader(plain))
		}
	}))
	defer srv.Close()
	w := newWorld(t, feed(t, "acme", srv.URL+"/"))
	w.feeds[0].Match, w.feeds[0].Backfill = []string{"*.csv"}, 1
	day := 0
	w.now = func() time.Time { return night.AddDate(0, 0, day) }
	const held = "b.csv: its server does not say what it is: 500 Internal Server Error"
	sweep := func(why, want string, seen int) {
		t.Helper()
		day++
		got := w.clean().Feeds[0]
		wantHeld := ""
		if bad.Load() {
			wantHeld = held
		}
		if names(got) != want || heldBack(got) != wantHeld || got.Seen != seen || got.Skipped > 0 {
			t.Errorf("%s: %s, %d seen, %d skipped; held %s", why, names(got), got.Seen, got.Skipped, heldBack(got))
		}
		if p := Look(t.Context(), w.options()); p[0].Err != nil || (len(p[0].Held) > 0) != bad.Load() || len(p[0].Files) > 0 {
			t.Errorf("%s: previewed %+v", why, p)
		}
	}
	bad.Store(true)
	sweep("first night", "a.csv", 0)
	bad.Store(false)
	day++
	if got := w.clean().Feeds[0]; names(got) != "b.csv" || got.Seen != 1 {
		t.Errorf("it says what it is: %s", names(got))
	}
	bad.Store(true)
	sweep("and then not any more", "", 1)
	bad.Store(false)
	sweep("and again", "", 2)
	none.Store(true)
	sweep("gone", "", 1)
	if lost, err := w.db.Lost(t.Context(), night.AddDate(1, 0, 0), "acme"); err != nil || len(lost) > 0 {
		t.Errorf("lost: %+v, %v", lost, err)
	}
}
