package state

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// approvalsSchema has what became of each rule that accepts divergences. Rules are no
// keys of other tables, and runs are pruned before rules: it refers to nothing.
const approvalsSchema = `
CREATE TABLE approvals (
	rule       TEXT NOT NULL,
	origin     TEXT NOT NULL,
	feed       TEXT NOT NULL,
	cause      TEXT NOT NULL,
	signature  TEXT NOT NULL,
	owner      TEXT NOT NULL,
	reason     TEXT NOT NULL,
	expires    INTEGER,
	first_run  INTEGER NOT NULL,
	first_seen INTEGER NOT NULL,
	last_seen  INTEGER NOT NULL,
	match_run  INTEGER,
	matched    INTEGER,
	deliveries INTEGER NOT NULL,
	idle       INTEGER NOT NULL,
	PRIMARY KEY (rule, origin)
) WITHOUT ROWID;
`

// RuleKey names a rule: one that is worded otherwise is another.
type RuleKey struct {
	Text   string // in words, as messages name it
	Origin string // "configuration" or "case"
}

// Rule is a rule by which divergences are accepted, as it is worded.
type Rule struct {
	RuleKey
	Feed, Cause, Signature string // what it is about; "" for any, and for the one of cause and signature that it does not name
	Owner, Reason          string
	Expires                time.Time // the first moment at which it holds no more, the zero time for ever
}

// Applied is what a run tells of a rule.
type Applied struct {
	Rule
	Deliveries int64     // of the run that it matched
	Compared   bool      // whether the run compared any of the feeds that it is about
	Earlier    time.Time // when it is known to have matched before the run, the zero time if it is not
}

// Approval is what is remembered of a rule.
type Approval struct {
	Rule
	FirstRun   int64
	FirstSeen  time.Time
	LastSeen   time.Time // the end of the last run that had it
	MatchRun   int64     // the run in which it matched last; 0 for none, or if that run did not end or is older than this table
	Matched    time.Time // when it matched last, the zero time for never
	Deliveries int64     // that it matched, each as often as it was run
	Idle       int64     // runs since that compared any of its feeds
}

// apply adds what a run tells of a rule. All of it is sums and maxima: whichever of
// several processes writes last, nothing of the others is lost.
func apply(ctx context.Context, q querier, run int64, a Applied, now time.Time) error {
	matched, matchRun, idle := nullTime(a.Earlier), sql.NullInt64{}, 0
	switch {
	case a.Deliveries > 0:
		matched, matchRun = nullTime(now), sql.NullInt64{Int64: run, Valid: true}
	case a.Compared:
		idle = 1
	}
	const later = "excluded.%[1]s > coalesce(approvals.%[1]s, 0)"
	newer, newerRun := fmt.Sprintf(later, "matched"), fmt.Sprintf(later, "match_run")
	_, err := q.exec(ctx, `INSERT INTO approvals (rule, origin, feed, cause, signature, owner, reason, expires, first_run, first_seen, last_seen, match_run, matched, deliveries, idle)
		VALUES (`+placeholders(15)+`) ON CONFLICT (rule, origin) DO UPDATE SET
		feed = excluded.feed, cause = excluded.cause, signature = excluded.signature, owner = excluded.owner, reason = excluded.reason, expires = excluded.expires,
		last_seen = CASE WHEN excluded.last_seen > approvals.last_seen THEN excluded.last_seen ELSE approvals.last_seen END,
		match_run = CASE WHEN `+newerRun+` THEN excluded.match_run ELSE approvals.match_run END,
		matched = CASE WHEN `+newer+` THEN excluded.matched ELSE approvals.matched END,
		deliveries = approvals.deliveries + excluded.deliveries,
		idle = CASE WHEN excluded.deliveries > 0 OR `+newer+` THEN excluded.idle ELSE approvals.idle + excluded.idle END`,
		a.Text, a.Origin, a.Feed, a.Cause, a.Signature, a.Owner, a.Reason, nullTime(a.Expires), run, now.UnixNano(), now.UnixNano(), matchRun, matched, a.Deliveries, idle)
	if err != nil {
		return fmt.Errorf("record accept rule %s: %w", a.Text, err)
	}
	return nil
}

func nullTime(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixNano(), Valid: true}
}

// Approvals returns what is remembered of rules, by their text.
func (d *DB) Approvals(ctx context.Context) ([]Approval, error) {
	out, err := rows(ctx, d.q(), scanApproval, `SELECT rule, origin, feed, cause, signature, owner, reason, expires,
		first_run, first_seen, last_seen, match_run, matched, deliveries, idle FROM approvals ORDER BY rule, origin`)
	if err != nil {
		return nil, fmt.Errorf("read approvals: %w", err)
	}
	return out, nil
}

func scanApproval(scan func(...any) error) (Approval, error) {
	var a Approval
	var first, last int64
	var expires, matchRun, matched sql.NullInt64
	err := scan(&a.Text, &a.Origin, &a.Feed, &a.Cause, &a.Signature, &a.Owner, &a.Reason, &expires,
		&a.FirstRun, &first, &last, &matchRun, &matched, &a.Deliveries, &a.Idle)
	a.FirstSeen, a.LastSeen, a.MatchRun = time.Unix(0, first).UTC(), time.Unix(0, last).UTC(), matchRun.Int64
	a.Expires, a.Matched = timeOf(expires), timeOf(matched)
	return a, err
}

func timeOf(ns sql.NullInt64) time.Time {
	if !ns.Valid {
		return time.Time{}
	}
	return time.Unix(0, ns.Int64).UTC()
}
