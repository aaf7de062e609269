package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Gone is the status of a file that was listed and taken away before it could be
// fetched. It has no hash.
const Gone Status = "gone"

// Gone remembers that a file was there. What is remembered of an earlier version of it
// stays: that one was fetched.
func (d *DB) Gone(ctx context.Context, feed string, e Entry, now time.Time) error {
	_, err := d.Delivery(ctx, feed, e.Path)
	if errors.Is(err, sql.ErrNoRows) {
		err = d.tx(ctx, func(q querier) error { return put(ctx, q, feed, e, "", 0, Gone, now) })
	} else if err == nil {
		err = d.Touch(ctx, now, Listed{feed, []Entry{e}})
	}
	if err != nil {
		return fmt.Errorf("record that a delivery of feed %q is gone: %w", feed, err)
	}
	return nil
}
