package state

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// Task is a piece of a run's work that any process of a fleet may do, and what came
// of it: a delivery to be run, or a file in one that is an archive.
type Task struct {
	Run    int64
	Feed   string
	Number int    // in the order in which a feed's deliveries are run, from 1; 0 is the feed itself
	Member string // name of a file in an archive, raw bytes; "" for the delivery; of a feed, of what is beside its result
	Body   []byte // what is to be done, JSON
	Result []byte // what came of it, JSON; nil while it waits
}

// Tx is a transaction of a state under way.
type Tx struct {
	q   querier
	SQL *sql.Tx // for a queue's own statements
}

// tasksSchema holds a run's work. A run that was killed or stopped leaves its tasks, and
// with them what came of those that were done, until somebody has been told (Untold, Told).
const tasksSchema = `
CREATE TABLE tasks (
	run    INTEGER NOT NULL REFERENCES runs (id),
	feed   TEXT NOT NULL,
	number INTEGER NOT NULL,
	member BLOB NOT NULL,
	body   TEXT NOT NULL,
	result TEXT,
	PRIMARY KEY (run, feed, number, member)
) WITHOUT ROWID;
CREATE INDEX outcomes_path ON outcomes (feed, path);
`

const taskColumns = "run, feed, number, member, body, result"

// Transact runs f in a transaction, which is rolled back if f fails.
func (d *DB) Transact(ctx context.Context, f func(Tx) error) error { return d.transact(ctx, true, f) }

// TransactSoon is Transact for what can be found out again. In a file it is there for all
// who read, and after a crash of the process; the power may fail before it lasts, which it
// does once a later Transact ends.
func (d *DB) TransactSoon(ctx context.Context, f func(Tx) error) error {
	return d.transact(ctx, false, f)
}

func (d *DB) transact(ctx context.Context, lasting bool, f func(Tx) error) error {
	return d.txOn(ctx, lasting, func(q querier) error {
		if err := f(Tx{q, q.on.(*sql.Tx)}); err != nil {
			return err
		}
		d.step("commit")
		return nil
	})
}

// Put stores tasks, waiting or done. One that is there already gets the result, and
// keeps one that it has: what was done first stands.
func (t Tx) Put(ctx context.Context, tasks ...Task) error {
	type key struct {
		run          int64
		feed, member string
		number       int
	}
	return inserts(tasks, func(t Task) key { return key{t.Run, t.Feed, t.Member, t.Number} }, func(some []Task) error {
		var args []any
		for _, one := range some {
			args = append(args, one.Run, one.Feed, one.Number, []byte(one.Member), string(one.Body), nullText(one.Result))
		}
		_, err := t.q.exec(ctx, "INSERT INTO tasks ("+taskColumns+") VALUES "+tuples(len(some), 6)+`
			ON CONFLICT (run, feed, number, member) DO UPDATE SET result = coalesce(tasks.result, excluded.result)`, args...)
		if err != nil {
			return fmt.Errorf("store tasks from %d of feed %q on: %w", some[0].Number, some[0].Feed, err)
		}
		return nil
	})
}

// Once stores a task that nobody has stored, and reports whether it did.
func (t Tx) Once(ctx context.Context, one Task) (bool, error) {
	res, err := t.q.exec(ctx, "INSERT INTO tasks ("+taskColumns+") VALUES "+tuples(1, 6)+" ON CONFLICT DO NOTHING",
		one.Run, one.Feed, one.Number, []byte(one.Member), string(one.Body), nullText(one.Result))
	if err != nil {
		return false, fmt.Errorf("store task %q of feed %q: %w", one.Member, one.Feed, err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func nullText(b []byte) any {
	if b == nil {
		return sql.NullString{}
	}
	return string(b)
}

// Done is DB.Done in a transaction.
func (t Tx) Done(ctx context.Context, feed, path, sha256 string, now time.Time) error {
	return process(ctx, t.q, now.UnixNano(), whole(feed, path, sha256))
}

// Outline is Tasks without the bodies and results of deliveries, which are many: a result
// that there is is empty, one that there is not nil.
func (d *DB) Outline(ctx context.Context, run int64) ([]Task, error) {
	out, err := rows(ctx, d.q(), scanTask, `SELECT run, feed, number, member, CASE WHEN number = 0 THEN body ELSE '' END, CASE WHEN number = 0 OR result IS NULL THEN result ELSE '' END
		FROM tasks WHERE run = ? ORDER BY feed, number, member`, run)
	if err != nil {
		return nil, fmt.Errorf("read tasks of run %d: %w", run, err)
	}
	return out, nil
}

// Tasks returns what a run has of feeds, of all where none is named, by feed and number, a
// delivery before what is in it.
func (d *DB) Tasks(ctx context.Context, run int64, feeds ...string) ([]Task, error) {
	query, args := "SELECT "+taskColumns+" FROM tasks WHERE run = ?", []any{run}
	if len(feeds) > 0 {
		query += " AND feed IN (" + placeholders(len(feeds)) + ")"
	}
	for _, f := range feeds {
		args = append(args, f)
	}
	out, err := rows(ctx, d.q(), scanTask, query+" ORDER BY feed, number, member", args...)
	if err != nil {
		return nil, fmt.Errorf("read tasks of run %d: %w", run, err)
	}
	return out, nil
}

// Untold returns what earlier runs than one did of feeds and nobody was told of, in the
// order in which it was done.
func (d *DB) Untold(ctx context.Context, before int64, feeds ...string) ([]Task, error) {
	var out []Task
	for some := range slices.Chunk(feeds, atOnce) {
		in, names := among(some)
		found, err := rows(ctx, d.q(), scanTask, "SELECT "+taskColumns+` FROM tasks
			WHERE run < ? AND number > 0 AND result IS NOT NULL AND feed IN `+in+" ORDER BY run, feed, number, member", append([]any{before}, names...)...)
		if err != nil {
			return nil, fmt.Errorf("read what nobody was told of: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// Beside returns what runs up to one have of a name beside the results of feeds themselves,
// done or not, in the order of the runs.
func (d *DB) Beside(ctx context.Context, run int64, name string, feeds ...string) ([]Task, error) {
	var out []Task
	for some := range slices.Chunk(feeds, atOnce) {
		in, names := among(some)
		found, err := rows(ctx, d.q(), scanTask, "SELECT "+taskColumns+` FROM tasks
			WHERE run <= ? AND number = 0 AND member = ? AND feed IN `+in+" ORDER BY run, feed", append([]any{run, []byte(name)}, names...)...)
		if err != nil {
			return nil, fmt.Errorf("read tasks %q: %w", name, err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// Told drops the tasks of feeds up to a run's: somebody was told what came of them.
func (d *DB) Told(ctx context.Context, run int64, feeds ...string) error {
	err := d.tx(ctx, func(q querier) error {
		for some := range slices.Chunk(feeds, atOnce) {
			in, names := among(some)
			if _, err := q.exec(ctx, "DELETE FROM tasks WHERE run <= ? AND feed IN "+in, append([]any{run}, names...)...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record that run %d was told: %w", run, err)
	}
	return nil
}

// Batch returns a run's tasks of a feed from one number to another.
func (d *DB) Batch(ctx context.Context, run int64, feed string, from, to int) ([]Task, error) {
	out, err := rows(ctx, d.q(), scanTask, "SELECT "+taskColumns+` FROM tasks
		WHERE run = ? AND feed = ? AND number BETWEEN ? AND ? ORDER BY number, member`, run, feed, from, to)
	if err != nil {
		return nil, fmt.Errorf("read tasks of run %d: %w", run, err)
	}
	return out, nil
}

func scanTask(scan func(...any) error) (Task, error) {
	var t Task
	var member, body []byte
	var result sql.NullString
	err := scan(&t.Run, &t.Feed, &t.Number, &member, &body, &result)
	t.Member, t.Body = string(member), body
	if result.Valid {
		t.Result = []byte(result.String)
	}
	return t, err
}

// SQL is the database itself, for a queue beside our tables.
func (d *DB) SQL() *sql.DB { return d.db }
