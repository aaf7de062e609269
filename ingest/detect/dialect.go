package detect

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// Dialect is how a delivery is laid out, by Python's names where it has them.
type Dialect struct {
	Delimiter        byte   // ',' where no other is more consistent
	Quotechar        byte   // '"' where cells are not quoted otherwise
	SkipInitialSpace bool   // quoted cells have a blank after the delimiter
	LineEnding       string // "lf", "crlf", "cr", "crcrlf", "mixed", or "none" if there is no line break
	Header           bool   // the first record looks like column names
	Columns          int    // of most records, 0 for an empty input
	Consistency      float64
	Why              string // one sentence
}

// For returns the arguments that csv.reader needs on a path beside its defaults;
// it is empty, not nil, where it needs none.
func (d Dialect) For(p ingest.Path) ingest.Dialect {
	out := ingest.Dialect{}
	text := func(name string, c byte) ingest.DialectOption {
		return ingest.DialectOption{Name: name, Value: ingest.Text(string(rune(c)))}
	}
	if d.Delimiter != ',' && d.Delimiter != 0 {
		out = append(out, text("delimiter", d.Delimiter))
	}
	if d.Quotechar != '"' && d.Quotechar != 0 {
		out = append(out, text("quotechar", d.Quotechar))
	}
	if d.SkipInitialSpace {
		out = append(out, ingest.DialectOption{Name: "skipinitialspace", Value: ingest.Bool(true)})
	}
	return out.For(p)
}

// String returns the options of For as "feedparity ingest --dialect" takes them,
// separated by blanks, such as `delimiter=;`; "-" if there are none.
func (d Dialect) String() string {
	var words []string
	for _, o := range d.For(ingest.Py3) {
		words = append(words, o.String())
	}
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, " ")
}

// delimiters in the order in which they win a tie.
const delimiters = ",;\t|:"

// findDialect parses the start of the decoded text with every delimiter and both
// quote characters, each once, and takes the pair whose records have the same
// number of columns most consistently. The work is linear in the text.
func findDialect(text []byte) Dialect {
	best, bestScore := layout{}, 0.0
	for _, quote := range []byte{'"', '\''} {
		for i := 0; i < len(delimiters); i++ {
			l := parseLayout(text, delimiters[i], quote)
			if s := l.score(); s > bestScore {
				best, bestScore = l, s
			}
		}
	}
	if bestScore == 0 {
		best = parseLayout(text, ',', '"')
	}
	return best.dialect(bestScore > 0)
}

// layout is what parsing a text with one delimiter and quote character gives.
type layout struct {
	delimiter, quote byte
	records          int
	columns          map[int]int // number of records by their number of columns
	first, second    [][]byte    // the first two records' cells
	quoted           int         // cells that open and close with the quote character
	odd              int         // quoted cells with something after the closing quote
	blanks           int         // delimiters followed by a blank and a quote
	endings          map[string]int
}

// parseLayout reads text as csv.reader would, except that every line break
// outside quotes ends a record and blank lines count for nothing.
func parseLayout(text []byte, delimiter, quote byte) layout {
	l := layout{delimiter: delimiter, quote: quote, columns: map[int]int{}, endings: map[string]int{}}
	var cells [][]byte
	n, start := 0, 0
	for i := 0; i <= len(text); {
		end := l.cell(text, start)
		n++
		if l.records < 2 {
			cells = append(cells, bytes.Trim(text[start:end], string(rune(quote))))
		}
		if end < len(text) && text[end] == delimiter {
			start = end + 1
			i = start
			continue
		}
		if n > 1 || end > start {
			l.record(n, cells)
		}
		i = end + l.lineBreak(text[end:])
		start, n, cells = i, 0, nil
		if i >= len(text) {
			break
		}
	}
	return l
}

// cell returns where the cell that begins at start ends: at a delimiter, a line
// break or the end of the text.
func (l *layout) cell(text []byte, start int) int {
	i := start
	if i+1 < len(text) && text[i] == ' ' && text[i+1] == l.quote {
		l.blanks++
		i++
	}
	if i < len(text) && text[i] == l.quote {
		i = closing(text, i+1, l.quote)
		if i < len(text) && text[i] != l.delimiter && text[i] != '\r' && text[i] != '\n' {
			l.odd++
		} else {
			l.quoted++
		}
	}
	for i < len(text) && text[i] != l.delimiter && text[i] != '\r' && text[i] != '\n' {
		i++
	}
	return i
}

// closing returns the index after the quote that closes a cell, doubled ones
// passed over.
func closing(text []byte, i int, quote byte) int {
	for ; i < len(text); i++ {
		if text[i] != quote {
			continue
		}
		if i+1 < len(text) && text[i+1] == quote {
			i++
			continue
		}
		return i + 1
	}
	return i
}

func (l *layout) record(n int, cells [][]byte) {
	l.columns[n]++
	switch l.records {
	case 0:
		l.first = cells
	case 1:
		l.second = cells
	}
	l.records++
}

// lineBreak counts the line break at the start of text and returns its length.
func (l *layout) lineBreak(text []byte) int {
	for _, e := range []struct{ kind, s string }{{"crcrlf", "\r\r\n"}, {"crlf", "\r\n"}, {"cr", "\r"}, {"lf", "\n"}} {
		if bytes.HasPrefix(text, []byte(e.s)) {
			l.endings[e.kind]++
			return len(e.s)
		}
	}
	return 0
}

// mode returns the number of columns that most records have, the larger of two.
func (l *layout) mode() (columns, records int) {
	for c, n := range l.columns {
		if n > records || n == records && c > columns {
			columns, records = c, n
		}
	}
	return columns, records
}

// score is 0 for a text that the delimiter does not divide, else the share of
// records with the usual number of columns, squared, more for more columns, less
// where the first record has another number or quotes do not close before a
// delimiter. Single quotes must be used as such to count: an apostrophe is none.
func (l *layout) score() float64 {
	columns, records := l.mode()
	if columns < 2 || l.records == 0 || l.quote == '\'' && (l.quoted < 2 || l.odd > 0) {
		return 0
	}
	share := float64(records) / float64(l.records)
	s := share * share * (1 - 1/float64(columns))
	if len(l.first) != columns {
		s /= 2
	}
	s *= 1 - float64(l.odd)/float64(l.odd+l.quoted+2)
	if share < 0.5 {
		return 0
	}
	if l.quote == '\'' { // more cells quoted than a tie-breaker needs
		s *= 1 + 0.2*min(1, float64(l.quoted)/float64(l.records))
	}
	return s
}

func (l *layout) dialect(divided bool) Dialect {
	columns, records := l.mode()
	d := Dialect{Delimiter: l.delimiter, Quotechar: l.quote, Columns: columns, LineEnding: l.ending(), Header: l.header()}
	d.SkipInitialSpace = l.blanks > 0 && l.quoted > 0 && l.blanks*10 >= l.quoted*5
	switch {
	case l.records == 0:
		d.Why = "there are no records"
	case !divided:
		d.Consistency = 1
		d.Why = "no delimiter divides the records, so they have one column"
	default:
		d.Consistency = float64(records) / float64(l.records)
		d.Why = fmt.Sprintf("%d of %d records have %d columns at %q", records, l.records, columns, l.delimiter)
	}
	return d
}

func (l *layout) ending() string {
	if len(l.endings) > 1 {
		return "mixed"
	}
	for kind := range l.endings {
		return kind
	}
	return "none"
}

// header guesses that the first record names columns: its cells are distinct,
// none is empty or a number, and if there is a second record it is not like that,
// or has the same number of cells.
func (l *layout) header() bool {
	if l.records == 0 {
		return false
	}
	seen := map[string]bool{}
	for _, c := range l.first {
		if len(bytes.TrimSpace(c)) == 0 || numeric(c) || seen[string(c)] {
			return false
		}
		seen[string(c)] = true
	}
	return l.records > 1 && len(l.second) == len(l.first)
}

// numeric reports whether a cell is a number, a price or a date: digits and the
// signs between them.
func numeric(c []byte) bool {
	digits := 0
	for _, b := range bytes.TrimSpace(c) {
		switch {
		case b >= '0' && b <= '9':
			digits++
		case !strings.ContainsRune("+-.,/: %", rune(b)):
			return false
		}
	}
	return digits > 0
}

func appendRune(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return append(dst, byte(r))
	}
	return utf8.AppendRune(dst, r)
}

func dropMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }

// lastLine drops what follows the last line break: a record that was cut.
func lastLine(text []byte) []byte {
	if i := bytes.LastIndexAny(text, "\r\n"); i >= 0 {
		return text[:i+1]
	}
	return text
}
