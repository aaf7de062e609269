package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// mutant is one change of one file: src[from:to] becomes with.
type mutant struct {
	file     string // path
	line     int
	column   int
	text     string // the line without its indentation
	from, to int
	was      string // shortened
	with     string
	nth      int // of those that make the same change of such a line, from 1
	src      []byte
}

// String names the mutant as compilers name places.
func (m mutant) String() string {
	with := strings.ReplaceAll(m.with, "\n", " ")
	if with == "" {
		with = "nothing"
	}
	return fmt.Sprintf("%s:%d:%d: %s -> %s in: %s", m.file, m.line, m.column, m.was, with, m.text)
}

// apply returns the whole file with the change.
func (m mutant) apply() []byte {
	return slices.Concat(m.src[:m.from], []byte(m.with), m.src[m.to:])
}

// shuffle returns the mutants in an order that depends on the seed alone.
func shuffle(all []mutant, seed uint64) []mutant {
	out := slices.Clone(all)
	r := rand.New(rand.NewPCG(seed, 0))
	r.Shuffle(len(out), func(i, k int) { out[i], out[k] = out[k], out[i] })
	return out
}

// collect returns every mutant of the files, in the order of the text.
func collect(dir string, files []string) ([]mutant, error) {
	var out []mutant
	for _, name := range files {
		path := filepath.Join(dir, name)
		src, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("mutate file: %w", err)
		}
		ms, err := mutants(path, src)
		if err != nil {
			return nil, fmt.Errorf("mutate file: %w", err)
		}
		out = append(out, ms...)
	}
	return out, nil
}

// mutants returns the mutants of one file.
func mutants(path string, src []byte) ([]mutant, error) {
	c := collector{path: path, src: src, files: token.NewFileSet()}
	f, err := parser.ParseFile(c.files, path, src, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok != token.CONST && g.Tok != token.VAR {
			continue // imports and types do nothing
		}
		ast.Inspect(d, c.node)
	}
	slices.SortStableFunc(c.out, func(a, b mutant) int { return a.from - b.from })
	seen := map[string]int{}
	for i, m := range c.out {
		key := strings.Join([]string{m.text, m.was, m.with}, "\x00")
		seen[key]++
		c.out[i].nth = seen[key]
	}
	return c.out, nil
}

type collector struct {
	path  string
	src   []byte
	files *token.FileSet
	out   []mutant
}

// replace adds the mutant that has other text between two positions.
func (c *collector) replace(from, to token.Pos, with string) {
	a, b := c.files.Position(from), c.files.Position(to)
	line, _, _ := bytes.Cut(c.src[a.Offset-a.Column+1:], []byte("\n"))
	was := string(c.src[a.Offset:b.Offset])
	if first, _, more := strings.Cut(was, "\n"); more {
		was = first + "..."
	}
	c.out = append(c.out, mutant{
		file: c.path, line: a.Line, column: a.Column, text: string(bytes.TrimSpace(line)),
		from: a.Offset, to: b.Offset, was: was, with: with, src: c.src,
	})
}

// operators are what each operator is taken for by mistake.
var operators = map[token.Token]string{
	token.EQL: "!=", token.NEQ: "==", token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">",
	token.LAND: "||", token.LOR: "&&", token.ADD: "-", token.SUB: "+",
}

// node adds the mutants of one node of the syntax tree.
func (c *collector) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if with, ok := operators[n.Op]; ok && !isText(n.X) && !isText(n.Y) {
			c.replace(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), with)
		}
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			c.replace(n.OpPos, n.OpPos+1, "")
		}
	case *ast.BasicLit:
		c.literal(n)
	case *ast.Ident:
		if with, ok := map[string]string{"true": "false", "false": "true"}[n.Name]; ok {
			c.replace(n.Pos(), n.End(), with)
		}
	case *ast.ArrayType:
		return false // a longer array is as good
	case *ast.BlockStmt:
		c.statements(n.List)
	case *ast.CaseClause:
		c.statements(n.Body)
		if n.List != nil {
			c.replace(n.Pos(), n.End(), "")
		}
	}
	return true
}

func isText(x ast.Expr) bool {
	lit, ok := x.(*ast.BasicLit)
	return ok && lit.Kind == token.STRING
}

// literal changes a constant by one, or one letter of a text.
func (c *collector) literal(n *ast.BasicLit) {
	switch n.Kind {
	case token.INT:
		if v, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			c.replace(n.Pos(), n.End(), strconv.FormatInt(v+1, 10))
		}
	case token.CHAR:
		if r, _, _, err := strconv.UnquoteChar(n.Value[1:len(n.Value)-1], '\''); err == nil {
			c.replace(n.Pos(), n.End(), strconv.QuoteRune(r+1))
		}
	case token.STRING:
		if s, err := strconv.Unquote(n.Value); err == nil && s != "" {
			c.replace(n.Pos(), n.End(), strconv.Quote(otherLetter(s)))
		}
	}
}

// otherLetter changes one letter near the middle, or else the last byte. Verbs of
// formats are left alone, as go vet would see to them.
func otherLetter(s string) string {
	b := []byte(s)
	for i := len(b) / 2; i < len(b); i++ {
		letter := b[i] >= 'a' && b[i] <= 'y' || b[i] >= 'A' && b[i] <= 'Y'
		if letter && (i == 0 || b[i-1] != '%' && b[i-1] != ']') {
			b[i]++
			return string(b)
		}
	}
	return s + "~"
}

// statements drops assignments and calls one at a time: a transition among them.
func (c *collector) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				c.replace(s.Pos(), s.End(), "")
			}
			c.transition(s)
		case *ast.IncDecStmt, *ast.ExprStmt:
			c.replace(s.Pos(), s.End(), "")
		}
	}
}

// states are the states of the parser, of which each is taken for the next.
var states = []string{
	"startRecord", "startField", "escapedChar", "inField", "inQuotedField",
	"escapeInQuotedField", "quoteInQuotedField", "eatCRNL", "afterEscapedCRNL",
}

// transition leads to another state.
func (c *collector) transition(s *ast.AssignStmt) {
	for _, x := range s.Rhs {
		name, ok := x.(*ast.Ident)
		if !ok {
			continue
		}
		if i := slices.Index(states, name.Name); i >= 0 {
			c.replace(x.Pos(), x.End(), states[(i+1)%len(states)])
		}
	}
}
