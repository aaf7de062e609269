package detect

import "bytes"

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
	leading                  []field       // the cells of the first records, as many as are typed, if they are kept
	keeps                    bool          // leading is kept
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
		if rec.cells = len(r.cells); cells == 0 && l.keeps {
			l.leading = make([]field, 0, min(typedCells, rec.cells*cap(l.records)))
		}
		cells += rec.cells
		for _, c := range r.cells {
			if len(l.typed) < typedCells {
				t := typeOf(c.text)
				l.typed = append(l.typed, t)
				if c.typ = t; l.keeps {
					l.leading = append(l.leading, c)
				}
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
	case l.isByBlanks():
		p = byBlanks
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
