//go:build !lean

package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/sweep"
)

// openArchive opens the store in which a configuration keeps deliveries.
func openArchive(ctx context.Context, c *config.Config) (*archive.Store, error) {
	secret, err := c.Storage.SecretKey.Read(ctx)
	if err != nil {
		return nil, usageError("", "open archive: %w", err)
	}
	store, err := archive.OpenStore(cmp.Or(c.Storage.Location, c.Archive), archive.Options{AccessKey: c.Storage.AccessKey, SecretKey: secret.Reveal()})
	if err != nil {
		return nil, usageError("write archive: s3://BUCKET/PREFIX?endpoint=https://HOST&region=NAME, or a directory", "%w", err)
	}
	return store, nil
}

// archived are a feed's latest deliveries, the newest first, of which the archive has the
// bytes; at most so many are looked for.
func archived(ctx context.Context, db *state.DB, store *archive.Store, feed string, most int) iter.Seq2[state.Delivery, error] {
	return func(yield func(state.Delivery, error) bool) {
		known, err := db.Latest(ctx, feed, most)
		if err != nil {
			yield(state.Delivery{}, err)
			return
		}
		for _, d := range known {
			if d.SHA256 == "" {
				continue
			}
			if has, err := store.Has(ctx, d.SHA256); (has || err != nil) && !yield(d, err) {
				return
			}
		}
	}
}

// foundArchive is the archive as doctor finds it.
type foundArchive struct {
	Location string `json:"location"`
	Error    string `json:"error,omitempty"`
}

// examineArchive looks whether the archive can be reached.
func examineArchive(ctx context.Context, c *config.Config) (*foundArchive, error) {
	store, err := openArchive(ctx, c)
	if err != nil {
		return nil, err
	}
	out := &foundArchive{Location: store.String()}
	if err := store.Check(ctx); err != nil {
		out.Error = oneLine(err.Error())
	}
	return out, ctx.Err()
}

// tidying begins to end a night in the archive, which nothing else waits for. What it returns
// waits, and says what was removed.
func tidying(ctx context.Context, std streams, c *config.Config, db *state.DB, store *archive.Store, run int64) (wait func() error) {
	var p archive.Pruned
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		p, err = tidy(ctx, c, db, store, run)
	}()
	return func() error {
		<-done
		pruned(std, p)
		return err
	}
}

// tidy ends a night in the archive.
func tidy(ctx context.Context, c *config.Config, db *state.DB, store *archive.Store, run int64) (archive.Pruned, error) {
	r := archive.Retention{Keep: c.Storage.Keep, MaxSize: c.Storage.MaxSize}
	n := sweep.Night{State: db, Store: store, Run: run}
	for _, f := range c.Feeds {
		n.Latest = max(n.Latest, f.Recheck)
	}
	return sweep.Tidy(ctx, n, r, time.Now(), golden.NewInbox(c.Inbox), golden.NewStore(c.Golden))
}

// pruned says what was removed from the archive.
func pruned(std streams, p archive.Pruned) {
	if p.Removed > 0 {
		fmt.Fprintf(std.err, "archive: %s (%d bytes) removed, %d (%d bytes) kept\n", plurals(p.Removed, "delivery", "deliveries"), p.RemovedBytes, p.Kept, p.KeptBytes)
	}
	if p.Over > 0 {
		fmt.Fprintf(std.err, "feedparity: prune archive: %d bytes more than max_size are needed: by golden cases, by deliveries that were not run to their end, and the latest of each feed\n", p.Over)
	}
}
