package normalize

import (
	"fmt"
	"slices"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/feedparity/feedparity/ingest/detect"
)

// TestDoubledAreRepaired: what detection takes for encoded twice, normalizing repairs, and it
// leaves alone what detection does not tell of.
func TestDoubledAreRepaired(t *testing.T) {
	again := func(text string) string {
		var out []rune
		for _, c := range []byte(text) {
			if r := charmap.Windows1252.DecodeByte(c); r != '\ufffd' {
				out = append(out, r)
			} else {
				out = append(out, rune(c))
			}
		}
		return string(out)
	}
	for _, c := range []struct {
		text    string
		doubled bool
	}{
		{"café,thé\nmûr,x\n", true}, {"price (œ5.98),£\n", true}, {"Unicode! Σ,,\n", true}, {"naïve,5€\n", true}, {"ґанок,і їжа\n", true}, {"日本語,東京\n", true},
		{"", false},
	} {
		for _, layers := range []int{1, 2} {
			in := again(c.text)
			if layers == 2 {
				in = again(in)
			}
			checkDoubled(t, in, c.doubled)
		}
	}
	for i, natural := range []string{"NESTLÉ®", "„MENÜ“", "CITÉ»", "«É»", "MANHÃ\u00a0E TARDE", "IRMÃ\u00a0de", "ACCIÓ»", "PIÙ®", "CAFÉ™", "À\u00a0LA", "ROSÉ®", "aɐb", "Å“", "×—"} {
		checkDoubled(t, fmt.Sprintf("n,x\n%s,%d\n%s,2\n", natural, i, natural), false)
	}
}

func checkDoubled(t *testing.T, in string, want bool) {
	t.Helper()
	r, err := detect.Bytes([]byte(in), detect.Options{})
	if err != nil || (r.Doubled.Layers > 0) != want {
		t.Errorf("%q: %s, %v", in, r.Doubled, err)
		return
	}
	got, edits := normalized(t, in, Options{Charset: r.Charset, FixMojibake: true})
	repaired := slices.ContainsFunc(edits, func(e Edit) bool { return e.Kind == Mojibake })
	if repaired != want {
		t.Errorf("%q becomes %q", in, got)
	}
}
