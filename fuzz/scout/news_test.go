package scout

import (
	"bytes"
	"cmp"
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

// session tells which divergences are news.
type session struct {
	fuzztest.News
	fuzzing bool
	engine  ingest.Engine
	paths   Paths
	seeds   map[string]bool // which show no news, by their keys
	met     map[string]bool // signatures
	cases   string          // where new ones are written
}

// newSession is one that writes where the environment says, else to our own cases.
func newSession(news fuzztest.News, fuzzing bool) *session {
	models := embedded.New()
	return &session{News: news, fuzzing: fuzzing, engine: models, paths: Paths{Engines: [2]ingest.Engine{models, models}}, seeds: map[string]bool{}, met: map[string]bool{},
		cases: cmp.Or(os.Getenv(fuzztest.EnvCases), goldenCases)}
}

// find returns what is new in an input. A difference in the order of dicts is for
// information.
func (s *session) find(ctx context.Context, t *generator.Trial) ([]classify.Finding, error) {
	res, err := s.paths.Run(ctx, t, diff.DefaultMax)
	if err != nil || res.Verdict != ingest.Diverge {
		return nil, err
	}
	return s.explain(ctx, t, res)
}

// errUnexplained is a divergence for which the classifier has no finding at all, not even
// "unclassified".
var errUnexplained = errors.New("the paths diverge and nothing was found")

func (s *session) explain(ctx context.Context, t *generator.Trial, res diff.Result) ([]classify.Finding, error) {
	in := classify.Case{Name: "fuzz.csv", Data: bytes.NewReader(t.Input), Size: int64(len(t.Input)), Py2: t.Pair.Py2, Py3: t.Pair.Py3}
	found, err := classify.Classify(ctx, s.engine, in, res)
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

// question is a value of the corpus on which the paths differ.
type question struct{ raw, plan []byte }

// answer lists what has a cause, where that is no news, and returns what to fail with, ""
// if there is nothing.
func (s *session) answer(ctx context.Context, q question) (string, error) {
	trial := trialOf(q.raw, q.plan)
	found, err := s.find(ctx, &trial)
	known := !s.fuzzing || s.Listing || s.seeds[fuzztest.Seed{Raw: q.raw, Plan: q.plan}.Key()]
	var news []string
	for _, f := range found {
		switch {
		case known && f.Cause != classify.Unclassified:
			err = s.List(f.Signature, f.Severity, trial.Input)
		case s.First():
			news = append(news, s.write(&trial, f))
		}
	}
	return strings.Join(news, "\n"), err
}

// errNoCase is what "golden add" says where it writes none.
var errNoCase = errors.New("no case was written")

// write has the command write the case of a finding and returns what to fail with, which
// ends with the command that shows it again.
func (s *session) write(t *generator.Trial, f classify.Finding) string {
	end := ""
	if dir, err := s.add(t, f.Signature); err != nil {
		end = err.Error()
	} else {
		end = "repro go run ./cmd/feedparity repro " + dir
	}
	return fmt.Sprintf("new divergence %s (%s)\n  input %q\n  py2   %s\n  py3   %s\n  %s", f.Signature, f.Severity, t.Input, t.Pair.Py2, t.Pair.Py3, end)
}

// buildCommand has the command built before there is anything to write: the engine's time
// may be up before it were, and then a find would not fail.
func buildCommand(tb testing.TB) {
	tb.Helper()
	cmd := exec.Command("go", "run", "./cmd/feedparity", "version")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("build the command that writes cases: %v\n%s", err, out)
	}
}

// add returns the directory of the case that it makes of a signature, as seen from the
// repository's root.
func (s *session) add(t *generator.Trial, signature string) (string, error) {
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
	// Without a context: it is to come to its end when the time of the engine is up.
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
