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
	"time"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/state"
	"github.com/feedparity/feedparity/ingest/unpack"
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
		if strings.HasPrefix(e.Name(), "unpacked") && !strings.HasPrefix(e.Name(), fmt.Sprintf("unpacked-%d-", s.id)) && !confirming(e) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// confirming reports whether a directory may be that of a delivery which is being repeated:
// of an earlier run, too.
func confirming(e os.DirEntry) bool {
	info, err := e.Info()
	return err == nil && strings.HasPrefix(e.Name(), "unpacked-"+confirmKind) && time.Since(info.ModTime()) < confirmLimit+grace
}

// unpacked opens a delivery that is an archive into a directory of its own, anew after
// a sweep that died in the middle. It returns nil for any other delivery.
func unpacked(ctx context.Context, file, name, dir string, most config.Unpack) ([]unpack.Member, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	return unpack.Open(ctx, file, name, dir, unpack.Limits(most))
}

// archived runs the members of an archive, but for those that are done. The archive is
// done with when all of them are: until then the next sweep tries again, and passes
// over those that are recorded.
func (c *checking) archived(ctx context.Context, t task, whole Delivery, members []unpack.Member) (all []Delivery, done bool) {
	done = true
	for _, m := range members {
		if was, ok := c.members[t.number][m.Name]; ok {
			all = append(all, was)
			continue
		}
		out := whole
		out.Name, out.file = whole.Name+"/"+m.Name, m.Base()
		of := t
		of.entry.Path += "/" + m.Name
		c.s.try(ctx, c.feed, t, &out, func() error { return c.member(ctx, of, m, whole.SHA256, &out) })
		all = append(all, out)
		done = done && settled(out)
		if ctx.Err() != nil {
			return all, false
		}
	}
	return all, done
}

// member runs a member and records it in a transaction of its own: an archive may be large.
func (c *checking) member(ctx context.Context, t task, m unpack.Member, whole string, out *Delivery) (err error) {
	s := c.s
	if out.SHA256, err = sumOf(ctx, m.File); err != nil {
		return err
	}
	if err := s.State.AddMember(ctx, c.feed.Name, out.SHA256, whole); err != nil {
		return err
	}
	was, err := s.State.Verdicts(ctx, c.key, out.SHA256)
	if err != nil {
		return err
	}
	c.verdicts[out.SHA256] = was[out.SHA256]
	outcomes, err := c.runFile(ctx, t, m.File, out)
	if err != nil || outcomes == nil {
		return err
	}
	c.remembered = false
	now := s.Now()
	return c.transact(ctx, func(tx state.Tx) error {
		fresh, err := tx.Record(ctx, s.id, now, state.Made{Path: out.Path, Outcomes: outcomes})
		if err != nil {
			return err
		}
		out.settle(fresh[0])
		result, err := s.doneMember(t, m.Name, *out)
		if err != nil {
			return err
		}
		return tx.Put(ctx, result)
	})
}

// settled reports whether nothing remains to be done with a delivery.
func settled(d Delivery) bool {
	return d.Err == nil && !slices.ContainsFunc(d.Views, func(v View) bool { return v.Verdict == ingest.NotCompared || held(v) })
}

func sumOf(ctx context.Context, name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	buf := make([]byte, 256<<10)
	for {
		n, err := f.Read(buf)
		h.Write(buf[:n])
		switch {
		case err == io.EOF:
			return hex.EncodeToString(h.Sum(nil)), nil
		case err != nil:
			return "", err
		case ctx.Err() != nil: // it may be large
			return "", ctx.Err()
		}
	}
}
