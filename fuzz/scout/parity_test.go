package scout

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/diff"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// The repository and its own golden cases, as seen from this package's directory.
const (
	root        = "../.."
	goldenCases = root + "/golden/cases"
)

// feed is whose cases those of FuzzParity are.
const feed = "fuzz"

// FuzzParity reads fuzzed bytes (or, where there are none, what the generator makes of the
// plan) with fuzzed Settings on both paths. A divergence whose signature is in no golden
// case, of whatever feed, becomes a case of feed "fuzz", minimised and confirmed by
// "feedparity golden add", and fails with the command that shows it again.
//
//	go test -fuzz=FuzzParity ./fuzz/scout
//
// What the seeds show is no news: without -fuzz, and in listing mode, only what nothing
// explains fails.
func FuzzParity(f *testing.F) {
	seeds := map[string]bool{}
	for _, s := range fuzztest.Seeds(f) {
		seeds[s.Key()] = true
		f.Add(s.Raw, s.Plan)
	}
	s := newSession(fuzztest.NewNews(f), os.Getenv(fuzztest.EnvCases))
	f.Fuzz(func(t *testing.T, raw, plan []byte) {
		if len(raw) > fuzztest.MaxRaw {
			t.Skip("longer than what is worth a run")
		}
		trial := generator.NewTrial(generator.NewChoices(plan), raw)
		found, err := s.find(t.Context(), &trial)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			s.tell(t, &trial, found, !fuzztest.Fuzzing() || s.Listing || seeds[fuzztest.Seed{Raw: raw, Plan: plan}.Key()])
		}
	})
}

// session is what all runs of a test process share.
type session struct {
	fuzztest.News
	engine ingest.Engine
	paths  Paths
	seen   Seen
	met    map[string]bool // signatures
	cases  string          // where new ones are written
}

// newSession is one that writes to a directory, to our own cases where it is "".
func newSession(news fuzztest.News, cases string) *session {
	if cases == "" {
		cases = goldenCases
	}
	models := embedded.New()
	return &session{News: news, engine: models, paths: Paths{Engines: [2]ingest.Engine{models, models}}, seen: Seen{}, met: map[string]bool{}, cases: cases}
}

// find returns what is new in an input; while the engine runs, only where the paths differ
// in a way that was not seen. A difference in the order of dicts is for information.
func (s *session) find(ctx context.Context, t *generator.Trial) ([]classify.Finding, error) {
	generator.Undetected(&t.Pair)
	res, err := s.paths.Run(ctx, t, diff.DefaultMax)
	if err != nil || res.Verdict != ingest.Diverge {
		return nil, err
	}
	if saw := s.seen.Note(&res, t); fuzztest.Fuzzing() && !saw.Worth {
		return nil, nil
	}
	return s.explain(ctx, t, res)
}

// errUnexplained is a divergence for which the classifier has no finding at all, not even
// "unclassified".
var errUnexplained = errors.New("the paths diverge and nothing was found")

func (s *session) explain(ctx context.Context, t *generator.Trial, res diff.Result) ([]classify.Finding, error) {
	in := classify.Case{Name: "fuzz.csv", Data: bytes.NewReader(t.Input), Size: int64(len(t.Input)), Py2: t.Pair.Py2, Py3: t.Pair.Py3}
	found, err := classify.Findings(ctx, s.engine, in, res)
	if err == nil && len(found) == 0 {
		err = errUnexplained
	}
	if err != nil {
		return nil, fmt.Errorf("explain with %s and %s: %w", t.Pair.Py2, t.Pair.Py3, err)
	}
	var out []classify.Finding
	for _, f := range found {
		if f.Severity != ingest.Info && !s.met[f.Signature] {
			s.met[f.Signature] = true
			if !s.known(f) {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// known reports whether there is a case of a finding, of whatever feed, that is not
// fixed: a case's directory is named by cause and signature.
func (s *session) known(f classify.Finding) bool {
	sum := sha256.Sum256([]byte(f.Signature))
	name := fmt.Sprintf("%s-%x", f.Cause, sum[:4])
	for _, dir := range []string{goldenCases, s.cases} {
		feeds, _ := os.ReadDir(dir) // one that is not there has no cases
		for _, feed := range feeds {
			text, err := os.ReadFile(filepath.Join(dir, feed.Name(), name, "case.yaml"))
			if err == nil && !bytes.Contains(text, []byte("\nstate: fixed\n")) {
				return true
			}
		}
	}
	return false
}

// tell lists what has a cause, where that is no news, and fails with all else.
func (s *session) tell(t *testing.T, trial *generator.Trial, found []classify.Finding, known bool) {
	t.Helper()
	for _, f := range found {
		switch {
		case known && f.Cause != classify.Unclassified:
			s.List(t, f.Signature, f.Severity, trial.Input)
		case s.First():
			dir, err := s.write(trial, f.Signature)
			if err != nil {
				t.Errorf("new divergence %s (%s)\n  input %q\n  py2   %s\n  py3   %s\n  %v", f.Signature, f.Severity, trial.Input, trial.Pair.Py2, trial.Pair.Py3, err)
				continue
			}
			t.Errorf("new divergence %s (%s)\n  input %q\n  py2   %s\n  py3   %s\n  repro go run ./cmd/feedparity repro %s",
				f.Signature, f.Severity, trial.Input, trial.Pair.Py2, trial.Pair.Py3, dir)
		}
	}
}

// errNoCase is what "golden add" says where it writes none.
var errNoCase = errors.New("no case was written")

// write has the command write the case of a signature, and returns its directory as seen
// from the repository's root.
func (s *session) write(t *generator.Trial, signature string) (string, error) {
	temp, err := os.MkdirTemp("", "feedparity-fuzz")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	input := filepath.Join(temp, "fuzz.csv")
	if err := os.WriteFile(input, t.Input, 0o600); err != nil {
		return "", err
	}
	cases, err := filepath.Abs(s.cases)
	if err != nil {
		return "", err
	}
	// Without the context of the run: it is to come to its end when the campaign's time is up.
	cmd := exec.Command("go", "run", "./cmd/feedparity", "golden", "add", "--dir", cases, "--feed", feed, "--by", feed, "--allow",
		"--signature", signature, "--py2", t.Pair.Py2.String(), "--py3", t.Pair.Py3.String(), input)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	for line := range strings.Lines(string(out)) {
		for _, word := range []string{"added ", "there already ", "regressed "} {
			if dir, ok := strings.CutPrefix(line, word); ok {
				return strings.TrimSpace(dir), nil
			}
		}
	}
	if err == nil || cmd.ProcessState.ExitCode() == 1 {
		err = errNoCase
	}
	return "", fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args[:5], " "), err, out)
}
