package state

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// keepLatest is how many of a feed's latest deliveries are kept whatever their age:
// those that a change of the code runs again, and that alarms compare new ones with.
const keepLatest = 10

// Pruned counts what Prune took away.
type Pruned struct {
	Deliveries, Outcomes, Profiles, Reports, Runs int64
	// Orphans are members, noise and standings that nothing is left of.
	Orphans int64
}

// Needs are what Prune leaves whatever its age.
type Needs struct {
	Open  []string // hashes of deliveries of which somebody has yet to close a case
	Cases []string // those that any case names: which packed delivery holds one stays known
	Feeds []string // that there are
}

// Prune forgets what is older than a time: deliveries that no server has listed since,
// outcomes, profiles, reports, runs, and rules that no run has had since; and then what
// refers to nothing any more, as what a delivery was like of whose kind no other came. What
// is kept whatever its age: signatures and their counters, a feed's ten latest deliveries
// with their outcomes and profiles, what is not processed, deliveries of open cases, with
// their outcomes, and the last report. A file that is listed still stays known: it would be
// new.
func (d *DB) Prune(ctx context.Context, before time.Time, keep Needs) (out Pruned, err error) {
	at := before.UnixNano()
	hashes, kept := among(keep.Open)
	named, cases := among(keep.Cases)
	there, feeds := among(keep.Feeds)
	var members, noise, standings int64
	latest := fmt.Sprintf(`SELECT feed, path FROM (SELECT feed, path, row_number() OVER (PARTITION BY feed ORDER BY coalesce(mtime, first_seen) DESC, path DESC) AS place FROM deliveries) AS l WHERE place <= %d`, keepLatest)
	profiles := fmt.Sprintf(`SELECT feed, family, sha256 FROM (SELECT feed, family, sha256, row_number() OVER (PARTITION BY feed, family ORDER BY recorded DESC, sha256) AS place, count(*) OVER (PARTITION BY feed, family) AS came FROM profiles) AS l
		WHERE place <= %d AND (came > 1 OR (feed, sha256) IN (SELECT feed, sha256 FROM outcomes))`, keepLatest)
	err = d.tx(ctx, func(q querier) error {
		for _, s := range []struct {
			count *int64
			query string
			args  []any
		}{
			{&out.Outcomes, "DELETE FROM outcomes WHERE recorded < ? AND sha256 NOT IN " + hashes + " AND (feed, path) NOT IN (" + latest + ")", append([]any{at}, kept...)},
			{&out.Deliveries, "DELETE FROM deliveries WHERE last_seen < ? AND status <> 'fetched' AND sha256 NOT IN " + hashes + " AND (feed, path) NOT IN (" + latest + ")", append([]any{at}, kept...)},
			{&out.Profiles, "DELETE FROM profiles WHERE recorded < ? AND (feed, family, sha256) NOT IN (" + profiles + ")", []any{at}},
			{&out.Reports, "DELETE FROM reports WHERE run IN (SELECT id FROM runs WHERE started < ?) AND run < (SELECT max(run) FROM reports)", []any{at}},
			{new(int64), "DELETE FROM offers WHERE last_seen < ?", []any{at}},
			{new(int64), "DELETE FROM fetches WHERE fetched < ? AND manifest IS NOT NULL", []any{at}},
			{new(int64), "DELETE FROM tasks WHERE run IN (SELECT id FROM runs WHERE started < ?)", []any{at}},
			{new(int64), "DELETE FROM approvals WHERE last_seen < ?", []any{at}},
			{&out.Runs, strings.Join([]string{"DELETE FROM runs WHERE started < ? AND ended IS NOT NULL", "id NOT IN (SELECT run FROM outcomes)", "id NOT IN (SELECT run FROM reports)",
				"id NOT IN (SELECT run FROM tasks)"}, " AND "), []any{at}},
			{&members, "DELETE FROM members WHERE sha256 NOT IN " + named + " AND (feed, sha256) NOT IN (SELECT feed, sha256 FROM outcomes) AND (feed, whole) NOT IN (SELECT feed, sha256 FROM deliveries)", cases},
			{&noise, "DELETE FROM noise WHERE first_seen < ? AND (feed, settings, revision) NOT IN (SELECT feed, settings, revision FROM outcomes)", []any{at}},
			{&standings, "DELETE FROM standings WHERE feed NOT IN " + there + " AND feed NOT IN (SELECT feed FROM deliveries WHERE last_seen >= ?)", append(feeds, at)},
		} {
			res, err := q.exec(ctx, s.query, s.args...)
			if err != nil {
				return err
			}
			if *s.count, err = res.RowsAffected(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Pruned{}, fmt.Errorf("prune state: %w", err)
	}
	out.Orphans = members + noise + standings
	return out, nil
}

// Compact gives the room of what was pruned back to the file system; PostgreSQL does
// that by itself.
func (d *DB) Compact(ctx context.Context) error {
	if d.config != nil {
		return nil
	}
	if _, err := d.db.ExecContext(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("compact state: %w", err)
	}
	return nil
}

// ForgetTasks drops the tasks of all runs, told or not.
func (d *DB) ForgetTasks(ctx context.Context) error {
	if err := d.exec(ctx, "DELETE FROM tasks"); err != nil {
		return fmt.Errorf("forget tasks: %w", err)
	}
	return nil
}
