package pycell

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// encodeDecimal is PyUnicode_EncodeDecimal of 2.7: what int() and float() make of
// unicode before they parse it. Spaces become ' ', decimal digits '0' to '9',
// other characters below U+0100 stay as bytes, NUL and the rest raise.
func encodeDecimal(m *model, s string) ([]byte, *ingest.Fault) {
	out := make([]byte, 0, len(s))
	for i, at := 0, 0; i < len(s); at++ {
		r, n := ingest.DecodeRune(s[i:])
		b, ok := encodeDecimalRune(m, r)
		if !ok {
			return nil, decimalEncodeFault(m, s[i:], at)
		}
		out = append(out, b)
		i += n
	}
	return out, nil
}

// encodeDecimalRune returns the byte that stands for r. The order matters: U+0085
// and U+00A0 are spaces before they are Latin-1.
func encodeDecimalRune(m *model, r rune) (byte, bool) {
	switch {
	case space.has(m, r):
		return ' ', true
	case r >= '0' && r <= '9':
		return byte(r), true
	}
	if d, ok := decimal.table(m).find(r); ok {
		return '0' + byte(r+d), true
	}
	return byte(r), r > 0 && r < 0x100
}

// decimalEncodeFault is str(UnicodeEncodeError) for the run of unencodable
// characters that rest begins with, at being its position.
func decimalEncodeFault(m *model, rest string, at int) *ingest.Fault {
	end := at
	first, _ := ingest.DecodeRune(rest)
	for len(rest) > 0 {
		r, n := ingest.DecodeRune(rest)
		if _, ok := encodeDecimalRune(m, r); ok {
			break
		}
		end, rest = end+1, rest[n:]
	}
	where := fmt.Sprintf("characters in position %d-%d", at, end-1)
	if end == at+1 {
		where = fmt.Sprintf("character u'%s' in position %d", appendEscaped(nil, first, '\''), at)
	}
	return ingest.Faultf("UnicodeEncodeError", "'decimal' codec can't encode %s: invalid decimal Unicode string", where)
}

// foldText is _PyUnicode_TransformDecimalAndSpaceToASCII of 3.x. The first
// character that is neither ASCII nor space nor digit becomes '?' and ends the
// text (3.7+); 3.6 keeps it, which no number survives either.
func foldText(m *model, s string) []byte {
	if ingest.IsASCII(s) {
		return []byte(s)
	}
	out := make([]byte, 0, len(s))
	for len(s) > 0 {
		r, n := ingest.DecodeRune(s)
		if r < utf8.RuneSelf-1 {
			out = append(out, byte(r))
		} else if space.has(m, r) {
			out = append(out, ' ')
		} else if d, ok := decimal.table(m).find(r); ok {
			out = append(out, '0'+byte(r+d))
		} else {
			return append(out, '?')
		}
		s = s[n:]
	}
	return out
}

// surrogateFault is what 3.6's float() raises where the folded text holds a lone
// surrogate: PyUnicode_AsUTF8AndSize fails before the number is looked at.
func surrogateFault(s string) *ingest.Fault {
	start, end, first := -1, -1, rune(0)
	for i, at := 0, 0; i < len(s); at++ {
		r, n := ingest.DecodeRune(s[i:])
		if ingest.IsSurrogate(r) {
			if start < 0 {
				start, first = at, r
			}
			end = at + 1
		} else if start >= 0 {
			break
		}
		i += n
	}
	switch {
	case start < 0:
		return nil
	case end == start+1:
		return ingest.Faultf("UnicodeEncodeError", `'utf-8' codec can't encode character '\u%04x' in position %d: surrogates not allowed`, first, start)
	}
	return ingest.Faultf("UnicodeEncodeError", "'utf-8' codec can't encode characters in position %d-%d: surrogates not allowed", start, end-1)
}

// isSpace is isspace() of the C locale.
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func trimLeft(s []byte) []byte {
	for len(s) > 0 && isSpace(s[0]) {
		s = s[1:]
	}
	return s
}

func trimRight(s []byte) []byte {
	for len(s) > 0 && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// cString returns what C sees of a buffer: all before the first NUL.
func cString(s []byte) []byte {
	if i := bytes.IndexByte(s, 0); i >= 0 {
		return s[:i]
	}
	return s
}

func first(s []byte, n int) []byte { return s[:min(n, len(s))] }
