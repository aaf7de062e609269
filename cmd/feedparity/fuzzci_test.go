//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/feedparity/feedparity/fuzz"
)

const fuzzingDir = "../../docs/examples/fuzzing"

// workflow is as much of a GitHub Actions workflow as a mistake can be made in.
type workflow struct {
	On   map[string]any
	Jobs map[string]struct {
		RunsOn   string `yaml:"runs-on"`
		Strategy struct{ Matrix struct{ Feed []string } }
		Steps    []struct {
			Name, Uses, Run, If string
			With                map[string]any
		}
	}
}

// The GitHub example is only parsed: each step uses an action or runs something, the
// cache that is saved is the one that the next run restores and the script fills.
func TestFuzzingOnGitHub(t *testing.T) {
	var w workflow
	parseExample(t, "github-actions.yaml", &w)
	job := w.Jobs["fuzz"]
	if w.On["schedule"] == nil || job.RunsOn == "" || len(job.Strategy.Matrix.Feed) == 0 {
		t.Fatalf("%+v", w)
	}
	var order []string
	keys := map[any]bool{}
	for _, s := range job.Steps {
		if (s.Uses == "") == (s.Run == "") || s.Uses != "" && !strings.Contains(s.Uses, "@v") {
			t.Errorf("step %+v", s)
		}
		action, _, _ := strings.Cut(s.Uses, "@")
		if strings.HasPrefix(action, "actions/cache/") {
			order, keys[s.With["key"]] = append(order, action), true
			if s.With["path"] != "corpus-kept" {
				t.Errorf("cached: %v", s.With)
			}
		}
		if strings.Contains(s.Run, "fuzz-feed.sh") {
			order = append(order, "script")
			if !strings.Contains(s.Run, " corpus-kept ") {
				t.Errorf("run: %s", s.Run)
			}
		}
	}
	if !slices.Equal(order, []string{"actions/cache/restore", "script", "actions/cache/save"}) || len(keys) != 1 {
		t.Errorf("%v, keys %v", order, keys)
	}
}

// The Jenkins example is only parsed: every stage runs the script with a directory of
// its feed.
func TestFuzzingOnJenkins(t *testing.T) {
	var p struct {
		Pipeline struct {
			Agent    map[string]string
			Triggers []string
			Options  []string
			Stages   []struct {
				Stage string
				Steps []string
			}
			Post map[string][]string
		}
	}
	parseExample(t, "Jenkinsfile.yaml", &p)
	if len(p.Pipeline.Stages) == 0 || len(p.Pipeline.Triggers) != 1 || len(p.Pipeline.Post["always"]) != 1 {
		t.Fatalf("%+v", p)
	}
	for _, s := range p.Pipeline.Stages {
		feed := strings.TrimPrefix(s.Stage, "Fuzz ")
		if want := "sh './fuzz-feed.sh " + feed + " /var/lib/feedparity/corpus/" + feed + " 30m'"; len(s.Steps) != 1 || s.Steps[0] != want {
			t.Errorf("stage %s: %q, want %q", s.Stage, s.Steps, want)
		}
	}
}

// parseExample reads a file strictly: a key that is not expected is an error.
func parseExample(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(fuzzingDir, name))
	if err == nil {
		err = yaml.UnmarshalWithOptions(data, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// Two machines run the script on one kept corpus: the second goes on from the first's.
func TestFuzzFeedScript(t *testing.T) {
	script, err := filepath.Abs(filepath.Join(fuzzingDir, "fuzz-feed.sh"))
	if err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(t.TempDir(), "kept")
	machine := func() int {
		s := newSite(t, "")
		s.write("feedparity.yaml", "feeds:\n  acme: {source: in, pair: lines}\n")
		feedparity := s.command()
		cmd := exec.Command(script, "acme", kept, "1s")
		cmd.Dir = s.dir
		cmd.Env = append(slices.Clone(feedparity.Env), "PATH="+filepath.Dir(feedparity.Path)+":/bin:/usr/bin")
		out, err := cmd.CombinedOutput()
		if code := exitCode(err); code != statusDiverge {
			t.Errorf("exit status %d: %s", code, out)
		}
		events, err := os.ReadFile(filepath.Join(s.dir, "fuzz-acme.jsonl"))
		if err != nil || !strings.Contains(string(events), `"event":"new"`) {
			t.Errorf("%v: %s", err, events)
		}
		inputs, err := fuzz.ReadCorpus(kept)
		if err != nil {
			t.Fatal(err)
		}
		return len(inputs)
	}
	if first, second := machine(), machine(); first < 3 || second < first {
		t.Errorf("%d inputs are kept, then %d", first, second)
	}
}
