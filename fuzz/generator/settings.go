package generator

import (
	"slices"
	"sync"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// Py3Versions are the versions of Python 3 the generator draws from, the one most
// teams move to first.
var Py3Versions = []ingest.Python{
	{Major: 3, Minor: 13}, {Major: 3, Minor: 11}, {Major: 3, Minor: 6}, {Major: 3, Minor: 7}, {Major: 3, Minor: 8},
	{Major: 3, Minor: 9}, {Major: 3, Minor: 10}, {Major: 3, Minor: 12}, {Major: 3, Minor: 14},
}

// The alternatives of each dimension, the plainest first. Only what the embedded
// engine models is drawn.
var (
	py2Modes = ingest.ModesOf(ingest.Py2)
	py3Modes = ingest.ModesOf(ingest.Py3)

	// UsualCodecs are drawn more often than the others there are.
	UsualCodecs = []string{
		"utf-8", "latin-1", "cp1252", "utf-8-sig", "utf-16", "ascii", "utf-16-le", "cp1250", "iso8859-2", "utf-16-be",
		"cp437", "koi8-r", "mac-roman", "cp1251", "cp037", "iso8859-15", "cp874", "UTF8", "ISO_8859-1",
		"gb18030", "shift_jis", "big5", "euc_kr", "euc_jp", "iso2022_jp", "utf-7", "cp932", "gbk", "hz", "euc_jis_2004", "raw_unicode_escape",
	}
	Handlers      = []string{"strict", "strict", "replace", "ignore", "surrogateescape", "backslashreplace", "xmlcharrefreplace", "surrogatepass", "namereplace", "none-such"}
	usualHandlers = 4

	delimiters  = []string{`,`, `;`, `\t`, `|`, `1`, `'`, ` `, `"`, `\\`, `\n`, `a`}
	quotechars  = []string{`"`, `'`, `None`, `a`, `,`, ` `, ``, `\n`}
	escapechars = []string{`\\`, `\\`, `\\`, `a`, `"`, `,`, ` `, `None`, ``}
	flags       = []string{"doublequote=False", "skipinitialspace=True", "strict=True"}
	quotings    = []string{"1", "2", "3", "2", "0", "4", "5"}
	terminators = []string{`\n`, `;`, ``, `a`, `\r`, `\x00`}
	columns     = []string{"1", "2", "qty", "3", "größe"}
	limits      = []int64{ingest.DefaultFieldLimit, 0, 1, 2, 3, 5, 16}
)

// Codecs are all text codecs there are a model of, the usual ones first.
var Codecs = sync.OnceValue(func() []string { return slices.Concat(UsualCodecs, pycodec.Names()) })

// The steps done to cells: methods of strings, and what converts. A chain begins
// with one of CellSteps or Conversions; chainSteps may follow, where they fit.
var (
	CellSteps = []ingest.Step{
		"strip", "lower", "upper", "lstrip", "rstrip", "title", "capitalize", "swapcase", "nfc", "nfkc", "isdigit", "isalpha", "isspace",
		"split", "split:;", "split:é", "replace:,:.", "replace: :", "replace:é:e", "replace::-", "append:x", "append:é", "concat:", "concat:é",
	}
	Conversions = []string{
		"int", "float", "decimal", "text", "bool", "date:%Y-%m-%d", "date:%d.%m.%y", "datetime:%Y-%m-%d %H:%M:%S", "datetime:%H:%M%z",
		"date:%d %b %Y", "datetime:%I:%M %p", "date:%Y%j", "datetime:%d/%m/%Y %H:%M:%S.%f", "date:%A %d %B", "datetime:%Z %S", "date:%G-W%V-%u", "date:%Y %W %w", "datetime:%x %X", "datetime:%c",
		"float|round:2", "float|round", "float|str", "int|div:2", "int|div:100|round:1", "decimal|round:2", "decimal|str", "str",
	}
	chainSteps = []string{
		"str", "round", "round:1", "round:2", "round:-1", "div:2", "div:3", "div:-7", "div:2.5", "div:100", "int", "float", "decimal", "bool",
		"format:%s", "format:%d", "format:%.2f", "format:%08.3e", "format:%g", "format:[%-12.5s]", "date:%Y", "text",
	}
)

// builtins are made once: a pair is drawn for each input.
var builtins = sync.OnceValue(ingest.Builtin)

// NewPair decides two policies: one of the built-in pairs, or any two. Most of
// these differ only in codec or open mode, as those of real migrations do.
func NewPair(c *Choices) ingest.Pair {
	builtin := builtins()
	switch i := c.N(4 * len(builtin)); {
	case i >= 1 && i <= len(builtin):
		return builtinPair(c, builtin[i-1])
	case i > 3*len(builtin):
		return quietPair(c)
	}
	p := ingest.Pair{Name: "fuzz", Py2: ingest.DefaultSettings(ingest.Python27), Py3: ingest.DefaultSettings(pick(c, Py3Versions))}
	common(c, &p)
	p.Py2.Open, p.Py3.Open = pick(c, py2Modes), pick(c, py3Modes)
	p.Py2.Codec = usual(c, Codecs(), len(UsualCodecs))
	p.Py3.Codec = p.Py2.Codec
	if c.Rare(3) {
		p.Py3.Codec = usual(c, Codecs(), len(UsualCodecs))
	}
	p.Py2.Errors = usual(c, Handlers, usualHandlers)
	p.Py3.Errors = p.Py2.Errors
	if c.Rare(8) {
		p.Py3.Errors = usual(c, Handlers, usualHandlers)
	}
	return p
}

// builtinPair decides what a built-in pair leaves open: the detected codec, the
// version of Python 3 and what is done with the rows.
func builtinPair(c *Choices, p ingest.Pair) ingest.Pair {
	codec := usual(c, Codecs(), len(UsualCodecs))
	p.Py2, p.Py3 = p.Py2.Resolve(codec, nil), p.Py3.Resolve(codec, nil)
	p.Py3.Python = pick(c, Py3Versions)
	common(c, &p)
	return p
}

// quietPair decides two policies that read the file without much ado, so that what
// is done to its cells comes to bear.
func quietPair(c *Choices) ingest.Pair {
	p := ingest.Pair{Name: "quiet", Py2: ingest.DefaultSettings(ingest.Python27), Py3: ingest.DefaultSettings(pick(c, Py3Versions))}
	p.Py2.Dialect, p.Py3.Dialect = ingest.Dialect{}, ingest.Dialect{}
	for !c.Empty() && len(p.Py3.Clean)+len(p.Py3.Types) == 0 {
		cells(c, &p)
	}
	p.Py2.Codec = pick(c, UsualCodecs[:3])
	p.Py3.Codec = p.Py2.Codec
	if c.Rare(3) {
		p.Py2.Open = pick(c, py2Modes)
	}
	if c.Rare(6) {
		p.Py3.Open = pick(c, py3Modes)
	}
	return p
}

// Random decides the Settings of one path, freely.
func Random(c *Choices, py ingest.Python) ingest.Settings {
	p := NewPair(c)
	if py.Path() == ingest.Py2 {
		return p.Py2
	}
	p.Py3.Python = py
	return p.Py3
}

// common decides what both policies share.
func common(c *Choices, p *ingest.Pair) {
	options := dialect(c)
	both := func(set func(*ingest.Settings)) { set(&p.Py2); set(&p.Py3) }
	// The options are well formed, so that reading them cannot fail.
	p.Py2.Dialect, _ = ingest.ParseDialect(ingest.Py2, options...)
	p.Py3.Dialect, _ = ingest.ParseDialect(ingest.Py3, options...)
	if len(options) == 0 && !c.Rare(8) { // else it is detected
		p.Py2.Dialect, p.Py3.Dialect = ingest.Dialect{}, ingest.Dialect{}
	}
	if c.Rare(8) {
		limit := pick(c, limits)
		both(func(s *ingest.Settings) { s.FieldLimit = limit })
	}
	if c.Rare(3) {
		both(func(s *ingest.Settings) { s.Reader = ingest.DictReader })
	}
	if c.Rare(16) {
		both(func(s *ingest.Settings) { s.Sniff = true })
	}
	cells(c, p)
}

// How many steps, columns with a type and further steps of one are drawn at most: the
// engine of Go finds plans that would draw hundreds, and more show nothing new.
const (
	maxSteps   = 4
	maxTypes   = 3
	maxFurther = 3
)

// cells decides what is done to cells.
func cells(c *Choices, p *ingest.Pair) {
	both := func(set func(*ingest.Settings)) { set(&p.Py2); set(&p.Py3) }
	for n := 0; n < maxSteps && c.Rare(3); n++ {
		if steps := append(p.Py3.Clean, pick(c, CellSteps)); ingest.CheckSteps(ingest.Py3, steps) == nil {
			both(func(s *ingest.Settings) { s.Clean = slices.Clone(steps) })
		}
	}
	for n := 0; n < maxTypes && c.Rare(3); n++ {
		t := ingest.ColumnType{Column: pick(c, columns), Type: Chain(c)}
		both(func(s *ingest.Settings) { s.Types = append(s.Types, t) })
	}
}

// chain decides the type of a column: a conversion and what is done with the
// value. A step that cannot take what the one before gives is left out.
func Chain(c *Choices) string {
	typ := ""
	if c.Rare(5) {
		typ = string(pick(c, CellSteps))
	} else {
		typ = pick(c, Conversions)
	}
	for n := 0; n < maxFurther && c.Rare(3); n++ {
		next := ""
		if c.Rare(3) {
			next = typ + "|" + string(pick(c, CellSteps))
		} else {
			next = typ + "|" + pick(c, chainSteps)
		}
		if ingest.CheckType(ingest.Py3, next) == nil {
			typ = next
		}
	}
	return typ
}

func dialect(c *Choices) []string {
	var out []string
	if c.Rare(4) {
		out = append(out, "delimiter="+usual(c, delimiters, 4))
	}
	if c.Rare(6) {
		out = append(out, "quotechar="+usual(c, quotechars, 2))
	}
	if c.Rare(4) {
		out = append(out, "escapechar="+pick(c, escapechars))
	}
	for _, flag := range flags {
		if c.Rare(5) {
			out = append(out, flag)
		}
	}
	if c.Rare(4) {
		out = append(out, "quoting="+pick(c, quotings))
	}
	if c.Rare(12) { // readers check it and do not use it
		out = append(out, "lineterminator="+pick(c, terminators))
	}
	return out
}

// usual picks among the first n alternatives, rarely among all.
func usual(c *Choices, list []string, n int) string {
	if c.Rare(4) {
		return pick(c, list)
	}
	return pick(c, list[:n])
}

// Undetected gives policies that leave their dialect to detection the one that they are
// run with: a hunt must look at what the run has shown, and need not detect anything.
func Undetected(p *ingest.Pair) {
	for _, s := range []*ingest.Settings{&p.Py2, &p.Py3} {
		if s.Dialect == nil {
			s.Dialect = ingest.Dialect{}
		}
	}
}
