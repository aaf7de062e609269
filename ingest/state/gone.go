package state

import (
	"context"
	"fmt"
	"time"
)

// Gone is the status of a file that was listed and taken away before it could be
// fetched. It has no hash.
const Gone Status = "gone"

// Gone remembers that a file was there. What is remembered of an earlier version of it
// stays: that one was fetched.
func (d *DB) Gone(ctx context.Context, feed string, e Entry, now time.Time) error {
	known, err := d.Look(ctx, feed, e)
	if err == nil && known[0].News == New {
		err = d.tx(ctx, func(q querier) error { return put(ctx, q, feed, e, "", 0, Gone, now) })
	} else if err == nil {
		err = d.Touch(ctx, feed, now, e.Path)
	}
	if err != nil {
		return fmt.Errorf("record that a delivery of feed %q is gone: %w", feed, err)
	}
	return nil
}
