package mojibake

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// again encodes a text as if its UTF-8 had been read as cp1252, or Latin-1 where cp1252
// has none.
func again(text string) string {
	var out []rune
	for _, c := range []byte(text) {
		r := charmap.Windows1252.DecodeByte(c)
		if r == '\ufffd' {
			r = rune(c)
		}
		out = append(out, r)
	}
	return string(out)
}

// repaired repairs a text, and counts the most layers of a run.
func repaired(text string) (string, int) {
	var t Text
	var run []rune
	var out strings.Builder
	most := 0
	for _, r := range text + "\x00" {
		if Byte(r) != 0 {
			run = append(run, r)
			continue
		}
		was, layers := t.Repair(run, r)
		out.WriteString(string(was))
		out.WriteRune(r)
		t.Add(r)
		run, most = nil, max(most, layers)
	}
	return strings.TrimSuffix(out.String(), "\x00"), most
}

// TestByte compares the bytes with those of the table.
func TestByte(t *testing.T) {
	for r := rune(0); r < 0x2200; r++ {
		want, ok := charmap.Windows1252.EncodeRune(r)
		switch {
		case r >= 0x80 && r <= 0xFF:
			want = byte(r)
		case !ok || r < 0x80:
			want = 0
		}
		if got := Byte(r); got != want {
			t.Errorf("%U: 0x%x, want 0x%x", r, got, want)
		}
	}
}

// TestRepair: what was encoded again becomes what it was, and repairing that changes nothing.
func TestRepair(t *testing.T) {
	for _, was := range []string{
		"café, crème brûlée", "Don’t – „Zitat“ …", "price (œ5.98)", "œ24 and €5", "się ŻÓŁTA SĄ", "вода и мыло", "Unicode! Σ,,", "я;да", "ґанок і їжа", "日本語 東京", "été à Noël", "ÉTÉ À NOËL", "5 ℃ №", "a😀b",
		"\ufeffname", "MENÜ®", "ÇA VA", "Ünïcödé",
	} {
		for layers := 1; layers <= 2; layers++ {
			in := again(was)
			if layers == 2 {
				in = again(in)
			}
			if got, n := repaired(in); got != was || n != layers {
				t.Errorf("%q, encoded %d times again: %q, %d layers; want %q", in, layers, got, n, was)
			}
		}
		if got, n := repaired(was); got != was || n != 0 {
			t.Errorf("%q becomes %q", was, got)
		}
	}
}

// TestLeft: what only looks as if it had been encoded again stays.
func TestLeft(t *testing.T) {
	for _, text := range []string{
		"NESTLÉ®", "NESTLÉ® and CAFÉ™", "„MENÜ“", "CITÉ»;«É»", "MANHÃ\u00a0E TARDE", "AMANHÃ\u00a0CEDO", "IRMÃ\u00a0de", "ação, irmã", "ACCIÓ»", "«PIÙ» e «PIÙ®»", "la letra “Ñ”", "“Î”", "santé\u00a0», dit-il", "ROSÉ®|ESPAÑ®|À»",
		"Ã,©", "naïve", "16€ ½",
	} {
		if got, n := repaired(text); got != text || n != 0 {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
