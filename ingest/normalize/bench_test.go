package normalize

import (
	"io"
	"strings"
	"testing"
)

// BenchmarkNormalize shows what a mostly ASCII, a CRLF and a UTF-16 file cost.
func BenchmarkNormalize(b *testing.B) {
	line := "HW-1000,2000000310007,\"Chisel set, 4 pieces\",11,4.95,LEEDS caf\u00e9"
	for name, in := range map[string]struct{ charset, data string }{
		"lf":      {"utf-8", strings.Repeat(line+"\n", 10_000)},
		"crlf":    {"utf-8", strings.Repeat(line+"\r\n", 10_000)},
		"cp1252":  {"cp1252", strings.Repeat(strings.ReplaceAll(line, "é", "\xe9")+"\n", 10_000)},
		"utf16le": {"utf-16-le", strings.Repeat("a\x00,\x00b\x00\n\x00", 80_000)},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(in.data)))
			b.ReportAllocs()
			o := Options{Charset: in.charset, Record: func(Edit) error { return nil }}
			for b.Loop() {
				if _, err := Normalize(io.Discard, strings.NewReader(in.data), o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
