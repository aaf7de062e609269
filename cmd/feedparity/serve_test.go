//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/state/pgtest"
)

// site is a directory with a configuration, and a supplier.
type site struct {
	t   *testing.T
	dir string
	db  string // of the state
	ftp *ftptest.Server
}

func newSite(t *testing.T, schedule string) *site {
	t.Helper()
	data := []byte("sku,name\r\n" + strings.Repeat("1,plain\r\n", 20_000))
	srv, err := ftptest.New(ftptest.Options{Files: map[string]ftptest.File{"stock.csv": {Data: data}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		faultrows.Commands(t, srv.Log())
		srv.Close()
		faultrows.NoDescriptors(t, "", srv.Ports()...)
	})
	s := &site{t: t, dir: t.TempDir(), ftp: srv}
	s.db = filepath.Join(s.dir, ".feedparity", "state.db")
	s.write("feedparity.yaml", fmt.Sprintf("%sfeeds:\n  acme: {source: %s, settle: 0s, min_age: 0s}\n", schedule, srv.URL()))
	return s
}

func (s *site) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// command is feedparity with nothing of this machine in its environment.
func (s *site) command(args ...string) *exec.Cmd {
	s.t.Helper()
	path, err := exec.LookPath("feedparity") // this test binary, by testscript
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = s.dir, []string{"PATH=/nowhere", "HOME=" + s.dir, "GOCOVERDIR=" + s.dir}
	return cmd
}

// lastSwept records a sweep that ended a while ago, so that one is due.
func (s *site) lastSwept(ago time.Duration) {
	s.t.Helper()
	s.state(func(db *state.DB) {
		run, err := db.Begin(s.t.Context(), "", "", time.Now().Add(-ago))
		if err == nil {
			err = db.End(s.t.Context(), run, "ok", time.Now().Add(-ago))
		}
		if err != nil {
			s.t.Fatal(err)
		}
	})
}

func (s *site) state(f func(*state.DB)) {
	s.t.Helper()
	db, err := state.Open(s.t.Context(), s.db)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	f(db)
}

// served is a process of feedparity serve.
type served struct {
	*site
	cmd  *exec.Cmd
	url  string
	mu   sync.Mutex
	said bytes.Buffer
}

func (r *served) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said.Write(p)
}

func (r *served) log() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said.String()
}

var address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

func (s *site) serve(args ...string) *served {
	s.t.Helper()
	r := &served{site: s, cmd: s.command(append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)}
	r.cmd.Stderr, r.cmd.Stdout = r, r
	if err := r.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if r.cmd.ProcessState == nil {
			_ = r.cmd.Process.Kill()
			_ = r.cmd.Wait()
		}
	})
	eventually(s.t, "it listens", func() bool { r.url = address.FindString(r.log()); return r.url != "" })
	return r
}

// slack is what a machine that does other work may add to a bound.
const slack = 5 * time.Second

// eventually waits for what takes moments, on a machine that does other work, too.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// get returns a page and its status.
func (r *served) get(path string) (string, int) {
	r.t.Helper()
	resp, err := http.Get(r.url + path)
	if err != nil {
		r.t.Fatalf("%v\n%s", err, r.log())
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(body), resp.StatusCode
}

// terminate sends SIGTERM and wants an end in good order within five seconds.
func (r *served) terminate() {
	r.t.Helper()
	start := time.Now()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
	if err := r.cmd.Wait(); err != nil {
		r.t.Errorf("it ended with %v\n%s", err, r.log())
	}
	took := time.Since(start)
	if more := r.strained(); took > 5*time.Second+more {
		r.t.Errorf("it took %v to end, a program that does nothing %v\n%s", took, more/10, r.log())
	}
}

// TestServeKeepsPart: SIGTERM in the middle of a large file keeps its part, and the sweep
// after the next start goes on from it.
func TestServeKeepsPart(t *testing.T) {
	s := newSite(t, "schedule: \"15 3 * * *\"\n")
	s.lastSwept(48 * time.Hour)
	s.largeFile()
	s.ftp.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.Stall, After: 9 << 20})
	r := s.serve()
	part := filepath.Join(s.dir, ".feedparity", "archive", "acme", "incoming", "*.part")
	eventually(t, "much of the file is read", func() bool {
		parts, _ := filepath.Glob(part)
		if len(parts) != 1 {
			return false
		}
		info, err := os.Stat(parts[0])
		return err == nil && info.Size() == 9<<20
	})
	r.terminate()
	s.nothingTaken()
	if parts, _ := filepath.Glob(part); len(parts) != 1 {
		t.Errorf("parts %q", parts)
	}
	s.ftp.ClearFaults()
	r = s.serve("--log-format", "json")
	eventually(t, "the sweep is made", func() bool { return strings.Contains(r.log(), `"msg":"swept"`) })
	r.terminate()
	s.state(func(db *state.DB) {
		if d, err := db.Latest(t.Context(), "acme", 10); err != nil || len(d) != 1 || d[0].Status != state.Processed || s.ftp.Count("REST") != 1 {
			t.Errorf("%+v, %v, %d REST", d, err, s.ftp.Count("REST"))
		}
	})
}

// TestServe: a sweep that is due is made, is stopped by SIGTERM in the middle of a
// file, and made to its end after the next start.
func TestServe(t *testing.T) {
	s := newSite(t, "schedule: \"15 3 * * *\"\n")
	s.lastSwept(48 * time.Hour)
	s.ftp.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.Drip, Delay: time.Millisecond})
	r := s.serve()
	eventually(t, "the file is read", func() bool { return s.ftp.Count("RETR") == 1 })
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n", "/metrics": "feedparity_serve_sweeping 1\n", "/": "A sweep is under way."} {
		if body, status := r.get(path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s, want %q", path, status, body, want)
		}
	}
	if out, err := s.command("sweep").CombinedOutput(); err == nil || !strings.Contains(string(out), "hint: wait for it to end") {
		t.Errorf("a second sweep: %v, %s", err, out)
	}
	r.terminate()
	s.state(func(db *state.DB) {
		run, ok, err := db.LastRun(t.Context())
		if err != nil || !ok || run.Status != "interrupted" {
			t.Errorf("state says %+v, %v, %v", run, ok, err)
		}
		if d, err := db.Latest(t.Context(), "acme", 10); err != nil || len(d) > 0 {
			t.Errorf("taken: %+v, %v", d, err)
		}
	})

	s.ftp.ClearFaults()
	r = s.serve("--log-format", "json")
	eventually(t, "the sweep is made", func() bool { return strings.Contains(r.log(), `"msg":"swept"`) })
	if step := `"msg":"fetching","feed":"acme","host":"` + s.ftp.Addr() + `","delivery":"stock.csv"`; !strings.Contains(r.log(), step) {
		t.Errorf("the log lacks %s:\n%s", step, r.log())
	}
	eventually(t, "it waits again", func() bool { body, _ := r.get("/"); return strings.Contains(body, "The next sweep begins at ") })
	if body, _ := r.get("/"); !strings.Contains(body, "stock.csv") || !strings.Contains(body, "03:15 UTC") {
		t.Errorf("the page:\n%s", body)
	}
	body, _ := r.get("/metrics")
	for _, want := range []string{"feedparity_serve_sweeping 0\n", `feedparity_serve_sweeps_total{result="made"} 1`, `feedparity_feed_up{feed="acme"} 1`} {
		if !strings.Contains(body, want) {
			t.Errorf("the metrics lack %q:\n%s", want, body)
		}
	}
	if _, status := r.get("/nosuch"); status != http.StatusNotFound {
		t.Errorf("/nosuch: %d", status)
	}
	r.terminate()
	if n := strings.Count(r.log(), `"msg":"sweeping"`); n != 1 {
		t.Errorf("%d sweeps:\n%s", n, r.log())
	}
}

// TestServeHangup: who closes the terminal ends it in good order, and not who said nohup.
func TestServeHangup(t *testing.T) {
	s := newSite(t, "schedule: \"15 3 * * *\"\n")
	// What is caught here is by default in a process that is started, even if the tests
	// themselves run under nohup.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	r := s.serve()
	if err := errors.Join(r.cmd.Process.Signal(syscall.SIGHUP), r.cmd.Wait()); err != nil || !strings.Contains(r.log(), "stopping") {
		t.Errorf("it ended with %v\n%s", err, r.log())
	}
	signal.Ignore(syscall.SIGHUP) // as a process that is started by now finds it
	defer signal.Reset(syscall.SIGHUP)
	r = s.serve()
	if err := r.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	if body, status := r.get("/healthz"); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	r.terminate()
}

// TestServeLocked: while another sweep holds the lock, serve makes none.
func TestServeLocked(t *testing.T) {
	s := newSite(t, "schedule: \"15 3 * * *\"\n")
	s.lastSwept(48 * time.Hour)
	lock, err := state.Acquire(filepath.Join(s.dir, ".feedparity", "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	r := s.serve()
	eventually(t, "it tries", func() bool {
		body, _ := r.get("/metrics")
		return strings.Contains(body, `feedparity_serve_sweeps_total{result="failed"} 1`)
	})
	if body, _ := r.get("/"); !strings.Contains(body, "The last one was not made to its end: ") || !strings.Contains(body, "lock") || s.ftp.Connections() > 0 {
		t.Errorf("%d connections, page:\n%s", s.ftp.Connections(), body)
	}
	r.terminate()
}

// TestServePostgres: of two machines that share a state one sweeps, the other does not
// and says so; both end when they are told to.
func TestServePostgres(t *testing.T) {
	url := pgtest.URL(t) // or the test is skipped
	s := newSite(t, "schedule: \"15 3 * * *\"\nstate: "+strconv.Quote(url)+"\n")
	s.db = url
	s.lastSwept(48 * time.Hour)
	s.ftp.AddFault(ftptest.Fault{Command: "RETR", Action: ftptest.Drip, Delay: time.Millisecond})
	first := s.serve()
	eventually(t, "the file is read", func() bool { return s.ftp.Count("RETR") == 1 })
	second := s.serve()
	eventually(t, "it tries", func() bool {
		body, _ := second.get("/metrics")
		return strings.Contains(body, `feedparity_serve_sweeps_total{result="failed"} 1`)
	})
	if body, status := second.get("/"); status != http.StatusOK || !strings.Contains(body, "The last one was not made to its end: ") || s.ftp.Count("RETR") != 1 {
		t.Errorf("%d %s", status, body)
	}
	if body, status := second.get("/readyz"); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	second.terminate()
	first.terminate()
	s.state(func(db *state.DB) {
		if run, ok, err := db.LastRun(t.Context()); err != nil || !ok || run.ID != 2 || run.Status != "interrupted" {
			t.Errorf("state says %+v, %v, %v", run, ok, err)
		}
	})
}

// TestServeRefuses: what cannot work is said at the start.
func TestServeRefuses(t *testing.T) {
	without := newSite(t, "")
	if out, err := without.command("serve").CombinedOutput(); exitCode(err) != 2 || !strings.Contains(string(out), "no schedule") {
		t.Errorf("without a schedule: %v, %s", err, out)
	}
	with := newSite(t, "schedule: \"15 3 * * *\"\n")
	for _, args := range [][]string{{"--listen", with.ftp.Addr()}, {"--listen", "nonsense"}, {"--log-format", "xml"}, {"--config", "none.yaml"}, {"extra"}} {
		if out, err := with.command(append([]string{"serve"}, args...)...).CombinedOutput(); exitCode(err) != 2 {
			t.Errorf("%q: %v, %s", args, err, out)
		}
	}
}

// TestServeBrokenState: it is alive, and not ready.
func TestServeBrokenState(t *testing.T) {
	s := newSite(t, "schedule: \"15 3 * * *\"\n")
	if err := os.MkdirAll(filepath.Join(s.dir, ".feedparity"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.write(".feedparity/state.db", strings.Repeat("no database ", 1000))
	r := s.serve()
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable, "/metrics": http.StatusServiceUnavailable, "/": http.StatusServiceUnavailable} {
		if body, status := r.get(path); status != want || status != http.StatusOK && !strings.Contains(body, "corrupt") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	r.terminate()
}

// TestServeStateReplaced: where the state was moved away, the sweep that is made without
// it is the last one, and not one that only the old file tells of: else it were due again
// at once, for ever.
func TestServeStateReplaced(t *testing.T) {
	s := newSite(t, "schedule: \"15 3 * * *\"\n")
	s.lastSwept(48 * time.Hour)
	c, err := config.Load(filepath.Join(s.dir, "feedparity.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	n := &nightly{file: c.File, log: slog.New(slog.DiscardHandler), config: c}
	defer n.closeState()
	if last, err := n.last(t.Context()); err != nil || time.Since(last.Began) < 47*time.Hour {
		t.Fatalf("%v, %v", last, err)
	}
	if err := os.Rename(filepath.Dir(s.db), filepath.Join(s.dir, "away")); err != nil {
		t.Fatal(err)
	}
	if err := n.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last, err := n.last(t.Context()); err != nil || time.Since(last.Began) > time.Hour || !last.Ended {
		t.Errorf("%v, %v", last, err)
	}
}

// TestServeUntold: where nobody can be told, the page and the metrics say so until they can.
func TestServeUntold(t *testing.T) {
	s := newSite(t, "schedule: \"15 3 * * *\"\n")
	s.write("feedparity.yaml", "schedule: \"15 3 * * *\"\nnotify: {webhook: {url_from: {env: FEEDPARITY_NO_HOOK}}}\nfeeds: {acme: {source: none}}\n")
	c, err := config.Load(filepath.Join(s.dir, "feedparity.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	n := &nightly{file: c.File, log: slog.New(slog.DiscardHandler), config: c}
	defer n.closeState()
	look := func(want int) {
		t.Helper()
		var b bytes.Buffer
		n.own(&b)
		said := strings.Contains(n.now(), "After the last sweep: notify by webhook: ")
		if metric := fmt.Sprintf("\nfeedparity_serve_after_sweep_failed %d\n", want); said != (want == 1) || !strings.Contains(b.String(), metric) {
			t.Errorf("%s; want %s in\n%s", n.now(), metric, b.String())
		}
	}
	look(0)
	if err := n.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	look(1)
	s.write("feedparity.yaml", "schedule: \"15 3 * * *\"\nfeeds: {acme: {source: none}}\n")
	if err := n.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	look(0)
}

// TestServeRereads: a configuration that is changed while serve waits is read before the
// night: its schedule holds from then on, and a mistake in it is told once, at once.
func TestServeRereads(t *testing.T) {
	s := newSite(t, "schedule: \"15 3 * * *\"\n")
	c, err := config.Load(filepath.Join(s.dir, "feedparity.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	said := &served{site: s}
	n := &nightly{file: c.File, log: slog.New(slog.NewTextHandler(said, nil)), config: c, read: stampOf(c.File)}
	feeds := "feeds: {acme: {source: drop}, other: {source: drop}}\n"
	for _, step := range []struct{ text, cron, said string }{
		{"", "15 3 * * *", ""},
		{"schedule: \"30 4 * * *\"\n" + feeds, "30 4 * * *", "has changed\" feeds=2"},
		{"", "30 4 * * *", ""},
		{"schedule: \"30 4 * * *\"\nfeds: {}\n", "30 4 * * *", "unknown key"},
		{"", "30 4 * * *", ""},
		{feeds, "30 4 * * *", "no schedule"},
		{"schedule: \"45 5 * * *\"\n" + feeds, "45 5 * * *", "has changed\" feeds=2"},
	} {
		if said.said.Reset(); step.text != "" {
			s.write("feedparity.yaml", step.text)
		}
		got := n.schedule().Cron
		if log := said.log(); got != step.cron || !strings.Contains(log, step.said) || step.said == "" && log != "" {
			t.Errorf("%q: schedule %q, want %q; said %q, want %q", step.text, got, step.cron, log, step.said)
		}
	}
	if err := os.Remove(c.File); err != nil {
		t.Fatal(err)
	}
	if got := n.schedule().Cron; got != "45 5 * * *" || !strings.Contains(said.log(), "no such file") {
		t.Errorf("without the file: %q, %s", got, said.log())
	}
}

// TestLogLines: what a sweep says is in the log's own form.
func TestLogLines(t *testing.T) {
	var b bytes.Buffer
	log, err := newLogger(&b, "json")
	if err != nil {
		t.Fatal(err)
	}
	w := &recorded{log: log, failed: slog.LevelWarn}
	for _, piece := range []string{"feedparity: sweep feed \"a\": re", "fused\nhint: try\nreport: x", "\n", "no end"} {
		if n, err := io.WriteString(w, piece); n != len(piece) || err != nil {
			t.Error(n, err)
		}
	}
	for i, line := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		want := []string{`"level":"WARN","msg":"sweep feed \"a\": refused"`, `"level":"INFO","msg":"hint: try"`, `"level":"INFO","msg":"report: x"`}
		if i >= len(want) || !strings.Contains(line, want[i]) {
			t.Errorf("line %d: %s", i+1, line)
		}
	}
}

// TestLocalOnly: a name that somebody had lead to this machine is not ours.
func TestLocalOnly(t *testing.T) {
	h := localOnly(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for host, want := range map[string]int{"127.0.0.1:8427": 200, "localhost:8427": 200, "[::1]:8427": 200, "127.0.0.1": 200, "evil.example:8427": 421, "10.0.0.1": 421, "": 421} {
		w := &statusWriter{status: 200}
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		h.ServeHTTP(w, req)
		if w.status != want {
			t.Errorf("%q: %d, want %d", host, w.status, want)
		}
	}
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) Header() http.Header         { return http.Header{} }
func (w *statusWriter) WriteHeader(status int)      { w.status = status }
func (w *statusWriter) Write(p []byte) (int, error) { return len(p), nil }

// exitCode is that of a process that ended with err.
func exitCode(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

// TestServePart: a sweep of some feeds by hand stands for no night: the one that was missed
// is still made up for, and the page shows the last whole one.
func TestServePart(t *testing.T) {
	s := newSite(t, "schedule: \"15 3 * * *\"\n")
	s.write("feedparity.yaml", fmt.Sprintf("schedule: \"15 3 * * *\"\nfeeds:\n  acme: {source: %s, settle: 0s, min_age: 0s}\n  beta: {source: %s, settle: 0s, min_age: 0s}\n", s.ftp.URL(), s.ftp.URL()))
	c, err := config.Load(filepath.Join(s.dir, "feedparity.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	n := &nightly{file: c.File, log: slog.New(slog.DiscardHandler), config: c}
	defer n.closeState()
	sweep := func(args ...string) {
		t.Helper()
		if out, err := s.command(append([]string{"sweep"}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	sweep()
	whole, err := n.last(t.Context())
	if err != nil || !whole.Ended {
		t.Fatalf("%+v, %v", whole, err)
	}
	sweep("--feed", "acme", "--feed", "acme")
	if last, err := n.last(t.Context()); err != nil || last != whole {
		t.Errorf("after a part the last night is %+v, %v; want %+v", last, err, whole)
	}
	if doc, ok, err := n.report(t.Context()); err != nil || !ok || doc.Run != 1 {
		t.Errorf("the page shows run %d, %v, %v", doc.Run, ok, err)
	}
	s.state(func(db *state.DB) {
		body, err := db.Report(t.Context(), 0)
		if err != nil || strings.Count(string(body), `"name":"acme"`) != 1 {
			t.Errorf("a feed named twice: %s, %v", body, err)
		}
	})
	sweep("--feed", "beta", "--feed", "acme")
	if last, err := n.last(t.Context()); err != nil || last == whole {
		t.Errorf("all feeds, each by its name: the last night is still %+v, %v", last, err)
	}
}
