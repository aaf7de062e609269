package adopt

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest/pysource"
)

// file is a Python file of the project.
type file struct {
	*pysource.Module
	name   string // relative to the directory that was looked through, with slashes
	module string // as imported with root first in sys.path
	root   string // the directory above its outermost package, relative likewise
}

// function is a function and where it is.
type function struct {
	*pysource.Function
	in *file
}

func (f function) qualified() string {
	name := f.Name
	if f.Class != "" {
		name = f.Class + "." + name
	}
	return name
}

// project is what was read of a team's code.
type project struct {
	files   []*file
	modules map[string]*file
	// prefix is the package that the directory itself is, "" if it is none.
	prefix string
	// settings is the module of Django's settings.
	settings string
	graph    graph
}

// The bounds of what is looked through: a project, not a machine.
const (
	maxFiles  = 20_000
	maxSource = 1 << 20
)

// skipped are directories that hold no ingestion code of the team's own.
var skipped = []string{"node_modules", "site-packages", "__pycache__", "build", "dist", "migrations", "tests", "test"}

// readProject reads the Python files below a directory that can have to do with CSV
// or with opening files, in the order of their names.
func readProject(ctx context.Context, dir string) (*project, error) {
	p := &project{modules: map[string]*file{}}
	_, p.prefix = Root(dir)
	packages := map[string]bool{}
	var names []string
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if rel != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains(skipped, d.Name()) || isFile(filepath.Join(name, "pyvenv.cfg")) || isFile(filepath.Join(name, "bin", "activate"))) {
				return filepath.SkipDir
			}
			packages[rel] = isFile(filepath.Join(name, "__init__.py"))
			return nil
		}
		if path.Ext(rel) == ".py" && d.Type().IsRegular() && len(names) < maxFiles {
			names = append(names, rel)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := p.add(dir, name, packages); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// add reads a file, unless it is ours or has nothing to do with reading files.
func (p *project) add(dir, name string, packages map[string]bool) error {
	if base := path.Base(name); base == "adapters.py" || base == "setup.py" || strings.HasPrefix(base, "test_") || strings.HasSuffix(base, "_test.py") {
		return nil
	}
	info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil || info.Size() > maxSource {
		return err
	}
	source, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	root := path.Dir(name)
	for packages[root] && root != "." {
		root = path.Dir(root)
	}
	module := strings.TrimSuffix(strings.TrimPrefix(name, root+"/"), ".py")
	module = strings.ReplaceAll(module, "/", ".")
	if p.prefix != "" && root == "." {
		module = p.prefix + "." + module
	}
	module = strings.TrimSuffix(module, ".__init__")
	if p.settings == "" && bytes.Contains(source, []byte("INSTALLED_APPS =")) {
		p.settings = module
	}
	if !slices.ContainsFunc([]string{"csv", "open", "decode", ".split("}, func(s string) bool { return bytes.Contains(source, []byte(s)) }) {
		return nil
	}
	f := &file{Module: pysource.Read(source), name: name, module: module, root: root}
	p.files = append(p.files, f)
	p.modules[module] = f
	return nil
}

// Root returns what must be first in sys.path for the code of a directory: itself or,
// if it is a package, the directory above the outermost one; and the package's name.
func Root(dir string) (root, pkg string) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir, ""
	}
	for root = abs; isFile(filepath.Join(root, "__init__.py")) && filepath.Dir(root) != root; root = filepath.Dir(root) {
		pkg = strings.TrimSuffix(filepath.Base(root)+"."+pkg, ".")
	}
	if pkg == "" {
		return dir, ""
	}
	return root, pkg
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// target returns what a dotted name stands for in a file and a Python: its first part
// as imported, else the name itself.
func (f *file) target(name string, python pysource.Pythons) string {
	head, rest, _ := strings.Cut(name, ".")
	found, exact := "", false
	for _, i := range f.Imports {
		// What is imported in one Python alone is meant there, whatever the other does.
		if i.Name == head && i.Python&python != 0 && (i.Python == python || !exact) {
			found, exact = f.absolute(i.Target), exact || i.Python == python
		}
	}
	switch {
	case found == "":
		return name
	case rest == "":
		return found
	}
	return found + "." + rest
}

// absolute resolves the leading dots of a relative import.
func (f *file) absolute(target string) string {
	dots := len(target) - len(strings.TrimLeft(target, "."))
	if dots == 0 {
		return target
	}
	parts := strings.Split(f.module, ".")
	if path.Base(f.name) == "__init__.py" {
		dots--
	}
	parts = parts[:max(len(parts)-dots, 0)]
	return strings.Join(append(parts, strings.TrimLeft(target, ".")), ".")
}

// lookup finds the functions of the project that a dotted name calls: a function, or
// for a class all its methods, __init__ first.
func (p *project) lookup(from function, callee, target string, python pysource.Pythons) []function {
	if name, ok := strings.CutPrefix(callee, "self."); ok && from.Class != "" {
		return from.in.named(from.Class, name, python)
	}
	if f := from.in; f != nil && !strings.Contains(callee, ".") {
		if own := f.named("", callee, python); own != nil {
			return own
		}
	}
	i := strings.LastIndexByte(target, '.')
	if i < 0 {
		return nil
	}
	if f := p.modules[target[:i]]; f != nil {
		return f.named("", target[i+1:], python)
	}
	return nil
}

func (f *file) named(class, name string, python pysource.Pythons) (out []function) {
	for _, fn := range f.Functions {
		if fn.Python&python == 0 || fn.Nested {
			continue
		}
		if fn.Class == class && fn.Name == name || class == "" && fn.Class == name {
			out = append(out, function{fn, f})
		}
	}
	return out
}
