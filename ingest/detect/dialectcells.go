package detect

import (
	"bytes"
	"unicode/utf8"
)

// CellType is what a cell looks like.
type CellType uint8

// The types of cells. A column whose cells are of several is Other.
const (
	Other        CellType = iota
	Empty                 // nothing, or a word for it: NA, null, -
	Integer               // 12, -12, 1 234
	DecimalPoint          // 1.5, 1,234.50, 12 %, £ 5
	DecimalComma          // 1,5, 1.234,50
	Date                  // 2026-11-22, 22.11.26, 22 Nov 2026
	Time                  // 10:30, also behind a date
	Word                  // letters alone
	Code                  // letters, digits and -_./ without a blank
	Text                  // anything with blanks
	Mess                  // a delimiter or a quote that should not be there
)

func (t CellType) number() bool { return t == Integer || t == DecimalPoint || t == DecimalComma }

// typed reports a type that hardly any name of a column has.
func (t CellType) typed() bool { return t >= Integer && t <= Time }

// charClass sums up what a cell is made of.
type charClass struct {
	digits, letters, high, blanks, points, commas, colons, dashes, slashes, signs, marks int
}

func classify(c []byte) (n charClass) {
	for _, b := range c {
		switch {
		case b >= '0' && b <= '9':
			n.digits++
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z':
			n.letters++
		case b >= utf8.RuneSelf:
			n.high++
		case b == ' ':
			n.blanks++
		case b == '.':
			n.points++
		case b == ',':
			n.commas++
		case b == ':':
			n.colons++
		case b == '-':
			n.dashes++
		case b == '/':
			n.slashes++
		case b == '+', b == '%', b == '$', b == '(', b == ')':
			n.signs++
		default:
			n.marks++
		}
	}
	return n
}

// typeOf tells a cell's type from its characters.
func typeOf(c []byte) CellType {
	c = bytes.TrimSpace(c)
	if len(c) == 0 {
		return Empty
	}
	n := classify(c)
	switch {
	case n.digits == 0:
		return wordType(c, n)
	case n.letters == 0 && n.marks == 0 && n.high <= 3:
		return numberType(c, n)
	case n.high == 0 && n.marks == 0 && isDate(c, n):
		if n.colons > 0 {
			return Time
		}
		return Date
	case n.high == 0 && n.marks == 0 && isExponent(c):
		return DecimalPoint
	case n.blanks == 0 && n.commas == 0 && n.high == 0 && n.colons < 2 && onlyCodeMarks(c):
		return Code
	}
	return textType(c, n)
}

// absent are words for no value.
var absent = [][]byte{[]byte("na"), []byte("n/a"), []byte("nan"), []byte("null"), []byte("none"), []byte("-"), []byte("--"), []byte("."), []byte("?"), []byte(`\n`)}

func wordType(c []byte, n charClass) CellType {
	if len(c) <= 4 {
		for _, w := range absent {
			if bytes.EqualFold(c, w) {
				return Empty
			}
		}
	}
	switch {
	case n.letters+n.high == len(c):
		return Word
	case n.blanks == 0 && n.commas == 0 && n.high == 0 && n.letters > 0 && onlyCodeMarks(c):
		return Code
	}
	return textType(c, n)
}

// onlyCodeMarks reports that the marks of a cell are those of codes, addresses and
// names of columns.
func onlyCodeMarks(c []byte) bool {
	return !bytes.ContainsAny(c, ";|\t\"'`~^{}<>")
}

// textType is Mess for what is rather several cells than a text.
func textType(c []byte, n charClass) CellType {
	if bytes.IndexByte(c, '\t') >= 0 || bytes.ContainsAny(c, ";|") || c[0] == '"' || c[len(c)-1] == '"' || c[0] == '\'' && c[len(c)-1] == '\'' || c[0] == ',' || c[len(c)-1] == ',' {
		return Mess
	}
	for i := 0; n.commas > 0 && i+1 < len(c); i++ { // a comma in a text has a blank or a line break after it
		if c[i] == ',' && c[i+1] > ' ' && !(i > 0 && isDigit(c[i-1]) && isDigit(c[i+1])) {
			return Mess
		}
	}
	return Text
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// numberType tells apart what consists of digits and signs.
func numberType(c []byte, n charClass) CellType {
	switch {
	case n.colons > 0:
		if n.colons <= 3 && n.digits >= 3 && n.commas == 0 {
			return Time
		}
		return Code
	case n.dashes == 2 && n.commas+n.points == 0, n.slashes == 2, n.points == 2 && n.commas == 0 && isDotted(c):
		return Date
	case n.points == 0 && n.commas == 0:
		if n.slashes > 0 || n.dashes > 1 || n.dashes == 1 && c[0] != '-' && c[len(c)-1] != '-' {
			return Code
		}
		return Integer
	}
	return decimalType(c, n)
}

// isDotted reports a date such as 22.11.2026.
func isDotted(c []byte) bool {
	parts := bytes.Split(c, []byte{'.'})
	return len(parts) == 3 && len(parts[0]) <= 4 && len(parts[1]) <= 2 && len(parts[2]) <= 4 && len(parts[1]) > 0
}

// decimalType finds the decimal sign: the last of the two, if both are there; a lone
// one with three digits after it may separate thousands.
func decimalType(c []byte, n charClass) CellType {
	point, comma := bytes.LastIndexByte(c, '.'), bytes.LastIndexByte(c, ',')
	switch {
	case n.slashes > 0 || n.points > 1 && n.commas > 1:
		return Code
	case point > comma:
		if n.commas > 0 && !grouped(c[:point], ',') || n.points > 1 && !grouped(c, '.') {
			return Code
		}
		return DecimalPoint
	case n.commas > 1 || len(c)-comma == 4 && n.points == 0 && comma > 0 && !bytes.HasPrefix(c, []byte("0")):
		if grouped(c, ',') {
			return Integer // 1,234 or 1,234,567
		}
		if n.commas > 1 {
			return Mess
		}
		return DecimalComma
	case n.points > 0 && !grouped(c[:comma], '.'):
		return Mess
	}
	return DecimalComma
}

// grouped reports that a sign stands before every third digit from the right.
func grouped(c []byte, sign byte) bool {
	parts := bytes.Split(bytes.Trim(c, "+-% $()"), []byte{sign})
	for _, p := range parts[1:] {
		if len(p) != 3 {
			return false
		}
	}
	return len(parts[0]) > 0 && len(parts[0]) <= 3
}

// isDate reports a date or time with the name of a month or a zone: 22 Nov 2026, Nov-26,
// 2026-11-22T10:00Z, 10:30 PM.
func isDate(c []byte, n charClass) bool {
	if n.digits < 2 || n.letters > 9 || len(c) > 32 {
		return false
	}
	word := bytes.ToLower(bytes.TrimFunc(c, func(r rune) bool { return r < 'A' || r > 'z' }))
	switch {
	case n.colons > 0 && (n.letters == 1 && bytes.ContainsAny(c, "TZ") || n.letters == 2 && bytes.ContainsAny(c, "TZMm")):
		return true
	case n.letters >= 3 && n.digits == 2 && n.dashes+n.slashes+n.blanks == 1:
		return monthName(word)
	case n.letters >= 3 && n.digits >= 3 && len(word) >= 3:
		return bytes.Contains([]byte("jan feb mar apr may jun jul aug sep oct nov dec"), word[:3])
	}
	return false
}

var months = [...]string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// monthName reports a month in full or by its first three letters.
func monthName(word []byte) bool {
	for _, m := range months {
		if string(word) == m || string(word) == m[:3] {
			return true
		}
	}
	return false
}

// isExponent reports a number such as 1.5e-05.
func isExponent(c []byte) bool {
	e := bytes.IndexAny(c, "eE")
	if e < 1 || e == len(c)-1 || !isDigit(c[len(c)-1]) {
		return false
	}
	for i, b := range c {
		if i != e && !isDigit(b) && b != '.' && b != '-' && b != '+' {
			return false
		}
	}
	return true
}
