package golden

import (
	"fmt"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest/pysource"
)

// opening is one call in a Python source that opens a file, and where its parts are.
type opening struct {
	source []byte
	target string // "open", "io.open" or "codecs.open"
	args   []openingArg
	end    int // byte of the closing bracket
}

// openingArg is one argument: its value's bytes, and what it is where it is a literal.
type openingArg struct {
	name    string // "" where it is given by position
	start   int
	stop    int
	literal bool
}

// openArgs are the arguments of an opener, in order.
var openArgs = map[string][]string{
	"open":        {"file", "mode", "buffering", "encoding", "errors", "newline"},
	"io.open":     {"file", "mode", "buffering", "encoding", "errors", "newline"},
	"codecs.open": {"filename", "mode", "encoding", "errors"},
}

// findOpening finds the one call that opens a file in the statement that a line belongs
// to. The error says why an edit of it would be a guess.
func findOpening(source []byte, line int) (opening, error) {
	imports := pysource.Read(source).Imports
	var found []opening
	for _, l := range pysource.Lines(source) {
		if len(l.Tokens) == 0 || l.Number > line || l.Tokens[len(l.Tokens)-1].Line < line {
			continue
		}
		for i, t := range l.Tokens {
			if t.Text != "(" {
				continue
			}
			if target := openerOf(l.Tokens[:i], imports); target != "" {
				found = append(found, readOpening(source, target, l.Tokens[i:]))
			}
		}
	}
	switch {
	case len(found) == 0:
		return opening{}, fmt.Errorf("no open(), io.open() or codecs.open() stands there as a plain call")
	case len(found) > 1:
		return opening{}, fmt.Errorf("%d calls open a file in that statement", len(found))
	case slices.ContainsFunc(found[0].args, func(a openingArg) bool { return strings.HasPrefix(a.name, "*") }):
		return opening{}, fmt.Errorf("its arguments are unpacked with *")
	}
	return found[0], nil
}

// openerOf names the opener whose dotted name ends the tokens, "" if it is none.
func openerOf(before []pysource.Token, imports []pysource.Import) string {
	start := len(before)
	for start > 0 && (before[start-1].Kind == pysource.Name || before[start-1].Text == ".") {
		if start < len(before) && before[start-1].Kind == pysource.Name && before[start].Kind == pysource.Name {
			break // a keyword before the name
		}
		start--
	}
	name := pysource.Dotted(before[start:])
	head, rest, dotted := strings.Cut(name, ".")
	for _, i := range imports {
		if i.Name == head && i.Python&pysource.Py3 != 0 {
			if name = i.Target; dotted {
				name += "." + rest
			}
		}
	}
	if name = strings.TrimPrefix(name, "builtins."); openArgs[name] == nil {
		return ""
	}
	return name
}

// readOpening reads the arguments of a call from its bracket on.
func readOpening(source []byte, target string, toks []pysource.Token) opening {
	o := opening{source: source, target: target, end: -1}
	depth, end := 0, len(toks)-1
	for i, t := range toks {
		if depth += depthOf(t); depth == 0 {
			end = i
			break
		}
	}
	o.end = toks[end].Pos
	for _, arg := range pysource.Split(toks[1:end]) {
		a := openingArg{}
		switch {
		case len(arg) == 0:
			continue
		case arg[0].Text == "*":
			a.name = "*"
		case len(arg) > 2 && arg[1].Text == "=" && arg[2].Text != "=":
			a.name, arg = arg[0].Text, arg[2:]
		}
		last := arg[len(arg)-1]
		a.start, a.stop = arg[0].Pos, last.Pos+len(last.Text)
		_, a.literal = arg[0].Value()
		a.literal = len(arg) == 1 && (a.literal || arg[0].Text == "None")
		o.args = append(o.args, a)
	}
	return o
}

func depthOf(t pysource.Token) int {
	switch {
	case t.Kind != pysource.Op:
	case strings.Contains("([{", t.Text):
		return 1
	case strings.Contains(")]}", t.Text):
		return -1
	}
	return 0
}

// with returns the source with one argument as a literal: put in its place where it is
// one already, added where it is not given. The error says why neither can be done.
func (o opening) with(name, value string) ([]byte, error) {
	position := slices.Index(openArgs[o.target], name)
	if position < 0 {
		return nil, fmt.Errorf("%s() has no %s=", o.target, name)
	}
	text, positional := "'"+value+"'", 0
	for _, a := range o.args {
		given := a.name == name || a.name == "" && positional == position
		if a.name == "" {
			positional++
		}
		switch {
		case given && !a.literal:
			return nil, fmt.Errorf("%s= is no literal there", name)
		case given:
			return slices.Concat(o.source[:a.start], []byte(text), o.source[a.stop:]), nil
		}
	}
	at, glue := o.end, ""
	if n := len(o.args); n > 0 {
		at, glue = o.args[n-1].stop, ", "
	}
	return slices.Concat(o.source[:at], []byte(glue+name+"="+text), o.source[at:]), nil
}
