package classify

import "github.com/feedparity/feedparity/ingest"

// marks are the characters that mean something to csv.reader.
type marks struct {
	delimiter, quote, escape rune
	double, skip             bool // doublequote and skipinitialspace
}

// unset is a mark that is no character, nor bad.
const unset rune = -2

// marksOf reads the arguments of a path's csv.reader, with the defaults of "excel".
func marksOf(s ingest.Settings) marks {
	get := func(name string, otherwise rune) rune {
		v, ok := s.Dialect.Get(name)
		switch {
		case !ok:
			return otherwise
		case v.Str == "" || v.Kind == ingest.KindNone:
			return unset
		}
		r, _ := ingest.DecodeRune(v.Str)
		return r
	}
	is := func(name string, otherwise bool) bool {
		v, ok := s.Dialect.Get(name)
		return ok && v.IsTrue() || !ok && otherwise
	}
	m := marks{get("delimiter", ','), get("quotechar", '"'), get("escapechar", unset), is("doublequote", true), is("skipinitialspace", false)}
	if v, ok := s.Dialect.Get("quoting"); ok && v.Str == "3" { // QUOTE_NONE
		m.quote = unset
	}
	return m
}

// quoted tells for each character whether it lies between quotes; the quote that opens
// does, the one that closes does not. It follows the states of Modules/_csv.c, whose order
// of tests decides where one character has two meanings.
func (m marks) quoted(chars []char) []bool {
	out := make([]bool, len(chars))
	start, open := true, false // of a field; between quotes
	for i := 0; i < len(chars); i++ {
		c := chars[i].r
		switch {
		case open && c == m.escape, !open && !start && c == m.escape, start && c == m.escape && c != m.quote:
			out[i], start = open, false
			if i++; i == len(chars) {
				return out
			}
		case open && c == m.quote && m.double && at(chars, i+1) == m.quote:
			out[i] = true
			i++
		case open && c == m.quote:
			open = false
		case open:
		case c == '\n' || c == '\r':
			start = true
		case start && c == m.quote:
			start, open = false, true
		case c == m.delimiter:
			start = true
		case start && m.skip && c == ' ':
		default:
			start = false
		}
		out[i] = open
	}
	return out
}
