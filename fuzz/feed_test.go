package fuzz

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/fuzz/fuzztest"
	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/golden"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/classify"
	"github.com/feedparity/feedparity/ingest/config"
	"github.com/feedparity/feedparity/ingest/interp"
	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// The environment of FuzzFeed.
const (
	envConfig = "FEEDPARITY_CONFIG" // the team's feedparity.yaml
	envFeed   = "FEEDPARITY_FEED"   // one of its feeds; any of them is drawn if this is not set
)

// FuzzFeed is FuzzParity of a team's own feeds, whose functions run on their own
// interpreters: what no case of the checkout or of the inbox knows fails, and is written
// to the inbox.
//
//	FEEDPARITY_CONFIG=feedparity.yaml go test -fuzz=FuzzFeed ./fuzz
//
// The corpus of "feedparity fuzz --feed" is what it begins with.
func FuzzFeed(f *testing.F) {
	name := os.Getenv(envConfig)
	if name == "" {
		f.Skipf("%s names no feedparity.yaml", envConfig)
	}
	cfg, err := config.Load(fromRoot(name))
	if err != nil {
		f.Fatal(err)
	}
	run := interp.NewEngine(interp.Options{})
	f.Cleanup(func() { run.Close() })
	feeds := teamFeeds(f, cfg, run)
	f.Add([]byte{}, []byte{})
	f.Add(quietInput, []byte{})
	for i, one := range feeds {
		for _, data := range one.corpus {
			f.Add(data, []byte{byte(i)})
		}
	}
	f.Fuzz(func(t *testing.T, raw, plan []byte) {
		if len(raw) > fuzztest.MaxRaw {
			t.Skip("longer than what is worth a run")
		}
		c := generator.NewChoices(plan)
		feeds[c.N(len(feeds))].try(t, c, raw)
	})
}

// fromRoot finds a file that is named as seen from the project's directory, where go
// test was started, and not from the package's, where it runs.
func fromRoot(name string) string {
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) && !filepath.IsAbs(name) {
		return filepath.Join("..", name)
	}
	return name
}

// teamFeed is one of the feeds that are fuzzed.
type teamFeed struct {
	*session
	pair    ingest.Pair
	learned *generator.Grammar
	corpus  [][]byte
}

func teamFeeds(f *testing.F, cfg *config.Config, run *interp.Engine) []*teamFeed {
	f.Helper()
	var out []*teamFeed
	only := os.Getenv(envFeed)
	for _, feed := range cfg.Feeds {
		if only != "" && feed.Name != only {
			continue
		}
		s := newSession(f, golden.NewStore(cfg.Inbox), golden.NewStore(cfg.Golden))
		s.hunter.Of(feed.Name, feed.Calls, run, run.Together(CallsTogether), feed.Compare)
		one := &teamFeed{session: s, pair: feed.Pair}
		dir := filepath.Join(filepath.Dir(cfg.Inbox), "fuzz", feed.Name)
		var err error
		if one.corpus, err = ReadCorpus(dir); err == nil {
			one.learned, err = ReadGrammar(dir)
		}
		if err != nil {
			f.Fatal(err)
		}
		charset := "utf-8"
		if one.learned != nil {
			charset = one.learned.Charset
		}
		one.pair.Py2, one.pair.Py3 = one.pair.Py2.Resolve(charset, nil), one.pair.Py3.Resolve(charset, nil)
		out = append(out, one)
	}
	if len(out) == 0 {
		f.Fatalf("%s=%q: the configuration has no such feed", envFeed, only)
	}
	return out
}

// try runs both paths on an input, or on one that is made where there is none.
func (s *teamFeed) try(t *testing.T, c *generator.Choices, raw []byte) {
	switch {
	case len(raw) > 0:
	case s.learned != nil:
		raw = s.learned.CSV(c)
	default:
		raw = generator.CSV(c, s.pair.Py3)
	}
	prey, err := s.find(t.Context(), generator.Trial{Input: raw, Pair: s.pair})
	if errors.As(err, new(*ingest.HarnessError)) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.tell(t, prey, !fuzztest.Fuzzing() || s.Listing)
}

// TestFuzzFeed runs the engine for a few inputs against functions of a team's own: of
// two that read alike nothing comes, of two that do not a case in the inbox.
func TestFuzzFeed(t *testing.T) {
	py := interptest.Newest(t)
	dir := t.TempDir()
	team := map[string]string{
		"feedparity.yaml": "paths: {py2: {python: " + py[0].Path + "}, py3: {python: " + py[1].Path + "}}\ndefaults: {source: ., match: \"*.csv\", effects: none}\n" +
			"feeds:\n  right: {call: \"team:right\"}\n  wrong: {call: \"team:wrong\"}\n",
		"team.py": "def right(path):\n    yield len(open(path, 'rb').read())\n\n\ndef wrong(path):\n    yield len(open(path, 'rb').read()) / 2\n",
	}
	for name, text := range team {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := fuzzFeed(t, dir, "right"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	out, err := fuzzFeed(t, dir, "wrong")
	if err == nil || !strings.Contains(out, "new divergence true-division:team.py:wrong:-/-:call/call (silent)") {
		t.Errorf("%v\n%s", err, out)
	}
	found, err := golden.NewStore(filepath.Join(dir, ".feedparity", "inbox")).List()
	if err != nil || len(found) != 1 || found[0].Case.Cause != string(classify.TrueDivision) {
		t.Errorf("%+v, %v", found, err)
	}
	if out, err := fuzzFeed(t, dir, "none"); err == nil || !strings.Contains(out, "has no such feed") {
		t.Errorf("%v\n%s", err, out)
	}
}

// fuzzFeed runs this very program as go test -fuzz does.
func fuzzFeed(t *testing.T, dir, feed string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], "-test.run=^$", "-test.fuzz=^FuzzFeed$", "-test.fuzztime=8x", "-test.parallel=1", "-test.fuzzcachedir="+filepath.Join(dir, "cache"))
	cmd.Env = append(os.Environ(), envConfig+"="+filepath.Join(dir, "feedparity.yaml"), envFeed+"="+feed)
	cmd.Dir = t.TempDir() // where it would put a failing input
	out, err := cmd.CombinedOutput()
	return string(out), err
}
