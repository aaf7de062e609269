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
	{',', 1}, {';', 1}, {'\t', 1}, {'|', 1}, {'\x1f', 1}, {'\x01', 1}, {'^', 0.9}, {'~', 0.9}, {':', 0.65}, {'#', 0.4}, {'*', 0.4}, {'!', 0.4}, {'=', 0.4}, {'&', 0.4}, {' ', 0.35},
}

// scored bounds the text that every candidate reads; the best one reads all of it.
const scored = 16 << 10

// typedCells bounds the cells whose types are looked at, per candidate.
const typedCells = 1200

// layout is a text read as a table in one way.
type layout struct {
	delimiter, quote, escape byte
	reader                   reader
	records                  []record
	main                     int           // the first of them that is of the widest table, and not of one above it
	said                     int           // 1 if the first line is sep=;
	heading                  *heading      // of the table
	cut                      bool          // there is more of the input than was read
	types                    [Mess + 1]int // of the cells looked at
	typed                    []CellType    // of the first cells, by themselves
	columns                  int           // of most records
	filling                  int           // how many cells are filled in the middle one of those
	key                      *firstColumn  // once it was looked at
	regular                  float64       // share of the records that have them
	score                    float64
}

// record is what is remembered of each.
type record struct {
	cells, filled int // all, and those that are not empty; no cells: an empty line
	open          int // empty cells at its end
	line          int // in which it begins
	at            int // where it begins in the text
	before        int // how many cells are in those before it
}

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
		c.cut = cut
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

// read reads a text and scores what comes of it.
func (l *layout) read(text []byte) {
	l.reader = reader{text: text, delimiter: l.delimiter, quote: l.quote, escape: l.escape}
	r := &l.reader
	l.typed = make([]CellType, 0, min(typedCells, len(text)/2+1))
	cells := 0
	l.records = make([]record, 0, bytes.Count(text, []byte{'\n'})+1)
	var before *layout // the record whose quotes are open where the text was cut
	for {
		rec := record{line: r.line, at: r.at, before: cells}
		if !r.next() {
			break
		}
		if r.open > 0 && before == nil && l.cut {
			before = new(*l)
			before.reader.odd -= r.open
			before.reader.text, before.reader.line = text[:rec.at], rec.line
		}
		rec.cells = len(r.cells)
		cells += rec.cells
		for _, c := range r.cells {
			if len(l.typed) < typedCells {
				t := typeOf(c.text)
				l.typed = append(l.typed, t)
				l.types[l.typeOf(c, t)]++
			}
			if len(c.text) > 0 && (c.text[0] > ' ' && c.text[0] < 0x80 || len(bytes.TrimSpace(c.text)) > 0) {
				rec.filled++
			}
		}
		for rec.open < rec.cells && len(r.cells[rec.cells-1-rec.open].text) == 0 {
			rec.open++
		}
		l.records = append(l.records, rec)
	}
	if before != nil && !l.goesOn(len(before.records)) {
		*l = *before
	}
	l.measure()
}

// goesOn reports that most records from one on are like those before it: what opens in
// it and closes nowhere is a stray quote, and no text of several lines that was cut.
// Where the columns are two, such a text may have lines like them, so that cells of
// several lines above speak against it.
func (l *layout) goesOn(from int) bool {
	count, lines := map[int]int{}, 0
	for i, r := range l.records[:from] {
		count[r.cells]++
		lines = l.records[i+1].line
	}
	delete(count, 0)
	width, most := 0, 0
	for c, n := range count {
		if n > most || n == most && c > width {
			width, most = c, n
		}
	}
	like, other := 0, 0
	for _, r := range l.records[min(from+1, len(l.records)):] {
		switch r.cells {
		case width:
			like++
		case 0:
		default:
			other++
		}
	}
	return from == 0 || like > 0 && like >= other && (width != 2 || lines == from)
}

// typeOf is what a cell of a type is to the layout.
func (l *layout) typeOf(c field, t CellType) CellType {
	switch {
	case l.delimiter == 0 && !c.quoted && len(c.text) > 0 && (mainDelimiter(c.text[0]) || mainDelimiter(c.text[len(c.text)-1]) || bytes.IndexByte(c.text, '\t') >= 0):
		return Mess // rather an empty cell and another
	case c.quoted && t == Mess:
		return Text
	case !c.quoted && l.escape == 0 && len(c.text) > 0 && c.text[len(c.text)-1] == '\\':
		return Mess // rather an escaped delimiter
	}
	return t
}

// measure finds the usual number of columns and scores the table.
func (l *layout) measure() {
	count := map[int]int{}
	all, most := 0, 0
	for _, r := range l.records {
		if r.cells > 0 {
			count[r.cells]++
			all++
		}
	}
	for c, n := range count {
		// A wider record is rarer by chance: two of three cells say more than three of one.
		if w, best := weight(c, n), weight(l.columns, most); w > best || w == best && c > l.columns {
			l.columns, most = c, n
		}
	}
	if all == 0 {
		return
	}
	l.regular = l.regularity(most, all)
	l.score = l.regular * l.regular * l.cellScore() * l.prior()
	if l.columns > 1 {
		l.score *= 1 - 0.5/float64(l.columns)
	}
}

func weight(columns, records int) float64 {
	if columns < 2 {
		return float64(records) / 2
	}
	return float64(records)
}

// regularity is the share of records with the usual number of columns. What is above
// the first of them and below the last counts little: titles and totals.
func (l *layout) regularity(most, all int) float64 {
	first, last, before := -1, 0, 0
	for i, r := range l.records {
		if r.cells == l.columns {
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	inside := 0
	for i, r := range l.records {
		switch {
		case r.cells == 0:
		case i < first || i > last:
			before++
		default:
			inside++
		}
	}
	if l.columns < 2 || most < 3 {
		return float64(most) / float64(all)
	}
	return float64(most) / (float64(inside) + 0.3*float64(before))
}

// cellScore says how much the cells are like those of a table: of a type, whose
// signs are not those of a delimiter or quote.
func (l *layout) cellScore() float64 {
	sum := 0.0
	for t, k := range l.types {
		sum += cellWeights[t] * float64(k)
	}
	s := sum / float64(max(1, l.cells()))
	if odd := float64(l.reader.odd); odd > 0 {
		s *= 1 - 0.6*odd/(odd+float64(l.reader.quoted)+2)
	}
	return s
}

// cells is how many have been looked at.
func (l *layout) cells() (n int) {
	for _, k := range l.types {
		n += k
	}
	return n
}

var cellWeights = [...]float64{Empty: 0.9, Integer: 1, DecimalPoint: 1, DecimalComma: 1, Date: 1, Time: 1, Word: 0.95, Code: 0.9, Text: 0.8, Mess: 0.1}

// What tables without a delimiter are worth: any, and one of nothing but dates and the
// like, whose signs divide nothing; and what apostrophes around all cells are.
const (
	oneColumn   = 0.55
	pureColumn  = 0.9
	quotesWorth = 1.08
)

// prior is what the characters are worth beside what they make of the text.
func (l *layout) prior() float64 {
	p := oneColumn
	for _, d := range candidateDelimiters {
		if d.char == l.delimiter {
			p = d.prior
		}
	}
	switch {
	case l.delimiter != 0 && l.columns < 2:
		p = 0.3
	case l.delimiter == 0 && 10*(l.types[Date]+l.types[Time]+l.types[DecimalComma]) > 8*l.cells():
		p = pureColumn
	}
	r := &l.reader
	switch {
	case l.quote == '\'' && (r.quoted < 2 && r.doubled+r.guarded == 0 || r.odd > r.quoted):
		p *= 0.3
	case l.quote == '\'': // as many cells quoted as make it no apostrophe
		p *= quotesWorth - 0.1 + 0.1*min(1, float64(r.quoted)/float64(len(l.records)))
	}
	if l.escape != 0 && r.escaped == 0 {
		p *= 0.9
	} else if l.escape != 0 {
		p *= 0.97
	}
	return p
}

// dialect is the layout's dialect.
func (l *layout) dialect() Dialect {
	r := &l.reader
	d := Dialect{Delimiter: l.delimiter, Quotechar: l.quote, Escapechar: l.escape, DoubleQuote: true, Columns: l.columns,
		LineEnding: r.ending(), Consistency: l.regular}
	if d.Delimiter == 0 {
		d.Delimiter = ','
	}
	if l.quote == 0 {
		d.Quotechar = '"'
	}
	if d.Columns > 0 && (l.delimiter == 0 || l.columns < 2) {
		d.Consistency = 1
	}
	d.DoubleQuote = l.escape == 0 || r.doubled > 0
	d.SkipInitialSpace = r.blanks > 0 && r.quoted > 0 && r.blanks*10 >= r.quoted*5
	d.DecimalComma = l.types[DecimalComma] > l.types[DecimalPoint]
	l.findTable(&d)
	return d
}
