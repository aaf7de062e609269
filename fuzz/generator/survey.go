package generator

import (
	"slices"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// shares are how often something is met in a thousand deliveries.
type shares []share

type share struct {
	name string
	n    int
}

// The layouts of deliveries as surveys of open data found them: the charsets and shapes
// of files that public bodies publish, which are what spreadsheets and databases write.
// A test draws deliveries and counts these in their bytes.
var (
	surveyedCharsets   = shares{{"ascii", 720}, {"latin-1", 160}, {"utf-8", 70}, {"utf-8-sig", 45}, {"utf-16", 5}}
	surveyedNewlines   = shares{{"\r\n", 540}, {"\n", 440}, {"\r", 20}}
	surveyedDelimiters = shares{{",", 750}, {";", 150}, {"\t", 60}, {"|", 40}}
)

// What one delivery in so many thousand has beside the others.
const (
	surveyedRagged    = 260 // rows of other widths, whatever the reason
	surveyedHeadless  = 130 // no header
	surveyedPreamble  = 120 // lines before it, such as a title
	surveyedRepeated  = 80  // two columns of one name
	surveyedMoreAgain = 60  // several tables, one below the other
)

// perMille draws a number below 1000, from two choices.
func (c *Choices) perMille() int { return (c.N(256)<<8 | c.N(256)) * 1000 >> 16 }

// drawn picks by shares; the first is the plainest.
func (s shares) drawn(c *Choices) string {
	at := c.perMille()
	for _, one := range s {
		if at -= one.n; at < 0 {
			return one.name
		}
	}
	return s[0].name
}

// layout is what a surveyed delivery looks like.
type layout struct {
	charset, newline, delimiter                      string
	ragged, headless, preamble, repeated, moreTables bool
}

// newLayout decides one. The rarer features come last in a thousand, so that choices that
// have run out mean a plain table. The delimiter is the settings' own where they have one.
func newLayout(c *Choices, s ingest.Settings) layout {
	one := func(n int) bool { return c.perMille() >= 1000-n }
	l := layout{charset: surveyedCharsets.drawn(c), newline: surveyedNewlines.drawn(c), delimiter: surveyedDelimiters.drawn(c)}
	if v, ok := s.Dialect.Get("delimiter"); ok && v.Kind == ingest.KindText {
		l.delimiter = v.Str
	}
	l.preamble, l.moreTables = one(surveyedPreamble), one(surveyedMoreAgain)
	// These make rows of other widths by themselves; the share is that of all.
	already := surveyedPreamble + surveyedMoreAgain - surveyedPreamble*surveyedMoreAgain/1000
	l.ragged = one((surveyedRagged - already) * 1000 / (1000 - already))
	// A name can be there twice only where there are names.
	l.headless = one(surveyedHeadless)
	l.repeated = !l.headless && one(surveyedRepeated*1000/(1000-surveyedHeadless))
	return l
}

// The words of surveyed deliveries: headers, and cells by the alphabets that a charset
// has. All of a row's cells are one of these, so that the charset is what it is.
var (
	headerWords  = []string{"id", "name", "date", "amount", "code", "type", "city", "unit", "total", "note"}
	plainCells   = []string{"12", "A-17", "North", "2024-01-31", "3.50", "open", "0", "", "two words", "1e5", "N/A", "007", "31/12/2023", "-4", "100%"}
	latinCells   = []string{"café", "Zürich", "Größe", "año", "£5", "½", "naïve", "Ærø", "12\u00a0", "«x»"}
	unicodeCells = []string{"café", "’tis", "€5", "Łódź", "ΑΣ", "東京", "😀", "e\u0301", "１２", "\u2028", "−4", "12\u00a0"}
)

// cellsOf are the words beyond ASCII of a charset.
func cellsOf(charset string) []string {
	switch charset {
	case "ascii":
		return plainCells
	case "latin-1":
		return latinCells
	}
	return unicodeCells
}

// surveyed writes a delivery of a layout.
func surveyed(c *Choices, l layout) []byte {
	w := surveyor{c: c, layout: l, put: encoder(l.charset)}
	switch l.charset {
	case "utf-8-sig", "utf-16":
		w.text("\ufeff")
	}
	if l.preamble {
		w.line("Report of 2024")
	}
	columns := 2 + c.N(4)
	w.table(columns, 2+c.N(4))
	if l.ragged {
		w.row(columns+1, plainCells)
	}
	if l.moreTables {
		w.line("")
		w.layout.headless = false
		w.table(columns+1, 1+c.N(2))
	}
	return w.out
}

type surveyor struct {
	c *Choices
	layout
	put func([]byte, string) []byte
	out []byte
}

func (w *surveyor) text(s string) { w.out = w.put(w.out, s) }

func (w *surveyor) line(s string) { w.text(s + w.newline) }

// table writes a header, if there is one, and rows, of which the first has a word that
// is not ASCII where the charset is more than that.
func (w *surveyor) table(columns, rows int) {
	if !w.headless {
		w.header(columns)
	}
	for n := range rows {
		cells := plainCells
		if n == 0 || w.c.Rare(3) {
			cells = cellsOf(w.charset)
		}
		w.row(columns, cells)
	}
}

func (w *surveyor) header(columns int) {
	first := w.c.N(len(headerWords))
	var names []string
	for i := range columns {
		names = append(names, headerWords[(first+i)%len(headerWords)])
	}
	if w.repeated {
		names[columns-1] = names[0]
	}
	w.line(strings.Join(names, w.delimiter))
}

// row writes cells; one that holds the delimiter or a quote is quoted, as are some others.
func (w *surveyor) row(columns int, from []string) {
	var cells []string
	special := w.c.N(columns)
	for i := range columns {
		cell := pick(w.c, plainCells)
		if i == special {
			cell = pick(w.c, from)
		}
		if w.c.Rare(6) {
			cell = `"` + cell + `"`
		}
		cells = append(cells, cell)
	}
	if slices.Equal(cells, make([]string, columns)) {
		cells[0] = "0" // a blank line would be no row
	}
	w.line(strings.Join(cells, w.delimiter))
}
