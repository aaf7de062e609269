package state

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// offersSchema has what was offered and is not in the archive: files that are not finished,
// that could not be fetched, or that somebody took away before. Of the tasks, an older
// feedparity left those of its last run, of which its report tells.
const offersSchema = `
CREATE TABLE offers (
	feed       TEXT NOT NULL,
	path       BLOB NOT NULL,
	size       INTEGER NOT NULL,
	mtime      INTEGER,
	precision  INTEGER NOT NULL,
	etag       TEXT NOT NULL,
	status     TEXT NOT NULL,
	attempts   INTEGER NOT NULL,
	last_error TEXT NOT NULL,
	first_seen INTEGER NOT NULL,
	last_seen  INTEGER NOT NULL,
	stable_since INTEGER NOT NULL,
	PRIMARY KEY (feed, path)
) WITHOUT ROWID;
DELETE FROM tasks WHERE run IN (SELECT run FROM reports);
`

// The statuses of an Offer. One that is fetched at last is none any more: it is a delivery.
const (
	Unstable Status = "unstable" // not finished, or changed while it was read
	Failed   Status = "failed"   // to be fetched
	Gone     Status = "gone"     // taken away before it could be fetched: it has no hash
)

// Offer is a file that was offered and is not in the archive. To a sweep it is what it would
// be had nobody looked at it yet: it is fetched as soon as it can be.
type Offer struct {
	Entry
	Feed        string
	Status      Status
	Attempts    int       // sweeps that could not take it
	LastError   string    // why the last one could not
	FirstSeen   time.Time // when it was offered first since a version of it was taken, or taken away
	LastSeen    time.Time
	StableSince time.Time // when this version of it was seen first
}

// Refused remembers that files are offered and could not be taken. What is remembered of
// earlier versions of them stays: those were fetched. Who has the power cut loses a note.
func (d *DB) Refused(ctx context.Context, now time.Time, offers ...Offer) error {
	if len(offers) == 0 {
		return nil
	}
	err := d.txOn(ctx, false, func(q querier) error { return refuse(ctx, q, now, offers...) })
	if err != nil {
		return fmt.Errorf("remember what feed %q offers: %w", offers[0].Feed, err)
	}
	return nil
}

// Gone remembers that a file was there and has been taken away.
func (d *DB) Gone(ctx context.Context, feed string, e Entry, now time.Time) error {
	err := d.tx(ctx, func(q querier) error {
		var known int
		if err := q.row(ctx, "SELECT count(*) FROM deliveries WHERE feed = ? AND path = ?", feed, []byte(e.Path)).Scan(&known); err != nil {
			return err
		}
		if known == 0 {
			if err := put(ctx, q, feed, Gone, now, []Arrival{{Entry: e}}); err != nil {
				return err
			}
		}
		return refuse(ctx, q, now, Offer{Feed: feed, Entry: e, Status: Gone})
	})
	if err != nil {
		return fmt.Errorf("record that a delivery of feed %q is gone: %w", feed, err)
	}
	return nil
}

// offersAtOnce is how many offers a statement stores.
const offersAtOnce = 64

// refuse stores offers. Their paths were listed, whatever versions of them are remembered.
func refuse(ctx context.Context, q querier, now time.Time, offers ...Offer) error {
	const same = "offers.size = excluded.size AND offers.mtime IS NOT DISTINCT FROM excluded.mtime AND offers.etag = excluded.etag"
	var listed []Listed
	at := now.UnixNano()
	for some := range slices.Chunk(once(offers), offersAtOnce) {
		var args []any
		for _, o := range some {
			args = append(args, o.Feed, []byte(o.Path), o.Size, mtime(o.Entry), o.Precision, o.ETag, o.Status, 1, o.LastError, at, at, at)
			listed = append(listed, Listed{o.Feed, []Entry{o.Entry}})
		}
		_, err := q.exec(ctx, "INSERT INTO offers ("+offerColumns+") VALUES "+tuples(len(some), 12)+`
			ON CONFLICT (feed, path) DO UPDATE SET size = excluded.size, mtime = excluded.mtime, precision = excluded.precision, etag = excluded.etag,
				status = excluded.status, last_error = excluded.last_error, last_seen = excluded.last_seen,
				attempts = CASE WHEN offers.status = 'gone' THEN 1 ELSE offers.attempts + 1 END,
				first_seen = CASE WHEN offers.status = 'gone' THEN excluded.first_seen ELSE offers.first_seen END,
				stable_since = CASE WHEN offers.status <> 'gone' AND `+same+` THEN offers.stable_since ELSE excluded.stable_since END`, args...)
		if err != nil {
			return err
		}
	}
	return touch(ctx, q, now, listed...)
}

// once leaves out what a listing shows twice: a statement stores a row once.
func once(offers []Offer) []Offer {
	type key struct{ feed, path string }
	seen := map[key]bool{}
	return slices.DeleteFunc(slices.Clone(offers), func(o Offer) bool {
		k := key{o.Feed, o.Path}
		again := seen[k]
		seen[k] = true
		return again
	})
}

const offerColumns = "feed, path, size, mtime, precision, etag, status, attempts, last_error, first_seen, last_seen, stable_since"

// untaken is true of an offer of which no version has been fetched since it was last seen.
const untaken = "NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.feed = offers.feed AND d.path = offers.path AND d.fetched >= offers.last_seen AND d.status <> 'gone')"

// Lost returns the offers of feeds that were not seen any more at a time, and never taken.
func (d *DB) Lost(ctx context.Context, at time.Time, feeds ...string) ([]Offer, error) {
	var out []Offer
	for some := range slices.Chunk(feeds, atOnce) {
		in, names := among(some)
		found, err := rows(ctx, d.q(), scanOffer, "SELECT "+offerColumns+" FROM offers WHERE status <> 'gone' AND last_seen < ? AND "+untaken+
			" AND feed IN "+in+" ORDER BY feed, path", append([]any{at.UnixNano()}, names...)...)
		if err != nil {
			return nil, fmt.Errorf("look for offers that are gone: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// ToldLost remembers that somebody was told of what Lost returns, and forgets offers that
// have been taken.
func (d *DB) ToldLost(ctx context.Context, at time.Time, feeds ...string) error {
	err := d.tx(ctx, func(q querier) error {
		if _, err := q.exec(ctx, "DELETE FROM offers WHERE NOT "+untaken); err != nil {
			return err
		}
		for some := range slices.Chunk(feeds, atOnce) {
			in, names := among(some)
			if _, err := q.exec(ctx, "UPDATE offers SET status = 'gone' WHERE status <> 'gone' AND last_seen < ? AND feed IN "+in, append([]any{at.UnixNano()}, names...)...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record which offers are gone: %w", err)
	}
	return nil
}

func scanOffer(scan func(...any) error) (Offer, error) {
	var o Offer
	var path []byte
	var mtime sql.NullInt64
	var first, last, stable int64
	err := scan(&o.Feed, &path, &o.Size, &mtime, &o.Precision, &o.ETag, &o.Status, &o.Attempts, &o.LastError, &first, &last, &stable)
	o.Path, o.FirstSeen, o.LastSeen, o.StableSince = string(path), time.Unix(0, first).UTC(), time.Unix(0, last).UTC(), time.Unix(0, stable).UTC()
	if mtime.Valid {
		o.MTime = time.Unix(0, mtime.Int64).UTC()
	}
	return o, err
}
