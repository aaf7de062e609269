package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestConfirmRunsWhatItScales: a test that FEEDPARITY_CONFIRM makes larger, or does not
// skip, has a name that "make confirm" runs, or nothing would run it at that scale. What
// reads the variable is interptest.Cases; that a test calls it is told by the names of
// the functions of its package that it calls, and that these call.
func TestConfirmRunsWhatItScales(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	run := regexp.MustCompile(`(?m)^CONFIRM .* -run (\S+)`).FindSubmatch(text)
	if run == nil {
		t.Fatal("the Makefile has no CONFIRM with a pattern of tests")
	}
	pattern, scaled := regexp.MustCompile(string(run[1])), 0
	for dir, calls := range callsOfTests(t, root) {
		for name := range calls {
			if !regexp.MustCompile(`^(Test|Fuzz)[A-Z]`).MatchString(name) || !reaches(calls, name, map[string]bool{}) {
				continue
			}
			if scaled++; !pattern.MatchString(name) {
				t.Errorf("%s: %s is scaled by FEEDPARITY_CONFIRM, and make confirm, which runs %s, does not run it", dir, name, pattern)
			}
		}
	}
	if scaled < 20 {
		t.Errorf("only %d tests are seen to be scaled", scaled)
	}
}

// scale is what reads FEEDPARITY_CONFIRM.
const scale = "interptest.Cases"

// reaches reports whether a function comes to call scale.
func reaches(calls map[string][]string, name string, seen map[string]bool) bool {
	if name == scale || seen[name] {
		return name == scale
	}
	seen[name] = true
	return slices.ContainsFunc(calls[name], func(called string) bool { return reaches(calls, called, seen) })
}

// callsOfTests lists by folder what each function and method of its tests mentions:
// other functions by name, methods by a dot and their name.
func callsOfTests(t *testing.T, root string) map[string]map[string][]string {
	t.Helper()
	out := map[string]map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") || strings.Contains(path, "interptest_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		if out[dir] == nil {
			out[dir] = map[string][]string{}
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				name := f.Name.Name
				if f.Recv != nil {
					name = "." + name
				}
				out[dir][name] = append(out[dir][name], mentions(f.Body)...)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// mentions are the names in a function that may be those of functions it calls.
func mentions(body ast.Node) []string {
	names := map[string]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			names[n.Name] = true
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				names[x.Name+"."+n.Sel.Name] = true
			}
			names["."+n.Sel.Name] = true
		}
		return true
	})
	return slices.Collect(maps.Keys(names))
}
