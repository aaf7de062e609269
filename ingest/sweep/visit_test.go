package sweep

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
)

// jobs are those that the queue has, as "kind state", each once.
func (w *world) jobs() string {
	w.t.Helper()
	rows, err := w.db.SQL().Query("SELECT DISTINCT kind, state FROM river_job")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var kind, state string
		if err := rows.Scan(&kind, &state); err != nil {
			w.t.Fatal(err)
		}
		out = append(out, kind+" "+state)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// TestKinds: which jobs a night is, and that one with nothing new fetches nothing.
func TestKinds(t *testing.T) {
	onBoth(t, func(t *testing.T, world func(*testing.T, ...config.Feed) *world) {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain)}}})
		w := world(t, feed(t, "acme", srv.URL()))
		w.judge = judging(embedded.New())
		w.clean()
		if got, want := w.jobs(), "check completed, confirm completed, fetch completed, list completed, report completed"; got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
		if _, err := w.db.SQL().Exec("DELETE FROM river_job"); err != nil {
			t.Fatal(err)
		}
		logins := srv.Connections()
		w.clean()
		if got, want := w.jobs(), "list completed, report completed"; got != want {
			t.Errorf("with nothing new: %s\nwant %s", got, want)
		}
		if n := srv.Connections() - logins; n != 1 {
			t.Errorf("%d logins with nothing new", n)
		}
	})
}

// sharedServers are servers that a sweep and its helper share, with a file each, for which one
// login will do.
func sharedServers(t *testing.T) (w *world, logins func() int) {
	var feeds []config.Feed
	var servers []*ftptest.Server
	for h := range 6 {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: []byte(broken)}},
			Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Delay, Delay: 200 * time.Millisecond}}})
		feeds, servers = append(feeds, plenty(t, fmt.Sprintf("host%d", h), srv.URL())), append(servers, srv)
	}
	return newPostgres(t, feeds...), func() (n int) {
		for _, srv := range servers {
			n += srv.Connections()
		}
		return n
	}
}

// withWorker sweeps such servers with the help of another process, which may kill itself at a step.
func (w *world) withWorker(step string) (worker *exec.Cmd) {
	w.t.Helper()
	worker = w.start("work", step)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		var queues int // there are none before the first process has made the tables
		_ = w.db.SQL().QueryRow("SELECT count(*) FROM river_queue WHERE name LIKE 'own!_%' ESCAPE '!'").Scan(&queues)
		if queues > 0 {
			break
		}
		if time.Now().After(deadline) {
			w.t.Fatal("the worker does not begin to work")
		}
	}
	o := w.options()
	o.Hosts, o.Fetch.Retries = 1, 2
	res, err := Run(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range res.Feeds {
		if f.Err != nil || names(f) != "a.csv" {
			w.t.Errorf("%s: %s, %v", f.Name, names(f), f.Err)
		}
	}
	w.inside()
	return worker
}

// count counts the jobs of which something is true.
func (w *world) count(what string) (n int) {
	w.t.Helper()
	if err := w.db.SQL().QueryRow("SELECT count(*) FROM river_job WHERE " + what).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// TestFetcherGone: where the process dies that listed a server and was to fetch from it, another
// one lists it anew.
func TestFetcherGone(t *testing.T) {
	w, _ := sharedServers(t)
	if err := w.withWorker("fetch:0").Wait(); err == nil {
		t.Error("the worker was not killed")
	}
	if n := w.count("kind = 'list' AND state = 'completed' AND (args->>'tries')::int = 1"); n == 0 {
		t.Error("no server was listed anew")
	}
}

// TestLoginsOfFleet: whoever listed a server fetches from it, by the same login.
func TestLoginsOfFleet(t *testing.T) {
	w, logins := sharedServers(t)
	worker := w.withWorker("")
	_ = worker.Process.Kill()
	_ = worker.Wait()
	if n := logins(); n != len(w.feeds) {
		t.Errorf("%d logins at %d servers", n, len(w.feeds))
	}
	if w.elsewhere(1) == 0 && w.count("kind = 'fetch' AND attempted_by[1] LIKE '%_"+fmt.Sprint(worker.Process.Pid)+"_%'") == 0 {
		t.Error("the worker did nothing")
	}
}

// crewOf is the crew of a process that works on a world, whose queue is not started.
func (w *world) crewOf() *crew {
	w.t.Helper()
	c := &crew{Options: w.options().withDefaults()}
	q, err := openQueue(w.t.Context(), c.Options, c.workers)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(q.close)
	return c
}

// TestVisits: nobody comes to a server while somebody is there; who waits there for a sweep that
// is over leaves when the next one comes.
func TestVisits(t *testing.T) {
	onBoth(t, func(t *testing.T, world func(*testing.T, ...config.Feed) *world) {
		w := world(t)
		c := w.crewOf()
		arrive := func(run int64, host string) *visit {
			v, err := c.arrive(t.Context(), server{Run: run, Host: host})
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		first := arrive(1, "a")
		c.visits.put("a", first)
		if arrive(1, "a") != nil {
			t.Error("two visits to one server")
		}
		if c.visits.take("a") != first || c.visits.take("a") != nil {
			t.Error("a visit is not taken once")
		}
		c.visits.put("a", first)
		second := arrive(2, "a")
		if second == nil {
			t.Fatal("the visit of the sweep before goes on")
		}
		first.leave() // once more, which changes nothing
		if arrive(2, "a") != nil {
			t.Error("two visits to one server after that")
		}
		second.leave()
		if n := len(c.queue.begun); n != 0 {
			t.Errorf("%d visits are counted, and there is none", n)
		}
		vain := arrive(2, "b")
		c.visits.longest = time.Millisecond
		c.visits.put("b", vain)
		select {
		case <-vain.gone:
		case <-time.After(slack):
			t.Error("a visit waits for ever for a job that somebody cancelled")
		}
		if again := arrive(2, "b"); again == nil {
			t.Error("and nobody else may come")
		} else {
			again.leave()
		}
		c.leaveAll()
	})
}

// TestListedInVain: a server at which everybody dies is given up, and what was for a process
// that lives is left alone.
func TestListedInVain(t *testing.T) {
	w := newPostgres(t)
	c := w.crewOf()
	q, ctx := c.queue, t.Context()
	job := func(a fetchArgs) *rivertype.JobRow {
		res, err := q.client.Insert(ctx, a, &river.InsertOpts{Queue: q.own(a.By)})
		if err != nil {
			t.Fatal(err)
		}
		return res.Job
	}
	kept := job(fetchArgs{server{Run: 1, Host: "kept"}, q.id})
	job(fetchArgs{server{Run: 1, Host: "anew", Tries: maxAttempts - 2}, "dead"})
	job(fetchArgs{server{Run: 1, Host: "given-up", Tries: maxAttempts - 1}, "dead"})
	if err := q.rescue(ctx); err != nil {
		t.Fatal(err)
	}
	jobs, err := q.list(ctx, 10, unfinished...)
	if err != nil || len(jobs) != 2 || jobs[0].ID != kept.ID {
		t.Fatalf("%d jobs, %v", len(jobs), err)
	}
	if got := string(jobs[1].EncodedArgs); jobs[1].Kind != listKind || jobs[1].Queue != q.name(listKind) || !strings.Contains(got, `"anew"`) || !strings.Contains(got, fmt.Sprint(maxAttempts-1)) {
		t.Errorf("%s in %s: %s", jobs[1].Kind, jobs[1].Queue, got)
	}
	// A try of its own job that finds the visit gone does the same, and another time where it cannot.
	f := &fetcher{crew: c}
	tried := &river.Job[fetchArgs]{JobRow: kept, Args: fetchArgs{server{Run: 1, Host: "kept", Tries: maxAttempts}, q.id}}
	if err := f.Work(ctx, tried); !errors.Is(err, errNobody) {
		t.Errorf("%v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	tried.Args.Tries = 0
	var gaveUp *rivertype.JobCancelError
	if err := f.Work(ended, tried); err == nil || errors.As(err, &gaveUp) {
		t.Errorf("%v", err)
	}
}

// TestListedAgain: of a server of which a feed is to be left alone for a while another try of its job
// lists that feed, and not those of which the fetching failed: where one process works on a file,
// what came of them is told once, with why.
func TestListedAgain(t *testing.T) {
	srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"1.csv": {Data: []byte(broken)}, "2.csv": {Data: []byte(plain)}}})
	w := newWorld(t, plenty(t, "fails", srv.URL()), plenty(t, "waits", srv.URL()), plenty(t, "done", srv.URL()))
	w.feeds[0], w.feeds[2] = w.feeds[2], w.feeds[0] // it comes first
	began := time.Now()
	w.now = func() time.Time { return night.Add(time.Since(began) - 2*time.Second) }
	hour := time.Duration(night.Hour()) * time.Hour
	w.feeds[1].Take.Avoid = []config.Window{{From: hour - time.Hour, To: hour, Zone: time.UTC}}
	if _, err := w.db.SQL().Exec(`CREATE TRIGGER full BEFORE INSERT ON tasks WHEN NEW.number = 0 AND NEW.feed = 'fails' BEGIN SELECT RAISE(ABORT, 'no room'); END`); err != nil {
		t.Fatal(err)
	}
	w.watch = func(e Event) {
		if e.Feed == "waits" && e.What == "listing" {
			srv.Put("3.csv", ftptest.File{Data: []byte(plain + "3,x\r\n")})
		}
	}
	res := w.sweep()
	if f := res.Feeds[0]; f.Err != nil || names(f) != "1.csv 2.csv" {
		t.Errorf("what was done before: %s, %v", names(f), f.Err)
	}
	if f := res.Feeds[2]; f.Err == nil || !strings.Contains(f.Err.Error(), "no room") || names(f) != "1.csv 2.csv" {
		t.Errorf("%s, %v", names(f), f.Err)
	}
	if f := res.Feeds[1]; f.Err != nil || names(f) != "1.csv 2.csv 3.csv" {
		t.Errorf("%s, %v", names(f), f.Err)
	}
}

// TestNoneInVain: a process of a fleet takes as many servers as it may be at, and gives none back.
func TestNoneInVain(t *testing.T) {
	var feeds []config.Feed
	for h := range 6 {
		srv := serve(t, ftptest.Options{Files: map[string]ftptest.File{"a.csv": {Data: []byte(plain)}},
			Faults: []ftptest.Fault{{Command: "RETR", Action: ftptest.Delay, Delay: 50 * time.Millisecond}}})
		feeds = append(feeds, feed(t, fmt.Sprint("host", h), srv.URL()))
	}
	w := newPostgres(t, feeds...)
	o := w.options()
	o.Hosts = 2
	if res, err := Run(t.Context(), o); err != nil || res.Failed() > 0 {
		t.Fatalf("%v, %s", err, show(res))
	}
	if n := w.count("coalesce((metadata->>'snoozes')::int, 0) > 0"); n != 0 {
		t.Errorf("%d jobs were put off", n)
	}
}
