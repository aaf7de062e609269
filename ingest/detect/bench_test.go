package detect

import "testing"

// BenchmarkDetect shows the cost of a small file, where scoring counts, and of a
// large one, where passing over it does.
func BenchmarkDetect(b *testing.B) {
	for name, in := range map[string]string{
		"ascii 1 MB": repeat(stock, 28_000), "utf-8 1 MB": repeat("sku,café,5\n", 90_000),
		"cp1252 200 B": repeat("caf\xe9,\x80 5\n", 17), "cp1252 1 MB": repeat("caf\xe9,\x80 5\n", 95_000),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			for b.Loop() {
				if _, err := Bytes([]byte(in), Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
