package detect

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestRangesOfUTF8: whatever a mixture, what is said to be UTF-8 of it decodes as that, and
// of UTF-8 and two other charsets in rows and cells most are told apart throughout.
func TestRangesOfUTF8(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 7))
	turkish := strings.Fields("büyük ağaç ışığı şöyle çekiç gömlek")
	charsets := []struct {
		name  string
		words []string
	}{{"cp1252", frenchWords}, {"iso8859-2", polishWords}, {"cp1254", turkish}, {"cp852", polishWords}, {"cp1251", russianWords}}
	word := func(words []string) string {
		if r.IntN(3) == 0 {
			return []string{"Bolt", "Screw 10x20", "Box"}[r.IntN(3)]
		}
		return words[r.IntN(len(words))]
	}
	right, all := 0, 0
	for range 300 {
		of := r.Perm(len(charsets))
		var in, want strings.Builder
		put := func(charset, text string) {
			in.WriteString(encode(t, charset, text))
			want.WriteString(text)
		}
		for part := range 3 {
			for i := range 3 + r.IntN(15) {
				put("utf-8", fmt.Sprintf("%d,", i))
				for _, end := range []string{",", "\n"} {
					k := part
					if r.IntN(6) == 0 {
						k = r.IntN(3)
					}
					c := charsets[of[k]]
					if k == 0 {
						c.name = "utf-8"
					}
					put(c.name, word(c.words)+" "+word(c.words)+end)
				}
			}
		}
		data := []byte(in.String())
		res, err := Bytes(data, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range res.Mixed {
			if m.Charset == "utf-8" && !utf8.Valid(data[m.Start:m.End]) {
				t.Errorf("bytes %d-%d of %q are said to be UTF-8", m.Start, m.End, data)
			}
		}
		all++
		if asOne(t, data, res) == want.String() {
			right++
		}
	}
	t.Logf("%d of %d told apart throughout", right, all)
	if 2*right < all {
		t.Errorf("only %d of %d are told apart throughout", right, all)
	}
}

// TestLongSpanOfUTF8: a run of characters that is UTF-8 as far as it is looked at, and is
// not behind that, is not said to be.
func TestLongSpanOfUTF8(t *testing.T) {
	in := []byte(rowsOf(40, japaneseWords...) + "9," + strings.Repeat("電", 200) + "\xe9l\xe8ve\n" + encode(t, "cp1252", rowsOf(20, "élève", "café crème")))
	res, err := Bytes(in, Options{})
	if err != nil || len(res.Mixed) == 0 {
		t.Fatalf("%s, %+v, %v", res.Charset, res.Mixed, err)
	}
	for _, m := range res.Mixed {
		if m.Charset == "utf-8" && !utf8.Valid(in[m.Start:m.End]) {
			t.Errorf("bytes %d-%d are said to be UTF-8", m.Start, m.End)
		}
	}
}
