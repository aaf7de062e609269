package interp

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/feedparity/feedparity/ingest"
)

// Interpreter is one real CPython on this machine.
type Interpreter struct {
	Path    string        // its real executable, symlinks and shims resolved
	Version ingest.Python // such as 2.7
	Full    string        // such as "2.7.18" or "3.14.0rc1"
	Source  string        // where it was found: "config", "pyenv", "uv", "asdf" or "PATH"
}

// String returns the version and the path, as doctor prints them.
func (i Interpreter) String() string { return fmt.Sprintf("python %s (%s)", i.Full, i.Path) }

// Broken is an executable that looks like an interpreter but is of no use here.
type Broken struct {
	Path   string
	Source string
	Err    error
}

// Find returns the CPythons that feedparity can run (2.7 and 3.6 or later),
// sorted by version and then path, each real executable once. Extra names come
// from the configuration: executables, or command names to look up on PATH.
func Find(ctx context.Context, extra ...string) []Interpreter {
	found, _ := Search(ctx, extra...)
	return found
}

// FindVersion is Find for one version. An executable whose name is another version's
// (python3.12) is not asked: on a machine with ten, eight need not be started.
func FindVersion(ctx context.Context, py ingest.Python, extra ...string) []Interpreter {
	found, _ := search(ctx, slices.DeleteFunc(candidates(extra), func(c candidate) bool { return c.isNot(py) }))
	return slices.DeleteFunc(found, func(i Interpreter) bool { return i.Version != py })
}

// Search is Find that also tells what it had to leave out, for doctor.
func Search(ctx context.Context, extra ...string) ([]Interpreter, []Broken) {
	return search(ctx, candidates(extra))
}

func search(ctx context.Context, cands []candidate) ([]Interpreter, []Broken) {
	results := make([]probeResult, len(cands))
	var wg sync.WaitGroup
	slots := make(chan struct{}, 8)
	for i, c := range cands {
		wg.Go(func() {
			slots <- struct{}{}
			results[i] = probe(ctx, c)
			<-slots
		})
	}
	wg.Wait()
	return sortResults(results)
}

func sortResults(results []probeResult) (found []Interpreter, broken []Broken) {
	seen := map[string]bool{}
	for _, r := range results {
		switch {
		case r.err != nil:
			broken = append(broken, Broken{r.cand.path, r.cand.source, r.err})
		case !seen[r.found.Path]:
			seen[r.found.Path] = true
			found = append(found, r.found)
		}
	}
	slices.SortStableFunc(found, compareInterpreters)
	return found, broken
}

func compareInterpreters(a, b Interpreter) int {
	if c := slices.Compare(versionNumbers(a.Full), versionNumbers(b.Full)); c != 0 {
		return c
	}
	return strings.Compare(a.Path, b.Path)
}

var digits = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\d+`)
})

// Newest returns of the interpreters that Find found one for each minor version,
// the newest patch release of it, in the same order.
func Newest(found []Interpreter) []Interpreter {
	var out []Interpreter
	for _, i := range found {
		if n := len(out) - 1; n >= 0 && out[n].Version == i.Version {
			out = out[:n]
		}
		out = append(out, i)
	}
	return out
}

func versionNumbers(full string) []int {
	var out []int
	for _, d := range digits().FindAllString(full, -1) {
		n := 0
		fmt.Sscan(d, &n)
		out = append(out, n)
	}
	return out
}

// candidate is an executable that has not been asked yet.
type candidate struct {
	path   string // as found
	real   string // symlinks resolved
	source string
}

// isNot reports whether the executable's name says that it is of another version. What the
// configuration names may be called anything.
func (c candidate) isNot(py ingest.Python) bool {
	version, ok := strings.CutPrefix(filepath.Base(c.real), "python")
	named, err := ingest.ParsePython(version)
	return ok && err == nil && c.source != "config" && named != py
}

// candidates lists executables by precedence, each real one once.
func candidates(extra []string) []candidate {
	var out []candidate
	seen := map[string]bool{}
	add := func(source string, paths ...string) {
		for _, p := range paths {
			real, err := filepath.EvalSymlinks(p)
			if err != nil {
				real = p // the probe will say why
			}
			if !seen[real] {
				seen[real] = true
				out = append(out, candidate{p, real, source})
			}
		}
	}
	for _, e := range extra {
		add("config", lookUp(e))
	}
	home, _ := os.UserHomeDir()
	for _, m := range managers(home) {
		add(m.source, m.find()...)
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		// A shim is a script that starts one of the versions found above.
		if filepath.Base(dir) != "shims" {
			add("PATH", pythonsIn(dir)...)
		}
	}
	return out
}

// manager is a tool that keeps several interpreters under one directory.
type manager struct{ source, versions string }

func managers(home string) []manager {
	root := os.Getenv("PYENV_ROOT")
	if root == "" {
		root = filepath.Join(home, ".pyenv")
	}
	uv := os.Getenv("UV_PYTHON_INSTALL_DIR")
	if uv == "" {
		uv = filepath.Join(home, ".local", "share", "uv", "python")
	}
	asdf := os.Getenv("ASDF_DATA_DIR")
	if asdf == "" {
		asdf = filepath.Join(home, ".asdf")
	}
	return []manager{
		{"pyenv", filepath.Join(root, "versions")},
		{"uv", uv},
		{"asdf", filepath.Join(asdf, "installs", "python")},
	}
}

func (m manager) find() []string {
	dirs, err := filepath.Glob(filepath.Join(m.versions, "*", "bin"))
	if err != nil {
		return nil // only a bad pattern, and a home directory may well hold a '['
	}
	var out []string
	for _, d := range dirs {
		out = append(out, pythonsIn(d)...)
	}
	return out
}

var pythonName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^python(2|3|2\.7|3\.\d+)?$`)
})

// pythonsIn lists the interpreters in a directory by their usual names.
func pythonsIn(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // PATH may name directories that do not exist
	}
	var out []string
	for _, e := range entries {
		if pythonName().MatchString(e.Name()) {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	return out
}
