package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// every walks a command tree.
func every(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, sub := range c.Commands() {
		every(sub, f)
	}
}

// Every help text ends with examples and the exit statuses.
func TestHelp(t *testing.T) {
	n := 0
	every(newRoot(streams{}), func(c *cobra.Command) {
		n++
		if c.Example == "" || c.Short == "" {
			t.Errorf("%s: has no example or no short text", c.CommandPath())
		}
		for _, line := range strings.Split(c.Example, "\n") {
			if !strings.HasPrefix(line, "  ") || strings.TrimSpace(line) == "" {
				t.Errorf("%s: example %q is not indented by two", c.CommandPath(), line)
			}
		}
		args := append(strings.Fields(c.CommandPath())[1:], "--help")
		code, out, talk := runIn(t, args...)
		if code != 0 || talk != "" {
			t.Errorf("%v: exit status %d, stderr %q", args, code, talk)
		}
		if !strings.Contains(out, "\nExamples:\n"+c.Example+"\n\nExit status:\n"+exitHelp) || !strings.HasSuffix(out, exitHelp+"\n") {
			t.Errorf("%v does not end with examples and exit statuses:\n%s", args, out)
		}
	})
	if n < 18 {
		t.Errorf("the tree has %d commands", n)
	}
}

// Lines of help fit a terminal of 100 columns, flags apart, which cobra lays out.
func TestHelpWidth(t *testing.T) {
	every(newRoot(streams{}), func(c *cobra.Command) {
		for _, line := range strings.Split(c.Long, "\n") {
			if len(line) > 100 && c.Parent() != nil && c.Parent().Name() != "completion" {
				t.Errorf("%s: %d columns: %s", c.CommandPath(), len(line), line)
			}
		}
	})
}

// everySource parses all our sources that are linked into the program.
func everySource(t *testing.T, see func(path string, f *ast.File)) {
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err == nil {
			see(path, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestStartsWithoutGoCmp: the init of go-cmp costs 0.35 ms of wall clock and with
// its garbage 0.8 ms of CPU, a fifth of what "feedparity version" takes in all. Go
// cannot put that off, so nothing outside tests may import it.
func TestStartsWithoutGoCmp(t *testing.T) {
	everySource(t, func(path string, f *ast.File) {
		for _, i := range f.Imports {
			if strings.Contains(i.Path.Value, "google/go-cmp") {
				t.Errorf("%s imports %s", path, i.Path.Value)
			}
		}
	})
}

// TestStartsWithoutCompiling: a regular expression is compiled when it is first
// matched, not whenever feedparity starts.
func TestStartsWithoutCompiling(t *testing.T) {
	everySource(t, func(path string, f *ast.File) {
		for _, decl := range f.Decls {
			if globals, ok := decl.(*ast.GenDecl); ok {
				ast.Inspect(globals, func(n ast.Node) bool {
					if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "MustCompile" {
						t.Errorf("%s compiles a regular expression to start with", path)
					}
					_, later := n.(*ast.FuncLit)
					return !later
				})
			}
		}
	})
}

// TestLinksNoTemplates: a call that names a method in text, as templates do, has the
// linker keep every exported method of every type there is: 7 MB more of a program.
// cobra's own templates are linked only where one is set.
func TestLinksNoTemplates(t *testing.T) {
	everySource(t, func(path string, f *ast.File) {
		for _, i := range f.Imports {
			if strings.HasSuffix(i.Path.Value, `/template"`) {
				t.Errorf("%s imports %s", path, i.Path.Value)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				switch sel.Sel.Name {
				case "SetUsageTemplate", "SetHelpTemplate", "SetVersionTemplate", "MethodByName":
					t.Errorf("%s calls %s", path, sel.Sel.Name)
				}
			}
			return true
		})
	})
}

// TestSubcommands: a command line that begins with a command's name gets the same
// command as from the whole tree.
func TestSubcommands(t *testing.T) {
	all := newRoot(streams{})
	for _, c := range subcommands() {
		one, _, err := newRoot(streams{}, c.name).Find([]string{c.name})
		if err != nil || one.Name() != c.name {
			t.Errorf("%s: found %q, %v", c.name, one.Name(), err)
		}
		whole, _, err := all.Find([]string{c.name})
		if err != nil || whole.UsageString() != one.UsageString() {
			t.Errorf("%s: its usage differs in the whole tree, %v", c.name, err)
		}
	}
}
