package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/feedparity/feedparity"

// floors is the import graph as policy: a package imports only lower floors.
// Do not relax it to make something build: move the code instead.
var floors = map[string]int{
	"ingest": 0, "ingest/wire": 0, "ingest/pynorm": 0, "ingest/pyword": 0,
	"ingest/pycodec": 1, "ingest/pycell": 1, "ingest/shrink": 1, "corpus": 1, "corpus/pollute": 1, "corpus/plant": 1,
	"ingest/pycsv": 2, "ingest/pytext": 2, "ingest/config": 2, "ingest/config/secret": 1,
	"ingest/fetch": 2, "ingest/fetch/ftptest": 1, "ingest/fetch/faultrows": 1, "ingest/fetch/pin": 1, "ingest/unpack": 1, "ingest/whole": 1, "ingest/mojibake": 1, "ingest/archive": 2, "ingest/detect": 2,
	"ingest/normalize": 2, "ingest/diff": 2, "ingest/interp": 2, "ingest/state": 2, "ingest/schedule": 1,
	"ingest/state/pgtest":      1, // for tests only
	"ingest/interp/interptest": 3, // for tests only
	"ingest/embedded":          3, "ingest/classify": 3,
	"fuzz/fuzztest":  4, // for tests only
	"fuzz/generator": 2, "fuzz/scout": 4, "fuzz/questions": 1,
	"ingest/parity": 4, "ingest/report": 4, "ingest/found": 5,
	"ingest/handover": 4, "ingest/pysource": 1, "ingest/adopt": 3,
	"golden": 5, "ingest/notify": 5,
	"ingest/sweep": 6, "fuzz": 6, "golden/review": 6,
	"cmd/feedparity": 7, "cmd/shape": 7, "cmd/bench": 7, "cmd/mutate": 7, "cmd/fidelity": 7,
	"cmd/detecteval": 7, "cmd/detecteval/trivial": 0, "cmd/faults": 7,
}

// only names packages of others that a few of ours may use, with the reason.
var only = []struct {
	imported string
	users    []string
	because  string
}{
	{"os/exec", []string{"ingest/interp", "ingest/config/secret", "ingest/state/pgtest", "cmd/bench", "cmd/mutate", "cmd/detecteval", "cmd/feedparity"}, "only interpreters and password commands are run, what is measured or tested, and the whole program for the lean one"},
	{"github.com/jlaffaye/ftp", []string{"ingest/fetch"}, "its faults are fenced in by fetch"},
	{"flag", []string{"fuzz/fuzztest"}, "cobra reads the flags, and tests their own"},
	{"github.com/spf13/cobra", []string{"cmd/feedparity", "cmd/bench", "cmd/mutate", "cmd/detecteval"}, "only the commands talk to people"},
	{"charm.land/bubbletea/v2", []string{"golden/review"}, "its screen is the review's alone; the command knows a Desk"},
	{"github.com/google/go-cmp/cmp", nil, "it shows differences in tests; its initialisation would cost every command"},
}

// imports lists the packages each of our packages imports outside its tests.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	root := filepath.Join("..", "..")
	out := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		for _, group := range f.Comments {
			if strings.Contains(group.Text(), "go:build ignore") || strings.HasPrefix(group.List[0].Text, "//go:build ignore") {
				return nil // a generator, run by hand
			}
		}
		rel, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(rel)
		for _, spec := range f.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			out[pkg] = append(out[pkg], name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFloors(t *testing.T) {
	for pkg, imported := range imports(t) {
		floor, ok := floors[pkg]
		if !ok {
			t.Errorf("%s stands on no floor: add it to the table on purpose", pkg)
			continue
		}
		for _, name := range imported {
			rel, ours := strings.CutPrefix(name, module+"/")
			if !ours {
				continue
			}
			if below, ok := floors[rel]; ok && below >= floor && !(floor == 0 && below == 0) {
				t.Errorf("%s (floor %d) imports %s (floor %d)", pkg, floor, rel, below)
			}
		}
	}
}

// lean is all that FuzzParity's program may hold of ours, and of other modules leanOthers:
// Go's engine looks through the coverage of the whole program after each input.
var lean = []string{
	"fuzz/scout", "fuzz/generator", "fuzz/fuzztest", "corpus", "ingest", "ingest/pynorm", "ingest/pyword", "ingest/pycodec", "ingest/pycell", "ingest/pycsv", "ingest/pytext",
	"ingest/embedded", "ingest/diff", "ingest/classify",
}

// leanOthers is what tells the features of the processor.
var leanOthers = []string{"golang.org/x/sys/cpu"}

func TestLean(t *testing.T) {
	all := imports(t)
	for _, pkg := range lean {
		for _, name := range all[pkg] {
			rel, ours := strings.CutPrefix(name, module+"/")
			if ours && !slices.Contains(lean, rel) || !ours && strings.Contains(name, ".") && !slices.Contains(leanOthers, name) {
				t.Errorf("%s imports %s, which would be in the program with FuzzParity", pkg, name)
			}
		}
	}
	tests, err := filepath.Glob(filepath.Join("..", "..", "fuzz", "scout", "*_test.go"))
	if err != nil || len(tests) == 0 {
		t.Fatalf("%d tests of fuzz/scout, %v", len(tests), err)
	}
	for _, file := range tests {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range f.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			if rel, ours := strings.CutPrefix(name, module+"/"); ours && !slices.Contains(lean, rel) || !ours && strings.Contains(name, ".") {
				t.Errorf("%s imports %s, which would be in the program with FuzzParity", file, name)
			}
		}
	}
}

func TestOnly(t *testing.T) {
	all := imports(t)
	for _, rule := range only {
		allowed := map[string]bool{}
		for _, u := range rule.users {
			allowed[u] = true
		}
		for pkg, imported := range all {
			for _, name := range imported {
				if name == rule.imported && !allowed[pkg] {
					t.Errorf("%s imports %s: %s", pkg, name, rule.because)
				}
			}
		}
	}
	for _, banned := range []string{"ingest/embedded", "ingest/interp"} {
		other := map[string]string{"ingest/embedded": "ingest/interp", "ingest/interp": "ingest/embedded"}[banned]
		for _, name := range all[banned] {
			if name == module+"/"+other {
				t.Errorf("%s imports %s: the two engines never see each other", banned, other)
			}
		}
	}
}
