package detect

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/feedparity/feedparity/ingest"
	"github.com/feedparity/feedparity/ingest/pycodec"
)

// encode encodes a text in a charset of one or two bytes to a character, which pycodec
// only decodes.
func encode(t *testing.T, charset, text string) string {
	t.Helper()
	if charset == "utf-8" {
		return text
	}
	back := map[rune]string{}
	if table := tableOf(charset); table != nil {
		for c, r := range table {
			back[r] = string([]byte{byte(c)})
		}
	} else {
		c, fault, err := pycodec.Lookup(ingest.Python313, charset)
		if err != nil || fault != nil {
			t.Fatalf("%s: %v, %v", charset, fault, err)
		}
		for c := range rune(utf8.RuneSelf) {
			back[c] = string(c)
		}
		for i := 0x8000; i < 0x10000; i++ {
			p := []byte{byte(i >> 8), byte(i)}
			if text, bad := c.Decode(nil, p, "strict"); bad == nil && utf8.RuneCount(text) == 1 {
				r, _ := utf8.DecodeRune(text)
				back[r] = string(p)
			}
		}
	}
	var b strings.Builder
	for _, r := range text {
		if back[r] == "" {
			t.Fatalf("%s has no %q", charset, r)
		}
		b.WriteString(back[r])
	}
	return b.String()
}

// rowsOf writes n rows, each with one of some words.
func rowsOf(n int, words ...string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d,%s\n", i, words[i%len(words)])
	}
	return b.String()
}

// asOne decodes an input by the ranges that a result has, and by its charset outside
// them.
func asOne(t *testing.T, in []byte, r Result) string {
	t.Helper()
	var out []byte
	decode := func(charset string, p []byte) {
		c, fault, err := pycodec.Lookup(ingest.Python313, charset)
		if err != nil || fault != nil {
			t.Fatalf("%s: %v, %v", charset, fault, err)
		}
		text, bad := c.Decode(nil, p, "replace")
		if bad != nil {
			t.Fatal(bad)
		}
		out = append(out, text...)
	}
	at := int64(0)
	for _, m := range r.Mixed {
		decode(r.Charset, in[at:m.Start])
		decode(m.Charset, in[m.Start:m.End])
		at = m.End
	}
	decode(r.Charset, in[at:])
	return strings.TrimPrefix(string(out), "\ufeff")
}

var (
	frenchWords   = strings.Fields("café thé crème naïve brûlée pâté forêt Noël été œuf garçon hôtel île août maïs")
	polishWords   = strings.Fields("książka śrubokręt źródło żółta łódź gęś ćma świąteczna Łódź ręcznik dźwig ciężar mąka koń")
	russianWords  = strings.Fields("молоток гвозди стол краска дрель шуруп лампа доска кисть ведро")
	japaneseWords = strings.Fields("電動ドリル 塗料 ねじ回し 金槌と釘 事務机 電球 木の板 カタログ")
)

// TestMixedUTF8 is of inputs that are UTF-8 but for some rows, or the other way round,
// however many there are: what is UTF-8 tells nothing of the charset of the others.
func TestMixedUTF8(t *testing.T) {
	type piece struct{ charset, text string }
	french, polish, japanese := rowsOf(3000, frenchWords...), rowsOf(300, polishWords...), rowsOf(100, japaneseWords...)
	for _, c := range []struct {
		name   string
		pieces []piece
	}{
		{"a row of cp1252", []piece{{"utf-8", french}, {"cp1252", "9,Müller\n"}, {"utf-8", french}}},
		{"an apostrophe", []piece{{"utf-8", french}, {"cp1252", "9,Don’t\n"}, {"utf-8", french}}},
		{"a degree sign", []piece{{"utf-8", rowsOf(3000, frenchWords[:2]...)}, {"cp1252", "9,20°C\n"}, {"utf-8", french}}},
		{"rows of cp1250 that does not define all bytes of the others", []piece{{"utf-8", polish}, {"cp1250", rowsOf(5, polishWords[1:]...)}}},
		{"rows of cp1251", []piece{{"utf-8", rowsOf(300, russianWords...)}, {"cp1251", rowsOf(3, russianWords...)}}},
		{"rows of cp932", []piece{{"utf-8", japanese}, {"cp932", rowsOf(4, japaneseWords...)}, {"utf-8", japanese}}},
		{"a row of UTF-8", []piece{{"cp1252", french}, {"utf-8", "9,crème\n"}, {"cp1252", french}}},
	} {
		in, want := "sku,name\n", "sku,name\n"
		for _, p := range c.pieces {
			in, want = in+encode(t, p.charset, p.text), want+p.text
		}
		r, err := Bytes([]byte(in), Options{})
		if got := asOne(t, []byte(in), r); err != nil || got != want || len(r.Mixed) != len(c.pieces) || r.Confidence < 0.6 {
			t.Errorf("%s: %s, confidence %.2f, ranges %+v, %v", c.name, r.Charset, r.Confidence, r.Mixed, err)
		}
	}
}

// TestNotMixed: bytes that are UTF-8 by chance, as what somebody read as cp1252 is in
// MacRoman, are no mixture.
func TestNotMixed(t *testing.T) {
	broken := "name,text\n1,Shant\u00c3\u00a9 and others\n2,isn\u00e2\u20ac\u2122t\n3,\u00e2\u20ac\u0153quoted\u00e2\u20ac\u009d\n"
	in := encode(t, "mac-roman", strings.ReplaceAll(broken, "\u009d", ""))
	if r, err := Bytes([]byte(in), Options{}); err != nil || r.Charset != "mac-roman" || r.Doubled.Layers == 0 || len(r.Mixed) > 0 {
		t.Errorf("%s, double encoded %v, %+v, %v", r.Charset, r.Doubled.Layers > 0, r.Mixed, err)
	}
	in = encode(t, "cp949", rowsOf(200, "한국어", "망치와 못", "가격", "그는 말했다 하하", "오늘은 좋은 날이다")+"1,칵!\n2,캬캬)\n")
	if r, err := Bytes([]byte(in), Options{}); err != nil || r.Charset != "cp949" || len(r.Mixed) > 0 {
		t.Errorf("%s, %+v, %v", r.Charset, r.Mixed, err)
	}
	in = encode(t, "euc_jp", rowsOf(200, japaneseWords...)) + "9,\x8f\xb0\xa1\x8f\xb0\xa2\n10,\x8f\xb0\xa3\n11,\x8f\xb1\xa1\n"
	if r, err := Bytes([]byte(in), Options{}); err != nil || r.Charset != "euc_jp" || len(r.Mixed) > 0 {
		t.Errorf("%s, %+v, %v", r.Charset, r.Mixed, err)
	}
}

// TestSameText holds what is said of candidates' texts to what they are.
func TestSameText(t *testing.T) {
	for _, c := range []struct {
		charset, text string
		o             Options
		same          string // one that there must be, with the same text
	}{
		{"cp1252", rowsOf(5, "café", "maïs"), Options{}, "cp1258"},
		{"cp1252", rowsOf(5, "Ìle", "café", "maïs"), Options{}, ""},
		{"big5", rowsOf(5, "名稱", "價格", "文本"), Options{}, "big5hkscs"},
		{"gbk", rowsOf(5, "锤子和钉子", "价格", "文本"), Options{Declared: "gb18030", History: "gbk"}, "gbk"},
		{"cp932", rowsOf(5, japaneseWords...), Options{History: "shift_jis"}, "shift_jis"},
		{"cp932", rowsOf(5, japaneseWords...) + "6,5～6\n", Options{Declared: "cp932", History: "shift_jis"}, ""},
		{"euc_kr", rowsOf(5, "한국어", "망치와 못", "가격"), Options{History: "euc_kr"}, "cp949"},
		{"koi8-r", rowsOf(9, russianWords...), Options{}, "koi8-u"},
	} {
		in := []byte(encode(t, c.charset, c.text))
		r, err := Bytes(in, c.o)
		if err != nil {
			t.Fatal(err)
		}
		found, best := c.same == "", asOne(t, in, Result{Charset: r.Charset})
		for _, x := range r.Candidates {
			if same := asOne(t, in, Result{Charset: x.Charset}) == best; same != x.Same {
				t.Errorf("%s: %s is said to be the same text as in %s: %v", c.charset, x.Charset, r.Charset, x.Same)
			}
			found = found || x.Same && x.Charset == c.same
		}
		if !found {
			t.Errorf("%s: %s is not among %+v", c.charset, c.same, r.Candidates)
		}
	}
}

// TestKana names Japanese text as Japanese, though GB18030 has the same kana.
func TestKana(t *testing.T) {
	in := encode(t, "euc_jp", "あいさつ,6\nこんにちは,7\n")
	if r, err := Bytes([]byte(in), Options{}); err != nil || r.Charset != "euc_jp" {
		t.Errorf("%s, %+v, %v", r.Charset, r.Candidates, err)
	}
}

// TestSampleOfMixture keeps the bytes of spans that are UTF-8 apart from those of others,
// whatever the chunks.
func TestSampleOfMixture(t *testing.T) {
	in := []byte(rowsOf(900, frenchWords...) + "1,\xc3,\xa9\n" + rowsOf(900, polishWords...) + "2," + strings.Repeat("é", 3000) + "\n3," + strings.Repeat("\xf8\xfe", 900) + "\n")
	var want *spanSampler
	for _, chunk := range []int{len(in), 1, 7, 1000, 1024} {
		s := newSpanSampler()
		for at := 0; at < len(in); at += chunk {
			s.add(in[at:min(len(in), at+chunk)])
		}
		s.finish()
		own := ""
		for c, there := range s.present[legacySpan] {
			if there {
				own += fmt.Sprintf("%x ", c)
			}
		}
		if own != "a9 c3 f8 fe " || !s.present[utf8Span][0x99] || len(s.spans) > maxSpans+classes*rareSpans*128 {
			t.Errorf("chunks of %d: bytes of what is no UTF-8: %s; %d spans", chunk, own, len(s.spans))
		}
		if want == nil {
			want = s
		} else if fmt.Sprint(want.spans, want.present) != fmt.Sprint(s.spans, s.present) {
			t.Errorf("chunks of %d: another sample", chunk)
		}
	}
}

// TestMixedCells tells cells, and words of one cell, apart in records that hold two
// charsets, and takes no mark for a proof of what follows it.
func TestMixedCells(t *testing.T) {
	dos, win := "9,K\x81chenst\x81hle sch\x94n,gr\x81n Sp\x81lmittel,x\n", "K\xfcchenst\xfchle sch\xf6n"
	german := repeat("1,Gr\xf6\xdfe,Gartenschl\xe4uche f\xfcr T\xfcren\n", 3) + "2,K\xfcchenst\xfchle,sch\xf6n\n3,W\xe4schek\xf6rbe,gr\xfcn\n4,Sp\xfclmittel,wei\xdf\n5,M\xfcllbeutel,Zubeh\xf6r\n"
	for _, c := range []struct{ name, in, want, text string }{
		{"a cell of each", "sku,a,b\n1,caf\xc3\xa9,M\xfcller\n2,th\xc3\xa9,gr\xfcn\n",
			"utf-8 row 2 to row 2, column 2; iso8859-1 row 2, column 3 to row 2; utf-8 row 3 to row 3, column 2; iso8859-1 row 3, column 3 to row 3",
			"sku,a,b\n1,café,Müller\n2,thé,grün\n"},
		{"one row of both", "sku,a,b\n1,caf\xc3\xa9,x\n2,th\xc3\xa9,gr\xfcn\n3,cr\xc3\xa8me,y\n", "utf-8 row 2 to row 3, column 2; iso8859-1 row 3, column 3 to row 3; utf-8 rows 4-4", "sku,a,b\n1,café,x\n2,thé,grün\n3,crème,y\n"},
		{"between others", "a;b;c;d\n\"caf\xc3\xa9\";\"na;M\xfcller\";x;\"th\xc3\xa9\"\n", "utf-8 row 2 to row 2, column 1; iso8859-1 row 2, columns 2-3; utf-8 row 2, column 4 to row 2", "a;b;c;d\n\"café\";\"na;Müller\";x;\"thé\"\n"},
		{"one cell of both", "sku,a\n1,cr\xc3\xa8me M\xfcller\n2,th\xc3\xa9\n3,gr\xfcn\n", "utf-8 row 2 to row 2, column 2; iso8859-1 row 2, column 2 to row 2; utf-8 rows 3-3; iso8859-1 rows 4-4", "sku,a\n1,crème Müller\n2,thé\n3,grün\n"},
		{"a bar between", "a|b|c\n1|x, caf\xc3\xa9|M\xfcller\n2|th\xc3\xa9, x|gr\xfcn\n3|th\xc3\xa9|x\n", "utf-8 row 2 to row 2, column 2; iso8859-1 row 2, column 3 to row 2; utf-8 row 3 to row 3, column 2; iso8859-1 row 3, column 3 to row 3; utf-8 rows 4-4", "a|b|c\n1|x, café|Müller\n2|thé, x|grün\n3|thé|x\n"},
		{"a mark", "\ufeffsku,name\n1,caf\xc3\xa9\n2,M\xfcller\n3,th\xc3\xa9\n", "utf-8 rows 1-2; iso8859-1 rows 3-3; utf-8 rows 4-4", "sku,name\n1,café\n2,Müller\n3,thé\n"},
		{"a mark and no UTF-8", "\ufeffM\xfcller,gr\xfcn\n2,sch\xf6n\n", "utf-8 rows 1-1; iso8859-1 rows 1-2", "Müller,grün\n2,schön\n"},
		{"cp850 in a cell", german + "8," + win + ",K\x81chenst\x81hle sch\x94n\n" + repeat(dos, 3) + "7,Sp\x81lmittel,W\x84sche\n", "iso8859-1 row 1 to row 8, column 2; cp850 row 8, column 3 to row 12", ""},
	} {
		r, err := Bytes([]byte(c.in), Options{})
		var got []string
		for _, m := range r.Mixed {
			got = append(got, m.Charset+" "+m.Where())
		}
		if err != nil || strings.Join(got, "; ") != c.want || c.text != "" && asOne(t, []byte(c.in), r) != c.text {
			t.Errorf("%s: %s, %s, %v; want %s", c.name, r.Charset, strings.Join(got, "; "), err, c.want)
		}
	}
}

// TestMixedLegacy is of inputs in several charsets that decode each other's rows: letters
// in the wrong case, or control characters, tell.
func TestMixedLegacy(t *testing.T) {
	german := strings.Fields("Müller größer schön grün weiß Küche Wäsche Mülleimer Spülmittel Gartenschläuche Türen Körbe Möbel")
	type piece struct {
		charset string
		rows    int
		words   []string
	}
	for _, c := range []struct {
		name   string
		pieces []piece
		ranges int
	}{
		{"cp1251 and koi8-r", []piece{{"cp1251", 50, russianWords}, {"koi8-r", 50, russianWords}}, 2},
		{"koi8-r and cp1251", []piece{{"koi8-r", 100, russianWords}, {"cp1251", 5, russianWords}, {"koi8-r", 10, russianWords}}, 3},
		{"a few rows of cp850", []piece{{"cp1252", 1000, german}, {"cp850", 3, german[1:]}}, 2},
		{"three charsets", []piece{{"utf-8", 5, frenchWords}, {"cp1252", 9, german}, {"cp850", 9, german}}, 3},
		{"one of them", []piece{{"cp1251", 100, russianWords}}, 0},
	} {
		in, want := "sku,name\n", "sku,name\n"
		for _, p := range c.pieces {
			text := rowsOf(p.rows, p.words...)
			in, want = in+encode(t, p.charset, text), want+text
		}
		r, err := Bytes([]byte(in), Options{})
		if err != nil || len(r.Mixed) != c.ranges || asOne(t, []byte(in), r) != want {
			t.Errorf("%s: %s, ranges %+v, %v", c.name, r.Charset, r.Mixed, err)
		}
	}
}
