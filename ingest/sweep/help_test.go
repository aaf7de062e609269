package sweep

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/embedded"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/fetch/faultrows"
	"github.com/feedparity/feedparity/ingest/fetch/ftptest"
	"github.com/feedparity/feedparity/ingest/parity"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/state/pgtest"
)

// Two cores run the whole suite: slack is what a machine may add to a bound.
const slack = 5 * time.Second

var night = time.Date(2024, 3, 1, 2, 0, 0, 0, time.UTC)

// world is what a sweep works with, all of it in a directory of the test's.
type world struct {
	t        *testing.T
	root     string
	feeds    []config.Feed
	line     *parity.Line
	judge    golden.Judge
	watch    func(Event)
	now      func() time.Time
	step     func(string)
	revision string // of the team's code
	accept   []config.Accept
	tells    bool   // of Options
	name     string // of the state: a file of root's, or a database's URL
	shared   string // S3 URL of the archive, "" for a directory of root's
	db       *state.DB

	resume, spare int64 // of fetch.Options
}

func newWorld(t *testing.T, feeds ...config.Feed) *world {
	t.Helper()
	if !faultrows.Runs(t) {
		noLeaks(t)
	}
	w := &world{t: t, root: memory(t), feeds: feeds, line: models(), now: func() time.Time { return night }}
	w.name = filepath.Join(w.root, "state.db")
	w.open()
	t.Cleanup(func() { w.db.Close() })
	return w
}

// newPostgres is a world whose state is in PostgreSQL.
func newPostgres(t *testing.T, feeds ...config.Feed) *world {
	t.Helper()
	name := pgtest.URL(t) // or the test is skipped
	w := newWorld(t, feeds...)
	w.db.Close()
	w.name = name
	w.open()
	return w
}

// onBoth runs a test with a state of either kind.
func onBoth(t *testing.T, test func(t *testing.T, world func(*testing.T, ...config.Feed) *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, newWorld) })
	t.Run("postgres", func(t *testing.T) { test(t, newPostgres) })
}

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// memory is a directory in which a sync costs nothing, where the machine has one: the
// tests sync thousands of times, and none looks at what a power cut leaves.
func memory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "sweep")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// models is the line that needs no Python.
func models() *parity.Line { return &parity.Line{Engine: embedded.New()} }

func (w *world) open() {
	w.t.Helper()
	db, err := state.OpenWith(w.t.Context(), w.name, state.Options{Step: w.step})
	if err != nil {
		w.t.Fatal(err)
	}
	w.db = db
}

func (w *world) dir(name string) string { return filepath.Join(w.root, name) }

// try sweeps and returns whatever comes of it.
func (w *world) try(ctx context.Context) (*Result, error) {
	return Run(ctx, w.options())
}

func (w *world) options() Options {
	dir, store := w.dir("archive"), (*archive.Store)(nil)
	if w.shared != "" { // nothing but what is shared: each process has its own directory
		var err error
		if store, err = archive.OpenStore(w.shared, archive.Options{AccessKey: "feedparity", SecretKey: "feedparity-secret"}); err != nil {
			w.t.Fatal(err)
		}
		dir = w.dir(fmt.Sprintf("archive-%d", os.Getpid()))
	}
	return Options{Feeds: w.feeds, Line: w.line, Judge: w.judge, State: w.db, Archive: dir, Store: store, Inbox: w.dir("inbox"), Golden: w.dir("golden"), Revision: w.revision,
		Engine: "embedded test", Observe: w.watch, Now: w.now, Step: w.step, Accept: w.accept, Tells: w.tells, Agreement: "test",
		Fetch: fetch.Options{ResumeAbove: w.resume, Spare: w.spare, IdleTimeout: 400 * time.Millisecond, DialTimeout: 2 * time.Second, Retries: -1, Backoff: time.Millisecond}}
}

// sweep sweeps and fails the test if the sweep as a whole fails.
func (w *world) sweep() *Result {
	w.t.Helper()
	res, err := w.try(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	if len(res.Feeds) != len(w.feeds) {
		w.t.Fatalf("%d feeds in the result, want %d", len(res.Feeds), len(w.feeds))
	}
	return res
}

// clean is a sweep in which nothing may fail.
func (w *world) clean() *Result {
	w.t.Helper()
	res := w.sweep()
	if res.Failed() > 0 {
		w.t.Fatalf("failed: %s", show(res))
	}
	return res
}

// names lists the deliveries of a feed as they were run, "" for none.
func names(f Feed) string {
	var out []string
	for _, d := range f.Deliveries {
		out = append(out, d.Name)
	}
	return strings.Join(out, " ")
}

// show tells what failed in a result.
func show(res *Result) string {
	var b strings.Builder
	for _, f := range res.Feeds {
		fmt.Fprintf(&b, "\n%s: %v", f.Name, f.Err)
		for _, d := range f.Deliveries {
			fmt.Fprintf(&b, "\n  %q: %v", d.Name, d.Err)
			for _, v := range d.Views {
				fmt.Fprintf(&b, "\n    %s %s: %v", v.View, v.Verdict, v.Err)
				for _, f := range v.Findings {
					fmt.Fprintf(&b, "\n      %s %q: %v", f.Signature, f.Case, f.Err)
				}
			}
		}
	}
	return b.String()
}

// snapshot is everything a sweep leaves behind: files with their sizes, what the
// state remembers of deliveries, and the counters.
func (w *world) snapshot() string {
	w.t.Helper()
	var out []string
	for _, dir := range []string{"archive", "inbox"} {
		err := filepath.WalkDir(w.dir(dir), func(p string, d fs.DirEntry, err error) error {
			rel, _ := filepath.Rel(w.root, p)
			switch {
			case os.IsNotExist(err):
				return nil
			case err != nil:
				return err
			case !d.IsDir() && strings.HasSuffix(rel, ".tmp") && strings.Contains(rel, ".new"): // likewise; the archive removes it in a day
				return nil
			case !d.IsDir():
				info, err := d.Info()
				if err != nil {
					return err
				}
				rel = fmt.Sprintf("%s %d", rel, info.Size())
			case strings.HasPrefix(d.Name(), ".tmp-"): // of a writer that was killed; golden removes it in an hour
				if time.Since(w.started(d)) > time.Hour {
					w.t.Errorf("stale %s", rel)
				}
				return fs.SkipDir
			}
			out = append(out, rel)
			return nil
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for _, f := range w.feeds {
		latest, err := w.db.Latest(w.t.Context(), f.Name, 100)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, d := range latest {
			out = append(out, fmt.Sprintf("%s %q %.8s %s", d.Feed, d.Path, d.SHA256, d.Status))
		}
	}
	counters, err := w.db.Signatures(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, c := range counters {
		rel, _ := filepath.Rel(w.root, c.Dir)
		out = append(out, fmt.Sprintf("%s %s %d %s", c.Feed, c.Signature, c.Hits, rel))
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

func (w *world) started(d fs.DirEntry) time.Time {
	info, err := d.Info()
	if err != nil {
		w.t.Fatal(err)
	}
	return info.ModTime()
}

// hits returns how often a feed's only signature was counted.
func (w *world) hits(feed string) int64 {
	w.t.Helper()
	all, err := w.db.Signatures(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	n := int64(0)
	for _, c := range all {
		if c.Feed == feed {
			n += c.Hits
		}
	}
	return n
}

// cases lists the case directories below the inbox.
func (w *world) cases() []string {
	w.t.Helper()
	found, err := filepath.Glob(w.dir("inbox/*/*"))
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// feed reads with latin-1 in the old code and utf-8 in the new.
func feed(t *testing.T, name, source string) config.Feed {
	t.Helper()
	p, err := ingest.BuiltinPair("latin1-utf8")
	if err != nil {
		t.Fatal(err)
	}
	return config.Feed{Feed: ingest.Feed{Name: name, Pair: p, Backfill: 3}, Source: config.Connection{URL: source}}
}

// drop is a supplier's directory on this machine.
type drop struct {
	t   *testing.T
	dir string
}

func newDrop(t *testing.T) drop { return drop{t, t.TempDir()} }

// put writes a file that is some days old.
func (d drop) put(name, data string, days int) {
	d.t.Helper()
	p := filepath.Join(d.dir, name)
	if err := os.WriteFile(p, []byte(data), 0o644); err != nil {
		d.t.Fatal(err)
	}
	at := night.AddDate(0, 0, -days)
	if err := os.Chtimes(p, at, at); err != nil {
		d.t.Fatal(err)
	}
}

func (d drop) remove(name string) {
	d.t.Helper()
	if err := os.Remove(filepath.Join(d.dir, name)); err != nil {
		d.t.Fatal(err)
	}
}

// serve starts a scripted FTP server.
func serve(t *testing.T, o ftptest.Options) *ftptest.Server {
	t.Helper()
	srv, err := ftptest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		faultrows.Commands(t, srv.Log())
		_ = srv.Close()
		if faultrows.Runs(t) {
			faultrows.NoDescriptors(t, "", srv.Ports()...)
		}
	})
	return srv
}

// noLeaks fails the test if more goroutines run at its end than now.
func noLeaks(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		var after int
		for end := time.Now().Add(slack); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if after = runtime.NumGoroutine(); after <= before {
				return
			}
		}
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines before, %d after\n%s", before, after, buf[:runtime.Stack(buf, true)])
	})
}

// Deliveries: one that both read alike, and one that only the old code reads.
const (
	plain  = "sku,name\r\n1,plain\r\n"
	broken = "sku,name\r\n1,plain\r\n2,caf\xe9\r\n"
)
