package detect

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The classes of what stands beside a symbol.
const (
	classSpace = 1 << iota // blank, delimiter, quote or the edge of the text
	classDigit
	classLetter
	classPunct // other ASCII
	classOther
)

// glyph is what the scorer knows about a character.
type glyph struct {
	script byte // 1 + number in model.scripts; 0: no letter that any language has
	letter byte // number in its script
	class  byte
	kind   byte // upper, lower, or what has neither
	sign   byte // 1 + number in signs
	part   byte // of what a text is made of
}

// The parts of a text, beside letters above ASCII, which count for 1 + the number of
// their script.
const (
	partOther = 0 // no letters
	partASCII = 13
	partAlien = 14
	partIdeo  = 15
	parts     = 16
)

const (
	caseless = iota
	lowerCase
	upperCase
	ideographic // counted by itself
	alien       // a letter of no language we know
)

const glyphTable = 0x3000

// classify fills in what needs no counts.
func (m *model) classify() {
	for r := range m.glyphs {
		m.glyphs[r].class = classOther
	}
	for _, table := range []*unicode.RangeTable{unicode.L, unicode.Mn} { // ten times as fast as to ask for each character
		for _, in := range table.R16 {
			for r := int(in.Lo); r <= int(in.Hi) && r < glyphTable; r += int(in.Stride) {
				m.glyphs[r] = glyph{class: classLetter, kind: alien}
			}
		}
	}
	for r := range rune(0x100) {
		m.glyphs[r] = glyph{class: classOf(r)}
		if r >= 0x80 && m.glyphs[r].class == classLetter {
			m.glyphs[r].kind = alien
		}
	}
	m.glyphs['ƒ'] = glyph{class: classOther}
	t := signs()
	m.signs, m.signOf = t.list, t.number
	for r, n := range t.number {
		if r < glyphTable {
			m.glyphs[r].sign = n
		}
	}
}

func classOf(r rune) byte {
	switch {
	case r <= ' ' || strings.ContainsRune(",;|\"", r):
		return classSpace
	case r >= '0' && r <= '9':
		return classDigit
	case r < 0x80 && (r|0x20 < 'a' || r|0x20 > 'z'):
		return classPunct
	case strings.ContainsRune("ªºƒµ", r):
		return classOther
	case unicode.IsLetter(r) || unicode.Is(unicode.Mn, r):
		return classLetter
	}
	return classOther
}

// addLetters tells glyphs of the letters of a script.
func (m *model) addLetters(name string, script int, letters []rune) {
	for i, r := range letters {
		g := glyph{script: byte(script + 1), letter: byte(i + 1), class: classLetter}
		if up := unicode.ToUpper(r); up != r && up < glyphTable {
			g.kind = upperCase
			m.glyphs[up] = g
			g.kind = lowerCase
		}
		if r < glyphTable {
			m.glyphs[r] = g
		}
	}
	if name == "latin" {
		for _, same := range []string{"İI", "șş", "ȘŞ", "țţ", "ȚŢ"} { // as makemodel.go counted them
			r := []rune(same)
			m.glyphs[r[0]] = m.glyphs[r[1]]
		}
	}
}

// divide tells glyphs which part of a text they are, when all letters are known.
func (m *model) divide() {
	for r := range m.glyphs {
		g := &m.glyphs[r]
		switch {
		case g.class != classLetter:
		case r < 0x80:
			g.part = partASCII
		case g.kind == alien:
			g.part = partAlien
		default:
			g.part = g.script
		}
	}
	for i := range m.ascii {
		m.ascii[i] = char{rune(i), m.glyphs[i]}
	}
}

// glyph returns what is known about a character.
func (m *model) glyph(r rune) glyph {
	switch {
	case r < glyphTable:
		return m.glyphs[r]
	case r >= 0x3041 && r <= 0x30FF, r >= 0x3400 && r <= 0x9FFF, r >= 0xAC00 && r <= 0xD7A3:
		return glyph{class: classLetter, kind: ideographic, part: partIdeo}
	case r >= presented && r < presented+rune(len(presentation)/2):
		shape, _ := utf8.DecodeRuneInString(presentation[2*(r-presented):])
		return m.glyphs[shape]
	case unicode.IsLetter(r):
		return glyph{class: classLetter, kind: alien, part: partAlien}
	}
	return glyph{class: classOther, sign: m.signOf[r]}
}

// presentation are the letters behind the shapes of Arabic letters from U+FE80 on,
// which cp864 has in place of the letters; each takes two bytes.
const presented = 0xFE80

const presentation = "ءآآأأؤؤإإئئئئااببببةةتتتتثثثثججججححححخخخخددذذررززسسسسششششصصصصضضضضططططظظظظععععغغغغففففققققككككللللممممننننههههووىىييييلللللللل"
