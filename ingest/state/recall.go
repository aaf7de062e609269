package state

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Memory is what is remembered of a feed before a sweep of it.
type Memory struct {
	Known      bool       // it was seen before, if only as empty; if not, its backfill applies
	Unfinished []Delivery // were fetched and not run to the end, oldest first; of many the latest
	was        map[string]Delivery
}

// Look compares listed files with what is remembered of their paths, and answers in
// their order. Every path has its own memory, so a file that arrives late with an old
// time is new all the same. Times count at the coarser of both precisions: a server
// that shows minutes today and only the day in half a year has not changed its files.
func (m Memory) Look(entries ...Entry) []Seeing {
	out := make([]Seeing, len(entries))
	for i, e := range entries {
		was, ok := m.was[e.Path]
		out[i] = Seeing{newsOf(was, ok, e), was}
	}
	return out
}

// Listed is what a feed's source lists.
type Listed struct {
	Feed    string
	Entries []Entry
}

// Recall returns what is remembered of feeds and of their listed files, by feed, and n of
// the unfinished deliveries of each at most. It asks for all of them at once: a thousand
// feeds of which nothing is new are a hundred questions and not four thousand.
func (d *DB) Recall(ctx context.Context, n int, listed ...Listed) (map[string]Memory, error) {
	out := map[string]Memory{}
	for some := range slices.Chunk(listed, feedsAtOnce) {
		if err := d.recall(ctx, n, some, out); err != nil {
			return nil, fmt.Errorf("read deliveries: %w", err)
		}
	}
	for _, l := range listed {
		m := out[l.Feed]
		m.was = map[string]Delivery{}
		out[l.Feed] = m
	}
	err := eachPaths(listed, func(where string, args []any) error {
		found, err := rows(ctx, d.q(), scanDelivery, "SELECT "+deliveryColumns+" FROM deliveries WHERE "+where, args...)
		for _, one := range found {
			out[one.Feed].was[one.Path] = one
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	return out, nil
}

// feedsSchema has the feeds that were seen: of an empty one, or one of which nothing was
// finished, no delivery tells. And it tells runs of all feeds from those of some, and finds
// what a delivery was like by its hash.
const feedsSchema = `
CREATE TABLE feeds (
	feed       TEXT NOT NULL,
	first_seen INTEGER NOT NULL,
	PRIMARY KEY (feed)
) WITHOUT ROWID;
ALTER TABLE runs ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
CREATE INDEX profiles_sha256 ON profiles (feed, sha256);
`

// FirstSight remembers that a feed was seen, and of what was listed then what is not taken,
// such as files older than its backfill, as processed: the next sweep must not take them
// for new. A skipped delivery has no hash.
func (d *DB) FirstSight(ctx context.Context, feed string, now time.Time, skipped ...Entry) error {
	all := make([]Arrival, len(skipped))
	for i, e := range skipped {
		all[i].Entry = e
	}
	err := d.tx(ctx, func(q querier) error {
		if err := put(ctx, q, feed, Processed, now, all); err != nil {
			return err
		}
		_, err := q.exec(ctx, "INSERT INTO feeds (feed, first_seen) VALUES (?,?) ON CONFLICT (feed) DO NOTHING", feed, now.UnixNano())
		return err
	})
	if err != nil {
		return fmt.Errorf("remember feed %q: %w", feed, err)
	}
	return nil
}

// feedsAtOnce is how many feeds a statement has a branch for: SQLite allows 500.
const feedsAtOnce = 100

func (d *DB) recall(ctx context.Context, n int, some []Listed, out map[string]Memory) error {
	const unfinished = "SELECT * FROM (SELECT " + deliveryColumns + ` FROM deliveries WHERE feed = ? AND status = 'fetched'
		ORDER BY coalesce(mtime, first_seen) DESC, path DESC LIMIT ?) AS latest`
	var args, names []any
	for _, l := range some {
		args, names = append(args, l.Feed, n), append(names, l.Feed)
	}
	known, err := d.texts(ctx, "WITH asked (feed) AS (VALUES "+tuples(len(some), 1)+`)
		SELECT feed FROM asked WHERE EXISTS (SELECT 1 FROM feeds WHERE feeds.feed = asked.feed) OR EXISTS (SELECT 1 FROM deliveries WHERE deliveries.feed = asked.feed)`, names...)
	if err != nil {
		return err
	}
	for _, feed := range known {
		out[feed] = Memory{Known: true}
	}
	left, err := rows(ctx, d.q(), scanDelivery, strings.Repeat(unfinished+" UNION ALL ", len(some)-1)+unfinished, args...)
	for _, one := range left {
		m := out[one.Feed]
		m.Unfinished = append(m.Unfinished, one)
		out[one.Feed] = m
	}
	for _, l := range some {
		slices.SortFunc(out[l.Feed].Unfinished, func(a, b Delivery) int {
			return cmp.Or(a.placed().Compare(b.placed()), strings.Compare(a.Path, b.Path))
		})
	}
	return err
}

// eachPaths calls f with conditions that between them are true of the files of feeds, some
// of them each time.
func eachPaths(listed []Listed, f func(where string, args []any) error) error {
	var where []string
	var args []any
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		err := f(strings.Join(where, " OR "), args)
		where, args = nil, nil
		return err
	}
	for _, l := range listed {
		for some := range slices.Chunk(l.Entries, atOnce) {
			where = append(where, "feed = ? AND path IN ("+placeholders(len(some))+")")
			args = append(args, l.Feed)
			for _, e := range some {
				args = append(args, []byte(e.Path))
			}
			if len(args) < atOnce && len(where) < feedsAtOnce {
				continue
			}
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}
