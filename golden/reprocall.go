package golden

import (
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// callHead says what a case of the team's own code needs beside Python.
func (w *script) callHead() {
	if w.c.Calls == [2]string{} {
		return
	}
	w.printf("#\n# Needs the team's code: run it in the project's directory, with the interpreter\n")
	w.printf("# and the environment that feedparity.yaml gives feed %s.\n", comment(w.c.Feed))
	for _, m := range []string{"shutil", "tempfile"} {
		w.need(m)
	}
}

// callPath writes rows(path) for a function of the team's. The input is offered
// under the supplier's own name, in a directory of its own.
func (w *script) callPath(p ingest.Path) {
	module, function, _ := strings.Cut(w.c.Calls[p], ":")
	g := pathScript{script: w, p: p, s: w.c.Settings(p)}
	w.need("importlib")
	w.need("csv") // for the name of its Error
	g.line(0, "def rows(path):")
	g.line(1, "sys.path.insert(0, os.getcwd())")
	g.line(1, "call = importlib.import_module(%s).%s", g.str(module), function)
	g.line(1, "folder = tempfile.mkdtemp()")
	g.line(1, "try:")
	g.line(2, "named = os.path.join(folder, %s)", g.fileName())
	g.line(2, "shutil.copyfile(path, named)")
	g.line(2, "result = call(named)")
	g.line(2, "for row in [result] if isinstance(result, (Mapping, set, frozenset)) else result:")
	g.line(3, "yield show(row)")
	g.line(1, "finally:")
	g.line(2, "shutil.rmtree(folder)")
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
	w.printf("    if not isinstance(value, (list, tuple)):\n")
	w.printf("        kind = type(value)\n")
	w.printf("        name = getattr(kind, '__qualname__', kind.__name__)\n")
	w.printf("        if kind.__module__ not in ('builtins', '__builtin__'):\n            name = kind.__module__ + '.' + name\n")
	w.printf("        return u'{\"other\":{\"type\":%%s,\"repr\":%%s}}' %% (string(name), string(repr(value)))\n")
}
