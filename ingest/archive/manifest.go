package archive

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Entry is a line of a run's manifest: a delivery that the run fetched. Manifests are
// what is left of history where the state is lost and a supplier overwrites one name
// every night.
type Entry struct {
	Feed    string    `json:"feed"`
	Path    []byte    `json:"path"` // on the supplier's side, raw bytes; base64 in JSON
	SHA256  string    `json:"sha256"`
	Bytes   int64     `json:"bytes"`
	MTime   time.Time `json:"mtime,omitzero"` // as the server tells it
	Fetched time.Time `json:"fetched"`
}

func manifestName(run int64) string { return fmt.Sprintf("runs/%06d.jsonl", run) }

// WriteManifest keeps what a run fetched, a line of JSON each, in place of an earlier
// manifest of the same run.
func (s *Store) WriteManifest(ctx context.Context, run int64, entries []Entry) error {
	err := s.place.put(ctx, item{name: manifestName(run), write: func(w io.Writer) error {
		buf := bufio.NewWriter(w)
		enc := json.NewEncoder(buf)
		for _, e := range entries {
			if err := enc.Encode(e); err != nil {
				return err
			}
		}
		return buf.Flush()
	}})
	if err != nil {
		return fmt.Errorf("write manifest of run %d to %s: %w", run, s, err)
	}
	return nil
}

// Manifest returns what a run fetched; the error wraps fs.ErrNotExist where it has no
// manifest.
func (s *Store) Manifest(ctx context.Context, run int64) ([]Entry, error) {
	r, err := s.place.get(ctx, manifestName(run))
	if err != nil {
		return nil, fmt.Errorf("read manifest of run %d from %s: %w", run, s, err)
	}
	defer r.Close()
	var out []Entry
	for dec := json.NewDecoder(r); ; {
		var e Entry
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, fmt.Errorf("read manifest of run %d from %s: %w", run, s, err)
		}
		out = append(out, e)
	}
}
