package state

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// Around the version from which a file has outcomes in the order in which they came.
const (
	keyed   = 10
	arrived = 11
)

// TestMigrateManyOutcomes: of thousands of outcomes of random keys the ways down and up lose
// and double none, each field is what it was, and outcomes of either version go both ways.
func TestMigrateManyOutcomes(t *testing.T) {
	onFresh(t, func(t *testing.T, d *DB) {
		m := &migrated{t: t, d: d, run: begin(t, d), rnd: rand.New(rand.NewPCG(11, 10)), has: map[Key]bool{}}
		m.to(arrived)
		m.add(3000)
		m.check("new")
		for range 2 {
			m.to(keyed)
			m.sort() // there, no row tells when it came
			m.check("down")
			m.add(300)
			m.sort()
			m.check("down, and more")
			m.to(arrived)
			m.check("up")
			m.add(300)
			m.check("up, and more")
		}
	})
}

// migrated is a state with the outcomes that it should have, in their order.
type migrated struct {
	t    *testing.T
	d    *DB
	run  int64
	rnd  *rand.Rand
	has  map[Key]bool
	want []*filed
}

func (m *migrated) to(version int) {
	m.t.Helper()
	if err := m.d.Migrate(ctx, version); err != nil {
		m.t.Fatalf("to version %d: %v", version, err)
	}
}

// add records outcomes that are new.
func (m *migrated) add(n int) {
	m.t.Helper()
	var fresh []*filed
	for len(fresh) < n {
		if o := m.random(); !m.has[o.Key] {
			m.has[o.Key] = true
			fresh = append(fresh, &o)
		}
	}
	m.record(fresh, int64(n))
	m.want = append(m.want, fresh...)
}

func (m *migrated) record(all []*filed, want int64) {
	m.t.Helper()
	var added int64
	err := m.d.Transact(ctx, func(tx Tx) error {
		return inserts(all, func(f *filed) Key { return f.Key }, func(some []*filed) error {
			n, err := addOutcomes(ctx, tx.q, m.run, some)
			added += n
			return err
		})
	})
	if err != nil || added != want {
		m.t.Fatalf("recorded %d of %d outcomes, want %d: %v", added, len(all), want, err)
	}
}

// random draws an outcome. Its key is of few values, so that many keys differ in one of
// their columns only, whichever it is.
func (m *migrated) random() filed {
	one := func(of ...string) string { return of[m.rnd.IntN(len(of))] }
	k := Key{Feed: one("acme", "acm", "øre", "b c"), SHA256: fmt.Sprintf("%064x", m.rnd.Uint64N(300)<<55), View: ingest.View(one("raw", "normalized")),
		Settings: one("s", "t", "S"), Revision: one("", "r", "q"), Engine: one("embedded 1", "embedded 2")}
	path := make([]byte, 1+m.rnd.IntN(40))
	for i := range path {
		path[i] = byte(m.rnd.Uint32())
	}
	o := Outcome{Key: k, Charset: one("", "ascii", "cp1252", "utf-8"), Pair: one("", "naive", "é"), Verdict: ingest.Verdict(one("parity", "agree-empty", "agree-fault", "diverge")),
		Severity: ingest.Severity(m.rnd.IntN(int(ingest.Info) + 1)), Error: strings.Repeat(one("", "line 1\nline 2", "'\"%\\ ☂"), m.rnd.IntN(200))}
	return filed{string(path), time.Unix(0, m.rnd.Int64()), o}
}

// sort brings what is wanted into the order of the keys.
func (m *migrated) sort() {
	slices.SortFunc(m.want, func(a, b *filed) int {
		return cmp.Or(cmp.Compare(a.Feed, b.Feed), cmp.Compare(a.SHA256, b.SHA256), cmp.Compare(a.View, b.View),
			cmp.Compare(a.Settings, b.Settings), cmp.Compare(a.Revision, b.Revision), cmp.Compare(a.Engine, b.Engine))
	})
}

// check compares the table with what is wanted: its rows one by one, and in a file their
// order and the indexes, too. To record some of them again changes nothing.
func (m *migrated) check(when string) {
	m.t.Helper()
	now, _, err := m.d.Versions(ctx)
	if err != nil {
		m.t.Fatal(err)
	}
	want, order := slices.Clone(m.want), "feed, sha256, view, settings, revision, engine"
	switch {
	case m.d.config != nil:
		(&migrated{want: want}).sort()
	case now >= arrived:
		order = "rowid"
	}
	got := m.rows(order)
	if len(got) != len(want) {
		m.t.Fatalf("%s: %d outcomes, want %d", when, len(got), len(want))
	}
	for i, o := range want {
		row := []any{o.Feed, o.SHA256, string(o.View), o.Settings, o.Revision, o.Engine, m.run, []byte(o.path), o.at.UnixNano(), o.Charset, o.Pair, string(o.Verdict), o.Severity.String(), o.Error}
		if !reflect.DeepEqual(got[i], row) {
			m.t.Fatalf("%s: outcome %d is %q, want %q", when, i, got[i], row)
		}
	}
	m.record(m.want[:300], 0)
	if m.d.config == nil {
		var sound string
		if err := m.d.db.QueryRow("PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
			m.t.Errorf("%s: integrity %q, %v", when, sound, err)
		}
	}
}

func (m *migrated) rows(order string) [][]any {
	m.t.Helper()
	out, err := rows(ctx, m.d.q(), func(scan func(...any) error) ([]any, error) {
		row, to := make([]any, 14), make([]any, 14)
		for i := range row {
			to[i] = &row[i]
		}
		return row, scan(to...)
	}, "SELECT feed, sha256, view, settings, revision, engine, run, path, recorded, charset, pair, verdict, severity, error FROM outcomes ORDER BY "+order)
	if err != nil {
		m.t.Fatal(err)
	}
	return out
}
