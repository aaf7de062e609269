package adopt

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// The adapters of each shape, with names to be filled in: adapters.py.
//
//go:embed adapters.py
var adaptersText string

// sections splits the text at its marks "#: name".
func sections() map[string]string {
	out := map[string]string{}
	for i, part := range strings.Split(adaptersText, "#: ") {
		name, body, _ := strings.Cut(part, "\n")
		if i == 0 {
			name, body = "head", part
		}
		out[name] = strings.TrimRight(body, "\n") + "\n"
	}
	return out
}

// Adapters writes adapters.py: one worked adapter per shape, about functions that
// were found in the code or, where none has the shape, about ones to be named.
func (p *Plan) Adapters() string {
	text := sections()
	parts := []string{text["head"]}
	add := func(section string, fill ...string) {
		parts = append(parts, strings.NewReplacer(fill...).Replace(text[section]))
	}
	for _, shape := range []struct {
		shape   Shape
		section string
	}{{Generator, "generator"}, {List, "list"}, {Mapping, "mapping"}, {Value, "value"}} {
		module, function, guessed := "yourcode", strings.ToLower(string(shape.shape)), todoModule
		if m := p.first(shape.shape); m != nil {
			module, function, _ = m.names()
			guessed = fmt.Sprintf("guessed: %s:%d", m.File, m.Line)
		}
		add(shape.section, "MODULE", module, "FUNCTION", function, "GUESSED", guessed)
	}
	p.results(add)
	p.makers(add)
	add("class")
	add("setup")
	if p.Django || slices.ContainsFunc(p.Code.Modules, func(m Module) bool { return m.Django }) {
		add("django")
	}
	return strings.Join(parts, "\n\n")
}

const todoModule = "TODO: a function of yours"

// first returns the first function of a shape that can be called as it is.
func (p *Plan) first(s Shape) *Module {
	for i, m := range p.Code.Modules {
		if m.Shape == s && !m.Class && m.Call != "" {
			return &p.Code.Modules[i]
		}
	}
	return nil
}

// results adds an adapter for each function that returns nothing.
func (p *Plan) results(add func(string, ...string)) {
	found := false
	for _, m := range p.Code.Modules {
		if m.Shape == Nothing && !m.Class && m.Call != "" {
			module, function, _ := m.names()
			found = true
			section, app, model := "nothing", m.Model[0], m.Model[1]
			if m.Django {
				section = "django-nothing"
			}
			add(section, "MODULE", module, "FUNCTION", function, "ADAPTER", m.function(), "APP", cmp.Or(app, "app"), "MODEL", cmp.Or(model, "Model"), "GUESSED", fmt.Sprintf("guessed: %s:%d", m.File, m.Line))
		}
	}
	if !found {
		add("nothing", "MODULE", "yourcode", "FUNCTION", "load", "ADAPTER", "load", "GUESSED", todoModule)
	}
}

// makers adds a factory for each class whose method is called, and then what collects
// what methods leave that return nothing.
func (p *Plan) makers(add func(string, ...string)) {
	found := map[string]bool{}
	for _, m := range p.Code.Modules {
		if !m.Class {
			continue
		}
		module, method, class := m.names()
		if m.Shape == Nothing {
			defer add("state", "METHOD", method, "ADAPTER", m.function(), "GUESSED", fmt.Sprintf("guessed: %s:%d", m.File, m.Line))
		}
		if found[m.maker()] {
			continue
		}
		found[m.maker()] = true
		add("factory", "MODULE", module, "CLASS", class, "METHOD", method, "MAKER", m.maker(), "ARGUMENTS", strings.Join(missing(m.Makes), ", "), "GUESSED", fmt.Sprintf("guessed: %s:%d", m.File, m.Line)+todo(m.Makes, "; TODO: give it "))
	}
	if len(found) == 0 {
		add("factory", "MODULE", "yourcode", "CLASS", "Importer", "METHOD", "read", "MAKER", "make_importer", "ARGUMENTS", "", "GUESSED", "TODO: a class of yours")
	}
}

// missing stands for arguments that only a person can give.
func missing(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = n + "=None"
	}
	return out
}

// names takes a call apart.
func (m *Module) names() (module, function, class string) {
	module, function, _ = strings.Cut(m.Call, ":")
	if c, method, ok := strings.Cut(function, "."); ok {
		return module, method, c
	}
	return module, function, ""
}

func (m *Module) function() string {
	_, function, class := m.names()
	if class != "" {
		return snake(class) + "_" + function
	}
	return function
}

func (m *Module) maker() string {
	_, _, class := m.names()
	return "make_" + snake(class)
}

// snake turns a class's name into a function's.
func snake(s string) string {
	var b strings.Builder
	for i, r := range s {
		if r >= 'A' && r <= 'Z' {
			if i > 0 && s[i-1] >= 'a' {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
