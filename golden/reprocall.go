package golden

import (
	"fmt"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// callHead says what a case of the team's own code needs beside Python.
func (w *script) callHead() {
	if w.c.Calls == [2]string{} {
		return
	}
	w.printf("#\n# Needs the team's code: run it in the project's directory, with the interpreter\n")
	w.printf("# and the environment that feedparity.yaml gives feed %s. Nothing keeps it from\n", comment(w.c.Feed))
	w.printf("# writing where it likes, and the record of the input that a fault was raised at is\n")
	w.printf("# not told.\n")
	for _, m := range []string{"shutil", "tempfile"} {
		w.need(m)
	}
}

// callPath writes rows(path) for a function of the team's. The input is offered
// under the supplier's own name, in a directory of its own.
func (w *script) callPath(p ingest.Path) {
	g, a := pathScript{script: w, p: p, s: w.c.Settings(p)}, w.c.Around[p]
	w.need("importlib")
	w.need("csv") // for the name of its Error
	g.line(0, "def rows(path):")
	g.line(1, "sys.path.insert(0, os.getcwd())")
	if a.Setup != "" {
		g.line(1, "%s()", g.function(a.Setup))
	}
	if a.Factory == "" {
		g.line(1, "call = %s", g.function(w.c.Calls[p]))
	} else {
		g.line(1, "made = %s()", g.function(a.Factory))
		g.line(1, "call = made.%s", w.c.Calls[p])
	}
	g.line(1, "folder = tempfile.mkdtemp()")
	g.line(1, "try:")
	g.line(2, "named = os.path.join(folder, %s)", g.fileName())
	g.line(2, "shutil.copyfile(path, named)")
	argument := map[ingest.Args]string{ingest.ArgsFileRB: "open(named, 'rb')", ingest.ArgsFileText: "open(named)"}[a.Args]
	if argument == "" {
		argument = "named"
	}
	if a.Collect == "" {
		g.line(2, "result = call(%s)", argument)
		g.yieldRows(2)
	} else {
		g.collect(a, argument)
	}
	g.line(1, "finally:")
	g.line(2, "shutil.rmtree(folder)")
}

// function is an expression for "module:name".
func (g *pathScript) function(qualified string) string {
	module, name, _ := strings.Cut(qualified, ":")
	return fmt.Sprintf("importlib.import_module(%s).%s", g.str(module), name)
}

func (g *pathScript) yieldRows(depth int) {
	g.line(depth, "one = isinstance(result, (Mapping, set, frozenset, str, bytes, bytearray)) or not hasattr(result, '__iter__')")
	g.line(depth, "for row in [result] if one else result:")
	g.line(depth+1, "yield show(row)")
}

// collect writes the call for what it does, and then the state that it has left, also
// where it raised.
func (g *pathScript) collect(a Around, argument string) {
	g.line(2, "raised = None")
	g.line(2, "try:")
	g.line(3, "result = call(%s)", argument)
	g.line(3, "if hasattr(result, '%s'):  # a generator", [2]string{"next", "__next__"}[g.p])
	g.line(4, "for _ in result:")
	g.line(5, "pass")
	g.line(2, "except BaseException as exc:")
	g.line(3, "raised = exc")
	made := ""
	if a.Factory != "" {
		made = "made"
	}
	g.line(2, "result = %s(%s)", g.function(a.Collect), made)
	g.yieldRows(2)
	g.line(2, "if raised is not None:")
	g.line(3, "raise raised")
}

// fileName is the supplier's name as a native file name: bytes in py2.
func (g *pathScript) fileName() string {
	name := g.c.Filename
	if i := strings.LastIndexAny(name, "/\x00"); i >= 0 {
		name = name[i+1:]
	}
	if name == "" || name == "." || name == ".." {
		name = inputFile
	}
	if g.p == ingest.Py2 {
		return quoteBytes(name)
	}
	return "os.fsdecode(b" + quoteBytes(name) + ")"
}

// anyKind writes what the team's own code can yield beyond the csv module.
func (w *script) anyKind() {
	w.printf("    if isinstance(value, Mapping):  # the key None last, as python2.7 has no order for it\n")
	w.printf("        pairs = [(key, value[key]) for key in value]\n")
	w.printf("        if sys.version_info[0] == 2:\n            pairs.sort(key=lambda pair: pair[0] is None)\n")
	w.printf("        return show_dict(pairs)\n")
	w.printf("    if isinstance(value, (set, frozenset)):\n        return u'{\"set\":[%%s]}' %% u','.join(sorted(show(v) for v in value))\n")
	if w.c.holdsObjects() {
		w.printf("    found = fields(value)\n    if found is not None:\n        return show_dict(found)\n")
	}
	w.printf("    if not isinstance(value, (list, tuple)):\n")
	w.printf("        kind = type(value)\n")
	w.printf("        name = getattr(kind, '__qualname__', kind.__name__)\n")
	w.printf("        if kind.__module__ not in ('builtins', '__builtin__'):\n            name = kind.__module__ + '.' + name\n")
	w.printf("        return u'{\"other\":{\"type\":%%s,\"repr\":%%s}}' %% (string(name), string(repr(value)))\n")
}

// holdsObjects reports whether any value is an object with fields.
func (c *Case) holdsObjects() bool {
	for _, o := range c.Outcomes {
		for _, r := range o.Rows {
			if holdsObject(r.Value) {
				return true
			}
		}
	}
	return false
}

func holdsObject(v ingest.Value) bool {
	if v.Kind == ingest.KindDict && len(v.Items) > 0 && v.Items[0].Str == "__class__" {
		return true
	}
	return slices.ContainsFunc(v.Items, holdsObject)
}

// objects writes fields(value), which lists the fields of an object as the runner
// does, but for those of a class that has a serializer.
func (w *script) objects() {
	if !w.c.holdsObjects() {
		return
	}
	w.printf("%s", `

def fields(value):
    kind, meta = value.__class__, getattr(value.__class__, '_meta', None)
    name = '%s.%s' % (kind.__module__, kind.__name__)
    if hasattr(meta, 'concrete_fields'):  # a model of Django's
        name = '%s.%s' % (meta.app_label, meta.object_name)
        found = [(f.attname, getattr(value, f.attname)) for f in meta.concrete_fields
                 if not (f.primary_key or getattr(f, 'auto_now', False) or getattr(f, 'auto_now_add', False))]
    elif isinstance(value, (list, tuple)) or not (hasattr(value, '__dict__') or hasattr(kind, '__slots__')):
        return None
    elif (getattr(sys.modules.get(kind.__module__), '__file__', None) or os.__file__).startswith(os.path.dirname(os.__file__) + os.sep):
        return None  # Python's own
    else:
        names = [getattr(f, 'name', f) for f in getattr(kind, '__attrs_attrs__', getattr(kind, '__dataclass_fields__', ()))]
        if not names:
            for base in reversed(getattr(kind, '__mro__', ())):
                slots = base.__dict__.get('__slots__', ())
                names += [slots] if isinstance(slots, str) else slots
            names += sorted(getattr(value, '__dict__', ()))
        found = [(n, getattr(value, n)) for n in names if hasattr(value, n)]
    return [(u'__class__', u'%s' % name)] + [(u'%s' % n, v) for n, v in found]
`)
}
