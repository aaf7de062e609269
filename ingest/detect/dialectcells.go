package detect

import "bytes"

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
	digits, letters, high, blanks, points, commas, colons, dashes, slashes, marks int
	foreign                                                                       bool // one of the marks is none of a code's
}

// The classes of bytes.
const (
	otherByte = iota
	digitByte
	letterByte
	highByte
	blankByte
	pointByte
	commaByte
	colonByte
	dashByte
	slashByte
	signByte    // of numbers
	foreignByte // of neither codes nor addresses nor names of columns
	byteClasses
)

// byteClass is looked up for each byte of a cell.
var byteClass = [256]uint8{
	'0': digitByte, '1': digitByte, '2': digitByte, '3': digitByte, '4': digitByte, '5': digitByte, '6': digitByte, '7': digitByte, '8': digitByte, '9': digitByte,
	'a': letterByte, 'b': letterByte, 'c': letterByte, 'd': letterByte, 'e': letterByte, 'f': letterByte, 'g': letterByte, 'h': letterByte, 'i': letterByte, 'j': letterByte, 'k': letterByte, 'l': letterByte, 'm': letterByte,
	'n': letterByte, 'o': letterByte, 'p': letterByte, 'q': letterByte, 'r': letterByte, 's': letterByte, 't': letterByte, 'u': letterByte, 'v': letterByte, 'w': letterByte, 'x': letterByte, 'y': letterByte, 'z': letterByte,
	'A': letterByte, 'B': letterByte, 'C': letterByte, 'D': letterByte, 'E': letterByte, 'F': letterByte, 'G': letterByte, 'H': letterByte, 'I': letterByte, 'J': letterByte, 'K': letterByte, 'L': letterByte, 'M': letterByte,
	'N': letterByte, 'O': letterByte, 'P': letterByte, 'Q': letterByte, 'R': letterByte, 'S': letterByte, 'T': letterByte, 'U': letterByte, 'V': letterByte, 'W': letterByte, 'X': letterByte, 'Y': letterByte, 'Z': letterByte,
	' ': blankByte, '.': pointByte, ',': commaByte, ':': colonByte, '-': dashByte, '/': slashByte,
	'+': signByte, '%': signByte, '$': signByte, '(': signByte, ')': signByte,
	';': foreignByte, '|': foreignByte, '\t': foreignByte, '"': foreignByte, '\'': foreignByte, '`': foreignByte, '~': foreignByte, '^': foreignByte,
	'{': foreignByte, '}': foreignByte, '<': foreignByte, '>': foreignByte,
	0x80: highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte,
	0x90: highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte,
	0xA0: highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte,
	0xB0: highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte,
	0xC0: highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte,
	0xD0: highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte,
	0xE0: highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte,
	0xF0: highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte, highByte,
}

// classBit are the same as sets of one.
var classBit = func() (out [256]uint16) {
	for b, class := range byteClass {
		out[b] = 1 << class
	}
	return out
}()

func classify(c []byte) charClass {
	var k [byteClasses]int
	for _, b := range c {
		k[byteClass[b]]++
	}
	return charClass{k[digitByte], k[letterByte], k[highByte], k[blankByte], k[pointByte], k[commaByte], k[colonByte], k[dashByte], k[slashByte],
		k[otherByte] + k[foreignByte], k[foreignByte] > 0}
}

// Of what most cells are made: sets of classes.
const (
	digitsAlone  = 1 << digitByte
	lettersAlone = 1<<letterByte | 1<<highByte
	blanksToo    = lettersAlone | 1<<blankByte
)

// typeOf tells a cell's type from its characters.
func typeOf(c []byte) CellType {
	if c = trimmed(c); len(c) == 0 {
		return Empty
	}
	classes := uint16(0)
	for _, b := range c {
		classes |= classBit[b]
	}
	switch { // what needs no counting
	case classes == digitsAlone:
		return Integer
	case classes&^lettersAlone == 0 && len(c) > longestAbsent:
		return Word
	case classes&^blanksToo == 0 && classes&^lettersAlone != 0:
		return Text
	}
	return countedType(c)
}

// trimmed is bytes.TrimSpace, which most cells need not.
func trimmed(c []byte) []byte {
	if n := len(c); n > 0 && c[0] > ' ' && c[0] < 0x80 && c[n-1] > ' ' && c[n-1] < 0x80 {
		return c
	}
	return bytes.TrimSpace(c)
}

// countedType is typeOf for a cell of which it takes how many of each class there are.
func countedType(c []byte) CellType {
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
	case n.high == 0 && n.marks == 0 && n.letters == 1 && isExponent(c):
		return DecimalPoint
	case n.blanks == 0 && n.commas == 0 && n.high == 0 && n.colons < 2 && !n.foreign:
		return Code
	}
	return textType(c, n)
}

// absent are words for no value.
var absent = [][]byte{[]byte("na"), []byte("n/a"), []byte("nan"), []byte("null"), []byte("none"), []byte("-"), []byte("--"), []byte("."), []byte("?"), []byte(`\n`)}

// longestAbsent is how long they are at most.
const longestAbsent = 4

// absentByte reports whether one of them begins with a byte.
func absentByte(b byte) bool {
	switch b {
	case 'n', 'N', '-', '.', '?', '\\':
		return true
	}
	return false
}

func wordType(c []byte, n charClass) CellType {
	if len(c) <= longestAbsent && absentByte(c[0]) {
		for _, w := range absent {
			if bytes.EqualFold(c, w) {
				return Empty
			}
		}
	}
	switch {
	case n.letters+n.high == len(c):
		return Word
	case n.blanks == 0 && n.commas == 0 && n.high == 0 && n.letters > 0 && !n.foreign:
		return Code
	}
	return textType(c, n)
}

// textType is Mess for what is rather several cells than a text.
func textType(c []byte, n charClass) CellType {
	if n.foreign && (bytes.IndexByte(c, '\t') >= 0 || bytes.ContainsAny(c, ";|") || c[0] == '"' || c[len(c)-1] == '"' || c[0] == '\'' && c[len(c)-1] == '\'') {
		return Mess
	}
	if c[0] == ',' || c[len(c)-1] == ',' {
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
	switch {
	case n.colons > 0 && (n.letters == 1 && bytes.ContainsAny(c, "TZ") || n.letters == 2 && bytes.ContainsAny(c, "TZMm")):
		return true
	case n.letters >= 3 && n.digits == 2 && n.dashes+n.slashes+n.blanks == 1:
		return monthName(wordIn(c))
	case n.letters >= 3 && n.digits >= 3:
		word := wordIn(c)
		return len(word) >= 3 && bytes.Contains([]byte("jan feb mar apr may jun jul aug sep oct nov dec"), word[:3])
	}
	return false
}

// wordIn is what is left of a cell without the signs and digits around it, in lower case.
func wordIn(c []byte) []byte {
	return bytes.ToLower(bytes.TrimFunc(c, func(r rune) bool { return r < 'A' || r > 'z' }))
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
