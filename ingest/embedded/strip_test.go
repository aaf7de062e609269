package embedded

import (
	"testing"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
)

// TestStripOfEveryCharacter: what spaces takes for plain at the ends of a cell is so to
// strip() of each version, for every character of the BMP and some beyond.
func TestStripOfEveryCharacter(t *testing.T) {
	all := stripper{left: true, right: true}
	for _, py := range []ingest.Python{ingest.Python27, {Major: 3, Minor: 6}, ingest.Python313} {
		s := ingest.DefaultSettings(py)
		s.Codec, s.Clean = "utf-8", []ingest.Step{"strip"}
		p, err := newPlan(s)
		if err != nil {
			t.Fatal(err)
		}
		plain := 0
		for c := rune(0x80); c <= utf8.MaxRune; c += 1 + c>>16 { // no space is beyond the BMP
			if !utf8.ValidRune(c) {
				continue
			}
			for _, cell := range []string{"ab" + string(c), string(c) + "ab"} {
				if _, _, known := all.spaces(cell); !known {
					continue
				}
				plain++
				if out, fault := p.program.Apply(ingest.Text(cell)); fault != nil || out.Str != cell {
					t.Errorf("%s: %q is stripped to %q, %v", py, cell, out.Str, fault)
				}
			}
		}
		if plain < 150_000 {
			t.Errorf("%s: only %d are known to be plain", py, plain)
		}
	}
}
