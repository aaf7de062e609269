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
	next stage
	held []piece
	size int  // of the held text, in characters
	long bool // the run is too long to be held, and is left alone to its end
}

// maxRun bounds the run of such characters that is looked at.
const maxRun = 2048

func (m *mojibake) put(p piece) error {
	vanishes := len(p.text) == 0 || p.is(0) // marks will take NULs out
	if !vanishes && highByte(p.char()) == 0 {
		m.long = false
		if err := m.release(); err != nil {
			return err
		}
		return m.next.put(p)
	}
	if m.long || vanishes && len(m.held) == 0 {
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
	held := m.held
	m.held, m.size = nil, 0
	for _, p := range held {
		if err := m.next.put(p); err != nil {
			return err
		}
	}
	return nil
}

// release repairs the run and hands it on.
func (m *mojibake) release() error {
	held := m.held
	for again := true; again; {
		held, again = repairOnce(held)
	}
	m.held, m.size = m.held[:0], 0
	for _, p := range held {
		if err := m.next.put(p); err != nil {
			return err
		}
	}
	return nil
}

// repairOnce replaces what is UTF-8 when its characters are taken for bytes.
func repairOnce(held []piece) (out []piece, changed bool) {
	for len(held) > 0 {
		n, text := wronglyRead(held)
		if n == 0 {
			out, held = append(out, held[0]), held[1:]
			continue
		}
		out = append(out, joined(held[:n]).changed(Mojibake, text))
		held, changed = held[n:], true
	}
	return out, changed
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
	if err := m.release(); err != nil {
		return err
	}
	return m.next.end()
}
