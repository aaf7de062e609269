package detect

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestTorn is of UTF-8 in which something cut characters: it stays UTF-8, and says where
// they are.
func TestTorn(t *testing.T) {
	french := []string{"Café crème à emporter n°15", "Hôtel près de l’eau"}
	for _, c := range []struct {
		name, row string
		words     []string
		bytes     string
		column    int64
	}{
		{"at a cell's end", "77,Красный моло\xd1,x\n", russianWords, "d1", 2},
		{"in quotes", "77,\"Красный, моло\xd1\",x\n", russianWords, "d1", 2},
		{"before another word", "77,Café crème \xc3 emporter\n", french, "c3", 2},
		{"behind a small letter", "77,n\xc2\n", french, "c2", 2},
		{"of three bytes", "77,x,赤いハン\xe3\x83\n", japaneseWords, "e3 83", 3},
		{"of four bytes", "77,été \xf0\x9f\x98\n", french, "f0 9f 98", 2},
	} {
		for _, mark := range []string{"", utf8Mark} {
			before := mark + "sku,name\n" + rowsOf(30, c.words...)
			in := before + c.row + rowsOf(30, c.words...)
			r, err := Bytes([]byte(in), Options{Explain: true})
			want := "utf-8"
			if mark != "" {
				want = "utf-8-sig"
			}
			if err != nil || r.Charset != want || len(r.Mixed) > 0 || r.Torn.Count != 1 || len(r.Torn.Chars) != 1 {
				t.Errorf("%s: %s, %+v, ranges %+v, %v", c.name, r.Charset, r.Torn, r.Mixed, err)
				continue
			}
			x := r.Torn.Chars[0]
			if at := int64(strings.Index(in, strings.ReplaceAll(c.row, "\n", ""))); x.Offset < at || fmt.Sprintf("% x", x.Bytes) != c.bytes || x.Row != 32 || x.Column != c.column || in[x.Offset:x.Offset+int64(len(x.Bytes))] != string(x.Bytes) {
				t.Errorf("%s: %+v", c.name, x)
			}
		}
	}
}

// TestNotTorn: rows in a charset of single bytes may end words as torn characters do.
func TestNotTorn(t *testing.T) {
	for _, c := range []struct {
		name, text string // in cp1252
		words      []string
	}{
		{"two letters", "77,\u00ea¶,9\n", polishWords}, // gęś in ISO-8859-2
		{"é", "77,café café,9\n", frenchWords},
		{"é, which begins Chinese characters", "77,café,9\n", []string{"锤子和钉子", "价格", "文本", "镇"}},
		{"among other letters", "77,MAÇÃ,9\n", []string{"MAÇÃ", "LÃ", "maçã"}},
		{"behind a capital", "77,LÃ,9\n78,LÃ,9\n", []string{"MAÇÃ", "maçã", "LÃ"}},
		{"in every row", rowsOf(50, "café", "thé"), []string{"cafe"}},
		{"a sharp s", "77,Fuß,9\n", []string{"Füße", "Öl", "über"}},
	} {
		in := "sku,name\n" + rowsOf(60, c.words...) + encode(t, "cp1252", c.text)
		r, err := Bytes([]byte(in), Options{})
		if err != nil || r.Torn.Count > 0 || strings.HasPrefix(r.Charset, "utf-8") {
			t.Errorf("%s: %s, %+v, %v", c.name, r.Charset, r.Torn, err)
		}
	}
}

// TestTornChunks: the answer does not depend on where reads end.
func TestTornChunks(t *testing.T) {
	in := []byte("sku,name\n" + rowsOf(30, russianWords...) + "77,Красный моло\xd1,x\n" + rowsOf(30, russianWords...) + "78,Красный молото\xd0\n")
	want, err := Bytes(in, Options{})
	if err != nil || want.Torn.Count != 2 {
		t.Fatalf("%+v, %v", want.Torn, err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		got, err := Bytes(in, Options{chunk: func() int { return 1 + r.IntN(9) }})
		if err != nil || fmt.Sprint(got.Torn, got.Why) != fmt.Sprint(want.Torn, want.Why) {
			t.Fatalf("%+v, want %+v, %v", got.Torn, want.Torn, err)
		}
	}
}

// TestTornMark: a mark is no character that speaks for UTF-8 in what follows.
func TestTornMark(t *testing.T) {
	const in = "a,b\n1,été,\xc3\n3,À\n" // three whole ones
	for _, mark := range []string{"", utf8Mark} {
		if r, err := Bytes([]byte(mark+in), Options{}); err != nil || r.Torn.Count != 0 {
			t.Errorf("with mark %q: %s, %+v, %v", mark, r.Charset, r.Torn, err)
		}
	}
}
