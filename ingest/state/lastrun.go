package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Run is a sweep as the state remembers it.
type Run struct {
	ID     int64
	Began  time.Time
	Ended  time.Time // zero if its process was killed, or runs still
	Status string    // "running", "interrupted", or that of its end
}

// LastRun returns the run of all feeds that began last, or false if there was none yet.
func (d *DB) LastRun(ctx context.Context) (Run, bool, error) {
	var r Run
	var began int64
	var ended sql.NullInt64
	err := d.q().row(ctx, "SELECT id, started, ended, status FROM runs WHERE partial = 0 ORDER BY id DESC LIMIT 1").Scan(&r.ID, &began, &ended, &r.Status)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Run{}, false, nil
	case err != nil:
		return Run{}, false, fmt.Errorf("find last run: %w", err)
	}
	r.Began = time.Unix(0, began)
	if ended.Valid && ended.Int64 != 0 {
		r.Ended = time.Unix(0, ended.Int64)
	}
	return r, true, nil
}

// CutShort reports whether the run before another did not end: its process was killed.
func (d *DB) CutShort(ctx context.Context, run int64) (bool, error) {
	var cut bool
	err := d.q().row(ctx, "SELECT ended IS NULL FROM runs WHERE id < ? ORDER BY id DESC LIMIT 1", run).Scan(&cut)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, fmt.Errorf("look up run before %d: %w", run, err)
	}
	return cut, nil
}
