package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/archive"
	"github.com/feedparity/feedparity/ingest/config"
)

// unpack opens a delivery that is an archive into a directory of its own, anew after
// a sweep that died in the middle. It returns nil for any other delivery.
func unpack(ctx context.Context, file, name, dir string, most config.Unpack) ([]archive.Member, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	return archive.Open(ctx, file, name, dir, archive.Limits(most))
}

// members runs the members of an archive. The archive is done with when all of them
// are: until then the next sweep tries again, and passes over those that are recorded.
func (s *sweeper) members(ctx context.Context, f config.Feed, t task, whole Delivery, members []archive.Member) []Delivery {
	var all []Delivery
	done := true
	for _, m := range members {
		out := whole
		out.Name, out.file = whole.Name+"/"+m.Name, path.Base(strings.ReplaceAll(m.Name, `\`, "/"))
		of := t
		of.entry.Path += "/" + m.Name
		s.try(ctx, f, t, &out, func() (err error) {
			if out.SHA256, err = sumOf(m.File); err == nil {
				err = s.run(ctx, f, of, m.File, &out)
			}
			return err
		})
		all = append(all, out)
		done = done && settled(out)
		if ctx.Err() != nil {
			return all
		}
	}
	if done {
		s.try(ctx, f, t, &all[len(all)-1], func() error { return s.State.Done(ctx, f.Name, whole.Path, whole.SHA256, s.Now()) })
	}
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
