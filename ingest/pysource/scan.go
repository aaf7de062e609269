package pysource

import "strings"

// Pythons is a set of the Pythons in which code is run.
type Pythons uint8

// The sets there are.
const (
	Py2  Pythons = 1 << iota
	Py3          // any version
	Both = Py2 | Py3
)

// Other returns the Python that a condition for this one leaves out.
func (p Pythons) Other() Pythons { return Both &^ p }

// Module is what was read of one file.
type Module struct {
	Imports   []Import
	Functions []*Function // Functions[0] is the module's own code
}

// Import binds a name: "import a.b as name", "from a.b import c as name".
type Import struct {
	Name   string // as bound; of "import a.b" it is "a"
	Target string // dotted, with leading dots where relative: "csv", "io.open", ".compat.open_csv"
	Python Pythons
}

// Function is a function, method, or the code of a module.
type Function struct {
	Name   string // "" for a module's own code
	Class  string // of a method
	Line   int
	Python Pythons // where it is defined
	Params []Param // of a method without self
	Yields bool
	// Returns are the expressions of its return statements, empty for a bare one.
	Returns [][]Token
	Calls   []*Call
	// Assigned are the values that its names are given, in order. A with statement's
	// "as" and the module's constants count.
	Assigned map[string][]Assigned
	// Loops are what its for loops, those in brackets included, go through, by the name
	// that is given each item: of several the last, as of "for n, line in enumerate(f)".
	Loops map[string][]Assigned
	// Nested is set for a function within a function.
	Nested bool
}

// Param is a parameter and its default, nil without one.
type Param struct {
	Name    string
	Default []Token
}

// Assigned is a value given to a name.
type Assigned struct {
	Value  []Token
	Python Pythons
}

// Call is a call as written.
type Call struct {
	// Callee is the dotted name; what is called on something else than a name begins
	// with a dot: ".decode" of row['sku'].decode('utf-8').
	Callee string
	Args   []Arg
	Line   int
	Python Pythons
	Text   string // as written, blanks apart, cut where it is long
	// Chain are the callees called on what this one returns, in order: "read",
	// "splitlines" of open(path).read().splitlines().
	Chain []string
}

// Arg is an argument; Name is "" for one by position, "*" and "**" for unpacked ones.
type Arg struct {
	Name  string
	Value []Token
}

// Arg returns the argument of a name or, if it is not given by name, of a position
// counted from 0 (none if negative).
func (c *Call) Arg(name string, position int) []Token {
	n := 0
	for _, a := range c.Args {
		switch {
		case a.Name == name:
			return a.Value
		case a.Name == "" && n == position:
			return a.Value
		case a.Name == "":
			n++
		case a.Name == "*":
			position = -1 // what follows may be anything
		}
	}
	return nil
}

// Read reads a module.
func Read(source []byte) *Module {
	m := &Module{Functions: []*Function{{Python: Both, Assigned: map[string][]Assigned{}, Loops: map[string][]Assigned{}}}}
	r := reader{m: m, blocks: []*block{{indent: -1, fn: m.Functions[0], python: Both}}}
	for _, l := range Lines(source) {
		l.Tokens = l.Tokens[:min(len(l.Tokens), maxTokens)]
		r.line(l)
	}
	return m
}

// maxTokens is how much of a logical line is looked at: longer ones are tables of data,
// and what is done with a line takes the square of its length.
const maxTokens = 5000

// block is what a line ending in a colon opens.
type block struct {
	indent int
	fn     *Function
	class  string  // whose body it is
	python Pythons // that run its lines
	cond   Pythons // of an if over the Python's version; 0 for any other block
	// left: the last line at the block's own level was a return or raise.
	left bool
	try  bool
}

type reader struct {
	m      *Module
	blocks []*block
	// closed is the block that the line before ended, by its indent, for else.
	closed *block
}

func (r *reader) top() *block { return r.blocks[len(r.blocks)-1] }

// line reads a logical line, which may open a block and hold a statement after it.
func (r *reader) line(l Line) {
	r.close(l)
	toks := l.Tokens
	if toks[0].Text == "async" && len(toks) > 1 {
		toks = toks[1:]
	}
	switch head := toks[0].Text; head {
	case "@":
	case "def":
		r.def(l, toks)
	case "class":
		r.class(l, toks)
	case "if", "elif", "else", "try", "except", "finally", "for", "while", "with":
		r.compound(l, toks)
	default:
		r.statement(toks)
	}
}

// close ends the blocks that a line is not part of.
func (r *reader) close(l Line) {
	r.closed = nil
	for len(r.blocks) > 1 && l.Indent <= r.top().indent {
		r.closed = r.top()
		r.blocks = r.blocks[:len(r.blocks)-1]
	}
	if r.closed == nil || r.closed.indent != l.Indent {
		r.closed = nil
		return
	}
	// "if PY2: return x" leaves what follows to the other Python.
	head := l.Tokens[0].Text
	if r.closed.cond != 0 && r.closed.left && head != "else" && head != "elif" {
		r.top().python &= r.closed.cond.Other()
	}
}

func (r *reader) open(l Line, b block) {
	above := r.top()
	b.indent = l.Indent
	if b.fn == nil {
		b.fn = above.fn
	}
	if b.python == 0 {
		b.python = above.python
	}
	r.blocks = append(r.blocks, &b)
}

func (r *reader) def(l Line, toks []Token) {
	if len(toks) < 3 || toks[2].Text != "(" {
		return
	}
	above := r.top()
	f := &Function{Name: toks[1].Text, Class: above.class, Line: l.Number, Python: above.python, Assigned: map[string][]Assigned{}, Loops: map[string][]Assigned{}, Nested: above.fn.Name != ""}
	end := closing(toks, 2)
	for _, p := range Split(toks[3:end]) {
		if param, ok := readParam(p); ok {
			f.Params = append(f.Params, param)
		}
	}
	if f.Class != "" && len(f.Params) > 0 && (f.Params[0].Name == "self" || f.Params[0].Name == "cls") {
		f.Params = f.Params[1:]
	}
	r.m.Functions = append(r.m.Functions, f)
	r.open(l, block{fn: f})
	if i := colon(toks, end); i >= 0 && i+1 < len(toks) {
		r.statement(toks[i+1:])
	}
}

func readParam(toks []Token) (Param, bool) {
	if len(toks) == 0 || toks[0].Kind != Name {
		return Param{}, false // *args, a lone * or /
	}
	p := Param{Name: toks[0].Text}
	for i, t := range toks {
		if t.Text == "=" && depth(toks[:i]) == 0 {
			p.Default = toks[i+1:]
		}
	}
	return p, true
}

func (r *reader) class(l Line, toks []Token) {
	if len(toks) < 2 {
		return
	}
	r.open(l, block{class: toks[1].Text})
}

// compound reads the head of a block, calls in it included.
func (r *reader) compound(l Line, toks []Token) {
	end := colon(toks, 0)
	if end < 0 {
		end = len(toks)
	}
	b := block{class: r.top().class}
	switch head := toks[0].Text; {
	case head == "if" || head == "elif":
		if b.cond = Condition(toks[1:end]); b.cond != 0 {
			b.python = r.top().python & b.cond
		}
	case head == "else" && r.closed != nil && r.closed.cond != 0:
		b.cond = r.closed.cond.Other()
		b.python = r.top().python & b.cond
	case head == "try":
		b.try = true
	case head == "except" && r.closed != nil && r.closed.try && importError(toks[1:end]):
		b.python = r.top().python & Py3 // what 2.7 has is tried first, mostly
	}
	if toks[0].Text == "for" {
		r.loop(toks[:end], 0)
	}
	r.statement(toks[1:end])
	if b.cond != 0 && b.python == 0 {
		b.python = b.cond // contradictory conditions: the inner one
	}
	r.open(l, b)
	if end+1 < len(toks) {
		r.statement(toks[end+1:])
	}
}

func importError(toks []Token) bool {
	for _, t := range toks {
		if t.Text == "ImportError" || t.Text == "ModuleNotFoundError" {
			return true
		}
	}
	return false
}

// statement reads a simple statement.
func (r *reader) statement(toks []Token) {
	if len(toks) == 0 {
		return
	}
	b := r.top()
	b.left = false
	switch toks[0].Text {
	case "import":
		r.imports(toks[1:])
		return
	case "from":
		r.fromImport(toks[1:])
		return
	case "return":
		b.fn.Returns = append(b.fn.Returns, toks[1:])
		b.left = true
	case "raise":
		b.left = true
	}
	r.expressions(toks)
}

func (r *reader) imports(toks []Token) {
	for _, part := range Split(toks) {
		target, as := dottedName(part)
		if target == "" {
			continue
		}
		name, _, _ := strings.Cut(target, ".")
		if as == "" {
			target = name
		} else {
			name = as
		}
		r.bind(name, target)
	}
}

func (r *reader) fromImport(toks []Token) {
	module := ""
	for i, t := range toks {
		if t.Text != "import" {
			module += t.Text
			continue
		}
		rest := toks[i+1:]
		if len(rest) > 0 && rest[0].Text == "(" {
			rest = rest[1:closing(rest, 0)]
		}
		for _, part := range Split(rest) {
			if name, as := dottedName(part); name != "" {
				if as == "" {
					as = name
				}
				r.bind(as, join(module, name))
			}
		}
		return
	}
}

// join makes a dotted name; "." and ".." are modules too.
func join(module, name string) string {
	if strings.HasSuffix(module, ".") {
		return module + name
	}
	return module + "." + name
}

// dottedName reads "a.b as c".
func dottedName(toks []Token) (name, as string) {
	for i, t := range toks {
		if t.Text == "as" && i+1 < len(toks) {
			return name, toks[i+1].Text
		}
		name += t.Text
	}
	return name, ""
}

func (r *reader) bind(name, target string) {
	r.m.Imports = append(r.m.Imports, Import{name, target, r.top().python})
}
