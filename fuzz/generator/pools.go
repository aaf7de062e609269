package generator

// pool are characters that one class of divergences hangs on: each takes the place of
// one that both Pythons take for what it is, of the kind that tells.
type pool struct {
	of   func(byte) bool // what it takes the place of
	with []string
}

// pools by the cause that they are made for: unicode-digits, unicode-whitespace with
// unicode-line-separator, case-mapping with regex-unicode-class, underscore-digits, and
// the quotes, dashes and marks of office programs.
var pools = []pool{
	{isDigit, []string{"٣", "２", "\u0662", "７", "\U0001d7d8", "²", "½", "Ⅷ", "\u0eda", "१"}},
	{isBlank, []string{"\u00a0", "\u2003", "\u3000", "\u0085", "\u2028", "\x1c", "\x1f", "\x0b", "\x0c", "\u180e", "\u202f", "\u200b", "\t"}},
	{isLetter, []string{"ß", "İ", "ı", "ſ", "K", "ﬁ", "ǆ", "Σ", "ς", "é", "e\u0301", "ŉ", "Ł", "\U00010400", "ა", "\u1e9e"}},
	{isDigit, []string{"1_0", "_1", "1__0", "0L", "1e5", "1E400", " 1", "1 ", "\u00a01", "1\u2003", "+1", "- 1", "1\x1c"}},
	{isMark, []string{"’", "“", "\u2212", "–", "·", "…", "€", "£", "\u00ad", "\ufeff", "\x1a", "\u2029"}},
}

func isDigit(b byte) bool  { return '0' <= b && b <= '9' }
func isBlank(b byte) bool  { return b == ' ' }
func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
func isMark(b byte) bool {
	return b > ' ' && b < 0x7f && !isDigit(b) && !isLetter(b) && b != ',' && b != ';' && b != '"'
}

// odd is a cell with a character of a pool in the place of one that suits it.
func odd(c *Choices, cell string) string {
	p := &pools[c.N(len(pools))]
	if at := next([]byte(cell), 0, c.N(max(1, min(len(cell), 256))), p.of); at >= 0 {
		return cell[:at] + pick(c, p.with) + cell[at+1:]
	}
	return cell
}

// next is the first byte of a kind at or after a place, else the first after from, else
// -1; it is not looked for far.
func next(data []byte, from, at int, of func(byte) bool) int {
	for _, i := range [2]int{min(at, len(data)), from} {
		for k, b := range data[i:min(i+nearby, len(data))] {
			if of(b) {
				return i + k
			}
		}
	}
	return -1
}
