package pycsv

import (
	"slices"

	"github.com/feedparity/feedparity/ingest"
)

// quoted is one match of a pattern of _guess_quote_and_delimiter.
type quoted struct {
	quote, delim rune // delim is noChar for the pattern that has none
	space        bool
	end          int
}

// quotePattern finds text between quotes. Its four uses are the regular
// expressions of Sniffer._guess_quote_and_delimiter, in their order:
//
//	(?P<delim>[^\w\n"\'])(?P<space> ?)(?P<quote>["\']).*?(?P=quote)(?P=delim)
//	(?:^|\n)(?P<quote>["\']).*?(?P=quote)(?P<delim>[^\w\n"\'])(?P<space> ?)
//	(?P<delim>[^\w\n"\'])(?P<space> ?)(?P<quote>["\']).*?(?P=quote)(?:$|\n)
//	(?:^|\n)(?P<quote>["\']).*?(?P=quote)(?:$|\n)
type quotePattern struct{ delimBefore, delimAfter bool }

var quotePatterns = [...]quotePattern{{true, true}, {false, true}, {true, false}, {false, false}}

// guessQuoteAndDelimiter is Sniffer._guess_quote_and_delimiter: the quote that
// encloses most, the delimiter beside most of them.
func (s *sniffer) guessQuoteAndDelimiter() guess {
	g := guess{delimiter: noChar, quotechar: noChar}
	var matches []quoted
	for _, p := range quotePatterns {
		if matches = s.findAll(p); matches != nil {
			break
		}
	}
	if matches == nil {
		return g
	}
	var quotes, delims tally
	spaces := int64(0)
	for _, m := range matches {
		quotes.add(int64(m.quote))
		if m.delim != noChar {
			delims.add(int64(m.delim))
		}
		if m.space {
			spaces++
		}
	}
	value := func(c int64) ingest.Value { return s.char(rune(c)) }
	g.quotechar = rune(quotes.keys[quotes.most(s.v, value)])
	if delims.keys != nil {
		best := delims.most(s.v, value)
		g.delimiter = rune(delims.keys[best])
		g.skipinitialspace = delims.counts[best] == spaces
	}
	g.doublequote = s.hasDoubledQuote(g.quotechar, g.delimiter)
	return g
}

// findAll is re.findall with DOTALL and MULTILINE.
func (s *sniffer) findAll(p quotePattern) []quoted {
	var out []quoted
	hopeless := map[quoted]bool{}
	for i := 0; i < len(s.data); {
		m, ok := s.match(p, i, hopeless)
		if !ok {
			i++
			continue
		}
		out = append(out, m)
		i = m.end
	}
	return out
}

// match is the pattern at one position. What closes nowhere is hopeless: what begins
// the same way further on need not be looked for, as Python does, in all the rest.
func (s *sniffer) match(p quotePattern, i int, hopeless map[quoted]bool) (quoted, bool) {
	m := quoted{delim: noChar}
	if p.delimBefore {
		if !s.isDelim(i) {
			return m, false
		}
		m.delim = s.data[i]
		i++
		if m.space = s.is(i, ' '); m.space {
			i++
		}
	} else if !s.lineStart(i) {
		if !s.is(i, '\n') {
			return m, false
		}
		i++
	} else if !s.is(i, '"') && !s.is(i, '\'') && s.is(i, '\n') {
		i++ // the other alternative, a newline on an empty line
	}
	if !s.is(i, '"') && !s.is(i, '\'') {
		return m, false
	}
	m.quote = s.data[i]
	start := quoted{quote: m.quote, delim: m.delim}
	if hopeless[start] {
		return m, false
	}
	for j := i + 1; j < len(s.data); j++ {
		if s.data[j] == m.quote && s.matchEnd(p, &m, j+1) {
			return m, true
		}
	}
	hopeless[start] = true
	return m, false
}

// matchEnd is what follows the closing quote.
func (s *sniffer) matchEnd(p quotePattern, m *quoted, i int) bool {
	m.end = i
	switch {
	case p.delimBefore && p.delimAfter:
		m.end++
		return s.is(i, m.delim)
	case p.delimAfter:
		if !s.isDelim(i) {
			return false
		}
		m.delim = s.data[i]
		m.end++
		if m.space = s.is(i+1, ' '); m.space {
			m.end++
		}
		return true
	}
	return s.lineEnd(i)
}

func (s *sniffer) is(i int, c rune) bool { return i < len(s.data) && s.data[i] == c }

// isDelim is [^\w\n"\'].
func (s *sniffer) isDelim(i int) bool {
	return i < len(s.data) && !s.isWord(s.data[i]) && !slices.Contains([]rune{'\n', '"', '\''}, s.data[i])
}

// lineStart and lineEnd are ^ and $ with MULTILINE.
func (s *sniffer) lineStart(i int) bool { return i == 0 || s.data[i-1] == '\n' }
func (s *sniffer) lineEnd(i int) bool   { return i == len(s.data) || s.data[i] == '\n' }

// hasDoubledQuote says whether there is an extra quote between delimiters:
//
//	((delim)|^)\W*quote[^delim\n]*quote[^delim\n]*quote\W*((delim)|$)
//
// where without a delimiter the outer groups match anywhere. Between a delimiter
// or newline and the next, the first quote that may open is as good as any later.
func (s *sniffer) hasDoubledQuote(quote, delim rune) bool {
	closes := s.closes(delim)
	opens := true // a delimiter or the beginning of a line came before, and no word character since
	quotes := 0   // from the first that may open
	for i, c := range s.data {
		switch c {
		case delim, '\n':
			quotes = 0
		case quote:
			if quotes > 0 || opens || delim == noChar {
				quotes++
			}
			if quotes >= 3 && closes[i+1] {
				return true
			}
		}
		opens = c == delim || c == '\n' || opens && !s.isWord(c)
	}
	return false
}

// closes tells for each position whether a delimiter or the end of a line comes
// there or later, with no word character before it.
func (s *sniffer) closes(delim rune) []bool {
	out := make([]bool, len(s.data)+1)
	out[len(s.data)] = true
	for i, c := range slices.Backward(s.data) {
		out[i] = delim == noChar || c == delim || c == '\n' || out[i+1] && !s.isWord(c)
	}
	return out
}
