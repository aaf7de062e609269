package detect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/feedparity/feedparity/ingest"
)

// Dialect is how a delivery is laid out, by Python's names where it has them.
type Dialect struct {
	Delimiter        byte   // ',' where no other is more consistent
	Quotechar        byte   // '"' where cells are not quoted otherwise
	NoQuotes         bool   // it was said that nothing is quoted
	Escapechar       byte   // '\\', or 0 for none
	DoubleQuote      bool   // false if a quote inside quotes is escaped instead
	SkipInitialSpace bool   // quoted cells have a blank after the delimiter
	QuoteAll         bool   // all cells that are no numbers are quoted
	LineEnding       string // "lf", "crlf", "cr", "crcrlf", "mixed", or "none" if there is no line break
	Header           bool   // the table's first record names its columns
	DecimalComma     bool   // numbers are written 1,50
	Columns          int    // of most records, 0 for an empty input
	Trailing         bool   // each record ends with a delimiter, not counted as a column
	Consistency      float64
	// Preamble and Footer are how many lines are above and below the table, and
	// TableFrom and TableTo where it begins and ends in the input.
	Preamble, Footer   int
	TableFrom, TableTo int64
	// Unfinished says that the last record may be one that was cut: it has no line end,
	// and too few cells, or it would be taken for part of a footer if it had one.
	Unfinished bool
	Tables     int        // one below the other, with an empty line between them
	Types      []CellType // of the columns
	Why        string     // one sentence
	Reasons    []string   // one for each part of the answer
}

// Given is what is known of a dialect beforehand. Nil is what is to be found.
type Given struct {
	Delimiter, Quotechar, Escapechar *byte // Quotechar and Escapechar may be 0 for none
	SkipInitialSpace                 *bool

	brief bool // nobody wants to know what speaks against other delimiters
}

// For returns the arguments that csv.reader needs on a path beside its defaults;
// it is empty, not nil, where it needs none.
func (d Dialect) For(p ingest.Path) ingest.Dialect {
	out := ingest.Dialect{}
	text := func(name string, c byte) ingest.DialectOption {
		return ingest.DialectOption{Name: name, Value: ingest.Text(string(rune(c)))}
	}
	if d.Delimiter != ',' && d.Delimiter != 0 {
		out = append(out, text("delimiter", d.Delimiter))
	}
	if d.Escapechar != 0 {
		out = append(out, text("escapechar", d.Escapechar))
		if !d.DoubleQuote {
			out = append(out, ingest.DialectOption{Name: "doublequote", Value: ingest.Bool(false)})
		}
	}
	if d.NoQuotes {
		out = append(out, ingest.DialectOption{Name: "quoting", Value: ingest.Int(3)})
	}
	if d.Quotechar != '"' && d.Quotechar != 0 {
		out = append(out, text("quotechar", d.Quotechar))
	}
	if d.SkipInitialSpace {
		out = append(out, ingest.DialectOption{Name: "skipinitialspace", Value: ingest.Bool(true)})
	}
	return out.For(p)
}

// String returns the options of For as "feedparity ingest --dialect" takes them,
// separated by blanks, such as `delimiter=;`; "-" if there are none.
func (d Dialect) String() string {
	var words []string
	for _, o := range d.For(ingest.Py3) {
		words = append(words, o.String())
	}
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, " ")
}

// Fits reports whether a cell could be in a column, counted from 0: it is empty, or
// the column's cells are of no one type, or it is of that type as well.
func (d Dialect) Fits(column int, cell string) bool {
	if column >= len(d.Types) || d.Types[column] == Other {
		return true
	}
	t := typeOf([]byte(cell))
	return t == Empty || t == d.Types[column] || t.number() && d.Types[column].number()
}

// dialectOf finds the dialect of an input by its start, which may be all of it; what
// is below the table by its end.
func dialectOf(src source, charset string, head []byte, g Given) (Dialect, error) {
	whole := int64(len(head)) == src.size
	text := decodeHead(charset, head, whole)
	d, l := findDialect(text, !whole, g)
	if !whole && len(l.records) < fewRecords && (l.columns-1)*leastCell < len(text) {
		more, err := src.longer(charset, head)
		if err != nil {
			return d, err
		}
		if more != nil {
			return dialectOf(src, charset, more, g)
		}
	}
	if !whole && l.open() {
		d.uncounted(l)
	}
	d.TableFrom, d.TableTo = place(charset, head, text, d.TableFrom), place(charset, head, text, d.TableTo)
	if !whole {
		d.Footer, d.TableTo = 0, src.size
		if err := d.findFooter(src, ordered(charset, head), l); err != nil {
			return d, err
		}
	}
	if !g.brief {
		d.reasons(l)
	}
	return d, nil
}

// uncounted takes back what was found of columns where the only record is one that was cut.
func (d *Dialect) uncounted(l *layout) {
	d.Why = fmt.Sprintf("the first record is too long for its columns to be counted: there are %d or more at %q", l.columns, d.Delimiter)
	d.Reasons = []string{"delimiter: " + d.Why}
	d.Columns, d.Types, d.Header, d.Trailing, d.Unfinished = 0, nil, false, false, false
}

// mostHead bounds what is looked at of an input's start where its records are long.
const mostHead = 4 << 20

// leastCell is how many bytes the cells of long records have on average, with their
// delimiters: of millions that are emptier no table is made.
const leastCell = 3

// longer is more of an input's start that has the end of a record in it, or all of it;
// nil if mostHead has none.
func (s source) longer(charset string, head []byte) ([]byte, error) {
	for len(head) < mostHead {
		more, err := s.head(min(mostHead, 4*int64(len(head))))
		if err != nil || len(more) <= len(head) { // or the input is shorter than was said
			return nil, err
		}
		if int64(len(more)) == s.size || bytes.ContainsAny(decodeHead(charset, more, false), "\r\n") {
			return more, nil
		}
		head = more
	}
	return nil, nil
}

// tailBytes is how much of an input's end is looked at for what is below the table.
const tailBytes = 16 << 10

// findFooter looks at the end of an input too long to be looked at as a whole.
func (d *Dialect) findFooter(src source, charset string, l *layout) error {
	if d.Columns < 2 {
		return nil
	}
	tail, text, err := tailOf(src, charset)
	if err != nil {
		return err
	}
	end := &layout{delimiter: l.delimiter, quote: l.quote, escape: l.escape}
	end.read(text)
	end.columns, end.filling, end.key = l.columns, l.filling, l.keyColumn(0)
	d.Unfinished = end.unfinished(0)
	if last := end.lastRecord(0); last > 0 && last+1 < len(end.records) {
		to := src.size - int64(len(tail)) + place(charset, tail, text, int64(end.records[last+1].at))
		if quoted, err := l.quotedIn(src, charset, d.TableFrom, to); quoted || err != nil {
			return err
		}
		d.Footer, d.TableTo = end.lines()-end.records[last+1].line, to
	}
	return nil
}

// tailOf reads an input's end from the beginning of a line.
func tailOf(src source, charset string) (tail, text []byte, err error) {
	from := (src.size - tailBytes + 3) &^ 3 // no character of UTF-16 or UTF-32 is cut but one of two units
	tail = make([]byte, src.size-from)
	if _, err := src.in.ReadAt(tail, from); err != nil && err != io.EOF {
		return nil, nil, fmt.Errorf("read input: %w", err)
	}
	if lineBreaksAreASCII(charset) {
		tail = tail[bytes.IndexAny(tail, "\r\n")+1:]
		return tail, decodeHead(charset, tail, true), nil
	}
	text = decodeHead(charset, tail, true)
	n := bytes.IndexAny(text, "\r\n") + 1
	return tail[place(charset, tail, text, int64(n)):], text[n:], nil
}

// ordered is the name of UTF-16 or UTF-32 in the byte order that an input has.
func ordered(charset string, head []byte) string {
	switch {
	case charset != "utf-16" && charset != "utf-32":
		return charset
	case orderOf(charset, head) == binary.BigEndian:
		return charset + "-be"
	}
	return charset + "-le"
}

// findDialect reads the start of the decoded text as a table with every delimiter,
// quote and escape character that is in it, and takes those with which it is most
// like one: records of the same length, cells of the same type below each other. Each
// reading is linear in the text, whatever its quotes are like. cut tells that it is not
// all of the input.
func findDialect(text []byte, cut bool, g Given) (Dialect, *layout) {
	best, rival := bestLayout(text, cut, g)
	d := best.dialect()
	d.NoQuotes = g.Quotechar != nil && *g.Quotechar == 0
	if g.SkipInitialSpace != nil {
		d.SkipInitialSpace = *g.SkipInitialSpace
	}
	if !g.brief {
		d.why(best, rival)
	}
	return d, best
}

func dropMark(text []byte) []byte { return bytes.TrimPrefix(text, []byte("\ufeff")) }

// lastLine drops what follows the last line break: a record that was cut.
func lastLine(text []byte) []byte {
	if i := bytes.LastIndexAny(text, "\r\n"); i >= 0 {
		return text[:i+1]
	}
	return text
}
