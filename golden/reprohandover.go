package golden

import (
	"fmt"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// reads reports whether a path of the case reads what was written: of a folder both do.
func (c *Case) reads(p ingest.Path) bool {
	return c.Handover != nil && (c.Handover.Direction.Reader() == p || c.Handover.Folder != "")
}

// foreign reports whether values of any kind can be met: those of the team's own
// code, and what an unpickler makes of them.
func (c *Case) foreign() bool { return c.Calls != [2]string{} || c.Handover != nil }

// handoverPath writes rows(path) for the path that reads what the other one wrote.
func (w *script) handoverPath(p ingest.Path) {
	h := w.c.Handover
	g := pathScript{script: w, p: p, s: w.c.Settings(p)}
	w.need("base64")
	what := "a row each"
	if h.Folder != "" {
		what = "a file of " + h.Folder + " each"
	}
	g.line(0, "# what the %s path wrote of input.csv, %s, as %s", h.Direction.Writer(), what, h.Format)
	g.line(0, "PAYLOADS = [")
	for _, payload := range h.Payloads {
		g.line(1, "%s,", g.str(payload))
	}
	g.line(0, "]")
	g.line(0, "")
	g.line(0, "def load(data):")
	reader := h.Reader
	if h.Direction.Writer() == p {
		reader = "" // it reads its own folder as it likes
	}
	for _, l := range g.loader(h.Format, reader) {
		g.line(1, "%s", l)
	}
	g.line(0, "")
	g.line(0, "def rows(path):")
	g.line(1, "for payload in PAYLOADS:")
	g.line(2, "yield show(load(base64.b64decode(payload)))")
}

// loader is the body of load(data) for a format of package handover.
func (g *pathScript) loader(format, reader string) []string {
	base, _, _ := strings.Cut(format, ":")
	switch base {
	case "pickle", "cPickle":
		return g.unpickler(reader, "data")
	case "json":
		return []string{"return json.loads(data.decode('utf-8'))"}
	case "repr":
		g.need("ast")
		if g.p == ingest.Py2 {
			return []string{"return ast.literal_eval(data)"}
		}
		return []string{"return ast.literal_eval(data.decode('utf-8'))"}
	case "shelve", "shelve-dumb":
		if g.c.Handover.Folder != "" {
			return g.shelf(false, "dict(%s)")
		}
		return g.shelf(base == "shelve-dumb", "%s['row']")
	}
	inner, _ := strings.CutPrefix(format, "signed-")
	separator := "data"
	if g.c.Handover.Folder != "" {
		separator = "data.strip().replace(b'.', b':')" // itsdangerous has a dot
	}
	return append([]string{
		"data = " + separator + ".partition(b':')[0]  # the signature is of these bytes, and holds",
		"data = base64.urlsafe_b64decode(data + b'=' * (-len(data) % 4))",
	}, g.loader(inner, reader)...)
}

func (g *pathScript) unpickler(reader, data string) []string {
	if g.p == ingest.Py2 {
		module := "pickle"
		if reader == "cPickle" {
			module = reader
		}
		g.need("pickle")
		if module == "pickle" {
			return []string{"return pickle.loads(" + data + ")"}
		}
		return []string{"import cPickle", "return cPickle.loads(" + data + ")"}
	}
	g.need("pickle")
	if reader == "" || reader == "ASCII" {
		return []string{"return pickle.loads(" + data + ")"}
	}
	return []string{"return pickle.loads(" + data + ", encoding=" + g.str(reader) + ")"}
}

// shelf restores the files that dbm made and opens them; what is returned is the part
// of the shelf that was handed over.
func (g *pathScript) shelf(dumb bool, part string) []string {
	for _, m := range []string{"shelve", "shutil", "tempfile"} {
		g.need(m)
	}
	module := map[bool][2]string{false: {"anydbm", "dbm"}, true: {"dumbdbm", "dbm.dumb"}}[dumb][g.p]
	return []string{
		"import " + module,
		"folder = tempfile.mkdtemp()",
		"try:",
		"    for name, text in json.loads(data.decode('ascii')).items():",
		"        with open(os.path.join(folder, str(name)), 'wb') as f:",
		"            f.write(base64.b64decode(text))",
		"    return " + fmt.Sprintf(part, "shelve.Shelf("+module+".open(os.path.join(folder, 'cache'), 'r'))"),
		"finally:",
		"    shutil.rmtree(folder)",
	}
}
