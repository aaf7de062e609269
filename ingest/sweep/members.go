package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
)

// unpacked is where a task of a run lays out its delivery, and what that holds. Each has
// a directory of its own beside the others', in none that another would find empty and
// take away.
func (s *sweeper) unpacked(feed, task string) string {
	return filepath.Join(s.Archive, feed, "unpacked-"+task)
}

// removeUnpacked removes what earlier runs left laid out when they were killed.
func (s *sweeper) removeUnpacked(feed string) error {
	dir := filepath.Join(s.Archive, feed)
	left, err := os.ReadDir(dir)
	if err != nil {
		return nil // nothing is there
	}
	for _, e := range left {
		if strings.HasPrefix(e.Name(), "unpacked") && !strings.HasPrefix(e.Name(), fmt.Sprintf("unpacked-%d-", s.id)) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// unpack opens a delivery that is an archive into a directory of its own, anew after
// a sweep that died in the middle. It returns nil for any other delivery.
func unpack(ctx context.Context, file, name, dir string, most config.Unpack) ([]archive.Member, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	return archive.Open(ctx, file, name, dir, archive.Limits(most))
}

// members runs the members of an archive, but for those that are done. The archive is
// done with when all of them are: until then the next sweep tries again, and passes
// over those that are recorded.
func (s *sweeper) members(ctx context.Context, f config.Feed, t task, whole Delivery, members []archive.Member, earlier map[string]Delivery) []Delivery {
	var all []Delivery
	done := true
	for _, m := range members {
		if was, ok := earlier[m.Name]; ok {
			all = append(all, was)
			continue
		}
		out := whole
		out.Name, out.file = whole.Name+"/"+m.Name, m.Base()
		of := t
		of.entry.Path += "/" + m.Name
		s.try(ctx, f, t, &out, func() (err error) {
			if out.SHA256, err = sumOf(m.File); err == nil {
				err = s.State.AddMember(ctx, f.Name, out.SHA256, whole.SHA256)
			}
			if err == nil {
				err = s.run(ctx, f, of, m.File, &out, func(tx state.Tx) error { return s.putMember(ctx, tx, t, m.Name, out) })
			}
			return err
		})
		all = append(all, out)
		done = done && settled(out)
		if ctx.Err() != nil {
			return all
		}
	}
	stored := false
	if done {
		s.try(ctx, f, t, &all[len(all)-1], func() error {
			err := s.State.Transact(ctx, func(tx state.Tx) error {
				if err := tx.Done(ctx, f.Name, whole.Path, whole.SHA256, s.Now()); err != nil {
					return err
				}
				return s.put(ctx, tx, t, all, t.end)
			})
			stored = err == nil
			return err
		})
	}
	all[0].stored = stored // the whole of it
	return all
}

// settled reports whether nothing remains to be done with a delivery.
func settled(d Delivery) bool {
	return d.Err == nil && !slices.ContainsFunc(d.Views, func(v View) bool { return v.Verdict == ingest.NotCompared || held(v) })
}

func sumOf(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
