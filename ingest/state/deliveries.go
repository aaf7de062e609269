package state

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Precision says how much of an Entry's MTime is known, as package fetch does:
// 0 nothing, 1 the day, 2 the minute, 3 the second.
type Precision uint8

// The precisions, coarsest first.
const (
	PrecisionNone Precision = iota
	PrecisionDay
	PrecisionMinute
	PrecisionSecond
)

var units = [...]time.Duration{PrecisionDay: 24 * time.Hour, PrecisionMinute: time.Minute, PrecisionSecond: time.Second}

// Entry is a file on a supplier's side as a listing shows it.
type Entry struct {
	Path      string // raw bytes
	Size      int64  // -1 if not known
	MTime     time.Time
	Precision Precision
	ETag      string // the server's mark of this version, "" if none, or with uniqueMark before it of this file
}

// uniqueMark stands before a mark that tells files apart and not their versions, as MLSD's
// "unique" does: it holds a device's number, which another mount of the same disk changes.
const uniqueMark = "unique="

// Status is how far a delivery has come.
type Status string

// The statuses of a delivery.
const (
	Fetched   Status = "fetched"   // in the archive, not yet run to the end
	Processed Status = "processed" // its outcomes are recorded
)

// Delivery is what is remembered of a file.
type Delivery struct {
	Entry
	Feed      string
	SHA256    string // of the bytes as fetched
	Bytes     int64
	Status    Status
	FirstSeen time.Time
	LastSeen  time.Time
	Fetched   time.Time // when this version of it was first
}

// placed is the time by which a feed's deliveries follow each other.
func (d Delivery) placed() time.Time {
	if d.Precision == PrecisionNone {
		return d.FirstSeen
	}
	return d.MTime
}

// News says what a listed file is to us.
type News string

// What a listed file can be.
const (
	New        News = "new"        // its path was never seen
	Changed    News = "changed"    // seen, with another size, time or mark
	Unfinished News = "unfinished" // fetched as it is, but not processed: a sweep was cut short
	Seen       News = "seen"       // processed as it is
	Rechecked  News = "rechecked"  // processed, by other code than today's
)

// Seeing is what a listed file is to us, with what is remembered of its path.
type Seeing struct {
	News News
	Was  Delivery // the zero Delivery if it is New
}

// atOnce is how many paths one statement names: enough that a listing of 100,000
// files takes a hundred of them, and well below what either database allows.
const atOnce = 1000

func newsOf(was Delivery, known bool, e Entry) News {
	switch {
	case !known:
		return New
	case !sameMark(was, e) || !sameVersion(was.Entry, e):
		return Changed
	case was.Status != Processed:
		return Unfinished
	}
	return Seen
}

// sameMark reports whether the marks of a file say nothing against its being what it was.
// Those that tell files apart count only where neither size and exact time say enough,
// and never for a file that was not taken.
func sameMark(was Delivery, e Entry) bool {
	a, aUnique := strings.CutPrefix(was.ETag, uniqueMark)
	b, bUnique := strings.CutPrefix(e.ETag, uniqueMark)
	switch {
	case a == "" || b == "" || a == b:
		return true
	case !aUnique && !bUnique:
		return false
	}
	exact := min(was.Precision, e.Precision) == PrecisionSecond && was.Size >= 0 && e.Size >= 0
	return exact || was.SHA256 == ""
}

func sameVersion(a, b Entry) bool {
	if a.Size >= 0 && b.Size >= 0 && a.Size != b.Size {
		return false
	}
	p := min(a.Precision, b.Precision)
	switch {
	case p == PrecisionNone:
		return true
	case p == PrecisionDay:
		return sameDay(a, b)
	}
	return a.MTime.UTC().Truncate(units[p]).Equal(b.MTime.UTC().Truncate(units[p]))
}

// sameDay holds a listing's day, which is its midnight by a server's clock, against a time
// of day or another day. Whose clock it was may have been found out in between: no zone is
// farther from UTC than 14 hours.
func sameDay(day, other Entry) bool {
	if day.Precision > other.Precision {
		day, other = other, day
	}
	const farthest = 14 * time.Hour
	d, most := other.MTime.Sub(day.MTime), farthest
	if other.Precision > PrecisionDay {
		most += units[PrecisionDay]
	}
	return d >= -farthest && d < most
}

const deliveryColumns = "feed, path, size, mtime, precision, etag, sha256, bytes, status, first_seen, last_seen, fetched"

// Delivery returns what is remembered of a path; the error wraps sql.ErrNoRows
// where that is nothing.
func (d *DB) Delivery(ctx context.Context, feed, path string) (Delivery, error) {
	row := d.q().row(ctx, "SELECT "+deliveryColumns+" FROM deliveries WHERE feed = ? AND path = ?", feed, []byte(path))
	out, err := scanDelivery(row.Scan)
	if err != nil {
		return out, fmt.Errorf("read delivery of feed %q: %w", feed, err)
	}
	return out, nil
}

// Latest returns a feed's n latest deliveries, newest first: what a changed
// revision of the code runs again.
func (d *DB) Latest(ctx context.Context, feed string, n int) ([]Delivery, error) {
	out, err := rows(ctx, d.q(), scanDelivery, "SELECT "+deliveryColumns+` FROM deliveries WHERE feed = ?
		ORDER BY coalesce(mtime, first_seen) DESC, path DESC LIMIT ?`, feed, n)
	if err != nil {
		return nil, fmt.Errorf("read deliveries of feed %q: %w", feed, err)
	}
	return out, nil
}

// Outdated returns those of a feed's n latest deliveries that were run, but never by
// this revision of the code, newest first.
func (d *DB) Outdated(ctx context.Context, feed, revision string, n int) ([]Delivery, error) {
	out, err := rows(ctx, d.q(), scanDelivery, "SELECT "+deliveryColumns+" FROM (SELECT "+deliveryColumns+` FROM deliveries
			WHERE feed = ? AND status = 'processed' AND sha256 <> '' ORDER BY coalesce(mtime, first_seen) DESC, path DESC LIMIT ?) AS d
		WHERE EXISTS (SELECT 1 FROM outcomes o WHERE o.feed = d.feed AND o.path = d.path)
			AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.feed = d.feed AND o.path = d.path AND o.revision = ? AND o.verdict <> 'not-compared')
		ORDER BY coalesce(mtime, first_seen) DESC, path DESC`, feed, n, revision)
	if err != nil {
		return nil, fmt.Errorf("read deliveries of feed %q: %w", feed, err)
	}
	return out, nil
}

func scanDelivery(scan func(...any) error) (Delivery, error) {
	var out Delivery
	var path []byte
	var mtime, fetched sql.NullInt64
	var first, last int64
	err := scan(&out.Feed, &path, &out.Size, &mtime, &out.Precision, &out.ETag, &out.SHA256, &out.Bytes, &out.Status, &first, &last, &fetched)
	out.Path, out.FirstSeen, out.LastSeen = string(path), time.Unix(0, first).UTC(), time.Unix(0, last).UTC()
	if mtime.Valid {
		out.MTime = time.Unix(0, mtime.Int64).UTC()
	}
	if fetched.Valid {
		out.Fetched = time.Unix(0, fetched.Int64).UTC()
	}
	return out, err
}

// Touch notes that files were listed again as they are remembered.
func (d *DB) Touch(ctx context.Context, now time.Time, listed ...Listed) error {
	if !slices.ContainsFunc(listed, func(l Listed) bool { return len(l.Entries) > 0 }) {
		return nil
	}
	err := d.tx(ctx, func(q querier) error { return touch(ctx, q, now, listed...) })
	if err != nil {
		return fmt.Errorf("touch deliveries: %w", err)
	}
	return nil
}

func touch(ctx context.Context, q querier, now time.Time, listed ...Listed) error {
	return eachPaths(listed, func(where string, args []any) error {
		_, err := q.exec(ctx, "UPDATE deliveries SET last_seen = ? WHERE "+where, append([]any{now.UnixNano()}, args...)...)
		return err
	})
}

// Retime remembers other times of files that are the same all the same.
func (d *DB) Retime(ctx context.Context, feed string, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	err := d.tx(ctx, func(q querier) error {
		for _, e := range entries {
			_, err := q.exec(ctx, "UPDATE deliveries SET mtime = ?, precision = ? WHERE feed = ? AND path = ?", mtime(e), e.Precision, feed, []byte(e.Path))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("remember new times of feed %q: %w", feed, err)
	}
	return nil
}

func mtime(e Entry) sql.NullInt64 {
	return sql.NullInt64{Int64: e.MTime.UnixNano(), Valid: e.Precision != PrecisionNone}
}

// Arrival is a file that is in the archive.
type Arrival struct {
	Entry
	SHA256 string
	Bytes  int64
}

// Fetched is Tx.Fetched of one file in a transaction of its own.
func (d *DB) Fetched(ctx context.Context, feed string, e Entry, sha256 string, bytes int64, now time.Time) error {
	return d.Transact(ctx, func(tx Tx) error { return tx.Fetched(ctx, feed, now, Arrival{e, sha256, bytes}) })
}

// Fetched records that files are in the archive. It must be called after the archive has
// synced them: what is remembered must not outlive what it speaks of.
func (t Tx) Fetched(ctx context.Context, feed string, now time.Time, arrivals ...Arrival) error {
	err := noteFetches(ctx, t.q, feed, now, arrivals)
	if err == nil {
		err = put(ctx, t.q, feed, Fetched, now, arrivals)
	}
	if err != nil {
		return fmt.Errorf("record deliveries of feed %q: %w", feed, err)
	}
	return nil
}

func put(ctx context.Context, q querier, feed string, status Status, now time.Time, arrivals []Arrival) error {
	at := now.UnixNano()
	return inserts(arrivals, func(a Arrival) string { return a.Path }, func(some []Arrival) error {
		var args []any
		for _, a := range some {
			args = append(args, feed, []byte(a.Path), a.Size, mtime(a.Entry), a.Precision, a.ETag, a.SHA256, a.Bytes, status, at, at, at)
		}
		_, err := q.exec(ctx, "INSERT INTO deliveries ("+deliveryColumns+") VALUES "+tuples(len(some), 12)+`
			ON CONFLICT (feed, path) DO UPDATE SET size = excluded.size, mtime = excluded.mtime, precision = excluded.precision, etag = excluded.etag,
				sha256 = excluded.sha256, bytes = excluded.bytes, status = excluded.status, last_seen = excluded.last_seen,
				fetched = excluded.fetched, processed = NULL`, args...)
		return err
	})
}
