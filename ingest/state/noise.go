package state

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/feedparity/feedparity/ingest"
)

// Noise returns the columns of a feed that were found to vary by themselves, by name.
// Other settings or another revision of the code may have other ones.
func (d *DB) Noise(ctx context.Context, feed, settings, revision string) ([]ingest.Noise, error) {
	rows, err := d.db.QueryContext(ctx, "SELECT name, kind FROM noise WHERE feed = ? AND settings = ? AND revision = ? ORDER BY name", feed, settings, revision)
	if err != nil {
		return nil, fmt.Errorf("read noise of feed %q: %w", feed, err)
	}
	defer rows.Close()
	var out []ingest.Noise
	for rows.Next() {
		var n ingest.Noise
		if err := rows.Scan(&n.Column, &n.Kind); err != nil {
			return nil, fmt.Errorf("read noise of feed %q: %w", feed, err)
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// addNoise remembers an outcome's noise. What is known stays as it was named first.
func addNoise(ctx context.Context, tx *sql.Tx, o Outcome, now time.Time) error {
	for _, n := range o.Noise {
		if _, err := tx.ExecContext(ctx, "INSERT INTO noise (feed, settings, revision, name, kind, first_seen) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
			o.Feed, o.Settings, o.Revision, n.Column, n.Kind, now.UnixNano()); err != nil {
			return err
		}
	}
	return nil
}
