package normalize

import (
	"bytes"
	"unicode/utf8"
)

const (
	ctrlZ = '\x1a'
	bom   = "\ufeff"
)

// piece is a part of the input and what stands in its place: one character, or a run
// of characters that mean nothing to any stage, the first of which is an ASCII one.
type piece struct {
	offset int64
	src    []byte // as sent; empty for what is added
	text   []byte // as normalized so far; empty for what is removed
	kind   Kind   // of the edit; "" while src and text are the same
}

// clone makes a piece that outlives the call of put.
func (p piece) clone() piece {
	same := len(p.src) > 0 && p.kind == ""
	p.src = bytes.Clone(p.src)
	if same {
		p.text = p.src
		return p
	}
	p.text = bytes.Clone(p.text)
	return p
}

// is reports whether the piece is that one ASCII character.
func (p piece) is(c byte) bool { return len(p.text) == 1 && p.text[0] == c }

// run reports whether the piece is more than one character.
func (p piece) run() bool { return len(p.text) > 1 && p.text[0] < utf8.RuneSelf }

// char is the piece's character, -1 if it is a run, more than one or none.
func (p piece) char() rune {
	if len(p.text) == 1 {
		return rune(p.text[0])
	}
	r, n := utf8.DecodeRune(p.text)
	if n != len(p.text) || n == 0 {
		return -1
	}
	return r
}

// removed is the piece without its text.
func (p piece) removed(kind Kind) piece {
	p.text, p.kind = nil, kind
	return p
}

// changed is the piece with another text; it is no edit if that is what was sent.
func (p piece) changed(kind Kind, text []byte) piece {
	p.text, p.kind = text, kind
	if bytes.Equal(p.src, text) {
		p.kind = ""
	}
	return p
}

// end is the offset after the piece.
func (p piece) end() int64 { return p.offset + int64(len(p.src)) }

// stage takes the pieces of an input in their order and hands on what it makes of
// them. What it keeps beyond the call it must clone.
type stage interface {
	put(piece) error
	end() error
}
