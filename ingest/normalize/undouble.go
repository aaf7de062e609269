package normalize

import (
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest/mojibake"
)

// undouble repairs characters that were encoded in UTF-8, taken for cp1252 or
// latin-1, and encoded in UTF-8 again. It looks at runs of characters that cp1252
// has above 0x7F: what is between them can be no part of it, before or after.
type undouble struct {
	next    stage
	held    []piece
	size    int  // of the held text, in characters
	long    bool // the run is too long to be held, and is left alone to its end
	context mojibake.Text
}

func (m *undouble) put(p piece) error {
	vanishes := vanishes(p)
	if !vanishes && mojibake.Byte(p.char()) == 0 {
		m.long = false
		first, _ := utf8.DecodeRune(p.text)
		if err := m.release(first); err != nil {
			return err
		}
		m.read(p)
		return m.next.put(p)
	}
	if m.long || vanishes && len(m.held) == 0 {
		m.read(p)
		return m.next.put(p)
	}
	m.held = append(m.held, p.clone())
	if !vanishes {
		m.size++
	}
	if m.size <= mojibake.MaxRun && len(m.held) <= 16*mojibake.MaxRun {
		return nil
	}
	m.long = true
	return m.handOn()
}

// vanishes reports whether a piece is no character of the text: marks will take NULs out.
func vanishes(p piece) bool { return len(p.text) == 0 || p.is(0) }

// read adds a piece to what was read.
func (m *undouble) read(p piece) {
	if vanishes(p) {
		return
	}
	for text := p.text; len(text) > 0; {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		m.context.Add(r)
	}
}

// release repairs the run, which a character follows, and hands it on.
func (m *undouble) release(after rune) error {
	for again := len(m.held) > 0; again; {
		again = m.repairOnce(after)
	}
	return m.handOn()
}

func (m *undouble) handOn() error {
	for _, p := range m.held {
		m.read(p)
		if err := m.next.put(p); err != nil {
			return err
		}
	}
	m.held, m.size = m.held[:0], 0
	return nil
}

// repairOnce replaces what is UTF-8 when its characters are taken for bytes, if that is
// likelier than what is there.
func (m *undouble) repairOnce(after rune) (changed bool) {
	run, at := make([]rune, 0, m.size), make([]int, 0, m.size) // characters and their pieces
	for i, p := range m.held {
		if !vanishes(p) {
			run, at = append(run, p.char()), append(at, i)
		}
	}
	var out []piece
	from := 0
	for _, f := range m.context.Layer(run, after) {
		first, end := at[f.At], at[f.At+f.N-1]+1
		whole := joined(m.held[first:end]).changed(Mojibake, utf8.AppendRune(nil, f.Char))
		out = append(append(out, m.held[from:first]...), whole)
		from = end
	}
	if out == nil {
		return false
	}
	m.held = append(out, m.held[from:]...)
	return true
}

func (m *undouble) end() error {
	if err := m.release(0); err != nil {
		return err
	}
	return m.next.end()
}
