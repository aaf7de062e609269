package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// In a table that is in its key's order each row is where its hash puts it, and every index
// has the whole key, some 250 bytes, in place of a number. Rows in the order in which they
// come are one index of that size, and the pages of the rest are full. A night of 10,000 new
// deliveries wrote 28,000 pages into its log before, and 17,000 after, in jobs four times as
// large.
const (
	rowsOfOutcomes = outcomesAnew + ";" + inItsPlace
	keyedOutcomes  = outcomesAnew + " WITHOUT ROWID;" + inItsPlace

	outcomesAnew = `
CREATE TABLE outcomes_anew (
` + outcomeColumns + `)`
	inItsPlace = `
INSERT INTO outcomes_anew SELECT * FROM outcomes;
DROP TABLE outcomes;
ALTER TABLE outcomes_anew RENAME TO outcomes;
CREATE INDEX outcomes_path ON outcomes (feed, path);
CREATE INDEX outcomes_charset ON outcomes (feed, recorded DESC, sha256, view) WHERE charset NOT IN ('', 'ascii');
`

	outcomeColumns = `	feed       TEXT NOT NULL,
	sha256     TEXT NOT NULL,
	view       TEXT NOT NULL,
	settings   TEXT NOT NULL,
	revision   TEXT NOT NULL,
	engine     TEXT NOT NULL,
	run        INTEGER NOT NULL REFERENCES runs (id),
	path       BLOB NOT NULL,
	recorded   INTEGER NOT NULL,
	charset    TEXT NOT NULL,
	pair       TEXT NOT NULL,
	verdict    TEXT NOT NULL,
	severity   TEXT NOT NULL,
	error      TEXT NOT NULL,
	PRIMARY KEY (feed, sha256, view, settings, revision, engine)
`
)

// Key names one comparison for ever: the same bytes, read by the same settings,
// run by the same code on the same engine, cannot give anything else.
type Key struct {
	Feed     string
	SHA256   string // of the delivery as sent
	View     ingest.View
	Settings string // hash of both paths' settings or calls and of the comparison
	Revision string // of the team's code, "" without any
	Engine   string // name and version of what ran the paths
}

// Outcome is what comparing one view of a delivery gave.
type Outcome struct {
	Key
	Charset  string
	Pair     string
	Verdict  ingest.Verdict
	Severity ingest.Severity
	Error    string // why it is not-compared, "" otherwise
	Findings []Finding
	Noise    []ingest.Noise // columns that were left out, found now or remembered
}

// Finding is one signature an outcome shows.
type Finding struct {
	Signature string
	Cause     string
	Dir       string // of its golden case, "" if none was written
}

// Counter is how often a signature was hit in a feed.
type Counter struct {
	Feed      string
	Signature string
	Cause     string
	FirstSeen time.Time
	LastSeen  time.Time
	Hits      int64
	Dir       string
}

// Begin starts a run of all feeds and returns its number.
func (d *DB) Begin(ctx context.Context, revision, engine string, now time.Time) (int64, error) {
	return d.begin(ctx, revision, engine, now, 0)
}

// BeginPart is Begin for some feeds: what was to be done of the others is still to be done.
func (d *DB) BeginPart(ctx context.Context, revision, engine string, now time.Time) (int64, error) {
	return d.begin(ctx, revision, engine, now, 1)
}

func (d *DB) begin(ctx context.Context, revision, engine string, now time.Time, partial int) (int64, error) {
	var id int64
	err := d.tx(ctx, func(q querier) error {
		return q.row(ctx, "INSERT INTO runs (started, revision, engine, status, partial) VALUES (?,?,?,'running',?) RETURNING id", now.UnixNano(), revision, engine, partial).Scan(&id)
	})
	if err != nil {
		return 0, fmt.Errorf("begin run: %w", err)
	}
	return id, nil
}

// End closes a run with a one-word status such as "ok" or "incomplete", and remembers what
// it tells of rules, in one transaction. A run that has ended stays as it did: what it tells
// is added once.
func (d *DB) End(ctx context.Context, run int64, status string, now time.Time, rules ...Applied) error {
	err := d.tx(ctx, func(q querier) error {
		res, err := q.exec(ctx, "UPDATE runs SET ended = ?, status = ? WHERE id = ? AND ended IS NULL", now.UnixNano(), status, run)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		for _, r := range rules {
			if err := apply(ctx, q, run, r, now); err != nil {
				return err
			}
		}
		d.step("end")
		return nil
	})
	if err != nil {
		return fmt.Errorf("end run %d: %w", run, err)
	}
	return nil
}

// Has reports whether an outcome is recorded, so that it need not be made again.
// One that was not compared does not count: next time the harness may work.
func (d *DB) Has(ctx context.Context, k Key) (bool, error) {
	var n int
	err := d.q().row(ctx, `SELECT count(*) FROM outcomes WHERE feed = ? AND sha256 = ? AND view = ? AND settings = ? AND revision = ? AND engine = ?
		AND verdict <> ?`, k.Feed, k.SHA256, k.View, k.Settings, k.Revision, k.Engine, ingest.NotCompared).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look up outcome of feed %q: %w", k.Feed, err)
	}
	return n > 0, nil
}

// Verdicts returns what came of deliveries of a feed by their hashes: verdicts and severities
// by view, with charset and pair. Findings are counted and not kept by delivery. Each key's
// own hash and view are left out, the rest of it is theirs.
func (d *DB) Verdicts(ctx context.Context, k Key, sums ...string) (map[string][]Outcome, error) {
	out := map[string][]Outcome{}
	for some := range slices.Chunk(sums, atOnce) {
		in, hashes := among(some)
		found, err := rows(ctx, d.q(), scanVerdict, `SELECT sha256, view, charset, pair, verdict, severity FROM outcomes
			WHERE feed = ? AND settings = ? AND revision = ? AND engine = ? AND sha256 IN `+in, append([]any{k.Feed, k.Settings, k.Revision, k.Engine}, hashes...)...)
		if err != nil {
			return nil, fmt.Errorf("look up outcomes of feed %q: %w", k.Feed, err)
		}
		for _, o := range found {
			out[o.SHA256] = append(out[o.SHA256], o)
		}
	}
	return out, nil
}

func scanVerdict(scan func(...any) error) (Outcome, error) {
	var o Outcome
	var severity string
	err := scan(&o.SHA256, &o.View, &o.Charset, &o.Pair, &o.Verdict, &severity)
	if err == nil {
		o.Severity, err = ingest.ParseSeverity(severity)
	}
	return o, err
}

// lastCharset reads the index outcomes_charset, which has the same condition to the letter: as
// many of its rows as were recorded together, such as a delivery's views.
const lastCharset = `SELECT charset FROM outcomes WHERE feed = ? AND verdict <> ? AND charset NOT IN ('', 'ascii')
	ORDER BY recorded DESC, sha256, view LIMIT 1`

// LastCharset returns the charset of a feed's latest delivery that was compared and
// is not pure ASCII, which says nothing; "" if there is none.
func (d *DB) LastCharset(ctx context.Context, feed string) (string, error) {
	var charset string
	err := d.q().row(ctx, lastCharset, feed, ingest.NotCompared).Scan(&charset)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("look up charset of feed %q: %w", feed, err)
	}
	return charset, nil
}

// CharsetOf returns the charset that a delivery of a feed was found to be in when it was
// run first; "" if it was not, or if that says nothing.
func (d *DB) CharsetOf(ctx context.Context, feed, sha256 string) (string, error) {
	var charset string
	err := d.q().row(ctx, `SELECT charset FROM outcomes WHERE feed = ? AND sha256 = ? AND verdict <> ? AND charset NOT IN ('', 'ascii')
		ORDER BY recorded LIMIT 1`, feed, sha256, ingest.NotCompared).Scan(&charset)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("look up charset of a delivery of feed %q: %w", feed, err)
	}
	return charset, nil
}

// Made are the outcomes of a delivery, of all its views.
type Made struct {
	Path     string
	Outcomes []Outcome
}

// Record is Tx.Record of one delivery in a transaction of its own: after a crash either all
// of it is there or none.
func (d *DB) Record(ctx context.Context, run int64, path string, outcomes []Outcome, now time.Time) (fresh []string, err error) {
	err = d.Transact(ctx, func(tx Tx) error {
		all, err := tx.Record(ctx, run, now, Made{path, outcomes})
		if err == nil {
			fresh = all[0]
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return fresh, nil
}

// Record stores the outcomes of deliveries of a feed, counts their signatures, remembers
// their noise and marks the deliveries as processed. An outcome whose key is there already
// changes nothing, so that a doubled or repeated run counts once. It returns, for each
// delivery, the signatures that this feed had never shown. A delivery with an outcome that
// was not compared stays unfinished.
func (t Tx) Record(ctx context.Context, run int64, now time.Time, all ...Made) (fresh [][]string, err error) {
	fresh = make([][]string, len(all))
	var plain []*filed
	for i, m := range all {
		at := now.Add(time.Duration(i)) // so that the last one is the latest (LastCharset)
		for _, o := range m.Outcomes {
			if len(o.Findings)+len(o.Noise) == 0 { // nothing depends on whether it was there
				plain = append(plain, &filed{m.Path, at, o})
				continue
			}
			some, err := record(ctx, t.q, run, &filed{m.Path, at, o})
			if err != nil {
				return nil, fmt.Errorf("record outcomes: %w", err)
			}
			fresh[i] = append(fresh[i], some...)
		}
	}
	// In the order of their keys, so that a statement writes few pages of the index: what a
	// statement is about to change of one SQLite copies first.
	slices.SortStableFunc(plain, func(a, b *filed) int { return strings.Compare(a.SHA256, b.SHA256) })
	err = inserts(plain, func(f *filed) Key { return f.Key }, func(some []*filed) error {
		_, err := addOutcomes(ctx, t.q, run, some)
		return err
	})
	if err == nil {
		err = process(ctx, t.q, now.UnixNano(), slices.DeleteFunc(slices.Clone(all), func(m Made) bool { return !m.processed() })...)
	}
	if err != nil {
		return nil, fmt.Errorf("record outcomes: %w", err)
	}
	return fresh, nil
}

// processed reports whether nothing remains to be done with a delivery.
func (m Made) processed() bool {
	return len(m.Outcomes) > 0 && !slices.ContainsFunc(m.Outcomes, func(o Outcome) bool { return o.Verdict == ingest.NotCompared })
}

// filed is an outcome with the path of its delivery, and when it was recorded.
type filed struct {
	path string
	at   time.Time
	Outcome
}

// record stores one outcome and returns the signatures that its feed shows for the first
// time.
func record(ctx context.Context, q querier, run int64, o *filed) (fresh []string, err error) {
	if err := addNoise(ctx, q, o.Outcome, o.at); err != nil {
		return nil, err
	}
	added, err := addOutcomes(ctx, q, run, []*filed{o})
	if err != nil {
		return nil, err
	}
	for _, f := range o.Findings {
		isNew, err := count(ctx, q, o.Feed, f, added > 0, o.at)
		if err != nil {
			return nil, err
		}
		if isNew {
			fresh = append(fresh, f.Signature)
		}
	}
	return fresh, nil
}

// Done records that nothing remains to be done with a delivery whose outcomes are
// those of what it holds.
func (d *DB) Done(ctx context.Context, feed, path, sha256 string, now time.Time) error {
	err := d.tx(ctx, func(q querier) error {
		return process(ctx, q, now.UnixNano(), whole(feed, path, sha256))
	})
	if err != nil {
		return fmt.Errorf("record that a delivery is done: %w", err)
	}
	return nil
}

// whole is a delivery that was run, of which nothing need be known but which it is.
func whole(feed, path, sha256 string) Made {
	return Made{path, []Outcome{{Key: Key{Feed: feed, SHA256: sha256}}}}
}

// process marks deliveries of a feed as processed, as far as they are still those that were
// run: of two versions of one path, which are in no statement together, one at most is.
func process(ctx context.Context, q querier, now int64, all ...Made) error {
	return inserts(all, func(m Made) string { return m.Path }, func(some []Made) error {
		args := []any{Processed, now, some[0].Outcomes[0].Feed}
		var versions []any
		for _, m := range some {
			args = append(args, []byte(m.Path))
			versions = append(versions, []byte(m.Path), m.Outcomes[0].SHA256)
		}
		_, err := q.exec(ctx, "UPDATE deliveries SET status = ?, processed = ? WHERE feed = ? AND path IN ("+placeholders(len(some))+
			") AND sha256 = CASE path"+strings.Repeat(" WHEN ? THEN ?", len(some))+" END", append(args, versions...)...)
		return err
	})
}

// addOutcomes stores outcomes and returns how many of them were not there yet. One that was
// not compared gives way to one that is.
func addOutcomes(ctx context.Context, q querier, run int64, all []*filed) (int64, error) {
	args := make([]any, 0, 14*len(all)+1)
	for _, o := range all {
		args = append(args, o.Feed, o.SHA256, o.View, o.Settings, o.Revision, o.Engine, run, []byte(o.path), o.at.UnixNano(),
			o.Charset, o.Pair, o.Verdict, o.Severity.String(), o.Error)
	}
	res, err := q.exec(ctx, `INSERT INTO outcomes
		(feed, sha256, view, settings, revision, engine, run, path, recorded, charset, pair, verdict, severity, error)
		VALUES `+tuples(len(all), 14)+`
		ON CONFLICT (feed, sha256, view, settings, revision, engine) DO UPDATE SET run = excluded.run, path = excluded.path, recorded = excluded.recorded, charset = excluded.charset,
			pair = excluded.pair, verdict = excluded.verdict, severity = excluded.severity, error = excluded.error
		WHERE outcomes.verdict = ?`, append(args, ingest.NotCompared)...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// count adds a hit to a signature's counter and reports whether it is the first.
func count(ctx context.Context, q querier, feed string, f Finding, hit bool, now time.Time) (bool, error) {
	if !hit {
		return false, nil
	}
	var hits int64
	err := q.row(ctx, `INSERT INTO signatures (feed, signature, cause, first_seen, last_seen, hits, dir) VALUES (?,?,?,?,?,1,?)
		ON CONFLICT (feed, signature) DO UPDATE SET last_seen = excluded.last_seen, hits = signatures.hits + 1, cause = excluded.cause,
			dir = CASE WHEN excluded.dir = '' THEN signatures.dir ELSE excluded.dir END
		RETURNING hits`, feed, f.Signature, f.Cause, now.UnixNano(), now.UnixNano(), f.Dir).Scan(&hits)
	return hits == 1, err
}

// Signature returns the counter of a feed's signature, ok false if it was never hit.
func (d *DB) Signature(ctx context.Context, feed, signature string) (c Counter, ok bool, err error) {
	row := d.q().row(ctx, "SELECT "+counterColumns+" FROM signatures WHERE feed = ? AND signature = ?", feed, signature)
	c, err = scanCounter(row.Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("read signature of feed %q: %w", feed, err)
	}
	return c, true, nil
}

// Signatures returns all counters in the order of feed and signature.
func (d *DB) Signatures(ctx context.Context) ([]Counter, error) {
	out, err := rows(ctx, d.q(), scanCounter, "SELECT "+counterColumns+" FROM signatures ORDER BY feed, signature")
	if err != nil {
		return nil, fmt.Errorf("read signatures: %w", err)
	}
	return out, nil
}

const counterColumns = "feed, signature, cause, first_seen, last_seen, hits, dir"

func scanCounter(scan func(...any) error) (Counter, error) {
	var c Counter
	var first, last int64
	err := scan(&c.Feed, &c.Signature, &c.Cause, &first, &last, &c.Hits, &c.Dir)
	c.FirstSeen, c.LastSeen = time.Unix(0, first).UTC(), time.Unix(0, last).UTC()
	return c, err
}
