package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// nightSchema has what the morning's report needs beyond the outcomes: what a feed's
// deliveries were like, each run's report, and what each channel was told last.
const nightSchema = `
CREATE TABLE profiles (
	feed     TEXT NOT NULL,
	sha256   TEXT NOT NULL,
	family   TEXT NOT NULL,
	recorded BIGINT NOT NULL,
	bytes    BIGINT NOT NULL,
	row_count BIGINT NOT NULL,
	charset  TEXT NOT NULL,
	dialect  TEXT NOT NULL,
	PRIMARY KEY (feed, family, sha256)
);
CREATE TABLE reports (
	run      BIGINT NOT NULL PRIMARY KEY,
	document TEXT NOT NULL
);
CREATE TABLE standings (
	channel TEXT NOT NULL,
	feed    TEXT NOT NULL,
	body    TEXT NOT NULL,
	PRIMARY KEY (channel, feed)
);
`

// Profile is what one delivery was like: what later ones of its feed are held against.
type Profile struct {
	Feed    string
	SHA256  string
	Family  string // of its name: what a feed's deliveries of one kind share; text
	Bytes   int64
	Rows    int64
	Charset string // as detected
	Dialect string // in words, "" where the delivery does not show it
}

// AddProfile remembers what a delivery was like. The same bytes again change nothing.
func (t Tx) AddProfile(ctx context.Context, p Profile, now time.Time) error {
	_, err := t.q.exec(ctx, `INSERT INTO profiles (feed, sha256, family, recorded, bytes, row_count, charset, dialect)
		VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`, p.Feed, p.SHA256, p.Family, now.UnixNano(), p.Bytes, p.Rows, p.Charset, p.Dialect)
	if err != nil {
		return fmt.Errorf("record profile of feed %q: %w", p.Feed, err)
	}
	return nil
}

// latestProfiles reads the index profiles_latest.
const latestProfiles = `SELECT feed, sha256, family, bytes, row_count, charset, dialect FROM profiles
	WHERE feed = ? AND family = ? ORDER BY recorded DESC, sha256 LIMIT ?`

// Profiles returns what a feed's n latest deliveries of a family were like, newest first.
func (t Tx) Profiles(ctx context.Context, feed, family string, n int) ([]Profile, error) {
	out, err := rows(ctx, t.q, scanProfile, latestProfiles, feed, family, n)
	if err != nil {
		return nil, fmt.Errorf("read profiles of feed %q: %w", feed, err)
	}
	return out, nil
}

func scanProfile(scan func(...any) error) (Profile, error) {
	var p Profile
	err := scan(&p.Feed, &p.SHA256, &p.Family, &p.Bytes, &p.Rows, &p.Charset, &p.Dialect)
	return p, err
}

// Newest returns the time of a feed's newest delivery, as its server tells it or else
// as it was fetched; the zero time if there is none.
func (d *DB) Newest(ctx context.Context, feed string) (time.Time, error) {
	var at sql.NullInt64
	err := d.q().row(ctx, "SELECT max(coalesce(mtime, fetched, first_seen)) FROM deliveries WHERE feed = ?", feed).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("look up newest delivery of feed %q: %w", feed, err)
	}
	if !at.Valid {
		return time.Time{}, nil
	}
	return time.Unix(0, at.Int64).UTC(), nil
}

// Vanished counts a feed's deliveries that were listed since one time and no more since
// another: somebody took them away.
func (d *DB) Vanished(ctx context.Context, feed string, since, until time.Time) (int, error) {
	var n int
	err := d.q().row(ctx, "SELECT count(*) FROM deliveries WHERE feed = ? AND last_seen >= ? AND last_seen < ?",
		feed, since.UnixNano(), until.UnixNano()).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count deliveries of feed %q: %w", feed, err)
	}
	return n, nil
}

// ErrNoReport says that a run has no report.
var ErrNoReport = errors.New("no such run has a report")

// SaveReport keeps a run's report, in place of an earlier one of the same run.
func (d *DB) SaveReport(ctx context.Context, run int64, document []byte) error {
	_, err := d.q().exec(ctx, `INSERT INTO reports (run, document) VALUES (?,?)
		ON CONFLICT (run) DO UPDATE SET document = excluded.document`, run, string(document))
	if err != nil {
		return fmt.Errorf("keep report of run %d: %w", run, err)
	}
	return nil
}

// Report returns the report of a run, of the last one that has one where run is 0.
func (d *DB) Report(ctx context.Context, run int64) ([]byte, error) {
	var document string
	err := d.q().row(ctx, "SELECT document FROM reports WHERE run = ? OR ? = 0 ORDER BY run DESC LIMIT 1", run, run).Scan(&document)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNoReport
	}
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	return []byte(document), nil
}

// Standing returns what a channel was last told of a feed, nil if nothing.
func (d *DB) Standing(ctx context.Context, channel, feed string) ([]byte, error) {
	var body string
	err := d.q().row(ctx, "SELECT body FROM standings WHERE channel = ? AND feed = ?", channel, feed).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read standing of feed %q: %w", feed, err)
	}
	return []byte(body), nil
}

// SetStanding remembers what a channel was told of feeds, all of it or nothing.
func (d *DB) SetStanding(ctx context.Context, channel string, bodies map[string][]byte) error {
	err := d.tx(ctx, func(q querier) error {
		for feed, body := range bodies {
			if _, err := q.exec(ctx, `INSERT INTO standings (channel, feed, body) VALUES (?,?,?)
				ON CONFLICT (channel, feed) DO UPDATE SET body = excluded.body`, channel, feed, string(body)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record what %s was told: %w", channel, err)
	}
	return nil
}
