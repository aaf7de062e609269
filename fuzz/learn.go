package fuzz

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/feedparity/feedparity/fuzz/generator"
	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/detect"
	"github.com/feedparity/feedparity/ingest/embedded"
)

// Learner makes a grammar of a feed's deliveries. A cell leaves its shape behind and
// nothing else. The name of a column is kept if it is no supplier's to lose: because the
// team's configuration names it, because it is one of the words that headers are made of
// everywhere, or because it stands at the top of every delivery, of two at least, looks
// like a name and is no cell of any of them.
type Learner struct {
	// Names are those of columns that the configuration holds.
	Names []string
	// Any is whether all names are kept: of what is used here and now and not written.
	Any bool

	tables []table
}

// table is one delivery, as it was read.
type table struct {
	found detect.Result
	rows  [][]string // without the header
	names []string   // the header, nil if there is none
}

// maxLearned is how much of a delivery is read, of how many rows, and how many shapes are remembered.
const (
	maxLearned = 64 << 10
	maxRowsOf  = 500
	maxShapes  = 8 // of a column
)

// ErrNothingLearned says that no delivery had a row.
var ErrNothingLearned = errors.New("no delivery has a table to learn from")

// Add reads the beginning of a delivery.
func (l *Learner) Add(ctx context.Context, data []byte) error {
	data = data[:min(len(data), maxLearned)]
	found, err := detect.Detect(bytes.NewReader(data), int64(len(data)), detect.Options{})
	if err != nil || found.Binary != "" {
		return err
	}
	t := table{found: found}
	if t.rows, err = rowsOf(ctx, data[found.Dialect.TableFrom:max(found.Dialect.TableFrom, found.Dialect.TableTo)], found); err != nil {
		return err
	}
	if found.Dialect.Header && len(t.rows) > 0 {
		t.names, t.rows = t.rows[0], t.rows[1:]
	}
	if len(t.rows) > 0 || t.names != nil {
		l.tables = append(l.tables, t)
	}
	return nil
}

// rowsOf reads a table as Python 3 would, whatever is no character of its charset.
func rowsOf(ctx context.Context, data []byte, found detect.Result) ([][]string, error) {
	s := ingest.DefaultSettings(ingest.Python313)
	s.Codec, s.Errors, s.Dialect = found.Charset, "replace", found.Dialect.For(ingest.Py3)
	rows, err := embedded.New().Ingest(ctx, ingest.Input{Name: "learn.csv", Data: bytes.NewReader(data), Size: int64(len(data)), Settings: s})
	if err != nil {
		return nil, fmt.Errorf("learn from a delivery: %w", err)
	}
	defer rows.Close()
	var out [][]string
	for len(out) < maxRowsOf {
		row, ok := rows.Next()
		if !ok {
			break
		}
		var cells []string
		for _, cell := range row.Value.Items {
			cells = append(cells, cell.Str)
		}
		if len(cells) > 0 {
			out = append(out, cells)
		}
	}
	return out, nil
}

// Grammar returns what was learned. The latest delivery, which is the first, says how a
// delivery is laid out; all that have as many columns say what is in them.
func (l *Learner) Grammar() (*generator.Grammar, error) {
	if len(l.tables) == 0 {
		return nil, ErrNothingLearned
	}
	first := l.tables[0]
	d := first.found.Dialect
	g := &generator.Grammar{
		Version: 1, Deliveries: len(l.tables), Charset: first.found.Charset, Preamble: d.Preamble, Header: first.names != nil, QuoteAll: d.QuoteAll,
		Delimiter: string(rune(cmp.Or(d.Delimiter, ','))), Quote: string(rune(cmp.Or(d.Quotechar, '"'))), Newline: newlineOf(d.LineEnding),
	}
	width := len(first.names)
	for _, row := range first.rows {
		width = max(width, len(row))
	}
	for i := range width {
		g.Columns = append(g.Columns, l.column(i))
	}
	return g, nil
}

func newlineOf(ending string) string {
	switch ending {
	case "crlf":
		return "\r\n"
	case "cr":
		return "\r"
	case "crcrlf":
		return "\r\r\n"
	}
	return "\n"
}

// column learns one of all deliveries laid out as the first is.
func (l *Learner) column(i int) generator.Column {
	counts := map[string]int{}
	for _, t := range l.tables {
		if len(t.names) != len(l.tables[0].names) {
			continue
		}
		for _, row := range t.rows {
			if i < len(row) {
				counts[generator.ShapeOf(row[i])]++
			}
		}
	}
	var col generator.Column
	for shape := range counts {
		col.Cells = append(col.Cells, shape)
	}
	slices.SortFunc(col.Cells, func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	col.Cells = col.Cells[:min(len(col.Cells), maxShapes)]
	if names := l.tables[0].names; i < len(names) {
		if l.harmless(i, names[i]) {
			col.Name = names[i]
		} else {
			col.Shape = generator.ShapeOf(names[i])
		}
	}
	return col
}

// harmless reports whether the name of a column may be kept.
func (l *Learner) harmless(i int, name string) bool {
	if l.Any || slices.Contains(l.Names, name) {
		return true
	}
	if !looksLikeName(name) {
		return false
	}
	if !slices.ContainsFunc(wordsIn(name), func(w string) bool { return !slices.Contains(commonWords, w) }) {
		return true
	}
	return len(l.tables) > 1 && !slices.ContainsFunc(l.tables, func(t table) bool { return i >= len(t.names) || t.names[i] != name || t.holds(name) })
}

// holds reports whether a cell has that text.
func (t table) holds(text string) bool {
	return slices.ContainsFunc(t.rows, func(row []string) bool { return slices.Contains(row, text) })
}

// looksLikeName: letters, blanks and signs as programmers write them, no number of more
// than two digits.
func looksLikeName(s string) bool {
	const longest = 40
	digits := 0
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			digits++
		case !unicode.IsLetter(r) && !strings.ContainsRune(" _-./()#%", r):
			return false
		}
	}
	return s != "" && len(s) <= longest && digits <= 2
}

// wordsIn are the words of a name, in lower case: item_no and itemNo have two.
func wordsIn(name string) []string {
	var spaced strings.Builder
	was := rune(0)
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(was) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
		was = r
	}
	return strings.FieldsFunc(spaced.String(), func(r rune) bool { return !unicode.IsLetter(r) })
}

// commonWords are what the headers of feeds are made of whoever sends them, in the
// languages that were met.
var commonWords = strings.Fields(`sku id no nr num number code ean gtin upc isbn asin article artikel item product produkt name title titel label brand marke
	description desc bezeichnung text note notes comment qty quantity menge anzahl stock bestand available price preis prix cost amount betrag sum total net gross
	netto brutto tax vat mwst currency unit units einheit pack size weight gewicht length width height color colour farbe category kategorie type typ group status
	active date datum time created updated modified from to start end day month year street strasse city ort stadt zip plz postcode country land region email mail
	phone tel fax url link image supplier vendor customer kunde order line pos position warehouse lager location value key ref reference first last mr mrs of per in`)
