package detect

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

// provingCells is how many cells show what is proven.
const provingCells = 3

// prove fills in some cells that show what was proven: the first ones with characters
// above ASCII, or the first ones at all where there are none, read as the charset and as
// what they would be mistaken for.
func (r *Result) prove(src source) error {
	w := newWalk(*r)
	if r.Charset == "ascii" || w == nil {
		return nil
	}
	head, err := src.head(4)
	if err != nil {
		return err
	}
	w.order = orderOf(r.Charset, head)
	if err := src.each(w.add); err != nil {
		return err
	}
	w.endField()
	cells := w.telling
	if len(cells) == 0 {
		cells = w.plain
	}
	for i := range cells {
		c := &cells[i]
		c.Text, c.Other = w.text(c.Bytes), decodeText(w.against, c.Bytes)
	}
	r.Cells, r.Against = cells, w.against
	return nil
}

// walk goes through the cells of an input in a charset whose separators may be no bytes
// of ASCII.
type walk struct {
	locator
	charset, against string
	width            int // of a unit
	order            binary.ByteOrder
	table            *[256]rune // of EBCDIC
	differ           *[256]bool // the bytes that tell there, nil for any above ASCII
	shifts           bool       // between sets, as in ISO-2022 and HZ
	shifted, utf8    bool
	part             []byte // of a unit
	cell             Cell   // at hand
	tells            bool   // it does
	telling, plain   []Cell
}

// newWalk returns nil for a charset whose bytes are not looked at so.
func newWalk(r Result) *walk {
	w := &walk{locator: *newLocator(r.Dialect), charset: r.Charset, against: "cp1252", width: 1}
	switch {
	case strings.HasPrefix(r.Charset, "utf-8"):
		w.utf8 = true
	case strings.HasPrefix(r.Charset, "utf-16"):
		w.width = 2
	case strings.HasPrefix(r.Charset, "utf-32"):
		w.width = 4
	case slices.Contains(ebcdics, r.Charset):
		w.table = tableOf(r.Charset)
		if i := slices.IndexFunc(r.Candidates, func(c Candidate) bool { return !c.Same }); i >= 0 {
			w.against = r.Candidates[i].Charset
			w.differ = new([256]bool)
			for c, other := range tableOf(w.against) {
				w.differ[c] = other != w.table[c]
			}
		}
	case slices.ContainsFunc(escaping, func(e escape) bool { return e.charset == r.Charset }):
		w.shifts, w.against = true, "ascii"
	default:
		return nil
	}
	return w
}

func (w *walk) add(p []byte) {
	for len(p) > 0 && len(w.telling) < provingCells {
		n := min(w.width-len(w.part), len(p))
		w.part = append(w.part, p[:n]...)
		if p = p[n:]; len(w.part) < w.width {
			return
		}
		w.unit(w.part)
		w.part = w.part[:0]
	}
}

// unit takes the next one.
func (w *walk) unit(p []byte) {
	switch {
	case w.offset == 0 && w.width > 1 && w.char(p) == 0xFEFF:
		w.field = int64(w.width)
	case w.offset < 3 && w.charset == "utf-8-sig":
		w.field = 3
	default:
		c, tells := w.ascii(p)
		w.take(p, c, tells)
	}
	w.offset += int64(w.width)
}

// other stands for what is above ASCII.
const other = 0x80

// char returns a unit's character, whatever the shift.
func (w *walk) char(p []byte) rune {
	switch {
	case w.width == 2:
		return rune(w.order.Uint16(p))
	case w.width == 4:
		return rune(w.order.Uint32(p) & 0x1FFFFF)
	case w.table != nil && w.table[p[0]] == 0x85: // NEL, which ends lines there
		return '\n'
	case w.table != nil:
		return w.table[p[0]]
	}
	return rune(p[0])
}

// ascii returns a unit's character if it is one of ASCII, and whether it tells.
func (w *walk) ascii(p []byte) (c byte, tells bool) {
	if w.shifts {
		return w.shift(p[0])
	}
	r := w.char(p)
	if w.differ != nil {
		return byte(min(r, other)), w.differ[p[0]]
	}
	return byte(min(r, other)), r >= 0x80
}

// shift follows the shifts between ASCII and the sets of two bytes: ESC $ to ESC ( of
// ISO-2022, SO to SI of ISO-2022-KR, ~{ to ~} of HZ. A line end shifts back.
func (w *walk) shift(c byte) (byte, bool) {
	before := w.cell.Bytes
	switch {
	case c == '\n' || c == 0x0F:
		w.shifted = false
	case c == 0x0E, c == '$' && bytes.HasSuffix(before, []byte{0x1B}) && w.charset != "iso2022_kr", c == '{' && w.charset == "hz" && bytes.HasSuffix(before, []byte("~")):
		w.shifted = true
		return other, true
	case c == '(' && bytes.HasSuffix(before, []byte{0x1B}), c == '}' && w.charset == "hz" && bytes.HasSuffix(before, []byte("~")):
		w.shifted = false
		return other, true
	}
	if w.shifted || c == 0x1B {
		return other, w.shifted
	}
	return c, false
}

// take adds a unit to the cell at hand, or ends that.
func (w *walk) take(p []byte, c byte, tells bool) {
	row, column := w.row, w.column
	at := w.field
	if w.step(c); w.row != row || w.column != column {
		w.cell.Row, w.cell.Column = row, column
		w.endField()
		return
	}
	if w.field > at { // a blank that is skipped
		return
	}
	if len(w.cell.Bytes) == 0 {
		w.cell.Offset = w.offset
	}
	w.tells = w.tells || tells
	w.keep(p)
}

// keep adds a unit to what is shown of a cell: what is just before and just behind what
// tells, if it is long, and no half of a character.
func (w *walk) keep(p []byte) {
	c := &w.cell
	half := w.shifted || w.utf8 && p[0]&0xC0 == 0x80 || w.width == 2 && w.order.Uint16(p)&0xFC00 == 0xDC00
	switch size := len(c.Bytes); {
	case c.After || w.tells && size >= 2*cellBytes && !half:
		c.After = true
		return
	case !w.tells && size >= cellBytes && !half:
		c.Bytes, c.Before, c.Offset = c.Bytes[w.width:], true, c.Offset+int64(w.width)
	}
	c.Bytes = append(c.Bytes, p...)
}

// endField ends the cell at hand.
func (w *walk) endField() {
	w.field = w.offset + int64(w.width)
	w.trim()
	switch c := w.cell; {
	case len(c.Bytes) == 0:
	case w.tells && len(w.telling) < provingCells:
		w.telling = append(w.telling, c)
	case len(w.plain) < provingCells-1:
		w.plain = append(w.plain, c)
	}
	w.cell, w.tells = Cell{}, false
}

// trim takes off what belongs to no cell: quotes, and the CR of CR LF.
func (w *walk) trim() {
	b := w.cell.Bytes
	is := func(p []byte, c byte) bool {
		if len(p) < w.width || c == 0 {
			return false
		}
		return w.char(p) == rune(c)
	}
	last := func() []byte { return b[max(0, len(b)-w.width):] }
	if w.end == '\n' && is(last(), '\r') {
		b = b[:len(b)-w.width]
	}
	if !w.cell.Before && is(b, w.quote) {
		b, w.cell.Offset = b[w.width:], w.cell.Offset+int64(w.width)
		if is(last(), w.quote) {
			b = b[:len(b)-w.width]
		}
	}
	w.cell.Bytes = b
}

// text decodes a cell, which has no mark and no header of its own.
func (w *walk) text(p []byte) string {
	switch {
	case w.width > 1:
		return string(decodeWide(w.charset[:6]+map[bool]string{true: "-be", false: "-le"}[w.order == binary.BigEndian], p))
	case w.charset == "utf-8-sig":
		return decodeText("utf-8", p)
	case w.charset == "iso2022_kr":
		return decodeText(w.charset, append([]byte("\x1b$)C"), p...))
	}
	return decodeText(w.charset, p)
}
