package pysource

import "strings"

// Condition returns the Python of which a condition is true, 0 if it says nothing
// about that: six.PY2, PY3, sys.version_info in the ways people compare it, and
// "str is bytes".
func Condition(toks []Token) Pythons {
	negated := false
	for len(toks) > 0 {
		switch end := closing(toks, 0); {
		case toks[0].Text == "not":
			negated, toks = !negated, toks[1:]
			continue
		case toks[0].Text == "(" && end == len(toks)-1:
			toks = toks[1:end]
			continue
		}
		break
	}
	var words []string
	for _, t := range toks {
		words = append(words, t.Text)
		if t.Text == "and" || t.Text == "or" {
			break // the first operand, mostly
		}
	}
	p := versionTest(strings.TrimSuffix(strings.TrimSuffix(strings.Join(words, ""), "and"), "or"))
	if p != 0 && negated {
		p = p.Other()
	}
	return p
}

// versionTest reads a condition without its blanks.
func versionTest(s string) Pythons {
	last := s[strings.LastIndexByte(s, '.')+1:]
	switch strings.ToUpper(last) {
	case "PY2", "IS_PY2", "PYTHON2", "ISPY2", "_PY2":
		return Py2
	case "PY3", "IS_PY3", "PYTHON3", "ISPY3", "_PY3":
		return Py3
	}
	switch s {
	case "strisbytes", "bytesisstr", "str==bytes", "bytes==str":
		return Py2
	case "strisnotbytes", "bytesisnotstr", "str!=bytes", "bytes!=str":
		return Py3
	}
	_, rest, ok := strings.Cut(s, "version_info")
	if !ok {
		return 0
	}
	rest = strings.NewReplacer("[0]", "", "[:1]", "", "[:2]", "", ".major", "", "(", "", ")", "").Replace(rest)
	op := rest[:len(rest)-len(strings.TrimLeft(rest, "<>=!"))]
	major, _, _ := strings.Cut(strings.TrimLeft(rest, "<>=!"), ",")
	switch op + major {
	case "<3", "==2", "<=2", "!=3":
		return Py2
	case ">=3", "==3", ">2", "!=2", ">3":
		return Py3
	}
	return 0
}

// pythonsAt returns the Pythons that evaluate the token at i, where a conditional
// expression over the version stands around it.
func pythonsAt(toks []Token, i int, p Pythons) Pythons {
	for j, t := range toks {
		if t.Kind != Name || t.Text != "if" {
			continue
		}
		cond, from, otherwise, to := conditional(toks, j)
		if cond == 0 || i < from || i >= to {
			continue
		}
		switch {
		case i < j && p&cond != 0:
			p &= cond
		case i > otherwise && p&cond.Other() != 0:
			p &= cond.Other()
		}
	}
	return p
}

// conditional reads "a if CONDITION else b" around the "if" at j: from and to are
// its ends, otherwise the place of "else".
func conditional(toks []Token, j int) (cond Pythons, from, otherwise, to int) {
	n := 0
	for k := j + 1; k < len(toks); k++ {
		switch {
		case opens(toks[k]):
			n++
		case closes(toks[k]):
			n--
		}
		if n == 0 && toks[k].Kind == Name && toks[k].Text == "else" {
			from, to = bounds(toks, j, k)
			return Condition(toks[j+1 : k]), from, k, to
		}
		if n < 0 {
			break
		}
	}
	return 0, 0, 0, 0
}

// bounds are the ends of the expression around places i and j of one level.
func bounds(toks []Token, i, j int) (from, to int) {
	n := 0
	for from = i; from > 0 && n >= 0; from-- {
		t := toks[from-1]
		switch {
		case closes(t):
			n++
		case opens(t):
			n--
		}
		if n < 0 || n == 0 && (t.Text == "," || t.Text == "=") && t.Kind == Op || n == 0 && t.Text == "return" {
			break
		}
	}
	n = 0
	for to = j + 1; to < len(toks); to++ {
		t := toks[to]
		switch {
		case opens(t):
			n++
		case closes(t):
			n--
		}
		if n < 0 || n == 0 && t.Text == "," && t.Kind == Op {
			break
		}
	}
	return from, to
}

func opens(t Token) bool  { return t.Kind == Op && strings.Contains("([{", t.Text) }
func closes(t Token) bool { return t.Kind == Op && strings.Contains(")]}", t.Text) }

// For returns the part of an expression that a Python evaluates: of "a if PY2 else b"
// the one of the two.
func For(toks []Token, p Pythons) []Token {
	for j, t := range toks {
		if t.Kind != Name || t.Text != "if" || depth(toks[:j]) != 0 {
			continue
		}
		cond, from, otherwise, to := conditional(toks, j)
		switch {
		case cond == 0 || from != 0 || to != len(toks):
		case p == cond:
			return toks[:j]
		case p == cond.Other():
			return toks[otherwise+1:]
		}
	}
	if len(toks) > 2 && toks[0].Text == "(" && closing(toks, 0) == len(toks)-1 {
		return For(toks[1:len(toks)-1], p)
	}
	return toks
}
