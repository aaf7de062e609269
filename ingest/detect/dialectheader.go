package detect

import (
	"bytes"
	"slices"
	"strings"
)

// heading weighs whether the first record of a table names its columns.
type heading struct {
	first   []field
	lower   [][]field // further levels of a heading that has several
	rows    [][]field
	columns []columnShape
	years   bool // yearsAcross
}

// columnShape is what the cells below the first have in common.
type columnShape struct {
	typ     CellType // of nearly all, Other if they are of several
	filled  int
	digits  int // cells with a digit
	repeats int // cells that say what the first record says
	minLen  int
	maxLen  int
}

func newHeading(rows [][]field, columns int) *heading {
	h := &heading{first: rows[0], columns: make([]columnShape, columns)}
	rows = h.takeLower(rows[1:])
	h.rows = make([][]field, 0, len(rows))
	for _, row := range rows {
		if !h.again(row) {
			h.rows = append(h.rows, row)
		}
	}
	for c := range h.columns {
		h.columns[c] = h.shape(c)
	}
	h.years = h.yearsAcross()
	return h
}

// again reports that a record is the first once more, as at the top of each page.
func (h *heading) again(row []field) bool {
	same, filled := 0, 0
	for i, c := range h.first {
		if len(c.text) > 0 {
			filled++
			if i < len(row) && bytes.Equal(c.text, row[i].text) {
				same++
			}
		}
	}
	return same > 1 && same*3 >= filled*2 && !h.first[0].typ.typed()
}

// mostLower is how many further levels a heading may have.
const mostLower = 3

// takeLower takes the lower levels of a heading that names groups of columns in its
// first record and the columns below: records without a number or a date that name
// columns which have no name yet. It returns the other records.
func (h *heading) takeLower(rows [][]field) [][]field {
	for len(h.lower) < mostLower && len(rows) > 1 && h.names(rows[0]) >= 2 {
		h.lower, rows = append(h.lower, rows[0]), rows[1:]
	}
	return rows
}

// names counts the columns that a record could name and no level above it does; -1
// if it holds a cell that no name of a column is.
func (h *heading) names(row []field) (n int) {
	for c := range min(len(row), len(h.columns)) {
		switch t := row[c].typ; {
		case t.typed():
			return -1
		case t != Empty && len(h.headerCell(c)) == 0 && len(h.lowerCell(c)) == 0:
			n++
		}
	}
	return n
}

// lowerCell is what the lower levels of a heading call a column.
func (h *heading) lowerCell(c int) []byte {
	for _, row := range h.lower {
		if c < len(row) && row[c].typ != Empty {
			return bytes.TrimSpace(row[c].text)
		}
	}
	return nil
}

// headerCell is the first record's cell of a column. Where that record is a cell
// short, as R writes it, the names of the rows have none.
func (h *heading) headerCell(c int) []byte {
	if len(h.first) == len(h.columns)-1 {
		c--
	}
	if c < 0 || c >= len(h.first) {
		return nil
	}
	return bytes.TrimSpace(h.first[c].text)
}

func (h *heading) shape(c int) columnShape {
	s := columnShape{minLen: 1 << 30}
	var types [Mess + 1]int
	name := h.headerCell(c)
	for _, row := range h.rows {
		t := row[c].typ
		if t == Empty {
			continue
		}
		text := bytes.TrimSpace(row[c].text)
		s.filled++
		types[t]++
		if t != Word && hasDigit(text) {
			s.digits++
		}
		if bytes.Equal(text, name) {
			s.repeats++
		}
		s.minLen, s.maxLen = min(s.minLen, len(text)), max(s.maxLen, len(text))
	}
	for t, n := range types {
		if n > 0 && n*10 >= s.filled*9 {
			s.typ = CellType(t)
		}
	}
	if numbers := types[Integer] + types[DecimalPoint] + types[DecimalComma]; s.typ == Other && numbers > 0 && numbers*10 >= s.filled*9 {
		s.typ = DecimalPoint
		if types[DecimalComma] > types[DecimalPoint] {
			s.typ = DecimalComma
		}
	}
	return s
}

func hasDigit(text []byte) bool {
	for _, b := range text {
		if isDigit(b) {
			return true
		}
	}
	return false
}

// isHeader adds up what each column says.
func (h *heading) isHeader() bool {
	if len(h.rows) == 0 {
		return len(h.lower) == 0 && h.alone()
	}
	score, names := 0.0, map[string]bool{}
	for c := range h.columns {
		name := h.headerCell(c)
		if len(name) == 0 {
			if h.columns[c].typ.typed() && len(h.lowerCell(c)) > 0 {
				score++
			} else if c > 0 && h.columns[c].filled*2 > len(h.rows) { // only the first may have no name
				score -= 0.5
			}
			continue
		}
		if names[string(name)] {
			score -= 1.5
		}
		names[string(name)] = true
		score += h.vote(c, name)
	}
	return len(names) > 0 && score > 0
}

// only reports that nothing is below the first record.
func (h *heading) only() bool { return len(h.rows)+len(h.lower) == 0 }

// whyNone says why the first record is no header.
func (h *heading) whyNone() string {
	typed, names := 0, map[string]bool{}
	for c := range h.columns {
		name := h.headerCell(c)
		if typeOf(name).typed() {
			typed++
		}
		if len(name) > 0 && names[string(name)] {
			return "two cells of the first record are alike"
		}
		names[string(name)] = true
	}
	switch {
	case typed > 0:
		return "the first record holds numbers or dates"
	case !h.certain():
		return "as nothing tells the first record from those below it"
	}
	return "the first record is rather a row than names of columns"
}

// certain reports that more speaks for a header than that its cells are words: a column
// of numbers or dates, or a name that columns have.
func (h *heading) certain() bool {
	for c, s := range h.columns {
		if name := h.headerCell(c); len(name) > 0 && (s.typ.typed() || knownName(name)) {
			return true
		}
	}
	return false
}

// alone reports that the only record there is names columns, as in a delivery
// without a row: it holds nothing but names, no two alike, and one that columns have.
func (h *heading) alone() bool {
	names, known := map[string]bool{}, false
	for c := range h.columns {
		name := h.headerCell(c)
		t := typeOf(name)
		if t == Empty && len(names) > 0 {
			continue
		}
		if t == Empty || t.typed() || t == Mess || len(name) > 60 || names[string(name)] {
			return false
		}
		names[string(name)] = true
		known = known || slices.ContainsFunc(bytes.Fields(name), knownName)
	}
	return known && len(names) > 1
}

// vote is positive where a column says that its first cell is a name.
func (h *heading) vote(c int, name []byte) float64 {
	s, t := h.columns[c], typeOf(name)
	if t.typed() {
		switch {
		case t == Integer && h.years:
			return 0.5
		case t == Date && s.typ.number(): // a table with a column for each month
			return 0.5
		case s.filled > 2 && !s.typ.typed() && s.typ != Other: // a number above what are none
			return 0.5
		}
		return -2
	}
	v := 0.3
	switch {
	case s.filled == 0:
		v = 0.1
	case s.typ.typed():
		v = 2
	case s.digits*10 >= s.filled*8 && !bytes.ContainsAny(name, "0123456789"):
		v = 1
	case s.repeats > 0:
		v = -1.2
	case s.minLen == s.maxLen && s.filled > 2 && len(name) != s.minLen:
		v = 0.8
	case s.minLen == s.maxLen && s.filled > 2:
		v = -0.7
	}
	if knownName(name) {
		v++
	}
	if len(name) > 60 {
		v -= 0.5
	}
	return v
}

// yearsAcross reports a first record that goes on with years behind names, or behind an
// empty cell with any numbers one apart: a table with a column for each.
func (h *heading) yearsAcross() bool {
	from := slices.IndexFunc(h.first, func(c field) bool { return numeral(c.text) > 0 })
	if from < 1 || h.first[0].typ.typed() {
		return false
	}
	last, run, named := 0, 0, h.first[0].typ != Empty
	for i, c := range h.first[from:] {
		n := numeral(c.text)
		switch {
		case n < 0:
			return run >= 3
		case named && !isYear(n), named && len(h.rows) > 0 && from+i < len(h.rows[0]) && isYear(numeral(h.rows[0][from+i].text)):
			return false
		case n == last+1 || n == last-1:
			run++
		}
		last = n
	}
	return run >= 2 || run == 1 && named
}

func isYear(n int) bool { return n >= 1900 && n <= 2100 }

// numeral is the number that a cell of digits is, 0 for an empty one and -1 for any other.
func numeral(c []byte) (n int) {
	for _, b := range bytes.TrimSpace(c) {
		if !isDigit(b) || n > 1e6 {
			return -1
		}
		n = n*10 + int(b-'0')
	}
	return n
}

// knownName reports a name that many columns have, or one written like a variable's.
func knownName(name []byte) bool {
	word := strings.ToLower(string(name))
	switch word {
	case "id", "sku", "ean", "name", "date", "price", "qty", "quantity", "stock", "code", "description", "title", "type", "category", "brand", "colour", "color",
		"size", "weight", "status", "country", "city", "state", "year", "month", "day", "time", "value", "total", "amount", "email", "phone", "address", "url", "unit", "vat",
		"artikel", "preis", "menge", "bezeichnung", "bestand", "nom", "prix", "quantité", "quantite", "precio", "cantidad", "nombre", "prezzo", "product", "supplier", "gtin",
		"first name", "last name", "age", "sex", "gender", "player", "team", "rank", "count", "number", "no", "nr", "note", "notes", "comment", "comments", "region", "lat", "lon", "cost", "currency":
		return true
	}
	return strings.ContainsRune(word, '_') && !strings.ContainsAny(word, "0123456789 ")
}
