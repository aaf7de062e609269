package sweep

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/state"
)

// TestNights walks a feed through its nights: what is new is run, what was run is
// not run again, and a signature is filed once.
func TestNights(t *testing.T) { onBoth(t, testNights) }

func testNights(t *testing.T, world func(*testing.T, ...config.Feed) *world) {
	d := newDrop(t)
	w := world(t, feed(t, "acme", d.dir))
	d.put("a.csv", broken, 5)
	d.put("b.csv", plain, 4)

	res := w.clean()
	f := res.Feeds[0]
	if names(f) != "a.csv b.csv" || f.Listed != 2 || f.Seen != 0 || f.Skipped != 0 || res.Run != 1 {
		t.Fatalf("first night: %+v", f)
	}
	a, b := f.Deliveries[0], f.Deliveries[1]
	if a.Views[0].Verdict != ingest.Diverge || a.Views[1].Verdict != ingest.Parity || b.Views[0].Verdict != ingest.Parity || a.Charset == "" || len(a.SHA256) != 64 {
		t.Errorf("first night: %s", show(res))
	}
	found := a.Views[0].Findings[0]
	if !found.New || found.Cause != "undecodable-bytes" || w.hits("acme") != 1 || res.Worst() == nil || res.Worst().Case != found.Case {
		t.Errorf("first night: %+v", found)
	}
	c, err := golden.Load(found.Case)
	if err != nil {
		t.Fatal(err)
	}
	if c.View != ingest.Raw || c.Origin.SHA256 != a.SHA256 || c.Origin.Path != "a.csv" || c.Origin.Date == "" || c.FoundBy != "sweep" || c.Feed != "acme" || len(c.Input) >= len(broken) {
		t.Errorf("case: %+v", c)
	}

	if f := w.clean().Feeds[0]; len(f.Deliveries) != 0 || f.Seen != 2 {
		t.Errorf("second night: %+v", f)
	}

	d.put("a.csv", broken+"3,\xff\r\n", 3) // changed: the same signature
	d.put("c.csv", broken, 9)              // late, and older than all others
	before := w.cases()
	res = w.clean()
	if f := res.Feeds[0]; names(f) != "c.csv a.csv" || f.Seen != 1 {
		t.Fatalf("third night: %s", show(res))
	}
	for _, d := range res.Feeds[0].Deliveries {
		if d.Name == "a.csv" && (d.Views[0].Findings[0].New || d.Views[0].Findings[0].Case != found.Case) {
			t.Errorf("a known signature: %+v", d.Views[0].Findings[0])
		}
	}
	if len(w.cases()) != 1 || fmt.Sprint(before) != fmt.Sprint(w.cases()) {
		t.Errorf("cases %q", w.cases())
	}
	// c.csv has the bytes of the first a.csv: it is known, and counts no more.
	if c := res.Feeds[0].Deliveries[0]; !c.Known || len(c.Views) != 2 || c.Views[0].Verdict != ingest.Diverge || len(c.Views[0].Findings) != 0 || w.hits("acme") != 2 {
		t.Errorf("same bytes under another name: %+v, %d hits", c, w.hits("acme"))
	}
	if f := w.clean().Feeds[0]; len(f.Deliveries) != 0 || f.Seen != 3 {
		t.Errorf("fourth night: %+v", f)
	}
}

// TestBackfill: on first sight the newest are taken, the older ones never.
func TestBackfill(t *testing.T) {
	for _, tt := range []struct {
		backfill, files int
		want            string
	}{
		{2, 5, "d1.csv d0.csv"}, {0, 3, ""}, {9, 2, "d1.csv d0.csv"}, {3, 3, "d2.csv d1.csv d0.csv"}, {3, 0, ""},
	} {
		t.Run(fmt.Sprintf("%d of %d", tt.backfill, tt.files), func(t *testing.T) {
			d := newDrop(t)
			f := feed(t, "acme", d.dir)
			f.Backfill = tt.backfill
			w := newWorld(t, f)
			for i := range tt.files {
				d.put(fmt.Sprintf("d%d.csv", i), plain+fmt.Sprint(i), i)
			}
			got := w.clean().Feeds[0]
			if names(got) != tt.want || got.Skipped != max(0, tt.files-tt.backfill) {
				t.Errorf("first night: %q, %d skipped", names(got), got.Skipped)
			}
			d.put("late.csv", plain, 20)
			if got := w.clean().Feeds[0]; tt.files > 0 && names(got) != "late.csv" || got.Seen != tt.files {
				t.Errorf("second night: %q, %d seen", names(got), got.Seen)
			}
		})
	}
}

// TestMatching: only what matches is a delivery, and nothing that is half written.
func TestMatching(t *testing.T) {
	d := newDrop(t)
	f := feed(t, "acme", d.dir)
	f.Backfill = 100
	f.Match = []string{"stock_*.csv", "*.[tT][xX][tT]", "caf?.dat"}
	w := newWorld(t, f)
	wanted := []string{"stock_1.csv", "stock_.csv", "LIST.TXT", "caf\xe9.dat", "stock_\x1b[31m.csv", "stock_ two  words .csv", "stock_..csv"}
	for i, name := range append([]string{"stock.csv", "Stock_1.csv", "stock_2.csv.tmp", "stock_3.csv.part", "stock_4.csv.PART", "stock_5.csv.filepart", "~stock_6.csv", ".stock_7.csv",
		"a.txt.writing", "stock_8.csv.bak"}, wanted...) {
		d.put(name, fmt.Sprint(plain, i), 1)
	}
	for _, name := range []string{"~x.txt", ".in.txt", "stock_9.csv.crdownload"} {
		d.put(name, "half", 1)
	}
	if err := os.Mkdir(filepath.Join(d.dir, "stock_dir.csv"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("stock_1.csv", filepath.Join(d.dir, "stock_link.csv")); err != nil {
		t.Fatal(err)
	}
	got := w.clean().Feeds[0]
	run := map[string]bool{}
	for _, d := range got.Deliveries {
		run[d.Name] = true
	}
	for _, name := range append(wanted, "stock_link.csv") {
		if !run[name] {
			t.Errorf("%q was not run", name)
		}
		delete(run, name)
	}
	if len(run) > 0 {
		t.Errorf("run as well: %v", run)
	}
	w.inside()
}

// inside fails the test unless everything in the archive has a harmless name.
func (w *world) inside() {
	w.t.Helper()
	for _, line := range strings.Split(w.snapshot(), "\n") {
		name, _, _ := strings.Cut(line, " ")
		if strings.HasPrefix(name, "archive/") && (strings.ContainsAny(name, "\x1b\r\n\x00") || strings.Contains(name, "/../") || strings.Count(name, "/") > 3) {
			w.t.Errorf("in the archive: %q", line)
		}
		if strings.HasSuffix(name, ".part") || strings.Contains(name, "incoming") {
			w.t.Errorf("left behind: %q", line)
		}
	}
}

// TestEvilNames: a supplier's names reach no path of ours.
func TestEvilNames(t *testing.T) {
	evil := []string{"..", "../../up.csv", "a/b.csv", "/etc/passwd.csv", `C:\x.csv`, `..\..\x.csv`, "con.csv", "esc\x1b[2J.csv", "tab\there.csv", strings.Repeat("n", 240) + ".csv", "bad\xff\xfe.csv", "-rf.csv", "%2e%2e%2f.csv"}
	var listing strings.Builder
	files := map[string]ftptest.File{}
	for _, name := range evil {
		fmt.Fprintf(&listing, "-rw-r--r-- 1 u g %d Feb 01 2024 %s\r\n", len(plain), name)
		files["in/"+name] = ftptest.File{Data: []byte(plain)}
	}
	srv := serve(t, ftptest.Options{Files: files, NoMLSD: true, Faults: []ftptest.Fault{{Command: "LIST", Action: ftptest.ListData, Data: []byte(listing.String())}}})
	f := feed(t, "acme", srv.URL()+"/in")
	f.Backfill = 100
	w := newWorld(t, f)
	res := w.sweep()
	got := res.Feeds[0]
	// ".." is every directory's own, and a name that begins with a dot is hidden.
	if len(got.Deliveries) < 5 || len(got.Deliveries)+len(got.Unparsed) != len(evil)-2 {
		t.Errorf("%d deliveries, %d lines not understood: %s, %v", len(got.Deliveries), len(got.Unparsed), show(res), got.Unparsed)
	}
	for _, d := range got.Deliveries {
		if strings.ContainsAny(d.Name, "/") || d.Name == ".." {
			t.Errorf("delivery %q", d.Name)
		}
	}
	w.inside()
}

// TestTwoFeedsOfOneSource have each their own memory.
func TestTwoFeedsOfOneSource(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", broken, 1)
	d.put("b.csv", plain, 1)
	one, two := feed(t, "one", d.dir), feed(t, "two", d.dir)
	one.Match, two.Match = []string{"a*"}, []string{"*.csv"}
	w := newWorld(t, one, two)
	res := w.clean()
	if names(res.Feeds[0]) != "a.csv" || names(res.Feeds[1]) != "a.csv b.csv" {
		t.Errorf("%s", show(res))
	}
	if len(w.cases()) != 2 || w.hits("one") != 1 || w.hits("two") != 1 {
		t.Errorf("cases %q, hits %d %d", w.cases(), w.hits("one"), w.hits("two"))
	}
	if res := w.clean(); len(res.Findings()) > 0 {
		t.Errorf("second night: %s", show(res))
	}
}

// TestListedTwice: a path that a listing shows twice is one delivery.
func TestListedTwice(t *testing.T) {
	line := fmt.Sprintf("-rw-r--r-- 1 u g %d Feb 01 2024 a.csv\r\n", len(broken))
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: []byte(broken)}}, NoMLSD: true,
		Faults: []ftptest.Fault{{Command: "LIST", Action: ftptest.ListData, Data: []byte(line + "what is this?\r\n" + line)}}})
	w := newWorld(t, feed(t, "acme", srv.URL()))
	res := w.clean()
	f := res.Feeds[0]
	if names(f) != "a.csv" || w.hits("acme") != 1 || srv.Count("RETR") != 1 {
		t.Errorf("%q, %d hits, %d transfers", names(f), w.hits("acme"), srv.Count("RETR"))
	}
	if len(f.Unparsed) != 2 || f.Unparsed[0].Text != "what is this?" || f.Unparsed[0].Line != 2 {
		t.Errorf("not understood: %v", f.Unparsed)
	}
}

// TestOddDeliveries: an empty file is an outcome, a zip named .csv is a failure of
// its own that stops nothing.
func TestOddDeliveries(t *testing.T) {
	d := newDrop(t)
	d.put("a_zip.csv", "PK\x03\x04\x14\x00\x00\x00\x08\x00", 3)
	d.put("b_empty.csv", "", 2)
	d.put("c.csv", plain, 1)
	w := newWorld(t, feed(t, "acme", d.dir))
	w.feeds[0].Take.AllowEmpty = true
	res := w.sweep()
	got := res.Feeds[0].Deliveries
	if len(got) != 3 || got[0].Err == nil || !strings.Contains(got[0].Err.Error(), "zip") || !strings.Contains(got[0].Err.Error(), `"a_zip.csv"`) || res.Failed() != 1 {
		t.Fatalf("%s", show(res))
	}
	if got[1].Err != nil || got[1].Views[0].Verdict != ingest.AgreeEmpty || got[2].Views[0].Verdict != ingest.Parity {
		t.Errorf("%s", show(res))
	}
	// The zip is not forgotten as long as it is there, and not fetched again either.
	res = w.sweep()
	if f := res.Feeds[0]; names(f) != "a_zip.csv" || res.Failed() != 1 || f.Seen != 2 {
		t.Errorf("second night: %s", show(res))
	}
}

// TestNormalizedCase: a case is made of the normalized view only if normalizing
// introduces the divergence.
func TestNormalizedCase(t *testing.T) {
	d := newDrop(t)
	f := feed(t, "acme", d.dir)
	f.Charset = "latin-1"
	f.Pair.Py3.Codec = f.Pair.Py2.Codec
	// 70,000 letters are within the field limit of Python 2 in latin-1, not in UTF-8.
	d.put("long.csv", "sku,text\n1,"+strings.Repeat("\xe9", 70_000)+"\n", 1)
	both := feed(t, "both", newDrop(t).dir)
	both.Pair.Py2.Clean, both.Pair.Py3.Clean = []ingest.Step{"upper"}, []ingest.Step{"upper"}
	both.Pair.Py2.Codec, both.Pair.Py3.Codec = "utf-8", "utf-8"
	drop{t, both.Source.URL}.put("street.csv", "sku,street\n1,Stra\xc3\x9fe\n", 1)
	w := newWorld(t, f, both)
	res := w.clean()
	v := res.Feeds[0].Deliveries[0].Views
	if v[0].Verdict != ingest.Parity || v[1].Verdict != ingest.Diverge {
		t.Fatalf("%s", show(res))
	}
	for i, want := range []ingest.View{ingest.Normalized, ingest.Raw} {
		found := finding(res.Feeds[i].Deliveries[0].Views, res.Feeds[i].Deliveries[0].Views[1].Findings[0].Signature)
		c, err := golden.Load(found.Case)
		if err != nil || c.View != want || !found.New {
			t.Errorf("%s: case of view %v, %v", res.Feeds[i].Name, c, err)
		}
	}
	second := res.Feeds[1].Deliveries[0].Views[1].Findings[0]
	if second.New || second.Case != res.Feeds[1].Deliveries[0].Views[0].Findings[0].Case || len(w.cases()) != 2 {
		t.Errorf("the normalized view's finding: %+v, cases %q", second, w.cases())
	}
	if w.hits("both") != 2 || w.hits("acme") != 1 { // a hit a view
		t.Errorf("hits %d, %d", w.hits("both"), w.hits("acme"))
	}
}

// TestHosts: servers are swept side by side, the feeds of one server in turn.
func TestHosts(t *testing.T) {
	const wait = 150 * time.Millisecond
	slow := func() *ftptest.Server {
		return serve(t, ftptest.Options{Files: map[string]ftptest.File{"x/a.csv": {Data: []byte(plain)}, "y/a.csv": {Data: []byte(plain)}},
			Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Delay, Delay: wait}}})
	}
	one, two := slow(), slow()
	w := newWorld(t, feed(t, "one-x", one.URL()+"/x"), feed(t, "two-x", two.URL()+"/x"), feed(t, "one-y", one.URL()+"/y"), feed(t, "two-y", two.URL()+"/y"))
	var mu sync.Mutex
	busy, most := map[string]int{}, map[string]int{}
	w.watch = func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		server := e.Feed[:3]
		switch {
		case e.What == "fetching":
			busy[server]++
			busy["all"]++
		case e.What == "fetched":
			busy[server]--
			busy["all"]--
		}
		for k, n := range busy {
			most[k] = max(most[k], n)
		}
	}
	w.clean()
	if most["one"] != 1 || most["two"] != 1 || most["all"] != 2 || busy["all"] != 0 {
		t.Errorf("feeds at once: %v", most)
	}
}

func TestHost(t *testing.T) {
	for _, tt := range []struct{ a, b string }{
		{"ftp://a.example/x", "ftp://A.example:21/y"}, {"ftps://a.example", "ftps://a.example:990/x"}, {"ftp://u@a.example/", "ftpes://a.example/x"},
		{"/srv/in", "/srv/other"}, {"ftp://[::1]/x", "ftp://[::1]:21/y"},
		{"sftp://a.example/x", "sftp://A.example:22/y"}, {"http://a.example/", "http://a.example:80/x"}, {"https://a.example/", "HTTPS://a.example:443/x"},
		{"file:///srv/in", "/srv/other"},
	} {
		if host(tt.a) != host(tt.b) {
			t.Errorf("%s is %s, %s is %s", tt.a, host(tt.a), tt.b, host(tt.b))
		}
	}
	if host("ftp://a:2121") == host("ftp://a") || host("ftp://a") == host("/srv") || host("ftp://a") == host("ftp://b") || host("sftp://a") == host("ftp://a") {
		t.Error("different servers are one")
	}
}

// TestSettingsChange: another policy is another comparison, of new deliveries.
func TestSettingsChange(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", broken, 2)
	w := newWorld(t, feed(t, "acme", d.dir))
	w.clean()
	w.feeds[0].Pair.Py3.Errors = "replace"
	d.put("b.csv", broken, 1)
	got := w.clean().Feeds[0].Deliveries
	if len(got) != 1 || got[0].Known || got[0].Views[0].Verdict != ingest.Diverge {
		t.Errorf("%+v", got)
	}
	seen := map[string]bool{}
	for _, change := range []func(*config.Feed){
		func(*config.Feed) {}, func(f *config.Feed) { f.Charset = "cp1252" }, func(f *config.Feed) { f.Compare.Key = []string{"sku"} },
		func(f *config.Feed) { f.Compare.Tolerance = map[string]float64{"a": 1} }, func(f *config.Feed) { f.Pair.Py2.Open = ingest.OpenUniversal },
		func(f *config.Feed) { f.Calls[0] = &ingest.Call{Function: "a:b"} }, func(f *config.Feed) { f.Calls[1] = &ingest.Call{Function: "a:b"} },
		func(f *config.Feed) { f.Calls[0] = &ingest.Call{Function: "a:b", Env: map[string]string{"A": "1"}} },
	} {
		f := feed(t, "acme", d.dir)
		change(&f)
		k := (&sweeper{}).key(f).Settings
		if seen[k] {
			t.Errorf("two settings have the key %s: %+v", k, f)
		}
		seen[k] = true
	}
}

// TestPermissions: what suppliers sent is nobody else's to read.
func TestPermissions(t *testing.T) {
	d := newDrop(t)
	d.put("a.csv", plain, 1)
	d.put("b.csv", broken, 1)
	w := newWorld(t, feed(t, "acme", d.dir))
	w.clean()
	for _, name := range []string{"archive", "archive/acme", "inbox"} {
		if info, err := os.Stat(w.dir(name)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	got, err := w.db.Delivery(t.Context(), "acme", "a.csv")
	if err != nil || got.Status != state.Processed || got.Bytes != int64(len(plain)) {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestHistory: what a feed was in before decides what the bytes leave open, and is
// contradicted in a warning where they do not.
func TestHistory(t *testing.T) {
	d := newDrop(t)
	w := newWorld(t, feed(t, "acme", d.dir))
	charset := func(name, data string, day int) string {
		w.now = func() time.Time { return night.AddDate(0, 0, day) }
		d.put(name, data, day)
		for _, out := range w.clean().Feeds[0].Deliveries {
			if out.Name == name {
				return fmt.Sprint(out.Charset, " ", len(out.Views[0].Warnings))
			}
		}
		return "not swept"
	}
	const either = "sku,name\n1,Paint \xf8 in Mug\n" // "ø", or "°" in cp850
	for i, c := range []struct{ name, data, want string }{
		{"a.csv", either, "iso8859-1 0"},
		{"b.csv", "sku,name\n1,K\x81che sch\x94n\n2,gr\x81n\n3,M\x81ll f\x81r T\x81ren\n", "cp850 1"},
		{"c.csv", strings.Replace(either, "Mug", "Cup", 1), "cp850 0"},
	} {
		if got := charset(c.name, c.data, i+1); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestHistoryOfWhatCameAgain: bytes that came before are no later than what came since, and
// what follows them is not read as they were.
func TestHistoryOfWhatCameAgain(t *testing.T) {
	d := newDrop(t)
	w := newWorld(t, feed(t, "acme", d.dir))
	const either = "sku,name\n1,Paint \xf8 in Mug\n" // "ø", or "°" in cp850
	d.put("a.csv", either, 9)
	w.clean()
	w.now = func() time.Time { return night.AddDate(0, 0, 1) }
	d.put("b.csv", "sku,name\n1,K\x81che sch\x94n\n2,gr\x81n\n3,M\x81ll f\x81r T\x81ren\n", 8)
	d.put("k.csv", either, 7)
	d.put("l.csv", strings.Replace(either, "Mug", "Cup", 1), 6)
	var got []string
	for _, out := range w.clean().Feeds[0].Deliveries {
		got = append(got, fmt.Sprint(out.Name, " ", out.Charset, " ", out.Known))
	}
	if want := "b.csv cp850 false, k.csv iso8859-1 true, l.csv cp850 false"; strings.Join(got, ", ") != want {
		t.Errorf("%s; want %s", strings.Join(got, ", "), want)
	}
}
