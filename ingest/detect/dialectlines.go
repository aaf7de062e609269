package detect

import (
	"bytes"
	"fmt"
	"slices"
)

// bodyRecords is how many records are looked at for types and header.
const bodyRecords = 300

// findTable tells the table from what is above and below it.
func (l *layout) findTable(d *Dialect) {
	if l.columns == 0 {
		return
	}
	first, last := l.extent()
	if first > 0 {
		d.Preamble = l.records[first].line
	}
	d.Unfinished = l.columns > 1 && l.unfinished(first)
	l.columnTypes(d, first, last)
	d.Tables = l.tables(first, last, d.Header)
	if d.Trailing = l.trailing(l.main, last); d.Trailing {
		d.Columns--
		d.Types = d.Types[:d.Columns]
	}
	d.TableFrom, d.TableTo = int64(l.records[first].at), int64(len(l.reader.text))
	if last+1 < len(l.records) && !l.quotedAt(first, last+1) {
		d.Footer = l.lines() - l.records[last+1].line
		d.TableTo = int64(l.records[last+1].at)
	}
}

// trailing reports that each record of the table ends with a delimiter. Several at the
// end of each are columns that a spreadsheet has and nobody filled.
func (l *layout) trailing(first, last int) bool {
	least := l.columns
	for _, r := range l.records[first : last+1] {
		if r.cells == l.columns {
			least = min(least, r.open)
		}
	}
	return least == 1 && l.columns > 2 && l.records[first].cells == l.columns
}

// lines is how many lines the text has.
func (l *layout) lines() int {
	n := l.reader.line
	if t := l.reader.text; len(t) > 0 && t[len(t)-1] != '\n' && t[len(t)-1] != '\r' {
		n++
	}
	return n
}

// mostLines is how many records there may be above and below a table.
const mostLines = 40

// extent returns the first and the last record of the table. Above it is at most a
// few records with fewer cells, or with hardly any filled; below it likewise.
func (l *layout) extent() (first, last int) {
	last = len(l.records) - 1
	l.filling = l.usualFilling()
	if l.separatorSaid() {
		l.said = 1
	}
	if l.columns < 2 {
		l.main = l.blankBefore(l.said)
		return l.main, last
	}
	l.main = l.beginning(last)
	if first = l.main; first > l.said {
		first = l.tablesAbove(l.rowsAbove(first))
	}
	if l.records[first].cells == l.columns {
		l.main = first
	}
	return first, l.lastRecord(first)
}

// beginning is the first record that is one of a table as wide as this.
func (l *layout) beginning(last int) int {
	first := l.labels()
	for first < min(mostLines, last) && !l.begins(first) {
		first++
	}
	if first >= min(mostLines, last) {
		first = l.said
	}
	return l.blankBefore(first)
}

// blankBefore passes over the empty lines there.
func (l *layout) blankBefore(i int) int {
	for i < len(l.records)-1 && l.records[i].cells == 0 {
		i++
	}
	return i
}

// begins reports whether the table begins with a record: it is filled and as wide as
// the table, or nearly so and most of the three after it are.
func (l *layout) begins(i int) bool {
	r := l.records[i]
	if r.cells < 2 || r.cells*3 < l.columns*2 || r.filled == 0 || r.filled < 3 && r.filled*3 <= l.filling || r.filled == 1 && l.title(i) {
		return false
	}
	if r.cells == l.columns && l.columns > 2 && r.filled*2 >= l.columns {
		return true
	}
	wide, seen := 0, 0
	for _, s := range l.records[i+1 : min(i+4, len(l.records))] {
		if s.cells > 0 {
			seen++
		}
		if s.cells == l.columns {
			wide++
		}
	}
	return wide*2 > seen || seen == 0
}

// title reports that a record with one cell filled stands above an empty one, as a
// spreadsheet writes it, or above one with all filled.
func (l *layout) title(i int) bool {
	for _, r := range l.records[i+1 : min(i+6, len(l.records))] {
		switch {
		case r.cells > 1 && r.filled == 0, l.columns > 3 && r.filled*5 >= l.columns*4:
			return true
		case r.filled > 1:
			return false
		}
	}
	return false
}

// usualFilling is how many cells are filled in the middle one of the records of the
// table's width that are not all empty.
func (l *layout) usualFilling() int {
	filled := make([]int, 0, len(l.records))
	for _, r := range l.records {
		if r.cells == l.columns && r.filled > 0 {
			filled = append(filled, r.filled)
		}
	}
	if len(filled) == 0 {
		return 0
	}
	slices.Sort(filled)
	return filled[len(filled)/2]
}

// tables counts the tables: two records or more of another width are another one, if an
// empty line is before them or their width is quite another; so is the header once more,
// behind an empty line.
func (l *layout) tables(first, last int, header bool) int {
	n, width := 1, l.columns
	if l.pair(first) && first < l.main {
		width = l.records[first].cells
	}
	for i := first + 1; i < last; i++ {
		a, behind := l.records[i], l.records[i-1].cells == 0
		switch {
		case behind && header && a.cells == width && bytes.Equal(l.line(i), l.line(first)):
			n++
		case (behind || i == l.main && l.apart(width)) && a.cells > 1 && a.cells == l.records[i+1].cells && a.cells != width:
			n, width = n+1, a.cells
		}
	}
	return n
}

// columnTypes reads the table's first records again, for the types of its columns and
// its header.
func (l *layout) columnTypes(d *Dialect, first, last int) {
	rows := l.body(l.main, last)
	plain, quoted := 0, 0
	for _, row := range rows {
		for _, c := range row {
			switch {
			case c.quoted:
				quoted++
			case c.typ != Empty && !c.typ.number():
				plain++
			}
		}
	}
	d.QuoteAll = quoted > 0 && plain*20 <= quoted
	if len(rows) == 0 {
		return
	}
	l.heading = newHeading(rows, l.columns)
	for c := range l.columns {
		d.Types = append(d.Types, l.heading.columns[c].typ)
	}
	if first < l.main && l.pair(first) {
		l.heading = l.headingAbove(first, rows)
	}
	d.Header = l.heading.isHeader()
}

// headingAbove is what may be the heading of records above the widest: of another table,
// or of the same one, whose last cells are missing there.
func (l *layout) headingAbove(first int, rows [][]field) *heading {
	width := l.records[first].cells
	if l.apart(width) {
		return newHeading(l.bodyOf(first, l.main-1, width), width)
	}
	short := l.bodyOf(first, l.main-1, width)
	for _, row := range rows {
		if len(row) >= width {
			short = append(short, row[:width])
		}
	}
	return newHeading(short, width)
}

// apart reports that the widest table is another than the records of some width above it:
// an empty line is between them, or their widths are quite different.
func (l *layout) apart(width int) bool {
	return l.records[l.main-1].cells == 0 || max(l.columns-width, width-l.columns) > 1
}

// body are the table's first records.
func (l *layout) body(first, last int) [][]field { return l.bodyOf(first, last, l.columns) }

// bodyOf is the same for a table of some width.
func (l *layout) bodyOf(first, last, columns int) [][]field {
	r := l.readerAt(first)
	rows := make([][]field, 0, min(bodyRecords, last-first+1))
	for i := first; i <= last && len(rows) < bodyRecords; i++ {
		if n := l.records[i].cells; n > 0 && (len(rows) == 0 || n == columns) {
			rows = append(rows, l.row(i, &r))
		}
	}
	return rows
}

// row are a record's cells with their types. Those of the first ones are known; the others
// are read again, by r.
func (l *layout) row(i int, r *reader) []field {
	rec := l.records[i]
	if end := rec.before + rec.cells; end <= len(l.leading) {
		return l.leading[rec.before:end:end]
	}
	r.at = rec.at
	r.next()
	row := slices.Clone(r.cells)
	for n, c := range row {
		if k := rec.before + n; k < len(l.typed) {
			row[n].typ = l.typed[k]
		} else {
			row[n].typ = typeOf(c.text)
		}
	}
	return row
}

// readerAt reads from a record on.
func (l *layout) readerAt(i int) reader {
	return reader{text: l.reader.text, delimiter: l.delimiter, quote: l.quote, escape: l.escape, at: l.records[i].at}
}

// why words the first reason.
func (d *Dialect) why(l, rival *layout) {
	all, n := 0, 0
	for _, r := range l.records {
		if r.cells > 0 {
			all++
		}
		if r.cells > 0 && r.cells == l.columns {
			n++
		}
	}
	switch {
	case all == 0:
		d.Why = "there are no records"
	case l.delimiter == 0 || l.columns < 2:
		d.Why = "no delimiter divides the records, so they have one column"
	default:
		behind := ""
		if d.Trailing {
			behind = ", and one more behind them"
		}
		d.Why = fmt.Sprintf("%d of %s %s %d columns at %q%s", n, counted(all, "record"), has(n), d.Columns, l.delimiter, behind)
	}
	d.Reasons = append(d.Reasons, "delimiter: "+d.Why+rival.against(l))
}

// against says what speaks against the second-best delimiter.
func (l *layout) against(best *layout) string {
	if l == nil || l.delimiter == 0 || best.delimiter == 0 || l.columns < 2 {
		return ""
	}
	return fmt.Sprintf("; at %q %.0f %% have %d, with %.0f %% of the cells like those of a table (%.0f %%)", l.delimiter, 100*l.regular, l.columns, 100*l.cellScore(), 100*best.cellScore())
}

func (d *Dialect) reasons(l *layout) {
	add := func(format string, args ...any) { d.Reasons = append(d.Reasons, fmt.Sprintf(format, args...)) }
	d.quoteReasons(l, add)
	switch {
	case d.Header && l.heading.only():
		add("header: the only record holds names of columns")
	case d.Header:
		add("header: the first record is not like those below it")
	case l.heading != nil && !l.heading.only():
		add("header: none, %s", l.heading.whyNone())
	}
	if d.DecimalComma {
		add("decimal comma: %s %s one, %d a point", counted(l.types[DecimalComma], "number"), has(l.types[DecimalComma]), l.types[DecimalPoint])
	}
	if d.Trailing {
		add("columns: each record ends with a delimiter, which is not one more")
	}
	switch {
	case l.said > 0 && d.Preamble == 1:
		add("preamble: the first line tells a spreadsheet the delimiter")
	case d.Preamble > 0:
		add("preamble: %s above the table", counted(d.Preamble, "line"))
	}
	if d.Footer > 0 {
		add("footer: %s below the table", counted(d.Footer, "line"))
	}
	if d.Unfinished {
		add("columns: the last record has no line end, and may be one that was cut")
	}
	if d.Tables > 1 {
		add("tables: %d, one below the other", d.Tables)
	}
}

// quoteReasons are those for the characters around cells and in them.
func (d *Dialect) quoteReasons(l *layout, add func(string, ...any)) {
	r := &l.reader
	switch {
	case r.quoted == 1:
		add("quotechar: 1 cell stands between %c", d.Quotechar)
	case r.quoted > 0:
		add("quotechar: %d cells stand between %c", r.quoted, d.Quotechar)
	default:
		add("quotechar: no cell is quoted")
	}
	switch {
	case r.odd == 1:
		add("quotechar: 1 cell begins with one that does not end it")
	case r.odd > 0:
		add("quotechar: %d cells begin with one that does not end them", r.odd)
	}
	if d.Escapechar != 0 {
		add(`escapechar: %s behind \, %s`, counted(r.escaped, "character"), counted(r.doubled, "doubled quote"))
	}
	if d.SkipInitialSpace {
		add("skipinitialspace: %d of %s %s a blank before the quote", r.blanks, counted(r.quoted, "quoted cell"), has(r.blanks))
	}
}

// counted is a number of things, and has the verb behind it.
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprint(n, " ", what, "s")
}

func has(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}
