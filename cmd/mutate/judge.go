package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// judge runs the tests of one package, with one file replaced.
type judge struct {
	o    options
	t    target
	goes string   // path of the go command
	env  []string // without any Python
	tmp  string
}

// verdict is what the tests say of a mutant.
type verdict int

const (
	caught verdict = iota
	survived
	broken // it does not compile
)

// newJudge checks that the tests pass on the code as it is.
func newJudge(ctx context.Context, o options, t target) (*judge, error) {
	path, err := exec.LookPath("go")
	if err != nil {
		return nil, fmt.Errorf("find go: %w", err)
	}
	tmp, err := os.MkdirTemp("", "mutate-")
	if err != nil {
		return nil, fmt.Errorf("create folder: %w", err)
	}
	j := &judge{o: o, t: t, goes: path, tmp: tmp}
	if j.env, err = j.environment(ctx); err != nil {
		j.close()
		return nil, err
	}
	if v, out := j.test(ctx, ""); v != survived {
		j.close()
		return nil, fmt.Errorf("run tests of %s before any change: they fail:\n%s", t.dir, out)
	}
	return j, nil
}

func (j *judge) close() { os.RemoveAll(j.tmp) }

// environment is one in which no interpreter is found: an empty PATH, and a home
// without pyenv, uv or asdf. The go command keeps its caches.
func (j *judge) environment(ctx context.Context) ([]string, error) {
	names := []string{"GOCACHE", "GOMODCACHE", "GOPATH", "GOROOT"}
	cmd := exec.CommandContext(ctx, j.goes, append([]string{"env", "-json"}, names...)...)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("run go env: %w", err)
	}
	var values map[string]string
	if err := json.Unmarshal(out, &values); err != nil {
		return nil, fmt.Errorf("read go env: %w", err)
	}
	env := []string{
		"PATH=", "HOME=" + j.tmp, "TMPDIR=" + j.tmp,
		"CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOPROXY=off", "GOTELEMETRY=off",
	}
	for _, n := range names {
		env = append(env, n+"="+values[n])
	}
	return env, nil
}

// score counts verdicts.
type score struct{ caught, survived, broken, equivalent, of int }

func (s *score) add(o score) {
	s.caught += o.caught
	s.survived += o.survived
	s.broken += o.broken
	s.equivalent += o.equivalent
	s.of += o.of
}

// share is how many percent were caught.
func (s score) share() float64 { return 100 * float64(s.caught) / float64(max(1, s.caught+s.survived)) }

func (s score) String() string {
	return fmt.Sprintf("%d of %d mutants judged, %d caught, %d survived: %.1f %%; %d more did not compile, %d change nothing",
		s.caught+s.survived, s.of, s.caught, s.survived, s.share(), s.broken, s.equivalent)
}

// judge tests mutants until the sample is full. Those that do not compile or
// change nothing are passed over.
func (j *judge) judge(ctx context.Context, ms []mutant) score {
	var s score
	for _, m := range ms {
		if ctx.Err() != nil || j.t.sample > 0 && s.caught+s.survived >= j.t.sample {
			break
		}
		if because := equivalent(m); because != "" {
			s.equivalent++
			continue
		}
		start := time.Now()
		switch v, _ := j.mutant(ctx, m); {
		case ctx.Err() != nil:
		case v == broken:
			s.broken++
		case v == survived:
			s.survived++
			fmt.Printf("survived %s\n", m)
		default:
			s.caught++
			if j.o.showAll {
				fmt.Printf("caught   %s (%.1f s)\n", m, time.Since(start).Seconds())
			}
		}
	}
	return s
}

// mutant runs the tests on one mutant.
func (j *judge) mutant(ctx context.Context, m mutant) (verdict, string) {
	file := filepath.Join(j.tmp, "mutant.go")
	overlay := filepath.Join(j.tmp, "overlay.json")
	original, err := filepath.Abs(m.file)
	if err == nil {
		err = os.WriteFile(file, m.apply(), 0o600)
	}
	var content []byte
	if err == nil {
		content, err = json.Marshal(map[string]map[string]string{"Replace": {original: file}})
	}
	if err == nil {
		err = os.WriteFile(overlay, content, 0o600)
	}
	if err != nil {
		return broken, err.Error()
	}
	return j.test(ctx, overlay)
}

// test runs the tests of the package: they pass, fail, take too long or do not
// compile.
func (j *judge) test(ctx context.Context, overlay string) (verdict, string) {
	limited, cancel := context.WithTimeout(ctx, j.o.limit)
	defer cancel()
	args := []string{"test", "-count=1", "-vet=off", "-failfast", "-timeout", j.o.limit.String()}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(limited, j.goes, append(args, "./"+filepath.ToSlash(filepath.Clean(j.t.dir)))...)
	cmd.Env = j.env
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return survived, string(out)
	case bytes.Contains(out, []byte("[build failed]")), bytes.Contains(out, []byte("[setup failed]")):
		return broken, string(out)
	case errors.As(err, &exit), limited.Err() != nil:
		return caught, string(out)
	}
	return broken, err.Error()
}
