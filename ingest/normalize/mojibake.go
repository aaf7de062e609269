package normalize

import (
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// mojibake repairs characters that were encoded in UTF-8, taken for cp1252 or
// latin-1, and encoded in UTF-8 again. It looks at runs of characters that cp1252
// has above 0x7F: what is between them can be no part of it, before or after.
type mojibake struct {
	next    stage
	held    []piece
	size    int  // of the held text, in characters
	long    bool // the run is too long to be held, and is left alone to its end
	context readSoFar
}

// maxRun bounds the run of such characters that is looked at.
const maxRun = 2048

func (m *mojibake) put(p piece) error {
	vanishes := len(p.text) == 0 || p.is(0) // marks will take NULs out
	if !vanishes && highByte(p.char()) == 0 {
		m.long = false
		first, _ := utf8.DecodeRune(p.text)
		if err := m.release(first); err != nil {
			return err
		}
		m.context.add(p.text)
		return m.next.put(p)
	}
	if m.long || vanishes && len(m.held) == 0 {
		if !vanishes {
			m.context.add(p.text)
		}
		return m.next.put(p)
	}
	m.held = append(m.held, p.clone())
	if !vanishes {
		m.size++
	}
	if m.size <= maxRun && len(m.held) <= 16*maxRun {
		return nil
	}
	m.long = true
	return m.handOn()
}

// release repairs the run, which a character follows, and hands it on.
func (m *mojibake) release(after rune) error {
	for again := len(m.held) > 0; again; {
		again = m.repairOnce(after)
	}
	return m.handOn()
}

func (m *mojibake) handOn() error {
	for _, p := range m.held {
		if len(p.text) > 0 && !p.is(0) {
			m.context.add(p.text)
		}
		if err := m.next.put(p); err != nil {
			return err
		}
	}
	m.held, m.size = m.held[:0], 0
	return nil
}

// repairOnce replaces what is UTF-8 when its characters are taken for bytes, if that is
// likelier than what is there.
func (m *mojibake) repairOnce(after rune) (changed bool) {
	context := m.context.begin()
	defer context.forget()
	held, out := m.held, make([]piece, 0, len(m.held))
	for len(held) > 0 {
		n, text := wronglyRead(held)
		if n > 0 && context.likely(held, n, text, after) {
			out = append(out, joined(held[:n]).changed(Mojibake, text))
			held, changed = held[n:], true
		} else {
			out, held = append(out, held[0]), held[1:]
		}
		if last := out[len(out)-1]; len(last.text) > 0 && !last.is(0) {
			context.add(last.text)
		}
	}
	m.held = out
	return changed
}

// wronglyRead returns how many of the first pieces stand for the bytes of one
// character in UTF-8, and the character.
func wronglyRead(held []piece) (n int, text []byte) {
	var b [utf8.UTFMax]byte
	k := 0
	for i, p := range held {
		if len(p.text) == 0 || p.is(0) {
			continue
		}
		if b[k] = highByte(p.char()); b[k] == 0 {
			return 0, nil
		}
		k++
		if r, size := utf8.DecodeRune(b[:k]); r != utf8.RuneError && size == k {
			return i + 1, slices.Clone(b[:k])
		}
		if k == len(b) {
			break
		}
	}
	return 0, nil
}

// highByte is the byte above 0x7F that cp1252 has for a character, latin-1 where
// cp1252 has none; 0 if neither has one.
func highByte(r rune) byte {
	if r >= 0x80 && r <= 0xFF {
		return byte(r)
	}
	if r < 0x80 || r > 0x2122 {
		return 0
	}
	if b, ok := charmap.Windows1252.EncodeRune(r); ok && b >= 0x80 {
		return b
	}
	return 0
}

func (m *mojibake) end() error {
	if err := m.release(0); err != nil {
		return err
	}
	return m.next.end()
}
