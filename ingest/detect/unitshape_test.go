package detect

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// units encodes a text in UTF-16 or UTF-32 without a mark.
func units(text string, width int, order binary.AppendByteOrder) string {
	var b []byte
	if width == 4 {
		for _, r := range text {
			b = order.AppendUint32(b, uint32(r))
		}
		return string(b)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

// TestUnmarked finds UTF-16 and UTF-32 without a mark whatever the script.
func TestUnmarked(t *testing.T) {
	orders := []struct {
		name  string
		order binary.AppendByteOrder
	}{{"le", binary.LittleEndian}, {"be", binary.BigEndian}}
	for name, text := range map[string]string{
		"English": "sku,name\n1,bolt\n", "Russian": "код,имя\n1,Молоток\n2,Гвозди\n", "French": "réf,désignation\nA1,crème brûlée\n",
		"Japanese": "コード,名前\n1,電動ドリル\n2,ねじ\n", "Chinese": "代码,名称\n1,锤子\n2,螺丝\n", "Korean": "이름,가격\n한국어,5\n망치와 못,6\n",
		"short ideographs": "商品,名前\n東京,大阪\n京都,神戸\n", "Emoji": "name,x\n😀,1\n🔧,2\n",
		"long ideographs":                          "名称,描述\n" + strings.Repeat("锤子,优质钢材制造的锤子经久耐用\n钉子,各种规格的钉子批发零售\n桌子,实木桌子环保油漆家庭办公\n", 5),
		"ideographs with NULs in their lower half": "名称,描述\n一字,一一一个开刀一一\n二,一一一\n",
	} {
		for _, o := range orders {
			for _, width := range []int{2, 4} {
				want := map[int]string{2: "utf-16-", 4: "utf-32-"}[width] + o.name
				in := units(text, width, o.order)
				if r, err := Bytes([]byte(in), Options{}); err != nil || r.Charset != want {
					t.Errorf("%s in %s: %s %.2f %s, %v", name, want, r.Charset, r.Confidence, r.Why, err)
				}
			}
		}
	}
	if r, err := Bytes([]byte(units("код,имя\n1,Молоток\n2,Гвозди\n", 4, binary.LittleEndian)[:101]), Options{}); err != nil || r.Charset != "utf-32-le" || !r.Truncated {
		t.Errorf("UTF-32 that is cut: %s, truncated %v, %v", r.Charset, r.Truncated, err)
	}
}

// TestNULs: text of single bytes with NULs in it is no UTF-16, wherever they are.
func TestNULs(t *testing.T) {
	for name, in := range map[string]string{
		"behind line ends": strings.Repeat("abcd,1\n\x00efgh,22\n\x00", 20), "before line ends": strings.Repeat("abcde\x00\r\n", 20), "at the end of fields": strings.Repeat("bolt\x00,nut\x00\n", 20),
		"in fields of 8": strings.Repeat("bolt\x00\x00\x00\x00,1\x00\x00\x00\x00\x00\x00\n", 20), "Cyrillic": strings.Repeat("\xec\xee\xeb\xee\xf2\xee\xea\x00,\xe3\xe2\xee\xe7\xe4\xfc\n\x00", 20),
		"Chinese": strings.Repeat("\xb4\xb8\xd7\xd3\n\x00\xc2\xdd\xcb\xbf\n\x00", 20), "each fourth byte": strings.Repeat("abc\x00", 20), "two of four": strings.Repeat("ab\x00\x00", 20),
	} {
		if r, err := Bytes([]byte(in), Options{}); err != nil || strings.HasPrefix(r.Charset, "utf-16") || strings.HasPrefix(r.Charset, "utf-32") {
			t.Errorf("%s: %s %s, %v", name, r.Charset, r.Why, err)
		}
	}
}
