package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/state/pgtest"
)

var (
	ctx = context.Background()
	t0  = time.Date(2026, 11, 22, 3, 4, 5, 0, time.UTC)
)

func open(t *testing.T, path string) *DB {
	t.Helper()
	d, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// onBoth runs a test on a file and on PostgreSQL; new makes the name of an empty state.
func onBoth(t *testing.T, test func(t *testing.T, name func() string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		test(t, func() string { return filepath.Join(t.TempDir(), "a b?%20é#", "state.db") })
	})
	t.Run("postgres", func(t *testing.T) { test(t, func() string { return pgtest.URL(t) }) })
}

// onFresh is onBoth with an empty state that is open.
func onFresh(t *testing.T, test func(t *testing.T, d *DB)) {
	t.Helper()
	onBoth(t, func(t *testing.T, name func() string) { test(t, open(t, name())) })
}

func TestLook(t *testing.T) { onFresh(t, testLook) }

func testLook(t *testing.T, d *DB) {
	seen := Entry{Path: "in/\xe9.csv", Size: 10, MTime: t0, Precision: PrecisionMinute, ETag: "x"}
	edit := func(f func(*Entry)) Entry { e := seen; f(&e); return e }
	look := func(what string, e Entry, want News) {
		t.Helper()
		if got, err := recalled(d, "acme", e); err != nil || got[0].News != want {
			t.Errorf("%s: %+v, %v; want %q", what, got, err, want)
		}
	}
	look("never seen", seen, New)
	if err := d.Fetched(ctx, "acme", seen, "sha", 10, t0); err != nil {
		t.Fatal(err)
	}
	look("fetched, then the power failed", seen, Unfinished)
	if _, err := d.Record(ctx, begin(t, d), seen.Path, []Outcome{{Key: key("sha"), Verdict: ingest.Parity}}, t0); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		e    Entry
		want News
	}{
		{"as it was", seen, Seen},
		{"another size", edit(func(e *Entry) { e.Size = 11 }), Changed},
		{"size not shown", edit(func(e *Entry) { e.Size = -1 }), Seen},
		{"a second later, of a minute's precision", edit(func(e *Entry) { e.MTime = t0.Add(time.Second); e.Precision = PrecisionSecond }), Seen},
		{"a minute later", edit(func(e *Entry) { e.MTime = t0.Add(time.Minute) }), Changed},
		{"an hour earlier", edit(func(e *Entry) { e.MTime = t0.Add(-time.Hour) }), Changed},
		{"only the day is shown now", edit(func(e *Entry) { e.MTime = t0.Truncate(24 * time.Hour); e.Precision = PrecisionDay }), Seen},
		{"no time is shown now", edit(func(e *Entry) { e.MTime = time.Time{}; e.Precision = PrecisionNone }), Seen},
		{"another mark", edit(func(e *Entry) { e.ETag = "y" }), Changed},
		{"no mark", edit(func(e *Entry) { e.ETag = "" }), Seen},
		{"another path, an old time", edit(func(e *Entry) { e.Path = "in/\xe8.csv"; e.MTime = t0.AddDate(-1, 0, 0) }), New},
	} {
		look(tt.name, tt.e, tt.want)
	}
	if got, err := recalled(d, "beta", seen); err != nil || got[0].News != New {
		t.Errorf("another feed's memory: %+v, %v", got, err)
	}
}

// TestLookUnique: a mark that tells files apart counts where nothing else does, of what was taken.
func TestLookUnique(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "state.db"))
	mark := func(p string, size int64, precision Precision, mark string) Entry {
		return Entry{Path: p, Size: size, MTime: t0, Precision: precision, ETag: mark}
	}
	exact, minute, unsized := mark("exact", 10, PrecisionSecond, "unique=a"), mark("minute", 10, PrecisionMinute, "unique=a"), mark("unsized", -1, PrecisionSecond, "unique=a")
	left := mark("left out", 10, PrecisionMinute, "a") // by a version that did not say what kind of mark it is
	for _, e := range []Entry{exact, minute, unsized} {
		if err := d.Fetched(ctx, "acme", e, "sha", 10, t0); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.FirstSight(ctx, "acme", t0, left); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		is   Entry
		mark string
		want News
	}{
		{exact, "unique=a", Unfinished}, {exact, "unique=b", Unfinished}, {exact, `"b"`, Unfinished}, {minute, "unique=b", Changed}, {unsized, "unique=b", Changed},
		{minute, "unique=a", Unfinished}, {left, "unique=a", Seen}, {left, "unique=b", Seen}, {left, `"b"`, Changed},
	} {
		e := c.is
		e.ETag = c.mark
		if got, err := recalled(d, "acme", e); err != nil || got[0].News != c.want {
			t.Errorf("%s with mark %s: %+v, %v; want %q", e.Path, c.mark, got, err, c.want)
		}
	}
}

func begin(t *testing.T, d *DB) int64 {
	t.Helper()
	run, err := d.Begin(ctx, "rev", "embedded", t0)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func key(sha string) Key {
	return Key{Feed: "acme", SHA256: sha, View: ingest.Raw, Settings: "s", Revision: "r", Engine: "e"}
}

func TestDelivery(t *testing.T) { onFresh(t, testDelivery) }

func testDelivery(t *testing.T, d *DB) {
	if known, err := d.Recall(ctx, 1, Listed{Feed: "acme"}); known["acme"].Known || err != nil {
		t.Errorf("Known: %v, %v", known, err)
	}
	if _, err := d.Delivery(ctx, "acme", "x"); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("a delivery never seen: %v", err)
	}
	old := Entry{Path: "old", Size: -1, Precision: PrecisionNone}
	if err := d.FirstSight(ctx, "acme", t0, old); err != nil {
		t.Fatal(err)
	}
	late := Entry{Path: "late\xff", Size: 3, MTime: t0.Add(time.Hour), Precision: PrecisionSecond}
	if err := d.Fetched(ctx, "acme", late, "sha", 3, t0); err != nil {
		t.Fatal(err)
	}
	if err := d.Touch(ctx, t0.Add(time.Minute), Listed{"acme", []Entry{late}}); err != nil {
		t.Fatal(err)
	}
	want := Delivery{Entry: late, Feed: "acme", SHA256: "sha", Bytes: 3, Status: Fetched, FirstSeen: t0, LastSeen: t0.Add(time.Minute), Fetched: t0}
	if got, err := d.Delivery(ctx, "acme", late.Path); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
	if got, err := recalled(d, "acme", old); err != nil || got[0].News != Seen {
		t.Errorf("skipped: %+v, %v", got, err)
	}
	if got, err := d.Latest(ctx, "acme", 1); err != nil || len(got) != 1 || got[0].Path != late.Path {
		t.Errorf("Latest: %+v, %v", got, err)
	}
	// The same path with other bytes is a delivery of its own, not processed yet.
	if err := d.Fetched(ctx, "acme", late, "sha2", 3, t0.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Delivery(ctx, "acme", late.Path); err != nil || got.SHA256 != "sha2" || got.Status != Fetched || !got.FirstSeen.Equal(t0) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRecordCountsOnce(t *testing.T) { onFresh(t, testRecordCountsOnce) }

func testRecordCountsOnce(t *testing.T, d *DB) {
	run := begin(t, d)
	if err := d.Fetched(ctx, "acme", Entry{Path: "p", Size: 1}, "sha", 1, t0); err != nil {
		t.Fatal(err)
	}
	outcomes := []Outcome{
		{Key: key("sha"), Verdict: ingest.Diverge, Findings: []Finding{{Signature: "mojibake x", Cause: "mojibake", Dir: "acme/mojibake-1"}, {Signature: "lone-cr", Cause: "lone-cr"}}},
		{Key: key("sha"), Verdict: ingest.Parity},
	}
	outcomes[1].View = ingest.Normalized
	for i, want := range [][]string{{"mojibake x", "lone-cr"}, nil} { // the second: a doubled worker
		got, err := d.Record(ctx, run, "p", outcomes, t0.Add(time.Duration(i)*time.Hour))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("record %d: fresh %v, %v; want %v", i, got, err, want)
		}
	}
	c, ok, err := d.Signature(ctx, "acme", "mojibake x")
	if want := (Counter{"acme", "mojibake x", "mojibake", t0, t0, 1, "acme/mojibake-1"}); err != nil || !ok || c != want {
		t.Errorf("%+v, %v, %v; want %+v", c, ok, err, want)
	}
	outcomes[0].SHA256, outcomes[0].Findings[0].Dir = "sha2", ""
	if got, err := d.Record(ctx, run, "p", outcomes[:1], t0.Add(24*time.Hour)); err != nil || got != nil {
		t.Errorf("another delivery with known signatures: fresh %v, %v", got, err)
	}
	all, err := d.Signatures(ctx)
	if err != nil || len(all) != 2 || all[1].Hits != 2 || !all[1].LastSeen.Equal(t0.Add(24*time.Hour)) || all[1].Dir != "acme/mojibake-1" {
		t.Errorf("%+v, %v", all, err)
	}
	if _, ok, err := d.Signature(ctx, "beta", "mojibake x"); ok || err != nil {
		t.Errorf("another feed's signature: %v, %v", ok, err)
	}
	if err := d.End(ctx, run, "ok", t0); err != nil {
		t.Error(err)
	}
}

// TestLastCharset: the latest delivery that says something decides.
func TestLastCharset(t *testing.T) { onFresh(t, testLastCharset) }

func testLastCharset(t *testing.T, d *DB) {
	run := begin(t, d)
	for i, c := range []struct {
		sha, charset string
		verdict      ingest.Verdict
		want         string
	}{
		{"1", "cp1250", ingest.NotCompared, ""}, {"2", "cp1252", ingest.Parity, "cp1252"}, {"3", "ascii", ingest.Parity, "cp1252"}, {"4", "cp1250", ingest.Diverge, "cp1250"},
	} {
		o := Outcome{Key: key(c.sha), Charset: c.charset, Verdict: c.verdict}
		if _, err := d.Record(ctx, run, "p", []Outcome{o}, t0.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got, err := d.LastCharset(ctx, "acme"); err != nil || got != c.want {
			t.Errorf("after %s: %q, %v; want %q", c.sha, got, err, c.want)
		}
	}
	if got, err := d.LastCharset(ctx, "beta"); err != nil || got != "" {
		t.Errorf("another feed: %q, %v", got, err)
	}
}

func TestNotComparedIsRunAgain(t *testing.T) { onFresh(t, testNotComparedIsRunAgain) }

func testNotComparedIsRunAgain(t *testing.T, d *DB) {
	run := begin(t, d)
	e := Entry{Path: "p", Size: 1}
	if err := d.Fetched(ctx, "acme", e, "sha", 1, t0); err != nil {
		t.Fatal(err)
	}
	o := Outcome{Key: key("sha"), Verdict: ingest.NotCompared, Error: "import error"}
	for i, verdict := range []ingest.Verdict{ingest.NotCompared, ingest.Parity} {
		if has, err := d.Has(ctx, o.Key); has || err != nil {
			t.Errorf("%d: Has %v, %v", i, has, err)
		}
		o.Verdict = verdict
		if _, err := d.Record(ctx, run, "p", []Outcome{o}, t0); err != nil {
			t.Fatal(err)
		}
		seeing, err := recalled(d, "acme", e)
		if want := []News{Unfinished, Seen}[i]; err != nil || seeing[0].News != want {
			t.Errorf("%d: %+v, %v; want %q", i, seeing, err, want)
		}
	}
	if has, err := d.Has(ctx, o.Key); !has || err != nil {
		t.Errorf("Has %v, %v", has, err)
	}
	o.View = ingest.Normalized
	for i, want := range []bool{false, true} { // of the second view
		all, err := d.Verdicts(ctx, o.Key, "sha", "another")
		if whole := len(all["sha"]) == 2 && all["sha"][0].Verdict == ingest.Parity && all["sha"][1].Verdict == ingest.Parity; err != nil || whole != want || all["another"] != nil {
			t.Errorf("%d: Verdicts %v, %v", i, all, err)
		}
		if _, err := d.Record(ctx, run, "p", []Outcome{o}, t0); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRecordIsOneTransaction makes the last statement of a Record fail.
func TestRecordIsOneTransaction(t *testing.T) { onFresh(t, testRecordIsOneTransaction) }

func testRecordIsOneTransaction(t *testing.T, d *DB) {
	run := begin(t, d)
	trigger := "CREATE TRIGGER full BEFORE INSERT ON signatures WHEN new.signature = 'b' BEGIN SELECT raise(ABORT, 'disk is full'); END"
	if d.config != nil {
		trigger = "ALTER TABLE signatures ADD CHECK (signature <> 'b')"
	}
	if _, err := d.db.Exec(trigger); err != nil {
		t.Fatal(err)
	}
	o := Outcome{Key: key("sha"), Verdict: ingest.Diverge, Findings: []Finding{{Signature: "a"}, {Signature: "b"}}}
	if fresh, err := d.Record(ctx, run, "p", []Outcome{o}, t0); err == nil || fresh != nil {
		t.Fatalf("fresh %v, %v; want an error", fresh, err)
	}
	if has, err := d.Has(ctx, o.Key); has || err != nil {
		t.Errorf("half a record stays: %v, %v", has, err)
	}
	if all, err := d.Signatures(ctx); len(all) > 0 || err != nil {
		t.Errorf("counters of half a record: %+v, %v", all, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	file := func(name, sql string) string {
		name = filepath.Join(t.TempDir(), name)
		d, err := Open(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.db.Exec(sql); err != nil {
			t.Fatal(err)
		}
		d.Close()
		return name
	}
	garbage := filepath.Join(t.TempDir(), "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("sku,qty\n", 1000)), 0o666); err != nil {
		t.Fatal(err)
	}
	torn := file("torn.db", "PRAGMA wal_checkpoint(TRUNCATE)")
	data, err := os.ReadFile(torn)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(torn, append(data[:4096:4096], make([]byte, len(data)-4096)...), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, path string
		want       error
	}{
		{"newer", file("newer.db", "PRAGMA user_version = 99"), ErrNewer},
		{"another program's", file("foreign.db", "PRAGMA application_id = 7"), ErrForeign},
		{"unmarked, with tables", file("tables.db", "PRAGMA application_id = 0"), ErrForeign},
		// What is not in WAL mode would be put into it by being opened.
		{"another program's, with a journal", file("journal.db", "PRAGMA application_id = 7; PRAGMA journal_mode = DELETE"), ErrForeign},
		{"a newer copy", file("copy.db", "PRAGMA user_version = 99; PRAGMA journal_mode = DELETE"), ErrNewer},
		{"no database", garbage, ErrCorrupt},
		{"pages of zeros", torn, ErrCorrupt},
		{"a directory", t.TempDir(), nil},
	} {
		before, _ := os.ReadFile(tt.path)
		_, err := Open(ctx, tt.path)
		var open *OpenError
		if !errors.As(err, &open) || tt.want != nil && (!errors.Is(err, tt.want) || open.Hint == "") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
		}
		if _, _, err := Examine(ctx, tt.path, Options{}); tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: examined: %v, want %v", tt.name, err, tt.want)
		}
		if after, _ := os.ReadFile(tt.path); string(after) != string(before) {
			t.Errorf("%s: the file was changed", tt.name)
		}
	}
}

func TestReopenKeeps(t *testing.T) { onBoth(t, testReopenKeeps) }

func testReopenKeeps(t *testing.T, name func() string) {
	path := name()
	d := open(t, path)
	if err := d.Fetched(ctx, "acme", Entry{Path: "p"}, "sha", 0, t0); err != nil {
		t.Fatal(err)
	}
	// Another process opens the file while this one has it, as after a kill.
	again := open(t, path)
	if got, err := again.Delivery(ctx, "acme", "p"); err != nil || got.SHA256 != "sha" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestConcurrentOpenAndWrite(t *testing.T) { onBoth(t, testConcurrentOpenAndWrite) }

func testConcurrentOpenAndWrite(t *testing.T, name func() string) {
	path := name()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			d, err := Open(ctx, path)
			if err != nil {
				t.Error(err)
				return
			}
			defer d.Close()
			for range 10 {
				run, err := d.Begin(ctx, "", "", t0)
				if err != nil {
					t.Error(err)
					return
				}
				o := Outcome{Key: key("sha"), Verdict: ingest.Diverge, Findings: []Finding{{Signature: "a"}}}
				if _, err := d.Record(ctx, run, "p", []Outcome{o}, t0); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if c, ok, err := open(t, path).Signature(ctx, "acme", "a"); !ok || err != nil || c.Hits != 1 {
		t.Errorf("%+v, %v, %v; want one hit", c, ok, err)
	}
}

// TestLock holds the lock in another process and kills it.
func TestLock(t *testing.T) {
	if path := os.Getenv("FEEDPARITY_TEST_LOCK"); path != "" {
		l, err := Acquire(path)
		if err != nil {
			os.Exit(1)
		}
		defer l.Release() // a lock that nothing refers to any more is closed with its file
		os.Stdout.WriteString("locked\n")
		time.Sleep(time.Hour)
	}
	path := filepath.Join(t.TempDir(), "state.db")
	holder := exec.Command(os.Args[0], "-test.run=^TestLock$")
	holder.Env = append(os.Environ(), "FEEDPARITY_TEST_LOCK="+path)
	out, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := out.Read(make([]byte, 16)); n == 0 {
		t.Fatal(err)
	}
	if _, err := Acquire(path); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "another sweep is running (pid ") {
		t.Errorf("a second sweep: %v", err)
	}
	holder.Process.Kill()
	holder.Wait()
	l, err := Acquire(path)
	if err != nil {
		t.Fatalf("after the holder was killed: %v", err)
	}
	if _, err := Acquire(path); !errors.Is(err, ErrLocked) {
		t.Errorf("twice in one process: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
	if l, err = Acquire(path); err != nil {
		t.Errorf("after a release: %v", err)
	} else {
		l.Release()
	}
}

// TestNoise: noise is remembered with what it was found under, as it was named first.
func TestNoise(t *testing.T) { onFresh(t, testNoise) }

func testNoise(t *testing.T, d *DB) {
	o := Outcome{Key: key("sha"), Verdict: ingest.Parity, Severity: ingest.Info, Noise: []ingest.Noise{{Column: "words", Kind: ingest.NoiseHashOrder}, {Column: "at", Kind: ingest.NoiseClock}}}
	again := o
	again.View, again.Noise = ingest.Normalized, []ingest.Noise{{Column: "words", Kind: ingest.NoiseState}}
	if _, err := d.Record(ctx, begin(t, d), "x", []Outcome{o, again}, t0); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		feed, settings, revision string
		want                     []ingest.Noise
	}{
		{"acme", "s", "r", []ingest.Noise{{Column: "at", Kind: ingest.NoiseClock}, {Column: "words", Kind: ingest.NoiseHashOrder}}},
		{"other", "s", "r", nil}, {"acme", "t", "r", nil}, {"acme", "s", "q", nil},
	} {
		if got, err := d.Noise(ctx, tt.feed, tt.settings, tt.revision); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%+v: %v, %v", tt, got, err)
		}
	}
}

// TestLasts: what is to survive a power cut is synced when it is committed, in a file; the
// rest, and what a queue does on the same connection, is not.
func TestLasts(t *testing.T) {
	d, err := Open(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	const normal, full = 1, 2
	asked := func(row *sql.Row) (level int) {
		t.Helper()
		if err := row.Scan(&level); err != nil {
			t.Fatal(err)
		}
		return level
	}
	within := func(transact func(context.Context, func(Tx) error) error) (level int) {
		t.Helper()
		err := transact(t.Context(), func(tx Tx) error {
			level = asked(tx.SQL.QueryRowContext(t.Context(), "PRAGMA synchronous"))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return level
	}
	for range 2 { // the second time on a connection that has done both
		if got := within(d.Transact); got != full {
			t.Errorf("Transact: synchronous = %d, want FULL", got)
		}
		if got := asked(d.SQL().QueryRowContext(t.Context(), "PRAGMA synchronous")); got != normal {
			t.Errorf("beside it: synchronous = %d, want NORMAL", got)
		}
		if got := within(d.TransactSoon); got != normal {
			t.Errorf("TransactSoon: synchronous = %d, want NORMAL", got)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	_ = d.Transact(ctx, func(Tx) error { cancel(); return ctx.Err() })
	if got := within(d.TransactSoon); got != normal {
		t.Errorf("after one that was cancelled: synchronous = %d, want NORMAL", got)
	}
}

// TestPrivate: a file and what SQLite puts beside it are their user's alone, and an
// operator who has opened one to others is not overruled.
func TestPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes on this system")
	}
	path := filepath.Join(t.TempDir(), "state.db")
	for _, want := range []os.FileMode{0o600, 0o640} {
		d := open(t, path)
		begin(t, d)
		for _, suffix := range []string{"", "-wal"} {
			if info, err := os.Stat(path + suffix); err != nil || info.Mode().Perm() != want {
				t.Errorf("state.db%s: %v, %v, want %v", suffix, info, err, want)
			}
		}
		if err := errors.Join(d.Close(), os.Chmod(path, 0o640)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestExamine: to look at a state makes none and brings none up to date.
func TestExamine(t *testing.T) {
	onBoth(t, func(t *testing.T, name func() string) {
		path := name()
		look := func(want int) {
			t.Helper()
			if now, newest, err := Examine(ctx, path, Options{}); err != nil || now != want || newest != len(migrations) {
				t.Errorf("version %d of %d, %v, want %d", now, newest, err, want)
			}
		}
		look(0)
		if _, err := os.Stat(path); err == nil {
			t.Error("it was made")
		}
		d := open(t, path)
		look(len(migrations))
		if err := d.Migrate(ctx, 3); err != nil {
			t.Fatal(err)
		}
		look(3)
		look(3)
	})
}

// TestCopyOpens: a copy that is not in WAL mode is ours all the same.
func TestCopyOpens(t *testing.T) {
	dir := t.TempDir()
	copied := filepath.Join(dir, "copy.db")
	d := open(t, filepath.Join(dir, "state.db"))
	begin(t, d)
	if _, err := d.db.Exec("VACUUM INTO ?", copied); err != nil {
		t.Fatal(err)
	}
	if writtenAhead(copied) {
		t.Fatal("the copy is in WAL mode")
	}
	if _, ok, err := open(t, copied).LastRun(ctx); err != nil || !ok {
		t.Errorf("%v, %v", ok, err)
	}
}

// TestPageSize: a new file has pages that hold more than a dozen keys, one that is there
// keeps what it has, and as many bytes are copied from its log at once.
func TestPageSize(t *testing.T) {
	for _, c := range []struct {
		has  int // 0 for no file
		want int
	}{{0, pageSize}, {4096, 4096}, {512, 512}, {65536, 65536}} {
		path := filepath.Join(t.TempDir(), "state.db")
		if c.has > 0 {
			db, err := sql.Open("sqlite", fileURL(path, url.Values{"_pragma": {fmt.Sprintf("page_size(%d)", c.has)}}))
			if err == nil {
				_, err = db.Exec("PRAGMA journal_mode = WAL")
			}
			if err != nil {
				t.Fatal(err)
			}
			db.Close()
		}
		d, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		var size, pages int
		err = errors.Join(d.SQL().QueryRow("PRAGMA page_size").Scan(&size), d.SQL().QueryRow("PRAGMA wal_autocheckpoint").Scan(&pages))
		if err != nil || size != c.want || size*pages != 16<<20 || pageSizeOf(path) != size {
			t.Errorf("of a file of %d: pages of %d, %d at once, taken for %d; %v", c.has, size, pages, pageSizeOf(path), err)
		}
		d.Close()
	}
}
