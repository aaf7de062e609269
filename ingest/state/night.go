package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
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

// AddProfiles remembers what deliveries were like. The same bytes again change nothing.
func (t Tx) AddProfiles(ctx context.Context, now time.Time, profiles ...Profile) error {
	for some := range slices.Chunk(profiles, profilesAtOnce) {
		var args []any
		for _, p := range some {
			args = append(args, p.Feed, p.SHA256, p.Family, now.UnixNano(), p.Bytes, p.Rows, p.Charset, p.Dialect)
		}
		_, err := t.q.exec(ctx, "INSERT INTO profiles (feed, sha256, family, recorded, bytes, row_count, charset, dialect) VALUES "+tuples(len(some), 8)+
			" ON CONFLICT DO NOTHING", args...)
		if err != nil {
			return fmt.Errorf("record profiles of feed %q: %w", some[0].Feed, err)
		}
	}
	return nil
}

// profilesAtOnce is how many profiles a statement stores.
const profilesAtOnce = 64

const profileColumns = "feed, sha256, family, bytes, row_count, charset, dialect"

// latestProfiles reads the index profiles_latest.
const latestProfiles = "SELECT " + profileColumns + ` FROM profiles
	WHERE feed = ? AND family = ? ORDER BY recorded DESC, sha256 LIMIT ?`

// Profiles returns what a feed's n latest deliveries of a family were like, newest first.
func (t Tx) Profiles(ctx context.Context, feed, family string, n int) ([]Profile, error) {
	out, err := rows(ctx, t.q, scanProfile, latestProfiles, feed, family, n)
	if err != nil {
		return nil, fmt.Errorf("read profiles of feed %q: %w", feed, err)
	}
	return out, nil
}

// profilesOf reads the index profiles_sha256.
const profilesOf = "SELECT " + profileColumns + " FROM profiles WHERE feed = ? AND sha256 IN "

// ProfilesOf returns what deliveries of a feed were like by their hashes, whatever their
// names were.
func (t Tx) ProfilesOf(ctx context.Context, feed string, sums ...string) (map[string]Profile, error) {
	out := map[string]Profile{}
	for some := range slices.Chunk(sums, atOnce) {
		in, hashes := among(some)
		found, err := rows(ctx, t.q, scanProfile, profilesOf+in, append([]any{feed}, hashes...)...)
		if err != nil {
			return nil, fmt.Errorf("read profiles of feed %q: %w", feed, err)
		}
		for _, p := range found {
			out[p.SHA256] = p
		}
	}
	return out, nil
}

func scanProfile(scan func(...any) error) (Profile, error) {
	var p Profile
	err := scan(&p.Feed, &p.SHA256, &p.Family, &p.Bytes, &p.Rows, &p.Charset, &p.Dialect)
	return p, err
}

// Newest is a feed's newest delivery.
type Newest struct {
	At   time.Time // as its listing tells it, or else as it was seen; never later than that
	ETag string    // of Entry
	Seen time.Time // when it was fetched, or this version of it was seen first
}

// came is how the newest of a feed is found, among its deliveries or among the offers that
// are gone: those came, too. A supplier's clock, or a time that was copied, may be of the
// future, which nothing can come from: it would be the newest for years.
type came struct{ table, seen, where string }

func (c came) query(feeds string) string {
	at := "CASE WHEN mtime < " + c.seen + " THEN mtime ELSE " + c.seen + " END"
	where := "feed IN " + feeds + c.where
	return "SELECT o.feed, " + at + ", " + c.seen + ", etag FROM " + c.table + " o JOIN (SELECT feed, max(" + at + ") AS latest FROM " + c.table + " WHERE " + where +
		" GROUP BY feed) AS n ON n.feed = o.feed AND n.latest = " + at + c.where + " ORDER BY etag"
}

// Newest returns feeds' newest deliveries as of a time at which they were listed; of a feed
// without any there is none. One that somebody took away before it could be fetched counts.
func (d *DB) Newest(ctx context.Context, listed time.Time, feeds ...string) (map[string]Newest, error) {
	out := map[string]Newest{}
	for some := range slices.Chunk(feeds, atOnce) {
		in, names := among(some)
		at := listed.UnixNano()
		fetched := came{"deliveries", "coalesce(fetched, first_seen)", ""}
		gone := came{"offers", "stable_since", " AND (status = 'gone' OR last_seen < ?)"}
		err := errors.Join(d.newest(ctx, out, fetched.query(in), names...), d.newest(ctx, out, gone.query(in), append(names, at, at)...))
		if err != nil {
			return nil, fmt.Errorf("look up newest deliveries: %w", err)
		}
	}
	return out, nil
}

// newest takes into out what is newer than it has.
func (d *DB) newest(ctx context.Context, out map[string]Newest, query string, args ...any) error {
	_, err := rows(ctx, d.q(), func(scan func(...any) error) (n Newest, err error) {
		var feed string
		var at, seen int64
		err = scan(&feed, &at, &seen, &n.ETag)
		n.At, n.Seen = time.Unix(0, at).UTC(), time.Unix(0, seen).UTC()
		if had, ok := out[feed]; !ok || !n.At.Before(had.At) {
			out[feed] = n
		}
		return n, err
	}, query, args...)
	return err
}

// Vanished counts feeds' deliveries that were listed since one time and no more since
// another: somebody took them away. One that was offered last in a version that could not
// be taken is none of them: Lost has it, or Gone has been told.
func (d *DB) Vanished(ctx context.Context, since, until time.Time, feeds ...string) (map[string]int64, error) {
	found, err := d.perFeed(ctx, `SELECT feed, count(*) FROM deliveries WHERE last_seen >= ? AND last_seen < ?
		AND NOT EXISTS (SELECT 1 FROM offers o WHERE o.feed = deliveries.feed AND o.path = deliveries.path AND o.last_seen >= deliveries.last_seen)
		AND feed IN `, feeds, since.UnixNano(), until.UnixNano())
	if err != nil {
		return nil, fmt.Errorf("count deliveries that vanished: %w", err)
	}
	return found, nil
}

// perFeed asks for a number of each feed; the query ends where their names are to stand.
func (d *DB) perFeed(ctx context.Context, query string, feeds []string, before ...any) (map[string]int64, error) {
	out := map[string]int64{}
	for some := range slices.Chunk(feeds, atOnce) {
		in, names := among(some)
		_, err := rows(ctx, d.q(), func(scan func(...any) error) (string, error) {
			var feed string
			var n int64
			err := scan(&feed, &n)
			out[feed] = n
			return feed, err
		}, query+in+" GROUP BY feed", append(slices.Clone(before), names...)...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ErrNoReport says that a run has no report.
var ErrNoReport = errors.New("no such run has a report")

// SaveReport keeps a run's report, in place of an earlier one of the same run.
func (d *DB) SaveReport(ctx context.Context, run int64, document []byte) error {
	err := d.exec(ctx, `INSERT INTO reports (run, document) VALUES (?,?)
		ON CONFLICT (run) DO UPDATE SET document = excluded.document`, run, string(document))
	if err != nil {
		return fmt.Errorf("keep report of run %d: %w", run, err)
	}
	return nil
}

// Report returns the report of a run, of the last one that has one where run is 0.
func (d *DB) Report(ctx context.Context, run int64) ([]byte, error) {
	return d.report(ctx, "run = ? OR ? = 0", run, run)
}

// LastReport returns the report of the last run of all feeds that has one.
func (d *DB) LastReport(ctx context.Context) ([]byte, error) {
	return d.report(ctx, "run NOT IN (SELECT id FROM runs WHERE partial <> 0)")
}

func (d *DB) report(ctx context.Context, where string, args ...any) ([]byte, error) {
	var document string
	err := d.q().row(ctx, "SELECT document FROM reports WHERE "+where+" ORDER BY run DESC LIMIT 1", args...).Scan(&document)
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

// Standings returns what a channel was last told of each feed.
func (d *DB) Standings(ctx context.Context, channel string) (map[string][]byte, error) {
	out := map[string][]byte{}
	_, err := rows(ctx, d.q(), func(scan func(...any) error) (string, error) {
		var feed, body string
		err := scan(&feed, &body)
		out[feed] = []byte(body)
		return feed, err
	}, "SELECT feed, body FROM standings WHERE channel = ?", channel)
	if err != nil {
		return nil, fmt.Errorf("read what %s was told: %w", channel, err)
	}
	return out, nil
}

// SetStanding remembers what a channel was told of feeds, all of it or nothing.
func (d *DB) SetStanding(ctx context.Context, channel string, bodies map[string][]byte) error {
	err := d.tx(ctx, func(q querier) error {
		for some := range slices.Chunk(slices.Sorted(maps.Keys(bodies)), feedsAtOnce) {
			var args []any
			for _, feed := range some {
				args = append(args, channel, feed, string(bodies[feed]))
			}
			_, err := q.exec(ctx, "INSERT INTO standings (channel, feed, body) VALUES "+tuples(len(some), 3)+`
				ON CONFLICT (channel, feed) DO UPDATE SET body = excluded.body`, args...)
			if err != nil {
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
