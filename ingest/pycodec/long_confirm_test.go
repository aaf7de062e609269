package pycodec

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/feedparity/feedparity/ingest/interp/interptest"
)

// A family is a set of sequences of three bytes and more of a codec, all the valid
// ones and those near them: every prefix with every tail behind it.
type family struct {
	codecs          string
	prefixes, tails []string
}

// families are the long sequences of all codecs that have any. TestCodecConfirm and
// TestEasternConfirm have those of up to two bytes.
func families() []family {
	all, digits := span(0, 255), span('/', ':')
	wide, near := span(0xD8, 0xDB), []string{"\xd7", "\xd8", "\xdb", "\xdc", "\xdf", "\xe0"}
	edge := strings.Split("\x00 \x01 \x7f \x80 \xfe \xff", " ")
	base64 := strings.Split("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", "")
	hex := hexPairs()
	out := []family{
		{"utf-8", product(span(0xE0, 0xEF), all), product(all, []string{","})},
		{"utf-8 utf-8-sig", product(span(0x80, 0xFF), strings.Split(edges, "")), product(all, []string{","})},
		{"utf-8", product(span(0xF0, 0xF5), span(0x7F, 0xC0)), product(span(0x7F, 0xC0), span(0x7F, 0xC0), []string{","})},
		{"utf-16-be", product(wide, all), product(span(0xDC, 0xDF), all, []string{"\x00,"})},
		{"utf-16-be", product(near, edge), product(near, edge, []string{"\x00,"})},
		{"utf-16-le utf-16", product(all, wide), product(all, span(0xDC, 0xDF), []string{",\x00"})},
		{"utf-16-le", product(edge, near), product(edge, near, []string{",\x00"})},
		{"utf-32-be", product([]string{"\x00"}, span(0, 0x11), all), product(all, []string{"\x00\x00\x00,"})},
		{"utf-32-be", product(edge, edge, edge), product(edge, []string{"\x00\x00\x00,"})},
		{"utf-32-le utf-32", product(all, all), product(span(0, 0x10), []string{"\x00,\x00\x00\x00"})},
		{"utf-32-le", product(edge, edge, edge), product(edge, []string{",\x00\x00\x00"})},
		{"gb18030", product(span(0x80, 0xFF), digits), product(span(0x80, 0xFF), digits, []string{","})},
		{"euc_jp euc_jis_2004 euc_jisx0213", product([]string{"\x8f"}, all), product(all, []string{","})},
		{"hz", product([]string{"~{"}, all), product(all, []string{"~}"})},
		{"utf-7", product([]string{"+"}, base64), product(base64, base64, []string{"-"})},
		{"utf-7", []string{"+2D3", "+3AA"}, product(base64, base64, base64, []string{"-"})},
		{"unicode_escape raw_unicode_escape", product([]string{`\u`}, hex), product(hex, []string{","})},
		{"unicode_escape", product([]string{`\U00`}, strings.Split("00 01 10 11", " "), hex), product(hex, []string{","})},
		{"unicode_escape", []string{`\x`, `\`}, product(hex, []string{","})},
	}
	for escape := range strings.SplitSeq("\x1b$B \x1b(J \x1b(I \x1b$(D \x1b$(C \x1b$A \x1b$(Q \x1b$(O \x1b$(P", " ") {
		out = append(out, family{"iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext", product([]string{escape}, span(0x20, 0x83)), product(all, []string{"\x1b(B"})})
	}
	return append(out, family{"iso2022_kr", product([]string{"\x1b$)C\x0e"}, span(0x20, 0x83)), product(all, []string{"\x0f\n"})})
}

// span lists the bytes from first to last.
func span(first, last int) (out []string) {
	for b := first; b <= last; b++ {
		out = append(out, string([]byte{byte(b)}))
	}
	return out
}

// hexPairs lists the 256 numbers of two digits, in either case, and a few that are none.
func hexPairs() (out []string) {
	for i := range 256 {
		out = append(out, fmt.Sprintf([]string{"%02x", "%02X"}[i%2], i))
	}
	return append(out, "g0", "0g", "", "/0", ":0", "@0", "`0")
}

// product joins one of each list, in every way.
func product(lists ...[]string) []string {
	out := []string{""}
	for _, list := range lists {
		var longer []string
		for _, head := range out {
			for _, tail := range list {
				longer = append(longer, head+tail)
			}
		}
		out = longer
	}
	return out
}

// TestLongSequencesConfirm decodes all of them, or a sample unless at full scale.
func TestLongSequencesConfirm(t *testing.T) {
	eachJudge(t, func(j *judge) {
		for _, f := range families() {
			prefixes := thinned(f.prefixes, interptest.Cases(len(f.prefixes)))
			for _, codec := range strings.Fields(f.codecs) {
				for part := range slices.Chunk(prefixes, max(1, 500_000/len(f.tails))) {
					j.blocks(codec, "replace", part, f.tails)
				}
			}
		}
	})
}
