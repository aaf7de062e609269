package generator

import (
	"strings"
	"unicode"
)

// Grammar is what a feed's deliveries look like, and nothing of what they say: lengths
// and classes of characters. Names of columns are in it only if they are no supplier's
// (fuzz.Learner).
type Grammar struct {
	Version    int      `json:"version"`
	Deliveries int      `json:"deliveries"` // that it was learned from
	Charset    string   `json:"charset"`    // Python's codec
	Newline    string   `json:"newline"`
	Delimiter  string   `json:"delimiter"`
	Quote      string   `json:"quote"`
	QuoteAll   bool     `json:"quote_all,omitempty"`
	Preamble   int      `json:"preamble,omitempty"` // lines above the table
	Header     bool     `json:"header"`
	Columns    []Column `json:"columns"`
}

// Column is what is known of one.
type Column struct {
	Name  string   `json:"name,omitempty"`  // "" where it may be the supplier's
	Shape string   `json:"shape,omitempty"` // of such a name
	Cells []string `json:"cells"`           // shapes, the most frequent first
}

// The letters of shapes. Everything else stands for itself.
const (
	shapeUpper   = 'A'
	shapeLower   = 'a'
	shapeDigit   = '9'
	shapeLatin   = 'é' // a letter beyond ASCII
	shapeLetter  = 'ж' // one beyond Latin-1
	shapeNumeral = '２' // a number beyond ASCII
)

// maxShape is how many characters of a shape are remembered.
const maxShape = 40

// ShapeOf writes a class for every character that words are made of; what scrubbing
// leaves in cases, punctuation and white space, it leaves as well.
func ShapeOf(s string) string {
	var out []rune
	for _, r := range s {
		if len(out) == maxShape {
			break
		}
		out = append(out, classLetter(r))
	}
	return string(out)
}

func classLetter(r rune) rune {
	switch {
	case '0' <= r && r <= '9':
		return shapeDigit
	case r < 0x80 && unicode.IsUpper(r):
		return shapeUpper
	case r < 0x80 && unicode.IsLetter(r):
		return shapeLower
	case unicode.IsNumber(r):
		return shapeNumeral
	case r < 0x100 && unicode.IsLetter(r):
		return shapeLatin
	case unicode.IsLetter(r), unicode.IsMark(r), unicode.Is(unicode.So, r), unicode.Is(unicode.Co, r):
		return shapeLetter
	}
	return r
}

// fill makes a text of a shape.
func fill(c *Choices, shape string) string {
	var out strings.Builder
	for _, r := range shape {
		switch r {
		case shapeDigit:
			out.WriteByte('0' + byte(c.N(10)))
		case shapeUpper:
			out.WriteByte('A' + byte(c.N(26)))
		case shapeLower:
			out.WriteByte('a' + byte(c.N(26)))
		case shapeLatin:
			out.WriteString(pick(c, []string{"é", "ß", "Ø", "ñ", "ü"}))
		case shapeLetter:
			out.WriteString(pick(c, []string{"Ł", "Σ", "東", "ж", "😀"}))
		case shapeNumeral:
			out.WriteString(pick(c, []string{"２", "½", "٣"}))
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// CSV decides a delivery that the feed's supplier might send, with few rows, and now and
// then a character that a divergence hangs on.
func (g *Grammar) CSV(c *Choices) []byte {
	put := encoder(g.Charset)
	var out []byte
	line := func(cells []string) { out = put(out, strings.Join(cells, g.Delimiter)+g.Newline) }
	if g.Charset == "utf-8-sig" || g.Charset == "utf-16" {
		out = put(out, "\ufeff")
	}
	for range g.Preamble {
		line([]string{fill(c, "Aaaaaa 9999")})
	}
	if g.Header {
		line(g.names(c))
	}
	for range 1 + c.N(4) {
		var cells []string
		for i := range g.Columns {
			cell := g.cell(c, i)
			if c.Rare(6) {
				cell = odd(c, cell)
			}
			cells = append(cells, g.quoted(cell))
		}
		line(cells)
	}
	return out
}

// names are those of the columns, made up where they are not known.
func (g *Grammar) names(c *Choices) []string {
	var out []string
	for _, col := range g.Columns {
		if col.Name == "" {
			col.Name = fill(c, col.Shape)
		}
		out = append(out, g.quoted(col.Name))
	}
	return out
}

// cell decides one of a column, the frequent shapes more often.
func (g *Grammar) cell(c *Choices, column int) string {
	shapes := g.Columns[column].Cells
	if len(shapes) == 0 {
		return ""
	}
	n := len(shapes)
	return fill(c, shapes[min(c.N(n), c.N(n))])
}

// quoted writes a cell as the feed does.
func (g *Grammar) quoted(cell string) string {
	if g.Quote == "" || !g.QuoteAll && !strings.ContainsAny(cell, g.Delimiter+g.Quote+"\r\n") {
		return cell
	}
	return g.Quote + strings.ReplaceAll(cell, g.Quote, g.Quote+g.Quote) + g.Quote
}

// word is a piece of what was learned: a cell, or the name of a column.
func (g *Grammar) word(c *Choices) string {
	i := c.N(min(len(g.Columns), 256))
	if c.Rare(4) && g.Columns[i].Name != "" {
		return g.Columns[i].Name
	}
	return g.cell(c, i)
}
