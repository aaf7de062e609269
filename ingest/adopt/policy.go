package adopt

import (
	"fmt"
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
	"github.com/feedparity/feedparity/ingest/pysource"
)

// policy guesses how a function reads in a Python.
func (p *project) policy(f function, python pysource.Pythons) Guess {
	g := guesser{p: p, python: python, path: ingest.Py2, Guess: Guess{Codec: ingest.Detected, Reader: ingest.RowReader}}
	if python == pysource.Py3 {
		g.path = ingest.Py3
	}
	s := &scope{fn: f, python: python, params: map[string]value{}}
	g.uses = p.gather(s)
	g.narrow()
	g.run()
	return g.Guess
}

// narrow leaves of the files that are opened those that the reader reads: others are
// written, or hold a cache.
func (g *guesser) narrow() {
	g.uses = slices.DeleteFunc(g.uses, func(u use) bool { return g.written(&u) })
	g.Notes = nil
	r := g.first(useReader)
	if r == nil {
		return
	}
	source := r.in.given(r.call.Arg("f", 0), g.python)
	if r.loop != nil {
		source = r.loop.source
	}
	near := &scope{fn: r.in, python: g.python, params: r.args}
	for _, wanted := range []string{pysource.Text(source), ""} {
		opened := slices.DeleteFunc(g.p.gather(near), func(u use) bool {
			return u.kind != useOpen || g.written(&u) || wanted != "" && !strings.Contains(wanted, u.via.Callee+"(")
		})
		if len(opened) > 0 {
			g.uses = append(opened, slices.DeleteFunc(g.uses, func(u use) bool { return u.kind == useOpen })...)
			return
		}
	}
}

// guesser works out one path's policy from what it comes to.
type guesser struct {
	Guess
	p      *project
	python pysource.Pythons
	path   ingest.Path
	uses   []use
}

// written reports whether a file is opened to write.
func (g *guesser) written(u *use) bool {
	mode, _, known := g.text(u, "mode", 1)
	return u.kind == useOpen && known && strings.ContainsAny(mode, "wax") && (strings.HasSuffix(u.target, "open") || u.target == "file")
}

func (g *guesser) first(kind string, targets ...string) *use {
	for i, u := range g.uses {
		if u.kind == kind && (len(targets) == 0 || slices.Contains(targets, u.target)) {
			return &g.uses[i]
		}
	}
	return nil
}

func (g *guesser) see(u *use) {
	s := Seen{u.in.in.name, u.call.Line, u.call.Text}
	if u.loop != nil {
		s.Text = u.loop.String() + ": " + u.call.Text
	} else if len(u.call.Chain) > 0 {
		s.Text += "." + strings.Join(u.call.Chain, "().") + "()"
	}
	if !slices.Contains(g.Seen, s) {
		g.Seen = append(g.Seen, s)
	}
}

func (g *guesser) note(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(g.Notes, s) {
		g.Notes = append(g.Notes, s)
	}
}

// text is a string argument of a use; given says that it is there at all.
func (g *guesser) text(u *use, name string, position int) (text string, given, known bool) {
	s := &scope{fn: u.in, python: g.python, params: u.args}
	toks := u.call.Arg(name, position)
	if toks == nil {
		toks = g.unpacked(u, s, name)
	}
	if toks == nil {
		return "", false, true
	}
	text, none, known := g.p.literal(toks, s, 0)
	if none {
		return "", false, true
	}
	if !known {
		g.note("%s= is no literal: %s (%s:%d)", name, pysource.Text(toks), u.in.in.name, u.call.Line)
	}
	return text, true, known
}

// unpacked finds an argument in a dict that is given as **kwargs.
func (g *guesser) unpacked(u *use, s *scope, name string) []pysource.Token {
	for _, a := range u.call.Args {
		if a.Name != "**" {
			continue
		}
		if v := entry(pysource.For(s.fn.given(a.Value, g.python), g.python), name); v != nil {
			return v
		}
	}
	return nil
}

// given is what an expression that is a name was given last, else the expression.
func (f function) given(toks []pysource.Token, python pysource.Pythons) []pysource.Token {
	for _, one := range slices.Backward(f.Assigned[pysource.Dotted(toks)]) {
		if one.Python&python != 0 {
			return one.Value
		}
	}
	return toks
}

// entry reads {'name': value} and dict(name=value).
func entry(toks []pysource.Token, name string) []pysource.Token {
	for i, t := range toks {
		key, ok := t.Value()
		if i+2 < len(toks) && (ok && key == name && toks[i+1].Text == ":" || t.Text == name && t.Kind == pysource.Name && toks[i+1].Text == "=") {
			return pysource.Split(toks[i+2:])[0][:1]
		}
	}
	return nil
}

// run decides the reader, then the way to it.
func (g *guesser) run() {
	for _, u := range g.uses {
		if u.kind == useOpen {
			g.see(&u)
		}
	}
	r := g.first(useReader)
	if r == nil {
		g.note("no reader is reached on this path")
		return
	}
	g.reads = true
	g.see(r)
	if strings.HasSuffix(r.target, "DictReader") {
		g.Reader = ingest.DictReader
	}
	if r.loop != nil {
		g.split(r)
	} else {
		g.dialect(r)
	}
	if u := g.first(useSniff); u != nil {
		g.see(u)
		g.Sniff = true
	}
	module := r.target[:strings.LastIndexByte(r.target, '.')]
	switch {
	case module == "unicodecsv":
		g.unicodecsv(r)
	case module == "pandas" || module == "csv23":
		g.note("%s is not the csv module: name the function with call", r.target)
	case g.path == ingest.Py2:
		g.py2()
	default:
		g.py3()
	}
}

// unicodecsv decodes cell by cell in 2.7 and line by line in 3.
func (g *guesser) unicodecsv(r *use) {
	g.Open = ingest.OpenBytesDecode
	if g.path == ingest.Py3 {
		g.Open = ingest.OpenIterdecode
	}
	g.codec(r, "encoding", -1, "utf-8")
	g.errors(r, "errors", -1)
}

// codec takes the encoding of a use, otherwise where it is not given.
func (g *guesser) codec(u *use, name string, position int, otherwise string) {
	text, given, known := g.text(u, name, position)
	switch {
	case !given:
		g.Codec = otherwise
	case known && isCodec(text):
		g.Codec = text
	default:
		g.Codec = ingest.Detected
	}
}

func isCodec(name string) bool {
	return name != "" && pycodec.CheckName(ingest.Python313, name) == nil
}

func (g *guesser) errors(u *use, name string, position int) {
	if text, given, known := g.text(u, name, position); given && known {
		g.Errors = text
	}
}

// chained reports whether a method is called on what a use returns, or on the name
// that this was given.
func (g *guesser) chained(method string) bool {
	for _, u := range g.uses {
		if slices.Contains(u.call.Chain, method) {
			return true
		}
		for _, f := range u.in.siblings() {
			if slices.ContainsFunc(f.Calls, func(c *pysource.Call) bool {
				return c.Python&g.python != 0 && strings.HasSuffix(c.Callee, "."+method)
			}) {
				return true
			}
		}
	}
	return false
}

// siblings are the methods of a function's class, or the function alone.
func (f function) siblings() []*pysource.Function {
	if f.Class == "" {
		return []*pysource.Function{f.Function}
	}
	var out []*pysource.Function
	for _, m := range f.in.Functions {
		if m.Class == f.Class {
			out = append(out, m)
		}
	}
	return out
}

// decoding takes the codec of the first .decode that is reached.
func (g *guesser) decoding(otherwise string) bool {
	u := g.first(useDecode)
	if u == nil {
		return false
	}
	g.see(u)
	g.codec(u, "encoding", 0, otherwise)
	g.errors(u, "errors", 1)
	return true
}

func (g *guesser) py2() {
	if u := g.first(useOpen, "codecs.getreader"); u != nil {
		g.Open = ingest.OpenCodecs
		if g.chained("encode") {
			g.Open = ingest.OpenRecode
		}
		g.codec(u, "encoding", 0, ingest.Detected)
		return
	}
	if u := g.first(useOpen, "codecs.open"); u != nil {
		g.Open = ingest.OpenCodecs
		g.codec(u, "encoding", 2, "latin-1")
		g.errors(u, "errors", 3)
		return
	}
	if u := g.first(useOpen, "io.open", "io.TextIOWrapper"); u != nil && !g.binary(u) {
		g.Open = ingest.OpenIO
		g.textArguments(u)
		if _, given, _ := g.text(u, "newline", 5); !given {
			g.note("without newline='' line ends within quotes are translated, which io-open does not do")
		}
		return
	}
	g.py2Bytes()
}

// py2Bytes is open() of Python 2, decoded by the cell or not at all.
func (g *guesser) py2Bytes() {
	u := g.first(useOpen, "open", "file", "builtins.open", "__builtin__.open", "io.open")
	mode := "rb"
	if u != nil {
		if text, given, known := g.text(u, "mode", 1); given && known {
			mode = text
		}
	}
	decodes := g.decoding("ascii")
	switch {
	case g.chained("splitlines"):
		g.Open = ingest.OpenSplitlines
	case strings.Contains(mode, "U"):
		g.Open = ingest.OpenUniversal
	case decodes:
		g.Open = ingest.OpenBytesDecode
	default:
		g.Open = ingest.OpenBytes
	}
	if !decodes {
		// The mode has to name one; as latin-1 each byte stays what it is.
		if g.Codec = "latin-1"; g.Open != ingest.OpenBytes {
			g.note("no cell is decoded, which %s does: latin-1 changes no byte", g.Open)
		}
	}
}

// binary reports whether a file is opened for its bytes.
func (g *guesser) binary(u *use) bool {
	mode, _, _ := g.text(u, "mode", 1)
	return strings.Contains(mode, "b") && u.target != "io.TextIOWrapper"
}

// textArguments takes encoding and errors of open() as Python 3 has it.
func (g *guesser) textArguments(u *use) {
	at := 3
	if u.target == "io.TextIOWrapper" {
		at = 1
	}
	g.codec(u, "encoding", at, ingest.LocaleCodec)
	g.errors(u, "errors", at+1)
}

func (g *guesser) py3() {
	if u := g.first(useOpen, "codecs.iterdecode"); u != nil {
		g.Open = ingest.OpenIterdecode
		g.codec(u, "encoding", 1, ingest.Detected)
		g.errors(u, "errors", 2)
		return
	}
	if u := g.first(useOpen, "codecs.open", "codecs.getreader"); u != nil {
		g.Open = ingest.OpenCodecs
		if u.target == "codecs.getreader" {
			g.codec(u, "encoding", 0, ingest.Detected)
			return
		}
		g.codec(u, "encoding", 2, ingest.Detected)
		g.errors(u, "errors", 3)
		return
	}
	u := g.first(useOpen, "open", "io.open", "builtins.open", "io.TextIOWrapper")
	if w := g.first(useOpen, "io.TextIOWrapper"); w != nil {
		u = w
	}
	switch {
	case u != nil && !g.binary(u):
		g.py3Text(u)
	case g.first(useDecode) != nil:
		g.Open = ingest.OpenStringIO
		if g.chained("splitlines") {
			g.Open = ingest.OpenSplitlines
		}
		g.decoding("utf-8")
	case u != nil:
		g.note("csv of Python 3 refuses bytes: this raises on the first line")
	default:
		g.Open, g.elsewhere = ingest.OpenText, true
		g.note("the file is opened elsewhere")
	}
}

// py3Text is open() for text.
func (g *guesser) py3Text(u *use) {
	g.textArguments(u)
	at := 5
	if u.target == "io.TextIOWrapper" {
		at = 3
	}
	newline, given, known := g.text(u, "newline", at)
	switch {
	case g.Codec == ingest.LocaleCodec:
		g.Open = ingest.OpenLocale
		if given && known && newline == "" {
			g.Open = ingest.OpenText
		}
	case given && (!known || newline == ""):
		g.Open = ingest.OpenText
	default:
		g.Open = ingest.OpenTextUniversal
	}
}

// split is the dialect of lines that are split: no character is a quote.
func (g *guesser) split(r *use) {
	g.note("lines are split at each separator, also within quotes; line ends within quotes end a row")
	g.Dialect = []string{"quoting=QUOTE_NONE", "quotechar=None"}
	separator, _ := r.call.Args[0].Value[0].Value()
	if o := (ingest.DialectOption{Name: "delimiter", Value: ingest.Text(separator)}); separator != "," {
		g.Dialect = append([]string{o.String()}, g.Dialect...)
	}
}

// dialect takes the arguments of the reader that are literals.
func (g *guesser) dialect(r *use) {
	s := &scope{fn: r.in, python: g.python, params: r.args}
	for _, a := range r.call.Args {
		switch {
		case a.Name == "dialect":
			if text, _, known := g.p.literal(a.Value, s, 0); known && text == "excel-tab" {
				g.Dialect = append(g.Dialect, `delimiter=\t`)
			} else if text != "excel" {
				g.note("dialect= is not known: %s (%s:%d)", pysource.Text(a.Value), r.in.in.name, r.call.Line)
			}
		case !slices.Contains(ingest.DialectNames, a.Name):
		default:
			g.option(r, s, a)
		}
	}
}

func (g *guesser) option(r *use, s *scope, a pysource.Arg) {
	word := strings.TrimPrefix(pysource.Text(pysource.For(a.Value, g.python)), "csv.")
	if text, none, known := g.p.literal(a.Value, s, 0); known && none {
		word = "None"
	} else if known {
		o := ingest.DialectOption{Name: a.Name, Value: ingest.Text(text)}
		_, word, _ = strings.Cut(o.String(), "=")
	} else if word != "True" && word != "False" && a.Name != "quoting" {
		word = ""
	}
	if _, err := ingest.ParseDialectOption(g.path, a.Name+"="+word); err != nil || word == "" {
		g.note("%s= is no literal: %s (%s:%d)", a.Name, pysource.Text(a.Value), r.in.in.name, r.call.Line)
		return
	}
	g.Dialect = append(g.Dialect, a.Name+"="+word)
}
