package parity

import (
	"slices"

	"github.com/feedparity/feedparity/ingest"
)

// What a feed's policies say besides how a finding comes about, the reader of its case
// would have to read for nothing. So once the input is small, each thing that they say is
// tried at its default, as rows and cells are tried without. What both policies say alike
// goes from both or from none: no difference comes of it that the feed does not have.

// policies are a pair's, by path.
type policies [2]ingest.Settings

// dimension is one respect in which policies differ from the defaults. Of a list the items
// are tried one by one as well.
type dimension struct {
	take func(to, from *ingest.Settings)
	size func(s *ingest.Settings) int
	drop func(s *ingest.Settings, i int)
}

// dimensions from what is done to cells back to how the file is read. The version of Python
// is none: it is where the policies run, and no part of what they say.
var dimensions = []dimension{
	{
		take: func(to, from *ingest.Settings) { to.Types = from.Types },
		size: func(s *ingest.Settings) int { return len(s.Types) },
		drop: func(s *ingest.Settings, i int) { s.Types = without(s.Types, i) },
	},
	{
		take: func(to, from *ingest.Settings) { to.Clean = from.Clean },
		size: func(s *ingest.Settings) int { return len(s.Clean) },
		drop: func(s *ingest.Settings, i int) { s.Clean = without(s.Clean, i) },
	},
	{take: func(to, from *ingest.Settings) { to.Sniff = from.Sniff }},
	{
		take: func(to, from *ingest.Settings) { to.Dialect = from.Dialect.For(to.Python.Path()) },
		size: func(s *ingest.Settings) int { return len(s.Dialect) },
		drop: func(s *ingest.Settings, i int) { s.Dialect = without(s.Dialect, i) },
	},
	{take: func(to, from *ingest.Settings) { to.FieldLimit = from.FieldLimit }},
	{take: func(to, from *ingest.Settings) { to.Reader = from.Reader }},
	{take: func(to, from *ingest.Settings) { to.Errors = from.Errors }},
	{take: func(to, from *ingest.Settings) { to.Codec = from.Codec }},
	{take: func(to, from *ingest.Settings) { to.Open = from.Open }},
}

func without[T any](list []T, i int) []T { return slices.Delete(slices.Clone(list), i, i+1) }

// plainer takes policies to the defaults as far as the finding holds with them.
func plainer(at policies, holds func(policies) bool) policies {
	// try changes the policies of some paths, and keeps the change if it is one and holds.
	try := func(change func(*ingest.Settings), paths ...ingest.Path) bool {
		next := at
		for _, p := range paths {
			change(&next[p])
		}
		if next.same(at) || !holds(next) {
			return false
		}
		at = next
		return true
	}
	for _, d := range dimensions {
		usual := func(s *ingest.Settings) {
			plain := ingest.DefaultSettings(s.Python)
			plain.Dialect = ingest.Dialect{} // nil would be detected
			d.take(s, &plain)
		}
		if try(usual, ingest.Paths[:]...) {
			continue
		}
		together := [][]ingest.Path{{ingest.Py2}, {ingest.Py3}}
		if at.alike(d) {
			together = [][]ingest.Path{ingest.Paths[:]}
		} else {
			try(usual, ingest.Py2)
			try(usual, ingest.Py3)
		}
		if d.size == nil {
			continue
		}
		for _, paths := range together {
			for i := d.size(&at[paths[0]]) - 1; i >= 0; i-- {
				try(func(s *ingest.Settings) { d.drop(s, i) }, paths...)
			}
		}
	}
	return at
}

func (p policies) same(q policies) bool { return p[0].Same(&q[0]) && p[1].Same(&q[1]) }

// alike reports whether both policies say the same in one respect.
func (p policies) alike(d dimension) bool {
	as := p[ingest.Py3]
	d.take(&as, &p[ingest.Py2])
	return as.Same(&p[ingest.Py3])
}
