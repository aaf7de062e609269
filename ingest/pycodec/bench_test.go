package pycodec

import (
	"strings"
	"testing"
)

func BenchmarkDecode(b *testing.B) {
	ascii := strings.Repeat("12345,some ascii product name,9.99,in stock\r\n", 200)
	mixed := strings.Repeat("12345,ein größeres Stück Käse für 5 €,9.99\r\n", 200)
	latin := strings.Repeat("12345,ein gr\xf6\xdferes St\xfcck K\xe4se f\xfcr 5 \xa4,9.99\r\n", 200)
	for _, r := range []struct{ name, version, codec, in string }{
		{"utf-8/ascii", "3.13", "utf-8", ascii},
		{"utf-8/mixed", "3.13", "utf-8", mixed},
		{"utf-8/py2", "2.7", "utf-8", mixed},
		{"latin-1", "3.13", "latin-1", latin},
		{"cp1252", "3.13", "cp1252", latin},
		{"cp1252/ascii", "3.13", "cp1252", ascii},
		{"cp037", "3.13", "cp037", latin},
		{"utf-16-le", "3.13", "utf-16-le", ascii},
		{"gb18030", "3.13", "gb18030", strings.Repeat("12345,\xc9\xcc\xc6\xb7\xc3\xfb\xb3\xc6,9.99,\xd3\xd0\xbb\xf5\r\n", 200)},
		{"gb18030/ascii", "3.13", "gb18030", ascii},
		{"shift_jis", "2.7", "shift_jis", strings.Repeat("12345,\x8f\xa4\x95\x69\xb1\xb2\xb3,9.99\r\n", 200)},
	} {
		b.Run(r.name, func(b *testing.B) {
			c, _, _ := Lookup(py(r.version), r.codec)
			in, dst := []byte(r.in), []byte(nil)
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				dst, _ = c.Decode(dst[:0], in, "replace")
			}
		})
	}
	b.Run("cell/cp1252", func(b *testing.B) {
		c, _, _ := Lookup(py("2.7"), "cp1252")
		in, dst := []byte("Stockholm"), []byte(nil)
		b.SetBytes(int64(len(in)))
		for b.Loop() {
			dst, _ = c.Decode(dst[:0], in, "strict")
		}
	})
}
