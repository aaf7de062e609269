package detect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf16"
)

// wideRows encodes a text in UTF-16.
func wideRows(text string, order binary.AppendByteOrder, mark bool) string {
	var out []byte
	if mark {
		out = order.AppendUint16(out, 0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, u)
	}
	return string(out)
}

var chineseWords = strings.Fields("上海 电钻 锤子和钉子 价格 油漆 上衣 木板 刷子 办公桌")

// TestSeams joins rows of UTF-16 with rows of bytes in every order, with a mark and without.
func TestSeams(t *testing.T) {
	words := map[string][]string{"ascii": {"hammer", "nail"}, "cp1252": frenchWords[:9], "utf-8": frenchWords, "cp1250": polishWords, "cp1251": russianWords, "cp932": japaneseWords}
	for charset, list := range words {
		for _, wide := range [][]string{{"hammer", "nail"}, frenchWords, russianWords, chineseWords} {
			for i := range 16 {
				var order binary.AppendByteOrder = binary.LittleEndian
				if i&1 > 0 {
					order = binary.BigEndian
				}
				mark, eol, rows := i&2 > 0, "\n", 40
				if i&4 > 0 {
					eol = "\r\n"
				}
				if i&8 > 0 {
					rows = 2000
				}
				seamOf(t, fmt.Sprintf("%s, %s, %d", charset, wide[0], i), charset, eol, mark, order, rowsOf(rows, list...), "sku,name\n"+rowsOf(rows, wide...))
			}
		}
	}
}

// seamOf tries rows of UTF-16 before, behind and between rows of bytes.
func seamOf(t *testing.T, name, charset, eol string, mark bool, order binary.AppendByteOrder, narrow, wide string) {
	t.Helper()
	narrow, wide = strings.ReplaceAll(narrow, "\n", eol), strings.ReplaceAll(wide, "\n", eol)
	b, w := encode(t, map[string]string{"ascii": "cp1252"}[charset]+map[bool]string{true: charset}[charset != "ascii"], narrow), wideRows(wide, order, mark)
	for _, c := range []struct {
		how, in, want string
		ranges        int
	}{
		{"behind", w + b, wide + narrow, 2}, {"before", b + w, narrow + wide, 2}, {"between", b + w + b, narrow + wide + narrow, 3},
		{"a row", w + b[:strings.Index(b, "\n")+1], wide + narrow[:strings.Index(narrow, "\n")+1], 2},
	} {
		r, err := Bytes([]byte(c.in), Options{})
		if got := asOne(t, []byte(c.in), r); err != nil || got != c.want || len(r.Mixed) != c.ranges {
			t.Errorf("%s, %s: %s, %s, ranges %+v, %v", name, c.how, r.Charset, r.Why, r.Mixed, err)
			continue
		}
		last := r.Mixed[len(r.Mixed)-1]
		if n := int64(strings.Count(c.want, "\n")); last.LastRow != n || r.Mixed[0].FirstRow != 1 || r.Mixed[1].FirstRow != r.Mixed[0].LastRow+1 || last.End != int64(len(c.in)) || r.Dialect.Delimiter != ',' || r.Dialect.Columns != 2 {
			t.Errorf("%s, %s: %d rows, ranges %+v, %+v", name, c.how, n, r.Mixed, r.Dialect)
		}
		if other, err := Detect(onlyReaderAt{strings.NewReader(c.in)}, int64(len(c.in)), Options{}); err != nil || fmt.Sprint(other) != fmt.Sprint(r) {
			t.Errorf("%s, %s: read in parts %+v, %v", name, c.how, other.Mixed, err)
		}
	}
}

type onlyReaderAt struct{ in io.ReaderAt }

func (o onlyReaderAt) ReadAt(p []byte, at int64) (int, error) { return o.in.ReadAt(p, at) }

// TestNoSeams is of inputs that are of one kind, though they have NULs and what looks like
// the other one.
func TestNoSeams(t *testing.T) {
	for name, in := range map[string]string{
		"signs":           wideRows("sku,name\n"+rowsOf(50, "12 €", "“Deluxe”", "Pro™", "•, light", "…"), binary.LittleEndian, true),
		"ideographs":      wideRows(rowsOf(3000, chineseWords...), binary.LittleEndian, false),
		"one column":      wideRows("名称\n"+strings.Repeat("上海\n上衣上海\n", 200), binary.LittleEndian, true),
		"big endian":      wideRows("名称,价格\n"+strings.Repeat("上海,上衣\n上衣上海,上海\n", 200), binary.BigEndian, true),
		"bytes of commas": wideRows("名称,价格\n"+strings.Repeat("本上海,上衣\n", 200), binary.LittleEndian, true),
		"rows of bytes":   wideRows("名称,价格\n"+strings.Repeat("本上a,上衣\n", 200), binary.BigEndian, true),
		"padded cells":    strings.Repeat("1,ab\x00\x00\x00,5\n2,c\x00\x00\x00\x00,7\n", 100),
		"a padded letter": strings.Repeat("1,a\x00,b\x00\n", 100),
		"a NUL a row":     strings.Repeat("\x00,caf\xe9\nb,2\n", 100),
		"line in quotes":  wideRows("sku,name\n"+rowsOf(50, "\"a\n1,b\n\""), binary.LittleEndian, true),
	} {
		if r, err := Bytes([]byte(in), Options{}); err != nil || len(r.Mixed) > 0 {
			t.Errorf("%s: %s, %+v, %v", name, r.Charset, r.Mixed, err)
		}
		if found, err := seams(source{in: bytes.NewReader([]byte(in)), size: int64(len(in))}, []byte(in)[:min(len(in), headBytes)]); err != nil || len(found) > 0 {
			t.Errorf("%s: seams %+v, %v", name, found, err)
		}
	}
}

// TestSeamsLinear: rows that begin as those of the other byte order do, of which none ends,
// are searched once and not once each, which takes minutes (0x4E00 is such a character).
func TestSeamsLinear(t *testing.T) {
	in := wideRows(strings.Repeat("一号,上海\n", 200_000), binary.LittleEndian, true)
	if r, err := Bytes([]byte(in), Options{}); err != nil || r.Charset != "utf-16" || len(r.Mixed) > 0 {
		t.Errorf("%s, %d ranges, %v", r.Charset, len(r.Mixed), err)
	}
}

// TestSeamsTell: what is found in the rows of bytes is told of the whole.
func TestSeamsTell(t *testing.T) {
	wide := wideRows("sku,name\n"+rowsOf(40, "hammer", "nail"), binary.LittleEndian, true)
	twice := "1,cafÃ© crÃ¨me\n2,hÃ´tel prÃ¨s\n3,Ã©tÃ© dÃ©jÃ \u00a0\n"
	r, err := Bytes([]byte(wide+strings.Repeat(twice, 10)), Options{})
	if err != nil || len(r.Mixed) != 2 || r.Doubled.Layers != 1 || r.Doubled.Words == 0 || r.Doubled.Repair != "" {
		t.Errorf("%+v, %d ranges, %v", r.Doubled, len(r.Mixed), err)
	}
	cut := wide + strings.Repeat("1,日本語\n", 20) + "2,日\xe6\x9c"
	if r, err := Bytes([]byte(cut), Options{}); err != nil || len(r.Mixed) != 2 || !r.Truncated {
		t.Errorf("cut at its end: %v, %d ranges, %v", r.Truncated, len(r.Mixed), err)
	}
}

// TestSeamsTorn: characters that are torn in the rows of bytes are told with their places
// in the whole, wherever those rows stand.
func TestSeamsTorn(t *testing.T) {
	wide := wideRows("sku,name\n"+rowsOf(40, "hammer", "nail"), binary.LittleEndian, true)
	more := wideRows(rowsOf(30, "hammer", "nail"), binary.LittleEndian, false)
	rows := rowsOf(30, russianWords...)
	for _, c := range []struct {
		name string
		in   string
		row  int64
	}{
		{"behind", wide + rows + "77,моло\xd1\n" + rows, 72},
		{"before", "sku,name\n" + rows + "77,моло\xd1\n" + rows + more, 32},
		{"between", wide + rows + "77,моло\xd1\n" + rows + more, 72},
		{"in the second part", "sku,name\n" + rows + more + rows + "77,моло\xd1\n" + rows, 92},
	} {
		r, err := Bytes([]byte(c.in), Options{})
		if err != nil || len(r.Mixed) < 2 || r.Torn.Count != 1 || len(r.Torn.Chars) != 1 {
			t.Errorf("%s: %+v, %d ranges, %s, %v", c.name, r.Torn, len(r.Mixed), r.Why, err)
			continue
		}
		x := r.Torn.Chars[0]
		if c.in[x.Offset] != 0xD1 || c.in[x.Offset+1] != '\n' || x.Row != c.row || x.Column != 2 || string(x.Bytes) != "\xd1" {
			t.Errorf("%s: %+v, want row %d", c.name, x, c.row)
		}
		if !strings.Contains(r.Why, "1 character is torn") {
			t.Errorf("%s: %s", c.name, r.Why)
		}
	}
}
