package detect

import (
	"bytes"
	"slices"
	"strings"
)

// candidateDelimiters in the order in which they win a tie, and how likely each is to
// be one if it occurs: a blank or a colon mostly is part of the cells.
var candidateDelimiters = []struct {
	char  byte
	prior float64
}{
	{',', 1}, {';', 1}, {'\t', 1}, {'|', 1}, {'\x1f', 1}, {'\x1e', 1}, {'\x1d', 1}, {'\x1c', 1}, {'\x01', 1}, {'^', 0.9}, {'~', 0.9}, {':', 0.65}, {'#', 0.4}, {'*', 0.4}, {'!', 0.4}, {'=', 0.4}, {'&', 0.4}, {' ', 0.35},
}

// scored bounds the text that every candidate reads; the best one reads all of it.
const scored = 16 << 10

// fewRecords is of how many the dialect can be told; where a sample holds fewer, for its
// cells are pages of text or its columns thousands, a longer one is looked at.
const fewRecords = 5

// bestLayout returns the way to read a text that is most like a table, and the best
// with another delimiter. cut tells that it is not all of the input.
func bestLayout(text []byte, cut bool, g Given) (best, rival *layout) {
	sample := text
	for size := scored; ; size *= 2 {
		sample = sampleOf(text, size)
		best, rival = g.bestOf(sample, cut || len(sample) < len(text))
		if len(best.records) >= fewRecords || len(sample) == len(text) || size >= headBytes {
			break
		}
	}
	if len(sample) < len(text) {
		whole := &layout{delimiter: best.delimiter, quote: best.quote, escape: best.escape, cut: cut}
		whole.read(text)
		best = whole
	}
	return best, rival
}

// sampleOf is a text's start up to a line's end.
func sampleOf(text []byte, size int) []byte {
	if len(text) <= size {
		return text
	}
	if i := bytes.LastIndexAny(text[:size], "\r\n"); i > 0 {
		return text[:i+1]
	}
	return text[:min(len(text), headBytes)]
}

// bestOf is bestLayout for what every candidate reads.
func (g Given) bestOf(sample []byte, cut bool) (best, rival *layout) {
	all := g.candidates(sample)
	var top *layout // of those that were read
	for i, c := range all {
		if g.brief && top.beats(all[i:], sample) {
			all = all[:i]
			break
		}
		c.cut, c.keeps = cut, i == 0 // it is mostly the best
		if c.read(sample); top == nil || c.score > top.score {
			top = c
		}
	}
	for _, c := range all {
		if slices.ContainsFunc(all, c.listsOf) {
			c.score *= 0.1
		}
		if c.inCells() {
			c.score *= 0.01
		}
		switch {
		case best == nil || c.score > best.score:
			if best != nil && best.delimiter != c.delimiter {
				rival = best
			}
			best = c
		case c.delimiter != best.delimiter && (rival == nil || c.score > rival.score):
			rival = c
		}
	}
	return best, rival
}

// beats reports that none of others, which nobody has read yet, can score as much as a
// layout, whatever is in the text, and that nothing in them can speak against it either.
func (l *layout) beats(others []*layout, text []byte) bool {
	if l == nil || len(l.records) == 0 || l.records[0].cells < 2 {
		return false
	}
	for _, o := range others {
		if l.score <= o.most(text) {
			return false
		}
	}
	return true
}

// most is what a layout's score cannot exceed: its prior, where all else is perfect.
func (l *layout) most(text []byte) float64 {
	p := pureColumn
	for _, d := range candidateDelimiters {
		if d.char == l.delimiter {
			p = d.prior
		}
	}
	switch {
	case l.quote == '\'':
		p *= quotesWorth
	case l.delimiter == 0 && l.fewDates(text):
		p = oneColumn
	case l.delimiter == ' ' && namesByBlanks(firstLine(text)):
		p = byBlanks
	}
	return p
}

// fewDates reports, by as few of the first cells as can prove it, that not 80 % of those
// looked at are dates, times or numbers with a comma.
func (l *layout) fewDates(text []byte) bool {
	r := reader{text: text, quote: l.quote, escape: l.escape}
	cells, other := min(typedCells, bytes.Count(text, []byte{'\n'})+bytes.Count(text, []byte{'\r'})+1), 0
	for 10*other < 2*cells && r.next() {
		for _, c := range r.cells {
			if t := l.typeOf(c, typeOf(c.text)); t != Date && t != Time && t != DecimalComma {
				other++
			}
		}
	}
	return 10*other >= 2*cells
}

// listsOf reports that what the delimiter divides are the cells of one column of another
// layout: each record of that has as many cells, the first none with a list in it.
func (l *layout) listsOf(o *layout) bool {
	if o.delimiter == 0 || o.delimiter == l.delimiter || l.delimiter == 0 || o.columns < 2 || len(o.records) < 3 || l.records[0].cells != 1 {
		return false
	}
	if slices.ContainsFunc(o.records, func(r record) bool { return r.cells > 0 && r.cells != o.columns }) {
		return false
	}
	r, column := o.readerAt(0), -1
	for r.next() {
		for i, c := range r.cells {
			if bytes.IndexByte(c.text, l.delimiter) < 0 {
				continue
			}
			if column >= 0 && column != i {
				return false
			}
			column = i
		}
	}
	return column >= 0
}

// inCells reports that the first record is a single name right above records that the
// delimiter divides, but whose every line is like one cell: a number, an address of the
// web, or words with a blank behind each delimiter; these also below several names that
// another delimiter divides.
func (l *layout) inCells() bool {
	if l.columns < 2 || len(l.records) < 3 || l.records[0].cells != 1 || l.reader.quoted+l.reader.escaped > 0 {
		return false
	}
	name := l.firstCell(0)
	divided := l.delimiter == ',' && bytes.ContainsAny(name, ";\t|") // at another one
	if !divided && (typeOf(name) != Word && typeOf(name) != Code || bytes.ContainsAny(name, digits+"=")) {
		return false
	}
	number, address, words := !divided, !divided, true
	r := l.readerAt(1)
	for i := 1; r.next() && (number || address || words); i++ {
		if len(r.cells) == 0 {
			return false
		}
		line := bytes.TrimSpace(l.line(i))
		at := bytes.Index(line, []byte("://"))
		number = number && typeOf(line).number()
		address = address && at > 0 && at < 8 && bytes.IndexByte(line, ' ') < 0
		for _, c := range r.cells[1:] {
			t := typeOf(c.text)
			address = address && !(t.typed() && mainDelimiter(l.delimiter)) && !bytes.Contains(c.text, []byte("://"))
			words = words && !t.typed() && len(c.text) > 1 && c.text[0] == ' '
		}
		words = words && (i > 1 || !slices.ContainsFunc(r.cells, func(c field) bool { return knownName(bytes.TrimSpace(c.text)) }))
	}
	return number || address || words
}

// byBlanks is what blanks are worth that divide names and what is below them, as sure as a
// file of one column would be no file of phrases; leastNames is of how many columns.
const (
	byBlanks   = 0.9
	leastNames = 3
	longNames  = 1 << 10
)

// namesByBlanks reports whether a line is the names of columns that many tables have, with
// a blank between them. Two would be one of several words: a unit price, a product name.
func namesByBlanks(line []byte) bool {
	if len(line) > longNames {
		return false
	}
	names := bytes.Split(line, []byte{' '})
	return len(names) >= leastNames && !slices.ContainsFunc(names, func(n []byte) bool { return !knownName(n) })
}

func firstLine(text []byte) []byte {
	if i := bytes.IndexAny(text, "\r\n"); i >= 0 {
		return text[:i]
	}
	return text
}

// isByBlanks reports that blanks divide a table: below such names each record has as many
// cells, none empty, of which the first is a key, another in each record and no number, and
// two columns or more are numbers or dates throughout. So is no list of phrases.
func (l *layout) isByBlanks() bool {
	if l.delimiter != ' ' || l.columns < leastNames || l.regular < 1 || len(l.records) <= fewRecords || !namesByBlanks(firstLine(l.reader.text)) {
		return false
	}
	typed, keys := slices.Repeat([]bool{true}, l.columns), map[string]bool{}
	r := l.readerAt(1)
	for seen := 0; seen < typedCells && r.next(); seen += len(r.cells) {
		key := r.cells[0].text
		if keys[string(key)] || typeOf(key).typed() {
			return false
		}
		keys[string(key)] = true
		for i, c := range r.cells {
			t := typeOf(c.text)
			if t == Empty {
				return false
			}
			typed[i] = typed[i] && t.typed()
		}
	}
	n := 0
	for _, t := range typed {
		if t {
			n++
		}
	}
	return n >= 2
}

// mainDelimiters are those that most files have.
const mainDelimiters = ",;\t|"

func mainDelimiter(b byte) bool { return strings.IndexByte(mainDelimiters, b) >= 0 }

// candidates are the delimiters that occur often enough to divide a record each, with
// each quote and escape character that occurs where it would; last the text as it is.
func (g Given) candidates(text []byte) (out []*layout) {
	lines := max(1, bytes.Count(text, []byte{'\n'}), bytes.Count(text, []byte{'\r'}))
	records := 0
	for _, d := range candidateDelimiters {
		if n := bytes.Count(text, []byte{d.char}); g.Delimiter == nil && n > 0 {
			if n*4 < lines && records == 0 {
				records = recordsIn(text, lines)
			}
			if n*4 < lines && n*4 < records {
				continue
			}
			out = g.with(out, text, d.char)
		}
	}
	if g.Delimiter != nil {
		return g.with(nil, text, *g.Delimiter)
	}
	quote := byte('"')
	if !bytes.Contains(text, []byte{'"'}) && bytes.Count(text, []byte("'")) >= 2*lines {
		quote = '\''
	}
	if g.Quotechar != nil {
		quote = *g.Quotechar
	}
	return append(out, &layout{delimiter: 0, quote: quote})
}

// recordsIn counts the lines of a text that do not end inside quotes.
func recordsIn(text []byte, lines int) int {
	if bytes.IndexByte(text, '"') < 0 {
		return lines
	}
	lf, cr := 0, 0
	for inside := false; len(text) > 0; inside = !inside {
		part, rest, _ := bytes.Cut(text, []byte{'"'})
		if !inside {
			lf, cr = lf+bytes.Count(part, []byte{'\n'}), cr+bytes.Count(part, []byte{'\r'})
		}
		text = rest
	}
	return max(1, lf, cr)
}

// with adds the candidates that have a delimiter.
func (g Given) with(out []*layout, text []byte, d byte) []*layout {
	quotes := quotesFor(text, d)
	if g.Quotechar != nil {
		quotes = []byte{*g.Quotechar}
	}
	for _, q := range quotes {
		if g.Escapechar != nil {
			out = append(out, &layout{delimiter: d, quote: q, escape: *g.Escapechar})
			continue
		}
		out = append(out, &layout{delimiter: d, quote: q})
		if q != 0 && bytes.Contains(text, []byte{'\\', q}) || bytes.Contains(text, []byte{'\\', d}) {
			out = append(out, &layout{delimiter: d, quote: q, escape: '\\'})
		}
	}
	return out
}

// quotesFor are the quote characters that open a cell somewhere.
func quotesFor(text []byte, delimiter byte) []byte {
	out := []byte{'"'}
	if opens(text, delimiter, '\'') {
		out = append(out, '\'')
	}
	return out
}

// opens reports a quote at the beginning of a cell.
func opens(text []byte, delimiter, quote byte) bool {
	if bytes.IndexByte(text, quote) < 0 {
		return false
	}
	before := byte('\n')
	for _, b := range text {
		if b == quote && (before == delimiter || before == '\n' || before == '\r') {
			return true
		}
		if b != ' ' {
			before = b
		}
	}
	return false
}
