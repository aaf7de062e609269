package state

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/state/pgtest"
)

// TestMigrate goes from nothing to the newest version and back, step by step: what
// comes back up is what was there, and nothing stays of what went down.
func TestMigrate(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		newest := shape(t, d)
		for v := len(migrations); v >= 0; v-- {
			if err := d.Migrate(ctx, v); err != nil {
				t.Fatalf("down to %d: %v", v, err)
			}
			if now, _, err := d.Versions(ctx); err != nil || now != v {
				t.Fatalf("version %d, %v; want %d", now, err, v)
			}
		}
		if left := shape(t, d); len(left) > 0 {
			t.Errorf("left of it: %v", left)
		}
		if err := d.Migrate(ctx, len(migrations)); err != nil {
			t.Fatal(err)
		}
		if again := shape(t, d); !reflect.DeepEqual(again, newest) {
			t.Errorf("up again: %v\nwant %v", again, newest)
		}
		if err := d.Migrate(ctx, len(migrations)+1); err == nil {
			t.Error("a version that nobody knows")
		}
	})
}

// TestMigrateOutcomes: what is recorded is there after the way down and up again.
func TestMigrateOutcomes(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		run, err := d.Begin(ctx, "", "e", t0)
		if err != nil {
			t.Fatal(err)
		}
		k := Key{Feed: "acme", SHA256: "s1", View: ingest.Raw, Settings: "x", Engine: "e"}
		later := k
		later.SHA256 = "a0"
		for i, o := range []Outcome{{Key: k, Charset: "cp1252", Verdict: ingest.Parity}, {Key: later, Charset: "cp1250", Verdict: ingest.Diverge, Severity: ingest.Silent}} {
			if _, err := d.Record(ctx, run, "out/a.csv", []Outcome{o}, t0.Add(time.Duration(i)*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		want, err := d.Verdicts(ctx, k, "s1", "a0")
		if err != nil || len(want) != 2 {
			t.Fatalf("%v, %v", want, err)
		}
		for _, v := range []int{len(migrations) - 1, len(migrations)} {
			if err := d.Migrate(ctx, v); err != nil {
				t.Fatal(err)
			}
			got, err := d.Verdicts(ctx, k, "s1", "a0")
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("version %d: %v, %v, want %v", v, got, err, want)
			}
			if charset, err := d.LastCharset(ctx, "acme"); charset != "cp1250" || err != nil {
				t.Errorf("version %d: last charset %q, %v", v, charset, err)
			}
		}
	})
}

// shape is every table, column and index of a state, but for the mark of its version.
func shape(t *testing.T, d *DB) []string {
	t.Helper()
	query := "SELECT m.name || ' ' || coalesce(c.name || ' ' || c.type, m.sql) FROM sqlite_schema m LEFT JOIN pragma_table_info(m.name) c WHERE m.sql <> '' ORDER BY 1"
	if pg, ok := d.kind.(postgresSchema); ok {
		query = fmt.Sprintf(`SELECT table_name || ' ' || column_name || ' ' || data_type FROM information_schema.columns WHERE table_schema = '%[1]s' AND table_name <> 'feedparity_version'
			UNION SELECT indexdef FROM pg_indexes WHERE schemaname = '%[1]s' AND tablename <> 'feedparity_version' ORDER BY 1`, pg.schema)
	}
	out, err := rows(ctx, d.q(), func(scan func(...any) error) (string, error) {
		var s string
		err := scan(&s)
		return s, err
	}, query)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestOpenRefusesPostgres: what is newer, or another's, is left alone.
func TestOpenRefusesPostgres(t *testing.T) {
	made := func(sql string) string {
		name := pgtest.URL(t)
		d := open(t, name)
		if _, err := d.db.Exec(sql); err != nil {
			t.Fatal(err)
		}
		return name
	}
	secret := strings.Replace(pgtest.TCP(t), "feedparity@", "feedparity:hunter2@", 1)
	for _, tt := range []struct {
		name, url string
		want      error
	}{
		{"newer", made("UPDATE feedparity_version SET version = 99"), ErrNewer},
		{"tables of another's", made("DROP TABLE feedparity_version"), ErrForeign},
		{"no server", "postgres://nobody@127.0.0.1:1/none?sslmode=disable", nil},
		{"wrong password", pgtest.TCP(t), nil},
		{"password written out", secret, ErrPassword},
		{"password as an argument", "postgres://u@h/d?password=hunter2", ErrPassword},
		{"malformed", "postgres://u:hunter2@h:port/d", nil},
	} {
		d, err := OpenWith(ctx, tt.url, Options{Password: "hunter2"})
		if err == nil {
			d.Close()
		}
		var open *OpenError
		if !errors.As(err, &open) || tt.want != nil && !errors.Is(err, tt.want) || open.Hint == "" || strings.Contains(err.Error()+open.Hint, "hunter2") {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
		}
	}
	d, err := OpenWith(ctx, pgtest.TCP(t), Options{Password: pgtest.Password})
	if err != nil {
		t.Fatalf("with the right password: %v", err)
	}
	d.Close()
}

// TestLookMany: more files than one statement names are answered in their order.
func TestLookMany(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		var entries []Entry
		for i := range 2*atOnce + 7 {
			entries = append(entries, Entry{Path: fmt.Sprintf("%d\xff", i), Size: int64(i), MTime: t0, Precision: PrecisionSecond})
		}
		var odd []Entry
		for i := 1; i < len(entries); i += 2 {
			odd = append(odd, entries[i])
		}
		if err := d.FirstSight(ctx, "acme", t0, odd...); err != nil {
			t.Fatal(err)
		}
		got, err := recalled(d, "acme", entries...)
		if err != nil || len(got) != len(entries) {
			t.Fatalf("%d answers, %v", len(got), err)
		}
		for i, s := range got {
			want := Seeing{News: New}
			if i%2 == 1 {
				want = Seeing{Seen, Delivery{Entry: entries[i], Feed: "acme", Status: Processed, FirstSeen: t0, LastSeen: t0, Fetched: t0}}
			}
			if !reflect.DeepEqual(s, want) {
				t.Fatalf("%d: %+v, want %+v", i, s, want)
			}
		}
		if err := d.Touch(ctx, t0.Add(time.Hour), Listed{"acme", odd}); err != nil {
			t.Fatal(err)
		}
		if got, err = recalled(d, "acme", odd...); err != nil || slices.ContainsFunc(got, func(s Seeing) bool { return !s.Was.LastSeen.Equal(t0.Add(time.Hour)) }) {
			t.Errorf("not all were touched: %v", err)
		}
		if err := d.Touch(ctx, t0, Listed{Feed: "acme"}); err != nil {
			t.Error(err)
		}
		if err := d.Fetched(ctx, "acme", entries[0], "sha", 1, t0); err != nil {
			t.Fatal(err)
		}
		if got, err := d.Recall(ctx, 5, Listed{Feed: "acme"}, Listed{Feed: "beta"}); err != nil || len(got["acme"].Unfinished) != 1 || got["acme"].Unfinished[0].Path != entries[0].Path {
			t.Errorf("unfinished: %+v, %v", got, err)
		}
	})
}

// recalled asks what listed files of a feed are.
func recalled(d *DB, feed string, entries ...Entry) ([]Seeing, error) {
	m, err := d.Recall(ctx, 0, Listed{feed, entries})
	return m[feed].Look(entries...), err
}

// TestRecallMany: each of more feeds than one statement asks for has its own memory.
func TestRecallMany(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		var listed []Listed
		for f := range 2*feedsAtOnce + 3 {
			l := Listed{Feed: fmt.Sprintf("feed%03d", f)}
			for i := range 3 {
				l.Entries = append(l.Entries, Entry{Path: fmt.Sprintf("%d.csv", i), Size: int64(f), MTime: t0.Add(-time.Duration(i) * time.Hour), Precision: PrecisionSecond})
			}
			listed = append(listed, l)
			if f%2 == 0 {
				continue
			}
			for _, e := range l.Entries {
				if err := d.Fetched(ctx, l.Feed, e, "sha", int64(f), t0); err != nil {
					t.Fatal(err)
				}
			}
		}
		got, err := d.Recall(ctx, 2, listed...)
		if err != nil {
			t.Fatal(err)
		}
		for f, l := range listed {
			m := got[l.Feed]
			if known := f%2 == 1; m.Known != known || (len(m.Unfinished) == 2) != known {
				t.Fatalf("%s: %+v", l.Feed, m)
			} else if known && (m.Unfinished[0].Path != "1.csv" || m.Unfinished[1].Path != "0.csv" || m.Unfinished[0].Bytes != int64(f)) {
				t.Fatalf("%s: not the two latest, oldest first: %+v", l.Feed, m.Unfinished)
			}
			for _, s := range m.Look(l.Entries...) {
				if want := []News{New, Unfinished}[f%2]; s.News != want {
					t.Fatalf("%s: %+v, want %s", l.Feed, s, want)
				}
			}
		}
	})
}

// TestText: what PostgreSQL takes for no text does not cost a delivery its record.
func TestText(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		e := Entry{Path: "a\x00\xff", ETag: "\x00\xff"}
		if err := d.Fetched(ctx, "acme", e, "sha", 0, t0); err != nil {
			t.Fatal(err)
		}
		o := Outcome{Key: key("sha"), Verdict: "parity", Error: "\xe9\x00", Findings: []Finding{{Signature: "x\xe9"}}}
		if _, err := d.Record(ctx, begin(t, d), e.Path, []Outcome{o}, t0); err != nil {
			t.Fatal(err)
		}
		if got, err := recalled(d, "acme", Entry{Path: e.Path}); err != nil || got[0].News != Seen {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// TestOneSweepOnPostgres: the lock is held across processes and goes with its process.
func TestOneSweepOnPostgres(t *testing.T) {
	if name := os.Getenv("FEEDPARITY_TEST_ALONE"); name != "" {
		d, l, err := OpenAlone(ctx, name, Options{})
		if err != nil {
			os.Exit(1)
		}
		defer d.Close()
		defer l.Release()
		os.Stdout.WriteString("locked\n")
		time.Sleep(time.Hour)
	}
	name := pgtest.URL(t)
	holder := exec.Command(os.Args[0], "-test.run=^TestOneSweepOnPostgres$")
	holder.Env = append(os.Environ(), "FEEDPARITY_TEST_ALONE="+name)
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
	if _, _, err := OpenAlone(ctx, name, Options{}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("pid %d at local since 20", holder.Process.Pid)) {
		t.Errorf("a second sweep: %v", err)
	}
	d, l, err := OpenAlone(ctx, pgtest.URL(t), Options{})
	if err != nil {
		t.Fatalf("in another schema: %v", err)
	}
	l.Release()
	d.Close()
	holder.Process.Kill()
	holder.Wait()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		d, l, err := OpenAlone(ctx, name, Options{})
		if err == nil {
			l.Release()
			d.Close()
			return
		}
		if !errors.Is(err, ErrLocked) || time.Now().After(end) {
			t.Fatalf("after the holder was killed: %v", err)
		}
	}
}

// TestLockedOutMigratesNothing: the sweep that runs may be an older feedparity's, on its own
// tables; the one that finds it running leaves them alone, and so one that cannot migrate the lock.
func TestLockedOutMigratesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, name func() string) {
		at := name()
		d, lock, err := OpenAlone(ctx, at, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		older := len(migrations) - 1
		if err := d.Migrate(ctx, older); err != nil {
			t.Fatal(err)
		}
		if _, _, err := OpenAlone(ctx, at, Options{}); !errors.Is(err, ErrLocked) {
			t.Errorf("the second: %v", err)
		}
		if now, _, err := d.Versions(ctx); err != nil || now != older {
			t.Errorf("the tables are of version %d, want %d; %v", now, older, err)
		}
		lock.Release()
		if err := d.kind.mark(ctx, d.q(), len(migrations)+1); err != nil {
			t.Fatal(err)
		}
		if _, _, err := OpenAlone(ctx, at, Options{}); !errors.Is(err, ErrNewer) {
			t.Errorf("of a newer version: %v", err)
		}
		if err := d.kind.mark(ctx, d.q(), older); err != nil {
			t.Fatal(err)
		}
		next, lock, err := OpenAlone(ctx, at, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if now, newest, err := next.Versions(ctx); err != nil || now != newest {
			t.Errorf("when it is over: version %d of %d, %v", now, newest, err)
		}
		lock.Release()
		next.Close()
	})
}

// TestLocks: a name is held once, by whichever process, until it is freed.
func TestLocks(t *testing.T) {
	onBoth(t, func(t *testing.T, name func() string) {
		d := open(t, name())
		hold := func() *Locks {
			l, err := d.Locks(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		try := func(l *Locks, name string, want bool) {
			t.Helper()
			if got, err := l.Try(ctx, name); err != nil || got != want {
				t.Errorf("%s: %v, %v; want %v", name, got, err, want)
			}
		}
		a, fleet := hold(), d.config != nil
		try(a, "x", true)
		try(a, "x", false)
		b := hold()
		try(b, "x", !fleet) // a file is one process's
		try(b, "y", true)
		a.Free("x")
		b.Free("x")
		try(b, "x", true)
		b.Close()
		try(a, "x", true)
		a.Close()
		if !fleet {
			return
		}
		c := hold()
		defer c.Close()
		try(c, "x", true)
		try(c, "y", true)
	})
}
