package adopt

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest/pysource"
)

// Much code that reads CSV does so without the csv module: a loop over the lines of a file
// that are split at a separator. Such a loop counts as a reader.

// splitTarget stands where the name of a reader does.
const splitTarget = "str.split"

// loop goes through the lines of a file.
type loop struct {
	name      string           // that each line is given
	source    []pysource.Token // what it goes through
	parameter string           // the function's, if the file is given to it, else ""
}

// String is the head of the loop.
func (l loop) String() string {
	text := pysource.Text(l.source)
	switch {
	case strings.HasSuffix(text, ".readline()"):
		return l.name + " = " + text
	case strings.HasPrefix(text, "enumerate("):
		return "for ..., " + l.name + " in " + text
	}
	return "for " + l.name + " in " + text
}

// separators are those at which it is records that are split: at blanks it may be words.
const separators = ",;|\t\x01\x1f:~^"

// loopOf returns the loop whose lines a call splits, nil if it splits none.
func (p *project) loopOf(f function, c *pysource.Call, python pysource.Pythons) *loop {
	if !strings.HasSuffix(c.Callee, ".split") || len(c.Args) == 0 || len(c.Args[0].Value) != 1 || c.Args[0].Name != "" {
		return nil
	}
	if sep, ok := c.Args[0].Value[0].Value(); !ok || len(sep) != 1 || !strings.Contains(separators, sep) {
		return nil
	}
	name := f.splits(c)
	for range maxDepth { // line = line.strip() and text = line.decode('utf-8') are the line still
		if l := p.lines(f, name, python); l != nil {
			return l
		}
		given := f.Assigned[name]
		if len(given) == 0 {
			return nil
		}
		next, _, _ := strings.Cut(leading(given[0].Value), ".")
		if next == "" || next == name {
			return nil
		}
		name = next
	}
	return nil
}

// splits is the name that a call of split begins with: of line.strip().split(';') it is
// what another call on the same line of code begins with.
func (f function) splits(c *pysource.Call) string {
	if name, _, _ := strings.Cut(c.Callee, "."); name != "" {
		return name
	}
	for _, o := range f.Calls {
		if o.Line == c.Line && slices.Contains(o.Chain, "split") {
			name, _, _ := strings.Cut(o.Callee, ".")
			return name
		}
	}
	return ""
}

// lines finds a loop over a file whose lines have a name.
func (p *project) lines(f function, name string, python pysource.Pythons) *loop {
	for _, given := range f.Assigned[name] { // while line: ... line = f.readline()
		if base, ok := strings.CutSuffix(leading(given.Value), ".readline"); ok && given.Python&python != 0 {
			if parameter, ok := p.isFile(f, given.Value[:1], python); ok && base == given.Value[0].Text {
				return &loop{name, given.Value, parameter}
			}
		}
	}
	for _, l := range f.Loops[name] {
		if l.Python&python == 0 {
			continue
		}
		source := pysource.For(l.Value, python)
		for _, around := range []string{"enumerate", "iter", "reversed", "list"} {
			if len(source) > 3 && source[0].Text == around && source[1].Text == "(" {
				source = pysource.Split(source[2 : len(source)-1])[0]
			}
		}
		if parameter, ok := p.isFile(f, source, python); ok {
			return &loop{name, l.Value, parameter}
		}
	}
	return nil
}

// isFile reports whether an expression is an open file or its lines, and the parameter
// that it is.
func (p *project) isFile(f function, toks []pysource.Token, python pysource.Pythons) (parameter string, ok bool) {
	start := leading(toks)
	if p.opensFile(f, start, python) {
		return "", true
	}
	name, method, _ := strings.Cut(start, ".")
	switch method {
	case "", "readlines", "xreadlines", "read", "splitlines", "split":
	default:
		return "", false
	}
	for _, given := range f.Assigned[name] {
		if inner := leading(given.Value); inner != "" && inner != start && given.Python&python != 0 {
			if p.opensFile(f, inner, python) {
				return "", true
			}
			if base, rest, dotted := strings.Cut(inner, "."); dotted && base != name && strings.HasPrefix(rest, "read") {
				return p.isFile(f, given.Value, python) // data = f.read()
			}
		}
	}
	text := strings.HasPrefix(method, "split") // of which a file has none
	if len(f.Params) > 0 && f.Params[0].Name == name && len(f.Assigned[name]) == 0 && !text {
		return name, true
	}
	return "", false
}

// opensFile reports whether a call of that name opens a file, or one of the project does
// in whose code a file is opened.
func (p *project) opensFile(f function, callee string, python pysource.Pythons) bool {
	target := f.in.target(callee, python)
	if kindOf(target) == useOpen {
		return true
	}
	if strings.HasPrefix(callee, "self.") || !strings.Contains(callee, ".") || f.in.target(callee, python) != callee {
		for _, found := range p.lookup(f, callee, target, python) {
			for _, c := range found.Calls {
				if c.Python&python != 0 && kindOf(found.in.target(c.Callee, python)) == useOpen {
					return true
				}
			}
		}
	}
	return false
}

// leading is the dotted name that an expression begins with: "open" of open(path).read().
func leading(toks []pysource.Token) string {
	n := 0
	for n < len(toks) && (toks[n].Kind == pysource.Name || toks[n].Text == ".") {
		n++
	}
	return pysource.Dotted(toks[:n])
}

// decodes reports whether a name is decoded.
func (f function) decodes(name string) bool {
	return slices.ContainsFunc(f.Calls, func(c *pysource.Call) bool {
		return c.Callee == name+".decode" || strings.HasPrefix(c.Callee, name+".") && slices.Contains(c.Chain, "decode")
	})
}
