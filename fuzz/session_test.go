package fuzz

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/interp"
)

// session is what all runs of FuzzFeed share that are of one feed.
type session struct {
	fuzztest.News
	hunter *Hunter
	scout  lookout
	cases  *golden.Store
}

// newSession is one that writes to a store, and knows what is there and in others.
func newSession(f *testing.F, cases *golden.Store, known ...*golden.Store) *session {
	f.Helper()
	s := &session{cases: cases, News: fuzztest.NewNews(f)}
	var err error
	if s.hunter, err = NewHunter(append(known, cases)...); err != nil {
		f.Fatal(err)
	}
	s.scout = newLookout(s.hunter)
	return s
}

// find hunts in an input; while the engine runs, only where the paths differ in a way
// that it has not seen.
func (s *session) find(ctx context.Context, t generator.Trial) ([]Prey, error) {
	if fuzztest.Fuzzing() {
		if saw, err := s.scout.look(ctx, &t); err != nil || !saw.Worth {
			return nil, err
		}
	}
	return s.hunter.Hunt(ctx, t)
}

// tell lists what has a cause, where that is no news, and fails with all else.
func (s *session) tell(t *testing.T, prey []Prey, known bool) {
	for _, p := range prey {
		if known && p.Cause != classify.Unclassified {
			t.Logf("known cause: %s from %q", p.Signature, p.Trial.Input)
			if err := s.List(p.Signature, p.Severity, p.Trial.Input); err != nil {
				t.Fatal(err)
			}
			continue
		}
		message, err := s.write(p)
		if err != nil {
			t.Fatal(err)
		}
		if message != "" {
			t.Error(message)
		}
	}
}

// write writes the golden case and returns what to fail with, its repro command
// included; "" if another worker has written the case before: then it is known.
func (s *session) write(p Prey) (string, error) {
	ctx := context.Background() // to the end, also when the campaign's time is up
	judge, end := realJudge(ctx)
	defer end()
	c, err := p.Case(ctx, judge)
	if err != nil {
		return "", err
	}
	if !s.First() {
		return "", nil
	}
	c.Found("fuzz", time.Now(), "", "", time.Time{}, "")
	dir, created, err := s.cases.Write(c)
	if err != nil || !created && p.Cause != classify.Unclassified {
		return "", err
	}
	return fmt.Sprintf("new divergence %s (%s)\n  input %q\n  py2   %s\n  py3   %s\n  repro %s",
		p.Signature, p.Severity, c.Input, c.Py2, c.Py3, reproCommand(dir)), nil
}

// realJudge repeats a case on the real interpreters, where there are any.
func realJudge(ctx context.Context) (judge golden.Judge, end func()) {
	full := map[ingest.Python]string{}
	found := interp.Find(ctx)
	for _, i := range found {
		full[i.Version] = i.Full // sorted: the newest patch comes last
	}
	eng := interp.NewEngine(interp.Options{Interpreters: found})
	return golden.Judge{Engine: eng, Full: func(py ingest.Python) string { return full[py] }}, func() { eng.Close() }
}

// reproCommand is to be run from the repository's root.
func reproCommand(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	if root, err := filepath.Abs(".."); err == nil {
		if rel, err := filepath.Rel(root, dir); err == nil && !strings.HasPrefix(rel, "..") {
			dir = rel
		}
	}
	return "go run ./cmd/feedparity repro " + dir
}
