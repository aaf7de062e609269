package detect

import "bytes"

// reader takes a text apart into records and cells with one delimiter, quote and
// escape character, as csv.reader would, except that every line break outside quotes
// ends a record and that a cell whose quotes do not end where a cell can end is read
// as if they were none: a stray quote never takes in other records. The search for
// the end of a quoted cell stops at an odd number of quotes in a row, and a cell that
// begins behind it begins a new search, so that the work stays linear.
type reader struct {
	text             []byte
	delimiter        byte
	quote, escape    byte // 0 for none
	at               int
	line             int // of at, from 0
	endings          [4]int
	odd, quoted      int // cells whose quotes are malformed; are well formed
	doubled, escaped int // quotes inside quotes, escape characters before one
	blanks           int // quoted cells with a blank before the quote
	guarded          int // quoted cells with a delimiter and no line break in them
	open             int // cells whose quotes are open at the text's end
	steps            int // bytes looked at, which a test holds to be linear
	cells            []field
}

// field is a cell.
type field struct {
	text   []byte // without its quotes; doubled ones stay doubled
	quoted bool
	typ    CellType // where a table's columns are looked at
}

// The line endings, in the order in which they are looked for.
var endings = [...]struct{ kind, s string }{{"crcrlf", "\r\r\n"}, {"crlf", "\r\n"}, {"cr", "\r"}, {"lf", "\n"}}

// next reads a record into cells, none for an empty line, and reports whether there
// was one.
func (r *reader) next() bool {
	r.cells = r.cells[:0]
	if r.at >= len(r.text) {
		return false
	}
	for {
		c := r.cell()
		r.cells = append(r.cells, c)
		if r.at >= len(r.text) || r.text[r.at] != r.delimiter {
			break
		}
		r.at++
	}
	if len(r.cells) == 1 && len(r.cells[0].text) == 0 && !r.cells[0].quoted {
		r.cells = r.cells[:0]
	}
	r.lineBreak()
	return true
}

// lineBreak passes over the line break there is.
func (r *reader) lineBreak() {
	if r.at >= len(r.text) {
		return
	}
	for i, e := range endings {
		if bytes.HasPrefix(r.text[r.at:], []byte(e.s)) {
			r.endings[i]++
			r.at += len(e.s)
			r.line++
			return
		}
	}
}

func (r *reader) cell() field {
	start := r.at
	for r.quote != 0 && start < len(r.text) && r.text[start] == ' ' && r.delimiter != ' ' {
		start++
	}
	r.steps += start - r.at
	if r.quote != 0 && start < len(r.text) && r.text[start] == r.quote {
		if c, ok := r.quotedCell(start); ok {
			return c
		}
		r.odd++
	}
	return r.plainCell()
}

// quotedCell reads a cell that begins with a quote at start.
func (r *reader) quotedCell(start int) (field, bool) {
	end, doubled, escaped := r.closing(start + 1)
	if end < 0 {
		r.open++
		r.steps += len(r.text) - start
		return field{}, false
	}
	r.steps += end - start
	after := end + 1
	for after < len(r.text) && r.text[after] == ' ' && r.delimiter != ' ' {
		after++
	}
	r.steps += after - end
	if after < len(r.text) && r.text[after] != r.delimiter && r.text[after] != '\n' && r.text[after] != '\r' {
		return field{}, false
	}
	if start > r.at {
		r.blanks++
	}
	c := field{text: r.text[start+1 : end], quoted: true}
	if bytes.IndexByte(c.text, r.delimiter) >= 0 && bytes.IndexByte(c.text, '\n') < 0 {
		r.guarded++
	}
	r.line += lineBreaks(c.text)
	r.at = after
	r.quoted++
	r.doubled += doubled
	r.escaped += escaped
	return c, true
}

// closing finds the quote that closes a cell, -1 if there is none.
func (r *reader) closing(i int) (end, doubled, escaped int) {
	for ; i < len(r.text); i++ {
		switch r.text[i] {
		case r.escape:
			if r.escape != 0 {
				escaped++
				i++
			}
		case r.quote:
			if i+1 >= len(r.text) || r.text[i+1] != r.quote {
				return i, doubled, escaped
			}
			doubled++
			i++
		}
	}
	return -1, 0, 0
}

func (r *reader) plainCell() field {
	start, text, at, delimiter, escape := r.at, r.text, r.at, r.delimiter, r.escape
	for ; at < len(text); at++ {
		b := text[at]
		if b == delimiter || b == '\n' || b == '\r' {
			break
		}
		if b == escape && b != 0 && at+1 < len(text) {
			r.escaped++
			at++
		}
	}
	r.at = min(at, len(text))
	r.steps += r.at - start + 1
	return field{text: r.text[start:r.at]}
}

// lineBreaks counts those of a text.
func lineBreaks(text []byte) (n int) {
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' || text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n' && !bytes.HasPrefix(text[i+1:], []byte("\r\n"))) {
			n++
		}
	}
	return n
}

// ending names the line endings that were met.
func (r *reader) ending() string {
	name := "none"
	for i, n := range r.endings {
		if n > 0 && name != "none" {
			return "mixed"
		}
		if n > 0 {
			name = endings[i].kind
		}
	}
	return name
}
