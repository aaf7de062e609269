// Package adopt makes the first configuration of a team: a feed for each pattern of
// file names that a supplier's directory shows, and a guess at what each ingestion
// module of the team's code does, of which it runs nothing. Whatever it writes is a
// guess and says so.
package adopt

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pysource"
)

// Module is an ingestion function found in the team's code.
type Module struct {
	File   string // relative to the directory looked through, with slashes
	Line   int
	Root   string // what must be first in sys.path, relative likewise
	Call   string // "module:function", "module:Class.method"
	Class  bool   // it is a method: an object must be made first
	Shape  Shape
	Args   ingest.Args
	Django bool      // it imports Django
	Model  [2]string // app and model that it fills, guessed, "" where none was seen
	Needs  []string  // parameters without a default beside the delivery
	Makes  []string  // likewise of its class
	Writes []Seen    // where it opens a file to write
	Py2    Guess
	Py3    Guess
}

// Shape is what a call gives back.
type Shape string

// The shapes.
const (
	Generator Shape = "generator"
	List      Shape = "list"
	Mapping   Shape = "mapping"
	Value     Shape = "value" // a single one, or one that only a run can tell
	Nothing   Shape = "None"
)

// Guess is what one path seems to do.
type Guess struct {
	Open    ingest.OpenMode // "" where nothing is known
	Codec   string          // "detected" where it is no literal
	Errors  string          // "" for the default
	Dialect []string        // key=value
	Sniff   bool            // csv.Sniffer chooses the dialect
	Reader  ingest.ReaderKind
	Notes   []string // what the mode does not say
	Seen    []Seen   // what it was guessed from, in order

	reads     bool // a reader was found
	elsewhere bool // the file is given
}

// Seen is a place in the code.
type Seen struct {
	File string
	Line int
	Text string
}

// String returns "file:line text".
func (s Seen) String() string { return fmt.Sprintf("%s:%d %s", s.File, s.Line, s.Text) }

// Code is what was found in a team's code.
type Code struct {
	Modules  []Module // in the order of files and lines
	Settings string   // the module of Django's settings, "" where none was seen
}

// ReadCode looks through the Python files below a directory for functions that read
// CSV. None of it is run.
func ReadCode(ctx context.Context, dir string) (Code, error) {
	p, err := readProject(ctx, dir)
	if err != nil {
		return Code{}, fmt.Errorf("read code in %q: %w", dir, err)
	}
	p.link()
	reaching, helpers := p.reaching()
	out := Code{Settings: p.settings}
	for _, f := range reaching {
		if helpers[f.Function] {
			continue
		}
		if m := p.guess(f); m.Py2.reads || m.Py3.reads { // else it is too far away
			out.Modules = append(out.Modules, m)
		}
	}
	return out, nil
}

// reaching lists the functions that come to a reader, and tells which of them are
// only called by others of them.
func (p *project) reaching() (all []function, helpers map[*pysource.Function]bool) {
	helpers = map[*pysource.Function]bool{}
	for _, f := range p.files {
		for _, fn := range f.Functions {
			one := function{fn, f}
			if fn.Nested || fn.Name == "" && len(f.Functions) > 1 || !p.reads(one) {
				continue
			}
			all = append(all, one)
		}
	}
	for _, f := range all {
		for _, c := range f.Calls {
			for _, python := range []pysource.Pythons{pysource.Py2, pysource.Py3} {
				for _, callee := range p.called(c, python) {
					p.markHelpers(callee, f, helpers)
				}
			}
		}
	}
	return all, helpers
}

// markHelpers marks a called function, and with a method of a class that is made
// there all its methods.
func (p *project) markHelpers(callee, caller function, helpers map[*pysource.Function]bool) {
	if callee.Function == caller.Function {
		return
	}
	helpers[callee.Function] = true
	if callee.Name == "__init__" {
		for _, m := range callee.in.named("", callee.Class, pysource.Both) {
			helpers[m.Function] = true
		}
	}
}

func (p *project) reads(f function) bool {
	all := p.graph.reach[reached{f.Function, pysource.Py2}] | p.graph.reach[reached{f.Function, pysource.Py3}]
	return all&comesToReader != 0
}

// guess makes of a function what init writes about it.
func (p *project) guess(f function) Module {
	m := Module{File: f.in.name, Line: f.Line, Root: f.in.root, Call: f.in.module + ":" + f.qualified(), Class: f.Class != "",
		Shape: shapeOf(f), Args: p.argsOf(f), Needs: required(f.Params, 1), Writes: p.writes(f)}
	for _, i := range f.in.Imports {
		m.Django = m.Django || strings.HasPrefix(i.Target, "django")
	}
	m.Model = modelOf(f)
	if f.Class != "" {
		for _, init := range f.in.named(f.Class, "__init__", pysource.Both) {
			m.Makes = required(init.Params, 0)
		}
	}
	m.Py2 = p.policy(f, pysource.Py2)
	m.Py3 = p.policy(f, pysource.Py3)
	if m.Args == ingest.ArgsFileText && m.Py3.elsewhere { // we do, as code of both Pythons does
		m.Py3.Open, m.Py3.Codec = ingest.OpenLocale, ingest.LocaleCodec
	}
	if seen := append(m.Py3.Seen, m.Py2.Seen...); f.Name == "" { // a script
		m.Call, m.Line = "", seen[len(seen)-1].Line
	}
	return m
}

// shapeOf guesses from how a function ends; of several returns the first that shows
// what it returns counts.
func shapeOf(f function) Shape {
	if f.Yields {
		return Generator
	}
	shape := Nothing
	for _, toks := range f.Returns {
		if len(toks) == 0 {
			continue
		}
		if name := pysource.Dotted(toks); name != "" && len(f.Assigned[name]) > 0 {
			toks = f.Assigned[name][0].Value
		}
		switch text := pysource.Text(toks); {
		case hasAnyPrefix(text, "{", "dict(", "OrderedDict(", "collections.OrderedDict(", "defaultdict(", "collections.defaultdict("):
			return Mapping
		case hasAnyPrefix(text, "[", "list(", "sorted("):
			return List
		case hasAnyPrefix(text, "(") && strings.Contains(text, " for "):
			return Generator
		}
		shape = Value
	}
	return shape
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// argsOf guesses what a function wants: what it hands to a reader unopened is a file.
func (p *project) argsOf(f function) ingest.Args {
	if len(f.Params) == 0 {
		return ingest.ArgsPath
	}
	first := f.Params[0].Name
	for _, c := range f.Calls {
		target := f.in.target(c.Callee, pysource.Py3)
		if l := p.loopOf(f, c, pysource.Both); l != nil && l.parameter == first {
			if f.decodes(l.name) {
				return ingest.ArgsFileRB
			}
			return ingest.ArgsFileText
		}
		if strings.HasPrefix(target, "pandas.") || strings.HasPrefix(target, "csv23.") {
			continue // they open what they are given, and are mostly given a path
		}
		if readers[target] && pysource.Dotted(c.Arg("f", 0)) == first {
			if strings.HasPrefix(target, "unicodecsv.") {
				return ingest.ArgsFileRB
			}
			return ingest.ArgsFileText
		}
	}
	return ingest.ArgsPath
}

// modelOf finds the model that "Product.objects.create(...)" is about: of an app named
// as the package of its models is.
func modelOf(f function) (out [2]string) {
	for _, c := range f.Calls {
		name, _, ok := strings.Cut(c.Callee, ".objects.")
		pkg, rest, models := strings.Cut(f.in.target(name, pysource.Py3), ".models.")
		if ok && models {
			return [2]string{pkg[strings.LastIndexByte(pkg, '.')+1:], rest[strings.LastIndexByte(rest, '.')+1:]}
		}
	}
	return out
}

// required are the parameters from the n-th on that have no default.
func required(params []pysource.Param, n int) (out []string) {
	for i, p := range params {
		if i >= n && p.Default == nil {
			out = append(out, p.Name)
		}
	}
	return out
}

// writes lists where a function opens a file to write.
func (p *project) writes(f function) (out []Seen) {
	for _, python := range []pysource.Pythons{pysource.Py2, pysource.Py3} {
		g := guesser{p: p, python: python}
		for _, u := range p.gather(&scope{fn: f, python: python}) {
			if s := (Seen{u.in.in.name, u.call.Line, u.call.Text}); g.written(&u) && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}
