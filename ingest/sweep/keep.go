package sweep

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/fetch"
	"github.com/feedparity/feedparity/ingest/state"
)

// kept reports whether a delivery waits in the archive to be run.
func (s *sweeper) kept(ctx context.Context, d state.Delivery) (bool, error) {
	if d.Status != state.Fetched {
		return false, nil
	}
	return s.Store.Has(ctx, d.SHA256)
}

// layOut gets a delivery out of the archive into a directory of its task's, under its
// own name. One that is damaged there is removed, so that it is fetched again if it is
// still offered.
func (s *sweeper) layOut(ctx context.Context, d state.Delivery, dir string) (string, error) {
	file := filepath.Join(dir, fetch.LocalName(path.Base(d.Path)))
	if err := os.RemoveAll(dir); err != nil { // of a try that died
		return "", err
	}
	err := s.Store.Get(ctx, d.SHA256, file)
	if errors.Is(err, archive.ErrDamaged) {
		err = errors.Join(err, s.Store.Remove(ctx, d.SHA256))
	}
	return file, err
}

// adopt takes a feed's deliveries over that a feedparity before this one kept as files
// of their own: below 16 digits of their hash, under their own names. What is not what
// its hash says stays where it is.
func (s *sweeper) adopt(ctx context.Context, feed string) error {
	dirs, err := os.ReadDir(filepath.Join(s.Archive, feed))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, d := range dirs {
		if raw, err := hex.DecodeString(d.Name()); err != nil || len(raw) != 8 || !d.IsDir() {
			continue // of what is being worked on
		}
		if err := s.adoptDir(ctx, filepath.Join(s.Archive, feed, d.Name())); err != nil {
			return fmt.Errorf("take over what an earlier version archived: %w", err)
		}
	}
	return nil
}

func (s *sweeper) adoptDir(ctx context.Context, dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		file := filepath.Join(dir, f.Name())
		sum, err := sumOf(ctx, file)
		if err != nil {
			return err
		}
		if strings.HasPrefix(f.Name(), ".packed-") { // of a sweep that died taking over
			_ = os.Remove(file)
			continue
		}
		if !strings.HasPrefix(sum, filepath.Base(dir)) {
			continue
		}
		if err := s.Store.Put(ctx, file, sum); err != nil {
			return err
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	_ = os.Remove(dir) // if it is empty
	return nil
}

// Night is what a sweep leaves to be tidied.
type Night struct {
	State *state.DB
	Store *archive.Store
	Run   int64
	// Latest is how many deliveries of each feed are kept whatever their age: those that
	// a changed revision of the code runs again.
	Latest int
}

// Tidy ends a night in the archive: it writes the manifest of what was fetched, and
// removes what is older or more than is kept. What a golden case in one of the stores
// refers to stays, and so do what was not run to its end and each feed's latest.
func Tidy(ctx context.Context, n Night, r archive.Retention, now time.Time, cases ...*golden.Store) (archive.Pruned, error) {
	fetches, err := n.State.Unlisted(ctx, now)
	if err != nil {
		return archive.Pruned{}, err
	}
	if len(fetches) > 0 {
		entries := make([]archive.Entry, len(fetches))
		for i, f := range fetches {
			entries[i] = archive.Entry{Feed: f.Feed, Path: []byte(f.Path), SHA256: f.SHA256, Bytes: f.Bytes, MTime: f.MTime, Fetched: f.Fetched}
		}
		if err := n.Store.WriteManifest(ctx, n.Run, entries); err != nil {
			return archive.Pruned{}, err
		}
		if err := n.State.Listed(ctx, n.Run, now); err != nil {
			return archive.Pruned{}, err
		}
	}
	if r == (archive.Retention{}) {
		return archive.Pruned{}, nil
	}
	pinned, err := n.pinned(ctx, cases)
	if err != nil {
		return archive.Pruned{}, err
	}
	return n.Store.Prune(ctx, r, now, func(sum string) bool { return pinned[sum] })
}

// pinned are the hashes of what must not be removed. A case that cannot be read may
// refer to anything: then nothing is removed.
func (n Night) pinned(ctx context.Context, stores []*golden.Store) (map[string]bool, error) {
	out := map[string]bool{}
	needed, err := n.State.Needed(ctx, n.Latest)
	if err != nil {
		return nil, err
	}
	for _, sum := range needed {
		out[sum] = true
	}
	for _, store := range stores {
		all, err := store.List()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("prune archive: look for what cases refer to: %w", err)
		}
		for _, c := range all {
			if c.Err != nil {
				return nil, fmt.Errorf("prune archive: look for what cases refer to: %w", c.Err)
			}
			if err := pin(ctx, n.State, out, c.Case.Origin.SHA256); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// pin keeps a delivery, and what holds it where it is a member of a packed one.
func pin(ctx context.Context, db *state.DB, out map[string]bool, sum string) error {
	if _, err := hex.DecodeString(sum); err != nil || sum == "" {
		return nil // of a case that no sweep found
	}
	out[sum] = true
	wholes, err := db.Holding(ctx, sum)
	for _, w := range wholes {
		out[w] = true
	}
	return err
}
