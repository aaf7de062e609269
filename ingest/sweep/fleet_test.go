package sweep

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/state"
)

// TestFleet: one process begins a sweep, four others help, two of which are killed. Two
// of the eight servers misbehave. Nothing is lost and nothing is recorded twice, and no
// server ever sees more connections than are allowed. FEEDPARITY_FLEET is how many
// deliveries there are; "make fleet" has 2,000. Their archive is on the S3 server that
// FEEDPARITY_TEST_S3 names, if any.
func TestFleet(t *testing.T) {
	const hosts, limit = 8, 2
	n := scale(t, "FEEDPARITY_FLEET", 96) / hosts
	var servers []*ftptest.Server
	var feeds []config.Feed
	for h := range hosts {
		files := map[string]ftptest.File{}
		for i := range n {
			name := "plain"
			if i%10 == 0 {
				name = "caf\xe9"
			}
			files[fmt.Sprintf("%d.csv", i)] = ftptest.File{Data: fmt.Appendf(nil, "sku,name\r\n%s%d-%d,%s\r\n", strings.Repeat("1,plain\r\n", 200), h, i, name)}
		}
		o := ftptest.Options{Files: files}
		switch h {
		case 6: // cuts files, and itself
			o.Faults = []ftptest.Fault{{Command: "RETR", Skip: 2, Times: 1, Action: ftptest.CutBoth, After: 500}, {Command: "RETR", Skip: 4, Times: 1, Action: ftptest.Short, After: 700}}
		case 7: // does not answer, and has too many already
			o.Faults = []ftptest.Fault{{Command: "GREETING", Times: 1, Action: ftptest.Reply, Reply: "421 Too many connections"}, {Command: "RETR", Skip: 3, Times: 1, Action: ftptest.Stall, After: 100}}
		}
		srv := serve(t, o)
		servers, feeds = append(servers, srv), append(feeds, plenty(t, fmt.Sprintf("host%d", h), srv.URL()))
	}
	w := newPostgres(t, feeds...)
	if endpoint := os.Getenv("FEEDPARITY_TEST_S3"); endpoint != "" {
		w.shared = fmt.Sprintf("s3://deliveries/fleet-%d?endpoint=%s&region=us-east-1", time.Now().UnixNano(), endpoint)
	}
	var workers []*exec.Cmd
	for range 4 {
		workers = append(workers, w.start("work", ""))
	}
	defer func() {
		for _, cmd := range workers {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}()
	killed := make(chan int, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	go func() { killed <- w.killTwo(ctx, workers, 2*n*hosts) }()
	o := w.options()
	o.Workers, o.Hosts, o.Fetch.Retries = 1, 1, 2
	res, err := Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if got := <-killed; got != 2 {
		t.Errorf("%d workers were killed before the sweep ended", got)
	}
	helped := w.asExpected(res, servers, n, limit)
	if o.Fetch.Retries = 0; helped == 0 {
		t.Error("the workers did nothing")
	}
	again := w.clean() // what the servers kept back in the first night
	w.asExpected(again, servers, 0, limit)
	if got := w.outcomes(); got != 2*n*hosts {
		t.Errorf("%d outcomes, want %d", got, 2*n*hosts)
	}
	for h := range hosts {
		if got, want := w.hits(fmt.Sprintf("host%d", h)), int64((n+9)/10); got != want {
			t.Errorf("host%d: %d hits, want %d", h, got, want)
		}
	}
	if got := len(w.cases()); got != hosts {
		t.Errorf("%d cases, want one a feed", got)
	}
	w.inside()
	where := "a directory"
	if w.shared != "" {
		where = w.options().Store.String()
		w.kept(n * hosts)
	}
	t.Logf("%d deliveries in %s, %d batches run by workers", n*hosts, where, helped)
}

// kept counts the deliveries in the shared archive.
func (w *world) kept(want int) {
	w.t.Helper()
	p, err := w.options().Store.Prune(w.t.Context(), archive.Retention{MaxSize: 1 << 60}, time.Now(), func(string) bool { return true })
	if err != nil || p.Kept != want {
		w.t.Errorf("%d deliveries are kept, %v; want %d", p.Kept, err, want)
	}
}

// killTwo kills one worker once an eighth of the outcomes is recorded and another at a
// third, and returns how many it came to.
func (w *world) killTwo(ctx context.Context, workers []*exec.Cmd, all int) int {
	for i, at := range []int{all / 8, all / 3} {
		for {
			var n int
			if err := w.db.SQL().QueryRowContext(ctx, "SELECT count(*) FROM outcomes").Scan(&n); err != nil {
				return i
			}
			if n >= at {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		_ = workers[i].Process.Kill()
	}
	return 2
}

// asExpected looks at a night of the fleet's: each feed has its deliveries, in their
// order and each once, and its server was not asked for more than it allows. It returns
// how many were run by others than the sweep's own process.
func (w *world) asExpected(res *Result, servers []*ftptest.Server, n, limit int) (helped int) {
	w.t.Helper()
	for h, f := range res.Feeds {
		if f.Err != nil {
			w.t.Errorf("%s: %v", f.Name, f.Err)
		}
		seen := map[string]bool{}
		for _, d := range f.Deliveries {
			if seen[d.Name] {
				w.t.Errorf("%s: %s twice", f.Name, d.Name)
			}
			seen[d.Name] = true
		}
		if misbehaves := h >= 6; n > 0 && len(seen) != n || n == 0 && len(seen) > 0 && !misbehaves {
			w.t.Errorf("%s: %d deliveries, want %d", f.Name, len(seen), n)
		}
		if got := servers[h].AtOnce(); got > limit {
			w.t.Errorf("%s: %d connections at once", f.Name, got)
		}
	}
	return w.elsewhere(res.Run)
}

// elsewhere counts the batches of a run that other processes have done.
func (w *world) elsewhere(run int64) (n int) {
	w.t.Helper()
	err := w.db.SQL().QueryRow(`SELECT count(*) FROM river_job WHERE kind = 'check' AND state = 'completed' AND (args->>'run')::bigint = $1
		AND attempted_by[array_upper(attempted_by, 1)] NOT LIKE '%' || $2 || '%'`, run, fmt.Sprintf("_%d_", os.Getpid())).Scan(&n)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// TestTravels: what another process did is told as if this one had done it.
func TestTravels(t *testing.T) {
	d := newDrop(t)
	d.put("a\xff.csv", broken, 3)
	d.put("b.csv", "PK\x03\x04\x14\x00\x00\x00\x08\x00", 2)
	d.put("c.zip", zipped("x.csv", plain, "y.csv", broken+"9,x\r\n"), 1)
	w := newWorld(t, feed(t, "acme", d.dir))
	res := w.sweep()
	s := newSweeper(w.options().withDefaults(), nil, res.Run) // which has no notes of its own
	var got Result
	got.Feeds = make([]Feed, 1)
	if err := s.result(t.Context(), &got, nil); err != nil {
		t.Fatal(err)
	}
	want := res.Feeds[0]
	if got.Feeds[0].Listed != want.Listed || len(got.Feeds[0].Deliveries) != 4 || got.Feeds[0].Deliveries[1].Err.Error() != want.Deliveries[1].Err.Error() {
		t.Fatalf("%s\nwant %s", show(&got), show(res))
	}
	for i, g := range got.Feeds[0].Deliveries {
		x := want.Deliveries[i]
		x.Err, g.Err, x.file = nil, nil, ""
		if !reflect.DeepEqual(g, x) {
			t.Errorf("%+v\nwant %+v", g, x)
		}
	}
}

// TestAnotherSweepsLeftovers: jobs of a sweep that died with its fleet are dropped, and
// their deliveries run by the next one.
func TestAnotherSweepsLeftovers(t *testing.T) {
	onBoth(t, func(t *testing.T, world func(*testing.T, ...config.Feed) *world) {
		d := newDrop(t)
		d.put("a.csv", broken, 3)
		w := world(t, feed(t, "acme", d.dir))
		w.clean()
		o := w.options().withDefaults()
		q, err := openQueue(t.Context(), o, (&crew{Options: o}).workers)
		if err != nil {
			t.Fatal(err)
		}
		if err := q.insert(t.Context(), []checkArgs{{Run: 1, Feed: "nosuch", From: 1, To: 9}}, func(state.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		q.close()
		d.put("b.csv", plain, 2)
		if res := w.clean(); names(res.Feeds[0]) != "b.csv" {
			t.Errorf("%s", show(res))
		}
	})
}

// TestManyAtOnce: the batches of one feed are run at the same time and do not get into
// each other's way.
func TestManyAtOnce(t *testing.T) {
	d := newDrop(t)
	for i := range 20 * sharedJobSize {
		d.put(fmt.Sprintf("%04d.csv", i), fmt.Sprintf("sku,name\r\n%d,x\r\n", i), 1)
	}
	w := newWorld(t, plenty(t, "acme", d.dir))
	o := w.options()
	o.Workers = 8
	res, err := Run(t.Context(), o)
	if err != nil || res.Failed() > 0 || len(res.Feeds[0].Deliveries) != 20*sharedJobSize || w.outcomes() != 40*sharedJobSize {
		for _, d := range res.Feeds[0].Deliveries {
			if d.Err != nil {
				t.Error(d.Err)
			}
		}
		t.Fatalf("%d deliveries, %d outcomes, %v", len(res.Feeds[0].Deliveries), w.outcomes(), err)
	}
	for i, d := range res.Feeds[0].Deliveries {
		if want := fmt.Sprintf("%04d.csv", i); d.Name != want {
			t.Fatalf("%s is in the place of %s", d.Name, want)
		}
	}
	w.inside()
}
