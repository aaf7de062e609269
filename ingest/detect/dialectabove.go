package detect

import (
	"bytes"
	"slices"
)

// What is above a table is a preamble where it reads like one: titles, remarks, lines
// such as "Supplier:,Acme". Records that are like each other are another table, which
// is kept as any row is.

// rowsAbove is the first record of a table without a header that seems to begin at one:
// records of several cells right above it, and such as begin like its rows, are rows too.
// Above an empty record they are if the table itself is as sparse.
func (l *layout) rowsAbove(first int) int {
	rows := l.body(first, len(l.records)-1)
	if len(rows) == 0 {
		return first
	}
	sparse := l.sparse(first)
	if h := newHeading(rows, l.columns); l.records[first].filled > 1 && h.isHeader() && (!sparse || h.certain() && first-l.said <= mostTitles) {
		return first
	}
	key, adjoining := l.keyColumn(first), true
	for i := first - 1; i >= l.said; i-- {
		r := l.records[i]
		switch {
		case r.filled == 0 && !(sparse && r.cells > 1):
			adjoining = false
		case r.filled == 0:
		case key.fits(l.firstCell(i)), adjoining && (r.cells == l.columns || r.cells > 1 && !l.note(i)):
			first = i
		default:
			return first
		}
	}
	if sparse {
		for first > l.said && l.records[first-1].cells == l.columns {
			first--
		}
	}
	return first
}

// mostTitles is how many lines above a table with sparse rows are titles that a
// spreadsheet filled up.
const mostTitles = 5

// sparse reports that of the records from one on a tenth or more have one cell filled,
// or none, as titles have that a spreadsheet filled up with delimiters.
func (l *layout) sparse(first int) bool {
	n, few := 0, 0
	for _, r := range l.records[first:min(first+bodyRecords, len(l.records))] {
		if r.cells == l.columns {
			n++
			if r.filled < 2 {
				few++
			}
		}
	}
	return few*10 >= n
}

// tablesAbove is where the first of the tables begins that end before a record, or of
// which it is one: two records in a row of the same number of cells are one.
func (l *layout) tablesAbove(first int) int {
	for i := l.said; i < first; i++ {
		if (i+1 < first || l.records[first].cells != l.columns) && l.pair(i) && !l.note(i) && !l.note(i+1) {
			return i
		}
	}
	return first
}

// pair reports that a record and the next have the same number of cells. Two of each are
// filled if they are as wide as the table, or they may be titles; else three of both.
func (l *layout) pair(i int) bool {
	if i+1 >= len(l.records) {
		return false
	}
	a, b := l.records[i], l.records[i+1]
	filled := min(a.filled, b.filled)
	if a.cells != l.columns && filled > 0 {
		filled = a.filled + b.filled - 1
	}
	return a.cells > 1 && a.cells == b.cells && filled > 1
}

// note reports a record that is a line of text, whose commas divide nothing: it is a
// comment, its first cell ends in a colon, or a blank follows on a delimiter where none
// does in the table.
func (l *layout) note(i int) bool {
	r := l.readerAt(i)
	r.next()
	if len(r.cells) == 0 {
		return false
	}
	c := bytes.TrimSpace(r.cells[0].text)
	if bytes.HasPrefix(c, []byte("#")) || bytes.HasPrefix(c, []byte("//")) || bytes.HasSuffix(c, []byte(":")) {
		return true
	}
	return l.spaced(i) && !l.spaced(l.main)
}

// spaced reports a record with a blank right behind a delimiter.
func (l *layout) spaced(i int) bool {
	r := l.readerAt(i)
	r.next()
	return len(r.cells) > 1 && slices.ContainsFunc(r.cells[1:], func(c field) bool { return !c.quoted && len(c.text) > 1 && c.text[0] == ' ' })
}

// labels is behind the records at the top that a spreadsheet filled up with delimiters,
// such as "Supplier:,Acme,," and titles, and the empty one below them, if a header follows.
func (l *layout) labels() int {
	i, labelled := l.said, false
	for ; i < len(l.records)-1 && i < mostLines; i++ {
		r := l.records[i]
		if r.cells != l.columns || r.filled == 0 || r.filled > 2 || r.open < l.columns-2 {
			break
		}
		if r.filled == 2 {
			if labelled = bytes.HasSuffix(l.firstCell(i), []byte(":")); !labelled {
				return l.said
			}
		}
	}
	if !labelled || l.records[i].filled > 0 {
		return l.said
	}
	for ; i < len(l.records)-1 && l.records[i].filled == 0; i++ {
	}
	if rows := l.body(i, len(l.records)-1); l.records[i].filled > 2 && newHeading(rows, l.columns).isHeader() {
		return i
	}
	return l.said
}

// separatorSaid reports a first line that says the delimiter to a spreadsheet: sep=;
func (l *layout) separatorSaid() bool {
	if len(l.records) < 2 {
		return false
	}
	line := bytes.Trim(bytes.TrimRight(l.line(0), "\r\n"), `"`)
	return len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) && byteClass[line[4]] != letterByte && byteClass[line[4]] != digitByte
}
