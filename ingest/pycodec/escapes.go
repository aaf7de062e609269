package pycodec

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// escapeKernel mirrors _PyUnicode_DecodeUnicodeEscape and, if raw,
// PyUnicode_DecodeRawUnicodeEscape, which knows \u and \U only. All other bytes
// are Latin-1.
type escapeKernel struct {
	raw   bool
	py2   bool   // whose raw codec words its errors otherwise
	rules *rules // which know the names of characters
}

func (k escapeKernel) run(dst, src []byte, at int, final bool) ([]byte, int, malformed) {
	for at < len(src) {
		n := bytes.IndexByte(src[at:], '\\')
		if n < 0 {
			n = len(src) - at
		}
		dst = appendLatin1(dst, src[at:at+n])
		if at += n; at == len(src) {
			break
		}
		out, n, reason, cut := k.escape(dst, src[at:])
		if cut && !final {
			return dst, at, malformed{}
		}
		if reason != "" {
			return dst, at, malformed{k.start(src, at), at + n, reason, k.codec()}
		}
		dst, at = out, at+n
	}
	return dst, at, malformed{}
}

// start is where an error begins: for the raw codec of 2.7 with the backslashes
// before the one in question, which it has decoded all the same.
func (k escapeKernel) start(src []byte, at int) int {
	for k.raw && k.py2 && at > 0 && src[at-1] == '\\' {
		at--
	}
	return at
}

func (k escapeKernel) codec() string {
	if k.raw {
		return "rawunicodeescape"
	}
	return "unicodeescape"
}

func appendLatin1(dst, src []byte) []byte {
	for _, c := range src {
		dst = utf8.AppendRune(dst, rune(c))
	}
	return dst
}

// escape decodes what the backslash s[0] begins and returns its length, or that of
// what is wrong with it. If cut, s ends within.
func (k escapeKernel) escape(dst, s []byte) (out []byte, n int, reason string, cut bool) {
	switch {
	case len(s) == 1 && k.raw:
		return append(dst, '\\'), 1, "", true
	case len(s) == 1:
		return dst, 1, `\ at end of string`, true
	case s[1] == 'u':
		return k.hex(dst, s, 4)
	case s[1] == 'U':
		return k.hex(dst, s, 8)
	case k.raw:
		return appendLatin1(dst, s[:2]), 2, "", false
	case s[1] == 'x':
		return k.hex(dst, s, 2)
	case s[1] == 'N':
		return k.name(dst, s)
	case s[1] == '\n':
		return dst, 2, "", false
	case s[1] >= '0' && s[1] <= '7':
		out, n = octal(dst, s)
		return out, n, "", false
	}
	if i := strings.IndexByte(`\'"bftnrva`, s[1]); i >= 0 {
		return append(dst, "\\'\"\b\f\t\n\r\v\a"[i]), 2, "", false
	}
	return appendLatin1(dst, s[:2]), 2, "", false
}

// hex decodes an escape of so many hexadecimal digits.
func (k escapeKernel) hex(dst, s []byte, digits int) (out []byte, n int, reason string, cut bool) {
	var r uint32
	for n = 2; n < 2+digits; n++ {
		if n == len(s) || hexValue(s[n]) < 0 {
			return dst, n, k.truncated(s[1], digits), n == len(s)
		}
		r = r<<4 | uint32(hexValue(s[n]))
	}
	switch {
	case r <= utf8.MaxRune:
		return ingest.AppendRune(dst, rune(r)), n, "", false
	case k.raw:
		return dst, n, `\Uxxxxxxxx out of range`, false
	}
	return dst, n, "illegal Unicode character", false
}

func (k escapeKernel) truncated(c byte, digits int) string {
	if k.raw && k.py2 {
		return `truncated \uXXXX`
	}
	return `truncated \` + string(rune(c)) + strings.Repeat("X", digits) + " escape"
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// octal decodes up to three digits, which go as far as U+01FF.
func octal(dst, s []byte) ([]byte, int) {
	r, n := rune(0), 1
	for n < len(s) && n < 4 && s[n] >= '0' && s[n] <= '7' {
		r = r<<3 | rune(s[n]-'0')
		n++
	}
	return utf8.AppendRune(dst, r), n
}

// name decodes \N{...}, whose braces hold the name of a character.
func (k escapeKernel) name(dst, s []byte) (out []byte, n int, reason string, cut bool) {
	const bad = `malformed \N character escape`
	if len(s) == 2 {
		return dst, 2, bad, true
	}
	if s[2] != '{' {
		return dst, 2, bad, false
	}
	end := bytes.IndexByte(s, '}')
	switch end {
	case -1:
		return dst, len(s), bad, true
	case 3:
		return dst, 3, bad, false
	}
	char, known := k.rules.character(s[3:end])
	if !known {
		return dst, end + 1, "unknown Unicode character name", false
	}
	return ingest.AppendRune(dst, char), end + 1, "", false
}
