package adopt

import (
	"strings"

	"github.com/feedparity/feedparity/ingest/pysource"
)

// What a use is for.
const (
	useOpen   = "open"   // a file is opened, or wrapped
	useReader = "reader" // records are made
	useDecode = "decode" // bytes become text
	useSniff  = "sniff"  // the dialect is guessed
)

// use is a call that says how a delivery is read.
type use struct {
	kind   string
	target string // canonical: "io.open", "csv.DictReader", "decode"
	call   *pysource.Call
	via    *pysource.Call   // the call in the function looked at that comes to it
	args   map[string]value // what the names in its arguments stand for
	in     function
	loop   *loop // of a reader that is a loop, else nil
}

// value is an expression with what its own names stand for.
type value struct {
	toks []pysource.Token
	in   *scope
}

// scope is a function under evaluation.
type scope struct {
	fn     function
	python pysource.Pythons
	params map[string]value
}

// openers are the functions that open or wrap a file, readers those that make records
// of lines.
var (
	openers = map[string]bool{"open": true, "io.open": true, "codecs.open": true, "file": true, "builtins.open": true, "__builtin__.open": true,
		"codecs.getreader": true, "codecs.iterdecode": true, "codecs.EncodedFile": true, "io.TextIOWrapper": true, "io.StringIO": true, "io.BytesIO": true,
		"StringIO.StringIO": true, "cStringIO.StringIO": true, "six.StringIO": true, "gzip.open": true, "bz2.open": true, "zipfile.ZipFile": true}
	readers = map[string]bool{"csv.reader": true, "csv.DictReader": true, "unicodecsv.reader": true, "unicodecsv.DictReader": true, "unicodecsv.UnicodeReader": true,
		"backports.csv.reader": true, "backports.csv.DictReader": true, "pandas.read_csv": true, "csv23.open_reader": true}
)

// maxDepth is how many calls are followed from the function that is looked at.
const maxDepth = 6

// maxVisits bounds how many functions are looked into for one that is looked at.
const maxVisits = 500

// gather collects the uses that a function comes to in a Python, those of functions
// of the project that it calls included.
func (p *project) gather(s *scope) []use {
	g := gatherer{p: p, visited: map[*pysource.Function]bool{}, left: maxVisits}
	return g.gather(s, 0)
}

// gatherer is a walk along calls.
type gatherer struct {
	p       *project
	visited map[*pysource.Function]bool // on the way from the first function
	left    int
}

func (g *gatherer) gather(s *scope, depth int) []use {
	if g.left--; depth > maxDepth || g.visited[s.fn.Function] || g.left < 0 {
		return nil
	}
	g.visited[s.fn.Function] = true
	defer delete(g.visited, s.fn.Function)
	var out []use
	for _, c := range s.fn.Calls {
		if c.Python&s.python == 0 {
			continue
		}
		target := s.fn.in.target(c.Callee, s.python)
		if kind := kindOf(target); kind != "" {
			out = append(out, use{kind, base(target, kind), c, c, s.params, s.fn, nil})
		} else if l := g.p.loopOf(s.fn, c, s.python); l != nil {
			out = append(out, use{useReader, splitTarget, c, c, s.params, s.fn, l})
		}
		for _, callee := range g.p.called(c, s.python) {
			inner := &scope{fn: callee, python: s.python, params: bind(s, c, callee)}
			for _, u := range g.gather(inner, depth+1) {
				u.via = c
				out = append(out, u)
			}
		}
	}
	return out
}

func kindOf(target string) string {
	switch {
	case openers[target]:
		return useOpen
	case readers[target]:
		return useReader
	case target == "csv.Sniffer":
		return useSniff
	case strings.HasSuffix(target, ".decode") && target != "json.decode":
		return useDecode
	}
	return ""
}

func base(target, kind string) string {
	if kind == useDecode {
		return "decode"
	}
	return target
}

// bind says what the parameters of a function stand for in a call of it: constructors
// are called by the name of their class, so that methods other than __init__ get
// nothing.
func bind(s *scope, c *pysource.Call, callee function) map[string]value {
	out := map[string]value{}
	if callee.Class != "" && callee.Name != "__init__" && !strings.HasPrefix(c.Callee, "self.") {
		return out
	}
	for i, param := range callee.Params {
		if given := c.Arg(param.Name, i); given != nil {
			out[param.Name] = value{given, s}
		} else if param.Default != nil {
			out[param.Name] = value{param.Default, nil}
		}
	}
	return out
}

// literal finds the string that an expression is, following names to what they were
// given. known is false where it is something that only a run can tell.
func (p *project) literal(toks []pysource.Token, s *scope, depth int) (text string, none, known bool) {
	toks = pysource.For(toks, s.python)
	switch {
	case depth > maxDepth || len(toks) == 0:
		return "", false, false
	case len(toks) == 1 && toks[0].Kind == pysource.String:
		text, known = toks[0].Value()
		return text, false, known
	case len(toks) == 1 && toks[0].Text == "None":
		return "", true, true
	case pysource.Dotted(toks) == "":
		return "", false, false
	}
	return p.named(pysource.Dotted(toks), s, depth)
}

// named finds the string that a name stands for.
func (p *project) named(name string, s *scope, depth int) (text string, none, known bool) {
	if v, ok := s.params[name]; ok {
		in := v.in
		if in == nil {
			in = &scope{fn: function{s.fn.in.Functions[0], s.fn.in}, python: s.python}
		}
		return p.literal(v.toks, in, depth+1)
	}
	module := s.fn.in.Functions[0]
	for _, fn := range []*pysource.Function{s.fn.Function, module} {
		for _, a := range fn.Assigned[name] {
			if a.Python&s.python != 0 {
				return p.literal(a.Value, s, depth+1)
			}
		}
	}
	if given := p.attribute(name, s); given != nil {
		return p.literal(given, s, depth+1)
	}
	if param := s.fn.param(name); param != nil && param.Default != nil {
		return p.literal(param.Default, &scope{fn: function{module, s.fn.in}, python: s.python}, depth+1)
	}
	return "", false, false
}

func (f function) param(name string) *pysource.Param {
	for i := range f.Params {
		if f.Params[i].Name == name {
			return &f.Params[i]
		}
	}
	return nil
}

// attribute finds what __init__ gives "self.name", through the default of the
// parameter that it is mostly named after.
func (p *project) attribute(name string, s *scope) []pysource.Token {
	if !strings.HasPrefix(name, "self.") || s.fn.Class == "" {
		return nil
	}
	inits := s.fn.in.named(s.fn.Class, "__init__", s.python)
	if len(inits) == 0 || len(inits[0].Assigned[name]) == 0 {
		return nil
	}
	given := inits[0].Assigned[name][0].Value
	if param := inits[0].param(pysource.Dotted(given)); param != nil {
		return param.Default
	}
	return given
}
