package pysource

import "strings"

// expressions finds what a statement assigns, yields and calls.
func (r *reader) expressions(toks []Token) {
	b := r.top()
	r.assign(toks)
	for i, t := range toks {
		if t.Kind != Name {
			continue
		}
		switch t.Text {
		case "yield":
			b.fn.Yields = true
		case "as":
			r.withAs(toks, i)
		case "for":
			r.loop(toks, i)
		}
	}
	for i := range toks {
		if toks[i].Text == "(" && toks[i].Kind == Op {
			if c := readCall(toks, i); c != nil {
				c.Python = pythonsAt(toks, i, b.python)
				b.fn.Calls = append(b.fn.Calls, c)
			}
		}
	}
}

// assign keeps the value of "name = value" and of "self.name = value".
func (r *reader) assign(toks []Token) {
	for i, t := range toks {
		if t.Text != "=" || t.Kind != Op || depth(toks[:i]) != 0 || i == 0 {
			continue
		}
		if i+1 < len(toks) && toks[i+1].Text == "=" || strings.ContainsAny(toks[i-1].Text, "=<>!") && toks[i-1].Kind == Op {
			continue // a comparison
		}
		names, values := Split(toks[:i]), Split(toks[i+1:])
		for n, name := range names {
			value := toks[i+1:]
			if len(names) == len(values) {
				value = values[n]
			}
			r.give(Dotted(name), value)
		}
		return
	}
}

// withAs keeps the value of "with value as name"; of several items the last name
// before it counts.
func (r *reader) withAs(toks []Token, i int) {
	if i+1 < len(toks) && toks[i+1].Kind == Name {
		start := 0
		for j := i - 1; j >= 0; j-- {
			if toks[j].Text == "," && depth(toks[j+1:i]) == 0 {
				start = j + 1
				break
			}
		}
		r.give(toks[i+1].Text, toks[start:i])
	}
}

// loop keeps what the "for" at i goes through: up to the bracket that closes around it, to
// an "if" or to another "for".
func (r *reader) loop(toks []Token, i int) {
	in, end := 0, len(toks)
	deep := 0
	for j := i + 1; j < len(toks) && end == len(toks); j++ {
		t := toks[j]
		switch {
		case opens(t):
			deep++
		case closes(t):
			if deep--; deep < 0 {
				end = j
			}
		case deep > 0 || t.Kind != Name:
		case t.Text == "in" && in == 0:
			in = j
		case in > 0 && (t.Text == "if" || t.Text == "for"):
			end = j
		}
	}
	if in == 0 {
		return
	}
	names := Split(toks[i+1 : in])
	if name := Dotted(names[len(names)-1]); name != "" {
		f := r.top().fn
		f.Loops[name] = append(f.Loops[name], Assigned{toks[in+1 : end], r.top().python})
	}
}

func (r *reader) give(name string, value []Token) {
	if name != "" {
		f := r.top().fn
		f.Assigned[name] = append(f.Assigned[name], Assigned{value, r.top().python})
	}
}

// Dotted is a name with its dots, "" for any other expression.
func Dotted(toks []Token) string {
	out := ""
	for _, t := range toks {
		if t.Kind != Name && t.Text != "." {
			return ""
		}
		out += t.Text
	}
	return out
}

// maxText is how much of a call is shown.
const maxText = 100

// readCall reads the call whose bracket is at i, nil if it is none.
func readCall(toks []Token, i int) *Call {
	start := i
	for start > 0 && (toks[start-1].Kind == Name && !keywords[toks[start-1].Text] && (start == i || toks[start].Text == ".") ||
		toks[start-1].Text == "." && start < i) {
		start--
	}
	callee := ""
	for _, t := range toks[start:i] {
		callee += t.Text
	}
	if callee == "" || strings.HasSuffix(callee, ".") {
		return nil
	}
	end := closing(toks, i)
	c := &Call{Callee: callee, Line: toks[start].Line, Text: Text(toks[start:min(end+1, len(toks))])}
	for _, a := range Split(toks[i+1 : end]) {
		c.Args = append(c.Args, readArg(a))
	}
	for j := end + 1; j+2 < len(toks) && toks[j].Text == "." && toks[j+1].Kind == Name && toks[j+2].Text == "("; {
		c.Chain = append(c.Chain, toks[j+1].Text)
		j = closing(toks, j+2) + 1
	}
	return c
}

var keywords = map[string]bool{"and": true, "or": true, "not": true, "in": true, "is": true, "if": true, "else": true, "return": true,
	"yield": true, "lambda": true, "print": true, "for": true, "while": true, "assert": true, "from": true, "await": true, "with": true, "elif": true, "def": true, "class": true, "raise": true, "del": true, "except": true}

func readArg(toks []Token) Arg {
	switch {
	case len(toks) > 2 && toks[0].Text == "*" && toks[1].Text == "*":
		return Arg{"**", toks[2:]}
	case len(toks) > 1 && toks[0].Text == "*":
		return Arg{"*", toks[1:]}
	case len(toks) > 2 && toks[0].Kind == Name && toks[1].Text == "=" && toks[2].Text != "=":
		return Arg{toks[0].Text, toks[2:]}
	}
	return Arg{"", toks}
}

// Text writes tokens as a person would: on one line, cut where they are long.
func Text(toks []Token) string {
	var b strings.Builder
	for i, t := range toks {
		if i > 0 && (toks[i-1].Text == "," || wordy(toks[i-1]) && wordy(t) || keywords[toks[i-1].Text] || keywords[t.Text]) {
			b.WriteByte(' ')
		}
		b.WriteString(t.Text)
		if b.Len() > maxText {
			return strings.ToValidUTF8(b.String()[:maxText-3], "") + "..."
		}
	}
	return b.String()
}

func wordy(t Token) bool { return t.Kind != Op }

// Split cuts tokens at the commas of their own level.
func Split(toks []Token) [][]Token {
	var out [][]Token
	level, start := 0, 0
	for i, t := range toks {
		switch {
		case opens(t):
			level++
		case closes(t):
			level--
		case t.Kind == Op && t.Text == "," && level == 0:
			out, start = append(out, toks[start:i]), i+1
		}
	}
	if start < len(toks) {
		out = append(out, toks[start:])
	}
	return out
}

func depth(toks []Token) int {
	n := 0
	for _, t := range toks {
		switch {
		case opens(t):
			n++
		case closes(t):
			n--
		}
	}
	return n
}

// closing is the place of the bracket that closes the one at i, or the end.
func closing(toks []Token, i int) int {
	n := 0
	for j := i; j < len(toks); j++ {
		switch {
		case opens(toks[j]):
			n++
		case closes(toks[j]):
			if n--; n == 0 {
				return j
			}
		}
	}
	return len(toks)
}

// colon is the place of the colon that opens a block, -1 without one.
func colon(toks []Token, from int) int {
	n, lambdas := 0, 0
	for i := from; i < len(toks); i++ {
		switch t := toks[i]; {
		case t.Kind == Name && t.Text == "lambda":
			lambdas++
		case t.Kind != Op:
		case opens(t):
			n++
		case closes(t):
			n--
		case t.Text == ":" && n <= 0 && lambdas == 0:
			return i
		case t.Text == ":" && n <= 0:
			lambdas--
		}
	}
	return -1
}
