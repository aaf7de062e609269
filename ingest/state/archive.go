package state

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// archiveSchema has what the archive's manifests are made of, and which packed
// deliveries hold which members: a golden case names the member's hash, the archive
// keeps the whole.
const archiveSchema = `
CREATE TABLE fetches (
	feed     TEXT NOT NULL,
	path     BLOB NOT NULL,
	sha256   TEXT NOT NULL,
	bytes    INTEGER NOT NULL,
	mtime    INTEGER,
	fetched  INTEGER NOT NULL,
	manifest INTEGER,
	PRIMARY KEY (feed, path, sha256, fetched)
);
CREATE INDEX fetches_manifest ON fetches (fetched) WHERE manifest IS NULL;
CREATE TABLE members (
	feed   TEXT NOT NULL,
	sha256 TEXT NOT NULL,
	whole  TEXT NOT NULL,
	PRIMARY KEY (feed, sha256, whole)
);
`

// Fetch is a delivery that was put into the archive once.
type Fetch struct {
	Feed    string
	Path    string // raw bytes
	SHA256  string
	Bytes   int64
	MTime   time.Time // the zero time if its server does not tell
	Fetched time.Time
}

// noteFetches remembers fetches until a manifest has them.
func noteFetches(ctx context.Context, q querier, feed string, now time.Time, arrivals []Arrival) error {
	return inserts(arrivals, func(a Arrival) string { return a.Path }, func(some []Arrival) error {
		var args []any
		for _, a := range some {
			args = append(args, feed, []byte(a.Path), a.SHA256, a.Bytes, mtime(a.Entry), now.UnixNano())
		}
		_, err := q.exec(ctx, "INSERT INTO fetches ("+fetchColumns+") VALUES "+tuples(len(some), 6)+" ON CONFLICT (feed, path, sha256, fetched) DO NOTHING", args...)
		return err
	})
}

const fetchColumns = "feed, path, sha256, bytes, mtime, fetched"

func scanFetch(scan func(...any) error) (Fetch, error) {
	var f Fetch
	var path []byte
	var mtime sql.NullInt64
	var fetched int64
	err := scan(&f.Feed, &path, &f.SHA256, &f.Bytes, &mtime, &fetched)
	f.Path, f.Fetched = string(path), time.Unix(0, fetched).UTC()
	if mtime.Valid {
		f.MTime = time.Unix(0, mtime.Int64).UTC()
	}
	return f, err
}

// Unlisted returns what was fetched until a time and is in no manifest yet, in the
// order of feed, time and path.
func (d *DB) Unlisted(ctx context.Context, until time.Time) ([]Fetch, error) {
	out, err := rows(ctx, d.q(), scanFetch, "SELECT "+fetchColumns+" FROM fetches WHERE manifest IS NULL AND fetched <= ?", until.UnixNano())
	if err != nil {
		return nil, fmt.Errorf("read fetches: %w", err)
	}
	slices.SortFunc(out, func(a, b Fetch) int { // most are in that order already
		return cmp.Or(strings.Compare(a.Feed, b.Feed), a.Fetched.Compare(b.Fetched), strings.Compare(a.Path, b.Path))
	})
	return out, nil
}

// Fetches returns what was fetched of a feed that is from a time or later, oldest first:
// of the supplier's own time, of that of the fetch where its server tells none. Every
// version of a name counts, the same bytes under the same name once.
func (d *DB) Fetches(ctx context.Context, feed string, since time.Time) ([]Fetch, error) {
	found, err := rows(ctx, d.q(), scanFetch, "SELECT "+fetchColumns+" FROM fetches WHERE feed = ? AND coalesce(mtime, fetched) >= ? ORDER BY coalesce(mtime, fetched), fetched, path", feed, since.UnixNano())
	if err != nil {
		return nil, fmt.Errorf("read fetches of feed %q: %w", feed, err)
	}
	seen := map[[2]string]bool{}
	return slices.DeleteFunc(found, func(f Fetch) bool {
		key := [2]string{f.Path, f.SHA256}
		again := seen[key]
		seen[key] = true
		return again
	}), nil
}

// Date is when a delivery is from: its own time, else that of the fetch.
func (f Fetch) Date() time.Time {
	if f.MTime.IsZero() {
		return f.Fetched
	}
	return f.MTime
}

// Listed records that the manifest of a run has what was fetched until a time.
func (d *DB) Listed(ctx context.Context, run int64, until time.Time) error {
	if err := d.exec(ctx, "UPDATE fetches SET manifest = ? WHERE manifest IS NULL AND fetched <= ?", run, until.UnixNano()); err != nil {
		return fmt.Errorf("record manifest of run %d: %w", run, err)
	}
	return nil
}

// AddMember remembers that a packed delivery of a feed holds a member.
func (d *DB) AddMember(ctx context.Context, feed, member, whole string) error {
	err := d.exec(ctx, "INSERT INTO members (feed, sha256, whole) VALUES (?,?,?) ON CONFLICT (feed, sha256, whole) DO NOTHING", feed, member, whole)
	if err != nil {
		return fmt.Errorf("record member of feed %q: %w", feed, err)
	}
	return nil
}

// Holding returns the packed deliveries that hold a member, by hash.
func (d *DB) Holding(ctx context.Context, member string) ([]string, error) {
	return d.texts(ctx, "SELECT DISTINCT whole FROM members WHERE sha256 = ? ORDER BY whole", member)
}

// Sums returns the hashes that begin with some hexadecimal digits, of deliveries that were
// fetched and of files in packed ones.
func (d *DB) Sums(ctx context.Context, begin string) ([]string, error) {
	return d.texts(ctx, `SELECT sha256 FROM fetches WHERE substr(sha256, 1, ?) = ? UNION SELECT sha256 FROM members WHERE substr(sha256, 1, ?) = ? ORDER BY sha256`,
		len(begin), begin, len(begin), begin)
}

// Needed returns the hashes of deliveries that are still to be run, and of each feed's
// n latest: what a changed revision of the code runs again.
func (d *DB) Needed(ctx context.Context, n int) ([]string, error) {
	return d.texts(ctx, `SELECT sha256 FROM deliveries WHERE status = ? AND sha256 <> ''
		UNION SELECT sha256 FROM (SELECT sha256, row_number() OVER (PARTITION BY feed ORDER BY coalesce(mtime, first_seen) DESC, path DESC) AS place
			FROM deliveries WHERE sha256 <> '') AS latest WHERE place <= ?`, Fetched, n)
}

func (d *DB) texts(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := d.q().query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read hashes: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, fmt.Errorf("read hashes: %w", err)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}
