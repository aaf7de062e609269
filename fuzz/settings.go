package fuzz

import (
	"github.com/feedparity/feedparity/ingest"
)

// Py3Versions are the versions of Python 3 the generator draws from, the one most
// teams move to first.
var Py3Versions = []ingest.Python{
	{Major: 3, Minor: 13}, {Major: 3, Minor: 11}, {Major: 3, Minor: 6}, {Major: 3, Minor: 7}, {Major: 3, Minor: 8},
	{Major: 3, Minor: 9}, {Major: 3, Minor: 10}, {Major: 3, Minor: 12},
}

// The alternatives of each dimension, the plainest first. Only what the embedded
// engine models is drawn.
var (
	py2Modes = ingest.ModesOf(ingest.Py2)
	py3Modes = ingest.ModesOf(ingest.Py3)

	codecs = []string{
		"utf-8", "latin-1", "cp1252", "utf-8-sig", "utf-16", "ascii", "utf-16-le", "cp1250", "iso8859-2", "utf-16-be",
		"cp437", "koi8-r", "mac-roman", "cp1251", "cp037", "iso8859-15", "cp874", "UTF8", "ISO_8859-1",
		"gb18030", "shift_jis", "big5", "euc_kr", "euc_jp", "iso2022_jp", "utf-7", "cp932", "gbk", "hz", "euc_jis_2004", "raw_unicode_escape",
	}
	handlers = []string{"strict", "strict", "replace", "ignore"}

	delimiters  = []string{`,`, `;`, `\t`, `|`, `1`, `'`, ` `, `"`, `\\`, `\n`, `a`}
	quotechars  = []string{`"`, `'`, `None`, `a`, `,`, ` `, ``, `\n`}
	escapechars = []string{`\\`, `\\`, `\\`, `a`, `"`, `,`, ` `, `None`, ``}
	cellSteps   = []ingest.Step{"strip", "lower", "upper"}
	cellTypes   = []string{"int", "float", "decimal", "text"}
	flags       = []string{"doublequote=False", "skipinitialspace=True", "strict=True"}
	quotings    = []string{"1", "2", "3", "2", "0", "4", "5"}
	columns     = []string{"1", "2", "qty", "3", "größe"}
	limits      = []int64{ingest.DefaultFieldLimit, 0, 1, 2, 3, 5, 16}
)

// NewPair decides two policies: one of the built-in pairs, or any two. Most of
// these differ only in codec or open mode, as those of real migrations do.
func NewPair(c *Choices) ingest.Pair {
	builtin := ingest.Builtin()
	if i := c.N(4 * len(builtin)); i >= 1 && i <= len(builtin) {
		return builtinPair(c, builtin[i-1])
	}
	p := ingest.Pair{Name: "fuzz", Py2: ingest.DefaultSettings(ingest.Python27), Py3: ingest.DefaultSettings(pick(c, Py3Versions))}
	common(c, &p)
	p.Py2.Open, p.Py3.Open = pick(c, py2Modes), pick(c, py3Modes)
	p.Py2.Codec = pick(c, codecs)
	p.Py3.Codec = p.Py2.Codec
	if c.Rare(3) {
		p.Py3.Codec = pick(c, codecs)
	}
	p.Py2.Errors = pick(c, handlers)
	p.Py3.Errors = p.Py2.Errors
	return p
}

// builtinPair decides what a built-in pair leaves open: the detected codec, the
// version of Python 3 and what is done with the rows.
func builtinPair(c *Choices, p ingest.Pair) ingest.Pair {
	codec := pick(c, codecs)
	p.Py2, p.Py3 = p.Py2.Resolve(codec, nil), p.Py3.Resolve(codec, nil)
	p.Py3.Python = pick(c, Py3Versions)
	common(c, &p)
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
	for c.Rare(3) {
		step := pick(c, cellSteps)
		both(func(s *ingest.Settings) { s.Clean = append(s.Clean, step) })
	}
	for c.Rare(3) {
		t := ingest.ColumnType{Column: pick(c, columns), Type: pick(c, cellTypes)}
		both(func(s *ingest.Settings) { s.Types = append(s.Types, t) })
	}
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
	return out
}

// usual picks among the first n alternatives, rarely among all.
func usual(c *Choices, list []string, n int) string {
	if c.Rare(4) {
		return pick(c, list)
	}
	return pick(c, list[:n])
}
