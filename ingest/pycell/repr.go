package pycell

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// appendRepr appends repr() of a cell as the version writes it: str of 2.7
// (string_repr), unicode of 2.7 (unicode_repr) or str of 3.x, where what
// isprintable() says decides which characters are escaped.
func appendRepr(dst []byte, m *model, v ingest.Value) []byte {
	if m.bytes && v.Kind == ingest.KindText {
		dst = append(dst, 'u')
	}
	quote := byte('\'')
	if strings.IndexByte(v.Str, '\'') >= 0 && strings.IndexByte(v.Str, '"') < 0 {
		quote = '"'
	}
	dst = append(dst, quote)
	for i := 0; i < len(v.Str); {
		r, n := rune(v.Str[i]), 1
		if v.Kind == ingest.KindText {
			r, n = ingest.DecodeRune(v.Str[i:])
		}
		if r >= utf8.RuneSelf && !m.bytes && !unprintable.has(m, r) {
			dst = append(dst, v.Str[i:i+n]...)
		} else {
			dst = appendEscaped(dst, r, quote)
		}
		i += n
	}
	return append(dst, quote)
}

func appendEscaped(dst []byte, r rune, quote byte) []byte {
	switch {
	case r == rune(quote) || r == '\\':
		return append(dst, '\\', byte(r))
	case r == '\t':
		return append(dst, `\t`...)
	case r == '\n':
		return append(dst, `\n`...)
	case r == '\r':
		return append(dst, `\r`...)
	case r >= ' ' && r < 0x7F:
		return append(dst, byte(r))
	case r <= 0xFF:
		return fmt.Appendf(dst, `\x%02x`, r)
	case r <= 0xFFFF:
		return fmt.Appendf(dst, `\u%04x`, r)
	}
	return fmt.Appendf(dst, `\U%08x`, r)
}

// reprOf returns repr() as the text of a fault message.
func reprOf(m *model, v ingest.Value) string { return string(appendRepr(nil, m, v)) }

// shortRepr is the "%.200R" of 3.x: the first 200 characters of repr().
func shortRepr(m *model, v ingest.Value) string {
	s := reprOf(m, v)
	for i, n := 0, 0; i < len(s); n++ {
		if n == 200 {
			return s[:i]
		}
		_, w := ingest.DecodeRune(s[i:])
		i += w
	}
	return s
}
