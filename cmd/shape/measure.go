package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The hard limits. Medians and shares are printed, not judged.
const (
	maxFunction     = 100 // lines of a function
	maxStateMachine = 140 // lines of one that mirrors a C function, named in its comment
	maxFile         = 800 // lines of a hand-written file
	maxMethods      = 4   // methods of an interface; more than 3 wants a reason in its comment
)

// Length is something that has lines and a place.
type Length struct {
	Name  string // "path/file.go:12 Func"
	Lines int
	Limit int
}

// Measures are the figures of a source tree.
type Measures struct {
	Functions    []Length
	Files        []Length
	Interfaces   []Length // methods in place of lines
	Undocumented []string // exported names without a comment
	Exported     int
	Lines        int
	Comments     int
}

// Measure reads every hand-written Go file below root.
func Measure(root string) (*Measures, error) {
	m := new(Measures)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return m.add(path, src)
	})
	return m, err
}

func (m *Measures) add(path string, src []byte) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, src, parser.ParseComments)
	if err != nil {
		return err
	}
	if ast.IsGenerated(f) {
		return nil
	}
	lines := bytes.Count(src, []byte("\n"))
	m.Lines += lines
	m.Files = append(m.Files, Length{path, lines, maxFile})
	for _, g := range f.Comments {
		m.Comments += fset.Position(g.End()).Line - fset.Position(g.Pos()).Line + 1
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			m.function(fset, d, f.Name.Name == "main")
		case *ast.GenDecl:
			m.declaration(fset, d, f.Name.Name == "main")
		}
	}
	return nil
}

func (m *Measures) function(fset *token.FileSet, d *ast.FuncDecl, command bool) {
	start, end := fset.Position(d.Pos()), fset.Position(d.End())
	limit := maxFunction
	if strings.Contains(d.Doc.Text(), "Modules/") || strings.Contains(d.Doc.Text(), "Objects/") {
		limit = maxStateMachine
	}
	name := fmt.Sprintf("%s:%d %s", start.Filename, start.Line, d.Name.Name)
	m.Functions = append(m.Functions, Length{name, end.Line - start.Line + 1, limit})
	if d.Name.IsExported() && !command && exportedReceiver(d) {
		m.exported(name, d.Doc)
	}
}

// exportedReceiver leaves out methods that only implement an interface on a
// private type: nobody can look them up.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	id, ok := t.(*ast.Ident)
	return ok && id.IsExported()
}

func (m *Measures) declaration(fset *token.FileSet, d *ast.GenDecl, command bool) {
	for _, s := range d.Specs {
		at := fset.Position(s.Pos())
		switch s := s.(type) {
		case *ast.TypeSpec:
			name := fmt.Sprintf("%s:%d %s", at.Filename, at.Line, s.Name.Name)
			if it, ok := s.Type.(*ast.InterfaceType); ok {
				m.Interfaces = append(m.Interfaces, Length{name, len(it.Methods.List), maxMethods})
			}
			if s.Name.IsExported() && !command {
				m.exported(name, d.Doc, s.Doc, s.Comment)
			}
		case *ast.ValueSpec:
			for _, id := range s.Names {
				if id.IsExported() && !command {
					m.exported(fmt.Sprintf("%s:%d %s", at.Filename, at.Line, id.Name), d.Doc, s.Doc, s.Comment)
				}
			}
		}
	}
}

func (m *Measures) exported(name string, docs ...*ast.CommentGroup) {
	m.Exported++
	if !slices.ContainsFunc(docs, func(g *ast.CommentGroup) bool { return g != nil }) {
		m.Undocumented = append(m.Undocumented, name)
	}
}

// Report prints the figures and everything over its limit, and returns how many
// limits are broken.
func (m *Measures) Report(w io.Writer) int {
	fmt.Fprintf(w, "files      %5d  %s\n", len(m.Files), quantiles(m.Files))
	fmt.Fprintf(w, "functions  %5d  %s\n", len(m.Functions), quantiles(m.Functions))
	fmt.Fprintf(w, "interfaces %5d  %s\n", len(m.Interfaces), quantiles(m.Interfaces))
	fmt.Fprintf(w, "comments   %.1f %% of %d lines\n", 100*float64(m.Comments)/float64(max(m.Lines, 1)), m.Lines)
	fmt.Fprintf(w, "exported   %d, %d without a comment\n", m.Exported, len(m.Undocumented))
	broken := len(m.Undocumented)
	for _, u := range m.Undocumented {
		fmt.Fprintf(w, "undocumented: %s\n", u)
	}
	for _, set := range [][]Length{m.Files, m.Functions, m.Interfaces} {
		for _, l := range set {
			if l.Lines > l.Limit {
				broken++
				fmt.Fprintf(w, "too long: %s: %d, limit %d\n", l.Name, l.Lines, l.Limit)
			}
		}
	}
	return broken
}

func quantiles(set []Length) string {
	if len(set) == 0 {
		return "none"
	}
	n := make([]int, len(set))
	for i, l := range set {
		n[i] = l.Lines
	}
	slices.Sort(n)
	return fmt.Sprintf("median %d, 95 %% at most %d, longest %d", n[len(n)/2], n[len(n)*95/100], n[len(n)-1])
}
