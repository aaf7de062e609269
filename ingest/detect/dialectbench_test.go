package detect

import (
	"strings"
	"testing"
)

// BenchmarkDialect shows what finding the dialect costs beside the charset.
func BenchmarkDialect(b *testing.B) {
	line := "HW-1000;2000000310007;\"Chisel set, 4 pieces\";11;4,95;LEEDS cafe; 10:30\n"
	for name, n := range map[string]int{"200B": 3, "2KB": 30, "128KB": 1800} {
		text := []byte(strings.Repeat(line, n))
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				findDialect(text, false, Given{})
			}
		})
	}
}
