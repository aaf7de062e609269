package fuzz

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/interp"
)

// The environment of FuzzParity.
const (
	envMode     = "FEEDPARITY_FUZZ"          // "list": what has a cause is listed and does not fail
	envCases    = "FEEDPARITY_FUZZ_CASES"    // where golden cases are written
	envFindings = "FEEDPARITY_FUZZ_FINDINGS" // the file that lists them, a line each
)

// goldenCases are the repository's own, as seen from this package's directory.
const goldenCases = "../golden/cases"

// maxRaw bounds a delivery: the engine mutates ever longer ones, and length is
// not what makes paths diverge.
const maxRaw = 1 << 16

// FuzzParity reads fuzzed bytes (or, where there are none, what the generator
// makes of the plan) with fuzzed Settings on both paths. A divergence whose
// signature is in no golden case, of whatever feed, is minimised, written as a
// case of feed "fuzz" and fails with the command that shows it again.
//
//	go test -fuzz=FuzzParity ./fuzz
//
// What the seeds show is no news: without -fuzz, and in listing mode, only what
// nothing explains fails.
func FuzzParity(f *testing.F) {
	seeds := map[string]bool{}
	for _, s := range paritySeeds(f) {
		seeds[s.key()] = true
		f.Add(s.raw, s.plan)
	}
	dir := os.Getenv(envCases)
	if dir == "" {
		dir = goldenCases
	}
	s := newSession(f, golden.NewStore(dir), golden.NewStore(goldenCases))
	f.Fuzz(func(t *testing.T, raw, plan []byte) {
		if len(raw) > maxRaw {
			t.Skip("longer than what is worth a run")
		}
		prey, err := s.find(t.Context(), NewTrial(NewChoices(plan), raw))
		if err != nil {
			t.Fatal(err)
		}
		s.tell(t, prey, !fuzzing() || s.listing || seeds[seed{raw: raw, plan: plan}.key()])
	})
}

// fuzzing reports whether the engine runs, or the seeds alone.
func fuzzing() bool { return flag.Lookup("test.fuzz").Value.String() != "" }

// worker reports whether this is one of the engine's processes, children of the one
// that was started.
func worker() bool {
	f := flag.Lookup("test.fuzzworker")
	return f != nil && f.Value.String() == "true"
}

// session is what all runs of a test process share.
type session struct {
	hunter   *Hunter
	scout    scout
	cases    *golden.Store
	listing  bool
	findings string
	claim    string // the file that the first to fail makes, "" where nobody else can
}

// newSession is one that writes to a store, and knows what is there and in others.
func newSession(f *testing.F, cases *golden.Store, known ...*golden.Store) *session {
	f.Helper()
	s := &session{cases: cases, listing: os.Getenv(envMode) == "list", findings: os.Getenv(envFindings)}
	if mode := os.Getenv(envMode); mode != "" && !s.listing {
		f.Fatalf("%s=%q: want list, or nothing", envMode, mode)
	}
	if name := func(pid int) string { return filepath.Join(os.TempDir(), fmt.Sprintf("feedparity-fuzz-%d", pid)) }; worker() {
		s.claim = name(os.Getppid())
	} else {
		f.Cleanup(func() { os.Remove(name(os.Getpid())) })
	}
	var err error
	if s.hunter, err = NewHunter(append(known, cases)...); err != nil {
		f.Fatal(err)
	}
	s.scout = newScout(s.hunter)
	return s
}

// find hunts in an input; while the engine runs, only where the paths differ in a way
// that it has not seen.
func (s *session) find(ctx context.Context, t Trial) ([]Prey, error) {
	if fuzzing() {
		if saw, err := s.scout.look(ctx, &t); err != nil || !saw.worth {
			return nil, err
		}
	}
	return s.hunter.Hunt(ctx, t)
}

// tell lists what has a cause, where that is no news, and fails with all else.
func (s *session) tell(t *testing.T, prey []Prey, known bool) {
	for _, p := range prey {
		if known && p.Cause != classify.Unclassified {
			s.list(t, p)
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

// list notes a finding that has a cause. Lines are appended whole, so that the
// engine's workers can share the file.
func (s *session) list(t *testing.T, p Prey) {
	t.Logf("known cause: %s from %q", p.Signature, p.Trial.Input)
	if s.findings == "" {
		return
	}
	out, err := os.OpenFile(s.findings, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := fmt.Fprintf(out, "%s\t%s\t%q\n", p.Signature, p.Severity, p.Trial.Input[:min(len(p.Trial.Input), 200)]); err != nil {
		t.Fatal(err)
	}
}

// first reports whether no other worker has failed: the engine ends with the first
// failure and shows no second, whose case would be left lying about.
func (s *session) first() bool {
	if s.claim == "" {
		return true
	}
	f, err := os.OpenFile(s.claim, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err == nil {
		f.Close()
	}
	return err == nil
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
	if !s.first() {
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

// seed is one value of FuzzParity's corpus.
type seed struct{ raw, plan []byte }

func (s seed) key() string { return fmt.Sprintf("%q %q", s.raw, s.plan) }

// cut keeps the first rows of a delivery, whole lines of them.
func cut(data []byte) []byte {
	if len(data) <= maxSeed {
		return data
	}
	if i := bytes.LastIndexByte(data[:maxSeed], '\n'); i >= 0 {
		return data[:i+1]
	}
	return data[:maxSeed]
}

// maxSeed keeps seeds short: the engine spends its time in proportion.
const maxSeed = 600
