package detect

import (
	"sync"
	"unicode/utf8"
)

// backTo1252 maps characters, up to the trade mark sign, to the byte above ASCII that
// cp1252 has for them, 0 for none; Windows passes its five undefined bytes through.
var backTo1252 = sync.OnceValue(func() *[0x2123]byte {
	back := new([0x2123]byte)
	for c, r := range tableOf("cp1252") {
		if r == undefined {
			r = rune(c)
		}
		if c >= 0x80 {
			back[r] = byte(c)
		}
	}
	return back
})

// repair returns the reading of a span, whose text is in k.text, that was UTF-8
// before somebody read it as cp1252, nil if it cannot have been. What cp1252 has
// no character for may have been lost on the way, so not all of it must be.
func (k *ranking) repair(s *span) *reading {
	if !suspicious(k.text) {
		return nil
	}
	k.fixed = k.fixed[:0]
	repaired, kept := 0, 0
	for i := 0; i < len(k.text); {
		c := k.text[i]
		if r, n := k.sequence(k.text[i:]); n > 0 {
			k.fixed = append(k.fixed, char{r, k.m.glyph(r)})
			repaired += n
			i += n
			continue
		}
		if c.r >= utf8.RuneSelf {
			kept++
		}
		k.fixed = append(k.fixed, c)
		i++
	}
	if repaired < 4*kept || repaired == 0 {
		return nil
	}
	r := new(reading)
	k.judge(r, k.fixed, s)
	return r
}

// sequence returns the character that the start of a text was in UTF-8, and how
// many characters it takes up now; 0 if it was none.
func (k *ranking) sequence(text []char) (rune, int) {
	if text[0].r < 0xC2 || text[0].r > 0xF4 {
		return 0, 0
	}
	k.raw = k.raw[:0]
	back := backTo1252()
	for _, c := range text[:min(len(text), utf8.UTFMax)] {
		if int(c.r) >= len(back) || back[c.r] == 0 {
			break
		}
		k.raw = append(k.raw, back[c.r])
	}
	r, n := utf8.DecodeRune(k.raw)
	if r == utf8.RuneError || n < 2 {
		return 0, 0
	}
	return r, n
}

// suspects is suspicious of what a charset of single bytes reads.
func (c *candidate) suspects(raw []byte) bool {
	lead := false
	for _, b := range raw {
		r := c.table[b]
		if lead && r >= utf8.RuneSelf {
			return true
		}
		lead = r >= 0xC2 && r <= 0xF4
	}
	return false
}

// suspicious reports whether a text holds what the first byte of a UTF-8 sequence
// looks like in cp1252, and a character above ASCII behind it.
func suspicious(text []char) bool {
	for i, c := range text[:max(0, len(text)-1)] {
		if c.r >= 0xC2 && c.r <= 0xF4 && text[i+1].r >= 0x80 {
			return true
		}
	}
	return false
}
