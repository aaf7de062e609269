package detect

import (
	"bytes"
	"fmt"
)

// A multi-byte charset of East Asia is judged by where its two-byte characters
// lie: each standard has its common characters in one block (level 1, kana,
// hangul) and the rare ones elsewhere, so bytes that mean something else
// scatter. The blocks are those of JIS X 0208, GB 2312, KS X 1001 and Big5.
type pairCharset struct {
	charset string
	prior   float64
	// common reports whether a pair is a common character or a sign of the standard.
	common func(lead, trail byte) bool
	// single reports a byte that is a character of its own (half-width katakana).
	single func(c byte) bool
}

func between(c, lo, hi byte) bool { return lo <= c && c <= hi }

func asciiLetter(c byte) bool { return between(c|0x20, 'a', 'z') }

// pairCharsets have a prior cost as in spoken. GB 2312's block contains that of
// KS X 1001, so it must be dearer.
func pairCharsets() []pairCharset {
	none := func(byte) bool { return false }
	return []pairCharset{
		{"shift_jis", 3.5, func(a, b byte) bool { return between(a, 0x81, 0x83) || between(a, 0x88, 0x97) }, func(c byte) bool { return between(c, 0xA1, 0xDF) }},
		{"euc_jp", 3.5, func(a, b byte) bool {
			return b >= 0xA1 && (a == 0xA1 || a == 0xA4 || a == 0xA5 || between(a, 0xB0, 0xCF))
		}, none},
		{"cp949", 3.5, func(a, b byte) bool { return b >= 0xA1 && (a == 0xA1 || between(a, 0xB0, 0xC8)) }, none},
		{"big5", 4, func(a, b byte) bool { return a == 0xA1 || between(a, 0xA4, 0xC6) }, none},
		{"gb18030", 4.5, func(a, b byte) bool { return b >= 0xA1 && (a == 0xA1 || a == 0xA3 || between(a, 0xB0, 0xD7)) }, none},
	}
}

// pairs sums the oddities of a sample read in a multi-byte charset: rare
// characters, and single ones between Latin letters. ok is false if it does not
// decode.
func (p pairCharset) pairs(sample []byte) (cost float64, ok bool) {
	text, err := multis[p.charset].NewDecoder().Bytes(sample)
	if err != nil || bytes.ContainsRune(text, undefined) {
		return 0, false
	}
	before := byte('\n')
	for i := 0; i < len(sample); i++ {
		c := sample[i]
		switch {
		case c < 0x80:
		case p.single(c):
			cost += 1.5
		case i+1 < len(sample):
			i++
			if !p.common(c, sample[i]) {
				cost += 2 // both its bytes are odd
			}
			if i+1 < len(sample) && asciiLetter(before) && asciiLetter(sample[i+1]) {
				cost += 2
			}
			c = 0x80
		}
		if before = c; c >= 0x80 {
			before = '\n'
		}
	}
	return cost, true
}

func (p pairCharset) why(cost float64) string {
	return fmt.Sprintf("its reading as two-byte characters has %.0f oddities", cost)
}
