package adopt

import "github.com/feedparity/feedparity/ingest/pysource"

// graph is which functions of the project call which, and what they come to. A large
// project has more ways through it than can be walked, so this is worked out once.
type graph struct {
	callees map[site][]function
	reach   map[reached]kinds
}

// site is a call in a Python.
type site struct {
	call   *pysource.Call
	python pysource.Pythons
}

// reached is a function in a Python.
type reached struct {
	fn     *pysource.Function
	python pysource.Pythons
}

// kinds is a set of the uses that a function comes to.
type kinds uint8

const (
	comesToReader kinds = 1 << iota
	comesToOther
)

// link works out the graph.
func (p *project) link() {
	p.graph = graph{map[site][]function{}, map[reached]kinds{}}
	callers := map[reached][]reached{}
	var todo []reached
	for _, f := range p.files {
		for _, fn := range f.Functions {
			for _, python := range []pysource.Pythons{pysource.Py2, pysource.Py3} {
				at := reached{fn, python}
				p.graph.reach[at] = p.linkFunction(function{fn, f}, python, callers)
				if p.graph.reach[at] != 0 {
					todo = append(todo, at)
				}
			}
		}
	}
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, caller := range callers[at] {
			if more := p.graph.reach[at] &^ p.graph.reach[caller]; more != 0 {
				p.graph.reach[caller] |= more
				todo = append(todo, caller)
			}
		}
	}
}

// linkFunction finds what a function calls, and returns the uses in itself.
func (p *project) linkFunction(f function, python pysource.Pythons, callers map[reached][]reached) (own kinds) {
	at := reached{f.Function, python}
	for _, c := range f.Calls {
		if c.Python&python == 0 {
			continue
		}
		target := f.in.target(c.Callee, python)
		switch kindOf(target) {
		case useReader:
			own |= comesToReader
			continue
		case useOpen, useSniff:
			own |= comesToOther
			continue
		case useDecode:
			own |= comesToOther
		default:
			if p.loopOf(f, c, python) != nil {
				own |= comesToReader
				continue
			}
		}
		found := p.lookup(f, c.Callee, target, python)
		if len(found) == 0 {
			continue
		}
		p.graph.callees[site{c, python}] = found
		for _, callee := range found {
			callers[reached{callee.Function, python}] = append(callers[reached{callee.Function, python}], at)
		}
	}
	return own
}

// called are the functions of the project that a call comes to, those alone that come
// to a use.
func (p *project) called(c *pysource.Call, python pysource.Pythons) []function {
	found := p.graph.callees[site{c, python}]
	var out []function
	for _, f := range found {
		if p.graph.reach[reached{f.Function, python}] != 0 {
			out = append(out, f)
		}
	}
	return out
}
