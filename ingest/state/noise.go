package state

import (
	"context"
	"fmt"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// Noise returns the columns of a feed that were found to vary by themselves, by name.
// Other settings or another revision of the code may have other ones.
func (d *DB) Noise(ctx context.Context, feed, settings, revision string) ([]ingest.Noise, error) {
	out, err := rows(ctx, d.q(), scanNoise, "SELECT name, kind FROM noise WHERE feed = ? AND settings = ? AND revision = ? ORDER BY name", feed, settings, revision)
	if err != nil {
		return nil, fmt.Errorf("read noise of feed %q: %w", feed, err)
	}
	return out, nil
}

func scanNoise(scan func(...any) error) (ingest.Noise, error) {
	var n ingest.Noise
	err := scan(&n.Column, &n.Kind)
	return n, err
}

// addNoise remembers an outcome's noise. What is known stays as it was named first.
func addNoise(ctx context.Context, q querier, o Outcome, now time.Time) error {
	for _, n := range o.Noise {
		if _, err := q.exec(ctx, "INSERT INTO noise (feed, settings, revision, name, kind, first_seen) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
			o.Feed, o.Settings, o.Revision, n.Column, n.Kind, now.UnixNano()); err != nil {
			return err
		}
	}
	return nil
}
