// Package interptest lets tests be judged by every real CPython on the machine:
// TestX checks our model, TestXConfirm the same table on the interpreters.
package interptest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/interp"
)

// newestModelled is the last version that the models know. A later interpreter can
// run feeds, and has nothing to judge.
var newestModelled = ingest.Python{Major: 3, Minor: 14}

// found are the interpreters to judge by: one per modelled minor version, the
// newest patch of it.
var found = sync.OnceValue(func() []interp.Interpreter {
	out := slices.DeleteFunc(interp.Newest(interp.Find(context.Background())), func(i interp.Interpreter) bool {
		return i.Version.AtLeast(newestModelled.Major, newestModelled.Minor+1)
	})
	for _, i := range out {
		fmt.Printf("confirm: judge %s\n", i)
	}
	return out
})

// Each runs f in a subtest for every interpreter found, one per minor version,
// with a process that ends with the subtest. The versions that REQUIRE_PYTHON
// names ("2.7,3.11,3.13") fail by name where they are missing; without it a
// machine without interpreters skips the test.
func Each(t *testing.T, f func(t *testing.T, p *interp.Process)) {
	t.Helper()
	interpreters := judges(t)
	for _, i := range interpreters {
		t.Run("python"+i.Version.String(), func(t *testing.T) {
			p, err := interp.Start(t.Context(), i, interp.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			f(t, p)
		})
	}
}

// Pairs runs f in a subtest for every 3.x found, with a process of it and one of
// 2.7, which end with the subtest. What is missing counts as for Each.
func Pairs(t *testing.T, f func(t *testing.T, pair [2]*interp.Process)) {
	t.Helper()
	old, others := apart(t)
	for _, i := range others {
		t.Run("python"+i.Version.String(), func(t *testing.T) {
			var pair [2]*interp.Process
			for path, one := range []interp.Interpreter{old, i} {
				p, err := interp.Start(t.Context(), one, interp.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				pair[path] = p
			}
			f(t, pair)
		})
	}
}

// Newest returns the 2.7 and the newest 3.x, by path. What is missing counts as for Each.
func Newest(t *testing.T) [2]interp.Interpreter {
	t.Helper()
	old, others := apart(t)
	return [2]interp.Interpreter{old, others[len(others)-1]}
}

// apart returns the 2.7 and all 3.x, oldest first, of which there is one at least.
func apart(t *testing.T) (old interp.Interpreter, others []interp.Interpreter) {
	t.Helper()
	for _, i := range judges(t) {
		if i.Version.Path() == ingest.Py2 {
			old = i
		} else {
			others = append(others, i)
		}
	}
	if old.Path == "" || len(others) == 0 {
		t.Skip("the pairs need both a python 2.7 and a 3.x; REQUIRE_PYTHON=2.7,3.13 makes their absence a failure")
	}
	return old, others
}

// judges returns the interpreters found, or ends a test that has none: as a
// failure by name if REQUIRE_PYTHON says so.
func judges(t testing.TB) []interp.Interpreter {
	t.Helper()
	interpreters := found()
	for _, name := range missing(os.Getenv("REQUIRE_PYTHON"), interpreters) {
		t.Errorf("python %s is required by REQUIRE_PYTHON and was not found on PATH, in pyenv, uv or asdf", name)
	}
	if len(interpreters) == 0 && !t.Failed() {
		t.Skip("no python found; REQUIRE_PYTHON=2.7,3.13 makes this a failure")
	}
	return interpreters
}

// Processes is Each for a fuzz target: by the same rules it returns a function
// that gives a process of every interpreter found. They start with its first call
// and end with the target.
func Processes(f *testing.F) func(t *testing.T) []*interp.Process {
	f.Helper()
	interpreters := judges(f)
	if f.Failed() {
		f.FailNow()
	}
	var started []*interp.Process
	f.Cleanup(func() {
		for _, p := range started {
			p.Close()
		}
	})
	return func(t *testing.T) []*interp.Process {
		t.Helper()
		for len(started) < len(interpreters) {
			p, err := interp.Start(t.Context(), interpreters[len(started)], interp.Options{})
			if err != nil {
				t.Fatal(err)
			}
			started = append(started, p)
		}
		return started
	}
}

// missing returns the required versions that are not among the interpreters.
func missing(required string, have []interp.Interpreter) []string {
	var out []string
	for _, name := range strings.FieldsFunc(required, func(r rune) bool { return r == ',' || r == ' ' }) {
		if !slices.ContainsFunc(have, func(i interp.Interpreter) bool { return i.Version.String() == name }) {
			out = append(out, name)
		}
	}
	return out
}

// defaultScale keeps "make test" quick; "make confirm" sets FEEDPARITY_CONFIRM=1,
// at which what can be exhausted is, and "make confirm-long" 10.
const defaultScale = 0.04

// Cases scales a number of generated cases by the environment variable
// FEEDPARITY_CONFIRM, a factor; it returns at least 1.
func Cases(n int) int {
	scale := defaultScale
	if s := os.Getenv("FEEDPARITY_CONFIRM"); s != "" {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || f < 0 {
			panic(fmt.Sprintf("FEEDPARITY_CONFIRM=%q: want a factor such as 0.02 or 1", s))
		}
		scale = f
	}
	return max(1, int(float64(n)*scale))
}

// Record prints the line that "make confirm" adds up and fails the test if there
// were mismatches.
func Record(t *testing.T, layer string, p *interp.Process, cases, mismatches int) {
	t.Helper()
	fmt.Printf("confirm: %s %s %d cases %d mismatches\n", layer, p.Interpreter.Full, cases, mismatches)
	if mismatches > 0 {
		t.Errorf("%s: %d of %d cases differ on python %s", layer, mismatches, cases, p.Interpreter.Full)
	}
}
