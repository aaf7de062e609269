// Package trivial is the rule of fifteen lines that every charset detector has to beat.
package trivial

import (
	"bytes"
	"unicode/utf8"
)

// Rule answers by a byte order mark, NULs at every second byte, strict UTF-8, else cp1252.
func Rule(data []byte) string {
	for _, mark := range []struct{ bytes, charset string }{{"\xef\xbb\xbf", "utf-8-sig"}, {"\xff\xfe\x00\x00", "utf-32"}, {"\x00\x00\xfe\xff", "utf-32"}, {"\xff\xfe", "utf-16"}, {"\xfe\xff", "utf-16"}} {
		if bytes.HasPrefix(data, []byte(mark.bytes)) {
			return mark.charset
		}
	}
	var nul [2]int
	for i, c := range data[:min(len(data), 4096)] {
		if c == 0 {
			nul[i%2]++
		}
	}
	switch {
	case nul[1] > 4*nul[0]:
		return "utf-16-le"
	case nul[0] > 4*nul[1]:
		return "utf-16-be"
	case utf8.Valid(data):
		return "utf-8"
	}
	return "cp1252"
}
