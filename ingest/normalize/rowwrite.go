package normalize

import (
	"bytes"
	"slices"
	"strings"
)

// How a record that rows has read is written: cell by cell, as csv.writer does it.

// head are the first bytes of a record, to show it by.
func head(ts []token) (out []byte) {
	for _, t := range ts {
		if out = append(out, t.src...); len(out) >= 32 {
			return out[:32]
		}
	}
	return out
}

// blankLine takes out a line without a cell; in a table of one column it is a record
// whose only cell is empty.
func (r *rows) blankLine(ts []token) error {
	for _, t := range ts {
		p := t.piece
		switch {
		case t.class == lineEnd && r.o.Columns == 1:
			p, r.wrote = p.changed(Newline, []byte{'\n'}), true
		case t.class == lineEnd:
			p = p.removed(BlankLine)
		case t.kind == "" && len(p.text) > 0: // an escape character before the line's end
			p = p.removed(Escape)
		}
		if err := r.next.put(p); err != nil {
			return err
		}
	}
	return nil
}

// write writes a record from the roles of its tokens.
func (r *rows) write(ts []token, rd reading) error {
	from := 0
	for i, t := range ts {
		if t.role != separator && t.role != recordEnd {
			continue
		}
		if err := r.writeCell(ts[from:i], t.offset, rd); err != nil {
			return err
		}
		p := t.changed(rd.kind(Delimiter), []byte{','})
		if t.role == recordEnd {
			p = t.changed(Newline, []byte{'\n'})
		}
		if err := r.next.put(p); err != nil {
			return err
		}
		from, r.wrote = i+1, true
	}
	if n := len(ts); ts[n-1].role != recordEnd {
		if err := r.writeCell(ts[from:], ts[n-1].end(), rd); err != nil {
			return err
		}
		if r.wrote = true; r.o.Unfinished {
			return nil
		}
		return r.next.put(piece{offset: ts[n-1].end(), text: []byte{'\n'}, kind: Newline})
	}
	return nil
}

// writeCell writes a cell, quoted if csv.writer would quote it or guards says so. at is
// where it ends.
func (r *rows) writeCell(ts []token, at int64, rd reading) error {
	first, last := -1, -1
	needs, text := false, false
	for i, t := range ts {
		if t.role != content && t.role != doubled {
			continue
		}
		if first < 0 {
			first = i
			needs = !r.wrote && bytes.HasPrefix(t.text, []byte(bom))
		}
		last, text = i, true
		needs = needs || t.role == doubled || bytes.ContainsAny(t.text, ",\"\r\n")
	}
	if !text && rd.cells == 1 {
		needs = true
	}
	open, shut := outerQuotes(ts, first, last)
	needs = needs || r.guards(ts, open >= 0, rd)
	r.wrote = r.wrote || text || needs
	if !needs {
		return r.putAll(ts, -1, -1, rd)
	}
	if open < 0 {
		p := piece{offset: at, text: []byte{'"'}, kind: rd.kind(Quote)}
		if len(ts) > 0 {
			p.offset = ts[0].offset
		}
		if err := r.next.put(p); err != nil {
			return err
		}
	}
	if err := r.putAll(ts, open, shut, rd); err != nil || shut >= 0 {
		return err
	}
	return r.next.put(piece{offset: at, text: []byte{'"'}, kind: rd.kind(Quote)})
}

// What else delimits tables, and what does so more rarely.
const (
	otherDelimiters = ";\t|^~\x1f\x1e\x1d\x1c\x01"
	rareDelimiters  = ":#*!=&"
)

// guards reports a cell that would not be known for one any more without its quotes:
// another delimiter is in it. Where the comma delimits the table already, quotes are
// kept, and none are added.
func (r *rows) guards(ts []token, quoted bool, rd reading) bool {
	if !quoted && r.o.Delimiter == ',' {
		return false
	}
	others := otherDelimiters
	if rd.cells == 1 && quoted {
		others += rareDelimiters
	}
	return slices.ContainsFunc(ts, func(t token) bool { return t.role == content && bytes.ContainsAny(t.text, others) })
}

// outerQuotes finds the quotes that a cell has around its content, -1 for none.
func outerQuotes(ts []token, first, last int) (open, shut int) {
	open, shut = -1, -1
	for i, t := range ts {
		if t.role != drop || t.class != quote {
			continue
		}
		switch {
		case open < 0 && (i < first || first < 0):
			open = i
		case i > last:
			shut = i
		}
	}
	return open, shut
}

// putAll hands on a cell's tokens; open and shut are quotes that stay.
func (r *rows) putAll(ts []token, open, shut int, rd reading) error {
	for i, t := range ts {
		p := t.piece
		switch {
		case t.class == gone:
			if len(p.text) > 0 {
				p = p.removed(Escape)
			}
		case i == open || i == shut:
			p = p.changed(rd.kind(Quote), []byte{'"'})
		case t.role == content && p.is('"'):
			p = p.changed(rd.kind(Quote), []byte(`""`))
		case t.role == content && t.class == lineEnd:
			if err := r.w.noted(QuotedNewline, p, "kept"); err != nil {
				return err
			}
		case t.role == drop && t.class == blank:
			p = p.removed(rd.kind(Space))
		case t.role == drop:
			p = p.removed(rd.kind(Quote))
		}
		if err := r.next.put(p); err != nil {
			return err
		}
	}
	return nil
}

// cell is the text of a cell by the roles of its tokens.
func cell(ts []token) string {
	var b strings.Builder
	half := false
	for _, t := range ts {
		if t.role == doubled {
			if half = !half; half {
				continue
			}
		}
		if t.role == content || t.role == doubled {
			b.Write(t.text)
		}
	}
	return b.String()
}
