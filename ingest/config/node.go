package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A Kind tells the three shapes of YAML apart.
type Kind uint8

// The shapes of a Node.
const (
	Scalar Kind = iota
	Mapping
	Sequence
)

// Node is one value of a YAML document with the place it stands at.
type Node struct {
	Line, Column int // 1-based, of the value's first character
	Kind         Kind
	Str          string  // a Scalar's text, its quotes and escapes resolved
	Null         bool    // a Scalar that is null or absent
	Quoted       bool    // a Scalar in quotes or a block: a string, whatever it looks like
	Entries      []Entry // of a Mapping, in the file's order
	Items        []*Node // of a Sequence

	file string
}

// Entry is one key of a mapping.
type Entry struct {
	Key          string
	Line, Column int // of the key
	Value        *Node
}

// Error is a mistake in a YAML file, at its place.
type Error struct {
	File         string
	Line, Column int // 1-based; 0 where the file as a whole is meant
	Msg          string
	Hint         string // what to do about it, "" if the message says it all
}

// Error returns `feedparity.yaml:7:5: unknown key "mtach"`.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
}

// Errorf returns a mistake at the node's place.
func (n *Node) Errorf(format string, args ...any) *Error {
	return &Error{File: n.file, Line: n.Line, Column: n.Column, Msg: fmt.Sprintf(format, args...)}
}

// Get returns the value of a mapping's key, nil if there is none.
func (n *Node) Get(key string) *Node {
	for _, e := range n.Entries {
		if e.Key == key {
			return e.Value
		}
	}
	return nil
}

// what describes a node to someone who wrote something else than was wanted.
func (n *Node) what() string {
	switch {
	case n.Kind == Mapping:
		return "a mapping"
	case n.Kind == Sequence:
		return "a list"
	case n.Null:
		return "nothing"
	}
	return fmt.Sprintf("%q", n.Str)
}

// Parse reads one YAML document; the file name serves its errors. An empty
// document is an empty mapping. Anchors, aliases and "<<" are followed.
func Parse(file string, data []byte) (*Node, error) {
	f, err := parseYAML(data)
	if err != nil {
		return nil, syntaxError(file, err)
	}
	c := converter{file: file, anchors: map[string]*Node{}}
	switch {
	case len(f.Docs) > 1 && f.Docs[1].Body != nil:
		return nil, c.errorf(f.Docs[1].Body.GetToken(), "a second document: one is wanted")
	case len(f.Docs) == 0 || f.Docs[0].Body == nil:
		return &Node{Line: 1, Column: 1, Kind: Mapping, file: file}, nil
	}
	return c.node(f.Docs[0].Body, 0)
}

// parseYAML fences the parser in: a configuration file must never be able to
// take the program down.
func parseYAML(data []byte) (f *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("not understood as yaml (%v)", r)
		}
	}()
	return parser.ParseBytes(data, 0)
}

// syntaxError cuts goccy's several lines with a picture down to one with a place.
func syntaxError(file string, err error) error {
	var placed interface {
		GetToken() *token.Token
		GetMessage() string
	}
	if !errors.As(err, &placed) || placed.GetToken() == nil {
		msg, _, _ := strings.Cut(err.Error(), "\n")
		return &Error{File: file, Msg: msg}
	}
	msg, _, _ := strings.Cut(placed.GetMessage(), "\n")
	at := placed.GetToken().Position
	return &Error{File: file, Line: at.Line, Column: at.Column, Msg: msg}
}

// maxDepth bounds nesting; no document of ours comes near it.
const maxDepth = 64

type converter struct {
	file    string
	anchors map[string]*Node
}

func (c *converter) errorf(t *token.Token, format string, args ...any) error {
	e := &Error{File: c.file, Msg: fmt.Sprintf(format, args...)}
	if t != nil && t.Position != nil {
		e.Line, e.Column = t.Position.Line, t.Position.Column
	}
	return e
}

func (c *converter) node(n ast.Node, depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, c.errorf(n.GetToken(), "nested deeper than %d", maxDepth)
	}
	out := &Node{file: c.file}
	if t := n.GetToken(); t != nil && t.Position != nil {
		out.Line, out.Column = t.Position.Line, t.Position.Column
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return out, c.mapping(out, n.Values, depth)
	case *ast.MappingValueNode:
		return out, c.mapping(out, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		return out, c.sequence(out, n.Values, depth)
	case *ast.AnchorNode:
		v, err := c.node(n.Value, depth+1)
		if err == nil {
			c.anchors[n.Name.GetToken().Value] = v
		}
		return v, err
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		v, ok := c.anchors[name]
		if !ok {
			return nil, c.errorf(n.GetToken(), "alias %q: no anchor of that name before it", name)
		}
		return v, nil
	case *ast.TagNode:
		return nil, c.errorf(n.GetToken(), "tag %s: tags are not used here", n.GetToken().Value)
	}
	return out, c.scalar(out, n)
}

func (c *converter) scalar(out *Node, n ast.Node) error {
	switch n := n.(type) {
	case *ast.StringNode:
		out.Str = n.Value
		out.Quoted = n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType
	case *ast.LiteralNode:
		out.Str, out.Quoted = n.Value.Value, true
	case *ast.NullNode:
		out.Null = true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		out.Str = n.GetToken().Value // as written: 007 is a fine file name
	default:
		return c.errorf(n.GetToken(), "a %s is not used here", strings.ToLower(n.Type().String()))
	}
	return nil
}

func (c *converter) sequence(out *Node, values []ast.Node, depth int) error {
	out.Kind = Sequence
	for _, v := range values {
		item, err := c.node(v, depth+1)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, item)
	}
	return nil
}

func (c *converter) mapping(out *Node, values []*ast.MappingValueNode, depth int) error {
	out.Kind = Mapping
	var merges []*Node
	for _, v := range values {
		t := v.Key.GetToken()
		if t.Position.Line < out.Line || t.Position.Column < out.Column { // goccy has a block begin at its colon
			out.Line, out.Column = t.Position.Line, t.Position.Column
		}
		value, err := c.node(v.Value, depth+1)
		if err != nil {
			return err
		}
		if v.Key.IsMergeKey() {
			merges = append(merges, value)
			continue
		}
		key, ok := v.Key.(ast.ScalarNode)
		if !ok {
			return c.errorf(t, "a key must be one plain word")
		}
		if out.Get(t.Value) != nil {
			return c.errorf(t, "key %q twice", t.Value)
		}
		out.Entries = append(out.Entries, Entry{key.GetToken().Value, t.Position.Line, t.Position.Column, value})
	}
	for _, m := range merges {
		if m.Kind != Mapping {
			return m.Errorf("<< wants a mapping, not %s", m.what())
		}
		out.inherit(m)
	}
	return nil
}

// inherit adds the entries of another mapping whose keys are not there yet.
func (n *Node) inherit(from *Node) {
	for _, e := range from.Entries {
		if n.Get(e.Key) == nil {
			n.Entries = append(n.Entries, e)
		}
	}
}
