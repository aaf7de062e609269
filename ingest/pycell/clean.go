package pycell

import (
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

const sigma, finalSigma = 'Σ', "ς"

// stripText removes what isspace() is true of in the version: in 2.7's Unicode
// 5.2 that includes U+180E, in 3.x it does not.
func stripText(m *model, s string, left, right bool) string {
	for left && len(s) > 0 {
		r, n := ingest.DecodeRune(s)
		if !isTextSpace(m, r) {
			break
		}
		s = s[n:]
	}
	for right && len(s) > 0 {
		n := len(s) - 1
		for n > 0 && s[n]&0xC0 == 0x80 {
			n--
		}
		r, _ := ingest.DecodeRune(s[n:])
		if !isTextSpace(m, r) {
			break
		}
		s = s[:n]
	}
	return s
}

// isTextSpace is Py_UNICODE_ISSPACE; below U+0080 all versions agree.
func isTextSpace(m *model, r rune) bool {
	if r < utf8.RuneSelf {
		return r == ' ' || r >= '\t' && r <= '\r' || r >= 0x1C && r <= 0x1F
	}
	return space.has(m, r)
}

// stripBytes is str.strip() of 2.7 in the C locale.
func stripBytes(s string, left, right bool) string {
	for left && len(s) > 0 && isSpace(s[0]) {
		s = s[1:]
	}
	for right && len(s) > 0 && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// lowerText and upperText are lower() and upper(): simple mappings of one character
// to one in 2.7, full ones of Unicode's SpecialCasing in 3.x.
func lowerText(m *model, s string) string {
	return mapText(s, func(dst []byte, at int, r rune) []byte { return appendLower(dst, m, s, at, r) })
}

func upperText(m *model, s string) string {
	upper := upperCase.table(m)
	return mapText(s, func(dst []byte, _ int, r rune) []byte { return upper.appendMapped(dst, r) })
}

// mapText builds a text from what f appends for each character, at being its
// place in bytes.
func mapText(s string, f func(dst []byte, at int, r rune) []byte) string {
	dst := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); {
		r, n := ingest.DecodeRune(s[i:])
		dst = f(dst, i, r)
		i += n
	}
	return string(dst)
}

// appendLower is lower_ucs4 of 3.x: a capital sigma at the end of a word has a
// form of its own. Python 2.7 maps each character alone.
func appendLower(dst []byte, m *model, s string, at int, r rune) []byte {
	if r == sigma && !m.bytes && isFinal(m, s, at) {
		return append(dst, finalSigma...)
	}
	return lowerCase.table(m).appendMapped(dst, r)
}

// isFinal is handle_capital_sigma: a cased letter before, none after, with
// case-ignorable characters between them passed over.
func isFinal(m *model, s string, at int) bool {
	before := rune(-1)
	for i := at; i > 0; {
		n := i - 1
		for n > 0 && s[n]&0xC0 == 0x80 {
			n--
		}
		r, _ := ingest.DecodeRune(s[n:])
		if i = n; !ignorable.has(m, r) {
			before = r
			break
		}
	}
	if before < 0 || !cased.has(m, before) {
		return false
	}
	for rest := s[at+len(finalSigma):]; len(rest) > 0; {
		r, n := ingest.DecodeRune(rest)
		if rest = rest[n:]; !ignorable.has(m, r) {
			return !cased.has(m, r)
		}
	}
	return true
}

// titleText is unicode.title() (2.7: fixtitle, 3.x: do_title).
func titleText(m *model, s string) string {
	title, inWord := titleCase.table(m), false
	return mapText(s, func(dst []byte, at int, r rune) []byte {
		if inWord {
			dst = appendLower(dst, m, s, at, r)
		} else {
			dst = title.appendMapped(dst, r)
		}
		inWord = cased.has(m, r)
		return dst
	})
}

// capitalizeText is unicode.capitalize() (2.7: fixcapitalize, 3.x: do_capitalize).
func capitalizeText(m *model, s string) string {
	first := upperCase.table(m)
	if m.capitalizeTitles {
		first = titleCase.table(m)
	}
	return mapText(s, func(dst []byte, at int, r rune) []byte {
		if at == 0 {
			return first.appendMapped(dst, r)
		}
		return appendLower(dst, m, s, at, r)
	})
}

// lowerASCII and the like are the methods of 2.7's str in the C locale, and of
// any text that is ASCII.
func lowerASCII(s string) string { return mapASCII(s, func(_ bool, c byte) byte { return toLower(c) }) }

func upperASCII(s string) string { return mapASCII(s, func(_ bool, c byte) byte { return toUpper(c) }) }

func titleASCII(s string) string {
	return mapASCII(s, func(afterLetter bool, c byte) byte {
		if afterLetter {
			return toLower(c)
		}
		return toUpper(c)
	})
}

func capitalizeASCII(s string) string {
	first := true
	return mapASCII(s, func(_ bool, c byte) byte {
		if first {
			first = false
			return toUpper(c)
		}
		return toLower(c)
	})
}

// mapASCII maps each byte; f also learns whether a letter stood before it. A text
// that does not change is not copied.
func mapASCII(s string, f func(afterLetter bool, c byte) byte) string {
	var out []byte
	letter := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		mapped := f(letter, c)
		if mapped != c && out == nil {
			out = []byte(s)
		}
		if out != nil {
			out[i] = mapped
		}
		letter = toUpper(c) != toLower(c)
	}
	if out == nil {
		return s
	}
	return string(out)
}

func toLower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func toUpper(c byte) byte {
	if c >= 'a' && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}
