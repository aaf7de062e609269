package ingest

import (
	"math/bits"
	"unicode/utf8"
)

// Text in feedparity is a Go string in generalized UTF-8: every Python code
// point, lone surrogates included, encoded on its own. Valid UTF-8 is therefore
// its own text, and the two surrogate code points that Python 2 can hold side by
// side stay distinct from the astral character they would form elsewhere.

const (
	surrogateMin = 0xD800
	surrogateMax = 0xDFFF
)

// IsSurrogate reports whether r is a surrogate code point.
func IsSurrogate(r rune) bool { return r >= surrogateMin && r <= surrogateMax }

// AppendRune appends a code point, which may be a surrogate, to dst.
func AppendRune(dst []byte, r rune) []byte {
	if IsSurrogate(r) {
		return append(dst, 0xE0|byte(r>>12), 0x80|byte(r>>6)&0xBF, 0x80|byte(r)&0xBF)
	}
	return utf8.AppendRune(dst, r)
}

// DecodeRune returns the first code point of s and its width in bytes. An empty
// s gives width 0; bytes that are no generalized UTF-8 give U+FFFD and width 1.
func DecodeRune[T string | []byte](s T) (rune, int) {
	if len(s) == 0 {
		return utf8.RuneError, 0
	}
	if s[0] < utf8.RuneSelf {
		return rune(s[0]), 1
	}
	if len(s) >= 3 && s[0] == 0xED && s[1] >= 0xA0 && s[1] <= 0xBF && s[2]&0xC0 == 0x80 {
		return 0xD000 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	n := min(len(s), utf8.UTFMax)
	return utf8.DecodeRuneInString(string(s[:n]))
}

// RuneCount returns the number of code points in s, which is Python's len().
func RuneCount[T string | []byte](s T) int {
	n, i := len(s), 0
	for ; i+32 <= len(s); i += 32 { // mostly ASCII
		part := s[i : i+32]
		if (eight(part)|eight(part[8:16])|eight(part[16:24])|eight(part[24:32]))&0x8080808080808080 != 0 {
			n -= continuations(part)
		}
	}
	return n - continuations(s[i:])
}

// continuations counts the bytes that are not the first of a code point: 10xxxxxx.
func continuations[T string | []byte](s T) (n int) {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := eight(s[i : i+8])
		n += bits.OnesCount64(w &^ (w << 1) & 0x8080808080808080)
	}
	for ; i < len(s); i++ {
		if s[i]&0xC0 == 0x80 {
			n++
		}
	}
	return n
}

// eight returns eight bytes as a word, the first lowest: one load, to the compiler.
func eight[T string | []byte](s T) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// Runes returns the code points of s.
func Runes(s string) []rune {
	out := make([]rune, 0, len(s))
	for len(s) > 0 {
		r, n := DecodeRune(s)
		out = append(out, r)
		s = s[n:]
	}
	return out
}

// TextOf encodes code points as text.
func TextOf(rs ...rune) string {
	var b []byte
	for _, r := range rs {
		b = AppendRune(b, r)
	}
	return string(b)
}

// IsASCII reports whether s holds only bytes below 0x80.
func IsASCII[T string | []byte](s T) bool {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if eight(s[i:i+8])&0x8080808080808080 != 0 {
			return false
		}
	}
	for ; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Latin1Text maps each byte to the code point of the same number, as
// bytes.decode('latin-1') does and as fault messages of Python 2 are shown.
func Latin1Text[T string | []byte](b T) string {
	if IsASCII(b) {
		return string(b)
	}
	out := make([]byte, 0, len(b)*2)
	for i := 0; i < len(b); i++ {
		out = utf8.AppendRune(out, rune(b[i]))
	}
	return string(out)
}
