package sweep

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/handover"
	"github.com/feedparity/feedparity/ingest/state"
)

// When the revision of the team's code changes, nothing that was recorded says any more
// what the code does: a feed's latest deliveries are run again, out of the archive, and
// so are its golden cases.

// calls reports whether a feed runs the team's own code.
func calls(f config.Feed) bool { return f.Calls[ingest.Py2] != nil || f.Calls[ingest.Py3] != nil }

// rechecks are the latest deliveries of a feed that were run by other code and are in
// the archive still, oldest first.
func (s *sweeper) rechecks(ctx context.Context, f config.Feed) ([]task, error) {
	if !calls(f) || f.Recheck == 0 {
		return nil, nil
	}
	old, err := s.State.Outdated(ctx, f.Name, s.Revision, f.Recheck)
	if err != nil {
		return nil, err
	}
	var todo []task
	for _, d := range slices.Backward(old) {
		there, err := s.Store.Has(ctx, d.SHA256)
		if err != nil {
			return nil, err
		}
		if there {
			t := leftover(d)
			t.news = state.Rechecked
			todo = append(todo, t)
		}
	}
	return todo, nil
}

// Case is what became of a golden case that was run again.
type Case struct {
	Dir    string // its directory
	Status golden.Status
	Detail string
}

// replayed is the name under which the state keeps with which revision a feed's cases
// were run last.
const replayed = "cases"

// replayAll runs the cases of feeds whose code has changed since they were run last.
func (s *sweeper) replayAll(ctx context.Context, res *Result) error {
	for i := range res.Feeds {
		f := s.Feeds[i]
		if !calls(f) || ctx.Err() != nil {
			continue
		}
		was, err := s.State.Standing(ctx, replayed, f.Name)
		if err != nil {
			return err
		}
		if was != nil && string(was) == s.Revision {
			continue
		}
		s.observe(Event{Feed: f.Name, What: "replaying cases"})
		if res.Feeds[i].Cases = s.replay(ctx, f); ctx.Err() != nil || slices.ContainsFunc(res.Feeds[i].Cases, Case.undone) {
			continue // the next sweep tries again
		}
		if res.replayed == nil {
			res.replayed = map[string][]byte{}
		}
		res.replayed[f.Name] = []byte(s.Revision)
	}
	if s.Tells {
		return nil
	}
	return s.State.SetStanding(ctx, replayed, res.replayed)
}

// undone reports whether nothing is known of what the code does with a case.
func (c Case) undone() bool { return c.Status == golden.NotCompared }

// casesOf are the directories of a feed's cases: those of the checkout, and those of the
// inbox that wait to be pulled into it. What this code has shown itself needs no replay,
// and of a case that is in both the checkout's counts.
func (s *sweeper) casesOf(f config.Feed) (dirs []string) {
	if s.Golden != "" {
		dirs, _ = filepath.Glob(filepath.Join(s.Golden, f.Name, "*", "case.yaml"))
	}
	known := map[string]bool{}
	for i, file := range dirs {
		dirs[i] = filepath.Dir(file)
		known[filepath.Base(dirs[i])] = true
	}
	waiting, _ := filepath.Glob(filepath.Join(s.Inbox, f.Name, "*", "case.yaml"))
	for _, file := range waiting {
		dir := filepath.Dir(file)
		if c, err := golden.Load(dir); !known[filepath.Base(dir)] && (err != nil || c.Revision != s.Revision) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// replay runs the cases of a feed.
func (s *sweeper) replay(ctx context.Context, f config.Feed) []Case {
	o := golden.ReplayOptions{Calls: f.Calls, Caches: s.Caches, Now: s.Now()}
	if s.Pythons != nil {
		o.Handover = func(ctx context.Context, _ *golden.Case) (pair handover.Pair, err error) { return s.Pythons(ctx, f) }
	}
	var out []Case
	for _, dir := range s.casesOf(f) {
		one := Case{Dir: dir}
		c, err := golden.Load(one.Dir)
		if err != nil {
			one.Status, one.Detail = golden.NotCompared, err.Error()
		} else {
			got := golden.Replay(ctx, cmp.Or(s.Line.Calls, s.Line.Engine), c, o)
			one.Status, one.Detail = got.Status, got.Detail
		}
		out = append(out, one)
	}
	return out
}
