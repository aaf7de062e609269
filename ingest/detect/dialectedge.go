package detect

import (
	"bytes"
	"slices"
)

// What is taken for a title or a footer is taken off by the normalizer, so whatever
// could be a row is one: a record that was cut, one whose first cell is like those
// above it, one that only begins with the letters of "sum".

// firstColumn is what the first cells of a table's records are like.
type firstColumn struct {
	from  int             // record
	typ   CellType        // of nearly all, Other if they are of several
	forms map[string]bool // of those with a digit
	words map[string]bool // remarks that some of them begin with
}

// named reports cells that are no words: what is no remark among names may well be one
// below numbers.
func (f *firstColumn) named() bool { return !f.typ.typed() && f.typ != Code }

// keyColumn looks at the first column of the records from one on that are as wide as the
// table and have more than one cell filled.
func (l *layout) keyColumn(first int) *firstColumn {
	if l.key != nil && l.key.from == first {
		return l.key
	}
	l.key = &firstColumn{from: first, forms: map[string]bool{}, words: map[string]bool{}}
	var types [Mess + 1]int
	n := 0
	for i := first; i < len(l.records) && n < bodyRecords; i++ {
		if r := l.records[i]; r.cells != l.columns || r.filled < 2 {
			continue
		}
		c := l.firstCell(i)
		if n > 0 { // the first may be the header
			if word, _, ok := remarkWord(c); ok {
				l.key.words[word] = true
			}
			types[typeOf(c)]++
		}
		if n++; bytes.ContainsAny(c, digits) {
			l.key.forms[form(c)] = true
		}
	}
	filled := n - 1 - types[Empty]
	for t, k := range types {
		if CellType(t) != Empty && k > 0 && k*10 >= filled*9 {
			l.key.typ = CellType(t)
		}
	}
	return l.key
}

const digits = "0123456789"

// firstCell is the text of a record's first cell.
func (l *layout) firstCell(i int) []byte {
	r := l.readerAt(i)
	return bytes.TrimSpace(r.cell().text)
}

// fits reports that a record's first cell is like those of the table, if these are like
// each other in a way that a title or a footer is not.
func (f *firstColumn) fits(c []byte) bool {
	t := typeOf(c)
	switch {
	case t == Empty:
		return false
	case t == Code && f.typ == Code, t == f.typ && t.typed(), t.number() && f.typ.number():
		return bytes.ContainsAny(c, digits)
	}
	word, _, _ := bytes.Cut(c, []byte{' '})
	word = bytes.TrimRight(word, ":")
	return f.forms[form(c)] || f.typ == Code && f.forms[form(word)]
}

// form is a cell with each run of letters as "a" and each run of digits as "0"; only
// one with a digit has any.
func form(c []byte) string {
	var out []byte
	if !bytes.ContainsAny(c, digits) {
		return ""
	}
	for _, b := range c {
		switch byteClass[b] {
		case letterByte, highByte:
			b = 'a'
		case digitByte:
			b = '0'
		}
		if k := len(out); k == 0 || out[k-1] != b || b != 'a' && b != '0' {
			out = append(out, b)
		}
	}
	return string(out)
}

// lastRecord is the last record of the table. Empty lines and records alone are no
// footer, nor is the last record of an upload that was cut.
func (l *layout) lastRecord(first int) int {
	if l.open() {
		return len(l.records) - 1
	}
	return l.aboveFooter(first)
}

// open reports that the last record has no line end.
func (l *layout) open() bool {
	t := l.reader.text
	return len(t) > 0 && t[len(t)-1] != '\n' && t[len(t)-1] != '\r'
}

// unfinished reports a last record without a line end that has too few cells, or would be
// part of a footer if it had one.
func (l *layout) unfinished(first int) bool {
	last := len(l.records) - 1
	return l.open() && last > first && (l.records[last].cells < l.columns || l.aboveFooter(first) < last)
}

// aboveFooter is the last record that no footer is made of.
func (l *layout) aboveFooter(first int) int {
	end := len(l.records) - 1
	last := end
	for last > first && last > end-mostLines && l.below(last) {
		last--
	}
	if last <= end-mostLines || last == first && last < end && l.records[last+1].cells == l.columns { // the only row
		return end
	}
	last = l.unsaid(last)
	if !slices.ContainsFunc(l.records[last+1:], func(r record) bool { return r.filled > 0 }) {
		return end
	}
	return last
}

// unsaid passes over lines right below the table that nothing says are no part of it:
// neither an empty line before them nor a remark among them.
func (l *layout) unsaid(last int) int {
	i := last + 1
	for ; i < len(l.records) && l.records[i].filled > 0; i++ {
		if l.remark(i) {
			return last
		}
	}
	return i - 1
}

// below reports whether a record can be part of what is below a table: a line of its
// own, or one that says so where a spreadsheet filled it up with delimiters.
func (l *layout) below(i int) bool {
	r := l.records[i]
	switch {
	case r.cells == 0:
		return true
	case i == 0 || r.filled > max(1, l.columns/3) || r.cells > l.columns:
		return false
	case r.filled > 0 && l.keyColumn(0).fits(l.firstCell(i)):
		return false
	case r.cells == l.columns:
		return r.filled == 0 || r.filled == 1 && l.filling >= 3 && l.remark(i)
	case r.cells > 1 && l.records[i-1].cells == r.cells: // records of another table
		return false
	}
	return l.records[i-1].cells == 0 || l.words(i)
}

// remarks are the first words of what stands below a table.
var remarks = []string{"total", "summe", "sum", "gesamt", "source", "note", "end of", "end", "page", "printed", "generated"}

// remarkWord finds one of them at the beginning of a cell, as a word of its own, and
// what follows it.
func remarkWord(c []byte) (word string, rest []byte, ok bool) {
	c = bytes.ToLower(bytes.TrimLeft(c, ` "'*-=#(`))
	for _, w := range remarks {
		if rest, ok := bytes.CutPrefix(c, []byte(w)); ok && (len(rest) == 0 || bytes.IndexByte([]byte(" :=(\"'\r\n\t"), rest[0]) >= 0) {
			return w, bytes.TrimLeft(rest, " "), true
		}
	}
	return "", nil, false
}

// remark reports that a record reads like one. A first column of names has such words
// in it, so there it takes more than one of them.
func (l *layout) remark(i int) bool {
	c, key := l.firstCell(i), l.keyColumn(0)
	word, rest, ok := remarkWord(c)
	switch {
	case bytes.HasPrefix(c, []byte("©")), ruled(c):
		return true
	case ok && key.words[word]:
		return false
	case ok && key.named():
		return summary(word, rest)
	}
	return ok && (word != "end" || len(rest) > 0) || !key.named() && noted(c)
}

// summary reports that a remark's word is not the first of a name: nothing follows, a
// sign, or a number.
func summary(word string, rest []byte) bool {
	switch {
	case word == "end of":
		return true
	case word == "end":
		return false
	case word == "printed" || word == "generated":
		return bytes.ContainsAny(rest, digits+":")
	}
	return len(rest) == 0 || bytes.IndexByte([]byte(":=("), rest[0]) >= 0 || isDigit(rest[0])
}

// ruled reports a line of signs, or a text behind two of them.
func ruled(c []byte) bool {
	if len(c) < 3 || bytes.IndexByte([]byte("*-=#"), c[0]) < 0 || c[1] != c[0] {
		return false
	}
	return c[2] == c[0] || c[2] == ' '
}

// noted reports a text behind a sign, or in parentheses.
func noted(c []byte) bool {
	switch {
	case len(c) < 3:
		return false
	case c[0] == '(':
		return bytes.HasPrefix(bytes.ToLower(c), []byte("(c)")) || c[len(c)-1] == ')' && bytes.IndexByte(c, ' ') > 0
	}
	return bytes.IndexByte([]byte("*-=#"), c[0]) >= 0 && c[1] == ' '
}

// words reports that a record is more than what a cut leaves of one.
func (l *layout) words(i int) bool {
	return bytes.ContainsAny(bytes.TrimSpace(l.line(i)), " :") || l.remark(i)
}

// line is the text of a record.
func (l *layout) line(i int) []byte {
	to := len(l.reader.text)
	if i+1 < len(l.records) {
		to = l.records[i+1].at
	}
	return l.reader.text[l.records[i].at:to]
}
